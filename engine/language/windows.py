"""Windows, and whether one day can come after another for any index date.

Months differ in length, so every kind of day is tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from engine.kernel.dates import Shift
from engine.language.meaning import Offset, Window
from engine.language.notes import Notes
from engine.language.shapes import Said

_MONTH_DAYS = 30.436875  # the calendar's mean
_MONTHS_SLACK = 4  # days by which a number of months differs from its mean at most


@dataclass(frozen=True, slots=True)
class Clash:
    """An index date for which the one day comes after the other."""

    index: date
    one: date
    other: date


def read_window(written: tuple[Said[Offset], ...], called: str, notes: Notes) -> Window | None:
    """The window of two days, noted where it could run backwards; None where a day could not be read."""
    if len(written) != 2:
        return None
    first, last = written
    same = first.value.anchor == last.value.anchor
    if same and (clash := could_come_after([first.value.shift], [last.value.shift])):
        problem = f"{called} can run backwards: from an index date of {clash.index}"
        problem += f" it would go from {clash.one} to {clash.other}"
        notes.add("window_backwards", problem, first.place, "write the earlier day first")
    return Window(first.value, last.value)


def could_come_after(one: Sequence[Shift], other: Sequence[Shift], or_equal: bool = False) -> Clash | None:
    """A day from which `one` leads to a later day than `other`; None where there is none.

    Each is a chain of shifts, the first from the index date, the second from the day the first leads to.
    """
    _, most = _reach(one)
    other_least, _ = _reach(other)
    if most < other_least or (most == other_least and not or_equal):
        return None
    if [s.months for s in one] == [s.months for s in other] and _days(one) < _days(other) and len(one) == 1:
        return None
    for day in _kinds_of_days():
        first, second = _end(one, day), _end(other, day)
        if first > second or (or_equal and first == second):
            return Clash(day, first, second)
    return None


def _reach(chain: Sequence[Shift]) -> tuple[float, float]:
    """The fewest and the most days that a chain can span."""
    mean = sum(s.months * _MONTH_DAYS + s.days for s in chain)
    slack = sum(_MONTHS_SLACK for s in chain if s.months)
    return mean - slack, mean + slack


def _days(chain: Sequence[Shift]) -> int:
    return sum(s.days for s in chain)


def _end(chain: Sequence[Shift], day: date) -> date:
    for shift in chain:
        day = shift.after(day)
    return day


@cache
def _kinds_of_days() -> tuple[date, ...]:
    """Every day of a cycle of leap years, and of the years around 2100, which is none."""
    spans = ((date(2016, 1, 1), date(2019, 12, 31)), (date(2096, 1, 1), date(2103, 12, 31)))
    return tuple(start + timedelta(days=n) for start, last in spans for n in range((last - start).days + 1))
