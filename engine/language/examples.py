"""Worked examples: the cases that both parties sign off, read as strictly as the contract beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal, cast

from engine.kernel.diagnostics import Exit, Place, Refusal, nearest
from engine.language import scalars
from engine.language.expectations import Expectation, Expectations
from engine.language.forms import Form
from engine.language.meaning import Contract, Offset
from engine.language.notes import Notes, Unfit
from engine.language.reader import read_bytes
from engine.language.shapes import Pair, Said
from engine.language.written_examples import (
    EXAMPLES,
    Columns,
    ExampleForm,
    ExampleOutcomeForm,
    ExampleSpanForm,
    Expect,
    Member,
)
from engine.language.yaml_reader import note_unfit, read_list

EXAMPLES_FILE = "examples.yaml"
RowStatus = Literal["final", "amended", "preliminary", "entered_in_error"]


@dataclass(frozen=True, slots=True)
class ExampleOutcome:
    """A row of outcomes; days are dates, or offsets from the treatment's index date."""

    kind: Literal["measure", "event"]
    name: str
    on: date | Offset
    value: str | None
    unit: str | None  # None: the contract's
    known_on: date | Offset | None  # None: the day on which it took effect
    source: str | None
    record_id: str | None  # None: a row of its own
    status: RowStatus
    place: Place


@dataclass(frozen=True, slots=True)
class ExampleSpan:
    """A span of coverage, both ends included; without `to` it still runs."""

    first: date | Offset
    last: date | Offset | None
    payer: str | None  # None: the contract's
    known_on: date | Offset | None
    place: Place


@dataclass(frozen=True, slots=True)
class ExampleTreatment:
    """A treatment with its patient's rows, so many times. `columns` are all but `index_date`, as written."""

    index_date: date
    columns: tuple[tuple[str, str], ...]
    outcomes: tuple[ExampleOutcome, ...]
    coverage: tuple[ExampleSpan, ...]
    place: Place | None = field(default=None, compare=False)
    times: int = 1


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected as of a day, as known by another (None: the same day), in the order written."""

    as_of: date
    known_by: date | None
    expectations: tuple[Expectation, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Example:
    """A case with one treatment or several, and what is owed on them at some days."""

    name: str
    place: Place
    treatments: tuple[ExampleTreatment, ...]
    expect: tuple[Expected, ...]
    is_cohort: bool = False  # written with `treatments`, so that no status is expected


def read_examples(path: Path, contract: Contract) -> tuple[Example, ...]:
    """The examples in a file, or in a folder's `examples.yaml`. Raises Refusal with every problem."""
    file = path / EXAMPLES_FILE if path.is_dir() else path
    return _read(read_bytes(file), str(file), contract)


def read_examples_text(text: str, contract: Contract, path: str = EXAMPLES_FILE) -> tuple[Example, ...]:
    """The examples that `text` says; `path` is named in messages. Raises Refusal with every problem."""
    return _read(text.encode("utf-8", "surrogatepass"), path, contract)


def _read(data: bytes, path: str, contract: Contract) -> tuple[Example, ...]:
    notes = Notes(path)
    tree = read_list(data, notes)
    forms = (EXAMPLES.read(tree, notes) or ()) if tree else ()
    _check_names(forms, notes)
    expectations = Expectations(contract, notes)
    examples = tuple(_example(form, expectations, notes) for form in forms)
    if notes.found:
        raise Refusal(notes.all(), Exit.REFUSED)
    return tuple(example for example in examples if example)


def _check_names(forms: Sequence[ExampleForm], notes: Notes) -> None:
    seen: dict[str, int] = {}
    for form in forms:
        if form.name.value in seen:
            hint = f"give it a name of its own; the other stands on line {seen[form.name.value]}"
            notes.add("twice", "two examples have this name", form.name.place, hint)
        seen.setdefault(form.name.value, form.name.place.line)


def _example(form: ExampleForm, expectations: Expectations, notes: Notes) -> Example | None:
    is_cohort = not form.left_open("treatments")
    expect = [_expected(pairs, expectations, notes, is_cohort) for pairs in form.expect]
    members = [_member(form, form.treatment, form.outcomes, form.coverage, notes)] if form.treatment else []
    if is_cohort:
        _check_beside(form, notes)
        members = [_several(member, notes) for member in form.treatments or ()]
    if expectations.contract.several_payers:
        _check_payers(form, notes)
    treatments = tuple(member for member in members if member is not None)
    if not treatments or len(treatments) < len(members):
        return None
    expected = tuple(e for e in expect if e)
    return Example(form.name.value, form.name.place, treatments, expected, is_cohort)


def _check_payers(form: ExampleForm, notes: Notes) -> None:
    """Of several payers each treatment's and each span's must be named: none of them is the contract's."""
    hint = "write 'payer: …', one of the contract's or another"
    treatments = [(form.treatment, form.at("treatment"))] if form.treatment is not None else []
    treatments += [(member.columns, member.form.node.place) for member in form.treatments or ()]
    for columns, place in treatments:
        if _column(columns, "payer") is None:
            notes.add("payer", "the treatment lacks 'payer', and the contract has several", place, hint)
    spans = [*(form.coverage or ()), *(span for x in form.treatments or () for span in x.form.coverage or ())]
    for span in spans:
        if span.payer is None and span.left_open("payer"):
            problem = "this span lacks 'payer', and the contract has several"
            notes.add("payer", problem, span.node.place, hint)


