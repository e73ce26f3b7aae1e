"""Cohort clauses as people write them: about all treatments with an index date in one period."""

# ruff: noqa: RUF009 - the defaults declare keys, as dataclasses.field does

from dataclasses import dataclass
from typing import ClassVar

from engine.kernel.dates import Shift
from engine.language import pieces
from engine.language.forms import Form, Record, key, optional
from engine.language.shapes import Choice, Either, ListOf, Said, Shape
from engine.language.written_tables import BOUND, MAX_ROWS, BoundForm, BoundWritten

MAX_MINIMUM = 1_000_000


@dataclass(frozen=True, kw_only=True)
class OwedForm(Form):
    """What a row owes, and which way."""

    called = "what is owed"
    exactly_one: ClassVar[tuple[str, ...]] = ("refund", "payment")
    refund: Said[str] | None = optional(pieces.AMOUNT, "from manufacturer to payer")
    payment: Said[str] | None = optional(pieces.AMOUNT, "from payer to manufacturer")


OtherwiseWritten = Said[str] | OwedForm
_OTHERWISE: Shape[OtherwiseWritten] = Either(
    "0, {refund: …} or {payment: …}", scalar=pieces.NOTHING, mapping=Record(OwedForm)
)


@dataclass(frozen=True, kw_only=True)
class CohortRowForm(BoundForm):
    called = "a row of a cohort clause"
    otherwise: OtherwiseWritten | None = optional(_OTHERWISE, "what applies where no row before it fits")
    refund: Said[str] | None = optional(pieces.AMOUNT, "what the manufacturer then pays back")
    payment: Said[str] | None = optional(pieces.AMOUNT, "what the payer then pays")


@dataclass(frozen=True, kw_only=True)
class PersonTimeForm(Form):
    called = "a rate per person-time"
    of: Said[str] = key(pieces.REFERENCE, "the outcome whose rows are counted", "of: admission")
    per: Said[Shift] = key(pieces.LENGTH, "for how many years of observation", "per: 100 years")


RateWritten = Said[str] | PersonTimeForm
_RATE: Shape[RateWritten] = Either(
    "an outcome or {of: …, per: 100 years}", scalar=pieces.REFERENCE, mapping=Record(PersonTimeForm)
)


@dataclass(frozen=True, kw_only=True)
class ComparatorForm(Form):
    called = "what the rate is compared with"
    product: tuple[Said[str], ...] = key(
        ListOf(pieces.TEXT, "a list of product codes", 1),
        "the product codes of the treatments that it is compared with",
        "product: [J3490]",
    )


AgainstWritten = Said[BoundWritten] | tuple[Said[BoundWritten], ...] | ComparatorForm
_AGAINST: Shape[AgainstWritten] = Either(
    "a number, percentage or term, a list of these, or {product: [codes]}",
    scalar=BOUND,
    sequence=ListOf(BOUND, "a value for each period", 1),
    mapping=Record(ComparatorForm),
)


@dataclass(frozen=True, kw_only=True)
class CohortForm(Form):
    called = "a cohort clause"
    exactly_one: ClassVar[tuple[str, ...]] = ("rate", "by")
    id: Said[str] = key(pieces.NAME, "its name", "id: response_guarantee")
    clause: Said[str] = key(pieces.TEXT, "the paragraph that says so", 'clause: "6.1"')
    per: Said[str] = key(
        Choice("contract_year", "calendar_year", "quarter", "contract"),
        "whose index date lies in which period",
        "per: contract_year",
    )
    rate: RateWritten | None = optional(
        _RATE, "met / (met + not_met) of an outcome, or events per person-time"
    )
    by: Said[str] | None = optional(pieces.AMOUNT, "a volume in place of a rate: treatments, paid, terms")
    against: AgainstWritten | None = optional(_AGAINST, "what is taken from the rate before the rows test it")
    minimum: Said[int] | None = optional(
        pieces.whole_number(1, MAX_MINIMUM), "fewer that are met or not_met: nothing is owed; 1 if left out"
    )
    decided: Said[Shift] = key(
        pieces.LENGTH, "from the period's end to the day on which it is judged", "decided: 180 days"
    )
    tiers: Said[str] | None = optional(
        Choice("whole", "marginal"),
        "with `by`: one row for the whole (`whole`, if left out), or each unit by its own band (`marginal`)",
    )
    rows: tuple[CohortRowForm, ...] = key(
        ListOf(Record(CohortRowForm), "a list of rows", 1, MAX_ROWS),
        "what is owed; the first row that fits applies",
        "rows: [{below: 70%, refund: 12% of paid}, {otherwise: 0}]",
    )
