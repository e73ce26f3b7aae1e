"""`consecutive` and `sustained`: tables of results by day, each to its status on both backends."""

from datetime import date, timedelta

import pytest

from engine.feeds.rows import TextRow
from tests.plan.asking import INDEX, Said, asked, contract_of, facts_of, row

DECIDED = INDEX + timedelta(days=120)


def judged(
    pick: str, *patients: list[TextRow], tied: str = "worst", more: str = "", **dates: date
) -> list[Said]:
    outcome = f"measure: disease_status\nwindow: [day 10, day 100]\nmet_if: {{{pick}}}\ndecided: day 120\n"
    return asked(contract_of(f"{outcome}if_tied: {tied}\n{more}"), facts_of(*patients), **dates)


def statuses(pick: str, *patients: list[TextRow], more: str = "", **dates: date) -> list[str]:
    return [said.status for said in judged(pick, *patients, more=more, **dates)]


def results(text: str) -> list[TextRow]:
    """`10 CR, 20 NR` as assessments of these days; a source may follow."""
    found = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        day, value, *source = part.split()
        found.append(row(int(day), value, **({"source": source[0]} if source else {})))
    return found


TWICE = "consecutive: {times: 2, test: [CR]}"
THRICE = "consecutive: {times: 3, test: [CR]}"
FOUR_WEEKS = "sustained: {for: 4 weeks, test: [CR]}"

# the pick, the results, the status, the records that it rests on
BY_DATE = [
    (TWICE, "20 CR, 30 CR", "met", "r1 r2"),
    (TWICE, "30 CR, 20 CR", "met", "r1 r2"),  # by date, not by their order in the feed
    (TWICE, "20 CR, 30 NR, 40 CR", "not_met", "r3"),
    (TWICE, "20 NR, 30 CR, 40 CR, 50 NR", "met", "r2 r3"),
    (TWICE, "20 CR, 30 CR, 40 CR", "met", "r1 r2"),  # the first run that is long enough
    (TWICE, "20 CR, 30 NR, 40 CR, 50 CR", "met", "r3 r4"),
    (TWICE, "20 CR", "not_met", "r1"),
    (TWICE, "20 CR, 20 CR", "not_met", "r2"),  # one result a day
    (TWICE, "20 CR, 20 CR, 21 CR", "met", "r1 r3"),
    (TWICE, "9 CR, 10 CR", "not_met", "r2"),  # the day before the window
    (TWICE, "10 CR, 11 CR", "met", "r1 r2"),
    (TWICE, "99 CR, 100 CR", "met", "r1 r2"),
    (TWICE, "100 CR, 101 CR", "not_met", "r1"),  # the day after it
    (TWICE, "20 CR, 101 NR, 100 CR", "met", "r1 r3"),
    (THRICE, "20 CR, 30 CR", "not_met", "r2"),
    (THRICE, "20 CR, 30 CR, 40 CR", "met", "r1 r3"),
    (THRICE, "20 CR, 30 CR, 35 NR, 40 CR, 50 CR", "not_met", "r5"),
    ("consecutive: {times: 1, test: [CR]}", "20 NR, 30 CR", "met", "r2"),
    (FOUR_WEEKS, "20 CR, 47 CR", "not_met", "r2"),  # 27 days
    (FOUR_WEEKS, "20 CR, 48 CR", "met", "r1 r2"),  # 28 days
    (FOUR_WEEKS, "20 CR, 49 CR", "met", "r1 r2"),
    (FOUR_WEEKS, "20 CR, 30 NR, 48 CR", "not_met", "r3"),
    (FOUR_WEEKS, "20 CR, 30 CR, 48 CR, 60 CR", "met", "r1 r3"),
    (FOUR_WEEKS, "20 CR, 30 CR, 40 NR, 48 CR, 76 CR", "met", "r4 r5"),
    (FOUR_WEEKS, "20 CR, 30 CR, 40 NR, 48 CR, 58 CR", "not_met", "r5"),  # 58 lies 28 days after 30, not in its run
    (FOUR_WEEKS, "20 CR", "not_met", "r1"),
    (FOUR_WEEKS, "9 CR, 37 CR", "not_met", "r2"),
    (FOUR_WEEKS, "10 CR, 38 CR", "met", "r1 r2"),
    (FOUR_WEEKS, "72 CR, 100 CR", "met", "r1 r2"),
    (FOUR_WEEKS, "73 CR, 101 CR", "not_met", "r1"),
    # 31 January is day 30; a month on is 28 February, day 58
    ("sustained: {for: 1 month, test: [CR]}", "30 CR, 57 CR", "not_met", "r2"),
    ("sustained: {for: 1 month, test: [CR]}", "30 CR, 58 CR", "met", "r1 r2"),
]  # fmt: skip


@pytest.mark.parametrize("pick", list(dict.fromkeys(case[0] for case in BY_DATE)))
def test_by_date(pick: str) -> None:
    cases = [case[1:] for case in BY_DATE if case[0] == pick]
    said = judged(pick, *(results(text) for text, _, _ in cases))
    assert [(text, s.status, s.evidence) for (text, _, _), s in zip(cases, said, strict=True)] == cases
    assert {(s.decided_on, s.basis) for s in said} == {(DECIDED, "rows")}


LABS = "{source: [central, local]}"
# how ties are settled, two results of day 30 after a CR of day 20, the status
OF_ONE_DAY = [
    ("best", "30 CR, 30 NR", "met"),
    ("worst", "30 CR, 30 NR", "not_met"),
    ("best", "30 NR, 30 NR", "not_met"),
    ("worst", "30 CR, 30 CR", "met"),
    (LABS, "30 CR central, 30 NR local", "met"),
    (LABS, "30 NR central, 30 CR local", "not_met"),
    (LABS, "30 CR local, 30 NR other", "met"),
    (LABS, "30 NR local, 30 CR other", "not_met"),
    (LABS, "30 CR central, 30 NR central", "not_met"),  # it contradicts itself
    (LABS, "30 CR other, 30 NR another", "not_met"),  # none is listed
]


