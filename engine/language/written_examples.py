"""The examples file as people write it: every key, its shape, and what it says."""

# ruff: noqa: RUF009 - the defaults declare keys, as dataclasses.field does

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from engine.language import pieces, scalars
from engine.language.forms import Form, Record, key, optional
from engine.language.meaning import Offset
from engine.language.notes import Notes, Unfit
from engine.language.offsets import offset_pattern, parse_offset
from engine.language.shapes import JSON, Choice, Leaf, ListOf, MapOf, Pair, Said, Shape
from engine.language.yaml_reader import Mapping, Node, Scalar


def _day(text: str) -> date | Offset:
    if re.match(r"[0-9]{3}", text):
        return scalars.day(text)
    return parse_offset(text, ("index",))


def _column(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        raise Unfit(
            "not_a_word", f"'{scalars.shown(text)}' cannot be a column of treatments", "", 0, len(text)
        )
    return text


class _Value(Leaf[str]):
    """A text, or nothing: an empty value."""

    def read(self, node: Node, notes: Notes) -> Said[str] | None:
        if isinstance(node, Scalar) and (node.is_null or not node.text):
            return Said("", node)
        return super().read(node, notes)


DAY: Leaf[date | Offset] = Leaf(
    "a date or a day, such as 2018-01-31 or 'day 30'",
    _day,
    {"type": "string", "pattern": f"^(?:{scalars.DATE_PATTERN}|{offset_pattern(('index',))})$"},
)
_VALUE = _Value("a value", str, {"type": ["string", "number", "boolean", "null"]})
_COLUMN = Leaf("a column of treatments", _column, {"type": "string"})
STATUSES = ("met", "not_met", "not_evaluable", "disputed", "pending")
_STATUS = Choice("final", "amended", "preliminary", "entered_in_error")


@dataclass(frozen=True, kw_only=True)
class ExampleOutcomeForm(Form):
    called = "an outcome of an example"
    exactly_one = ("measure", "event")
    measure: Said[str] | None = optional(pieces.FEED_NAME, "which assessment")
    event: Said[str] | None = optional(pieces.FEED_NAME, "which event")
    on: Said[date | Offset] = key(DAY, "when it took effect", "on: day 30")
    value: Said[str] | None = optional(_VALUE, "its value")
    unit: Said[str] | None = optional(pieces.FEED_NAME, "the value's unit; the contract's if left out")
    known_on: Said[date | Offset] | None = optional(DAY, "when it was first known; the same day if left out")
    source: Said[str] | None = optional(pieces.FEED_NAME, "who reported it")
    record_id: Said[str] | None = optional(pieces.FEED_NAME, "a later row with the same one replaces it")
    status: Said[str] | None = optional(_STATUS, "the row's status; final if left out")


@dataclass(frozen=True, kw_only=True)
class ExampleSpanForm(Form):
    called = "a span of coverage"
    from_: Said[date | Offset] = key(DAY, "the first day covered", "from: 2018-01-01", name="from")
    to: Said[date | Offset] | None = optional(DAY, "the last day covered; open if left out")
    payer: Said[str] | None = optional(pieces.FEED_NAME, "who covers; the contract's payer if left out")
    known_on: Said[date | Offset] | None = optional(DAY, "when it was first known")


Columns = tuple[Pair[str, Said[str]], ...]
Expect = tuple[Pair[str, Said[str]], ...]


class _ColumnsShape(MapOf[str, Said[str]]):
    """Columns of treatments by name; those that the engine knows have their types."""

    def schema(self, defs: JSON) -> JSON:
        day = pieces.DATE.schema(defs)
        known = {
            "index_date": day | {"description": "the day from which all others are reckoned"},
            "birth_date": {"anyOf": [day, {"type": "null"}], "description": "for age_at_index"},
            "amount": {
                "anyOf": [pieces.NUMBER.schema(defs), {"type": "null"}],
                "description": "what was invoiced",
            },
            "product": {"description": "its product code; the contract's first if left out"},
            "payer": {"description": "who pays; the contract's if left out"},
        }
        return {**super().schema(defs), "properties": known, "required": ["index_date"]}


class _ExpectShape(MapOf[str, Said[str]]):
    """An `as_of`, perhaps a `known_by`, and what is expected then."""

    def schema(self, defs: JSON) -> JSON:
        day = pieces.DATE.schema(defs)
        amount = pieces.NUMBER.schema(defs)
        return {
            "type": "object",
            "properties": {
                "as_of": day | {"description": "what took effect by this day counts"},
                "known_by": day | {"description": "what was known by this day counts; as_of if left out"},
                "net": amount | {"description": "the sum of all clauses, limits and cohort lines so far"},
            },
            "required": ["as_of"],
            "additionalProperties": {
                "anyOf": [{"enum": list(STATUSES)}, amount],
                "description": "an outcome's status, or the signed total so far of a clause or limit",
            },
            "minProperties": 2,
            "not": {"maxProperties": 2, "required": ["as_of", "known_by"]},
        }


_EXPECT = _ExpectShape(
    pieces.REFERENCE, pieces.TEXT, "{as_of: 2018-03-02, remission: met, net: 649000.00}", 1
)


_TREATMENT = _ColumnsShape(_COLUMN, _VALUE, "columns of the treatment", 1, "[A-Za-z_][A-Za-z0-9_]*")
MOST_TIMES = 10_000


@dataclass(frozen=True, kw_only=True)
class MemberForm(Form):
    """One of the treatments of an example; its columns stand beside these keys, or under `treatment`."""

    called = "a treatment of an example"
    treatment: Columns | None = optional(_TREATMENT, "its columns, where they do not stand beside this")
    outcomes: tuple[ExampleOutcomeForm, ...] | None = optional(
        ListOf(Record(ExampleOutcomeForm), "a list of assessments and events"), "assessments and events"
    )
    coverage: tuple[ExampleSpanForm, ...] | None = optional(
        ListOf(Record(ExampleSpanForm), "a list of spans"), "who covers the patient, and when"
    )
    times: Said[int] | None = optional(
        pieces.whole_number(1, MOST_TIMES), "so many treatments like this one; 1 if left out"
    )


@dataclass(frozen=True, slots=True)
class Member:
    """A treatment of an example: its columns, and what else was said of it."""

    columns: Columns
    form: MemberForm


class _MemberShape(Shape[Member]):
    """A mapping of the keys of MemberForm, and of columns of treatments beside them."""

    words = "a treatment, such as {index_date: 2018-01-01, times: 12}"
    own: ClassVar[Record[MemberForm]] = Record(MemberForm)

    def read(self, node: Node, notes: Notes) -> Member | None:
        if not isinstance(node, Mapping):
            self.wrong(node, notes)
            return None
        known = [e for e in node.entries if e.key.text in self.own.keys]
        beside = [e for e in node.entries if e.key.text not in self.own.keys]
        form = self.own.read(Mapping(tuple(known), node.place, node.named), notes)
        columns = _TREATMENT.read(Mapping(tuple(beside), node.place, node.named), notes) if beside else ()
        if form is None or columns is None:
            return None
        return Member((*(form.treatment or ()), *columns), form)

    def schema(self, defs: JSON) -> JSON:
        keys = self.own.schema(defs)
        named: JSON = defs[keys["$ref"].rpartition("/")[2]]["properties"]
        return {"type": "object", "properties": named, "additionalProperties": _VALUE.schema(defs)}


@dataclass(frozen=True, kw_only=True)
class ExampleForm(Form):
    called = "an example"
    exactly_one = ("treatment", "treatments")
    name: Said[str] = key(pieces.TEXT, "what it shows", "name: remission on day 30 counts")
    treatment: Columns | None = optional(_TREATMENT, "its columns, among them index_date")
    treatments: tuple[Member, ...] | None = optional(
        ListOf(_MemberShape(), "a list of treatments", 1), "several treatments, each with its rows"
    )
    outcomes: tuple[ExampleOutcomeForm, ...] | None = optional(
        ListOf(Record(ExampleOutcomeForm), "a list of assessments and events"), "assessments and events"
    )
    coverage: tuple[ExampleSpanForm, ...] | None = optional(
        ListOf(Record(ExampleSpanForm), "a list of spans"), "who covers the patient, and when"
    )
    expect: tuple[Expect, ...] = key(
        ListOf(_EXPECT, "a list of days with what is expected", 1),
        "what is expected, and on which day",
        "expect: [{as_of: 2018-03-02, net: 0}]",
    )


EXAMPLES = ListOf(Record(ExampleForm), "a list of examples", 1)
