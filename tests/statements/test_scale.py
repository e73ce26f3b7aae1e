"""Positions in pictures."""

from datetime import date

import pytest

from engine.statements.scale import DayScale, percent


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 3, "0.00%"), (1, 3, "33.33%"), (2, 3, "66.66%"), (3, 3, "100.00%"), (1, 0, "0%"), (-1, 3, "0.00%")],
)
def test_percent(part: int, whole: int, shown: str) -> None:
    assert percent(part, whole) == shown


def test_days_are_inside_with_room() -> None:
    scale = DayScale.around(date(2018, 1, 1), date(2018, 4, 10))  # 99 days apart: 3 days of room
    assert (scale.first, scale.last) == (date(2017, 12, 29), date(2018, 4, 13))
    assert scale.days == 106
    assert scale.x(date(2018, 1, 1)) == "2.83%"  # 3 of 106
    assert scale.width(date(2018, 1, 1), date(2018, 1, 31)) == "29.24%"  # 31 of 106, both ends


@pytest.mark.parametrize(
    ("last", "labels"),
    [
        (date(2018, 1, 1), ["2018-01"]),
        (date(2018, 3, 31), ["2018-01", "2018-02", "2018-03", "2018-04"]),
        (date(2019, 12, 1), ["2018-01", "2018-07", "2019-01", "2019-07"]),
        (date(2023, 1, 1), ["2018-01", "2019-01", "2020-01", "2021-01", "2022-01", "2023-01"]),
        (date(2060, 1, 1), ["2026-01", "2036-01", "2046-01", "2056-01"]),  # the scale begins in 2016
    ],
)
def test_ticks(last: date, labels: list[str]) -> None:
    scale = DayScale.around(date(2018, 1, 1), last)
    assert [tick.label for tick in scale.ticks()] == labels


def test_labels_at_the_edges_have_room() -> None:
    scale = DayScale(date(2018, 1, 1), date(2018, 4, 10))  # 100 days
    anchors = [scale.place(day).anchor for day in (date(2018, 1, 5), date(2018, 2, 20), date(2018, 4, 8))]
    assert anchors == ["start", "middle", "end"]
