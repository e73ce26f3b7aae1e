"""The scenario file as people write it: every key, its shape, and what it says."""

# ruff: noqa: RUF009 - the defaults declare keys, as dataclasses.field does

from collections.abc import Mapping as Mapped
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from engine.kernel.dates import Shift
from engine.language import pieces
from engine.language.forms import Form, Record, apart, key, optional
from engine.language.meaning import Offset
from engine.language.notes import Notes
from engine.language.shapes import JSON, Choice, Either, Leaf, ListOf, MapOf, Pair, Said, Shape
from engine.language.yaml_reader import Mapping, Node
from engine.whatif import words
from engine.whatif.scenario import Distribution, State, Uncertain

MAX_PATIENTS = 10_000_000
MAX_DRAWS = 1_000_000


class Raw(Shape[Node]):
    """Whatever stands there, to be read as a piece of another file."""

    words = "a value"

    def read(self, node: Node, notes: Notes) -> Node:
        return node

    def schema(self, defs: JSON) -> JSON:
        return {}


class ByKey(Shape[Any]):
    """A mapping told apart by a key that it has; `otherwise` where it has none of them."""

    def __init__(self, words: str, shapes: Mapped[str, Shape[Any]], otherwise: Shape[Any]) -> None:
        self.words, self._shapes, self._otherwise = words, shapes, otherwise

    def read(self, node: Node, notes: Notes) -> Any:
        if not isinstance(node, Mapping):
            self.wrong(node, notes)
            return None
        chosen = next((s for name, s in self._shapes.items() if node.entry(name)), self._otherwise)
        return chosen.read(node, notes)

    def schema(self, defs: JSON) -> JSON:
        return {"anyOf": [s.schema(defs) for s in (*self._shapes.values(), self._otherwise)]}


SharesWritten = tuple[Pair[str, Said[Uncertain]], ...]
TableWritten = tuple[Pair[Shift, Said[Uncertain]], ...]
_SHARES: Shape[SharesWritten] = MapOf(
    pieces.TEXT, words.CHANCE, "values and their shares, such as {CR: 60%, NR: 40%}", 1
)
_TABLE: Shape[TableWritten] = MapOf(
    words.POINT, words.CHANCE, "points in time and shares, such as {month 6: 80%}", 1
)
_TIME = MapOf(
    Choice("days", "months", "years"),
    words.TIME,
    "a unit and a distribution, such as {months: weibull(1.2, 30)}",
    1,
)


@dataclass(frozen=True, kw_only=True)
class PatientsForm(Form):
    called = "patients"
    exactly_one = ("population", "file")
    rules = (apart("population", "resample"), apart("file", "share"))
    population: Said[int] | None = optional(pieces.whole_number(1, MAX_PATIENTS), "how many there are")
    share: Said[Uncertain] | None = optional(words.CHANCE, "the chance of each to be treated")
    file: Said[str] | None = optional(pieces.TEXT, "a folder of feed files of real patients")
    resample: Said[int] | None = optional(
        pieces.whole_number(1, MAX_PATIENTS), "so many of them in each draw, drawn with replacement"
    )


PatientsWritten = Said[int] | PatientsForm
_PATIENTS: Shape[PatientsWritten] = Either(
    "a number or {population, share}",
    scalar=pieces.whole_number(1, MAX_PATIENTS),
    mapping=Record(PatientsForm),
)


@dataclass(frozen=True, kw_only=True)
class IndexDatesForm(Form):
    called = "index_dates"
    from_: Said[date] = key(pieces.DATE, "the first, included", "from: 2018-01-01", name="from")
    to: Said[date] = key(pieces.DATE, "the last, included", "to: 2018-12-31")


@dataclass(frozen=True, kw_only=True)
class AgeForm(Form):
    called = "a birth date"
    age: Said[Fraction | Distribution] = key(
        words.NUMBER_OR_DISTRIBUTION, "age at index in years", "age: triangular(3, 11, 25)"
    )


@dataclass(frozen=True, kw_only=True)
class NumberForm(Form):
    called = "a number"
    number: Said[Distribution] = key(words.DISTRIBUTION, "drawn for each patient", "number: normal(70, 12)")
    decimals: Said[int] | None = optional(
        pieces.whole_number(0, 6), "to so many decimals; none where left out"
    )


@dataclass(frozen=True, kw_only=True)
class DirichletForm(Form):
    called = "shares"
    dirichlet: tuple[Pair[str, Said[Fraction]], ...] = key(
        MapOf(pieces.TEXT, words.WEIGHT, "values and their weights", 2),
        "values and their weights, drawn once a draw",
        "dirichlet: {CR: 52, NR: 11}",
    )


