"""`days_covered`: supply day by day, each row's after what is left of earlier ones; on both backends."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from engine.feeds.rows import TextRow
from tests.plan.asking import INDEX, Said, asked, contract_of, facts_of, row

FIRST, LAST = 10, 109  # a window of a hundred days
DECIDED = INDEX + timedelta(days=130)


def outcome_of(test: str, more: str = "") -> str:
    lines = f"event: fill\nwindow: [day {FIRST}, day {LAST}]\nmet_if: {{days_covered: {{{test}}}}}\ndecided: day 130\n"
    return lines + more


def fills(text: str) -> list[TextRow]:
    """`10 30, 50 28` as supplies of these days."""
    return [row(int(day), days, measure="fill") for day, days in (p.split() for p in text.split(", ") if p)]


def judged(test: str, *patients: Sequence[TextRow], more: str = "", **dates: date) -> list[Said]:
    return asked(contract_of(outcome_of(test, more)), facts_of(*patients), **dates)


REFUND = "if: remission is not_met, amount: refund_share of paid"


def covered(*patients: Sequence[TextRow], more: str = "", **dates: date) -> list[str | None]:
    """The share as an amount: the money that 100 times it is."""
    amount = 'due: remission.decided, amount: "100 * remission.covered"'
    contract = contract_of(outcome_of("at_least: 0", more), (REFUND, amount))
    return [s.lines.get("no_remission") for s in asked(contract, facts_of(*patients), **dates)]


# supplies, and the days of the window that they cover
DAYS = {
    "10 1": 1, "9 30": None, "10 30": 30, "109 30": 1, "110 30": None,  # the window's ends
    "10 100": 100, "10 101": 100, "11 100": 99, "10 999999999999999999": 100,
    "10 30, 40 30": 60, "10 30, 39 30": 60, "10 30, 41 30": 60, "10 30, 20 30": 60,  # early ones are kept for later
    "10 30, 10 30": 60, "10 30, 50 30": 60, "20 30, 10 5": 35,
    "10 90, 20 30": 100, "80 20, 81 20": 30, "80 20, 105 20": 25, "10 30, 11 30, 12 30, 13 30": 100,
    "10 30, 12 30, 90 5": 65, "10 1, 20 1, 30 1": 3, "100 20, 101 20": 10,
    ", ".join(f"{day} 999999999999999999" for day in range(50, 65)): 60,
    "10 30.0": 30, "10 30.5": None, "10 0": None, "10 -5": None, "10 pack": None,
}  # fmt: skip


def test_the_days_that_are_covered() -> None:
    said = covered(*(fills(text) for text in DAYS))
    shares = [None if share is None else -float(share) for share in said]
    assert dict(zip(DAYS, shares, strict=True)) == DAYS


def simulated(supplies: Sequence[tuple[int, int]]) -> int:
    """The days covered, one day after another: what is at hand is used, a day's worth a day."""
    at_hand, days = 0, 0
    for day in range(FIRST, LAST + 1):
        at_hand += sum(n for on, n in supplies if on == day)
        days += at_hand > 0
        at_hand -= at_hand > 0
    return days


def test_whatever_the_supplies_they_cover_what_they_do_day_by_day() -> None:
    chance = random.Random(20180101)
    histories = [
        [
            (chance.randint(FIRST - 3, LAST + 3), chance.choice((1, 7, 28, 30, 90)))
            for _ in range(chance.randint(1, 8))
        ]
        for _ in range(200)
    ]
    said = covered(*([row(on, str(days), measure="fill") for on, days in supplies] for supplies in histories))
    wanted = [simulated(supplies) for supplies in histories]
    assert [0 if share is None else -float(share) for share in said] == wanted


BOUNDS = [
    ("at_least: 80%", "10 80", "10 79"), ("at_least: 0.8", "10 80", "10 79"), ("above: 80%", "10 81", "10 80"),
    ("at_most: 50%", "10 50", "10 51"), ("below: 50%", "10 49", "10 50"),
    ("between: [50%, 80%]", "10 50", "10 49"), ("between: [50%, 80%]", "10 80", "10 81"),
    ("at_least: 33.333333333%", "10 34", "10 33"), ("at_least: 79.000000001%", "10 80", "10 79"),
    ("below: 50%", "", "10 50"), ("at_least: 0%", "", "NONE"), ("at_most: 0%", "9 30", "10 1"),
]  # fmt: skip


