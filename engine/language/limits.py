"""Limits: bounds on totals of a treatment or group, in the order in which they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from engine.kernel.diagnostics import nearest
from engine.language.forms import listed
from engine.language.grammar.build import amount
from engine.language.meaning import (
    AgeAtIndex,
    Column,
    IndexDate,
    Invoiced,
    Limit,
    Number,
    Per,
    Value,
)
from engine.language.naming import Names, expression
from engine.language.notes import Notes
from engine.language.shapes import Said
from engine.language.trees import walk
from engine.language.written import ContractForm, LimitForm

Direction = Literal["payment", "refund"]
_ALL: Mapping[str, Direction] = {"payments": "payment", "refunds": "refund"}
_BOUNDS = ("at_most", "at_least", "patient_first")

# Which limits count in a later one: those whose groups lie wholly within its own. A change of a limit per year or
# treatment belongs to the year in which it falls due.
_WITHIN: Mapping[Per, frozenset[Per]] = {
    "treatment": frozenset({"treatment"}),
    "patient": frozenset({"treatment", "patient"}),
    "contract_year": frozenset({"treatment", "patient", "contract_year", "calendar_year"}),
    "calendar_year": frozenset({"treatment", "patient", "contract_year", "calendar_year"}),
    "contract": frozenset({"treatment", "patient", "contract_year", "calendar_year", "contract"}),
}


@dataclass(frozen=True, slots=True)
class Bounded:
    """Something that a limit may bound: the ways its lines go, the clauses in it, and over what it stands.

    A clause's lines are a treatment's; a cohort clause's are the contract's, by period, and may go both ways.
    """

    directions: frozenset[Direction]
    clauses: frozenset[str]
    per: Per | Literal["cohort"] = "treatment"


def read_limits(
    contract: ContractForm, clauses: Mapping[str, Bounded], names: Names, notes: Notes
) -> tuple[Limit, ...]:
    """The limits that are written; `clauses` are all money and cohort clauses by id, in order, read or not."""
    written = set(contract.ids_in("limits"))
    known = dict(clauses)
    limits: list[Limit] = []
    earlier: set[str] = set()
    for form in contract.limits or ():
        of, direction = _Members(form, known, written, earlier, notes).read()
        earlier.add(form.id.value)
        bounds = _bounds(form, names, notes)
        if direction is not None and bounds is not None:
            held = frozenset().union(*(known[id_].clauses for id_ in of))
            known.setdefault(form.id.value, Bounded(frozenset({direction}), held, _per(form)))
            limits.append(_limit(form, of, direction, bounds, notes))
    return tuple(limits)


def _per(form: LimitForm) -> Per:
    return cast(Per, form.per.value)


def _limit(
    form: LimitForm, of: list[str], direction: Direction, bounds: Mapping[str, Value], notes: Notes
) -> Limit:
    if "patient_first" in bounds and direction == "payment":
        hint = "the patient's share comes out of refunds"
        notes.add("patient_first", "'patient_first' needs refunds", form.at("patient_first"), hint)
    members = (form.of,) if isinstance(form.of, Said) else form.of
    said = [(name, getattr(form, name)) for name in _BOUNDS if name in bounds]
    return Limit(
        id=form.id.value,
        clause=form.clause.value,
        of=tuple(of),
        direction=direction,
        per=_per(form),
        at_most=bounds.get("at_most"),
        at_least=bounds.get("at_least"),
        patient_first=bounds.get("patient_first"),
        of_text=", ".join(m.value for m in members),
        bound_text=" and ".join(f"{_WORDS[n]} {' '.join(s.value.split())}" for n, s in said),
    )


_WORDS = {"at_most": "at most", "at_least": "at least", "patient_first": "to the patient first"}


@dataclass(frozen=True)
class _Members:
    """Finds the ids that a limit bounds."""

    form: LimitForm
    known: Mapping[str, Bounded]
    written: set[str]
    earlier: set[str]
    notes: Notes

    def read(self) -> tuple[list[str], Direction | None]:
        """Ids of clauses and of the earlier limits that count, in their order, and the way they go.

        Neither where something is wrong.
        """
        members = (self.form.of,) if isinstance(self.form.of, Said) else self.form.of
        chosen: dict[str, Bounded] = {}
        before = len(self.notes.found)
        for said in members:
            for id_ in self._named(said):
                if id_ in chosen:
                    self.notes.add("twice", f"'{id_}' stands in 'of' already", said.place, "name each once")
                chosen[id_] = self.known[id_]
        if chosen and len(self._shared(chosen)) != 1:
            hint = "write a limit for each: they go in opposite directions"
            self.notes.add(
                "mixed_limit", "payments and refunds are mixed in one 'of'", self.form.at("of"), hint
            )
        if len(self.notes.found) > before or not chosen:
            return [], None
        (direction,) = self._shared(chosen)
        clauses = {id_ for bounded in chosen.values() for id_ in bounded.clauses if id_ in chosen}
        for id_, bounded in self.known.items():  # an earlier limit counts in one that holds what it limits
            counts = bounded.clauses <= clauses and direction in bounded.directions
            if id_ not in chosen and counts and self._holds(bounded):
                chosen[id_] = bounded
        return [id_ for id_ in self.known if id_ in chosen], direction

    def _shared(self, chosen: Mapping[str, Bounded]) -> frozenset[Direction]:
        """The ways that all of them go, where `of` does not name one: a cohort clause may go both."""
        named = self.form.of.value if isinstance(self.form.of, Said) else ""
        every: frozenset[Direction] = frozenset({_ALL[named]}) if named in _ALL else frozenset(_ALL.values())
        return every.intersection(*(bounded.directions for bounded in chosen.values()))

    def _holds(self, bounded: Bounded) -> bool:
        """Whether the groups of what is bounded lie within this limit's."""
        per = _per(self.form)
        if bounded.per == "cohort":
            return per not in ("treatment", "patient")
        return bounded.per in _WITHIN[per]

    def _named(self, said: Said[str]) -> list[str]:
        name, notes = said.value, self.notes
        if name in _ALL:
            alone = [(i, b) for i, b in self.known.items() if _ALL[name] in b.directions and b.clauses == {i}]
            ids = [i for i, b in alone if self._holds(b)]
            if not ids:
                notes.add("empty_limit", f"there are no {name} to limit", said.place)
            return ids
        if name in self.known:
            return [name] if self._holds(self.known[name]) else self._too_wide(said)
        if name in self.earlier:
            return []  # it could not be read, and that has been said
        if name in self.written:
            problem = f"'{name}' is not an earlier limit"
            notes.add("limit_order", problem, said.place, "limits work in the order in which they stand")
        else:
            hint = nearest(name, (*self.known, *_ALL)) or f"write {listed((*_ALL, *self.known))}"
            notes.add("unknown_id", f"'{name}' is not a payment, refund or limit here", said.place, hint)
        return []

    def _too_wide(self, said: Said[str]) -> list[str]:
        own, per = _per(self.form), self.known[said.value].per
        what = "about a period's treatments" if per == "cohort" else f"per {per}"
        problem = f"'{said.value}' is {what}, and cannot count in a limit per {own}"
        hint = "bound it by a limit per contract_year, calendar_year or contract"
        self.notes.add("wider_limit", problem, said.place, hint)
        return []