_VALUE = Either(
    "a value, or {value: share, …}", scalar=pieces.TEXT,
    mapping=ByKey("shares or a number", {"number": Record(NumberForm), "dirichlet": Record(DirichletForm)}, _SHARES),
)  # fmt: skip
_ATTRIBUTE = Either(
    "a value, or {value: share, …}", scalar=pieces.TEXT,
    mapping=ByKey(
        "shares, an age or a number",
        {"age": Record(AgeForm), "number": Record(NumberForm), "dirichlet": Record(DirichletForm)}, _SHARES,
    ),
)  # fmt: skip
_OFFSET = pieces.offset("index")


class _OneOrMore(Shape[tuple[Said[Offset], ...]]):
    """A day or a list of days."""

    words = "a day, or a list of days, such as [month 6, month 12]"

    def read(self, node: Node, notes: Notes) -> tuple[Said[Offset], ...] | None:
        from engine.language.yaml_reader import Sequence

        if isinstance(node, Sequence):
            return ListOf(_OFFSET, "a list of days", 1, 600).read(node, notes)
        one = _OFFSET.read(node, notes)
        return None if one is None else (one,)

    def schema(self, defs: JSON) -> JSON:
        return {"anyOf": [_OFFSET.schema(defs), ListOf(_OFFSET, "a list of days", 1, 600).schema(defs)]}


@dataclass(frozen=True, kw_only=True)
class MeasureForm(Form):
    called = "a drawn measure"
    measure: Said[str] = key(pieces.FEED_NAME, "the measure as feeds name it", "measure: disease_status")
    value: Any = key(_VALUE, "what it shows", "value: CR")
    chance: Said[Uncertain] | None = optional(words.CHANCE, "how likely the value is; certain where left out")
    on: tuple[Said[Offset], ...] = key(_OneOrMore(), "the days on which it is assessed", "on: day 28")
    otherwise: Said[str] | None = optional(
        pieces.TEXT, "what it shows in all others; no report where left out", name="else"
    )
    after: Said[State] | None = optional(words.STATE, "only of patients whose earlier measure has this value")
    until: Said[str] | None = optional(pieces.FEED_NAME, "the event that ends the value")
    unit: Said[str] | None = optional(pieces.TEXT, "the unit")
    missing: Said[Uncertain] | None = optional(words.CHANCE, "the share of its reports that never come")


@dataclass(frozen=True, kw_only=True)
class EventForm(Form):
    called = "a drawn event"
    exactly_one = ("survival", "time")
    event: Said[str] = key(pieces.FEED_NAME, "the event as feeds name it", "event: relapse")
    survival: TableWritten | None = optional(_TABLE, "the share to whom it has not happened, by time")
    time: Any = optional(_TIME, "the distribution of the time until it happens")
    cured: Said[Uncertain] | None = optional(words.CHANCE, "the share to whom it never happens; with time")
    hazard_ratio: Said[Uncertain] | None = optional(words.FACTOR, "multiplies the hazard")
    value: Any = optional(_SHARES, "its values and their shares")
    after: Said[State] | None = optional(
        words.STATE, "counted from an earlier measure's value, of patients who have it"
    )
    missing: Said[Uncertain] | None = optional(words.CHANCE, "the share of its reports that never come")


@dataclass(frozen=True, kw_only=True)
class CoverageForm(Form):
    called = "coverage"
    exactly_one = ("leave", "time")
    leave: TableWritten | None = optional(_TABLE, "the share that has left the payer, by time")
    time: Any = optional(_TIME, "the distribution of the time until a patient leaves")
    cured: Said[Uncertain] | None = optional(words.CHANCE, "the share that never leaves; with time")


@dataclass(frozen=True, kw_only=True)
class LateForm(Form):
    called = "late"
    share: Said[Uncertain] = key(words.CHANCE, "the share of reports that come late", "share: 10%")
    days: Said[Fraction | Distribution] = key(
        words.NUMBER_OR_DISTRIBUTION, "by how many days", "days: exponential(30)"
    )


@dataclass(frozen=True, kw_only=True)
class CohortForm(Form):
    called = "the cohort"
    patients: PatientsWritten = key(_PATIENTS, "how many are treated", "patients: 500")
    index_dates: IndexDatesForm | None = optional(
        Record(IndexDatesForm), "when they are treated, evenly spread: {from: 2018-01-01, to: 2018-12-31}"
    )
    attributes: tuple[Pair[str, Any], ...] | None = optional(
        MapOf(pieces.FEED_NAME, _ATTRIBUTE, "columns and their values"), "columns of the treatments"
    )
    outcomes: tuple[MeasureForm | EventForm, ...] | None = optional(
        ListOf(
            ByKey("a measure or an event", {"event": Record(EventForm)}, Record(MeasureForm)),
            "a list of measures and events",
        ),
        "what is reported of them",
    )
    coverage: CoverageForm | None = optional(Record(CoverageForm), "when they leave the payer")
    missing: Said[Uncertain] | None = optional(words.CHANCE, "the share of all reports that never come")
    late: LateForm | None = optional(Record(LateForm), "reports that come late")


