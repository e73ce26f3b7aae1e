"""Hand-worked tables, tiers, amendments, lines for each row, and series that count from a decided day."""

from datetime import date

import pytest

from tests.oracle import AmountError
from tests.oracle.cases import amounts, ask, contract, day, facts, result
from tests.oracle.evidence import Row


def paid(amount: str, as_of: int | date = 60, outcomes: list[Row] | None = None, **columns: str) -> list[str]:
    """The lines of one payment due on the index date."""
    text = contract(clauses=f'payments:\n  - {{id: p, clause: "1", due: index, {amount}}}')
    return amounts(ask(text, facts(outcomes, None, **columns), as_of))


MONTHS = (
    "table: {by: units, rows: [{below: 12, amount: 100}, {at_most: 24, amount: price / 4}, {otherwise: 0}]}"
)
ROWS = [
    ("11.99", "100.00"),
    ("12", "162250.00"),
    ("24", "162250.00"),
    ("24.01", ""),
    ("-1", "100.00"),
]


@pytest.mark.parametrize(("units", "expected"), ROWS)
def test_the_first_row_that_fits(units: str, expected: str) -> None:
    assert paid(MONTHS, units=units) == ([f"p.1 2018-01-01 {expected}"] if expected else [])
    assert paid(f"amount: {{{MONTHS}}}", units=units) == paid(MONTHS, units=units)


def test_only_the_row_that_fits_is_worked_out() -> None:
    text = "table: {by: units, rows: [{above: 2, amount: 1 / (units - 2)}, {at_least: price, amount: 1}, "
    text += "{otherwise: empty}]}"
    assert paid(text, units="4") == ["p.1 2018-01-01 0.50"]
    for units in ("2", ""):
        with pytest.raises(AmountError):
            paid(text, units=units)


def test_a_table_that_reads_a_pending_outcome_is_held() -> None:
    table = "table: {by: units, rows: [{below: 2, amount: 5}, {otherwise: x.count * 100}]}"
    text = contract(clauses=f'payments:\n  - {{id: p, clause: "1", due: index, {table}}}')
    assert ask(text, facts(units="1"), 59)["held"] != []
    assert amounts(ask(text, facts(units="1"), 60)) == ["p.1 2018-01-01 5.00"]


BANDS = "tiers: marginal, rows: [{below: 10, amount: 5}, {below: 20, amount: 3}, {otherwise: 1 / units}]"
TIERS = [("0", ""), ("9.5", "47.50"), ("10", "50.00"), ("12", "56.00"), ("20", "80.00"), ("40", "80.50")]


@pytest.mark.parametrize(("units", "expected"), TIERS)
def test_marginal_tiers(units: str, expected: str) -> None:
    # 40: 10 x 5 + 10 x 3 + 20 x 1/40; at 0 and 9.5 1 / units is not worked out
    table = f"table: {{by: units, {BANDS}}}"
    assert paid(table, units=units) == ([f"p.1 2018-01-01 {expected}"] if expected else [])
    with pytest.raises(AmountError):
        paid(table, units="-1")


AMENDED = """payments:
  - {id: p, clause: "1", due: index, amount: price}
amendments:
  - {id: A1, clause: A1, signed: 2018-06-15, effective: 2018-03-01, set: {terms.price: 500}}
  - {id: A2, clause: A2, signed: 2018-06-20, effective: 2018-09-01, set: {terms.price: 400}}
"""
SIGNED = [
    # index date, known by, price: dated 100 from September 2017, 200 from May 2018, 300 from October 2018
    ("2018-02-28", "2019-01-01", "100.00"),
    ("2018-03-01", "2018-06-14", "100.00"),
    ("2018-03-01", "2018-06-15", "500.00"),
    ("2018-05-01", "2018-06-14", "200.00"),
    ("2018-05-01", "2018-06-15", "500.00"),  # over all dated values, those of a later day too
    ("2018-10-01", "2018-06-19", "500.00"),
    ("2018-10-01", "2018-06-20", "400.00"),  # until a later-effective one
]


@pytest.mark.parametrize(("index", "known_by", "expected"), SIGNED)
def test_amendments(index: str, known_by: str, expected: str) -> None:
    text = contract(clauses=AMENDED).replace(
        "price: 649000.00", "price: {2017-09-01: 100, 2018-05-01: 200, 2018-10-01: 300}"
    )
    answer = ask(text, facts(index_date=index), date(2019, 1, 1), date.fromisoformat(known_by))
    assert answer["net"] == expected


def packs(words: str, amount: str = "100", kind: str = "event: pack") -> str:
    """A payment for each row of x, of days 0 to 90."""
    outcome = f"{{{kind}, window: [day 0, day 90], met_if: {{count: {{at_least: 3}}}}}}"
    return contract(outcome, f'payments:\n  - {{id: p, clause: "1", for_each: x, amount: "{amount}"{words}}}')


