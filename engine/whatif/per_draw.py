"""What a variant comes to in each draw: exact sums, from which all statistics follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Sums = NDArray[np.int64]
PRESENT_SCALE = 10_000  # parts of a minor unit in which a present value is kept


@dataclass(frozen=True, slots=True)
class PerDraw:
    """Money in the minor unit. `payments` and `refunds` are draws × months, refunds below zero.

    `by_clause` and `pending` (patients whose first outcome is open so many months after their index date) are sums over
    the draws.
    """

    months: tuple[str, ...]
    drawn: Sums
    patients: Sums
    responders: Sums
    payments: Sums
    refunds: Sums
    present: Sums  # net, discounted to each patient's index date, in parts of the minor unit
    by_clause: Mapping[str, int]
    pending: Sums

    def __add__(self, other: "PerDraw") -> "PerDraw":
        """The draws of both, these first."""
        clauses = {**self.by_clause}
        for clause, minor in other.by_clause.items():
            clauses[clause] = clauses.get(clause, 0) + minor
        longest = max(len(self.pending), len(other.pending))
        pending = [np.pad(p, (0, longest - len(p))) for p in (self.pending, other.pending)]

        def both(name: str) -> Sums:
            return np.concatenate([getattr(self, name), getattr(other, name)])

        return PerDraw(
            months=self.months,
            drawn=both("drawn"),
            patients=both("patients"),
            responders=both("responders"),
            payments=both("payments"),
            refunds=both("refunds"),
            present=both("present"),
            by_clause=clauses,
            pending=pending[0] + pending[1],
        )

    @property
    def net(self) -> Sums:
        """Of each draw."""
        return np.asarray(self.payments.sum(axis=1) + self.refunds.sum(axis=1))


def together(parts: Sequence[PerDraw]) -> PerDraw:
    """The draws of all parts, in their order."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return whole
