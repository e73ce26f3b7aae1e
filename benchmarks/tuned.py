"""The hand-written SQL of `tuned.sql` on a folder of Parquet files, as a whole process.

python -m benchmarks.tuned FEEDS OUT AS_OF
"""

import sys
from datetime import date
from pathlib import Path

import duckdb

RESULTS = ("lines", "statuses", "held", "not_eligible")


def run(feeds: Path, out: Path, as_of: date) -> None:
    """Write the four results as Parquet files into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(config={"preserve_insertion_order": False})
    for name, value in {
        "treatments": feeds / "treatments.parquet",
        "outcomes": feeds / "outcomes.parquet",
    }.items():
        connection.execute(f"SET VARIABLE {name} = '{value}'")
    connection.execute(f"SET VARIABLE as_of = DATE '{as_of}'")
    connection.execute((Path(__file__).parent / "tuned.sql").read_text(encoding="utf-8"))
    for name in RESULTS:
        connection.execute(f"COPY (FROM {name}) TO '{out / name}.parquet' (FORMAT parquet)")


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), date.fromisoformat(sys.argv[3]))
