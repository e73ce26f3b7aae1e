"""Curves of scenarios from their forms to their meaning: tables that go one way, or distributions of a time."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from engine.language.notes import Notes
from engine.language.shapes import Pair, Said
from engine.whatif.distributions import mean_of
from engine.whatif.scenario import Curve, Uncertain
from engine.whatif.written import CoverageForm, EventForm

_ONE = Fraction(1)


def curve_of(form: EventForm, notes: Notes) -> Curve | None:
    ratio = form.hazard_ratio.value if form.hazard_ratio else _ONE
    if form.survival is not None:
        if form.cured:
            notes.add(
                "cured",
                "'cured' stands with 'time': a table says who is left",
                form.cured.place,
                "leave it out",
            )
        return _table(form.survival, False, ratio, notes)
    return _by_time(form, ratio, notes)


def leaving(form: CoverageForm, notes: Notes) -> Curve | None:
    if form.leave is not None:
        return _table(form.leave, True, _ONE, notes)
    return _by_time(form, _ONE, notes)


def _by_time(form: EventForm | CoverageForm, ratio: Uncertain, notes: Notes) -> Curve | None:
    if not form.time:
        return None
    if len(form.time) > 1:
        notes.add("two_choices", "a time has one unit", form.time[1].key.place, "keep one of them")
    pair = form.time[0]
    if pair.value is None:
        return None
    return Curve((), pair.value.value, pair.key.value, form.cured.value if form.cured else Fraction(0), ratio)


def _table(
    pairs: tuple[Pair[Any, Said[Uncertain]], ...], rising: bool, ratio: Uncertain, notes: Notes
) -> Curve | None:
    """A survival table; of shares that have left where it is `rising`."""
    points: list[tuple[Any, Uncertain]] = []
    before_day, before = date(2000, 1, 1), 1.0
    for pair in pairs:
        if pair.value is None:
            return None
        on = pair.key.value.after(date(2000, 1, 1))
        if on <= before_day:
            notes.add(
                "survival",
                f"'{pair.key.node.text}' does not come after the point before it",
                pair.key.place,
                "put the points in order",
            )
        share = _left(pair.value, rising, notes)
        if share is None:
            return None
        if mean_of(share) > before + 1e-12:
            word = "share that has left falls" if rising else "share to whom it has not happened rises"
            notes.add(
                "survival",
                f"the {word} at '{pair.key.node.text}'",
                pair.value.place,
                "a table goes one way only",
            )
        before_day, before = on, mean_of(share)
        points.append((pair.key.value, share))
    return Curve(tuple(points), hazard_ratio=ratio)


def _left(said: Said[Uncertain], rising: bool, notes: Notes) -> Uncertain | None:
    if not rising:
        return said.value
    if isinstance(said.value, Fraction):
        return 1 - said.value
    drawn = said.value
    if drawn.name == "beta":
        return replace(drawn, parameters=drawn.parameters[::-1])
    notes.add("not_a_distribution", "a share that has left is a number or a beta here", said.place)
    return None
