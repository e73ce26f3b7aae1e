"""Hand-worked lines: the worked examples and settlement of the pages, series, shares, limits, rounding."""

from datetime import date

import pytest

from tests.oracle import AmountError, Facts
from tests.oracle.cases import amounts, ask, but, contract, day, facts, result, status
from tests.oracle.evidence import Row

WHOLE = """\
contract: kymriah-us-day30
title: Tisagenlecleucel, paid for remission by day 30
parties: {manufacturer: Novartis, payer: Example Health Plan}
currency: USD
in_force: {from: 2017-09-01, to: 2019-12-31}
product: {name: tisagenlecleucel, codes: [Q2042]}
sources: [seed scenario of $649,000; press release of 2017-08-30]
terms:
  price: 649000.00
  refund_share: 100%
eligible: age_at_index <= 25 and diagnosis in ("C91.00", "C91.02") and rems_certified
defaults:
  if_missing: not_met
  if_died: {related: not_met, unrelated: not_evaluable, unknown: not_met}
  if_coverage_ends: ignore
  if_tied: worst
  late_evidence: reopen
outcomes:
  remission:
    clause: "3.1"
    measure: disease_status
    window: [day 0, day 30]
    met_if: {any: [CR, CRi]}
    decided: day 60
payments:
  - {id: infusion, clause: "4.1", due: index, amount: price}
refunds:
  - {id: no_remission, clause: "4.2", if: remission is not_met, amount: refund_share of paid}
limits:
  - {id: refund_cap, clause: "4.3", of: refunds, per: treatment, at_most: price}
settlement: {every: month, pay_within: 38 days, residual: last}
"""


def kymriah(indexes: list[str], outcomes: list[Row]) -> Facts:
    """Treatments T1, T2 … of patients P1, P2 …, all eligible."""
    common: Row = {"product": "Q2042", "payer": "Example Health Plan", "diagnosis": "C91.02"}
    common |= {"birth_date": "2006-05-01", "rems_certified": "true"}
    rows = [
        but(common, treatment_id=f"T{n}", patient_id=f"P{n}", index_date=index)
        for n, index in enumerate(indexes, start=1)
    ]
    return {"treatments": rows, "outcomes": outcomes, "coverage": []}


def row(patient: str, on: str, value: str, known: str, **more: str) -> Row:
    """An assessment of disease status."""
    return {
        "patient_id": patient,
        "measure": "disease_status",
        "effective_date": on,
        "value": value,
        "known_on": known,
        **more,
    }


def test_worked_examples() -> None:
    on_day_30 = kymriah(["2018-01-01"], [row("P1", "2018-01-31", "CR", "2018-01-31")])
    before = ask(WHOLE, on_day_30, date(2018, 1, 30))
    assert (status(before), before["net"], before["refunds"]) == ("pending", "649000.00", "0.00")
    assert before["held"] == [{"treatment_id": "T1", "clause": "no_remission", "n": 1, "group": None}]
    after = ask(WHOLE, on_day_30, date(2018, 1, 31))
    assert (status(after), after["net"], after["held"]) == ("met 30", "649000.00", [])

    nothing = kymriah(["2018-01-01"], [])
    assert ask(WHOLE, nothing, date(2018, 3, 1))["net"] == "649000.00"
    decided = ask(WHOLE, nothing, date(2018, 3, 2))
    assert status(decided) == "not_met 60"
    assert amounts(decided) == ["infusion.1 2018-01-01 649000.00", "no_remission.1 2018-03-02 -649000.00"]
    assert decided["net"] == "0.00"


def test_worked_settlement() -> None:
    cr = row("P1", "2018-01-29", "CR", "2018-02-03", record_id="r1")
    seen = kymriah(
        ["2018-01-01", "2018-01-10", "2018-01-20"],
        [
            cr,
            row("P2", "2018-02-09", "NR", "2018-02-09", record_id="r2"),
            row("P3", "2018-02-18", "CR", "2018-04-12", record_id="r3"),
            but(cr, status="entered_in_error", known_on="2018-05-04"),
        ],
    )
    balances = {  # 649,000 x (3, 3, 1, 2, 1)
        date(2018, 1, 31): "1947000.00",
        date(2018, 2, 28): "1947000.00",
        date(2018, 3, 31): "649000.00",
        date(2018, 4, 30): "1298000.00",
        date(2018, 5, 31): "649000.00",
    }
    assert {end: ask(WHOLE, seen, end)["net"] for end in balances} == balances
    march = ask(WHOLE, seen, date(2018, 3, 31))
    assert amounts(march)[2:3] + amounts(march)[4:] == [
        "no_remission.1 2018-03-11 -649000.00",
        "no_remission.1 2018-03-21 -649000.00",
    ]
    assert "no_remission.1 2018-03-02 -649000.00" in amounts(ask(WHOLE, seen, date(2018, 5, 31)))


