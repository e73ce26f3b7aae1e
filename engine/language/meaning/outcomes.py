"""Outcomes: which rows decide, by which test, and how each kind of silence is read."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from engine.kernel.dates import Shift
from engine.language.meaning.dates import Offset, Window

Status = Literal["met", "not_met", "not_evaluable", "disputed", "pending"]
FinalStatus = Literal["met", "not_met", "not_evaluable"]


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
