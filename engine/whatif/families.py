"""The families of distributions by name: quantiles, chances to be at or below a value, means.

By SciPy's special functions alone: `scipy.stats` takes as long to import as a small scenario takes to run.
Parameters as in `words.PARAMETERS`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]


def quantiles(name: str, p: Sequence[float], at: Floats) -> Floats:
    """The values with chances `at`, above 0 and below 1, to be at or below them."""
    found: Any
    match name:
        case "beta":
            found = special.betaincinv(p[0], p[1], at)
        case "gamma":
            found = special.gammaincinv(p[0], at) * p[1]
        case "lognormal":
            found = np.exp(p[0] + p[1] * special.ndtri(at))
        case "normal":
            found = p[0] + p[1] * special.ndtri(at)
        case "uniform":
            found = p[0] + (p[1] - p[0]) * at
        case "triangular":
            low, mode, high = p
            rising = low + np.sqrt(at * (high - low) * (mode - low))
            falling = high - np.sqrt((1 - at) * (high - low) * (high - mode))
            found = np.where(at * (high - low) < mode - low, rising, falling)
        case "exponential":
            found = -p[0] * np.log1p(-at)
        case "weibull":
            found = p[1] * np.power(-np.log1p(-at), 1 / p[0])
        case _:
            raise ValueError(name)
    return np.asarray(found, np.float64)


def below(name: str, p: Sequence[float], values: Floats) -> Floats:
    """The chance to be at or below each value."""
    found: Any
    above_zero = np.maximum(values, 0)
    match name:
        case "beta":
            found = special.betainc(p[0], p[1], np.clip(values, 0, 1))
        case "gamma":
            found = special.gammainc(p[0], above_zero / p[1])
        case "lognormal":
            with np.errstate(divide="ignore"):
                found = special.ndtr((np.log(above_zero) - p[0]) / p[1])
        case "normal":
            found = special.ndtr((values - p[0]) / p[1])
        case "uniform":
            found = np.clip((values - p[0]) / (p[1] - p[0]), 0, 1)
        case "triangular":
            found = _triangular_below(p, np.clip(values, p[0], p[2]))
        case "exponential":
            found = -np.expm1(-above_zero / p[0])
        case "weibull":
            found = -np.expm1(-np.power(above_zero / p[1], p[0]))
        case _:
            raise ValueError(name)
    return np.asarray(found, np.float64)


def mean(name: str, p: Sequence[float]) -> float:
    match name:
        case "beta":
            return p[0] / (p[0] + p[1])
        case "gamma":
            return p[0] * p[1]
        case "lognormal":
            return float(np.exp(p[0] + p[1] ** 2 / 2))
        case "uniform" | "triangular":
            return sum(p) / len(p)
        case "weibull":
            return p[1] * float(special.gamma(1 + 1 / p[0]))
        case "normal" | "exponential":
            return p[0]
    raise ValueError(name)


def binomial_quantiles(many: int, chances: Floats, at: Floats) -> NDArray[np.int64]:
    """The smallest number of successes among `many` with at least the chance `at` to be at or below it."""
    upper = np.ceil(np.clip(special.bdtrik(at, many, chances), 0, many))
    lower = np.maximum(upper - 1, 0)
    found = np.where(special.bdtr(lower, many, chances) >= at, lower, upper)
    certain = (chances <= 0) | (chances >= 1)
    return np.where(certain, many * (chances >= 1), found).astype(np.int64)


def _triangular_below(p: Sequence[float], values: Floats) -> Floats:
    low, mode, high = p
    with np.errstate(divide="ignore", invalid="ignore"):
        rising = (values - low) ** 2 / ((high - low) * (mode - low))
        falling = 1 - (high - values) ** 2 / ((high - low) * (high - mode))
    return np.where(values < mode, rising, falling)
