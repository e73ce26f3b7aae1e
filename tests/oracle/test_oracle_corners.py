"""Hand-worked corners: days in forgiven gaps, FALSE days, comparisons, held lines, limits over one set."""

from datetime import date

import pytest

from tests.oracle import AmountError
from tests.oracle.cases import amounts, ask, contract, facts, result, span, status

GAP_ROWS = [
    # covered to day 9, then from day 15: five uncovered days, forgiven; day 10 is the first of them
    (9, 60, "met 9"),
    (10, 60, "met 10"),  # a row of that very day comes before the gap
    (11, 14, "pending"),
    (11, 60, "met 15"),
    (14, 60, "met 15"),
    (15, 60, "met 15"),
]


@pytest.mark.parametrize(("on", "as_of", "expected"), GAP_ROWS)
def test_rows_around_a_forgiven_gap(on: int, as_of: int, expected: str) -> None:
    seen = facts([result(on, "CR")], [span(0, 9), span(15, None)])
    assert status(ask(contract(gap="5 days"), seen, as_of)) == expected


@pytest.mark.parametrize(("last", "expected"), [(59, "not_met 70"), (60, "not_met 60"), (29, "not_met 70")])
def test_the_decided_day_around_a_forgiven_gap(last: int, expected: str) -> None:
    # a window to day 60, decided that day; day 60 is uncovered from last = 59 on, the next span is day 70
    text = contract("{measure: response, window: [day 0, day 60], met_if: {last: [CR]}}", gap="40 days")
    assert status(ask(text, facts([result(5, "NR")], [span(0, last), span(70, None)]), 90)) == expected


def test_the_index_date_may_be_the_last_covered_day() -> None:
    answer = ask(contract(), facts([], [span(-5, 0)]), 60)
    assert (answer["not_eligible"], status(answer)) == ([], "not_evaluable 1")


def test_loss_known_in_time_and_known_late() -> None:
    text = contract(
        "{measure: response, window: [day 0, day 30], met_if: {last: [CR]}, late_evidence: stand}"
    )
    for known, expected in (("2018-01-31", "not_evaluable 10"), ("2018-02-01", "met 30")):
        ended = span(0, 9, known_on=known)
        running = span(0, None, known_on="2018-01-01")
        assert status(ask(text, facts([result(5, "CR")], [running, ended]), 90)) == expected


NUMBERS = [
    ("any: {at_least: 7.0}", "7.00", "met 5"),
    ("any: {at_least: 7.0}", "6.99", "not_met 60"),
    ("any: {at_most: 7.0}", "high", "not_evaluable 60"),
    ("any: {at_most: 7.0}", "1e0", "not_evaluable 60"),
    ("any: {at_most: -1.5}", "-1.50", "met 5"),
]


@pytest.mark.parametrize(("met_if", "value", "expected"), NUMBERS)
def test_numbers(met_if: str, value: str, expected: str) -> None:
    said = "{measure: response, window: [day 0, day 30], decided: day 60, if_missing: not_evaluable, met_if: {%s}}"
    assert status(ask(contract(said % met_if), facts([result(5, value)]), 60)) == expected


TWO = """measure: response, window: [day 0, day 30], decided: day 60, met_if: {any: [CR, CRi]}}
  y: {event: admission, window: [day 0, day 90]"""
FALSE_DAYS = [
    # x is met on day 10, y (admitted) on day 20: so x is not_met is FALSE on 10, y is not_met on 20
    ("not (x is not_met and y is not_met)", "2018-01-11"),  # FALSE with its first false part
    ("not (x is not_met or y is not_met)", "2018-01-21"),  # with its last
    ("not (at_least 2 of (x is not_met, y is not_met, certified))", "2018-01-21"),  # 1 of 3 is left
    ("not (at_least 3 of (x is not_met, y is not_met, certified))", "2018-01-11"),
    ("x is met and x.count >= 1", "2018-01-11"),
    ("y.count > 0", "2018-01-21"),
    ("y.count < 1", ""),
    ("y.count <= 1", "2018-01-21"),
    ("index <= x.date", "2018-01-11"),
    ('site = "A"', "2018-01-01"),
    ('site != "A"', ""),
    ("unknown = 1", ""),
    ("floor in (1, 2)", "2018-01-01"),
]


@pytest.mark.parametrize(("condition", "due"), FALSE_DAYS)
def test_the_day_a_condition_became_true(condition: str, due: str) -> None:
    clauses = f"payments:\n  - {{id: p, clause: '1', amount: 5, if: {condition!r}}}"
    seen = [result(10, "CR"), result(20, "", "admission")]
    answer = ask(
        contract("{" + TWO + "}", clauses), facts(seen, None, certified="true", site="A", floor="2"), 90
    )
    assert amounts(answer) == ([f"p.1 {due} 5.00"] if due else [])


HELD = [
    ("due: index, amount: 5, if: x is met", True),
    ("due: x.decided, amount: 5", True),
    ("due: index, amount: 5 * x.count", True),
    ("due: year 1, amount: 5, if: x is met", True),
    ("due: index, amount: 5, if: x is met and barred", False),  # FALSE already
    ("due: year 1, amount: 5", False),
    ("due: index, amount: 5, if: empty", True),
]


@pytest.mark.parametrize(("words", "held"), HELD)
def test_held(words: str, held: bool) -> None:
    answer = ask(contract(clauses=f"payments:\n  - {{id: p, clause: '1', {words}}}"), facts(), 59)
    assert answer["held"] == ([{"treatment_id": "T1", "clause": "p", "n": 1, "group": None}] if held else [])
    assert held is False or answer["lines"] == []


def test_two_limits_over_the_same_clauses() -> None:
    clauses = """payments:
  - {id: p, clause: '1', due: index, amount: 100}
limits:
  - {id: a, clause: '2', of: [p], per: treatment, at_most: 80}
  - {id: b, clause: '3', of: payments, per: treatment, at_most: 70.005}
  - {id: c, clause: '4', of: [p], per: treatment, at_least: 0}
"""
    # 100 - 20 = 80, bound 70.005 -> 70.01, so -9.99
    lines = amounts(ask(contract(clauses=clauses), facts(), 0))
    assert lines == ["a.1 2018-01-01 -20.00", "b.1 2018-01-01 -9.99", "p.1 2018-01-01 100.00"]


def test_instalments_that_leave_less_than_nothing_for_the_last() -> None:
    # 0.05 in ten parts: 0.005 is 0.01 each, nine of them 0.09, which leaves -0.04
    text = """payments:
  - {id: p, clause: "1", amount: 0.05, instalments: {first: index, every: 1 month, count: 10}}"""
    assert len(ask(contract(clauses=text), facts(), date(2018, 9, 30))["lines"]) == 9
    with pytest.raises(AmountError):
        ask(contract(clauses=text), facts(), date(2018, 10, 1))


def test_wrapped_eligible_is_one_part() -> None:
    for words, failed in (
        ("(certified and site in ('A'))", "(certified and site in ('A'))"),
        ("(certified or barred) and site in ('A')", "(certified or barred)"),
        ("certified and (barred or certified)", "certified"),
    ):
        answer = ask(contract(eligible=f'"{words}"'), facts([], None, certified="false", site="A"), 5)
        assert answer["not_eligible"] == [{"treatment_id": "T1", "failed": failed, "undetermined": False}]
