"""What reading alone takes: every needed column of both files, hashed. No answer could come sooner.

python -m benchmarks.scan FEEDS
"""

import sys
from pathlib import Path

import duckdb

COLUMNS = {
    "treatments": (
        "treatment_id", "patient_id", "product", "payer", "index_date", "birth_date", "diagnosis", "rems_certified",
        "known_on",
    ),
    "outcomes": (
        "record_id", "patient_id", "treatment_id", "measure", "effective_date", "value", "source", "status", "known_on",
    ),
}  # fmt: skip


def run(feeds: Path) -> None:
    connection = duckdb.connect()
    for table, columns in COLUMNS.items():
        read = ", ".join(f"bit_xor(hash({column}))" for column in columns)
        connection.execute(f"SELECT {read} FROM '{feeds / table}.parquet'").fetchall()


if __name__ == "__main__":
    run(Path(sys.argv[1]))
