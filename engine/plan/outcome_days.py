"""The days of an outcome for a treatment (and due date): of its windows, its decided day, the day it is near to."""

from collections.abc import Iterable

from engine.language import meaning as m
from engine.plan.subjects import offset_day
from engine.plan.tree import Expr

Items = tuple[tuple[str, Expr], ...]


def _offsets(o: m.Outcome) -> tuple[tuple[str, m.Offset], ...]:
    found = [("first_day", o.window.first), ("last_day", o.window.last), ("decided_day", o.decided)]
    if o.pick.to is not None:
        found.append(("near", o.pick.to))
    if o.baseline is not None:
        window = o.baseline.window
        found += [("base_first_day", window.first), ("base_last_day", window.last)]
    return tuple((f"{o.name}__{part}", offset) for part, offset in found)


def dates(outcomes: Iterable[m.Outcome]) -> Items:
    """All of them as columns over the index date (and `due`)."""
    return tuple((name, offset_day(offset)) for o in outcomes for name, offset in _offsets(o))


def near_at_hand(outcomes: Iterable[m.Outcome]) -> Items:
    """Those that lie so many days from the index date: sooner worked out anew than carried through a join."""
    return tuple(
        (name, offset_day(offset))
        for o in outcomes
        for name, offset in _offsets(o)
        if offset.anchor == "index" and offset.shift.months == 0
    )


def day_columns(outcome: m.Outcome) -> tuple[str, ...]:
    """The names of an outcome's columns."""
    return tuple(name for name, _ in _offsets(outcome))
