"""One question put to the oracle and to the engine's backends, with answers in one form.

An answer is the rows of lines, statuses, not_eligible and held as sorted tuples of text, or the lines whose
amount cannot be worked out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from engine.backends.duckdb import run_plan
from engine.backends.polars import facts_frames, run_plan_polars
from engine.feeds.facts import Facts
from engine.feeds.rows import facts_from_rows
from engine.kernel.money import format_minor
from engine.language import meaning as m
from engine.plan.build import RESULTS, build_plan
from engine.plan.tables import Run, Traits
from engine.settlement.owed import traits_of
from tests.oracle import AmountError, owed
from tests.oracle.evidence import Facts as RawFacts

Row = tuple[object, ...]
_ASKED = {
    "lines": ("treatment_id", "clause", "n", "due", "amount"),
    "statuses": ("treatment_id", "outcome", "n", "status", "decided_on"),
    "not_eligible": ("treatment_id", "failed", "undetermined"),
    "held": ("treatment_id", "clause", "n"),
    "failures": ("treatment_id", "clause"),
}


@dataclass(frozen=True)
class Answer:
    """Rows by what they are; `failures` names treatment and clause, and where there are any, nothing else is."""

    lines: tuple[Row, ...] = ()
    statuses: tuple[Row, ...] = ()
    not_eligible: tuple[Row, ...] = ()
    held: tuple[Row, ...] = ()
    failures: tuple[Row, ...] = ()


def by_oracle(text: str, rows: RawFacts, as_of: date, known_by: date) -> Answer:
    """The oracle's answer; of failures it names the first only."""
    try:
        said = owed(text, rows, as_of, known_by)
    except AmountError as refused:
        return Answer(failures=((refused.treatment_id, refused.clause),))
    parts = {name: _tuples(said[name], _ASKED[name]) for name in _ASKED if name in said}
    return Answer(**parts)


def _tuples(rows: Iterable[dict[str, Any]], names: tuple[str, ...]) -> tuple[Row, ...]:
    return tuple(sorted((tuple(row[name] for name in names) for row in rows), key=repr))


class Engine:
    """One connection, used for every question."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})

    def read(self, rows: RawFacts) -> Facts:
        """The rows as facts, with the checks of files."""
        return facts_from_rows(rows, connection=self.connection)[0]

    def on_duckdb(self, contract: m.Contract, facts: Facts, run: Run, traits: Traits | None = None) -> Answer:
        """The default backend's answer, with the traits of the facts unless others are given."""
        plan = build_plan(contract, run, traits or traits_of(facts))
        run_plan(plan, facts.connection, facts.schema)
        return _answer(contract, {name: self._table(name) for name in RESULTS})

    def _table(self, name: str) -> list[dict[str, Any]]:
        result = self.connection.execute(f'SELECT * FROM temp."{name}"')
        columns = [column[0] for column in result.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]

    @staticmethod
    def on_polars(contract: m.Contract, facts: Facts, run: Run, traits: Traits | None = None) -> Answer:
        """The same plan's answer on Polars."""
        plan = build_plan(contract, run, traits or traits_of(facts))
        frames = run_plan_polars(plan, facts_frames(facts))
        return _answer(contract, {name: frame.to_dicts() for name, frame in frames.items()})


def _answer(contract: m.Contract, results: dict[str, list[dict[str, Any]]]) -> Answer:
    if results["failures"]:
        return Answer(failures=_tuples(results["failures"], _ASKED["failures"]))
    for row in results["lines"]:
        row["amount"] = format_minor(row["amount"], contract.currency)
    for name, column in (("lines", "due"), ("statuses", "decided_on")):
        for row in results[name]:
            row[column] = row[column] and row[column].isoformat()
    return Answer(**{name: _tuples(rows, _ASKED[name]) for name, rows in results.items()})


def net(answer: Answer, currency_digits: int) -> int:
    """The sum of an answer's lines, in minor units."""
    return sum(int(str(line[4]).replace(".", "")) for line in answer.lines) if currency_digits >= 0 else 0