@pytest.mark.parametrize(("test", "met", "not_met"), BOUNDS)
def test_each_bound_from_both_sides(test: str, met: str, not_met: str) -> None:
    patients = [fills(text) for text in (met, not_met) if text != "NONE"]
    found = judged(test, *patients)
    assert [s.status for s in found] == ["met", "not_met"][: len(patients)]
    assert {s.decided_on for s in found} == {DECIDED}
    assert [s.basis for s in found] == [
        "rows" if text not in ("", "9 30") else "no_event" for text in (met, not_met)
    ][: len(patients)]


def test_it_waits_for_the_decided_day_and_for_what_is_known() -> None:
    day = timedelta(days=1)
    rows = [row(10, "100", measure="fill", known_on="2018-07-01")]
    half = "at_least: 50%"
    assert [s.status for s in judged(half, rows, as_of=DECIDED - day)] == ["pending"]
    assert [s.status for s in judged(half, rows, known_by=date(2018, 6, 30))] == ["not_met"]
    assert [s.status for s in judged(half, rows, known_by=date(2018, 7, 1))] == ["met"]
    stand = "late_evidence: stand\n"
    late = [row(10, "100", measure="fill", known_on=(DECIDED + day).isoformat())]
    in_time = [row(10, "100", measure="fill", known_on=DECIDED.isoformat())]
    assert [s.status for s in judged(half, late, in_time, more=stand)] == ["not_met", "met"]
    assert [s.status for s in judged(half, late, in_time)] == ["met", "met"]


def test_corrections_and_other_units() -> None:
    half = "at_least: 50%"
    fill = row(10, "60", measure="fill")
    patients = [
        [fill, row(10, "40", measure="fill", record_id="r1", known_on="2018-02-01")],
        [
            fill,
            row(10, "60", measure="fill", record_id="r1", known_on="2018-02-01", status="entered_in_error"),
        ],
        [fill, row(70, "10", measure="fill", status="preliminary")],
        [row(10, "60", measure="fill", unit="tablets")],
        [row(10, "60", measure="fill", unit="days")],
    ]
    said = judged(half, *patients, more="unit: days\n")
    assert [s.status for s in said] == ["not_met", "not_met", "met", "not_met", "met"]


def test_a_death_or_a_loss_of_coverage_decides_and_leaves_no_share() -> None:
    fill = row(10, "100", measure="fill")
    deaths = [[fill, row(on, "unrelated", measure="death")] for on in (LAST, LAST + 1)]
    assert [(s.status, s.basis) for s in judged("at_least: 50%", *deaths)] == [
        ("not_evaluable", "death"), ("met", "rows"),
    ]  # fmt: skip
    amount = 'if: remission is met, amount: "100 * remission.covered"'
    contract = contract_of(outcome_of("at_least: 50%"), (REFUND, amount))
    assert [s.lines.get("no_remission") for s in asked(contract, facts_of(*deaths))] == [None, "-100.00"]


def test_a_month_counts_where_both_its_ends_give_one_status() -> None:
    # March is days 59 to 89: 60 days from day 59 on, or 21 from day 89 on, up to day 109
    patients = [[row("2018-03", "60", measure="fill")], [row("2018-03", "21", measure="fill")]]
    assert [s.status for s in judged("at_least: 50%", *patients)] == ["not_evaluable", "not_met"]
    assert covered(*patients) == ["-21.00", "-21.00"]  # by the later of both ends


def test_every_usable_row_counts() -> None:
    rows = fills("9 30, 10 30, 20 0, 40 30, 110 30")
    counted = contract_of(
        outcome_of("at_least: 0"), (REFUND, 'if: remission is met, amount: "remission.count"')
    )
    assert [s.lines for s in asked(counted, facts_of(rows))] == [
        {"infusion": "649000.00", "no_remission": "-2.00"}
    ]


def test_by_due_dates_each_has_its_own_supply() -> None:
    outcome = "event: fill\nwindow: [due - 29 days, due]\nmet_if: {days_covered: {at_least: 80%}}\n"
    series = (
        'each: [day 60, day 120], on_failure: skip, if: remission is met, amount: "60 * remission.covered"'
    )
    contract = contract_of(outcome, (REFUND, series))
    said = asked(contract, facts_of(fills("31 60, 91 24"), fills("31 30, 91 23"), fills("30 60, 97 30")))
    # supply of an earlier window is not carried into a later one
    assert [s.lines.get("no_remission") for s in said] == ["-108.00", "-60.00", "-48.00"]