def paid(clauses: str, as_of: date, *, outcomes: list[Row] | None = None, **columns: str) -> list[str]:
    """The lines of clauses over the outcome x (any CR by day 30, decided day 60)."""
    return amounts(ask(contract(clauses=clauses), facts(outcomes, None, **columns), as_of))


def test_thirds_of_649000() -> None:
    text = """payments:
  - {id: p, clause: "1", amount: price, instalments: {first: index, every: 6 months, count: 3}}"""
    # 649,000 / 3 = 216,333.333…: rounded 216,333.33, the last takes 649,000 - 2 x 216,333.33 = 216,333.34;
    # 31 August + 6 months is 28 February, + 12 months 31 August: never chained
    assert paid(text, date(2020, 1, 1), index_date="2018-08-31") == [
        "p.1 2018-08-31 216333.33",
        "p.2 2019-02-28 216333.33",
        "p.3 2019-08-31 216333.34",
    ]
    assert len(paid(text, date(2019, 8, 30), index_date="2018-08-31")) == 2
    first = contract(clauses=text).replace("residual: last", "residual: first")
    assert amounts(ask(first, facts(), date(2020, 1, 1)))[0] == "p.1 2018-01-01 216333.34"


def test_shares() -> None:
    text = """payments:
  - id: p
    clause: "1"
    amount: 100.01
    instalments: {first: day 10, every: 4 weeks, count: 3, shares: [50%, 25%, 25%]}"""
    # 50.005 -> 50.01, 25.0025 -> 25.00, and 100.01 - 75.01 = 25.00
    assert paid(text, day(66)) == ["p.1 2018-01-11 50.01", "p.2 2018-02-08 25.00", "p.3 2018-03-08 25.00"]


YEARLY = """\
outcomes:
  well: {clause: "1", event: relapse, window: [due - 1 year + 1 day, due], met_if: {none: [yes]}}
payments:
  - {id: p, clause: "2", amount: 100, each: [year 1, year 2], if: well is met, on_failure: %s}
"""


def yearly(on_failure: str, *relapses: str) -> tuple[list[str], list[str]]:
    """Statuses and lines on the last due date, 2020-01-01."""
    text = contract().partition("outcomes:")[0] + YEARLY % on_failure
    answer = ask(text, facts([result(on, "yes", "relapse") for on in relapses]), date(2020, 1, 1))
    return [f"{one['outcome']}.{one['n']} {one['status']}" for one in answer["statuses"]], amounts(answer)


def test_series_outcomes_and_on_failure() -> None:
    both = ["p.1 2019-01-01 100.00", "p.2 2020-01-01 100.00"]
    assert yearly("stop") == (["well.1 met", "well.2 met"], both)
    assert yearly("stop", "2019-01-01") == (["well.1 not_met", "well.2 met"], [])
    assert yearly("skip", "2019-01-01") == (["well.1 not_met", "well.2 met"], both[1:])
    assert yearly("stop", "2019-01-02") == (["well.1 met", "well.2 not_met"], both[:1])


def test_a_series_that_two_clauses_use_is_named_by_each() -> None:
    text = contract().partition("outcomes:")[0] + YEARLY % "skip"
    text += """refunds:
  - {id: r, clause: "3", amount: 1, each: [year 1], if: well is not_met, on_failure: skip}"""
    names = [f"{one['outcome']}.{one['n']}" for one in ask(text, facts(), 5)["statuses"]]
    assert names == ["p.well.1", "p.well.2", "r.well.1"]


CONDITIONS = [
    ("x is met", [10], "2018-01-11"),
    ("x is met and certified", [10], "2018-01-11"),
    ("x is met or certified", [10], "2018-01-01"),
    ("x is not_met or certified", [], "2018-01-01"),  # TRUE with its first true part, x pending or not
    ("not (x is not_met)", [10], "2018-01-11"),
    ("at_least 2 of (x is met, certified, barred)", [10], "2018-01-11"),
    ("not (x is not_met and certified)", [10], "2018-01-11"),  # FALSE with its first false part
    ("x is met and empty", [10], ""),
    ("weight >= 10.5", [], "2018-01-01"),
    ("weight > 10.5", [], ""),
    ("empty >= 1", [], ""),
    ("certified = true", [], "2018-01-01"),
    ("certified != false and barred = false", [], "2018-01-01"),
    ("certified = false", [], ""),
    ("empty = false", [], ""),
]


@pytest.mark.parametrize(("condition", "crs", "due"), CONDITIONS)
def test_conditions_and_the_day_they_hold(condition: str, crs: list[int], due: str) -> None:
    text = f'payments:\n  - {{id: p, clause: "1", amount: 5, if: "{condition}"}}'
    seen = [result(on, "CR") for on in crs]
    lines = paid(text, day(59), outcomes=seen, certified="True", weight="10.50", empty="")
    assert lines == ([f"p.1 {due} 5.00"] if due else [])


