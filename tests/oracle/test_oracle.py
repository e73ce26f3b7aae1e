"""Hand-worked statuses: each pick at its boundaries, ties, late and corrected evidence, death, coverage."""

import pytest

from tests.oracle.cases import ask, but, contract, facts, result, span, status
from tests.oracle.evidence import Row


def outcome(met_if: str, more: str = "", window: str = "[day 0, day 30]", kind: str = "measure") -> str:
    """An outcome of the measure (or event) response, decided on day 60."""
    pick = f", met_if: {{{met_if}}}" if met_if else ""
    return contract(f"{{{kind}: response, window: {window}, decided: day 60{pick}{more}}}")


def rows(text: str) -> list[Row]:
    """`29:CR 31:NR@lab` as outcome rows: day, value and source."""
    found = []
    for n, one in enumerate(text.split()):
        value, _, source = one.partition(":")[2].partition("@")
        found.append(result(int(one.partition(":")[0]), value, record_id=f"r{n}", source=source))
    return found


CR = "[CR, CRi]"
LOW = "{at_most: 7.0}"
BOUNDARIES = [
    # any is met as soon as it is; the window is day 0 to day 30, both included
    (f"any: {CR}", "-1:CR", 60, "not_met 60"),  # no assessment in the window: if_missing
    (f"any: {CR}", "0:CR", 0, "met 0"),
    (f"any: {CR}", "30:CR", 30, "met 30"),
    (f"any: {CR}", "30:CR", 29, "pending"),
    (f"any: {CR}", "31:CR", 60, "not_met 60"),
    (f"any: {CR}", "30:NR", 59, "pending"),
    (f"any: {CR}", "30:NR", 60, "not_met 60"),
    (f"any: {CR}", "10:NR 20:CRi 25:CR", 59, "met 20"),
    # all: one failing row decides
    (f"all: {CR}", "-1:NR 0:CR 30:CR 31:NR", 60, "met 60"),
    (f"all: {CR}", "0:CR 30:CR", 59, "pending"),
    (f"all: {CR}", "0:CR 30:NR", 59, "not_met 30"),
    (f"all: {CR}", "", 60, "not_met 60"),
    # none: one satisfying row decides
    (f"none: {CR}", "-1:CR 0:NR 31:CR", 60, "met 60"),
    (f"none: {CR}", "0:NR 30:CR", 59, "not_met 30"),
    # first and last wait for the decided day
    (f"first: {CR}", "0:CR 30:NR", 59, "pending"),
    (f"first: {CR}", "0:CR 30:NR", 60, "met 60"),
    (f"first: {CR}", "-1:CR 0:NR", 60, "not_met 60"),
    (f"last: {CR}", "0:CR 30:NR 31:CR", 60, "not_met 60"),
    (f"last: {CR}", "0:NR 30:CR 31:NR", 60, "met 60"),
    # nearest to day 14: of two equally near the earlier
    (f"nearest: {{to: day 14, test: {CR}}}", "12:CR 16:NR", 60, "met 60"),
    (f"nearest: {{to: day 14, test: {CR}}}", "12:CR 15:NR", 60, "not_met 60"),
    (f"nearest: {{to: day 14, test: {CR}}}", "14:CR", 59, "pending"),
    # numbers: 7.0 is at most 7.0, 7.01 is not; what is no number is absent
    (f"lowest: {LOW}", "0:7.01 30:7.0 31:5", 60, "met 60"),
    (f"lowest: {LOW}", "0:7.01 30:7.05 31:5", 60, "not_met 60"),
    (f"lowest: {LOW}", "0:high 1:", 60, "not_met 60"),
    ("highest: {above: 7.0}", "0:7.0 30:6", 60, "not_met 60"),
    ("highest: {above: 7.0}", "0:7.01 30:6", 60, "met 60"),
    (f"mean: {LOW}", "0:6.99 30:7.01", 60, "met 60"),  # (6.99 + 7.01) / 2 = 7 exactly
    (f"mean: {LOW}", "0:7 10:7 30:7.01", 60, "not_met 60"),  # 21.01 / 3 = 7.0033…
    ("any: {between: [6.5, 7.5]}", "0:6.49 10:7.51 20:7.5", 59, "met 20"),
    ("any: {below: 7.0}", "0:7.0 30:6.9", 59, "met 30"),
    # count counts rows, two of one day as well
    (f"count: {{of: {CR}, at_least: 2}}", "5:CR 9:CR", 8, "pending"),
    (f"count: {{of: {CR}, at_least: 2}}", "5:CR 9:CR 20:CR", 9, "met 9"),
    (f"count: {{of: {CR}, at_least: 2}}", "5:CR@a 5:CR@b", 5, "met 5"),
    (f"count: {{of: {CR}, at_least: 2}}", "5:CR 31:CR", 60, "not_met 60"),
    ("count: {at_most: 1}", "5:a 9:b", 9, "not_met 9"),
    ("count: {at_most: 1}", "5:a 9:", 59, "pending"),
    ("count: {at_most: 1}", "5:a 9:", 60, "met 60"),
    ("count: {at_most: 1}", "", 60, "not_met 60"),  # a measure that never came is missing
]


