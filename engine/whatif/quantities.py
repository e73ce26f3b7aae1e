"""Quantities of patients while they are drawn: words by their shares, numbers, days of events."""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from engine.kernel.money import format_fraction
from engine.whatif import distributions as dist
from engine.whatif.columns import Column
from engine.whatif.curves import NEVER, Clock, Days
from engine.whatif.scenario import Cohort, Curve, Distribution, Number, Shares, State
from engine.whatif.streams import Floats, Streams


@dataclass(slots=True)
class Work:
    """What is known of the patients of a batch while they are drawn."""

    cohort: Cohort
    streams: Streams
    index: NDArray[np.int32]
    rows: NDArray[np.int64]  # the place of each row's draw in the batch
    last: int  # the last day that is of interest, from the first index date
    death: Days  # from the index date; NEVER for none
    states: dict[State, tuple[NDArray[np.bool_], int, Floats]] = field(default_factory=dict)
    events: dict[str, Days] = field(default_factory=dict)


def words(shares: Shares, name: str, work: Work) -> Column:
    ends = np.cumsum(dist.shares(shares, name, work.streams), axis=1)[:, :-1]
    places, codes = work.streams.uniform(name), np.zeros(len(work.index), np.int32)
    for column in range(ends.shape[1]):
        codes += places >= of_draws(ends[:, column], work)
    return Column(codes, len(shares.words), shares.words)


def number(number: Number, name: str, work: Work) -> Column:
    size = Fraction(1, 10**number.decimals)
    low, high = dist.whole_range(number.drawn, size)
    steps = dist.steps_of(number.drawn, low, high, size, floor=False)
    words = tuple(format_fraction(n * size) for n in range(low, high + 1))
    return Column(steps.at(work.streams.uniform(name)), len(words), words)


def stepped(drawn: Distribution, name: str, size: Fraction, floor: bool, work: Work) -> Column:
    _, high = dist.whole_range(drawn, size)
    steps = dist.steps_of(drawn, 0, max(high, 0), size, floor)
    return Column(steps.at(work.streams.uniform(name)), max(high, 0) + 1)


def of_draws(values: Floats, work: Work) -> Floats:
    """A number a draw, written out for each row; once where all are the same."""
    return values[:1] if (values == values[0]).all() else values[work.rows]


def event_days(curve: Curve, name: str, start: Days, work: Work) -> Days:
    """The day from the index date of what is counted from `start` days after it."""
    clock, places = Clock.of(curve, name, work.streams), work.streams.uniform(name)
    since = clock.days(places, work.index + start, work.rows, work.cohort.first_index)
    return np.where(since == NEVER, NEVER, since + start).astype(np.int32)


def day_column(days: Days, work: Work) -> Column:
    """Days from the index date plus 1; 0 for none, or one after the last day of interest."""
    codes = np.where(days > work.last - work.index, 0, days + 1).astype(np.int32)
    return Column(codes, work.last + 2)
