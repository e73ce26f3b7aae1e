"""The contract file as people write it: every key, its shape, and what it says; the JSON Schema as well."""

# ruff: noqa: RUF009 - the defaults declare keys, as dataclasses.field does

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.kernel.dates import Shift
from engine.language import pieces
from engine.language.forms import Form, Record, apart, key, later, needs, optional, some_of, where
from engine.language.meaning import Offset
from engine.language.shapes import JSON, Choice, Either, ListOf, MapOf, Pair, Said, Shape
from engine.language.written_amendments import AmendmentForm
from engine.language.written_cohorts import CohortForm
from engine.language.written_outcomes import IF_PAYER_CHANGES, DefaultsForm, OutcomeForm
from engine.language.written_tables import AmountForm, TableForm

MAX_SERIES = 600
MAX_ROW = 1_000_000
MAX_PAYERS = 20


@dataclass(frozen=True, kw_only=True)
class PartyForm(Form):
    called = "a party"
    name: Said[str] = key(pieces.TEXT, "the party's name", "name: Example Health Plan")
    codes: tuple[Said[str], ...] | None = optional(
        ListOf(pieces.TEXT, "a list of codes"), "other names under which feeds know it"
    )


PartyWritten = Said[str] | PartyForm
_PARTY: Shape[PartyWritten] = Either("a name or {name, codes}", scalar=pieces.TEXT, mapping=Record(PartyForm))


@dataclass(frozen=True, kw_only=True)
class PartiesForm(Form):
    called = "parties"
    exactly_one = ("payer", "payers")
    manufacturer: PartyWritten = key(_PARTY, "who sells, pays refunds", "manufacturer: Novartis")
    payer: PartyWritten | None = optional(_PARTY, "who pays; as feeds name it")
    payers: tuple[PartyWritten, ...] | None = optional(
        ListOf(_PARTY, "a list of payers", 2, MAX_PAYERS), "several payers, each as feeds name it"
    )


@dataclass(frozen=True, kw_only=True)
class InForceForm(Form):
    called = "in_force"
    from_: Said[date] = key(pieces.DATE, "the first index date, included", "from: 2017-09-01", name="from")
    to: Said[date] | None = optional(pieces.DATE, "the last index date, included; open where left out")


@dataclass(frozen=True, kw_only=True)
class ProductForm(Form):
    called = "product"
    name: Said[str] = key(pieces.TEXT, "the medicine", "name: tisagenlecleucel")
    codes: tuple[Said[str], ...] = key(
        ListOf(pieces.TEXT, "a list of product codes", 1),
        "the product codes of its treatments",
        "codes: [Q2042]",
    )


@dataclass(frozen=True, kw_only=True)
class InstalmentsForm(Form):
    called = "instalments"
    first: Said[Offset] = key(pieces.offset("index", "decided"), "the first due date", "first: index")
    every: Said[Shift] = key(pieces.LENGTH, "from one due date to the next", "every: 12 months")
    count: Said[int] = key(pieces.whole_number(1, MAX_SERIES), "how many", "count: 5")
    shares: tuple[Said[Fraction], ...] | None = optional(
        ListOf(pieces.SHARE, "a list of shares", 1, MAX_SERIES),
        "parts of the whole, 100% together; equal if left out",
    )


_AMOUNT: Shape[Said[str] | AmountForm] = Either(
    "an amount, such as 80% of price, or {table: …}", scalar=pieces.AMOUNT, mapping=Record(AmountForm)
)


_DUE_OF_ROW: JSON = {"properties": {"due": {"pattern": "^due"}}, "required": ["due"]}


@dataclass(frozen=True, kw_only=True)
class MoneyForm(Form):
    """A payment or a refund."""

    called = "a payment or refund"
    exactly_one = ("amount", "table")
    rules = (
        apart("due", "each", "instalments"),
        apart("for_each", "each"),
        apart("for_each", "instalments"),
        apart("for_each", "on_failure"),
        some_of("due", "each", "instalments", "for_each", "if"),
        where(_DUE_OF_ROW, {"required": ["for_each"]}),
        where({"required": ["for_each", "due"]}, _DUE_OF_ROW),
        needs("from", "for_each"),
        needs("to", "for_each"),
        needs("on_failure", "if"),
        where({"required": ["on_failure"]}, some_of("each", "instalments")),
        where({"required": ["if"], **some_of("each", "instalments")}, {"required": ["on_failure"]}),
    )
    id: Said[str] = key(pieces.NAME, "its name", "id: infusion")
    clause: Said[str] = key(pieces.TEXT, "the paragraph that says so", 'clause: "4.1"')
    due: Said[Offset] | None = optional(
        pieces.offset("index", "decided", "due"), "the day on which it falls due"
    )
    if_: Said[str] | None = optional(pieces.CONDITION, "the condition on which it is owed", name="if")
    amount: Said[str] | AmountForm | None = optional(_AMOUNT, "how much, or the whole that instalments share")
    table: TableForm | None = optional(Record(TableForm), "the amount by the first row that fits")
    instalments: InstalmentsForm | None = optional(
        Record(InstalmentsForm), "parts of the amount, at equal lengths"
    )
    each: tuple[Said[Offset], ...] | None = optional(
        ListOf(pieces.offset("index", "decided"), "a list of days", 1, MAX_SERIES),
        "one line for each due date",
    )
    for_each: Said[str] | None = optional(
        pieces.REFERENCE, "one line for each row of this outcome that passes its test"
    )
    from_: Said[int] | None = optional(
        pieces.whole_number(1, MAX_ROW), "with for_each: the first row that counts", name="from"
    )
    to: Said[int] | None = optional(
        pieces.whole_number(1, MAX_ROW), "with for_each: the last row that counts; all if left out"
    )
    on_failure: Said[str] | None = optional(
        Choice("stop", "skip"),
        "in a series with an `if`: does one failure end it (`stop`), or only its own line?",
    )
    if_payer_changes: Said[str] | None = optional(
        IF_PAYER_CHANGES, "whose the lines are where another payer covers the patient"
    )


