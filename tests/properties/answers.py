"""One question put to the oracle and to the engine's backends, with answers in one form."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
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
}
EVERYTHING = Traits()  # a plan for whatever a feed can hold


@dataclass(frozen=True)
class Answer:
    """Rows by what they are, sorted; where `failures` (treatment, clause) has any, there is nothing else."""

    lines: tuple[Row, ...] = ()
    statuses: tuple[Row, ...] = ()
    not_eligible: tuple[Row, ...] = ()
    held: tuple[Row, ...] = ()
    net: Fraction = Fraction(0)
    failures: frozenset[Row] = frozenset()

    def without(self, treatments: Collection[object]) -> "Answer":
        """The answer for all treatments but these."""
        return _of({name: [r for r in getattr(self, name) if r[0] not in treatments] for name in _ASKED})


def by_oracle(text: str, rows: RawFacts, as_of: date, known_by: date) -> Answer:
    """The oracle's answer; of failures it names the first only."""
    try:
        said = owed(text, rows, as_of, known_by)
    except AmountError as refused:
        return Answer(failures=frozenset({(refused.treatment_id, refused.clause)}))
    answer = _of({name: _tuples(said[name], columns) for name, columns in _ASKED.items()})
    assert answer.net == Fraction(said["net"])
    return answer


class Engine:
    """The engine's backends over one connection, used for every question."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})

    def read(self, rows: RawFacts) -> Facts:
        """The rows as facts, with the checks of files."""
        return facts_from_rows(rows, connection=self.connection)[0]

    @staticmethod
    def on_duckdb(contract: m.Contract, facts: Facts, run: Run, traits: Traits | None = None) -> Answer:
        """The default backend's answer, by a plan for the facts' own traits unless others are given."""
        run_plan(build_plan(contract, run, traits or traits_of(facts)), facts.connection, facts.schema)
        return _answer(contract, {name: _table(facts.connection, name) for name in RESULTS})

    @staticmethod
    def on_polars(contract: m.Contract, facts: Facts, run: Run, traits: Traits | None = None) -> Answer:
        """The same on Polars."""
        plan = build_plan(contract, run, traits or traits_of(facts))
        frames = run_plan_polars(plan, facts_frames(facts))
        return _answer(contract, {name: frame.to_dicts() for name, frame in frames.items()})


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    result = connection.execute(f'SELECT * FROM temp."{name}"')
    columns = [column[0] for column in result.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]


def _answer(contract: m.Contract, results: Mapping[str, list[dict[str, Any]]]) -> Answer:
    if results["failures"]:
        return Answer(failures=frozenset((row["treatment_id"], row["clause"]) for row in results["failures"]))
    for row in results["lines"]:
        row["amount"] = format_minor(row["amount"], contract.currency)
    for name, column in (("lines", "due"), ("statuses", "decided_on")):
        for row in results[name]:
            row[column] = row[column] and row[column].isoformat()
    return _of({name: _tuples(results[name], columns) for name, columns in _ASKED.items()})


def _tuples(rows: Iterable[Mapping[str, Any]], names: tuple[str, ...]) -> list[Row]:
    return [tuple(row[name] for name in names) for row in rows]


def _of(parts: Mapping[str, list[Row]]) -> Answer:
    """An answer with its rows sorted and its net added up."""
    rows = {name: tuple(sorted(part, key=repr)) for name, part in parts.items()}
    net = sum((Fraction(str(line[-1])) for line in rows["lines"]), Fraction(0))
    return Answer(rows["lines"], rows["statuses"], rows["not_eligible"], rows["held"], net)
