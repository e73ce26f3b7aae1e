"""Calendar arithmetic of the language: offsets, lengths, completed months, partial dates.

All months of an offset are added first, always from the anchor, and clamp to the month's last day;
then all days.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS_IN = {"month": 1, "year": 12}
DAYS_IN = {"day": 1, "week": 7}
LENGTH = re.compile(r"\s*([+-])\s*(\d+)\s+(day|week|month|year)s?")
ANCHORS = re.compile(r"\s*(?:(day|week|month|year)s?\s+(-?\d+)|([A-Za-z_]\w*)\.decided|(index|due))")


@dataclass(frozen=True)
class Offset:
    """A day counted from an anchor: `index`, `due`, or the name of an outcome (its `decided_on`)."""

    anchor: str
    months: int
    days: int

    def plus(self, times: int, step: "Offset") -> "Offset":
        """This offset with `times` times the lengths of `step` added: one offset, never a chain."""
        return Offset(self.anchor, self.months + times * step.months, self.days + times * step.days)

    def on(self, anchor: date) -> date:
        """The day, once the anchor's day is known."""
        return add_months(anchor, self.months) + timedelta(days=self.days)


def add_months(start: date, months: int) -> date:
    """`start` moved by calendar months (either sign), clamped to the last day of the month."""
    year, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(start.day, last))


def months_between(start: date, end: date) -> int:
    """The largest n with start + n months <= end; with end before start the reverse, negative."""
    if end < start:
        return -months_between(end, start)
    n = (end.year - start.year) * 12 + end.month - start.month
    return n if add_months(start, n) <= end else n - 1


def years_between(start: date, end: date) -> int:
    """Completed years: the largest n with start + 12n months <= end; reversed, negative."""
    if end < start:
        return -years_between(end, start)
    n = end.year - start.year
    return n if add_months(start, 12 * n) <= end else n - 1


def parse_offset(text: str) -> Offset:
    """`index`, `day 30`, `month 12 - 60 days`, `due - 1 year`, `remission.decided + 30 days`.

    Raises ValueError for anything else.
    """
    head = ANCHORS.match(text)
    if head is None:
        raise ValueError(f"not an offset: {text!r}")
    unit, number, outcome, anchor = head.groups()
    months, days = _lengths(text[head.end() :])
    if unit is not None:
        months += int(number) * MONTHS_IN.get(unit, 0)
        days += int(number) * DAYS_IN.get(unit, 0)
    return Offset(outcome or anchor or "index", months, days)


def parse_length(text: str) -> Offset:
    """`12 months`, `4 weeks`, `1 year - 1 day`: a length, as an offset without a meaningful anchor."""
    months, days = _lengths("+" + text.strip())
    return Offset("index", months, days)


def _lengths(text: str) -> tuple[int, int]:
    """Months and days of a run of signed lengths. Raises ValueError where something is left over."""
    months = days = at = 0
    while at < len(text.rstrip()):
        found = LENGTH.match(text, at)
        if found is None:
            raise ValueError(f"not a length: {text[at:]!r}")
        count = int(found.group(1) + found.group(2))
        months += count * MONTHS_IN.get(found.group(3), 0)
        days += count * DAYS_IN.get(found.group(3), 0)
        at = found.end()
    return months, days


def first_day(text: str) -> date:
    """The first day that an ISO date, a month `2018-02` or a year `2018` may mean."""
    parts = [int(part) for part in text.split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)


def last_day(text: str) -> date:
    """The last day that an ISO date, a month or a year may mean."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return date(*parts)
    month = parts[1] if len(parts) > 1 else 12
    return date(parts[0], month, calendar.monthrange(parts[0], month)[1])


DayOf = Callable[[str], date]
"""Reads a date that may be partial: `first_day` or `last_day`."""
