"""What-ifs against a hand-written kernel, and a grid of variants against single runs: whole processes, in turn.

python -m benchmarks.what_if [--rounds 3] [--long]
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.run import OBA, ROOT, Spent, spent_by

HERE = ROOT / "benchmarks"
_GRID = """
vary:
  terms.price: [{prices}]
  terms.refund_share: [20%, 40%, 60%, 80%, 100%]
  outcomes.remission.window: [[day 0, day 27], [day 0, day 30]]
  outcomes.remission.if_missing: [not_met, met]
combine: grid
"""


def what_if(scenario: Path) -> list[str]:
    return [sys.executable, "-c", OBA, "what-if", str(scenario), "--json", "--quiet"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--long", action="store_true", help="the sixty instalments and the grid too")
    said = parser.parse_args()
    kernel = [sys.executable, "-m", "benchmarks.what_if_kernel", "10000", "1000"]
    rounds = [(spent_by(kernel), spent_by(what_if(HERE / "what_if.yaml"))) for _ in range(said.rounds)]
    _print("kernel", [k for k, _ in rounds])
    _print("engine", [e for _, e in rounds])
    print(f"ratio  {statistics.median(e.wall_seconds / k.wall_seconds for k, e in rounds):.2f} wall")
    if said.long:
        _print("sixty instalments", [spent_by(what_if(HERE / "what_if_instalments.yaml"))])
        _grid()


def _grid() -> None:
    """500 variants on one cohort in one run, against one variant."""
    small = (HERE / "what_if.yaml").read_text().replace("patients: 10000", "patients: 500")
    prices = ", ".join(str(400_000 + 10_000 * k) for k in range(25))
    with tempfile.TemporaryDirectory() as folder:
        single, grid = Path(folder) / "single.yaml", Path(folder) / "grid.yaml"
        single.write_text(small)
        grid.write_text(small + _GRID.format(prices=prices))
        one, many = spent_by(what_if(single)), spent_by(what_if(grid))
    _print("one variant", [one])
    _print("500 variants", [many])
    print(f"of 500 single runs {many.wall_seconds / one.wall_seconds / 500:.3f}")


def _print(name: str, spent: list[Spent]) -> None:
    wall, cpu = (statistics.median(getattr(s, f) for s in spent) for f in ("wall_seconds", "cpu_seconds"))
    print(f"{name:18} {wall:7.2f} s {cpu:7.2f} cpu s {max(s.peak_mb for s in spent):7.0f} MB", flush=True)


if __name__ == "__main__":
    main()
