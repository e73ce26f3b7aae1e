"""Outcomes as people write them: tests, picks, and how each kind of silence is read."""

# ruff: noqa: RUF009 - the defaults declare keys, as dataclasses.field does

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from engine.kernel.dates import Shift
from engine.language import pieces
from engine.language.forms import Form, Record, apart, key, needs, optional
from engine.language.meaning import Offset
from engine.language.shapes import Choice, Described, Either, ListOf, Said, Shape

BOUNDS = ("at_least", "at_most", "above", "below")


@dataclass(frozen=True, kw_only=True)
class NumberTestForm(Form):
    called = "a test of numbers"
    exactly_one: ClassVar[tuple[str, ...]] = (*BOUNDS, "between")
    at_least: Said[Fraction] | None = optional(pieces.NUMBER, "it is this or more")
    at_most: Said[Fraction] | None = optional(pieces.NUMBER, "it is this or less")
    above: Said[Fraction] | None = optional(pieces.NUMBER, "it is more than this")
    below: Said[Fraction] | None = optional(pieces.NUMBER, "it is less than this")
    between: tuple[Said[Fraction], ...] | None = optional(
        ListOf(pieces.NUMBER, "two numbers, such as [1, 5]", 2, 2),
        "from the first to the second, both included",
    )


@dataclass(frozen=True, kw_only=True)
class PercentTestForm(NumberTestForm):
    called = "a test of percent"
    at_least: Said[Fraction] | None = optional(pieces.PERCENT, "it is so many percent or more")
    at_most: Said[Fraction] | None = optional(pieces.PERCENT, "it is so many percent or less")
    above: Said[Fraction] | None = optional(pieces.PERCENT, "it is more percent than this")
    below: Said[Fraction] | None = optional(pieces.PERCENT, "it is fewer percent than this")
    between: tuple[Said[Fraction], ...] | None = optional(
        ListOf(pieces.PERCENT, "two numbers of percent, such as [-50, 0]", 2, 2),
        "from the first to the second, both included",
    )


@dataclass(frozen=True, kw_only=True)
class ShareTestForm(NumberTestForm):
    called = "a test of the days covered"
    at_least: Said[Fraction] | None = optional(pieces.PART, "this share of the days or more")
    at_most: Said[Fraction] | None = optional(pieces.PART, "this share of the days or less")
    above: Said[Fraction] | None = optional(pieces.PART, "more than this share of the days")
    below: Said[Fraction] | None = optional(pieces.PART, "less than this share of the days")
    between: tuple[Said[Fraction], ...] | None = optional(
        ListOf(pieces.PART, "two shares, such as [50%, 80%]", 2, 2),
        "from the first to the second, both included",
    )


@dataclass(frozen=True, kw_only=True)
class TestForm(NumberTestForm):
    __test__: ClassVar[bool] = False  # no test class of pytest's
    called = "a test"
    exactly_one = (*BOUNDS, "between", "change", "percent_change")
    change: NumberTestForm | None = optional(Record(NumberTestForm), "value - baseline passes this test")
    percent_change: PercentTestForm | None = optional(
        Record(PercentTestForm), "100 x (value - baseline) / |baseline| passes this test"
    )


_WORDS = ListOf(pieces.TEXT, "a list of values, such as [CR, CRi]", 1)
TestWritten = tuple[Said[str], ...] | TestForm
TEST: Shape[TestWritten] = Either(
    "a test, such as [CR, CRi] or {at_least: 5}", sequence=_WORDS, mapping=Record(TestForm)
)


@dataclass(frozen=True, kw_only=True)
class NearestForm(Form):
    called = "nearest"
    to: Said[Offset] = key(pieces.offset("index", "due"), "the day it is near", "to: month 6")
    test: TestWritten = key(TEST, "the test of its value", "test: [CR]")


@dataclass(frozen=True, kw_only=True)
class CountForm(Form):
    called = "count"
    exactly_one = ("at_least", "at_most")
    of: TestWritten | None = optional(TEST, "which rows count; every row if left out")
    at_least: Said[int] | None = optional(pieces.whole_number(1, 10_000), "met with so many or more")
    at_most: Said[int] | None = optional(pieces.whole_number(0, 10_000), "met with so many or fewer")


@dataclass(frozen=True, kw_only=True)
class ConsecutiveForm(Form):
    called = "consecutive"
    times: Said[int] = key(pieces.whole_number(1, 10_000), "so many in a row, by date", "times: 2")
    test: TestWritten = key(TEST, "the test of each", "test: [CR]")


@dataclass(frozen=True, kw_only=True)
class SustainedForm(Form):
    called = "sustained"
    apart: Said[Shift] = key(pieces.LENGTH, "how far apart the two are at least", "for: 4 weeks", name="for")
    test: TestWritten = key(TEST, "the test of both, and of all between", "test: [CR]")


