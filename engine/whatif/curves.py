"""When events happen: days from an anchor by survival tables and distributions of time."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.whatif import families
from engine.whatif.distributions import cumulative, mean_of, parameter
from engine.whatif.scenario import Curve
from engine.whatif.streams import Floats, Streams

Days = NDArray[np.int32]
NEVER = np.iinfo(np.int32).max
_DAYS_IN = {"days": Fraction(1), "months": Fraction(1461, 48), "years": Fraction(1461, 4)}


@dataclass(frozen=True, slots=True)
class Clock:
    """A curve in one draw's or all draws' parameters: draws × points."""

    curve: Curve
    hazard: Floats  # of a table: the cumulative hazard at its points
    cured: Floats
    ratio: Floats

    @staticmethod
    def of(curve: Curve, quantity: str, streams: Streams) -> "Clock":
        ratio = parameter(curve.hazard_ratio, f"{quantity}/hazard_ratio", streams)
        points = [parameter(share, f"{quantity}/{n}", streams) for n, (_, share) in enumerate(curve.table)]
        left = np.column_stack(points) if points else np.ones((len(ratio), 0))
        falling = np.minimum.accumulate(np.clip(left, 1e-12, 1), axis=1)
        cured = parameter(curve.cured, f"{quantity}/cured", streams)
        return Clock(curve, -np.log(falling) * ratio[:, None], cured, ratio)

    @staticmethod
    def expected(curve: Curve) -> "Clock":
        """A single draw's clock, by the expected values of the parameters."""
        left = np.array([[mean_of(share) for _, share in curve.table]]).reshape(1, -1)
        ratio = mean_of(curve.hazard_ratio)
        return Clock(
            curve,
            -np.log(np.clip(left, 1e-12, 1)) * ratio,
            np.array([mean_of(curve.cured)]),
            np.array([ratio]),
        )

    def chances(self, row: int) -> Floats:
        """The shares to which it has happened by the points of a table."""
        found: Floats = -np.expm1(-self.hazard[row])
        return found

    def chance_by(self, months: Floats, row: int) -> Floats:
        """The share to which it has happened by so many months from the anchor, in one draw; infinity allowed."""
        if self.curve.time is None:
            hazard = np.interp(months, _months(self.curve), np.append(0, self.hazard[row]))
            return np.asarray(-np.expm1(-hazard), np.float64)
        units = months * float(_DAYS_IN["months"] / _DAYS_IN[self.curve.unit])
        left = np.power(1 - cumulative(self.curve.time, units), self.ratio[row])
        return np.asarray((1 - self.cured[row]) * (1 - left), np.float64)

    def time_at(self, chances: Floats, row: int) -> Floats:
        """Months from the anchor by which it has happened to such shares, in one draw."""
        if self.curve.time is None:
            return np.interp(-np.log1p(-chances), np.append(0, self.hazard[row]), _months(self.curve))
        left = np.power(1 - chances / (1 - self.cured[row]), 1 / self.ratio[row])
        return _time_left(self.curve, np.maximum(left, 1e-300)) * float(
            _DAYS_IN[self.curve.unit] / _DAYS_IN["months"]
        )

    def days(self, places: Floats, anchors: Days, draws: NDArray[np.int64], first: date) -> Days:
        """The day of the event of each patient, counted from its anchor; NEVER for none.

        `places` are in [0, 1), the early ones first; `anchors` days from `first`; `draws` rows of the parameters.
        """
        if self.curve.time is not None:
            return self._by_distribution(places, draws)
        return self._by_table(places, anchors, draws, first)

    def _by_distribution(self, places: Floats, draws: NDArray[np.int64]) -> Days:
        susceptible = 1 - self.cured[draws]
        happens = places < susceptible
        left = np.power(1 - places[happens] / susceptible[happens], 1 / self.ratio[draws][happens])
        days = _time_left(self.curve, left) * float(_DAYS_IN[self.curve.unit])
        found = np.full(len(places), NEVER, np.int32)
        found[happens] = np.minimum(np.maximum(np.ceil(days), 1), 1_000_000).astype(np.int32)
        return found

    def _by_table(self, places: Floats, anchors: Days, draws: NDArray[np.int64], first: date) -> Days:
        span = int(anchors.max()) + 1 if len(anchors) else 1
        ends = _ends(self.curve, first, span)
        found = np.full(len(places), NEVER, np.int32)
        with np.errstate(divide="ignore"):  # a place of 1 is that of nobody: never
            drawn = -np.log1p(-places)
        before = np.zeros(len(places))
        start = np.zeros(len(places), np.int32)
        for n in range(len(self.curve.table)):
            upto, end = self.hazard[draws, n], ends[anchors, n]
            here = (drawn > before) & (drawn <= upto)
            share = (drawn[here] - before[here]) / (upto[here] - before[here])
            days = start[here] + np.ceil(share * (end[here] - start[here])).astype(np.int32)
            found[here] = np.maximum(days, 1)
            before, start = upto, end
        return found


def _months(curve: Curve) -> Floats:
    """The points of a table in months, 0 before them."""
    return np.array(
        [0, *(length.months + length.days / float(_DAYS_IN["months"]) for length, _ in curve.table)]
    )


def _time_left(curve: Curve, left: Floats) -> Floats:
    """The time at which a share `left` of the susceptible is left."""
    assert curve.time is not None
    parameters = [float(x) for x in curve.time.parameters]
    return families.quantiles(curve.time.name, parameters, np.clip(1 - left, 0, 1 - 1e-16))


@lru_cache(64)
def _ends(curve: Curve, first: date, span: int) -> Days:
    """Days from each anchor day to the points of a table: anchor days × points."""
    anchors = [first + timedelta(days=k) for k in range(span)]
    rows = [[(length.after(anchor) - anchor).days for length, _ in curve.table] for anchor in anchors]
    return np.array(rows, np.int32).reshape(span, len(curve.table))
