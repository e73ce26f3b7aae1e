"""What `oba owed … --out` does, as a script: facts in, the plan, three Parquet files out.

    python -m benchmarks.owed CONTRACT FEEDS OUT AS_OF [--times]
"""

import sys
import time
from datetime import date
from pathlib import Path

from engine.feeds.folder import open_folder
from engine.language.reader import read_contract
from engine.plan.tables import Run
from engine.settlement.owed import Owed, work_out

QUERIES = {
    "lines": """SELECT treatment_id, clause, n, due, amount, because, record_id AS evidence
        FROM lines LEFT JOIN (SELECT row_no AS evidence_1, record_id FROM facts.outcomes) USING (evidence_1)""",
    "statuses": """SELECT treatment_id, outcome, n, status, decided_on, record_id AS evidence
        FROM statuses LEFT JOIN (SELECT row_no, record_id FROM facts.outcomes) USING (row_no)""",
    "not_eligible": "FROM not_eligible",
}


def write(owed: Owed, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, query in QUERIES.items():
        owed.connection.execute(f"COPY ({query}) TO '{out / name}.parquet' (FORMAT parquet)")


def main() -> None:
    contract, feeds, out, as_of = (*map(Path, sys.argv[1:4]), date.fromisoformat(sys.argv[4]))
    started = time.perf_counter()
    marks = [("imports", started)]

    def mark(name: str) -> None:
        marks.append((name, time.perf_counter()))

    read = read_contract(contract / "contract.yaml")
    mark("contract")
    facts, _ = open_folder(feeds)
    mark("open_folder")
    owed = work_out(read, facts, Run(as_of, as_of))
    mark("work_out")
    write(owed, out)
    mark("write")
    if "--times" in sys.argv:
        for (_, before), (name, after) in zip(marks, marks[1:], strict=False):
            print(f"{name:12} {after - before:7.3f} s")


if __name__ == "__main__":
    main()
