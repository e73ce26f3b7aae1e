"""Short ways to write a contract, its facts, and the answer, for hand-worked cases.

Index day is 2018-01-01 unless said, so that day 30 is 2018-01-31 and day 60 is 2018-03-02. `day(n)` may
be given wherever a date may.
"""

from datetime import date, timedelta
from typing import Any

from tests.oracle import Facts, owed
from tests.oracle.evidence import Row

INDEX = date(2018, 1, 1)
HEAD = """\
contract: test
title: a contract of one outcome
parties: {{manufacturer: Maker, payer: Plan}}
currency: {currency}
in_force: {{from: 2017-09-01, to: 2019-12-31}}
product: {{name: drug, codes: [Q1]}}
terms: {{price: 649000.00, refund_share: 100%}}
eligible: {eligible}
defaults:
  if_missing: not_met
  if_died: {{related: not_met, unrelated: not_evaluable, unknown: not_met}}
  if_coverage_ends: not_evaluable
  if_tied: worst
  late_evidence: reopen
  coverage_gap: {gap}
outcomes:
"""
WINDOW = "{measure: response, window: [day 0, day 30], decided: day 60, met_if: {any: [CR, CRi]}}"


def contract(
    outcome: str = WINDOW,
    clauses: str = "payments: []",
    *,
    currency: str = "USD",
    eligible: str = "not barred",
    gap: str = "0 days",
) -> str:
    """A contract's text: `outcome` is the flow mapping of the outcome x, `clauses` all that follows."""
    head = HEAD.format(currency=currency, eligible=eligible, gap=gap)
    settlement = "settlement: {every: month, pay_within: 38 days, residual: last}\n"
    return f"{head}  x: {outcome}\n{clauses}\n{settlement}"


def day(number: int) -> date:
    """The day with this number; the index day is 0."""
    return INDEX + timedelta(days=number)


def treatment(**columns: str) -> Row:
    """A treatment T1 of patient P1, the contract's unless a column says otherwise."""
    row: Row = {"treatment_id": "T1", "patient_id": "P1", "product": "Q1"}
    return row | {"index_date": str(INDEX), "payer": "Plan", "barred": "false"} | columns


def result(on: date | int | str, value: str = "", measure: str = "response", **columns: str) -> Row:
    """An outcome row of P1, on a day number, date or text; always known unless a column says."""
    on = str(day(on)) if isinstance(on, int) else str(on)
    row: Row = {
        "patient_id": "P1",
        "measure": measure,
        "effective_date": on,
        "value": value,
    }
    return row | columns


def span(first: int, last: int | None, payer: str = "Plan", **columns: str) -> Row:
    """A span of coverage of P1 by day numbers."""
    to = "" if last is None else str(day(last))
    row: Row = {
        "patient_id": "P1",
        "payer": payer,
        "from_date": str(day(first)),
        "to_date": to,
    }
    return row | columns


def but(row: Row, **columns: str) -> Row:
    """The row with some columns changed."""
    return {**row, **columns}


def facts(
    outcomes: list[Row] | None = None,
    coverage: list[Row] | None = None,
    **columns: str,
) -> Facts:
    """One treatment's facts; `columns` are the treatment's."""
    return {"treatments": [treatment(**columns)], "outcomes": outcomes or [], "coverage": coverage or []}


def ask(text: str, known: Facts, as_of: int | date, known_by: int | date | None = None) -> dict[str, Any]:
    """What is owed as of a day number or date, known by the same day unless said."""
    as_of = day(as_of) if isinstance(as_of, int) else as_of
    known_by = day(known_by) if isinstance(known_by, int) else known_by or as_of
    return owed(text, known, as_of, known_by)


def status(answer: dict[str, Any], index: date = INDEX) -> str:
    """The first status with its decided day as a number: `met 29`, `pending`."""
    one = answer["statuses"][0]
    if one["decided_on"] is None:
        return str(one["status"])
    return f"{one['status']} {(date.fromisoformat(one['decided_on']) - index).days}"


def amounts(answer: dict[str, Any]) -> list[str]:
    """The lines as `clause.n due amount`."""
    return [f"{one['clause']}.{one['n']} {one['due']} {one['amount']}" for one in answer["lines"]]
