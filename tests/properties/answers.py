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
from tests.oracle.evidence import Facts as RawFacts
from tests.oracle.reckon import reckon, result

Row = tuple[object, ...]
_ASKED = {
    "lines": ("treatment_id", "clause", "n", "group", "payer", "due", "amount"),
    "statuses": ("treatment_id", "outcome", "n", "status", "decided_on"),
    "not_eligible": ("treatment_id", "failed", "undetermined"),
    "held": ("treatment_id", "clause", "n", "group"),
}
EVERYTHING = Traits()  # a plan for whatever a feed can hold


@dataclass(frozen=True)
class Answer:
    """Rows by what they are, sorted, and the lines (treatment, clause) whose amount cannot be worked out."""

    lines: tuple[Row, ...] = ()
    statuses: tuple[Row, ...] = ()
    not_eligible: tuple[Row, ...] = ()
    held: tuple[Row, ...] = ()
    failures: frozenset[Row] = frozenset()

    @property
    def net(self) -> Fraction:
        """The sum of the lines."""
        return sum((Fraction(str(line[-1])) for line in self.lines), Fraction(0))

    def without(self, treatments: Collection[object]) -> "Answer":
        """The answer for all treatments but these (None: groups of treatments)."""
        rows = {name: [r for r in getattr(self, name) if r[0] not in treatments] for name in _ASKED}
        return _of(rows, frozenset(f for f in self.failures if f[0] not in treatments))


def by_oracle(text: str, rows: RawFacts, as_of: date, known_by: date) -> Answer:
    """The oracle's answer; of each treatment's failures the first only."""
    contract, found = reckon(text, rows, as_of, known_by)
    said = result(contract, found)
    first: dict[object, Row] = {}
    for failure in found.failures:
        first.setdefault(failure.treatment_id, (failure.treatment_id, failure.clause))
    parts = {name: _tuples(said[name], columns) for name, columns in _ASKED.items()}
    answer = _of(parts, frozenset(first.values()))
    assert answer.net == Fraction(said["net"])
    return answer


def assert_same(answer: Answer, wanted: Answer, rows: RawFacts) -> None:
    """The engine says what the oracle says; it names every failure, the oracle the first of a treatment.

    Nothing else is compared of a patient with a failure, nor of groups of treatments then.
    """
    assert wanted.failures <= answer.failures
    if not wanted.failures:
        assert answer == wanted
        return
    patient_of = {row["treatment_id"]: row["patient_id"] for row in rows["treatments"]}
    failing = {patient_of[str(treatment)] for treatment, _ in wanted.failures if treatment is not None}
    aside = [None, *(treatment for treatment, patient in patient_of.items() if patient in failing)]
    assert answer.without(aside) == wanted.without(aside)


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
    for row in results["lines"]:
        row["amount"] = format_minor(row["amount"], contract.currency)
    for row in [*results["lines"], *results["held"]]:
        row["group"] = row.get("group_name")
    for name, column in (("lines", "due"), ("statuses", "decided_on")):
        for row in results[name]:
            row[column] = row[column] and row[column].isoformat()
    failures = frozenset((row["treatment_id"], row["clause"]) for row in results["failures"])
    return _of({name: _tuples(results[name], columns) for name, columns in _ASKED.items()}, failures)


def _tuples(rows: Iterable[Mapping[str, Any]], names: tuple[str, ...]) -> list[Row]:
    return [tuple(row.get(name) for name in names) for row in rows]


def _of(parts: Mapping[str, list[Row]], failures: frozenset[Row] = frozenset()) -> Answer:
    """An answer with its rows sorted."""
    rows = {name: tuple(sorted(part, key=repr)) for name, part in parts.items()}
    return Answer(rows["lines"], rows["statuses"], rows["not_eligible"], rows["held"], failures)
