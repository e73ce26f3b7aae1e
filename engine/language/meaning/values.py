"""Values: what amounts and comparisons are made of; tables of amounts."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number; `80%` is 4/5."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Day:
    value: date


@dataclass(frozen=True, slots=True)
class TermRef:
    """A named term, in the version in force on the treatment's index date."""

    name: str


@dataclass(frozen=True, slots=True)
class Invoiced:
    """The treatment's own amount, in the contract's currency."""


@dataclass(frozen=True, slots=True)
class Paid:
    """The treatment's payment lines fallen due by the day on which this line falls due, before limits."""


@dataclass(frozen=True, slots=True)
class IndexDate:
    """The treatment's index date, as `index` or `index_date`."""


@dataclass(frozen=True, slots=True)
class AgeAtIndex:
    """Completed years from birth date to index date; NULL without a birth date."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of treatments, read as the type that its use asks for. Empty or unreadable is NULL."""

    name: str
    type: Literal["number", "text", "date", "truth"]


@dataclass(frozen=True, slots=True)
class OutcomeField:
    """A property of the row that decided an outcome.

    `count` is of its satisfying rows in the window so far, `covered` the share of the window's days with supply.
    """

    outcome: str
    field: Literal["date", "value", "count", "baseline", "change", "covered"]


@dataclass(frozen=True, slots=True)
class RowField:
    """In a clause that says `for_each`: the date, or the value as a number, of the row that a line stands for."""

    outcome: str
    field: Literal["date", "value"]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left op right`; `80% of price` is a product."""

    op: Literal["+", "-", "*", "/"]
    left: "Value"
    right: "Value"


@dataclass(frozen=True, slots=True)
class Extreme:
    kind: Literal["min", "max"]
    parts: tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Completed units from `start` to `end`, both dates; negative the other way round."""

    unit: Literal["days", "months", "years"]
    start: "Value"
    end: "Value"


@dataclass(frozen=True, slots=True)
class Treatments:
    """In a cohort clause: how many treatments of the contract have an index date in the period."""


@dataclass(frozen=True, slots=True)
class CohortRate:
    """In a cohort clause: the rate that its rows test, less what it is set against."""


Value = (
    Number | Text | Day | TermRef | Invoiced | Paid | IndexDate | AgeAtIndex | Column | OutcomeField
    | RowField | Arithmetic | Extreme | Elapsed | Treatments | CohortRate
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableRow:
    """What applies where `by` is on the right side of `bound`: always for `otherwise`, which has none."""

    kind: Literal["below", "at_most", "above", "at_least", "otherwise"]
    bound: Number | TermRef | None
    amount: Value  # of a marginal table the rate for every unit in the row's band
    text: str  # as written: `below 12: 80% of price`


@dataclass(frozen=True, slots=True)
class Table:
    """The amount of the first row that `by` fits; some row always does.

    With `marginal` tiers the rows are bands in ascending order, and the amount is the sum over the bands of rate ×
    the units of `by` that lie in each; `by` must not be below zero.
    """

    by: Value
    by_text: str
    rows: tuple[TableRow, ...]
    tiers: Literal["whole", "marginal"] = "whole"

    @property
    def text(self) -> str:
        """As written, on one line."""
        tiers = "each unit by its band" if self.tiers == "marginal" else "by the first row that fits"
        return f"table by {self.by_text}, {tiers} ({'; '.join(row.text for row in self.rows)})"


Amount = Value | Table
