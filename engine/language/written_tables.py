"""Tables as people write them: rows, each with the bound that it fits and what then applies."""

# ruff: noqa: RUF009 - the defaults declare keys, as dataclasses.field does

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from engine.kernel.money import DECIMAL_PATTERN
from engine.language import pieces, scalars
from engine.language.forms import Form, Record, key, optional
from engine.language.shapes import Choice, Leaf, ListOf, Said

BOUNDS = ("below", "at_most", "above", "at_least")
MAX_ROWS = 200
BoundWritten = Fraction | str  # a number, or the name of a term


def _bound(text: str) -> BoundWritten:
    return text if re.fullmatch(scalars.WORD_PATTERN, text) else scalars.share(text)


BOUND: Leaf[BoundWritten] = Leaf(
    "a number, a percentage or the name of a term",
    _bound,
    {"anyOf": [
        {"type": "number"},
        {"type": "string", "pattern": f"^(?:{DECIMAL_PATTERN} ?%?|{scalars.WORD_PATTERN})$"},
    ]},
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class BoundForm(Form):
    """A row's bound: exactly one of BOUNDS, or whatever stands for `otherwise` in the form that adds it."""

    exactly_one: ClassVar[tuple[str, ...]] = (*BOUNDS, "otherwise")
    below: Said[BoundWritten] | None = optional(BOUND, "it applies below this")
    at_most: Said[BoundWritten] | None = optional(BOUND, "it applies up to this, included")
    above: Said[BoundWritten] | None = optional(BOUND, "it applies above this")
    at_least: Said[BoundWritten] | None = optional(BOUND, "it applies from this on")

    @property
    def chosen(self) -> str:
        """The key of the bound, or `otherwise`."""
        return next(e.key.text for e in self.node.entries if e.key.text in self.exactly_one)

    @property
    def bound(self) -> Said[BoundWritten] | None:
        return self.below or self.at_most or self.above or self.at_least


@dataclass(frozen=True, kw_only=True)
class TableRowForm(BoundForm):
    called = "a row"
    otherwise: Said[str] | None = optional(pieces.AMOUNT, "what applies where no row before it fits")
    amount: Said[str] | None = optional(pieces.AMOUNT, "what applies within the bound")


@dataclass(frozen=True, kw_only=True)
class TableForm(Form):
    called = "a table"
    by: Said[str] = key(pieces.AMOUNT, "what the rows' bounds are compared with", "by: units")
    rows: tuple[TableRowForm, ...] = key(
        ListOf(Record(TableRowForm), "a list of rows", 1, MAX_ROWS),
        "the rows; the first that fits applies",
        "rows: [{below: 12, amount: price}, {otherwise: 0}]",
    )
    tiers: Said[str] | None = optional(
        Choice("whole", "marginal"),
        "one row for the whole (`whole`, if left out), or each unit by the band in which it lies (`marginal`)",
    )


@dataclass(frozen=True, kw_only=True)
class AmountForm(Form):
    """`amount: {table: …}`, which says the same as `table: …`."""

    called = "an amount"
    table: TableForm = key(Record(TableForm), "the amount by the first row that fits", "table: {by: …}")
