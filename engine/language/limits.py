"""Limits: bounds on a treatment's totals, in the order in which they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.kernel.diagnostics import nearest
from engine.language.forms import listed
from engine.language.grammar.build import amount
from engine.language.meaning import Limit, Number, Value
from engine.language.naming import Names, expression
from engine.language.notes import Notes
from engine.language.shapes import Said
from engine.language.written import ContractForm, LimitForm

Direction = Literal["payment", "refund"]
_ALL: Mapping[str, Direction] = {"payments": "payment", "refunds": "refund"}


@dataclass(frozen=True, slots=True)
class _Bounded:
    """Something that a limit may bound: its direction and the money clauses in it."""

    direction: Direction
    clauses: frozenset[str]


def read_limits(
    contract: ContractForm, clauses: Mapping[str, Direction], names: Names, notes: Notes
) -> tuple[Limit, ...]:
    """The limits that are written. `clauses` are all money clauses by id, in order, read or not."""
    written = set(contract.ids_in("limits"))
    known = {id_: _Bounded(direction, frozenset({id_})) for id_, direction in clauses.items()}
    limits: list[Limit] = []
    earlier: set[str] = set()
    for form in contract.limits or ():
        of = _members(form, known, written, earlier, notes)
        earlier.add(form.id.value)
        bounds = _bounds(form, names, notes)
        if of and bounds:
            direction = known[of[0]].direction
            held = frozenset().union(*(known[id_].clauses for id_ in of))
            known.setdefault(form.id.value, _Bounded(direction, held))
            at_most, at_least = bounds
            clause = form.clause.value
            limits.append(Limit(form.id.value, clause, tuple(of), direction, at_most, at_least))
    return tuple(limits)


def _members(
    form: LimitForm, known: Mapping[str, _Bounded], written: set[str], earlier: set[str], notes: Notes
) -> list[str]:
    """The ids that a limit bounds, earlier limits among them; empty where something is wrong."""
    members = (form.of,) if isinstance(form.of, Said) else form.of
    chosen: dict[str, _Bounded] = {}
    before = len(notes.found)
    for said in members:
        for id_ in _named(said, known, written, earlier, notes):
            if id_ in chosen:
                notes.add("twice", f"'{id_}' stands in 'of' already", said.place, "name each once")
            chosen[id_] = known[id_]
    directions = {bounded.direction for bounded in chosen.values()}
    if len(directions) > 1:
        hint = "write a limit for each: they go in opposite directions"
        notes.add("mixed_limit", "payments and refunds are mixed in one 'of'", form.at("of"), hint)
    if len(notes.found) > before or not chosen:
        return []
    clauses = {id_ for bounded in chosen.values() for id_ in bounded.clauses if id_ in chosen}
    for id_, bounded in known.items():  # an earlier limit counts in one that holds what it limits
        if id_ not in chosen and bounded.clauses <= clauses:
            chosen[id_] = bounded
    return [id_ for id_ in known if id_ in chosen]


def _named(
    said: Said[str], known: Mapping[str, _Bounded], written: set[str], earlier: set[str], notes: Notes
) -> list[str]:
    name = said.value
    if name in _ALL:
        ids = [i for i, b in known.items() if b.direction == _ALL[name] and b.clauses == {i}]
        if not ids:
            notes.add("empty_limit", f"there are no {name} to limit", said.place)
        return ids
    if name in known:
        return [name]
    if name in earlier:
        return []  # it could not be read, and that has been said
    if name in written:
        problem = f"'{name}' is not an earlier limit"
        notes.add("limit_order", problem, said.place, "limits work in the order in which they stand")
    else:
        hint = nearest(name, (*known, *_ALL)) or f"write {listed((*_ALL, *known))}"
        notes.add("unknown_id", f"'{name}' is not a payment, refund or limit here", said.place, hint)
    return []


def _bounds(form: LimitForm, names: Names, notes: Notes) -> tuple[Value | None, Value | None] | None:
    """The upper and the lower bound, at least one of them; None where something is wrong."""
    before = len(notes.found)
    if form.left_open("at_most") and form.left_open("at_least"):
        hint = "write 'at_most: price' or 'at_least: 0'"
        notes.add("missing", f"limit '{form.id.value}' has no bound", form.id.place, hint)
    scope = names.scope("limit")
    at_most = expression(form.at_most, amount, scope, notes) if form.at_most else None
    at_least = expression(form.at_least, amount, scope, notes) if form.at_least else None
    if isinstance(at_most, Number) and isinstance(at_least, Number) and at_least.value > at_most.value:
        notes.add("limit_bounds", "the lower bound is above the upper one", form.at("at_least"))
    return None if len(notes.found) > before or form.broken else (at_most, at_least)