@pytest.mark.parametrize("tied", list(dict.fromkeys(case[0] for case in OF_ONE_DAY)))
@pytest.mark.parametrize("pick", [TWICE, "sustained: {for: 10 days, test: [CR]}"])
def test_two_results_of_one_day(pick: str, tied: str) -> None:
    cases = [case[1:] for case in OF_ONE_DAY if case[0] == tied]
    said = judged(pick, *(results(f"20 CR, {text}") for text, _ in cases), tied=tied)
    assert [(text, s.status) for (text, _), s in zip(cases, said, strict=True)] == cases


@pytest.mark.parametrize("pick", [TWICE, FOUR_WEEKS])
def test_it_waits_for_the_decided_day_and_for_what_is_known(pick: str) -> None:
    rows = [row(20, "CR"), row(60, "CR", known_on="2018-07-01")]
    known, day_before = date(2018, 7, 1), timedelta(days=1)
    assert statuses(pick, rows, as_of=DECIDED - day_before) == ["pending"]
    assert statuses(pick, rows, as_of=DECIDED) == ["met"]
    assert statuses(pick, rows, known_by=known - day_before) == ["not_met"]
    assert statuses(pick, rows, known_by=known) == ["met"]


@pytest.mark.parametrize("pick", [TWICE, FOUR_WEEKS])
def test_late_evidence_that_stands_aside(pick: str) -> None:
    in_time = [row(20, "CR"), row(60, "CR", known_on=DECIDED.isoformat())]
    late = [row(20, "CR"), row(60, "CR", known_on=(DECIDED + timedelta(days=1)).isoformat())]
    corrected = [row(20, "CR"), row(60, "CR"), row(60, "NR", record_id="r2", known_on="2018-06-30")]
    stand = "late_evidence: stand\n"
    assert statuses(pick, in_time, late, corrected, more=stand) == ["met", "not_met", "met"]
    assert statuses(pick, in_time, late, corrected) == ["met", "met", "not_met"]


@pytest.mark.parametrize("pick", [TWICE, FOUR_WEEKS])
def test_silence_death_and_withdrawal(pick: str) -> None:
    run = [row(20, "CR"), row(60, "CR")]
    death, late_death = (row(day, "unrelated", measure="death") for day in (100, 101))
    withdrawn = row(60, "CR", record_id="r2", status="entered_in_error", known_on="2018-06-30")
    preliminary = row(40, "NR", status="preliminary")
    patients = [[], [*run, death], [*run, late_death], [*run, withdrawn], [*run, preliminary]]
    said = statuses(pick, *patients, more="if_missing: pending\n")
    assert said == [
        "pending",
        "not_evaluable",
        "met",
        "not_met",
        "met",
    ]  # it had not been decided by the death


@pytest.mark.parametrize("pick", [TWICE, FOUR_WEEKS])
def test_a_loss_of_coverage_comes_before_the_decided_day(pick: str) -> None:
    outcome = f"measure: disease_status\nwindow: [day 10, day 100]\nmet_if: {{{pick}}}\ndecided: day 120\n"
    contract = contract_of(f"{outcome}if_coverage_ends: not_evaluable\n")
    for last, status in ((99, "not_evaluable"), (100, "met")):
        span = {"from_date": "2018-01-01", "to_date": (INDEX + timedelta(days=last)).isoformat()}
        (said,) = asked(contract, facts_of([row(20, "CR"), row(60, "CR")], spans=[span]))
        assert said.status == status


def test_a_date_that_is_only_a_month_counts_where_both_its_ends_agree() -> None:
    # March is days 59 to 89: before day 70 or after it, a failing result parts the run or not
    patients = [[row(20, "CR"), row("2018-03", "CR")], [row(20, "CR"), row(70, "CR"), row("2018-03", "NR")]]
    assert statuses(TWICE, *patients) == ["met", "not_evaluable"]
    assert judged(TWICE, patients[0])[0].evidence == "r1 r2"
    # 28 days after day 20 and after day 50 are day 48 and day 78
    patients = [[row(20, "CR"), row("2018-03", "CR")], [row(50, "CR"), row("2018-03", "CR")]]
    assert statuses(FOUR_WEEKS, *patients) == ["met", "not_evaluable"]


def test_numbers_that_are_none_count_as_absent() -> None:
    pick = "consecutive: {times: 2, test: {at_most: 5}}"
    patients = [[row(20, "5"), row(30, x), row(40, "4.5")] for x in ("n/a", "5.1", "5.0")]
    assert statuses(pick, *patients) == ["met", "not_met", "met"]


def test_by_due_dates_each_has_its_own_run() -> None:
    outcome = "measure: disease_status\nwindow: [due - 60 days, due]\n"
    outcome += "met_if: {consecutive: {times: 2, test: [CR]}}\n"
    refund = "if: remission is not_met, amount: refund_share of paid"
    series = "each: [day 60, day 120], on_failure: skip, if: remission is met, amount: 1"
    contract = contract_of(outcome, (refund, series))
    both = [row(50, "CR"), row(60, "CR"), row(70, "CR")]
    patients = [[*both, row(80, "NR")], [row(10, "NR"), row(70, "CR"), row(80, "CR")]]
    said = asked(contract, facts_of(*patients))
    assert [s.lines["no_remission"] for s in said] == ["-2.00", "-1.00"]
