"""The head of a run's document: contract, dates and totals. Apart, as a run of millions prints no more."""

from typing import Any

from engine.kernel.money import format_minor
from engine.settlement.owed import Owed

Document = dict[str, Any]


def totals_document(owed: Owed) -> Document:
    """The head of the JSON of `owed`: contract, dates and totals."""
    directions: dict[str, str] = {c.id: c.direction for c in owed.contract.clauses}
    directions |= {limit.id: limit.direction for limit in owed.contract.limits}
    sums = {"payment": 0, "refund": 0}
    for clause, amount in owed.rows("SELECT clause, sum(amount)::BIGINT FROM lines GROUP BY ALL"):
        sums[directions[clause]] += amount
    money = {"net": sum(sums.values()), "payments": sums["payment"], "refunds": sums["refund"]}
    return {
        "contract": owed.contract.id,
        "version": owed.contract.version,
        "as_of": owed.run.as_of.isoformat() if owed.run.as_of else None,
        "known_by": owed.run.known_by.isoformat(),
        "currency": owed.contract.currency,
        **{name: format_minor(amount, owed.contract.currency) for name, amount in money.items()},
    }
