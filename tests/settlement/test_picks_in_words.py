"""What `explain` says of picks: why a status is what it is, on which rows it rests, what would have changed it."""

from datetime import date

import pytest

from engine.feeds.rows import TextRow
from engine.kernel.diagnostics import Refusal
from engine.plan.tables import Run
from engine.settlement.explain import Explanation, explain
from engine.settlement.owed import work_out
from engine.settlement.unusable import unusable_rows
from tests.plan.asking import LATE, contract_of, facts_of, row


def explained(outcome: str, rows: list[TextRow], as_of: date = LATE) -> Explanation:
    owed = work_out(contract_of(outcome), facts_of(rows), Run(as_of, as_of))
    return explain(owed, "T1")


def words(outcome: str, rows: list[TextRow], as_of: date = LATE) -> tuple[str, str, str, str]:
    """Status, why, the records it rests on, and what would have changed it."""
    found = explained(outcome, rows, as_of)
    (status,) = [s for s in found.statuses if s.outcome == "remission"]
    (refund,) = [x for x in found.lines if x.clause == "no_remission"]
    (change,) = refund.would_change
    evidence = " ".join(sorted(e.removeprefix("p1.") for e in status.evidence))
    return status.status, status.why, evidence, change.removeprefix("remission: ")


def read(text: str) -> list[TextRow]:
    """`20 CR, 40 NR` as assessments of these days."""
    return [row(int(day), value) for day, value in (part.split() for part in text.split(", "))]


REFUND = "if: remission is not_met, amount: refund_share of paid"
IN_A_ROW = """measure: disease_status
window: [day 0, day 100]
met_if: {consecutive: {times: 2, test: [CR]}}
"""
SUSTAINED = IN_A_ROW.replace("consecutive: {times: 2,", "sustained: {for: 4 weeks,")
DATED = "dated 2018-01-01 to 2018-04-11"
RUNS = [
    (IN_A_ROW, "20 CR, 40 CR", "met",
     "2 assessments in a row that pass; the last of them CR on 2018-02-10", "r1 r2",
     f"had there not been 2 assessments in a row of disease_status that are CR {DATED}"),
    (IN_A_ROW, "20 CR, 40 NR", "not_met",
     "no 2 assessments in a row that pass; last assessment in the window NR", "r2",
     f"2 assessments in a row of disease_status that are CR {DATED}"),
    (SUSTAINED, "20 CR, 48 CR", "met",
     "assessments that pass 4 weeks apart, none between that fails; the last of them CR on 2018-02-18", "r1 r2",
     "had there not been two assessments of disease_status that are CR at least 4 weeks apart, none between that "
     f"fails, {DATED}"),
    (SUSTAINED, "20 CR, 47 CR", "not_met",
     "no assessments that pass 4 weeks apart, none between that fails; last assessment in the window CR", "r2",
     "two assessments of disease_status that are CR at least 4 weeks apart, none between that fails, " + DATED),
]  # fmt: skip


@pytest.mark.parametrize(("outcome", "results", "status", "why", "evidence", "change"), RUNS)
def test_runs_of_results(
    outcome: str, results: str, status: str, why: str, evidence: str, change: str
) -> None:
    assert words(outcome, read(results)) == (status, why, evidence, change)


LAST = """measure: disease_status
window: [day 1, day 100]
met_if: {last: {change: {at_most: -5}}}
baseline: {window: [day -30, day 0], pick: last}
"""
ANY = LAST.replace("last: {change", "any: {percent_change")
MEAN = LAST.replace("pick: last", "pick: mean")
AFTER = "dated 2018-01-02 to 2018-04-11"
CHANGES = [
    (LAST, "-10 60, 40 55", "met", "last assessment in the window 55; baseline 60 on 2017-12-22", "r1 r2",
     f"another disease_status chosen as the last {AFTER}; met is one changed by at most -5 from its baseline"),
    (ANY, "-10 60, 40 55", "met", "55 on 2018-02-10, in the window; baseline 60 on 2017-12-22", "r1 r2",
     f"had there not been an assessment of disease_status changed by at most -5 percent from its baseline {AFTER}"),
    (MEAN, "-10 60, 40 57", "not_met", "last assessment in the window 57; baseline the mean of its window", "r2",
     f"another disease_status chosen as the last {AFTER}; met is one changed by at most -5 from its baseline"),
    (LAST, "40 55", "not_met", "no assessment in the window with a baseline to compare it with by 2018-04-11", "",
     f"another disease_status chosen as the last {AFTER}; met is one changed by at most -5 from its baseline"),
]  # fmt: skip


@pytest.mark.parametrize(("outcome", "results", "status", "why", "evidence", "change"), CHANGES)
def test_changes(outcome: str, results: str, status: str, why: str, evidence: str, change: str) -> None:
    assert words(outcome, read(results)) == (status, why, evidence, change)


