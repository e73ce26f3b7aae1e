"""Short ways to write facts of many treatments, and lines of groups, for hand-worked cases."""

from datetime import date
from typing import Any

from tests.oracle import Facts
from tests.oracle.cases import but, treatment
from tests.oracle.evidence import Row


def many(*treatments: tuple[str, str], outcomes: list[Row] | None = None, **columns: str) -> Facts:
    """A treatment for each (id, index date), each of a patient of its own (P and what follows the T)."""
    rows = [
        but(treatment(**columns), treatment_id=name, patient_id=f"P{name[1:]}", index_date=index)
        for name, index in treatments
    ]
    return {"treatments": rows, "outcomes": outcomes or [], "coverage": []}


def seen(patient: str, on: date | str, value: str = "", measure: str = "response", **columns: str) -> Row:
    """An outcome row of a patient."""
    row: Row = {"patient_id": patient, "measure": measure, "effective_date": str(on), "value": value}
    return row | columns


def group_lines(answer: dict[str, Any]) -> list[str]:
    """The lines of groups as `clause group due amount`."""
    return [
        f"{one['clause']} {one['group']} {one['due']} {one['amount']}"
        for one in answer["lines"]
        if one["treatment_id"] is None
    ]


def held_groups(answer: dict[str, Any]) -> list[str]:
    """The held lines of groups as `clause group`."""
    return [f"{one['clause']} {one['group']}" for one in answer["held"] if one["treatment_id"] is None]