@pytest.mark.parametrize(("met_if", "seen", "as_of", "expected"), BOUNDARIES)
def test_picks_at_their_boundaries(met_if: str, seen: str, as_of: int, expected: str) -> None:
    assert status(ask(outcome(met_if), facts(rows(seen)), as_of)) == expected


EVENTS = [
    ("", "30:", 30, "met 30"),
    ("", "31: -1:", 60, "not_met 60"),  # an event that never came did not happen, whatever if_missing
    ("none: [severe]", "", 60, "met 60"),
    ("count: {at_least: 2}", "0: 30:", 30, "met 30"),
    ("count: {at_most: 1}", "", 60, "met 60"),
]


@pytest.mark.parametrize(("met_if", "seen", "as_of", "expected"), EVENTS)
def test_events(met_if: str, seen: str, as_of: int, expected: str) -> None:
    text = outcome(met_if, ", if_missing: met", kind="event")
    assert status(ask(text, facts(rows(seen)), as_of)) == expected


@pytest.mark.parametrize("word", ["met", "not_met", "not_evaluable", "pending"])
def test_missing(word: str) -> None:
    expected = "pending" if word == "pending" else f"{word} 60"
    text = outcome(f"any: {CR}", f", if_missing: {word}")
    assert status(ask(text, facts(), 59)) == "pending"
    assert status(ask(text, facts(rows("31:CR 7:")), 60)) == expected


TIES = [
    ("best", "30:CR@a 30:NR@b", "met 60"),
    ("worst", "30:CR@a 30:NR@b", "not_met 60"),
    ("worst", "30:CR@a 30:CRi@b", "met 60"),  # they agree on the test: no tie
    ("worst", "29:NR@a 30:CR@b", "met 60"),  # not of one day
    ("{source: [a, b]}", "30:CR@a 30:NR@b", "met 60"),
    ("{source: [b, a]}", "30:CR@a 30:NR@b", "not_met 60"),
    ("{source: [c, a]}", "30:CR@a 30:NR@b", "met 60"),  # c has no row that day
    ("{source: [c]}", "30:CR@a 30:NR@b", "not_met 60"),  # none has: the worst
    ("{source: [a]}", "30:CR@a 30:NR@a 30:CR@b", "not_met 60"),  # contradicts itself: the worst
]


@pytest.mark.parametrize(("tied", "seen", "expected"), TIES)
def test_ties(tied: str, seen: str, expected: str) -> None:
    text = outcome(f"last: {CR}", f", if_tied: {tied}")
    assert status(ask(text, facts(rows(seen)), 60)) == expected


def test_units() -> None:
    text = outcome(f"any: {LOW}", ", unit: '%'")
    assert status(ask(text, facts([result(5, "6", unit="mmol/mol")]), 60)) == "not_met 60"
    assert status(ask(text, facts([result(5, "6", unit="")]), 60)) == "met 5"
    assert status(ask(text, facts([result(5, "6", unit="%")]), 60)) == "met 5"


LATE = [
    # known_by: the last day on which a row is not seen yet, and the first on which it is
    ("reopen", "2018-03-03", 61, 60, "not_met 60"),
    ("reopen", "2018-03-03", 61, 61, "met 29"),
    ("stand", "2018-03-02", 90, 90, "met 29"),  # day 60 itself is in time
    ("stand", "2018-03-03", 90, 90, "not_met 60"),
]


