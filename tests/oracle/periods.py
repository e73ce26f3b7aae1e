"""Contract years, calendar years, quarters: which of them a day lies in."""

from dataclasses import dataclass
from datetime import date, timedelta

from tests.oracle.dates import add_months

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A stretch of days, both ends included. `number` is 1 for the one in which the contract begins."""

    label: str
    number: int
    first: date
    last: date


def period_of(kind: str, day: date, begins: date, ends: date | None) -> Period:
    """The period of a kind that holds the day; `begins` and `ends` are the contract's days in force."""
    if kind == "contract":
        return Period("contract", 1, begins, ends or date.max)
    if kind == "contract_year":
        return _contract_year(day, begins)
    months = 12 if kind == "calendar_year" else 3
    start = date(day.year, day.month - (day.month - 1) % months, 1)
    passed = (start.year - begins.year) * 12 + start.month - begins.month
    number = -(-passed // months) + 1  # a period that `begins` lies in has begun up to `months` - 1 before
    label = str(day.year) if months == 12 else f"{day.year}-Q{(day.month + 2) // 3}"
    return Period(label, number, start, add_months(start, months) - DAY)


def _contract_year(day: date, begins: date) -> Period:
    """The year from one anniversary to the day before the next, each counted from the first day in force.

    A day before the first day in force (of a row before the index date) belongs to the first year.
    """
    day = max(day, begins)
    number = day.year - begins.year
    while add_months(begins, 12 * number) > day:
        number -= 1
    first, following = add_months(begins, 12 * number), add_months(begins, 12 * number + 12)
    return Period(f"contract year {number + 1}", number + 1, first, following - DAY)