DUES = [
    ("due: index, if: x is met", "2018-01-11"),  # the later of due and the day the condition became TRUE
    ("due: day 20, if: x is met", "2018-01-21"),
    ("due: x.decided + 1 month", "2018-02-11"),
    ("due: month 1 - 2 days", "2018-01-30"),
]


@pytest.mark.parametrize(("words", "due"), DUES)
def test_due_days(words: str, due: str) -> None:
    text = f'payments:\n  - {{id: p, clause: "1", amount: 5, {words}}}'
    seen = [result(10, "CR")]
    assert paid(text, date.fromisoformat(due), outcomes=seen) == [f"p.1 {due} 5.00"]
    assert paid(text, date.fromordinal(date.fromisoformat(due).toordinal() - 1), outcomes=seen) == []


AMOUNTS = [
    ("80% of price", "519200.00"),
    ("price / 3", "216333.33"),
    ("0.125", "0.13"),  # half up
    ("2.25 * 0.5", "1.13"),
    ("min(price, invoiced) - 2 * (1 + 1)", "999.35"),  # 1003.35 - 4
    ("months_between(index, x.date) * 10", "0.00"),
    ("days_between(index, x.date)", "10.00"),
    ("max(0, x.count - 1) * 7", "7.00"),
]


@pytest.mark.parametrize(("amount", "expected"), AMOUNTS)
def test_amounts(amount: str, expected: str) -> None:
    text = f'payments:\n  - {{id: p, clause: "1", due: index, amount: "{amount}"}}'
    seen = [result(10, "CR"), result(12, "CRi")]
    lines = paid(text, day(60), outcomes=seen, amount="1003.35")
    assert lines == ([f"p.1 2018-01-01 {expected}"] if expected != "0.00" else [])


@pytest.mark.parametrize(
    "amount", ["x.value", "x.date", "1 / (x.count - 2)", "1 - x.count", "units", "invoiced"]
)
def test_an_amount_that_is_none(amount: str) -> None:
    text = f'payments:\n  - {{id: p, clause: "1", due: day 20, amount: "{amount}"}}'
    seen = [result(10, "CR"), result(12, "CRi")]
    assert paid(text, day(19), outcomes=seen) == []
    with pytest.raises(AmountError) as refused:
        paid(text, day(20), outcomes=seen)
    assert (refused.value.treatment_id, refused.value.clause) == ("T1", "p")


@pytest.mark.parametrize(
    ("currency", "expected"), [("USD", "0.33"), ("JPY", ""), ("KWD", "0.333"), ("CLF", "0.3333")]
)
def test_minor_units(currency: str, expected: str) -> None:
    text = contract(
        clauses='payments:\n  - {id: p, clause: "1", due: index, amount: 1 / 3}', currency=currency
    )
    assert amounts(ask(text, facts(), 0)) == ([f"p.1 2018-01-01 {expected}"] if expected else [])


PAID = """payments:
  - {id: a, clause: "1", due: index, amount: 100}
  - {id: b, clause: "2", due: day 60, amount: 50}
  - {id: c, clause: "3", due: day 61, amount: 25}
refunds:
  - {id: r, clause: "4", if: x is not_met, amount: 50% of paid}
"""


def test_paid_is_what_fell_due_by_the_lines_own_day() -> None:
    # r falls due on day 60: half of 100 + 50, also when asked later
    assert paid(PAID, day(90))[-1] == "r.1 2018-03-02 -75.00"


def test_limits_in_their_order() -> None:
    caps = """limits:
  - {id: cap_b, clause: "5", of: [b], per: treatment, at_most: 20}
  - {id: floor, clause: "6", of: payments, per: treatment, at_least: 150}
  - {id: cap, clause: "7", of: refunds, per: treatment, at_most: 60}
"""
    # day 60: 100 + 50, b capped by -30; 100 + 50 - 30 = 120, the floor adds 30; refund 75 capped by +15
    assert paid(PAID + caps, day(60))[2:5] == [
        "cap.1 2018-03-02 15.00",
        "cap_b.1 2018-03-02 -30.00",
        "floor.1 2018-03-02 30.00",
    ]
    # day 61: 145 + 5
    assert "floor.1 2018-03-03 5.00" in paid(PAID + caps, day(61))
    assert ask(contract(clauses=PAID + caps), facts(), 61)["net"] == "90.00"  # 150 - 60


def test_dated_terms_are_read_on_the_index_date() -> None:
    text = contract(clauses='payments:\n  - {id: p, clause: "1", due: index, amount: price}')
    text = text.replace("price: 649000.00", "price: {2017-09-01: 475000.00, 2019-01-01: 649000.00}")
    for index, expected in (("2018-12-31", "475000.00"), ("2019-01-01", "649000.00")):
        assert ask(text, facts(index_date=index), date(2019, 6, 1))["net"] == expected
