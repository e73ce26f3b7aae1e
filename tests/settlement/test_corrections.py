"""What comes late is corrected by difference: a row before others of a `for_each`, an amendment of the past."""

from collections.abc import Sequence
from datetime import date

import duckdb
import pytest

from engine.feeds.rows import facts_from_rows
from engine.kernel.dates import Period
from engine.language.reader import read_contract_text
from engine.ledger.postings import Ledger
from engine.settlement.settle import post, preview
from tests.clauses.answers import HEAD, Row, outcome, treatment

Posted = list[tuple[int, str, int, str, str, str]]  # n, due, cents, kind, period it belongs to, reason
DOSES = """outcomes:
  dose: {event: infusion, window: [day 0, year 1]}
payments:
  - {id: p, clause: "1", for_each: dose, amount: dose.value}
"""


def months(text: str, outcomes: Sequence[Row], count: int) -> list[Posted]:
    """What each of the first months of 2018 posts."""
    connection = duckdb.connect()
    rows = {"treatments": [treatment()], "outcomes": outcomes, "coverage": []}
    facts, report = facts_from_rows(rows, connection=connection)
    assert not report.quarantine
    ledger = Ledger(connection)
    ledger.prepare()
    contract, result = read_contract_text(text, "c.yaml"), []
    for month in range(1, count + 1):
        period = Period(2018, month)
        settlement = preview(contract, facts, ledger, period, period.last, 0)
        lines = settlement.owed.rows(
            "SELECT n, due::VARCHAR, amount, kind, line_period, because FROM differences ORDER BY n"
        )
        post(settlement, ledger, "", date(2030, 1, 1))
        result.append(lines)
    return result


def dose(on: str, value: str, known_on: str, record: str, status: str = "final") -> Row:
    return outcome("infusion", on, value, known_on=known_on, record_id=record, source="s", status=status)


def test_a_dose_that_comes_late_shifts_the_numbers_and_only_the_difference_is_posted() -> None:
    given = months(
        HEAD + DOSES,
        [
            dose("2018-01-10", "100", "2018-01-10", "a"),
            dose("2018-02-10", "300", "2018-02-10", "b"),
            dose("2018-01-20", "200", "2018-03-05", "c"),
            dose("2018-01-20", "200", "2018-04-05", "c", "entered_in_error"),
        ],
        5,
    )
    assert [[line[:5] for line in month] for month in given] == [
        [(1, "2018-01-10", 10_000, "current", "2018-01")],
        [(2, "2018-02-10", 30_000, "current", "2018-02")],
        # now the second is of 200 and the third of 300: 200 more in all
        [
            (2, "2018-01-20", -10_000, "prior_period", "2018-02"),
            (3, "2018-02-10", 30_000, "prior_period", "2018-02"),
        ],
        [
            (2, "2018-02-10", 10_000, "prior_period", "2018-02"),
            (3, "2018-02-10", -30_000, "prior_period", "2018-02"),
        ],
        [],
    ]
    assert given[3][1][-1] == "no longer owed: fewer rows count as dose"
    assert given[2][1][-1] == "dose no. 3 on 2018-02-10"


@pytest.mark.parametrize(("signed", "month"), [("2018-02-28", 2), ("2018-03-01", 3)])
def test_an_amendment_of_the_past_is_settled_in_the_month_it_is_signed(signed: str, month: int) -> None:
    text = f"""{HEAD}terms: {{price: 100}}
amendments:
  - {{id: A1, clause: "A1 §1", signed: {signed}, effective: 2018-01-01, set: {{terms.price: 90}}}}
payments:
  - {{id: p, clause: "1", due: index, amount: price}}
"""
    given = months(text, [], 3)
    assert [line[:5] for line in given[0]] == [(1, "2018-01-01", 10_000, "current", "2018-01")]
    corrected = [line[:5] for line in given[month - 1]]
    assert corrected == [(1, "2018-01-01", -1_000, "prior_period", "2018-01")]
    assert [len(lines) for lines in given].count(0) == 1