PACKS = [(-1, "1"), (0, "5"), (30, "12"), (30, "9"), (90, "7"), (91, "2")]
THREE = [result(on, value, "pack", record_id=f"r{value}") for on, value in PACKS]


def test_a_line_for_each_row() -> None:
    lines = [f"p.{n} {day(on)} 100.00" for n, on in ((1, 0), (2, 30), (3, 30), (4, 90))]
    assert amounts(ask(packs(""), facts(THREE), 90)) == lines
    assert amounts(ask(packs(""), facts(THREE), 89)) == lines[:3]
    assert amounts(ask(packs(", from: 2, to: 3"), facts(THREE), 90)) == lines[1:3]
    later = amounts(ask(packs(", due: due + 1 month"), facts(THREE), date(2018, 2, 1)))
    assert later == ["p.1 2018-02-01 100.00"]  # day 30 is 31 January; + 1 month is 28 February
    assert len(amounts(ask(packs(", due: due + 1 month"), facts(THREE), date(2018, 2, 27)))) == 1
    assert len(amounts(ask(packs(", due: due + 1 month"), facts(THREE), date(2018, 2, 28)))) == 3


def test_the_row_in_the_amount() -> None:
    # rows of one day by their value as text: 12 before 9
    answer = ask(packs("", "min(x.value, 10) + days_between(index, x.date)"), facts(THREE), 90)
    assert amounts(answer) == [
        "p.1 2018-01-01 5.00",
        "p.2 2018-01-31 40.00",
        "p.3 2018-01-31 39.00",
        "p.4 2018-04-01 97.00",
    ]
    with pytest.raises(AmountError):
        ask(packs("", "x.value"), facts([result(5, "", "pack")]), 90)


def test_for_each_with_a_condition() -> None:
    # met by the third row, on day 30: two lines wait for it, the fourth has its own day
    text = packs(", if: x is met")
    assert amounts(ask(text, facts(THREE), 29)) == []
    assert [one["n"] for one in ask(text, facts(THREE), 29)["held"]] == [1]
    assert amounts(ask(text, facts(THREE), 89)) == [f"p.{n} 2018-01-31 100.00" for n in (1, 2, 3)]
    assert amounts(ask(text, facts(THREE[:2]), 200)) == []
    # what reads the row waits for nothing, the count waits for the outcome
    assert amounts(ask(packs("", "x.value"), facts(THREE[:2]), 5)) == ["p.1 2018-01-01 5.00"]
    assert amounts(ask(packs("", "x.count"), facts(THREE[:2]), 5)) == []


def test_for_each_screens_rows_as_the_outcome_does() -> None:
    test = "measure: response, unit: mg"
    text = packs("", "x.value", test).replace("count: {at_least: 3}", "count: {of: {above: 3}, at_least: 3}")
    values = ["3", "4", "high", ""]
    seen = [result(n, value, record_id=str(n)) for n, value in enumerate(values)]
    seen.append(result(9, "8", unit="g"))
    assert amounts(ask(text, facts(seen), 60)) == ["p.1 2018-01-02 4.00"]
    late = [result(4, "5", known_on=str(day(91)))]
    assert amounts(ask(text, facts(late), 100)) == ["p.1 2018-01-05 5.00"]
    stands = text.replace("late_evidence: reopen", "late_evidence: stand")
    assert amounts(ask(stands, facts(late), 100)) == []
    # a month is read as its first day; death stops nothing
    month = [result("2018-02", "7"), result(10, "related", "death")]
    assert amounts(ask(text, facts(month), 100)) == ["p.1 2018-02-01 7.00"]


SERIES = """\
outcomes:
  x: {measure: response, window: [day 0, day 30], decided: day 60, met_if: {any: [CR]}}
  kept: {event: relapse, window: [due - 1 month + 1 day, due], met_if: {none: [yes]}}
payments:
  - {id: p, clause: "2", amount: 100, each: [x.decided + 1 month, x.decided + 2 months],
     if: x is met and kept is met, on_failure: stop}
"""


def test_a_series_that_counts_from_a_decided_day() -> None:
    text = contract().partition("outcomes:")[0] + SERIES
    seen = [result(9, "CR"), result("2018-03-11", "yes", "relapse")]  # decided on 10 January
    names = [f"{one['outcome']}.{one['n']} {one['status']}" for one in ask(text, facts(seen), 8)["statuses"]]
    assert names == ["kept.1 pending", "kept.2 pending", "x.1 pending"]
    assert amounts(ask(text, facts(seen), date(2018, 2, 9))) == []
    assert amounts(ask(text, facts(seen[:1]), date(2018, 3, 10))) == [
        "p.1 2018-02-10 100.00",
        "p.2 2018-03-10 100.00",
    ]
    before = [seen[0], result("2018-03-10", "yes", "relapse")]
    assert amounts(ask(text, facts(before), date(2018, 3, 10))) == ["p.1 2018-02-10 100.00"]
