"""Statistics of metrics over the draws: whole numbers throughout, so that they are the same on every machine."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from engine.whatif.result import PERCENTILES, Histogram, Statistics

_CLASSES = 40
Sums = NDArray[np.int64]


def statistics_of(values: Sequence[int], scale: int = 1) -> Statistics:
    """Of a metric's values, one a draw in which it is defined, in parts of `scale`."""
    if not values:
        return Statistics(0, None, None, {}, None, None, None)
    (found,) = statistics_of_columns(np.array(values, np.int64).reshape(-1, 1), scale)
    most_likely = Fraction(_most_likely(values)) / scale
    return Statistics(
        found.draws, found.mean, found.sd, found.percentiles, found.lowest, found.highest, most_likely
    )


def statistics_of_columns(values: Sums, scale: int = 1) -> list[Statistics]:
    """Of each column of draws × columns; what is most likely is left out."""
    ordered, draws = np.sort(values, axis=0), len(values)
    sums = _exact_sums(values)
    means = np.array([total / draws for total in sums])
    squares = np.add.reduce((values - means) ** 2, axis=0)  # row by row, in the order of the draws
    ranks = {p: ordered[_rank(p, draws)].tolist() for p in PERCENTILES}
    low, high = ordered[0].tolist(), ordered[-1].tolist()
    return [
        Statistics(
            draws,
            Fraction(total, draws * scale),
            float(np.sqrt(squares[k] / (draws - 1))) / scale if draws > 1 else None,
            {p: Fraction(of_columns[k], scale) for p, of_columns in ranks.items()},
            Fraction(low[k], scale),
            Fraction(high[k], scale),
            None,
        )
        for k, total in enumerate(sums)
    ]


def histogram_of(values: Sequence[int], scale: int = 1) -> Histogram | None:
    """Classes of equal width from the lowest to the highest value; none where all are the same."""
    if not values or min(values) == max(values):
        return None
    low, width = min(values), Fraction(max(values) - min(values), _CLASSES)
    counts = [0] * _CLASSES
    for value in values:
        counts[min(_CLASSES - 1, (value - low) // width)] += 1
    edges = tuple((low + k * width) / scale for k in range(_CLASSES + 1))
    return Histogram(edges, tuple(counts))


def _exact_sums(values: Sums) -> list[int]:
    """Of each column; by Python's integers where 64 bits might not hold them."""
    if len(values) * int(np.abs(values).max(initial=0)) < 1 << 62:
        return [int(total) for total in values.sum(axis=0)]
    return [sum(column) for column in values.T.tolist()]


def _rank(percent: int, many: int) -> int:
    """The place of the smallest value with at least so many percent at or below it, from 0."""
    return max(0, -(-percent * many // 100) - 1)


def _most_likely(values: Sequence[int]) -> int | Fraction:
    """The most frequent value, where one is drawn twice; else the middle of the fullest class."""
    different, times = np.unique(np.array(values, np.int64), return_counts=True)
    classes = None if times.max() > 1 else histogram_of(values)
    if classes is None:
        return int(different[times.argmax()])
    fullest = max(range(_CLASSES), key=lambda k: classes.counts[k])
    return (classes.edges[fullest] + classes.edges[fullest + 1]) / 2
