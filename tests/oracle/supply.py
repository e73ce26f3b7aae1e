"""Which days of a window a patient had medicine for: the share that `days_covered` tests."""

from datetime import date, timedelta
from fractions import Fraction

from tests.oracle.evidence import Result
from tests.oracle.money import plain_number

DAY = timedelta(days=1)


def days_of_supply(value: str) -> int | None:
    """A whole number above zero, else None: such a row counts as absent."""
    number = plain_number(value)
    if number is None or number.denominator != 1 or number <= 0:
        return None
    return int(number)


def share_covered(rows: list[Result], first: date, last: date) -> Fraction:
    """The exact share of the window's days; `rows` are the fills in it, by date.

    Supply begins on its row's day, or on the day after what is still at hand has run out.
    """
    covered: set[date] = set()
    free = first
    for row in rows:
        start = max(row.day, free)
        days = days_of_supply(row.value)
        assert days is not None, "rows without supply are absent"
        free = start + days * DAY
        covered |= {start + k * DAY for k in range(days)}
    inside = sum(first <= day <= last for day in covered)
    return Fraction(inside, (last - first).days + 1)
