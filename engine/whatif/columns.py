"""Patients and their histories as columns of small whole numbers: one row a patient and draw.

What a number stands for (a word, a day) is said by its column, so that millions of patients take little room and equal
histories are found by comparing numbers. `facts.py` writes them out as a feed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[Any]  # whole numbers of 8, 16 or 32 bits


@dataclass(frozen=True, slots=True)
class Column:
    """Codes from 0 to `size` - 1. In `words` the text of each, where they stand for texts (None: nothing)."""

    codes: Codes
    size: int
    words: tuple[str | None, ...] | None = None

    def __post_init__(self) -> None:
        """Codes take as few bytes as they can: there are many of them."""
        smallest = next(t for t in (np.int8, np.int16, np.int32) if self.size <= np.iinfo(t).max)
        object.__setattr__(self, "codes", self.codes.astype(smallest, copy=False))

    def of(self, rows: NDArray[np.int64]) -> NDArray[np.int32]:
        """The codes of some rows, to be reckoned with."""
        return self.codes[rows].astype(np.int32)


@dataclass(frozen=True, slots=True)
class Report:
    """Rows of outcomes, at most one a patient.

    `day` counts from the index date plus 1, 0 where there is no such row; `value` a code of the words; `late` days.
    """

    measure: str
    day: Column
    value: Column | None
    late: Column | None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """The patients of some draws. Rows of all columns stand side by side, those of a draw together."""

    draws: Sequence[int]
    patients: Sequence[int]  # in each draw
    first_index: date
    index: Column  # days from the first index date
    attributes: dict[str, Column]
    reports: tuple[Report, ...]
    leave: Column | None  # the first day without coverage, from the index date, plus 1; 0 for never

    @property
    def draw_numbers(self) -> Codes:
        """The draw of each row."""
        return np.repeat(np.asarray(self.draws, np.int32), self.patients)


def side_by_side(parts: Sequence[Drawn]) -> Drawn | None:
    """The patients of several cohorts as those of one, their draws one after another.

    None where the cohorts do not have the same columns, from the same first index date, with the same words.
    """
    first = parts[0]
    if any(_shape(part) != _shape(first) for part in parts):
        return None

    def joined(columns: Sequence[Column]) -> Column:
        return replace(columns[0], codes=np.concatenate([c.codes for c in columns]))

    def all_of(pick: Callable[[Drawn], Column | None]) -> Column | None:
        found = [column for part in parts if (column := pick(part)) is not None]
        return joined(found) if found else None

    reports = tuple(
        replace(
            report,
            day=joined([p.reports[k].day for p in parts]),
            value=all_of(lambda p, k=k: p.reports[k].value),  # type: ignore[misc]
            late=all_of(lambda p, k=k: p.reports[k].late),  # type: ignore[misc]
        )
        for k, report in enumerate(first.reports)
    )
    return Drawn(
        [draw for part in parts for draw in part.draws],
        [count for part in parts for count in part.patients],
        first.first_index,
        joined([p.index for p in parts]),
        {name: joined([p.attributes[name] for p in parts]) for name in first.attributes},
        reports,
        all_of(lambda p: p.leave),
    )


def _shape(drawn: Drawn) -> object:
    def of(column: Column | None) -> object:
        return None if column is None else (column.size, column.words)

    reports = [(r.measure, r.unit, of(r.day), of(r.value), of(r.late)) for r in drawn.reports]
    attributes = {name: of(column) for name, column in drawn.attributes.items()}
    return drawn.first_index, of(drawn.index), attributes, reports, of(drawn.leave)
