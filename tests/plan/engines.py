"""A contract and rows put to both backends, which must agree; the answers by name."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import duckdb

from engine.backends.duckdb import run_plan
from engine.backends.polars import facts_frames, run_plan_polars
from engine.feeds.rows import facts_from_rows
from engine.kernel.money import format_minor
from engine.language.reader import read_contract_text
from engine.plan.build import RESULTS, build_plan
from engine.plan.tables import Run
from engine.settlement.owed import traits_of

Feed = dict[str, list[dict[str, str | None]]]
Row = dict[str, Any]


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def results(text: str, feed: Feed, as_of: str, known_by: str = "2999-12-31") -> dict[str, list[Row]]:
    """The plan's results by name, the same on DuckDB and on Polars."""
    contract = read_contract_text(text, "k.yaml")
    facts, report = facts_from_rows(feed, connection=_connection())
    assert not report.quarantine, report.quarantine
    run = Run(date.fromisoformat(as_of), date.fromisoformat(known_by))
    plan = build_plan(contract, run, traits_of(facts))
    run_plan(plan, facts.connection, facts.schema)
    polars = run_plan_polars(plan, facts_frames(facts))
    found = {}
    for name in RESULTS:
        cursor = facts.connection.execute(f"SELECT * FROM temp.{name}")
        columns = [column[0] for column in cursor.description or ()]
        one = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        other = polars[name].select(columns).to_dicts()
        assert sorted(map(repr, one)) == sorted(map(repr, other)), name
        found[name] = sorted(one, key=repr)
    return found


def lines(text: str, feed: Feed, as_of: str, *clauses: str) -> list[tuple[object, ...]]:
    """(treatment or group, clause, due, amount) of the owed lines of some clauses, or of all."""
    return _money(results(text, feed, as_of)["lines"], text, clauses)


def changes(text: str, feed: Feed, as_of: str, *clauses: str) -> list[tuple[object, ...]]:
    """(treatment or group, limit, due, amount) of what moves limits."""
    return _money(results(text, feed, as_of)["changes"], text, clauses)


def _money(rows: Sequence[Row], text: str, clauses: Sequence[str]) -> list[tuple[object, ...]]:
    currency = read_contract_text(text, "k.yaml").currency
    chosen = [r for r in rows if not clauses or r["clause"] in clauses]
    named = [
        (
            r["treatment_id"] or r["group_name"],
            r["clause"],
            str(r["due"]),
            format_minor(r["amount"], currency),
        )
        for r in chosen
    ]
    return sorted(named)


def treatment(name: str, index: str, **columns: str | None) -> dict[str, str | None]:
    """A row of treatments; each is a patient of its own unless `patient_id` says otherwise."""
    own = {"treatment_id": name, "patient_id": name, "index_date": index, "product": "Q1", "payer": "P"}
    return {**own, **columns}


def row(
    patient: str, measure: str, on: str, value: str | None = None, **columns: str
) -> dict[str, str | None]:
    """A row of outcomes."""
    return {"patient_id": patient, "measure": measure, "effective_date": on, "value": value, **columns}


def feed(
    treatments: Sequence[Mapping[str, str | None]],
    outcomes: Sequence[Mapping[str, str | None]] = (),
    coverage: Sequence[Mapping[str, str | None]] = (),
) -> Feed:
    return {
        "treatments": [dict(t) for t in treatments],
        "outcomes": [dict(o) for o in outcomes],
        "coverage": [dict(c) for c in coverage],
    }
