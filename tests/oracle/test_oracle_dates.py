"""Calendar months by hand: clamping, no chaining, completed months both ways."""

from datetime import date

import pytest

from tests.oracle.dates import months_between, parse_length, parse_offset, years_between

OFFSETS = [
    ("index", "2018-08-31", "2018-08-31"),
    ("day -10", "2018-01-01", "2017-12-22"),
    ("week 12", "2018-01-01", "2018-03-26"),  # 84 days
    ("month 6", "2018-08-31", "2019-02-28"),
    ("month 6", "2019-08-31", "2020-02-29"),
    ("month 12", "2018-08-31", "2019-08-31"),
    ("month 1", "2018-01-29", "2018-02-28"),
    ("month 1", "2018-01-31", "2018-02-28"),
    ("year 1", "2020-02-29", "2021-02-28"),
    ("year 4", "2020-02-29", "2024-02-29"),
    ("month 12 - 60 days", "2018-01-31", "2018-12-02"),  # 2019-01-31 less 60 days
    ("month 1 + 1 day + 1 month", "2018-01-31", "2018-04-01"),  # months first: 31 March, then a day
    ("month -6", "2018-08-31", "2018-02-28"),
    ("month 6 - 6 months", "2018-08-31", "2018-08-31"),
]


@pytest.mark.parametrize(("words", "anchor", "expected"), OFFSETS)
def test_offsets(words: str, anchor: str, expected: str) -> None:
    assert str(parse_offset(words).on(date.fromisoformat(anchor))) == expected


def test_a_series_is_one_offset_each() -> None:
    first, every = parse_offset("month 1 + 1 day"), parse_length("1 month")
    days = [str(first.plus(k, every).on(date(2018, 1, 31))) for k in range(3)]
    assert days == ["2018-03-01", "2018-04-01", "2018-05-01"]  # 28 Feb, 31 March, 30 April, each + 1 day


BETWEEN = [
    ("2018-01-31", "2018-02-27", 0, 0),
    ("2018-01-31", "2018-02-28", 1, 0),  # 31 January + 1 month is 28 February
    ("2018-02-28", "2018-03-30", 1, 0),
    ("2018-08-31", "2019-08-30", 11, 0),
    ("2018-08-31", "2019-08-31", 12, 1),
    ("1992-02-29", "2018-02-27", 311, 25),
    ("1992-02-29", "2018-02-28", 312, 26),
    ("2018-02-28", "2018-01-31", -1, 0),  # the reverse of 31 January to 28 February
    ("2019-08-31", "2018-08-31", -12, -1),
]


@pytest.mark.parametrize(("start", "end", "months", "years"), BETWEEN)
def test_completed_months_and_years(start: str, end: str, months: int, years: int) -> None:
    a, b = date.fromisoformat(start), date.fromisoformat(end)
    assert (months_between(a, b), years_between(a, b)) == (months, years)
