"""Hand-worked statuses of results in a row, changes from a baseline, and days covered."""

import pytest

from tests.oracle.cases import amounts, ask, contract, day, facts, result, span, status
from tests.oracle.evidence import Row


def outcome(met_if: str, more: str = "", kind: str = "measure") -> str:
    """An outcome of the measure (or event) response over days 0 to 30, decided on day 60."""
    return contract(
        f"{{{kind}: response, window: [day 0, day 30], decided: day 60, met_if: {{{met_if}}}{more}}}"
    )


def rows(text: str) -> list[Row]:
    """`29:8.5 31:9@lab` as outcome rows: day, value and source."""
    found = []
    for n, one in enumerate(text.split()):
        value, _, source = one.partition(":")[2].partition("@")
        found.append(result(int(one.partition(":")[0]), value, record_id=f"r{n}", source=source))
    return found


TWICE = "consecutive: {times: 2, test: [CR]}"
FOUR_WEEKS = "sustained: {for: 4 weeks, test: [CR]}"
MONTH = "sustained: {for: 1 month, test: [CR]}"
IN_A_ROW = [
    (TWICE, "0:CR 30:CR", "met 60"),
    (TWICE, "-1:CR 0:CR 31:CR", "not_met 60"),  # only one of them in the window
    (TWICE, "0:CR 15:NR 30:CR", "not_met 60"),  # one between them fails
    (TWICE, "0:NR 15:CR 16:CR 30:NR", "met 60"),
    (TWICE, "5:CR@a 5:CR@b", "not_met 60"),  # one result a day
    (TWICE, "5:CR 9:CR@a 9:NR@b", "not_met 60"),  # the day's result is the worst
    (TWICE, "5:CR 7: 9:CR", "met 60"),  # an empty one is no assessment
    (TWICE, "", "not_met 60"),
    (FOUR_WEEKS, "0:CR 28:CR", "met 60"),
    (FOUR_WEEKS, "0:CR 27:CR", "not_met 60"),
    (FOUR_WEEKS, "0:CR 27:CR 30:CR", "met 60"),  # 0 and 30, and 27 does not fail
    (FOUR_WEEKS, "0:CR 27:NR 30:CR", "not_met 60"),
    (FOUR_WEEKS, "0:NR 1:CR 29:CR 30:NR", "met 60"),
    (FOUR_WEEKS, "0:CR", "not_met 60"),
    (MONTH, "0:CR 30:CR", "not_met 60"),  # 1 January + 1 month is day 31
]


@pytest.mark.parametrize(("met_if", "seen", "expected"), IN_A_ROW)
def test_results_in_a_row(met_if: str, seen: str, expected: str) -> None:
    assert status(ask(outcome(met_if), facts(rows(seen)), 60)) == expected
    assert status(ask(outcome(met_if), facts(rows(seen)), 59)) == "pending"


def test_a_tie_in_a_row_goes_by_if_tied() -> None:
    seen = facts(rows("5:CR 9:CR@a 9:NR@b"))
    assert status(ask(outcome(TWICE, ", if_tied: best"), seen, 60)) == "met 60"
    assert status(ask(outcome(TWICE, ", if_tied: {source: [a]}"), seen, 60)) == "met 60"
    assert status(ask(outcome(TWICE, ", if_tied: {source: [b, a]}"), seen, 60)) == "not_met 60"


def changed(test: str, pick: str = "last", tied: str = "worst", kind: str = "any") -> str:
    """A change from the baseline of days -30 to 10."""
    more = f", baseline: {{window: [day -30, day 10], pick: {pick}}}, if_tied: {tied}"
    return outcome(f"{kind}: {{{test}}}", more)


FALL = "change: {at_most: -4}"
HALVED = "percent_change: {at_most: -50}"
CHANGES = [
    (changed(FALL), "0:10 30:6", 30, "met 30"),
    (changed(FALL), "0:10 30:6.01", 60, "not_met 60"),
    (changed(FALL), "-30:10 30:6", 60, "met 30"),
    (changed(FALL), "-31:10 30:6", 60, "not_met 60"),  # no baseline: as if missing
    (changed(FALL), "0:10 5:6 30:9", 9, "pending"),  # the baseline is 10 or 6 until day 10 is over
    (changed(FALL), "0:10 5:6 30:9", 60, "not_met 60"),  # the last of the baseline is 6
    (changed(FALL, "first"), "0:10 5:6 30:9", 9, "pending"),
    (changed(FALL, "first"), "0:10 5:6 30:9", 10, "met 10"),  # met by day 5, not before the baseline ends
    (changed(FALL, "highest"), "-5:8 0:10 5:8 30:6", 60, "met 30"),
    (changed(FALL, "lowest"), "-5:8 0:10 5:8 30:4.1", 60, "not_met 60"),  # 4.1 - 8 = -3.9
    (changed(FALL, "mean"), "-5:8 0:10 30:5", 60, "met 30"),  # 5 - 9 = -4
    (changed(FALL, "mean"), "-5:8 0:11 30:5.51", 60, "not_met 60"),  # 5.51 - 9.5 = -3.99
    (changed(HALVED), "0:10 30:5", 60, "met 30"),
    (changed(HALVED), "0:10 30:5.01", 60, "not_met 60"),
    (changed("percent_change: {at_most: -50%}"), "0:10 30:5", 60, "met 30"),
    (changed(HALVED), "0:-10 30:-15", 60, "met 30"),  # 100 x -5 / |-10|
    (changed(HALVED), "0:0 30:-15", 60, "not_met 60"),  # a zero baseline is none
    (changed(FALL), "0:0 30:-4", 60, "met 30"),  # but counts for a plain change
    (changed(FALL, kind="mean"), "0:10 20:5 30:3", 60, "met 60"),  # (0 - 5 - 7) / 3 = -4
    (changed(FALL, kind="mean"), "0:10 20:5 30:3.1", 60, "not_met 60"),
    (changed(FALL, "last", "worst"), "0:10@a 0:8@b 30:5", 60, "not_met 60"),  # of one day the lower
    (changed(FALL, "last", "best"), "0:10@a 0:8@b 30:5", 60, "met 30"),
    (changed(FALL, "last", "{source: [c, a]}"), "0:10@a 0:8@b 30:5", 60, "met 30"),
    (changed(FALL, "last", "{source: [c]}"), "0:10@a 0:8@b 30:5", 60, "not_met 60"),
]


