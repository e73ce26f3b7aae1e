"""Rows of the three tables as one run sees them: known by a day, in their last version."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TypeAlias

from tests.oracle.dates import DayOf, first_day

Row: TypeAlias = dict[str, str | None]
Facts: TypeAlias = dict[str, list[Row]]
Key: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Treatment:
    """One treated unit; `columns` holds every column of its row, empty ones as ""."""

    id: str
    patient: str
    index: date
    columns: dict[str, str]


@dataclass(frozen=True)
class Result:
    """An outcome row on its day, for one treatment.

    `measured` is the number that a test sees where it is not the value itself: a change.
    """

    day: date
    value: str
    source: str
    measured: Fraction | None = None


@dataclass(frozen=True)
class Span:
    """Days of coverage by one payer, both ends included; `last` is None while it runs."""

    payer: str
    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether the day is covered by it."""
        return self.first <= day and (self.last is None or day <= self.last)


def cell(row: Row, column: str) -> str:
    """A cell's text; "" where it is empty or absent."""
    return row.get(column) or ""


def known_on(row: Row) -> date:
    """The day from which the row could be used; one that does not say was always known."""
    text = cell(row, "known_on")
    return date.fromisoformat(text) if text else date.min


def last_versions(rows: list[Row], known_by: date, key_of: Callable[[Row], Key]) -> list[Row]:
    """The row of each key that holds on `known_by`: the one known last.

    Preliminary rows move nothing and replace nothing. Two rows of one key and day that differ are a
    conflict and neither counts. A row entered in error takes the earlier ones of its key with it.
    """
    versions: dict[Key, dict[date, list[Row]]] = {}
    for row in rows:
        day = known_on(row)
        if day <= known_by:
            versions.setdefault(key_of(row), {}).setdefault(day, []).append(row)
    holding = []
    for by_day in versions.values():
        for day in sorted(by_day, reverse=True):
            same_day = by_day[day]
            conflict = any(_content(row) != _content(same_day[0]) for row in same_day)
            if conflict or cell(same_day[0], "status") == "preliminary":
                continue
            if cell(same_day[0], "status") != "entered_in_error":
                holding.append(same_day[0])
            break
    return holding


def _content(row: Row) -> dict[str, str]:
    return {column: cell(row, column) for column in row if cell(row, column)}


def outcome_key(row: Row) -> Key:
    """Source and record id, else what says which assessment it is."""
    if cell(row, "record_id"):
        return ("record", cell(row, "source"), cell(row, "record_id"))
    columns = ("patient_id", "treatment_id", "measure", "effective_date", "study_day", "source")
    return ("row", *(cell(row, column) for column in columns))


class Evidence:
    """All facts; what one day knows of the outcomes and coverage is worked out once for that day."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._outcomes: dict[date, dict[Key, list[Row]]] = {}
        self._coverage: dict[date, dict[Key, list[Row]]] = {}

    def treatments(self, as_of: date, known_by: date) -> list[Treatment]:
        """The treatments begun on or before `as_of`, one each, in order of id."""
        rows = self.facts.get("treatments", [])
        found = []
        for row in last_versions(rows, known_by, lambda row: (cell(row, "treatment_id"),)):
            columns = {column: cell(row, column) for column in row}
            index = cell(row, "index_date")
            if index and date.fromisoformat(index) <= as_of:
                day = date.fromisoformat(index)
                found.append(Treatment(columns["treatment_id"], columns["patient_id"], day, columns))
        return sorted(found, key=lambda one: one.id)

    def results(
        self, treatment: Treatment, measure: str, unit: str | None, *, known_by: date, day_of: DayOf
    ) -> list[Result]:
        """All rows of a measure or event for a treatment, by date; partial dates read by `day_of`.

        A row in another unit than the contract's is left out; an empty unit is the contract's.
        """
        if known_by not in self._outcomes:
            rows = last_versions(self.facts.get("outcomes", []), known_by, outcome_key)
            self._outcomes[known_by] = _gathered(rows, ("patient_id", "measure"))
        found = []
        for row in self._outcomes[known_by].get((treatment.patient, measure), []):
            day = _day(row, treatment, day_of)
            own = cell(row, "treatment_id") in ("", treatment.id)
            in_unit = unit is None or cell(row, "unit") in ("", unit)
            if own and in_unit and day is not None:
                found.append(Result(day, cell(row, "value"), cell(row, "source")))
        return sorted(found, key=lambda one: (one.day, one.source, one.value))

    def spans(self, patient: str, as_of: date, known_by: date) -> list[Span]:
        """The patient's spans, of any payer, that began on or before `as_of`, by first day."""
        if known_by not in self._coverage:
            columns = ("patient_id", "payer", "from_date")
            rows = last_versions(
                self.facts.get("coverage", []),
                known_by,
                lambda row: tuple(cell(row, name) for name in columns),
            )
            self._coverage[known_by] = _gathered(rows, ("patient_id",))
        found = []
        for row in self._coverage[known_by].get((patient,), []):
            first, to = first_day(cell(row, "from_date")), cell(row, "to_date")
            if first <= as_of:
                found.append(Span(cell(row, "payer"), first, date.fromisoformat(to) if to else None))
        return sorted(found, key=lambda span: (span.first, span.last or date.max))


def _gathered(rows: list[Row], columns: tuple[str, ...]) -> dict[Key, list[Row]]:
    """The rows by what these columns say."""
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(cell(row, name) for name in columns), []).append(row)
    return found


def _day(row: Row, treatment: Treatment, day_of: DayOf) -> date | None:
    """The effective day; a study day counts from the index date. None where the row has neither."""
    if cell(row, "effective_date"):
        return day_of(cell(row, "effective_date"))
    if cell(row, "study_day"):
        return treatment.index + timedelta(days=int(cell(row, "study_day")))
    return None
