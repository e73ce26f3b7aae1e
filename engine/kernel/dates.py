"""Calendar arithmetic of agreements: months clamp to the month's end and are counted from the anchor."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2999, 12, 31)


def add_months(day: date, months: int) -> date:
    """The same day `months` later (or earlier), or the last of that month: 31 August + 6 is 28 February."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(start: date, end: date) -> int:
    """The largest n with start + n months <= end; with end before start the reverse, negative."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


@dataclass(frozen=True, slots=True)
class Shift:
    """A length of time: all months are added first, then all days."""

    months: int = 0
    days: int = 0

    def after(self, anchor: date) -> date:
        return add_months(anchor, self.months) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar month, the unit in which settlements close."""

    year: int
    month: int

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def plus(self, months: int) -> "Period":
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Period(year, month + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @staticmethod
    def of(day: date) -> "Period":
        return Period(day.year, day.month)

    @staticmethod
    def parse(text: str) -> "Period | None":
        """The period that `2018-02` names; None for anything else."""
        year, dash, month = text.partition("-")
        if not (dash and len(year) == 4 and len(month) == 2 and text.replace("-", "").isascii()):
            return None
        if not (year.isdigit() and month.isdigit() and 1 <= int(month) <= 12 and 1900 <= int(year) <= 2999):
            return None
        return Period(int(year), int(month))