@pytest.mark.parametrize(("text", "seen", "as_of", "expected"), CHANGES)
def test_changes_from_a_baseline(text: str, seen: str, as_of: int, expected: str) -> None:
    assert status(ask(text, facts(rows(seen)), as_of)) == expected


def test_without_a_baseline_it_is_as_if_missing() -> None:
    more = ", baseline: {window: [day -30, day 0], pick: last}, if_missing: not_evaluable"
    text = outcome("none: {change: {at_most: -4}}", more)
    assert status(ask(text, facts(rows("5:6")), 60)) == "not_evaluable 60"
    assert status(ask(text, facts(rows("0:7 5:6")), 60)) == "met 60"
    # known after the decided day of an outcome that stands, a baseline never came
    late = [result(0, "7", known_on=str(day(61))), result(5, "6")]
    assert status(ask(text, facts(late), 90)) == "met 60"
    stands = outcome("none: {change: {at_most: -4}}", more + ", late_evidence: stand")
    assert status(ask(stands, facts(late), 90)) == "not_evaluable 60"


def test_death_before_the_baseline_window_ends_comes_before_what_would_be_decided_early() -> None:
    died = result(9, "unrelated", "death")
    seen = rows("0:10 5:6")
    assert status(ask(changed(FALL, "first"), facts([*seen, died]), 60)) == "not_evaluable 9"
    died["effective_date"] = str(day(10))
    assert status(ask(changed(FALL, "first"), facts([*seen, died]), 60)) == "met 10"


FIELDS = [
    ("x.baseline", "10.00"),
    ("0 - x.change", "4.50"),
    ("x.value", "5.50"),
]


@pytest.mark.parametrize(("amount", "expected"), FIELDS)
def test_fields_of_a_change(amount: str, expected: str) -> None:
    text = (
        "{measure: response, window: [day 0, day 30], decided: day 60, met_if: {last: {change: {below: 0}}}, "
    )
    text += "baseline: {window: [day -30, day 0], pick: last}}"
    clauses = f'payments:\n  - {{id: p, clause: "1", if: x is met, amount: {amount}}}'
    answer = ask(contract(text, clauses), facts(rows("-30:8 0:10 20:4 30:5.5")), 60)
    assert amounts(answer) == [f"p.1 2018-03-02 {expected}"]


SUPPLY = [
    # window of 31 days; 25 / 31 = 80.6 %, 24 / 31 = 77.4 %
    ("at_least: 80%", "0:25", "met 60"),
    ("at_least: 80%", "0:24", "not_met 60"),
    ("at_least: 80%", "6:90", "met 60"),  # days 6 to 30: 25; those after the window do not count
    ("at_least: 80%", "7:90", "not_met 60"),
    ("at_least: 80%", "0:15 10:10", "met 60"),  # the second begins when the first has run out
    ("at_least: 80%", "0:15 20:9", "not_met 60"),
    ("at_least: 80%", "-1:25", "not_met 60"),  # a row before the window
    ("at_least: 80%", "0:24 1:1.5 2:many 3:0 4:-7 5:", "not_met 60"),  # none of these is a supply
    ("at_least: 80%", "0:24 1:1.0", "met 60"),
    ("at_least: 1", "0:31", "met 60"),
    ("at_least: 1", "0:16 0:15", "met 60"),
    ("at_least: 1", "0:16 1:14", "not_met 60"),
    ("below: 80%", "", "met 60"),  # no row: no day is covered
    ("between: [0, 0.5]", "0:15", "met 60"),
]


@pytest.mark.parametrize(("test", "seen", "expected"), SUPPLY)
def test_days_covered(test: str, seen: str, expected: str) -> None:
    text = outcome(f"days_covered: {{{test}}}", kind="event")
    assert status(ask(text, facts(rows(seen)), 60)) == expected
    assert status(ask(text, facts(rows(seen)), 59)) == "pending"


def test_the_share_of_days_covered_in_amounts() -> None:
    text = "{event: response, window: [day 1, day 30], decided: day 60, met_if: {days_covered: {above: 0}}}"
    clauses = 'payments:\n  - {id: p, clause: "1", if: x is met, amount: x.covered * 900}'
    # 20 of 30 days
    assert amounts(ask(contract(text, clauses), facts(rows("3:10 4:10")), 60)) == ["p.1 2018-03-02 600.00"]
    lost = ask(contract(text, clauses), facts(rows("3:10"), [span(0, 9)]), 60)
    assert status(lost) == "not_evaluable 10"
