"""The engine against hand-written SQL, a bare scan and a large contract: whole processes, in turn, several times.

    python -m benchmarks.run [--treatments 1000000] [--rounds 5] [--data DIR] [--json FILE]

Prints the median of wall and processor seconds and of peak memory, and the engine's ratio to each other process,
round by round, so that a machine that slows down slows down all of them. The feed is generated where DIR lacks it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
AS_OF = "2019-12-31"
OBA = "from engine.cli.main import main; main()"


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process took."""

    wall_seconds: float
    cpu_seconds: float
    peak_mb: float


def commands(feeds: Path, out: Path) -> dict[str, list[str]]:
    """The processes in the order of a round."""
    days = ["--as-of", AS_OF, "--known-by", AS_OF]

    def owed(contract: Path) -> list[str]:
        files = ["--feeds", str(feeds), "--out", str(out / contract.stem)]
        return [sys.executable, "-c", OBA, "owed", str(contract), *files, *days, "--quiet"]

    return {
        "engine": owed(ROOT / "contracts" / "kymriah-us-day30"),
        "large": owed(ROOT / "benchmarks" / "large.yaml"),
        "tuned SQL": [sys.executable, "-m", "benchmarks.tuned", str(feeds), str(out / "tuned"), AS_OF],
        "scan": [sys.executable, "-m", "benchmarks.scan", str(feeds)],
    }


def spent_by(command: list[str]) -> Spent:
    """Run a process to its end; the operating system's own account of it."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    peak = usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    return Spent(wall, usage.ru_utime + usage.ru_stime, peak)


def measure(feeds: Path, rounds: int) -> dict[str, list[Spent]]:
    """One round that does not count, then `rounds` of them."""
    with tempfile.TemporaryDirectory(prefix="oba-benchmark-") as out:
        todo = commands(feeds, Path(out))
        for command in todo.values():
            spent_by(command)
        found: dict[str, list[Spent]] = {name: [] for name in todo}
        for _ in range(rounds):
            for name, command in todo.items():
                found[name].append(spent_by(command))
    return found


def ratio(found: dict[str, list[Spent]], other: str, figure: str) -> float:
    """The median of the engine's figure over the other's, round by round."""
    pairs = zip(found["engine"], found[other], strict=True)
    return statistics.median(getattr(a, figure) / getattr(b, figure) for a, b in pairs)


def summary(found: dict[str, list[Spent]]) -> list[dict[str, float | str]]:
    """A row a process: medians, and the engine's ratios to it."""
    return [
        {
            "process": name,
            "wall_seconds": round(statistics.median(s.wall_seconds for s in runs), 2),
            "cpu_seconds": round(statistics.median(s.cpu_seconds for s in runs), 2),
            "peak_mb": round(max(s.peak_mb for s in runs)),
            "engine_wall_ratio": round(ratio(found, name, "wall_seconds"), 2),
            "engine_cpu_ratio": round(ratio(found, name, "cpu_seconds"), 2),
        }
        for name, runs in found.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the engine against hand-written SQL.")
    parser.add_argument("--treatments", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "oba-benchmark")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    feeds = arguments.data / str(arguments.treatments)
    if not (feeds / "outcomes.parquet").exists():
        # In a process of its own: a child's peak memory counts what its parent held when it was made.
        make = [sys.executable, "-m", "benchmarks.generate", "--out", str(feeds)]
        subprocess.run([*make, "--treatments", str(arguments.treatments)], cwd=ROOT, check=True)
    found = measure(feeds, arguments.rounds)
    rows = summary(found)
    print(f"{arguments.treatments:,} treatments, {arguments.rounds} rounds, {os.cpu_count()} processors")
    print("process      wall s    cpu s   peak MB   engine's ratio: wall    cpu")
    for row in rows:
        print(
            "{process:<10} {wall_seconds:>8} {cpu_seconds:>8} {peak_mb:>9} {engine_wall_ratio:>22}"
            " {engine_cpu_ratio:>6}".format(**row)
        )
    wall, cpu = (1 / ratio(found, "large", figure) for figure in ("wall_seconds", "cpu_seconds"))
    print(
        f"the large contract takes {wall:.2f} times as long as that of one outcome ({cpu:.2f} times the processor)"
    )
    if arguments.json:
        runs = {name: [asdict(s) for s in spent] for name, spent in found.items()}
        arguments.json.write_text(json.dumps({"summary": rows, "runs": runs}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
