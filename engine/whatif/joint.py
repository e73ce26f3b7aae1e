"""Deaths drawn jointly with an event that ends a state, such as relapse with remission.

Those in the state do not die of the disease before it ends: deaths befall those without the state and those in whom it
has ended. With the death curve F of all patients as the clock w = F(t), from 0 up, the share at risk is

    A(w) = 1 - p + p G(t(w) - s) - w

(p: share in the state, reached s months after the index date; G: the share of them in whom it has ended since), and a
patient at risk since w₀ dies by the clock w with chance 1 - exp(-∫ dw/A from w₀ to w). All deaths together then follow
F, the events follow G, and no event comes after a death. Where deaths would outnumber those at risk, fewer die.
"""

import numpy as np
from numpy.typing import NDArray

from engine.whatif.curves import Clock
from engine.whatif.streams import Floats

_GRID = 1_024
_LEAST_AT_RISK = 1e-6
_MONTH_DAYS = 1461 / 48


def death_places(
    death: Clock, ending: Clock, in_state: Floats, state_day: int, ended: Floats, places: Floats,
    draws: NDArray[np.int64],
) -> Floats:  # fmt: skip
    """The place of each patient on the death curve, 1 for none: what `Clock.days` takes for the day of death.

    `in_state`: the share of each draw; `ended`: the months from the index date after which each patient is at risk, 0
    without the state, infinite where it lasts.
    """
    found = np.ones(len(places))
    edges = np.searchsorted(draws, np.arange(len(in_state) + 1))
    for row in range(len(in_state)):
        own = slice(edges[row], edges[row + 1])
        clock, risk = _risk(death, ending, float(in_state[row]), state_day / _MONTH_DAYS, row)
        since = np.interp(death.chance_by(ended[own], row), clock, risk)
        reached = since - np.log1p(-places[own])
        died = np.isfinite(ended[own]) & (reached < risk[-1])
        found[own] = np.where(died, np.interp(reached, risk, clock), 1.0)
    return found


def most_dying(death: Clock, ending: Clock, in_state: float, state_day: int) -> float:
    """How far the deaths outnumber those at risk at worst, as a share of all patients; below zero where they do not."""
    clock = _clock(death, 0)
    return float(-_at_risk(death, ending, in_state, state_day / _MONTH_DAYS, 0, clock).min())


def _clock(death: Clock, row: int) -> Floats:
    last = float(death.chance_by(np.array([np.inf]), row)[0])
    marks = death.chances(row)
    return np.unique(np.concatenate([np.linspace(0, last, _GRID), marks[marks <= last]]))


def _at_risk(death: Clock, ending: Clock, in_state: float, start: float, row: int, clock: Floats) -> Floats:
    since = death.time_at(clock, row) - start
    ended = np.where(since > 0, ending.chance_by(np.maximum(since, 0), row), 0.0)
    return 1 - in_state + in_state * ended - clock


def _risk(death: Clock, ending: Clock, in_state: float, start: float, row: int) -> tuple[Floats, Floats]:
    """The clock's grid and the cumulative risk of those at risk since its beginning."""
    clock = _clock(death, row)
    at_risk = np.maximum(_at_risk(death, ending, in_state, start, row, clock), _LEAST_AT_RISK)
    steps = np.diff(clock) * (1 / at_risk[:-1] + 1 / at_risk[1:]) / 2
    return clock, np.concatenate([[0.0], np.cumsum(steps)])
