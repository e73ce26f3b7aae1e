"""Hand-worked changes of payer."""

from datetime import date

import pytest

from tests.oracle.cases import amounts, ask, contract, facts, result, span
from tests.oracle.evidence import Row

LATE = date(2031, 1, 1)
# 5 x 425,000 from 2025-09-15; A covers to 2027-06-30, then B; failure on 2028-01-10, 80 % of what was paid
FIVE = """payments:
  - {id: p, clause: "1", amount: 2125000, if_payer_changes: %s,
     instalments: {first: index, every: 12 months, count: 5}}
refunds:
  - {id: r, clause: "2", if: x is met, amount: 80%% of paid, if_payer_changes: %s}
"""


def covered(payer: str, first: str, last: str = "") -> Row:
    """A span of P1."""
    return {"patient_id": "P1", "payer": payer, "from_date": first, "to_date": last}


A_THEN_B = [covered("A", "2025-01-01", "2027-06-30"), covered("B2", "2027-07-01")]


def totals(
    payments: str,
    refunds: str,
    spans: list[Row],
    *,
    fails: bool = False,
    as_of: date = LATE,
    gap: str = "0 days",
) -> dict[str, str]:
    """What each payer pays and gets, as `clause@payer`."""
    text = contract("{event: failure, window: [day 0, year 5]}", FIVE % (payments, refunds), gap=gap)
    text = text.replace("payer: Plan", "payers: [A, {name: B, codes: [B2]}]").replace(
        "2019-12-31", "2029-12-31"
    )
    rows = [result("2028-01-10", "", "failure")] if fails else []
    answer = ask(text, facts(rows, spans, payer="A", index_date="2025-09-15"), as_of)
    found: dict[str, float] = {}
    for line in answer["lines"]:
        key = f"{line['clause']}@{line['payer']}"
        found[key] = found.get(key, 0) + float(line["amount"])
    for held in answer["held"]:
        found[f"{held['clause']} held"] = found.get(f"{held['clause']} held", 0) + 1
    return {key: f"{amount:.0f}" for key, amount in found.items()}


def test_the_worked_changes_of_payer() -> None:
    assert totals("original", "original", A_THEN_B) == {"p@A": "2125000"}
    assert totals("ends", "original", A_THEN_B) == {"p@A": "850000"}
    assert totals("successor", "original", A_THEN_B) == {"p@A": "850000", "p@B": "1275000"}
    # failed on 2028-01-10: three instalments of 425,000 were paid, 80 % are 1,020,000
    by_then = date(2028, 1, 10)
    paid = {"p@A": "850000", "p@B": "425000"}
    assert totals("successor", "by_paid", A_THEN_B, fails=True, as_of=by_then) == paid | {
        "r@A": "-680000",
        "r@B": "-340000",
    }
    assert totals("successor", "original", A_THEN_B, fails=True, as_of=by_then) == paid | {"r@A": "-1020000"}
    assert totals("successor", "successor", A_THEN_B, fails=True, as_of=by_then) == paid | {"r@B": "-1020000"}
    assert totals("successor", "ends", A_THEN_B, fails=True, as_of=by_then) == paid


ENDS = [
    # the second instalment is due on 2026-09-15
    ([covered("A", "2025-09-15", "2026-09-14")], "0 days", "425000"),
    ([covered("A", "2025-09-15", "2026-09-15")], "0 days", "850000"),
    (
        [covered("A", "2025-09-15", "2026-09-14"), covered("A", "2026-09-16", "2026-12-31")],
        "0 days",
        "425000",
    ),
    ([covered("A", "2025-09-15", "2026-09-14"), covered("A", "2026-09-16", "2026-12-31")], "1 day", "850000"),
    ([covered("A", "2025-09-15", "2026-09-14"), covered("B", "2026-09-15")], "0 days", "425000"),
    ([], "0 days", "2125000"),  # without any span: never lost
    ([covered("B", "2025-01-01")], "0 days", ""),  # the original's own never held the index date
]


@pytest.mark.parametrize(("spans", "gap", "expected"), ENDS)
def test_ends(spans: list[Row], gap: str, expected: str) -> None:
    assert totals("ends", "original", spans, gap=gap) == ({"p@A": expected} if expected else {})


def test_a_line_due_in_a_gap_that_may_be_forgiven_is_held() -> None:
    spans = [covered("A", "2025-09-15", "2026-09-10")]  # the gap opens on 11 September; 10 days are forgiven
    day = date(2026, 9, 20)
    assert totals("ends", "original", spans, gap="10 days", as_of=day) == {
        "p@A": "425000",
        "p held": "1",
        "r held": "1",
    }
    day = date(2026, 9, 21)
    assert totals("ends", "original", spans, gap="10 days", as_of=day) == {"p@A": "425000"}


SUCCESSORS = [
    (
        [covered("B", "2025-01-01"), covered("A", "2025-01-01", "2026-09-15")],
        {"p@A": "850000", "p@B": "1275000"},
    ),
    (
        [covered("A", "2025-01-01", "2026-09-14"), covered("C", "2026-09-15")],
        {"p@A": "425000"},
    ),  # C is no party
    ([], {"p@A": "2125000"}),
]


@pytest.mark.parametrize(("spans", "expected"), SUCCESSORS)
def test_successors(spans: list[Row], expected: dict[str, str]) -> None:
    assert totals("successor", "original", spans) == expected


def test_coverage_is_the_run_of_any_of_the_payers() -> None:
    clauses = FIVE % ("original", "original")
    text = contract("{measure: response, window: [day 0, year 3], met_if: {last: [CR]}}", clauses)
    text = text.replace("payer: Plan", "payers: [A, {name: B, codes: [B2]}]").replace(
        "2019-12-31", "2029-12-31"
    )
    known = facts([], A_THEN_B, payer="A", index_date="2025-09-15")
    assert ask(text, known, LATE)["statuses"][0]["status"] == "not_met"
    known["coverage"][1]["from_date"] = "2027-07-02"
    assert ask(text, known, LATE)["statuses"][0]["decided_on"] == "2027-07-01"
    known["coverage"][0]["payer"] = "C"
    assert [one["failed"] for one in ask(text, known, LATE)["not_eligible"]] == ["coverage"]


def test_one_payer_may_end() -> None:
    text = contract(
        clauses='payments:\n  - {id: p, clause: "1", due: day 10, amount: 5, if_payer_changes: ends}'
    )

    assert amounts(ask(text, facts([], [span(0, 9)]), 60)) == []
    assert amounts(ask(text, facts([], [span(0, 10)]), 60)) == ["p.1 2018-01-11 5.00"]