@pytest.mark.parametrize(("late", "known_on", "as_of", "known_by", "expected"), LATE)
def test_late_evidence(late: str, known_on: str, as_of: int, known_by: int, expected: str) -> None:
    text = outcome(f"any: {CR}", f", late_evidence: {late}")
    assert status(ask(text, facts([result(29, "CR", known_on=known_on)]), as_of, known_by)) == expected


def test_late_death_and_correction_stand() -> None:
    text = outcome(f"any: {CR}", ", late_evidence: stand")
    wrong = result(29, "CR", record_id="r", known_on="2018-01-30")
    error = but(wrong, status="entered_in_error", known_on="2018-03-03")
    death = result(3, "unrelated", "death", known_on="2018-03-03")
    assert status(ask(text, facts([wrong, error, death]), 90)) == "met 29"
    assert status(ask(text, facts([wrong, but(error, known_on="2018-03-02")]), 90)) == "not_met 60"
    assert status(ask(text, facts([wrong, but(death, known_on="2018-03-02")]), 90)) == "not_evaluable 3"


def test_versions() -> None:
    text = outcome(f"any: {CR}")
    first = result(10, "CR", record_id="r", source="a", known_on="2018-01-11")
    moved = but(first, patient_id="P2", known_on="2018-01-20")
    for later in ({"status": "entered_in_error"}, {"value": "NR"}, {"effective_date": "2018-02-01"}):
        seen = facts([first, but(first, **later, known_on="2018-01-20")])
        assert status(ask(text, seen, 60, 18)) == "met 10"
        assert status(ask(text, seen, 60, 19)) == "not_met 60"
    assert status(ask(text, facts([first, moved]), 60)) == "not_met 60"  # whoever the patient
    preliminary = but(first, status="preliminary", value="NR", known_on="2018-01-20")
    assert status(ask(text, facts([first, preliminary]), 60)) == "met 10"
    assert status(ask(text, facts([but(preliminary, value="CR")]), 60)) == "not_met 60"
    other_source = but(first, source="b", status="entered_in_error", known_on="2018-01-20")
    assert status(ask(text, facts([first, other_source]), 60)) == "met 10"


def test_study_days_and_partial_dates() -> None:
    text = outcome(f"any: {CR}")
    for number, expected in ((-1, "not_met 60"), (0, "met 0"), (30, "met 30"), (31, "not_met 60")):
        row = result("", "CR", study_day=str(number))
        assert status(ask(text, facts([row]), 60)) == expected
    # January 2018 is day 0 to day 30: both readings are met, the later one on day 30
    assert status(ask(text, facts([result("2018-01", "CR")]), 60)) == "met 30"
    assert status(ask(text, facts([result("2018-01", "CR")]), 29)) == "pending"
    # of 2018 the first day is in the window and the last is not: met 0, not_met 60
    assert status(ask(text, facts([result("2018", "CR")]), 60)) == "not_evaluable 60"
    assert status(ask(text, facts([result("2018", "CR")]), 59)) == "pending"


DEATHS = [
    ("", "30:related", 30, "not_met 30"),  # on the window's last day
    ("", "30:related", 29, "pending"),
    ("", "31:related", 59, "pending"),  # after the window it changes nothing
    ("", "10:unrelated", 10, "not_evaluable 10"),
    ("", "10:old_age", 10, "not_met 10"),  # anything else is unknown
    ("", "12:related 10:unrelated", 60, "not_evaluable 10"),  # the earliest
    ("", "10:related@a 10:unrelated@b", 60, "not_met 10"),  # differ that day: unknown
    ("10:CR", "10:unrelated", 60, "met 10"),  # decided early by the rows up to then
    ("11:CR", "10:unrelated", 60, "not_evaluable 10"),
]


@pytest.mark.parametrize(("seen", "deaths", "as_of", "expected"), DEATHS)
def test_death(seen: str, deaths: str, as_of: int, expected: str) -> None:
    died = [but(row, measure="death", record_id=f"d{n}") for n, row in enumerate(rows(deaths))]
    assert status(ask(outcome(f"any: {CR}"), facts(rows(seen) + died), as_of)) == expected


