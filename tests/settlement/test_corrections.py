"""What comes late is corrected by difference: a row before others of a `for_each`, an amendment of the past."""

from collections.abc import Iterator, Sequence
from datetime import date

import duckdb
import pytest

from engine.feeds.rows import facts_from_rows
from engine.kernel.dates import Period
from engine.language.reader import read_contract_text
from engine.ledger.postings import Ledger
from engine.settlement.building import build_statement
from engine.settlement.settle import Settlement, post, preview
from engine.settlement.statement_parts import DataQuality
from tests.clauses.answers import HEAD, Row, outcome, treatment

Posted = list[tuple[int, str, int, str, str, str]]  # n, due, cents, kind, period it belongs to, reason
DOSES = """outcomes:
  dose: {event: infusion, window: [day 0, year 1]}
payments:
  - {id: p, clause: "1", for_each: dose, amount: dose.value}
"""


def settled(text: str, outcomes: Sequence[Row], count: int) -> Iterator[tuple[Settlement, Ledger]]:
    """The previews of the first months of 2018, each posted before the next."""
    connection = duckdb.connect()
    rows = {"treatments": [treatment()], "outcomes": outcomes, "coverage": []}
    facts, report = facts_from_rows(rows, connection=connection)
    assert not report.quarantine
    ledger = Ledger(connection)
    ledger.prepare()
    contract = read_contract_text(text, "c.yaml")
    for month in range(1, count + 1):
        period = Period(2018, month)
        settlement = preview(contract, facts, ledger, period, period.last, 0)
        yield settlement, ledger
        post(settlement, ledger, "", date(2030, 1, 1))


def months(text: str, outcomes: Sequence[Row], count: int) -> list[Posted]:
    """What each month posts."""
    query = "SELECT n, due::VARCHAR, amount, kind, line_period, because FROM differences ORDER BY n"
    return [settlement.owed.rows(query) for settlement, _ in settled(text, outcomes, count)]


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


def test_a_treatment_is_open_while_rows_that_are_lines_may_come() -> None:
    text = HEAD + DOSES.replace("year 1", "day 58")  # 2018-02-28
    statements = [
        build_statement(settlement, ledger, DataQuality())
        for settlement, ledger in settled(text, [dose("2018-01-10", "100", "2018-01-10", "a")], 2)
    ]
    assert [s.to_date.open for s in statements] == [1, 0]
    assert [line.arithmetic for line in statements[0].lines] == ["dose.value 100 = 100.00"]
    assert [line.evidence for line in statements[0].lines] == [("a",)]
    assert [c.says for c in statements[0].clauses] == ["dose.value, for each dose"]


@pytest.mark.parametrize(
    ("amount", "least", "most"),
    [
        ("table: {by: relapse.count, rows: [{below: 2, amount: 80% of paid}, {otherwise: 100% of paid}]}", -10_000, 0),
        ("table: {by: relapse.count, rows: [{below: 2, amount: 80}, {otherwise: relapse.count}]}", -8_000, 0),
        ("instalments: {first: day 31, every: 1 month, count: 2}, "
         "table: {by: relapse.count, rows: [{below: 2, amount: 80}, {otherwise: 9}]}", -8_000, 0),
        ("amount: 50% of paid", -5_000, 0),
        ("amount: relapse.count", 0, 0),
    ],
)  # fmt: skip
def test_what_is_pending_is_worth_what_a_row_may_give(amount: str, least: int, most: int) -> None:
    series = ", on_failure: skip" if "instalments" in amount else ""
    text = f"""{HEAD}outcomes:
  relapse: {{event: relapse, window: [day 0, day 40]}}
payments:
  - {{id: p, clause: "1", due: index, amount: 100}}
refunds:
  - {{id: r, clause: "2", if: relapse is not_met{series}, {amount}}}
"""
    ((settlement, ledger),) = settled(text, [], 1)
    (waiting,) = build_statement(settlement, ledger, DataQuality()).pending
    assert (waiting.outcome, waiting.exposure_least_minor, waiting.exposure_most_minor) == (
        "relapse",
        least,
        most,
    )
