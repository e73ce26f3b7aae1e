"""Makes a failing case small: fewer rows, emptier cells, a shorter contract, while it still fails.

Hypothesis does this for what it draws itself; this is for cases that follow from a seed.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import yaml

from tests.oracle.evidence import Facts, Row
from tests.strategies.emit import Quoted, Value, yaml_text

LONGEST_SECONDS = 60  # after that what is left is small enough


@dataclass(frozen=True)
class Case:
    """A contract, facts, and the days that are asked about."""

    contract: str
    facts: Facts
    as_of: date
    known_by: date

    def __str__(self) -> str:
        tables = "".join(
            f"\n{name}:" + "".join(f"\n  { ({k: v for k, v in row.items() if v}) }" for row in rows)
            for name, rows in self.facts.items()
            if rows
        )
        return f"{self.contract}\nas of {self.as_of}, known by {self.known_by}{tables}"


def reduced(case: Case, fails: Callable[[Case], bool]) -> Case:
    """A smaller case that fails as this one does; `fails` is False for one that is no valid contract."""
    end = time.monotonic() + LONGEST_SECONDS
    progress = True
    while progress and time.monotonic() < end:
        progress = False
        for smaller in _smaller(case):
            if time.monotonic() > end:
                break
            if fails(smaller):
                case, progress = smaller, True
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    """Simpler cases, those with the most left out first."""
    for facts in _fewer_rows(case.facts):
        yield replace(case, facts=facts)
    said = yaml.load(case.contract, Loader=yaml.BaseLoader)
    for simpler in _shorter(said):
        yield replace(case, contract=yaml_text(_quoted(simpler)))
    for facts in _emptier(case.facts):
        yield replace(case, facts=facts)
    if case.known_by != case.as_of:
        yield replace(case, known_by=case.as_of)


def _fewer_rows(facts: Facts) -> Iterator[Facts]:
    """Without half the patients, without one, without half of a table, without one row."""
    patients = sorted({str(row["patient_id"]) for row in facts["treatments"]})
    for some in [*_halves(patients), *([one] for one in patients)] if len(patients) > 1 else []:
        yield {name: [row for row in rows if row["patient_id"] not in some] for name, rows in facts.items()}
    for name, rows in facts.items():
        numbers = list(range(len(rows)))
        for gone in [*_halves(numbers), *([n] for n in numbers)]:
            left = [row for n, row in enumerate(rows) if n not in gone]
            if left or name != "treatments":
                yield {**facts, name: left}


def _halves(things: list[Any]) -> list[list[Any]]:
    middle = len(things) // 2
    return [things[:middle], things[middle:]] if len(things) > 3 else []


def _emptier(facts: Facts) -> Iterator[Facts]:
    """With one cell empty."""
    for name, rows in facts.items():
        for n, row in enumerate(rows):
            for column in ("known_on", "source", "status", "unit", "study_day", "treatment_id", "value"):
                if row.get(column) and (name, column) != ("treatments", "treatment_id"):
                    changed: Row = {**row, column: ""}
                    yield {**facts, name: [*rows[:n], changed, *rows[n + 1 :]]}


def _shorter(said: Any) -> Iterator[Any]:
    """The tree with one key or item left out, or one part of a condition, or one amount made plain."""
    if isinstance(said, dict):
        for key in said:
            yield {name: one for name, one in said.items() if name != key}
        for key, value in said.items():
            for simpler in _plainer(key, value) if isinstance(value, str) else _shorter(value):
                yield {**said, key: simpler}
    if isinstance(said, list):
        for n in range(len(said)):
            yield [*said[:n], *said[n + 1 :]]
        for n, value in enumerate(said):
            for simpler in _shorter(value):
                yield [*said[:n], simpler, *said[n + 1 :]]


def _plainer(key: str, text: str) -> Iterator[str]:
    if key in ("if", "eligible"):
        parts = text.split(" and ")
        yield from (" and ".join(parts[:n] + parts[n + 1 :]) for n in range(len(parts)) if len(parts) > 1)
    if key in ("amount", "at_most", "at_least") and not text.replace(".", "").isdigit():
        yield "100"


def _quoted(said: Any, key: str = "") -> Any:
    """The tree with the texts in quotes that must be."""
    if isinstance(said, dict):
        return {name: _quoted(one, name) for name, one in said.items()}
    if isinstance(said, list):
        return [_quoted(one) for one in said]
    text: Value = Quoted(said) if key in ("clause", "title", "if", "eligible", "unit") else said
    return text
