"""Equal rows of columns of small whole numbers, found once: which rows stand for all, and how often each occurs."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.whatif.columns import Column

Index = NDArray[Any]  # whole numbers of 32 or 64 bits
_DENSE = 1 << 26  # so many different keys are marked in an array, more are sorted
_WIDEST = 1 << 62
_PART = 200_000  # rows that are worked on at a time


@dataclass(frozen=True, slots=True)
class Profiles:
    """`first`: a row of each profile. `of_row`: the profile of each row, from 0."""

    first: Index
    of_row: Index


def profiles(columns: Sequence[Column], rows: int) -> Profiles:
    """The different combinations of codes among `rows` rows."""
    size, codes, key = 1, list[Column](), np.zeros(0, np.int64)
    for column in columns:
        if column.size == 1:
            continue
        if size * column.size > _WIDEST:
            found = _distinct(_packed(key, codes, rows, size), size)
            key, size, codes = found.of_row, len(found.first), []
        codes.append(column)
        size *= column.size
    return _distinct(_packed(key, codes, rows, size), size)


def _packed(before: Index, columns: Sequence[Column], rows: int, size: int) -> Index:
    """One number below `size` for the codes of each row, after the one `before` where there is one."""
    key = np.zeros(rows, np.int32 if size <= np.iinfo(np.int32).max else np.int64)

    def pack(part: slice) -> None:
        own: Any = key[part]
        if len(before):
            own += before[part]
        for column in columns:
            own *= column.size
            own += column.codes[part]

    _in_parts(rows, pack)
    return key


def _in_parts(rows: int, work: Callable[[slice], None]) -> None:
    """Do the work on slices of the rows, on all processors."""
    slices = [slice(k, k + _PART) for k in range(0, rows, _PART)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(work, slices))


@dataclass(frozen=True, slots=True)
class Weights:
    """How often a profile occurs in a draw (from 0), where it does."""

    draw: Index
    profile: Index
    times: Index


def counted(draw: NDArray[np.int32], draws: int, profile: Index, many: int) -> Weights:
    """How often each of `many` profiles occurs in each draw."""
    key: Any = draw.astype(np.int32 if draws * many <= np.iinfo(np.int32).max else np.int64)
    key *= many
    key += profile
    if draws * many <= max(_DENSE, 2 * len(key)):
        times = np.bincount(key, minlength=draws * many)
        there = np.flatnonzero(times)
        return Weights(there // many, there % many, times[there])
    there, times = np.unique(key, return_counts=True)
    return Weights(there // many, there % many, times)


def _distinct(key: Index, size: int) -> Profiles:
    if size > max(_DENSE, 4 * len(key)):
        _, first, of_row = np.unique(key, return_index=True, return_inverse=True)
        return Profiles(first, of_row)
    row_of = np.full(size, -1, np.int32)
    row_of[key] = np.arange(len(key), dtype=np.int32)
    there = np.flatnonzero(row_of >= 0)
    first = row_of[there].astype(np.int64)
    row_of[there] = np.arange(len(there))

    def look_up(rows: slice) -> None:
        key[rows] = row_of[key[rows]]

    _in_parts(len(key), look_up)
    return Profiles(first, key)
