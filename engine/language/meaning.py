"""What a contract means: small frozen values with every default written out.

Only the language room knows the form that people write; everything after it knows only these. Numbers are
exact fractions, lengths of time are months and days, conditions and amounts are trees.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from engine.kernel.dates import Shift

Status = Literal["met", "not_met", "not_evaluable", "disputed", "pending"]
FinalStatus = Literal["met", "not_met", "not_evaluable"]
PayerRule = Literal["original", "ends", "successor", "by_paid"]


NO_SHIFT = Shift()


# --- dates ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offset:
    """A day reckoned from an anchor: the index date, the clause's due date, or a status's decided day."""

    anchor: Literal["index", "due", "decided"]
    shift: Shift = NO_SHIFT
    outcome: str | None = None  # which status, for the anchor `decided`
    text: str = ""  # as written: `month 12 - 60 days`


@dataclass(frozen=True, slots=True)
class Window:
    """The effective dates that count; both ends included."""

    first: Offset
    last: Offset

    @property
    def uses_due(self) -> bool:
        return "due" in (self.first.anchor, self.last.anchor)


# --- tests and picks --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of these words."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """The value is a number on the right side of a bound."""

    kind: Literal["at_least", "at_most", "above", "below"]
    bound: Fraction


@dataclass(frozen=True, slots=True)
class Between:
    """The value is a number from `low` to `high`, both included."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Change:
    """value − baseline passes the test; in `percent`, 100 × that / |baseline| (a baseline of zero is none)."""

    test: Bound | Between
    percent: bool


Test = OneOf | Bound | Between | Change


@dataclass(frozen=True, slots=True)
class Pick:
    """Which rows of the window decide, and the test that they must pass.

    All have a test but `count`, which may lack one (every row counts) and has `at_least` or `at_most`. `nearest`
    has the day it is near `to`, `consecutive` the `times` in a row, `sustained` how far `apart` two are at least.
    The test of `days_covered` is of the share of the window's days on which there was supply.
    """

    kind: Literal[
        "any", "all", "none", "first", "last", "nearest", "lowest", "highest", "mean", "count", "consecutive",
        "sustained", "days_covered",
    ]  # fmt: skip
    test: Test | None
    to: Offset | None = None
    at_least: int | None = None
    at_most: int | None = None
    times: int | None = None
    apart: Shift | None = None

    @property
    def of_numbers(self) -> bool:
        """Whether its test is about a row's number, so that a value that is none counts as absent."""
        return self.kind != "days_covered" and isinstance(self.test, Bound | Between | Change)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The value from which change is reckoned: that of one row of the window, or the mean of all."""

    window: Window
    pick: Literal["last", "first", "lowest", "highest", "mean"]


@dataclass(frozen=True, slots=True)
class Ties:
    """How rows of one day that disagree are settled; `sources` in order for `source`."""

    rule: Literal["best", "worst", "source"]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IfDied:
    """The status that a death gives, by its cause."""

    related: FinalStatus | Literal["ignore"]
    unrelated: FinalStatus | Literal["ignore"]
    unknown: FinalStatus | Literal["ignore"]

    @property
    def matters(self) -> bool:
        return {self.related, self.unrelated, self.unknown} != {"ignore"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What must be true of a treatment, and how each kind of silence is read."""

    name: str
    clause: str
    kind: Literal["measure", "event"]
    source_name: str  # the measure or event in the feed
    window: Window
    pick: Pick  # an event without `met_if` is `count` of at least 1
    unit: str | None
    decided: Offset
    if_missing: Literal["met", "not_met", "not_evaluable", "pending"] | None  # None for events
    if_died: IfDied
    if_coverage_ends: Literal["ignore", "not_met", "not_evaluable"]
    if_tied: Ties | None  # None where no tie can matter
    late_evidence: Literal["reopen", "stand"]
    baseline: Baseline | None = None  # where the test is of change, and only there


# --- values: what amounts and comparisons are made of ------------------------------------------------


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


