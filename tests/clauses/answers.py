"""A contract and a few rows through the whole engine, on both backends, with the answers in a short form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from engine.backends.duckdb import run_plan
from engine.backends.polars import facts_frames, run_plan_polars
from engine.feeds.rows import facts_from_rows
from engine.kernel.money import format_minor
from engine.language.reader import read_contract_text
from engine.plan.build import RESULTS, build_plan
from engine.plan.tables import Run
from engine.settlement.owed import Owed, run_contract, traits_of
from tests.backends.both import rows_of

Row = Mapping[str, str | None]
CONNECTION = duckdb.connect(config={"threads": 1})
HEAD = """\
contract: words
title: One word of the language
parties: {manufacturer: M, payer: P}
currency: EUR
in_force: {from: 2018-01-01}
product: {name: drug, codes: [X]}
defaults:
  if_missing: not_met
  if_died: ignore
  if_coverage_ends: ignore
  if_tied: worst
  late_evidence: reopen
settlement: {every: month, pay_within: 30 days}
"""


@dataclass(frozen=True)
class Answers:
    """`lines`: (clause, n, due, signed amount) of all treatments; `held` and `failures`: (clause, n)."""

    lines: list[tuple[str, int, str, str]]
    held: list[tuple[str, int]]
    failures: list[tuple[str, int]]

    def of(self, clause: str) -> list[tuple[int, str, str]]:
        """(n, due, amount) of one clause's lines."""
        return [(n, due, amount) for c, n, due, amount in self.lines if c == clause]

    def total(self, clause: str) -> str:
        """The one amount of a clause; 0 where it has no line."""
        amounts = [amount for c, _, _, amount in self.lines if c == clause]
        assert len(amounts) < 2
        return amounts[0] if amounts else "0"


def treatment(index_date: str = "2018-01-01", **columns: str | None) -> dict[str, str | None]:
    """A treatment T of patient P1 under the contract of HEAD."""
    fixed = {"treatment_id": "T", "patient_id": "P1", "product": "X", "payer": "P"}
    return {**fixed, "index_date": index_date, **columns}


def outcome(measure: str, on: str, value: str | None = None, **columns: str | None) -> dict[str, str | None]:
    """A row of patient P1, known on its day."""
    fixed = {
        "patient_id": "P1",
        "treatment_id": "T",
        "measure": measure,
        "effective_date": on,
        "value": value,
    }
    return {**fixed, "known_on": on, **columns}


def answers(
    text: str,
    treatments: Sequence[Row],
    outcomes: Sequence[Row] = (),
    as_of: str = "2030-12-31",
    known_by: str | None = None,
) -> Answers:
    """What is owed, on both backends, which must agree."""
    contract = read_contract_text(text, "c.yaml")
    facts = facts_of(treatments, outcomes)
    run = Run(date.fromisoformat(as_of), date.fromisoformat(known_by or as_of))
    plan = build_plan(contract, run, traits_of(facts))
    run_plan(plan, facts.connection, facts.schema)
    first = {name: rows_of(facts.connection, name) for name in RESULTS}
    second = {name: frame.to_dicts() for name, frame in run_plan_polars(plan, facts_frames(facts)).items()}
    assert {n: _sorted(rows) for n, rows in first.items()} == {n: _sorted(rows) for n, rows in second.items()}
    lines = [
        (row["clause"], row["n"], row["due"].isoformat(), format_minor(row["amount"], contract.currency))
        for row in first["lines"]
    ]
    held = [(row["clause"], row["n"]) for row in first["held"]]
    return Answers(sorted(lines), sorted(held), sorted((r["clause"], r["n"]) for r in first["failures"]))


def owed(
    text: str, treatments: Sequence[Row], outcomes: Sequence[Row] = (), as_of: str = "2030-12-31"
) -> Owed:
    """The run itself, on DuckDB, for what is said about it."""
    day = date.fromisoformat(as_of)
    return run_contract(read_contract_text(text, "c.yaml"), facts_of(treatments, outcomes), Run(day, day))


def facts_of(treatments: Sequence[Row], outcomes: Sequence[Row]) -> Any:
    """The rows as facts; an outcome without a record id gets one of its own."""
    outcomes = [{"record_id": f"row{k}", **row} for k, row in enumerate(outcomes)]
    facts, report = facts_from_rows(
        {"treatments": treatments, "outcomes": outcomes, "coverage": []}, connection=CONNECTION
    )
    assert not report.quarantine
    return facts


def _sorted(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)