def test_the_arithmetic_of_a_change_puts_exact_numbers_in() -> None:
    amount = 'if: remission is met, amount: "0 - 3 * remission.change + remission.baseline"'
    contract = contract_of(LAST.replace("pick: last", "pick: mean"), (REFUND, amount))
    owed = work_out(contract, facts_of(read("-3 1, -2 2, -1 2, 40 -10")), Run(LATE, LATE))
    (line,) = [x for x in explain(owed, "T1").lines if x.clause == "no_remission"]
    # the baseline is 5/3, the change -35/3: 35 + 1.67
    assert line.arithmetic == "(0 − 3 × remission.change -35/3) + remission.baseline 5/3 = 36.67"


@pytest.mark.parametrize("pick", ["mean", "consecutive"])
def test_no_single_row_gives_a_value_date_or_baseline(pick: str) -> None:
    test = "{change: {below: 0}}"
    met_if = f"{{times: 1, test: {test}}}" if pick == "consecutive" else test
    outcome = LAST.replace("{last: {change: {at_most: -5}}}", f"{{{pick}: {met_if}}}")
    for amount in ("0 - remission.value", "days_between(index, remission.date)", "remission.baseline"):
        contract = contract_of(outcome, (REFUND, f'if: remission is met, amount: "{amount}"'))
        with pytest.raises(Refusal, match="the amount cannot be worked out"):
            work_out(contract, facts_of(read("-10 60, 40 -5")), Run(LATE, LATE))


def test_rows_that_a_change_cannot_use_are_listed() -> None:
    owed = work_out(contract_of(LAST), facts_of(read("-10 sixty, -9 60, 40 n/a, 50 55")), Run(LATE, LATE))
    assert [(bad.line, bad.column) for bad in unusable_rows(owed)] == [(1, "value"), (3, "value")]
    notes = {e.record_id: e.note for e in explain(owed, "T1").evidence}
    assert notes["p1.r1"] == notes["p1.r3"] != ""
    assert notes["p1.r2"] == notes["p1.r4"] == ""


SUPPLY = """event: fill
window: [day 1, day 100]
met_if: {days_covered: {at_least: 80%}}
"""
SUPPLIED = [
    ("1 30, 50 28", "not_met", "58 of 100 days covered; last fill in the window 28 on 2018-02-20", "r2",
     f"supply of fill with days covered at least 80%, {AFTER}"),
    ("1 90", "met", "90 of 100 days covered; last fill in the window 90 on 2018-01-02", "r1",
     f"had there not been supply of fill with days covered at least 80%, {AFTER}"),
    ("", "not_met", "0 of 100 days covered: no such event in the window by 2018-04-11", "",
     f"supply of fill with days covered at least 80%, {AFTER}"),
]  # fmt: skip


@pytest.mark.parametrize(("fills", "status", "why", "evidence", "change"), SUPPLIED)
def test_days_covered(fills: str, status: str, why: str, evidence: str, change: str) -> None:
    rows = [{**r, "measure": "fill"} for r in read(fills)] if fills else []
    assert words(SUPPLY, rows) == (status, why, evidence, change)


def test_the_share_of_days_in_arithmetic_and_rows_that_supply_none() -> None:
    amount = 'if: remission is not_met, amount: "90 * remission.covered"'
    rows = [{**r, "measure": "fill"} for r in read("1 30, 20 0, 40 some, 50 28, 101 9")]
    owed = work_out(contract_of(SUPPLY, (REFUND, amount)), facts_of(rows), Run(LATE, LATE))
    said = explain(owed, "T1")
    (line,) = [x for x in said.lines if x.clause == "no_remission"]
    assert line.arithmetic == "90 × remission.covered 0.58 = 52.20"
    assert [(bad.line, bad.column) for bad in unusable_rows(owed)] == [(2, "value"), (3, "value")]
    sentence = "'remission' adds up days of supply, and this is no whole number above 0"
    passed_over = "not what decided: outside a window, or another row came first"
    notes = {e.record_id: e.note for e in said.evidence}
    assert notes == {"p1.r1": "", "p1.r2": sentence, "p1.r3": sentence, "p1.r4": "", "p1.r5": passed_over}


TOGETHER = [
    (IN_A_ROW, "-5 CR, 0 CR, 10 NR, 100 CR, 101 CR", "r2 r3 r4"),
    (LAST, "-30 60, 0 60, 40 59, 50 55", "r2 r4"),
    (
        MEAN,
        "-31 60, -30 60, 0 60, 1 9, 40 55",
        "r2 r3 r5",
    ),  # all of the baseline's window, the last of its own
    (LAST.replace("last: {change", "mean: {change"), "-30 60, 0 60, 40 59, 100 55, 101 1", "r2 r3 r4"),
]


@pytest.mark.parametrize(("outcome", "results", "used"), TOGETHER)
def test_rows_that_decided_together_are_not_passed_over(outcome: str, results: str, used: str) -> None:
    rows = explained(outcome, read(results)).evidence
    assert sorted(r.record_id for r in rows if r.used) == [f"p1.{r}" for r in used.split()]
