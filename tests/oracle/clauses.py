"""What a payment or refund clause says."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.oracle.dates import Offset, parse_length, parse_offset
from tests.oracle.money import number_or_percent
from tests.oracle.syntax import Node, parse
from tests.oracle.table_rules import Amount, read_amount


@dataclass(frozen=True)
class ForEach:
    """One line for each row of an outcome, from the `first`-th to the `last`-th, `after` its date."""

    outcome: str
    first: int
    last: int | None
    after: Offset


@dataclass(frozen=True)
class Clause:
    """A payment or refund clause.

    `dues` has one offset for each number in the series; None where the clause has no `due`, so that the
    day its condition became TRUE is the due day. `shares` is None where each line is the whole amount.
    With `for_each` the rows make the series, and `dues` is empty.
    """

    id: str
    direction: str
    dues: tuple[Offset | None, ...]
    repeated: bool
    condition: Node | None
    on_failure: str
    amount: Amount
    shares: tuple[Fraction, ...] | None
    for_each: ForEach | None
    if_payer_changes: str


def read_clause(said: dict[str, Any], direction: str, defaults: dict[str, Any]) -> Clause:
    """The clause, with what `defaults` says of a change of payer."""
    shares: tuple[Fraction, ...] | None = None
    dues: tuple[Offset | None, ...] = (parse_offset(said["due"]) if said.get("due") else None,)
    for_each = None
    if "each" in said:
        dues = tuple(parse_offset(one) for one in said["each"])
    if "instalments" in said:
        dues, shares = _instalments(said["instalments"])
    if "for_each" in said:
        dues = ()
        for_each = _for_each(said)
    return Clause(
        id=said["id"],
        direction=direction,
        dues=dues,
        repeated="each" in said or "instalments" in said,
        condition=parse(said["if"]) if said.get("if") else None,
        on_failure=said.get("on_failure", "skip"),
        amount=read_amount(said),
        shares=shares,
        for_each=for_each,
        if_payer_changes=said.get("if_payer_changes") or defaults.get("if_payer_changes") or "original",
    )


def _instalments(said: dict[str, Any]) -> tuple[tuple[Offset | None, ...], tuple[Fraction, ...]]:
    """The due offsets (first + k x every) and the shares of the whole, equal where left out."""
    first, every, count = parse_offset(said["first"]), parse_length(said["every"]), int(said["count"])
    shares = [Fraction(1, count)] * count
    if "shares" in said:
        shares = [number_or_percent(one) for one in said["shares"]]
    return tuple(first.plus(k, every) for k in range(count)), tuple(shares)


def _for_each(said: dict[str, Any]) -> ForEach:
    last = int(said["to"]) if "to" in said else None
    return ForEach(said["for_each"], int(said.get("from", 1)), last, parse_offset(said.get("due") or "due"))
