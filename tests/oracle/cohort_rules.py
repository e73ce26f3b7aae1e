"""What a cohort clause says."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.oracle.dates import Offset, parse_length
from tests.oracle.syntax import Node, Number, parse
from tests.oracle.table_rules import TableRow, read_row

DAYS_IN_A_YEAR = Fraction(36525, 100)


@dataclass(frozen=True)
class CohortClause:
    """A clause about all treatments with an index date in one period.

    `outcome` is the one whose rate is taken, None where `by` is tested. `per_days` is the stretch of time for
    which events are counted, None for a plain rate. `against` has one node for each period, the last
    of them holding on; `against_products` the codes of the treatments to compare with.
    """

    id: str
    per: str
    outcome: str | None
    per_days: Fraction | None
    by: Node | None
    against: tuple[Node, ...]
    against_products: frozenset[str]
    minimum: int
    decided: Offset
    rows: tuple[TableRow, ...]
    marginal: bool

    @property
    def directions(self) -> set[str]:
        """The directions in which its rows move money."""
        return {row.direction for row in self.rows if row.direction}


def read_cohort(said: dict[str, Any]) -> CohortClause:
    """The clause of the list under `cohort`."""
    rate, against = said.get("rate"), said.get("against")
    per_time = isinstance(rate, dict)
    products = against["product"] if isinstance(against, dict) else []
    listed = [] if against is None or products else against if isinstance(against, list) else [against]
    return CohortClause(
        id=said["id"],
        per=said["per"],
        outcome=rate["of"] if isinstance(rate, dict) else rate,
        per_days=_days(rate["per"]) if per_time and isinstance(rate, dict) else None,
        by=parse(said["by"]) if "by" in said else None,
        against=tuple(parse(one) for one in listed),
        against_products=frozenset(products),
        minimum=int(said.get("minimum", 1)),
        decided=parse_length(said["decided"]),
        rows=tuple(read_row(row) for row in said["rows"]),
        marginal=said.get("tiers") == "marginal",
    )


def _days(text: str) -> Fraction:
    """A length of years or days in days; a year is 365.25."""
    length = parse_length(text)
    return Fraction(length.months, 12) * DAYS_IN_A_YEAR + length.days


def nothing(node: Node) -> bool:
    """Whether an amount is the plain 0 of `otherwise: 0`."""
    return isinstance(node, Number) and node.value == 0
