"""Folders of feeds for tests, and what comes out of them in a form that can be compared."""

from pathlib import Path

from engine.feeds.facts import Facts
from engine.feeds.report import FeedReport, Quarantined

TREATMENTS = "treatment_id,patient_id,product,payer,index_date\nT1,P1,Q,Plan,2018-01-01\n"
OUTCOMES_HEADER = "record_id,patient_id,measure,effective_date,value"


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Writes files, with a treatment where none is given."""
    folder.mkdir(exist_ok=True)
    for name, text in {"treatments.csv": TREATMENTS, **files}.items():
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def rows(facts: Facts, relation: str, columns: str = "*") -> list[tuple[object, ...]]:
    """Rows of a relation in the order of row_no, where it has one."""
    order = "" if relation == "repeated_records" else " ORDER BY row_no"
    return facts.connection.execute(f"SELECT {columns} FROM {facts.schema}.{relation}{order}").fetchall()


def account(report: FeedReport, file: str) -> tuple[int, int, int, int]:
    """rows, accepted, duplicates, quarantined"""
    found = next(f for f in report.files if f.file == file)
    return found.rows, found.accepted, found.duplicates, found.quarantined


def places(quarantine: tuple[Quarantined, ...]) -> list[tuple[int, str, str]]:
    """line, column, reason"""
    return [(row.line, row.column, str(row.reason)) for row in quarantine]