def test_death_on_a_decided_day_that_is_the_windows_last() -> None:
    text = contract("{measure: response, window: [day 0, day 30], met_if: {last: [CR]}}")
    died = result(30, "unrelated", "death")
    assert status(ask(text, facts([result(30, "CR"), died]), 30)) == "not_evaluable 30"
    assert status(ask(text, facts([result(30, "CR")]), 30)) == "met 30"


COVERED = [
    # spans by day, allowance, as_of, status; the window ends on day 30, rows are decided on day 60
    ([(0, 29)], 0, 29, "pending"),
    ([(0, 29)], 0, 30, "not_evaluable 30"),  # the first day without is the window's last
    ([(0, 30)], 0, 60, "not_met 60"),  # it lies after the window
    ([(0, 9), (10, None)], 0, 60, "not_met 60"),  # spans that touch
    ([(0, 9), (11, None)], 0, 60, "not_evaluable 10"),
    ([(0, 9), (11, None)], 1, 60, "not_met 60"),  # one uncovered day, forgiven
    ([(0, 9), (12, None)], 1, 60, "not_evaluable 11"),  # E + g + 1 = 9 + 1 + 1
    ([(0, 9)], 20, 29, "pending"),
    ([(0, 9)], 20, 30, "not_evaluable 30"),  # 9 + 20 + 1
    ([(0, 29), (70, None)], 40, 60, "pending"),  # day 60 falls into the forgiven gap …
    ([(0, 29), (70, None)], 40, 70, "not_met 70"),  # … so it holds from the next span on
    ([(0, 29)], 40, 69, "pending"),
    ([(0, 29)], 40, 70, "not_evaluable 70"),
]


@pytest.mark.parametrize(("covered", "gap", "as_of", "expected"), COVERED)
def test_coverage(covered: list[tuple[int, int | None]], gap: int, as_of: int, expected: str) -> None:
    text = contract(gap=f"{gap} days")
    spans = [span(first, last) for first, last in covered]
    assert status(ask(text, facts([result(5, "NR")], spans), as_of)) == expected


def test_the_earlier_of_death_and_loss_governs() -> None:
    died = result(10, "related", "death")
    for last, expected in ((8, "not_evaluable 9"), (9, "not_met 10"), (10, "not_met 10")):
        assert status(ask(contract(), facts([died], [span(0, last)]), 60)) == expected
    # with an allowance the first uncovered day is still what is compared with the death
    assert status(ask(contract(gap="5 days"), facts([died], [span(0, 8)]), 60)) == "not_evaluable 14"
    assert (
        status(ask(contract(gap="5 days"), facts([died], [span(0, 8), span(12, None)]), 60)) == "not_met 12"
    )
    assert status(ask(contract(gap="5 days"), facts([result(9, "CR")], [span(0, 8)]), 60)) == "met 9"


ELIGIBLE = [
    ({"product": "Q2"}, [], "product", False),
    ({"payer": "Other"}, [], "payer", False),
    ({"index_date": "2017-08-31"}, [], "in_force", False),
    ({"index_date": "2020-01-01"}, [], "in_force", False),
    ({}, [span(0, None, "Other")], "coverage", False),
    ({}, [span(1, None)], "coverage", False),
    ({"birth_date": "1991-12-31"}, [], "age_at_index <= 25", False),  # 26 on 2017-12-31
    ({"birth_date": ""}, [], "age_at_index <= 25", True),
    ({"birth_date": "", "barred": "TRUE"}, [], "not barred", False),  # FALSE before NULL
    ({"barred": "maybe"}, [], "not barred", True),
    ({"site": ""}, [], 'site in ("A", "B")', True),
    ({"site": "a"}, [], 'site in ("A", "B")', False),
]


@pytest.mark.parametrize(("columns", "spans", "part", "undetermined"), ELIGIBLE)
def test_not_eligible(columns: dict[str, str], spans: list[Row], part: str, undetermined: bool) -> None:
    text = contract(eligible='age_at_index <= 25 and site in ("A", "B") and not barred')
    mine = {"birth_date": "1992-01-02", "site": "A"}
    late = ask(text, facts([], spans, **(mine | columns)), 1000)
    assert late["not_eligible"] == [{"treatment_id": "T1", "failed": part, "undetermined": undetermined}]
    assert late["statuses"] == late["lines"] == []
    assert ask(text, facts([], [span(0, None)], **mine), 60)["not_eligible"] == []