@dataclass(frozen=True, kw_only=True)
class CompareForm(Form):
    called = "an agreement to compare"
    contract: Said[str] = key(pieces.TEXT, "its folder", "contract: contracts/kymriah-italy")
    name: Said[str] | None = optional(pieces.TEXT, "what it is called in the results")
    set: tuple[Pair[str, Node], ...] | None = optional(
        MapOf(pieces.TEXT, Raw(), "paths and values"), "values of it that differ, by path"
    )
    responder: Said[str] | None = optional(
        pieces.TEXT, "who counts as a responder, such as transfused is not_met"
    )


@dataclass(frozen=True, kw_only=True)
class SolveForm(Form):
    called = "solve"
    for_: Said[str] = key(
        pieces.TEXT, "the path of the number that is looked for", "for: terms.refund_share", name="for"
    )
    so_that: Said[str] = key(pieces.TEXT, "the target", "so_that: mean(net_price) = 540000")
    between: tuple[Said[Fraction], ...] | None = optional(
        ListOf(pieces.SHARE, "two numbers", 2, 2), "the range that is looked through"
    )
    tolerance: Said[Fraction] | None = optional(pieces.SHARE, "how near is near enough; 0.01 where left out")


def _combine(text: str) -> tuple[str, int]:
    from engine.language.notes import Unfit
    from engine.language.scalars import whole

    if text in ("grid", "one at a time"):
        return text, 0
    word, _, number = text.partition(" ")
    if word == "random" and number:
        return word, whole(number.strip(), 1, 10_000)
    raise Unfit(
        "unknown_word",
        f"'{text[:40]}' is not known here",
        "write 'one at a time', 'grid' or 'random 200'",
        0,
        len(text),
    )


@dataclass(frozen=True, kw_only=True)
class ScenarioForm(Form):
    called = "the scenario"
    scenario: Said[str] = key(pieces.CONTRACT_ID, "the scenario's name", "scenario: day30-medicaid")
    title: Said[str] | None = optional(pieces.TEXT, "the question in a sentence")
    contract: Said[str] = key(
        pieces.TEXT, "the folder of the agreement", "contract: contracts/kymriah-us-day30"
    )
    set: tuple[Pair[str, Node], ...] | None = optional(
        MapOf(pieces.TEXT, Raw(), "paths and values"),
        "values of the agreement that differ from its file, by path",
    )
    horizon: Said[Shift] = key(
        pieces.LENGTH, "how long each patient is followed at least", "horizon: 5 years"
    )
    discount: Said[Fraction] | None = optional(pieces.PART, "a year, of present values; none where left out")
    cohort: CohortForm = key(
        Record(CohortForm), "who is treated, and what becomes of them", "cohort: {patients: 500, …}"
    )
    draws: Said[int] = key(pieces.whole_number(1, MAX_DRAWS), "how often the cohort is drawn", "draws: 1000")
    seed: Said[int] = key(pieces.whole_number(0, 10**18 - 1), "what the drawing begins with", "seed: 7")
    vary: tuple[Pair[str, Node], ...] | None = optional(
        MapOf(pieces.TEXT, Raw(), "paths and lists of values"), "values of terms that are tried, by path"
    )
    combine: Said[tuple[str, int]] | None = optional(
        Leaf("'one at a time', 'grid' or 'random 200'", _combine, {"type": "string"}),
        "how varied values are put together",
    )
    compare: tuple[Any, ...] | None = optional(
        ListOf(
            Either("a contract's folder or {contract, set}", scalar=pieces.TEXT, mapping=Record(CompareForm)),
            "a list of agreements",
        ),
        "other agreements on the same patients",
    )
    solve: SolveForm | None = optional(Record(SolveForm), "a number that meets a target")
    responder: Said[str] | None = optional(
        pieces.TEXT,
        "who counts as a responder, such as transfused is not_met; the first outcome met where left out",
    )
    list_price: Said[Fraction] | None = optional(
        pieces.NUMBER, "a patient's price before anything comes back; the term price where left out"
    )
    members: Said[int] | None = optional(
        pieces.whole_number(1, 10**9), "covered lives, for a budget a member a month"
    )
    sources: tuple[Said[str], ...] | None = optional(
        ListOf(pieces.TEXT, "a list of texts"), "where the numbers come from"
    )


SCENARIO: Record[ScenarioForm] = Record(ScenarioForm, partial=True)
