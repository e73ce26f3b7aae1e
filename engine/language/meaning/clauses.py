"""Clauses that move money: payments, refunds, limits, and those about all treatments of a period."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from engine.kernel.dates import Shift
from engine.language.meaning.conditions import Condition
from engine.language.meaning.dates import Offset
from engine.language.meaning.values import Amount, Number, TermRef, Value

PayerRule = Literal["original", "ends", "successor", "by_paid"]


@dataclass(frozen=True, slots=True)
class ForEach:
    """One line for each row of an outcome that satisfies its test and lies in its window, numbered by date.

    Rows of one day go by their value as text, then as the feed lists them. Of the lines those from the `first`-th
    to the `last`-th are owed, both included; without `last` all from the first on.
    """

    outcome: str
    first: int = 1
    last: int | None = None


@dataclass(frozen=True, slots=True)
class MoneyClause:
    """One payment or refund clause: when each of its lines falls due, on what condition, how much.

    `dues` has one entry a line of the series (one where there is no series); None stands for the day on which
    the condition became TRUE. With `shares`, `amount` is the whole and line k its k-th part. With `for_each` the
    lines are rows of an outcome, and the one entry of `dues` is reckoned from each row's date.

    `if_payer_changes` says whose a line is: `original`, the treatment's payer; `ends`, the same, and nothing is owed
    from the loss of its coverage on; `successor`, the payer that covers the due day; `by_paid` (refunds), each payer's
    by its share of what was paid.
    """

    id: str
    clause: str
    direction: Literal["payment", "refund"]
    dues: tuple[Offset | None, ...]
    condition: Condition | None
    condition_text: str
    amount: Amount
    amount_text: str
    shares: tuple[Fraction, ...] | None = None
    on_failure: Literal["stop", "skip"] | None = None  # None where no repeated condition is
    repeated: bool = False  # written as a series, even one of one line
    for_each: ForEach | None = None
    if_payer_changes: PayerRule = "original"


Per = Literal["treatment", "patient", "contract_year", "calendar_year", "contract"]


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound on the total of some clauses over a treatment or group, in the direction that they share.

    `patient_first` stands alone: so much of the total goes to the patient before the payer.
    """

    id: str
    clause: str
    of: tuple[str, ...]  # ids of money clauses and of earlier limits, written out
    direction: Literal["payment", "refund"]
    per: Per
    at_most: Value | None
    at_least: Value | None
    patient_first: Value | None
    of_text: str  # as written: `refunds`
    bound_text: str  # as written: `at most 80% of price`

    @property
    def is_yearly(self) -> bool:
        """Whether its groups are years, to which a line belongs by the day on which it falls due."""
        return self.per in ("contract_year", "calendar_year")


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """met / (met + not_met) over a period's treatments."""

    outcome: str


@dataclass(frozen=True, slots=True)
class PersonTimeRate:
    """Satisfying rows of an outcome for so many years of observation, a year being 365.25 days."""

    outcome: str
    years: int


@dataclass(frozen=True, slots=True)
class Curve:
    """What a rate is set against: the k-th value in the contract's k-th period, the last one from then on."""

    values: tuple[Number | TermRef, ...]


@dataclass(frozen=True, slots=True)
class Comparator:
    """A rate is set against the same rate over the treatments of these product codes."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CohortRow:
    """What is owed where the rate or volume is on the right side of `bound`."""

    kind: Literal["below", "at_most", "above", "at_least", "otherwise"]
    bound: Number | TermRef | None
    direction: Literal["payment", "refund"] | None  # None where nothing is owed
    amount: Value  # of a marginal clause the rate for every unit in the row's band
    bound_text: str  # as written: `below 70%`
    amount_text: str  # as written: `12% of paid`

    @property
    def text(self) -> str:
        """As a table's row says it: `below 70%: refund 12% of paid`."""
        return f"{self.bound_text}: {' '.join(filter(None, (self.direction, self.amount_text)))}"


@dataclass(frozen=True, slots=True)
class Cohort:
    """A clause about all treatments with an index date in one period: a rate, or a volume `by`, and its rows."""

    id: str
    clause: str
    per: Literal["contract_year", "calendar_year", "quarter", "contract"]
    rate: ResponseRate | PersonTimeRate | None
    by: Value | None
    by_text: str
    against: Curve | Comparator | None
    minimum: int  # so many must be decided, of both sides of a comparison
    decided: Shift  # from the period's last day
    rows: tuple[CohortRow, ...]
    tiers: Literal["whole", "marginal"]

    @property
    def directions(self) -> tuple[Literal["payment", "refund"], ...]:
        """Which ways its lines can go."""
        return tuple(dict.fromkeys(row.direction for row in self.rows if row.direction is not None))

    @property
    def direction(self) -> Literal["payment", "refund"] | None:
        """Which way its lines go; None where that depends on the row."""
        ways = self.directions
        return ways[0] if len(ways) == 1 else None
