"""Where a row of facts stood and what it says: for explanations and statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from engine.feeds import quoting
from engine.feeds.facts import Facts


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row of outcomes with its place. `line` is the physical line (CSV) or the row's number (Parquet)."""

    row_no: int
    record_id: str | None
    measure: str
    effective_on: date | None
    study_day: int | None
    value: str | None
    source: str
    status: str
    known_on: date
    file: str
    line: int


def evidence(facts: Facts, row_nos: Iterable[int]) -> list[Evidence]:
    """The rows of outcomes with these numbers, by number."""
    wanted = sorted(set(row_nos))
    rows = facts.connection.execute(
        "SELECT o.row_no, record_id, measure, effective_on, study_day, value, source, coalesce(status, 'final'),"
        f" known_on, file, line FROM {quoting.name(facts.schema, 'outcomes')} AS o"
        f" JOIN {quoting.name(facts.schema, 'places')} AS p ON o.row_no = p.row_no"
        " WHERE p.table_name = 'outcomes' AND o.row_no IN (SELECT unnest($wanted::BIGINT[])) ORDER BY o.row_no",
        {"wanted": wanted},
    ).fetchall()
    return [Evidence(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row of outcomes whose treatment or patient has not come yet; it takes effect when that comes."""

    row_no: int
    waits_for: str  # `treatment` or `patient`
    file: str
    line: int


def waiting_outcomes(facts: Facts) -> list[Waiting]:
    """Outcomes whose treatment (or, where they name none, whose patient) is not among the treatments."""
    outcomes, treatments, places = (
        quoting.name(facts.schema, relation) for relation in ("outcomes", "treatments", "places")
    )
    rows = facts.connection.execute(
        f"""WITH waiting AS (
            SELECT row_no, CASE WHEN treatment_id IS NULL THEN 'patient' ELSE 'treatment' END AS waits_for
            FROM {outcomes}
            WHERE CASE WHEN treatment_id IS NULL THEN patient_id NOT IN (SELECT patient_id FROM {treatments})
                ELSE treatment_id NOT IN (SELECT treatment_id FROM {treatments}) END)
        SELECT row_no, waits_for, file, line FROM waiting JOIN {places} USING (row_no)
        WHERE table_name = 'outcomes' ORDER BY row_no"""
    ).fetchall()
    return [Waiting(*row) for row in rows]
