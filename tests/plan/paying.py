"""A contract of two payers, put to both backends with coverage spans of one patient."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import duckdb

from engine.backends.duckdb import run_plan
from engine.backends.polars import facts_frames, run_plan_polars
from engine.feeds.rows import facts_from_rows
from engine.language.reader import read_contract_text
from engine.plan.build import RESULTS, build_plan
from engine.plan.tables import Run, Traits
from engine.settlement.owed import traits_of

CONTRACT = """\
contract: five-parts
title: Five instalments, a refund where the treatment fails
parties: {manufacturer: Maker, payers: [A, {name: B, codes: [b-old]}, C]}
currency: USD
in_force: {from: 2025-01-01}
product: {name: gene therapy, codes: [J3399]}
terms: {price: 2125000.00, share: 80%}
defaults:
  if_died: ignore
  if_coverage_ends: ignore
  late_evidence: reopen
outcomes:
  failure: {event: failure, window: [day 0, year 5]}
payments:
  - id: part
    clause: "2.1"
    instalments: {first: index, every: 12 months, count: 5}
    amount: price
    if_payer_changes: PAYMENTS
refunds:
  - {id: back, clause: "3.1", if: failure is met, amount: share of paid, if_payer_changes: REFUNDS}
settlement: {every: month, pay_within: 30 days}
"""
Span = tuple[str, str, str | None] | tuple[str, str, str | None, str]  # payer, from, to, known on
Line = tuple[str, int, str | None, str, int]  # clause, n, payer, due, amount in whole units
CONNECTION = duckdb.connect(config={"threads": 1})
INDEX, LAST = "2025-09-15", "2031-12-31"


def contract_text(payments: str = "original", refunds: str = "original", *changes: tuple[str, str]) -> str:
    text = CONTRACT.replace("PAYMENTS", payments).replace("REFUNDS", refunds)
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def rows_of(
    spans: Sequence[Span], failure: str | None = None, payer: str = "A"
) -> Mapping[str, list[dict[str, str | None]]]:
    treatment: dict[str, str | None] = {
        "treatment_id": "T", "patient_id": "P", "product": "J3399", "payer": payer, "index_date": INDEX,
        "known_on": INDEX,
    }  # fmt: skip
    failed: dict[str, str | None] = {
        "record_id": "f",
        "patient_id": "P",
        "measure": "failure",
        "known_on": failure,
    }
    return {
        "treatments": [treatment],
        "outcomes": [failed | {"effective_date": failure}] if failure else [],
        "coverage": [
            {"patient_id": "P", "payer": who, "from_date": first, "to_date": last,
             "known_on": known[0] if known else None}
            for who, first, last, *known in spans
        ],
    }  # fmt: skip


def asked(
    text: str,
    spans: Sequence[Span],
    step: str = "lines",
    as_of: str = LAST,
    known_by: str = LAST,
    failure: str | None = None,
    payer: str = "A",
) -> list[dict[str, object]]:
    """The rows of a result, the same from both backends and from a plan for any feed; or of a step, from DuckDB."""
    contract = read_contract_text(text, "contract.yaml")
    facts, _ = facts_from_rows(rows_of(spans, failure, payer), connection=CONNECTION)
    run = Run(date.fromisoformat(as_of), date.fromisoformat(known_by))
    answers = []
    for traits in (Traits(), traits_of(facts)):
        plan = build_plan(contract, run, traits)
        if step in RESULTS:
            answers.append(run_plan_polars(plan, facts_frames(facts))[step].to_dicts())
        elif answers:
            break  # a step beside the results, which a plan without coverage may lack
        run_plan(plan, CONNECTION, facts.schema)
        found = CONNECTION.execute(f'SELECT * FROM temp."{step}"')
        names = [column[0] for column in found.description or ()]
        answers.append([dict(zip(names, row, strict=True)) for row in found.fetchall()])
    first, *others = (sorted(map(repr, (sorted(r.items()) for r in rows))) for rows in answers)
    assert all(other == first for other in others)
    return answers[0]


def lines(text: str, spans: Sequence[Span], as_of: str = LAST, known_by: str = LAST, failure: str | None = None,
          payer: str = "A") -> list[Line]:  # fmt: skip
    """The owed lines by clause, number and payer; amounts in whole units of the currency."""
    found = asked(text, spans, "lines", as_of, known_by, failure, payer)
    return sorted(
        (row["clause"], row["n"], row["payer"], str(row["due"]), row["amount"] // 100)  # type: ignore[misc, operator]
        for row in found
    )


def held(text: str, spans: Sequence[Span], as_of: str) -> list[tuple[object, object]]:
    return sorted((row["clause"], row["n"]) for row in asked(text, spans, "held", as_of, as_of))


def totals(found: Iterable[Line]) -> dict[tuple[str, str | None], int]:
    """Each payer's total by clause."""
    result: dict[tuple[str, str | None], int] = {}
    for clause, _, payer, _, amount in found:
        result[clause, payer] = result.get((clause, payer), 0) + amount
    return result
