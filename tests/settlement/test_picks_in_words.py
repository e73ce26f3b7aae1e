"""What `explain` says of picks: why a status is what it is, on which rows it rests, what would have changed it."""

from datetime import date

import pytest

from engine.feeds.rows import TextRow
from engine.plan.tables import Run
from engine.settlement.explain import Explanation, explain
from engine.settlement.owed import work_out
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
    rows = [row(int(day), value) for day, value in (part.split() for part in results.split(", "))]
    assert words(outcome, rows) == (status, why, evidence, change)
