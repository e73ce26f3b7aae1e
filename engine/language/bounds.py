"""Rows with bounds: what each of them covers, so that none is left out and none stands for nothing.

A row covers all numbers on one side of its bound, so that rows cover every number as soon as one that reaches up
meets one that reaches down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.kernel.diagnostics import nearest
from engine.language.meaning import Number, TermRef
from engine.language.naming import Names, TermValues
from engine.language.notes import Notes
from engine.language.shapes import Said
from engine.language.written_tables import BoundWritten

Bound = Number | TermRef
Cut = tuple[Fraction, int]  # a place between numbers: just before one (0) or just after it (1)
_AFTER = {"below": 0, "at_most": 1, "above": 1, "at_least": 0}


@dataclass(frozen=True, slots=True)
class Side:
    """What a row covers: all numbers on one side of a bound; all of them where there is none."""

    kind: str  # below, at_most, above, at_least or otherwise
    bound: Bound | None

    def cut(self, values: TermValues) -> Cut:
        """Where the row begins or ends, with the terms put in. KeyError where a term is not known."""
        if isinstance(self.bound, TermRef):
            return values[self.bound.name], _AFTER[self.kind]
        assert self.bound is not None
        return self.bound.value, _AFTER[self.kind]


def read_bound(said: Said[BoundWritten], names: Names, notes: Notes) -> Bound | None:
    """The number or term that a bound names, or None with the reason in `notes`."""
    if isinstance(said.value, Fraction):
        return Number(said.value)
    if said.value in names.terms:
        return TermRef(said.value)
    problem = f"'{said.value}' is not a term of this contract"
    hint = nearest(said.value, names.terms) or "a bound is a number, a percentage or the name of a term"
    notes.add("unknown_name", problem, said.place, hint)
    return None


@dataclass(slots=True)
class _Covered:
    """The numbers that some rows cover together: below the one cut, above the other, or all."""

    up_to: Cut | None = None
    since: Cut | None = None

    @property
    def everything(self) -> bool:
        return self.up_to is not None and self.since is not None and self.since <= self.up_to

    def holds(self, kind: str, cut: Cut) -> bool:
        """Whether another row would cover nothing new."""
        if kind in ("below", "at_most"):
            return self.everything or (self.up_to is not None and cut <= self.up_to)
        return self.everything or (self.since is not None and cut >= self.since)

    def add(self, kind: str, cut: Cut) -> None:
        if kind in ("below", "at_most"):
            self.up_to = cut if self.up_to is None else max(self.up_to, cut)
        else:
            self.since = cut if self.since is None else min(self.since, cut)


def falls_through(rows: Sequence[Side], values: Sequence[TermValues]) -> bool:
    """Whether some number fits no row, for one of the sets of terms' values."""
    if rows[-1].kind == "otherwise":
        return False
    return any(not _swept(rows, known)[0].everything for known in _usable(rows, values))


def never_reached(rows: Sequence[Side], values: Sequence[TermValues]) -> list[int]:
    """The places of rows that can never apply, whatever the terms' values: those before them leave nothing."""
    idle = [_swept(rows, known)[1] for known in _usable(rows, values)]
    return sorted(set.intersection(*idle)) if idle else []


def _swept(rows: Sequence[Side], values: TermValues) -> tuple[_Covered, set[int]]:
    """What the rows cover together, and the places of those that cover nothing new. `otherwise` stands last."""
    covered, idle = _Covered(), set()
    for k, row in enumerate(rows):
        if row.kind == "otherwise":
            if covered.everything:
                idle.add(k)
        elif covered.holds(row.kind, row.cut(values)):
            idle.add(k)
        else:
            covered.add(row.kind, row.cut(values))
    return covered, idle


def _usable(rows: Sequence[Side], values: Sequence[TermValues]) -> list[TermValues]:
    """The sets of values that name every term of the rows; one without any where the rows name none."""
    named = {row.bound.name for row in rows if isinstance(row.bound, TermRef)}
    return [known for known in (values or ({},)) if named <= known.keys()]