def _check_beside(form: ExampleForm, notes: Notes) -> None:
    """Rows of an example with several treatments belong to one of them."""
    for name in ("outcomes", "coverage"):
        if not form.left_open(name):
            problem = f"'{name}' stands beside 'treatments', and names none of them"
            notes.add(
                "whose_rows", problem, form.at(name), f"write '{name}' in the treatment that it is about"
            )


def _several(member: Member, notes: Notes) -> ExampleTreatment | None:
    form = member.form
    one = _member(form, member.columns, form.outcomes, form.coverage, notes)
    return replace(one, times=form.times.value) if one and form.times else one


def _member(
    form: Form,
    columns: Columns,
    outcomes: tuple[ExampleOutcomeForm, ...] | None,
    coverage: tuple[ExampleSpanForm, ...] | None,
    notes: Notes,
) -> ExampleTreatment | None:
    index_date = _index_date(columns, form.at("treatment"), notes)
    rows = tuple(_outcome(outcome) for outcome in outcomes or ())
    spans = tuple(_span(span, notes) for span in coverage or ())
    if index_date is None:
        return None
    written = tuple((p.key.value, p.value.value) for p in columns if p.value and p.key.value != "index_date")
    return ExampleTreatment(index_date, written, rows, spans, form.node.place)


def _index_date(columns: Columns, place: Place, notes: Notes) -> date | None:
    for name in ("birth_date", "amount"):
        said = _column(columns, name)
        if said and said.value:
            _checked(said, name, notes)
    index = _column(columns, "index_date")
    if index is None:
        close = nearest("index_date", [p.key.value for p in columns])
        problem = "the treatment lacks 'index_date'"
        hint = "write 'index_date: 2018-01-01'" + (" in place of a misspelt one" if close else "")
        notes.add("missing", problem, place, hint)
        return None
    return cast(date | None, _checked(index, "index_date", notes))


def _column(columns: Columns, name: str) -> Said[str] | None:
    return next((p.value for p in columns if p.key.value == name), None)


def _checked(said: Said[str], name: str, notes: Notes) -> object:
    try:
        return scalars.number(said.value) if name == "amount" else scalars.day(said.value)
    except Unfit as unfit:
        note_unfit(notes, unfit, said.node)
        return None


def _outcome(form: ExampleOutcomeForm) -> ExampleOutcome:
    named = form.measure or form.event
    return ExampleOutcome(
        kind="measure" if form.measure else "event",
        name=named.value if named else "",
        on=form.on.value,
        value=form.value.value if form.value and form.value.value else None,
        unit=_text(form.unit),
        known_on=form.known_on.value if form.known_on else None,
        source=_text(form.source),
        record_id=_text(form.record_id),
        status=cast(RowStatus, form.status.value if form.status else "final"),
        place=form.node.place,
    )


def _text(said: Said[str] | None) -> str | None:
    return said.value if said else None


def _span(form: ExampleSpanForm, notes: Notes) -> ExampleSpan:
    first, last = form.from_.value, form.to.value if form.to else None
    if form.to and isinstance(first, date) and isinstance(last, date) and last < first:
        notes.add("span", f"'to' is before 'from' ({first})", form.to.place, "write the later day here")
    known_on = form.known_on.value if form.known_on else None
    return ExampleSpan(first, last, _text(form.payer), known_on, form.node.place)


def _expected(pairs: Expect, expectations: Expectations, notes: Notes, is_cohort: bool) -> Expected | None:
    days: dict[str, date | None] = {"as_of": None, "known_by": None}
    found = []
    for pair in pairs:
        if pair.value is None:
            continue
        if pair.key.value in days:
            days[pair.key.value] = cast(date | None, _checked(pair.value, "day", notes))
        else:
            found.append(expectations.read(pair.key, pair.value))
            if is_cohort and found[-1] and found[-1].kind == "status":
                hint = "expect a clause's total or 'net', or write an example of one treatment"
                problem = "a status is of one treatment, and this example has 'treatments'"
                notes.add("status", problem, pair.key.place, hint)
    as_of = days["as_of"]
    if not any(pair.key.value == "as_of" for pair in pairs):
        notes.add("missing", "this expectation lacks 'as_of'", _place(pairs), "write 'as_of: 2018-03-02'")
    elif len(pairs) == sum(pair.key.value in days for pair in pairs):
        hint = "write an outcome with its status, a clause with its total, or 'net'"
        notes.add("missing", "nothing is expected here", _place(pairs), hint)
    if as_of is None:
        return None
    return Expected(as_of, days["known_by"], tuple(e for e in found if e), _place(pairs))


def _place(pairs: tuple[Pair[str, Said[str]], ...]) -> Place:
    return pairs[0].key.place
