"""Offsets, lengths, and whether one day can come after another."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kernel.dates import Shift
from engine.language.notes import Unfit
from engine.language.offsets import parse_offset
from engine.language.windows import Clash, could_come_after

ALL = ("index", "due", "decided")
OFFSETS = [
    ("index", "index", Shift(), None),
    ("due", "due", Shift(), None),
    ("day 30", "index", Shift(days=30), None),
    ("day -10", "index", Shift(days=-10), None),
    ("week 12", "index", Shift(days=84), None),
    ("month 6", "index", Shift(months=6), None),
    ("year 2", "index", Shift(months=24), None),
    ("year -1", "index", Shift(months=-12), None),
    ("month 12 - 60 days", "index", Shift(12, -60), None),
    ("due - 12 months + 1 day", "due", Shift(-12, 1), None),
    ("due + 1 year - 1 month + 2 weeks - 1 day", "due", Shift(11, 13), None),
    ("index+30 days", "index", Shift(days=30), None),
    ("remission.decided", "decided", Shift(), "remission"),
    ("remission.decided + 30 days", "decided", Shift(days=30), "remission"),
    ("day 30  +  1   day", "index", Shift(days=31), None),
]


@pytest.mark.parametrize(("text", "anchor", "shift", "outcome"), OFFSETS, ids=[o[0] for o in OFFSETS])
def test_offsets(text: str, anchor: str, shift: Shift, outcome: str | None) -> None:
    offset = parse_offset(text, ALL)
    assert (offset.anchor, offset.shift, offset.outcome) == (anchor, shift, outcome)
    assert offset.text == " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    ["", "30", "day", "day x", "day 1.5", "day 1e3", "day30", "index 30 days", "index + 30", "index + -3 days",
     "day 30 days", "month 6 - 60", "tomorrow", "DAY 3", "due.decided.x", "day 030", "index + 1 fortnight",
     "day 36501", "month 1201", "day 36000 + 600 days"],
)  # fmt: skip
def test_no_offsets(text: str) -> None:
    with pytest.raises(Unfit) as caught:
        parse_offset(text, ALL)
    assert 0 <= caught.value.start <= len(text)


AFTER = [  # the one, the other, can the one come after the other
    (Shift(1), Shift(0, 30), True),  # January has 31 days
    (Shift(1), Shift(0, 31), False),
    (Shift(0, 28), Shift(1), False),  # the shortest month has 28
    (Shift(0, 29), Shift(1), True),
    (Shift(12), Shift(0, 365), True),  # a leap year
    (Shift(12), Shift(0, 366), False),
    (Shift(48), Shift(0, 1461), False),
    (Shift(0, 1460), Shift(48), False),  # over 2100, four years have 1460 days
    (Shift(0, 1461), Shift(48), True),
    (Shift(6), Shift(0, 183), True),
    (Shift(6), Shift(0, 184), False),
    (Shift(12, -60), Shift(10), True),
    (Shift(6), Shift(6), False),
    (Shift(0, 1), Shift(), True),
]


@pytest.mark.parametrize(("one", "other", "can"), AFTER)
def test_which_days_can_come_after_which(one: Shift, other: Shift, can: bool) -> None:
    clash = could_come_after([one], [other])
    assert (clash is not None) == can
    if clash:
        assert one.after(clash.index) == clash.one > clash.other == other.after(clash.index)


def test_chains_clamp_at_each_step() -> None:
    """29 August 2018 + 6 months is 28 February 2019, + 12 months 28 February 2020; + 18 at once the 29th."""
    clash = could_come_after([Shift(18)], [Shift(6), Shift(12)])
    assert clash == Clash(date(2018, 8, 29), date(2020, 2, 29), date(2020, 2, 28))
    assert could_come_after([Shift(6), Shift(12)], [Shift(18)]) is None


@settings(max_examples=60, deadline=None)
@given(
    st.builds(Shift, st.integers(-30, 30), st.integers(-40, 40)),
    st.builds(Shift, st.integers(-30, 30), st.integers(-40, 40)),
)
def test_agrees_with_trying_every_day(one: Shift, other: Shift) -> None:
    days = [date(2015, 1, 1) + timedelta(days=n) for n in range(4 * 366)]
    tried = any(one.after(day) > other.after(day) for day in days)
    assert (could_come_after([one], [other]) is not None) == tried
