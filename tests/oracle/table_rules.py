"""What a table of amounts says."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.oracle.rules import BOUNDS
from tests.oracle.syntax import Node, fields_read, outcomes_read, parse


@dataclass(frozen=True)
class TableRow:
    """`bound` is one of BOUNDS with a limit, or "otherwise" without; `direction` only in a cohort clause."""

    bound: str
    limit: Node | None
    amount: Node
    direction: str = ""


@dataclass(frozen=True)
class Table:
    """`by` is tested by the rows in their order. Marginal: a row's amount is for each unit of its band."""

    by: Node
    rows: tuple[TableRow, ...]
    marginal: bool

    def nodes(self) -> list[Node]:
        """All that it reads."""
        return [self.by, *(row.amount for row in self.rows)]


Amount: TypeAlias = Node | Table


def read_amount(said: dict[str, Any]) -> Amount:
    """The amount of a payment or refund: `amount`, `table`, or a table under `amount`."""
    amount = said.get("amount")
    table = said.get("table") or (amount["table"] if isinstance(amount, dict) else None)
    if table is None:
        return parse(str(amount))
    rows = tuple(read_row(row) for row in table["rows"])
    return Table(parse(table["by"]), rows, table.get("tiers") == "marginal")


def read_row(said: dict[str, Any]) -> TableRow:
    """`{below: 12, amount: …}`, `{otherwise: …}`; in a cohort `refund` or `payment` in place of `amount`."""
    bound = next(word for word in ("otherwise", *BOUNDS) if word in said)
    amounts = said
    if bound == "otherwise":
        amounts = said[bound] if isinstance(said[bound], dict) else {"amount": said[bound]}
    word = next(word for word in ("amount", "refund", "payment") if word in amounts)
    limit = None if bound == "otherwise" else parse(said[bound])
    return TableRow(bound, limit, parse(amounts[word]), "" if word == "amount" else word + "s")


def amounts_outcomes(amount: Amount) -> set[str]:
    """The outcomes whose fields the amount reads, in whatever row."""
    nodes = amount.nodes() if isinstance(amount, Table) else [amount]
    return {name for node in nodes for name in outcomes_read(node)}


def amounts_fields(amount: Amount) -> set[tuple[str, str]]:
    """The (outcome, field) pairs that the amount reads."""
    nodes = amount.nodes() if isinstance(amount, Table) else [amount]
    return {pair for node in nodes for pair in fields_read(node)}