def _bounds(form: LimitForm, names: Names, notes: Notes) -> dict[str, Value] | None:
    """The bounds by their keys; None where something is wrong."""
    before = len(notes.found)
    stated = [name for name in _BOUNDS if not form.left_open(name)]
    if not stated:
        hint = "write 'at_most: price' or 'at_least: 0'"
        notes.add("missing", f"limit '{form.id.value}' has no bound", form.id.place, hint)
    if "patient_first" in stated:
        _check_patient_first(form, stated, notes)
    found: dict[str, Value] = {}
    for name in stated:
        said: Said[str] | None = getattr(form, name)
        bound = expression(said, amount, names.scope("limit"), notes) if said else None
        if said and bound is not None:
            _check_group(form, said, bound, notes)
            found[name] = bound
    most, least = found.get("at_most"), found.get("at_least")
    if isinstance(most, Number) and isinstance(least, Number) and least.value > most.value:
        notes.add("limit_bounds", "the lower bound is above the upper one", form.at("at_least"))
    return None if len(notes.found) > before or form.broken else found


def _check_patient_first(form: LimitForm, stated: list[str], notes: Notes) -> None:
    for other in stated[:-1]:
        problem = f"'patient_first' and '{other}' cannot both stand in a limit"
        notes.add("two_choices", problem, form.at(other), "write two limits, in the order in which they work")
    if _per(form) not in ("treatment", "patient"):
        problem = f"'patient_first' names no patient in a limit per {_per(form)}"
        notes.add(
            "patient_first", problem, form.at("patient_first"), "write 'per: treatment' or 'per: patient'"
        )


def _check_group(form: LimitForm, said: Said[str], bound: Value, notes: Notes) -> None:
    """The bound of a group reads no treatment's own values."""
    own = (Column, Invoiced, IndexDate, AgeAtIndex)
    if _per(form) != "treatment" and any(isinstance(part, own) for part in walk(bound)):
        problem = f"a bound per {_per(form)} reads a column of treatments, and there are many of them"
        notes.add("limit_column", problem, said.place, "write terms and numbers, or 'per: treatment'")