# --- conditions -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StatusIs:
    """TRUE or FALSE once the outcome is decided, NULL while it is pending or disputed."""

    outcome: str
    status: FinalStatus


@dataclass(frozen=True, slots=True)
class Compare:
    op: Literal["=", "!=", "<", "<=", ">", ">="]
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class InList:
    value: Value
    options: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """A column of treatments that says true or false."""

    column: Column


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """TRUE when at least `count` of the parts are; FALSE when that can no longer be."""

    count: int
    parts: tuple["Condition", ...]


Condition = StatusIs | Compare | InList | Truth | And | Or | Not | AtLeast


# --- clauses ----------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class TermVersion:
    """A term's value from a day on (the first one's from the contract's beginning)."""

    since: date
    value: Fraction
    amendment: str | None = None  # the id of the amendment that says so, where one does


@dataclass(frozen=True, slots=True)
class Term:
    name: str
    versions: tuple[TermVersion, ...]  # by `since`

    def on(self, day: date) -> Fraction:
        """The value in force on `day`."""
        return self.version(day).value

    def version(self, day: date) -> TermVersion:
        """The version in force on `day`."""
        return next(v for v in reversed(self.versions) if v.since <= day)


@dataclass(frozen=True, slots=True)
class Amendment:
    """Values of terms from `effective` on; it counts in every run as known on or after the day it was signed."""

    id: str
    clause: str
    signed: date
    effective: date
    sets: tuple[tuple[str, Fraction], ...]  # term and value


@dataclass(frozen=True, slots=True)
class EligiblePart:
    """One top-level `and`-part of `eligible`, with the words it was written in."""

    text: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    codes: tuple[str, ...] = ()

    @property
    def known_as(self) -> tuple[str, ...]:
        return (self.name, *self.codes)


@dataclass(frozen=True, slots=True)
class Settlement:
    pay_within_days: int
    residual: Literal["first", "last"] = "last"


@dataclass(frozen=True, slots=True)
class Contract:
    """An agreement, ready to be planned. `version` is `sha256:` and the digest of the file's bytes.

    Terms stand as first agreed; `amended.as_known` puts the amendments in that a day knows of.
    """

    id: str
    title: str
    version: str
    manufacturer: Party
    payers: tuple[Party, ...]  # in the order written; one where the contract says `payer`
    currency: str
    in_force_from: date
    in_force_to: date | None
    product_name: str
    product_codes: tuple[str, ...]
    sources: tuple[str, ...]
    terms: tuple[Term, ...]
    eligible: tuple[EligiblePart, ...]
    coverage_gap_days: int
    outcomes: tuple[Outcome, ...]
    clauses: tuple[MoneyClause, ...]  # payments, then refunds, each in the order written
    limits: tuple[Limit, ...]
    settlement: Settlement
    amendments: tuple[Amendment, ...] = ()  # in the order written
    cohorts: tuple[Cohort, ...] = ()

    @property
    def money_parts(self) -> tuple[MoneyClause | Cohort | Limit, ...]:
        """All that moves money, in the order in which it works; each has an `id`, a `clause` and a `direction`."""
        return (*self.clauses, *self.cohorts, *self.limits)

    @property
    def several_payers(self) -> bool:
        return len(self.payers) > 1

    @property
    def payers_known_as(self) -> tuple[str, ...]:
        """Every name under which feeds know one of the payers."""
        return tuple(name for payer in self.payers for name in payer.known_as)

    def term(self, name: str) -> Term:
        return next(t for t in self.terms if t.name == name)

    def outcome(self, name: str) -> Outcome:
        return next(o for o in self.outcomes if o.name == name)

    @property
    def epochs(self) -> tuple[date, ...]:
        """The days on which some term's value changes, the first version's first."""
        days = {v.since for term in self.terms for v in term.versions} | {self.in_force_from}
        return tuple(sorted(d for d in days if d >= self.in_force_from))