@dataclass(frozen=True, kw_only=True)
class PickForm(Form):
    called = "met_if"
    exactly_one = (
        "any", "all", "none", "first", "last", "nearest", "lowest", "highest", "mean", "count", "consecutive",
        "sustained", "days_covered",
    )  # fmt: skip
    any: TestWritten | None = optional(TEST, "some row of the window passes")
    all: TestWritten | None = optional(TEST, "every row of the window passes")
    none: TestWritten | None = optional(TEST, "no row of the window passes")
    first: TestWritten | None = optional(TEST, "the first row of the window passes")
    last: TestWritten | None = optional(TEST, "the last row of the window passes")
    nearest: NearestForm | None = optional(Record(NearestForm), "the row nearest to a day passes")
    lowest: TestWritten | None = optional(TEST, "the lowest value of the window passes")
    highest: TestWritten | None = optional(TEST, "the highest value of the window passes")
    mean: TestWritten | None = optional(TEST, "the mean of the window's values passes")
    count: CountForm | None = optional(Record(CountForm), "so many rows of the window pass")
    consecutive: ConsecutiveForm | None = optional(Record(ConsecutiveForm), "so many results in a row pass")
    sustained: SustainedForm | None = optional(
        Record(SustainedForm), "two results so far apart pass, and none between them fails"
    )
    days_covered: ShareTestForm | None = optional(
        Record(ShareTestForm), "such a share of the window's days had supply; an event's value is its days"
    )

    @property
    def chosen(self) -> str:
        return next(e.key.text for e in self.node.entries if e.key.text in self.exactly_one)


_DEATH = Choice("not_met", "met", "not_evaluable", "ignore")


@dataclass(frozen=True, kw_only=True)
class IfDiedForm(Form):
    called = "if_died"
    related: Said[str] = key(_DEATH, "a death from the disease or the treatment", "related: not_met")
    unrelated: Said[str] = key(_DEATH, "a death from something else", "unrelated: not_evaluable")
    unknown: Said[str] = key(_DEATH, "a death of which the cause is not known", "unknown: not_met")


@dataclass(frozen=True, kw_only=True)
class IfTiedForm(Form):
    called = "if_tied"
    source: tuple[Said[str], ...] = key(
        ListOf(pieces.FEED_NAME, "a list of sources", 1), "the first source listed that has a row that day",
        "source: [central_lab, local_lab]",
    )  # fmt: skip


IF_MISSING = Choice("met", "not_met", "not_evaluable", "pending")
IF_DIED: Shape[Said[str] | IfDiedForm] = Either(
    "not_met, met, not_evaluable, ignore or one of these for each of related, unrelated, unknown",
    scalar=_DEATH, mapping=Record(IfDiedForm),
)  # fmt: skip
IF_COVERAGE_ENDS = Choice("ignore", "not_met", "not_evaluable")
IF_TIED: Shape[Said[str] | IfTiedForm] = Either(
    "best, worst or {source: [central_lab, local_lab]}",
    scalar=Choice("best", "worst", also=" or {source: [central_lab, local_lab]}"), mapping=Record(IfTiedForm),
)  # fmt: skip
LATE_EVIDENCE = Choice("reopen", "stand")
IF_PAYER_CHANGES = Choice("original", "ends", "successor", "by_paid")


@dataclass(frozen=True, kw_only=True)
class ChoicesForm(Form):
    """How each kind of silence is read: under `defaults`, or in an outcome."""

    if_missing: Said[str] | None = optional(IF_MISSING, "the status where no assessment came")
    if_died: Said[str] | IfDiedForm | None = optional(IF_DIED, "the status that a death gives, by its cause")
    if_coverage_ends: Said[str] | None = optional(
        IF_COVERAGE_ENDS, "the status where the payer's coverage ends"
    )
    if_tied: Said[str] | IfTiedForm | None = optional(IF_TIED, "which of two results of one day counts")
    late_evidence: Said[str] | None = optional(
        LATE_EVIDENCE, "do rows known after the decided day change it (`reopen`), or not (`stand`)?"
    )


@dataclass(frozen=True, kw_only=True)
class DefaultsForm(ChoicesForm):
    called = "defaults"
    coverage_gap: Said[int] | None = optional(
        pieces.DAYS, "a gap in coverage of up to so many days is forgiven"
    )
    if_payer_changes: Said[str] | None = optional(
        IF_PAYER_CHANGES, "whose payments and refunds are where another payer covers the patient"
    )


_WINDOW = Described("a window", ListOf(pieces.offset("index", "due"), "[first day, last day]", 2, 2))


@dataclass(frozen=True, kw_only=True)
class BaselineForm(Form):
    called = "baseline"
    window: tuple[Said[Offset], ...] = key(_WINDOW, "effective dates that count", "window: [day -30, day 0]")
    pick: Said[str] = key(
        Choice("last", "first", "lowest", "highest", "mean"), "which value of the window", "pick: last"
    )


@dataclass(frozen=True, kw_only=True)
class OutcomeForm(ChoicesForm):
    called = "an outcome"
    exactly_one = ("measure", "event")
    rules = (needs("measure", "met_if"), apart("event", "if_missing"))
    clause: Said[str] | None = optional(pieces.TEXT, "the paragraph that says so")
    measure: Said[str] | None = optional(pieces.FEED_NAME, "the assessments that count")
    event: Said[str] | None = optional(pieces.FEED_NAME, "the events that count")
    window: tuple[Said[Offset], ...] = key(_WINDOW, "effective dates that count", "window: [day 0, day 30]")
    met_if: PickForm | None = optional(Record(PickForm), "which rows decide, and their test")
    unit: Said[str] | None = optional(pieces.FEED_NAME, "the unit in which values are compared")
    baseline: BaselineForm | None = optional(Record(BaselineForm), "the value from which change is reckoned")
    decided: Said[Offset] | None = optional(
        pieces.offset("index", "due"), "the day from which the status is final; the window's end if left out"
    )