@dataclass(frozen=True, kw_only=True)
class LimitForm(Form):
    called = "a limit"
    rules = (some_of("at_most", "at_least", "patient_first"),)
    id: Said[str] = key(pieces.NAME, "its name", "id: refund_cap")
    clause: Said[str] = key(pieces.TEXT, "the paragraph that says so", 'clause: "4.3"')
    of: Said[str] | tuple[Said[str], ...] = key(
        Either[Said[str] | tuple[Said[str], ...]](
            "payments, refunds or a list of ids",
            scalar=pieces.REFERENCE,
            sequence=ListOf(pieces.REFERENCE, "", 1),
        ),
        "the lines whose total is bounded",
        "of: refunds",
    )
    per: Said[str] = key(
        Choice("treatment", "patient", "contract_year", "calendar_year", "contract"),
        "whose total is bounded",
        "per: treatment",
    )
    at_most: Said[str] | None = optional(pieces.AMOUNT, "the total is not above this")
    at_least: Said[str] | None = optional(pieces.AMOUNT, "the total is not below this")
    patient_first: Said[str] | None = optional(
        pieces.AMOUNT, "so much of the refunds goes to the patient before the payer"
    )


@dataclass(frozen=True, kw_only=True)
class SettlementForm(Form):
    called = "settlement"
    every: Said[str] = key(
        Choice("month", later=("quarter", "year", "week")), "how often it is settled", "every: month"
    )
    pay_within: Said[int] = key(pieces.DAYS, "from the period's end to the payment", "pay_within: 38 days")
    residual: Said[str] | None = optional(
        Choice("first", "last"), "which instalment takes the cents that do not divide; the last if left out"
    )


TermValue = Said[Fraction] | tuple[Pair[date, Said[Fraction]], ...]
_DATED = MapOf(pieces.DATE, pieces.SHARE, "a value for each date", 1, "[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TERM: Either[TermValue] = Either(
    "a number, a percentage or {date: value}", scalar=pieces.SHARE, mapping=_DATED
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ContractForm(Form):
    called = "a contract"
    contract: Said[str] = key(pieces.CONTRACT_ID, "the contract's name", "contract: kymriah-us-day30")
    title: Said[str] = key(pieces.TEXT, "what it is, in a line", "title: Paid for remission by day 30")
    parties: PartiesForm = key(
        Record(PartiesForm), "who agreed", "parties: {manufacturer: Novartis, payer: Example Health Plan}"
    )
    currency: Said[str] = key(pieces.CURRENCY, "the currency of all amounts", "currency: USD")
    in_force: InForceForm = key(
        Record(InForceForm), "for which index dates", "in_force: {from: 2017-09-01, to: 2019-12-31}"
    )
    product: ProductForm = key(
        Record(ProductForm), "which treatments", "product: {name: tisagenlecleucel, codes: [Q2042]}"
    )
    sources: tuple[Said[str], ...] | None = optional(
        ListOf(pieces.TEXT, "a list of texts"), "where its terms are published"
    )
    terms: tuple[Pair[str, TermValue], ...] | None = optional(
        MapOf(pieces.NAME, _TERM, "named values", 0, "[a-z][a-z0-9_]*"),
        "named values, dated where they change",
    )
    eligible: Said[str] | None = optional(pieces.CONDITION, "what a treatment must fulfil besides")
    defaults: DefaultsForm | None = optional(
        Record(DefaultsForm), "what every outcome says unless it says otherwise"
    )
    outcomes: tuple[Pair[str, OutcomeForm], ...] | None = optional(
        MapOf(pieces.NAME, Record(OutcomeForm), "named outcomes", 0, "[a-z][a-z0-9_]*"),
        "what must be true of a treatment",
    )
    payments: tuple[MoneyForm, ...] | None = optional(
        ListOf(Record(MoneyForm), "a list of payments"), "from payer to manufacturer"
    )
    refunds: tuple[MoneyForm, ...] | None = optional(
        ListOf(Record(MoneyForm), "a list of refunds"), "from manufacturer to payer"
    )
    limits: tuple[LimitForm, ...] | None = optional(
        ListOf(Record(LimitForm), "a list of limits"), "bounds on totals, in order"
    )
    settlement: SettlementForm = key(
        Record(SettlementForm),
        "how it is settled",
        "settlement: {every: month, pay_within: 38 days, residual: last}",
    )
    cohort: tuple[CohortForm, ...] | None = optional(
        ListOf(Record(CohortForm), "a list of cohort clauses"), "clauses about all treatments of a period"
    )
    amendments: tuple[AmendmentForm, ...] | None = optional(
        ListOf(Record(AmendmentForm), "a list of amendments"), "changes of terms, signed and effective"
    )
    interest: None = later("interest on what is paid late")


CONTRACT: Record[ContractForm] = Record(ContractForm, partial=True)
