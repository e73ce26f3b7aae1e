"""What an agreement comes to in each draw: exact sums, from which all statistics follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Sums = NDArray[np.int64]
PRESENT_SCALE = 10_000  # parts of a minor unit in which a present value is kept


@dataclass(frozen=True, slots=True)
class PerDraw:
    """Arrays whose first axis is the draw; money in the minor unit, refunds below zero."""

    months: tuple[str, ...]
    drawn: Sums
    patients: Sums
    responders: Sums
    payments: Sums  # draws × months
    refunds: Sums  # draws × months
    present: Sums  # net, discounted to each patient's index date, in parts of the minor unit
    by_clause: Mapping[str, Sums]
    pending: Sums  # draws × months since the index date: patients whose first outcome is open

    @property
    def net(self) -> Sums:
        return np.asarray(self.payments.sum(axis=1) + self.refunds.sum(axis=1))

    def clause(self, clause: str) -> Sums:
        """A clause's money; zeros where none moved."""
        return self.by_clause.get(clause, np.zeros(len(self.drawn), np.int64))

    def part(self, first: int, last: int) -> "PerDraw":
        """The draws at places from `first` up to before `last`."""
        own = slice(first, last)
        return PerDraw(
            self.months, self.drawn[own], self.patients[own], self.responders[own], self.payments[own],
            self.refunds[own], self.present[own], {c: sums[own] for c, sums in self.by_clause.items()},
            self.pending[own],
        )  # fmt: skip


def together(parts: Sequence[PerDraw]) -> PerDraw:
    """The draws of all parts, in their order."""

    def all_of(name: str) -> Sums:
        return np.concatenate([getattr(part, name) for part in parts])

    ages = max(part.pending.shape[1] for part in parts)
    pending = [np.pad(p.pending, ((0, 0), (0, ages - p.pending.shape[1]))) for p in parts]
    clauses = sorted({clause for part in parts for clause in part.by_clause})
    return PerDraw(
        months=parts[0].months,
        drawn=all_of("drawn"),
        patients=all_of("patients"),
        responders=all_of("responders"),
        payments=all_of("payments"),
        refunds=all_of("refunds"),
        present=all_of("present"),
        by_clause={c: np.concatenate([p.clause(c) for p in parts]) for c in clauses},
        pending=np.concatenate(pending),
    )
