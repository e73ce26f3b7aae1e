"""Equal rows of columns of small whole numbers, found once: which rows stand for all, and how often each occurs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.whatif.drawing import Column

Index = NDArray[np.int64]
_DENSE = 1 << 26  # so many different keys are marked in an array, more are sorted
_WIDEST = 1 << 62


@dataclass(frozen=True, slots=True)
class Profiles:
    """`first`: a row of each profile. `of_row`: the profile of each row, from 0."""

    first: Index
    of_row: Index


def profiles(columns: Sequence[Column], rows: int) -> Profiles:
    """The different combinations of codes among `rows` rows."""
    key, size = np.zeros(rows, np.int64), 1
    for column in columns:
        if size * column.size > _WIDEST:
            found = _distinct(key, size)
            key, size = found.of_row, len(found.first)
        key = key * column.size + column.codes
        size *= column.size
    return _distinct(key, size)


@dataclass(frozen=True, slots=True)
class Weights:
    """How often a profile occurs in a draw (from 0), where it does."""

    draw: Index
    profile: Index
    times: Index


def counted(draw: NDArray[np.int32], draws: int, profile: Index, many: int) -> Weights:
    """How often each of `many` profiles occurs in each draw."""
    key = draw.astype(np.int64) * many + profile
    if draws * many <= max(_DENSE, 2 * len(key)):
        times = np.bincount(key, minlength=draws * many)
        there = np.flatnonzero(times)
        return Weights(there // many, there % many, times[there])
    there, times = np.unique(key, return_counts=True)
    return Weights(there // many, there % many, times)


def _distinct(key: Index, size: int) -> Profiles:
    if size > max(_DENSE, 4 * len(key)):
        _, first, of_row = np.unique(key, return_index=True, return_inverse=True)
        return Profiles(first, of_row.astype(np.int64))
    row_of = np.full(size, -1, np.int64)
    row_of[key] = np.arange(len(key))
    there = np.flatnonzero(row_of >= 0)
    place = np.empty(size, np.int64)
    place[there] = np.arange(len(there))
    return Profiles(row_of[there], place[key])
