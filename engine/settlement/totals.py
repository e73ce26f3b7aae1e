"""The head of a run's document: contract, dates and totals. Apart, as a run of millions prints no more."""

from typing import Any

from engine.kernel.money import format_minor
from engine.settlement.owed import Owed

Document = dict[str, Any]


def totals_document(owed: Owed) -> Document:
    """The head of the JSON of `owed`: contract, dates and totals."""
    directions = {part.id: part.direction for part in owed.contract.money_parts}
    sums = {"payment": 0, "refund": 0}
    query = "SELECT clause, amount > 0, sum(amount)::BIGINT FROM lines GROUP BY ALL"
    for clause, is_paid, amount in owed.rows(query):
        sums[directions[clause] or ("payment" if is_paid else "refund")] += amount
    money = {"net": sum(sums.values()), "payments": sums["payment"], "refunds": sums["refund"]}
    return {
        "contract": owed.contract.id,
        "version": owed.contract.version,
        "as_of": owed.run.as_of.isoformat() if owed.run.as_of else None,
        "known_by": owed.run.known_by.isoformat(),
        "currency": owed.contract.currency,
        **{name: format_minor(amount, owed.contract.currency) for name, amount in money.items()},
    }
