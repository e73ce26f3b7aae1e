"""Distributions of scenarios: numbers at uniform places, and tables of what is drawn in whole steps."""

from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from engine.whatif import families
from engine.whatif.scenario import Distribution, Shares, Uncertain
from engine.whatif.streams import Floats, Streams

_PLACES = 12  # so many decimals of a parameter count: libraries differ in the last bits
_FINEST = 65_536  # cells of the table that finds most values at once
Codes = NDArray[np.int32]


def numbers_at(distribution: Distribution, places: Floats) -> Floats:
    """The quantiles at `places` in [0, 1), back from the scale of the link."""
    at = np.clip(places, 1e-16, 1 - 1e-16)
    values = families.quantiles(distribution.name, _parameters(distribution), at)
    match distribution.link:
        case "logit":
            values = special.expit(values)
        case "log":
            values = np.exp(values)
    return _rounded(values)


def cumulative(distribution: Distribution, values: Floats) -> Floats:
    """The chance to be at or below each value."""
    match distribution.link:
        case "logit":
            values = special.logit(np.clip(values, 0, 1))
        case "log":
            values = np.log(np.maximum(values, 1e-300))
    return _rounded(families.below(distribution.name, _parameters(distribution), values))


def mean_of(uncertain: Uncertain) -> float:
    """The expected value; of a normal on a link its value at the mean."""
    if isinstance(uncertain, Fraction):
        return float(uncertain)
    mean = families.mean(uncertain.name, _parameters(uncertain))
    match uncertain.link:
        case "logit":
            return float(special.expit(mean))
        case "log":
            return float(np.exp(mean))
    return mean


def parameter(uncertain: Uncertain, quantity: str, streams: Streams) -> Floats:
    """A parameter's value in each draw."""
    if isinstance(uncertain, Fraction):
        return np.full(len(streams.draws), float(uncertain))
    return numbers_at(uncertain, streams.parameter(quantity))


def shares(shares_: Shares, quantity: str, streams: Streams) -> Floats:
    """The share of each word in each draw: draws × words, each row adding up to one."""
    if shares_.dirichlet:
        places = streams.parameters(quantity, len(shares_.words))
        gammas = [Distribution("gamma", (s, Fraction(1))) for s in shares_.shares if isinstance(s, Fraction)]
        return _to_one([numbers_at(gamma, places[:, n]) for n, gamma in enumerate(gammas)])
    columns: list[Floats] = [
        parameter(share, f"{quantity}/{word}", streams) for word, share in _named(shares_)
    ]
    return _to_one(columns)


def _to_one(columns: list[Floats]) -> Floats:
    whole = np.column_stack(columns)
    return _rounded(whole / whole.sum(axis=1, keepdims=True))


def _rounded(values: Floats) -> Floats:
    return np.round(values, _PLACES)


def _named(shares_: Shares) -> list[tuple[str, Uncertain]]:
    return list(zip(shares_.words, shares_.shares, strict=True))


class Steps:
    """A distribution over the whole numbers 0, 1, … n - 1, by the chance to be at or below each."""

    def __init__(self, at_or_below: Floats) -> None:
        self._ends = np.append(at_or_below[:-1], 1.0)
        edges = np.arange(_FINEST + 1) / _FINEST
        self._first = np.searchsorted(self._ends, edges[:-1], side="right").astype(np.int32)
        last = np.searchsorted(self._ends, np.nextafter(edges[1:], 0), side="right")
        self._mixed = last != self._first

    def at(self, places: Floats) -> Codes:
        """The number at each place in [0, 1)."""
        cells = (places * _FINEST).astype(np.int32)
        found = self._first[cells]
        unsure = np.flatnonzero(self._mixed[cells])
        found[unsure] = np.searchsorted(self._ends, places[unsure], side="right")
        return found


@cache
def steps_of(distribution: Distribution, first: int, last: int, size: Fraction, floor: bool) -> Steps:
    """`distribution` in whole multiples of `size` from `first` to `last`: rounded down, or half up."""
    upper = np.arange(first, last + 1, dtype=np.float64) + (1.0 if floor else 0.5)
    return Steps(cumulative(distribution, upper * float(size)))


@cache
def whole_range(distribution: Distribution, size: Fraction) -> tuple[int, int]:
    """The multiples of `size` between which all but two in a thousand million of the numbers lie."""
    low, high = numbers_at(distribution, np.array([1e-9, 1 - 1e-9])) / float(size)
    return int(np.floor(low)), int(np.ceil(high))


def _parameters(distribution: Distribution) -> list[float]:
    return [float(x) for x in distribution.parameters]
