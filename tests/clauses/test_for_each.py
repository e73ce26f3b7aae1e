"""`for_each`: a line for each row of an outcome; its number, day and amount; what is held and refused; settling."""

import pytest

from engine.settlement.explain import explain
from tests.clauses.answers import HEAD, Row, answers, outcome, owed, treatment
from tests.language.contracts import problems

OUTCOMES = """outcomes:
  dose: {event: infusion, window: [day 0, day 30]}
  visit: {measure: visit, window: [day 0, day 30], met_if: {any: {at_least: 5}}, unit: h}
  response: {measure: tumour, window: [day 0, day 30], met_if: {last: [CR]}, decided: day 60}
  taken: {event: dispensed, window: [day 0, day 30], met_if: {days_covered: {at_least: 80%}}}
  paid_up: {event: x, window: [due, due + 1 day]}
"""
T = [treatment()]
PER_DOSE = "{id: p, clause: '1', for_each: dose, amount: 10}"


def paying(clause: str = PER_DOSE, more: str = "", head: str = HEAD) -> str:
    outcomes = OUTCOMES if "paid_up is" in clause + more else OUTCOMES[: OUTCOMES.index("  paid_up")]
    return f"{head}{outcomes}payments:\n  - {clause}\n{more}"


def doses(*days: str, value: str | None = None) -> list[Row]:
    return [outcome("infusion", day, value) for day in days]


# --- which rows are lines


def test_each_row_of_the_window_is_a_line_on_its_day() -> None:
    rows = doses("2018-01-31", "2017-12-31", "2018-01-01", "2018-02-01", "2018-01-15")
    assert answers(paying(), T, rows).of("p") == [
        (1, "2018-01-01", "10.00"), (2, "2018-01-15", "10.00"), (3, "2018-01-31", "10.00"),
    ]  # fmt: skip


@pytest.mark.parametrize(("as_of", "lines"), [("2018-01-14", 0), ("2018-01-15", 1), ("2018-01-16", 1)])
def test_a_row_counts_from_its_day(as_of: str, lines: int) -> None:
    assert len(answers(paying(), T, doses("2018-01-15"), as_of=as_of).lines) == lines


@pytest.mark.parametrize(("known_by", "lines"), [("2018-03-01", 0), ("2018-03-02", 1)])
def test_a_row_counts_from_the_day_it_is_known(known_by: str, lines: int) -> None:
    rows = [outcome("infusion", "2018-01-15", known_on="2018-03-02")]
    assert len(answers(paying(), T, rows, as_of="2018-03-03", known_by=known_by).lines) == lines


# value, unit, and whether a row of it is a line: the test is at least 5 hours
SCREENED = [
    ("5", "h", True), ("4.999999999", "h", False), ("5", "min", False), ("5", None, True), ("five", "h", False),
    (None, "h", False), ("1234567890123456789012", "h", False),
]  # fmt: skip


@pytest.mark.parametrize(("value", "unit", "is_line"), SCREENED)
def test_rows_are_screened_and_tested_as_for_the_outcome(
    value: str | None, unit: str | None, is_line: bool
) -> None:
    text = paying("{id: p, clause: '1', for_each: visit, amount: visit.value * 2}")
    given = answers(text, T, [outcome("visit", "2018-01-15", value, unit=unit)])
    assert given.lines == ([("p", 1, "2018-01-15", "10.00")] if is_line else [])


def test_the_latest_version_of_a_record_is_the_line_and_one_in_error_is_none() -> None:
    text = paying("{id: p, clause: '1', for_each: visit, amount: visit.value}")
    first = outcome("visit", "2018-01-15", "5", record_id="r", source="s", unit="h")
    again = {**first, "value": "7", "effective_date": "2018-01-16", "known_on": "2018-02-01"}
    gone = {**again, "status": "entered_in_error", "known_on": "2018-03-01"}
    rows = [first, again, gone]
    given = [answers(text, T, rows, known_by=day).lines for day in ("2018-01-31", "2018-02-01", "2018-03-01")]
    assert given == [[("p", 1, "2018-01-15", "5.00")], [("p", 1, "2018-01-16", "7.00")], []]


def test_late_rows_of_an_outcome_that_stands_are_no_lines() -> None:
    text = paying(head=HEAD.replace("reopen", "stand"))  # decided on day 30, 2018-01-31
    rows = [outcome("infusion", "2018-01-15", known_on=day) for day in ("2018-01-31", "2018-02-01")]
    assert len(answers(text, T, rows).lines) == 1
    assert len(answers(paying(), T, rows).lines) == 2


def test_death_does_not_stop_rows() -> None:
    head = HEAD.replace("if_died: ignore", "if_died: not_met")
    rows = [*doses("2018-01-20"), outcome("death", "2018-01-10")]
    assert answers(paying(head=head), T, rows).of("p") == [(1, "2018-01-20", "10.00")]


def test_a_row_without_a_treatment_is_a_line_of_each_of_the_patient() -> None:
    two = [treatment(), treatment("2018-01-02", treatment_id="U")]
    rows = [outcome("infusion", "2018-01-02", treatment_id=None), outcome("infusion", "2018-01-01")]
    given = answers(paying(), two, rows)
    assert given.of("p") == [
        (1, "2018-01-01", "10.00"),
        (1, "2018-01-02", "10.00"),
        (2, "2018-01-02", "10.00"),
    ]


def test_a_date_that_is_only_a_month_is_its_first_day() -> None:
    assert answers(paying(), T, [outcome("infusion", "2018-01", known_on="2018-02-01")]).of("p") == [
        (1, "2018-01-01", "10.00")
    ]


# --- numbers


def test_lines_are_numbered_by_date_then_value_as_text_then_place_in_the_feed() -> None:
    text = paying("{id: p, clause: '1', for_each: dose, amount: \"min(dose.value, 1000)\"}")
    rows = [
        outcome("infusion", day, value)
        for day, value in (
            ("2018-01-03", "1"), ("2018-01-02", "9"), ("2018-01-02", "10"), ("2018-01-02", "9"), ("2018-01-01", "5"),
        )
    ]  # fmt: skip
    assert [(n, a) for n, _, a in answers(text, T, rows).of("p")] == [
        (1, "5.00"), (2, "10.00"), (3, "9.00"), (4, "9.00"), (5, "1.00"),
    ]  # fmt: skip


def test_a_row_without_a_value_comes_first_on_its_day() -> None:
    text = paying("{id: p, clause: '1', for_each: dose, from: 2, amount: dose.value}")
    rows = [outcome("infusion", "2018-01-02", "7"), outcome("infusion", "2018-01-02")]
    assert answers(text, T, rows).of("p") == [(2, "2018-01-02", "7.00")]


BOUNDS = [
    ("", [1, 2, 3, 4]), ("from: 1, ", [1, 2, 3, 4]), ("from: 2, ", [2, 3, 4]), ("from: 4, ", [4]), ("from: 5, ", []),
    ("to: 1, ", [1]), ("to: 3, ", [1, 2, 3]), ("to: 9, ", [1, 2, 3, 4]), ("from: 2, to: 3, ", [2, 3]),
    ("from: 3, to: 3, ", [3]),
]  # fmt: skip


@pytest.mark.parametrize(("bounds", "numbers"), BOUNDS)
def test_from_and_to_keep_the_numbers(bounds: str, numbers: list[int]) -> None:
    text = paying(f"{{id: p, clause: '1', for_each: dose, {bounds}amount: 10}}")
    rows = doses("2018-01-01", "2018-01-02", "2018-01-03", "2018-01-04")
    assert answers(text, T, rows).of("p") == [(n, f"2018-01-0{n}", "10.00") for n in numbers]


# --- days


@pytest.mark.parametrize(
    ("due", "day"),
    [("due", "2018-01-31"), ("due + 30 days", "2018-03-02"), ("due + 1 month", "2018-02-28"), ("due + 1 year - 1 day",
     "2019-01-30")],
)  # fmt: skip
def test_a_line_falls_due_so_long_after_its_row(due: str, day: str) -> None:
    text = paying(f"{{id: p, clause: '1', for_each: dose, due: {due}, amount: 10}}")
    assert answers(text, T, doses("2018-01-31")).of("p") == [(1, day, "10.00")]
    assert answers(text, T, doses("2018-01-31"), as_of=day).of("p") == [(1, day, "10.00")]


def test_a_line_is_not_owed_before_it_falls_due() -> None:
    text = paying("{id: p, clause: '1', for_each: dose, due: due + 30 days, amount: 10}")
    given = answers(text, T, doses("2018-01-31"), as_of="2018-03-01")
    assert (given.lines, given.held) == ([], [])


CONDITIONAL = "{id: p, clause: '1', for_each: dose, if: response is met, amount: 10}"
TWO = doses("2018-01-02", "2018-01-20")


def test_with_a_condition_each_falls_due_on_the_later_day() -> None:
    text = paying(CONDITIONAL.replace("amount", "due: due + 50 days, amount"))
    rows = [*TWO, outcome("tumour", "2018-01-10", "CR")]  # decided on 2018-03-02
    given = answers(text, T, rows)
    assert given.of("p") == [(1, "2018-03-02", "10.00"), (2, "2018-03-11", "10.00")]


def test_while_the_condition_is_pending_every_line_is_held() -> None:
    rows = [*TWO, outcome("tumour", "2018-01-10", "CR")]
    given = answers(paying(CONDITIONAL), T, rows, as_of="2018-03-01")
    assert (given.lines, given.held) == ([], [("p", 1), ("p", 2)])
    given = answers(paying(CONDITIONAL), T, rows, as_of="2018-01-19")
    assert given.held == [("p", 1)]


def test_where_the_condition_is_false_nothing_is_owed() -> None:
    given = answers(paying(CONDITIONAL), T, TWO)
    assert (given.lines, given.held) == ([], [])


# --- amounts


def test_value_and_date_are_the_rows_own_even_while_the_outcome_is_pending() -> None:
    text = paying(
        "{id: p, clause: '1', for_each: visit, amount: \"visit.value + days_between(index, visit.date)\"}"
    )
    rows = [outcome("visit", "2018-01-03", "6", unit="h"), outcome("visit", "2018-01-05", "7", unit="h")]
    assert answers(text, T, rows, as_of="2018-01-05").of("p") == [
        (1, "2018-01-03", "8.00"),
        (2, "2018-01-05", "11.00"),
    ]


def test_a_count_is_the_outcomes_and_waits_for_it() -> None:
    text = paying("{id: p, clause: '1', for_each: response, amount: 10 / response.count}")
    rows = [outcome("tumour", "2018-01-03", "CR"), outcome("tumour", "2018-01-05", "CR")]
    assert answers(text, T, rows, as_of="2018-03-01").held == [("p", 1), ("p", 2)]
    assert answers(text, T, rows, as_of="2018-03-02").of("p") == [
        (1, "2018-01-03", "5.00"),
        (2, "2018-01-05", "5.00"),
    ]


def test_a_row_without_a_number_is_an_error_of_its_line_alone() -> None:
    text = paying("{id: p, clause: '1', for_each: dose, amount: dose.value}")
    given = answers(text, T, [outcome("infusion", "2018-01-02", "7"), *doses("2018-01-03", "2018-01-04")])
    assert (given.of("p"), given.failures) == ([(1, "2018-01-02", "7.00")], [("p", 2), ("p", 3)])


def test_a_refund_by_what_its_rows_payments_came_to() -> None:
    more = "refunds:\n  - {id: r, clause: '2', for_each: visit, amount: 50% of paid}\n"
    rows = [*doses("2018-01-02", "2018-01-04"), outcome("visit", "2018-01-03", "6", unit="h"),
            outcome("visit", "2018-01-04", "6", unit="h")]  # fmt: skip
    given = answers(paying(more=more), T, rows)
    assert given.of("r") == [(1, "2018-01-03", "-5.00"), (2, "2018-01-04", "-10.00")]


def test_a_single_payment_and_one_for_each_row_are_both_paid() -> None:
    more = "  - {id: q, clause: '2', due: index, amount: 100}\n"
    more += "refunds:\n  - {id: r, clause: '3', due: day 2, amount: paid}\n"
    assert answers(paying(more=more), T, doses("2018-01-03", "2018-01-04")).total("r") == "-110.00"


def test_a_table_by_the_rows_own_value() -> None:
    rows = "[{below: 6, amount: 1}, {otherwise: 2}]"
    text = paying(f"{{id: p, clause: '1', for_each: visit, table: {{by: visit.value, rows: {rows}}}}}")
    visits = [outcome("visit", "2018-01-03", "5", unit="h"), outcome("visit", "2018-01-04", "6", unit="h")]
    assert answers(text, T, visits).of("p") == [(1, "2018-01-03", "1.00"), (2, "2018-01-04", "2.00")]


def test_a_limit_counts_the_lines() -> None:
    more = "limits:\n  - {id: cap, clause: '2', of: payments, per: treatment, at_most: 15}\n"
    assert answers(paying(more=more), T, doses("2018-01-03", "2018-01-04")).total("cap") == "-5.00"


def test_two_clauses_share_an_outcome() -> None:
    text = paying(
        "{id: p, clause: '1', for_each: dose, to: 1, amount: 10}",
        "  - {id: q, clause: '2', for_each: dose, from: 2, amount: 20}\n",
    )
    given = answers(text, T, doses("2018-01-03", "2018-01-04"))
    assert given.lines == [("p", 1, "2018-01-03", "10.00"), ("q", 2, "2018-01-04", "20.00")]


def test_rows_tested_by_a_change_are_lines_where_they_have_a_baseline() -> None:
    text = (
        HEAD
        + """outcomes:
  fall:
    measure: psa
    window: [day 1, day 30]
    baseline: {window: [day -10, day 0], pick: lowest}
    met_if: {any: {percent_change: {at_most: -50}}}
payments:
  - {id: p, clause: "1", for_each: fall, amount: fall.value}
"""
    )
    rows = [
        outcome("psa", d, v) for d, v in (("2018-01-05", "5"), ("2018-01-06", "5.1"), ("2018-01-07", "4"))
    ]
    base = outcome("psa", "2018-01-01", "10")
    assert answers(text, T, [*rows, base]).of("p") == [(1, "2018-01-05", "5.00"), (2, "2018-01-07", "4.00")]
    assert answers(text, T, rows).lines == []


# --- refusals: the clause, and part of the problem
REFUSED = [
    ("for_each: dose, each: [year 1, year 2], amount: 1", "'each' and 'for_each' cannot both stand"),
    (
        "for_each: dose, instalments: {first: index, every: 1 month, count: 2}, amount: 1",
        "'instalments' and 'for_each'",
    ),
    (
        "for_each: dose, if: dose is met, on_failure: stop, amount: 1",
        "'on_failure' and 'for_each' cannot both stand",
    ),
    ("for_each: dosis, amount: 1", "'dosis' is not an outcome of this contract"),
    ("for_each: price, amount: 1", "'price' is not an outcome of this contract"),
    ("for_each: paid_up, amount: 1", "the window of 'paid_up' uses 'due'"),
    ("for_each: taken, amount: 1", "is not said of each row"),
    ("for_each: dose, from: 3, to: 2, amount: 1", "'to' is before 'from' (3)"),
    ("for_each: dose, from: 0, amount: 1", "0 is not between 1 and"),
    ("due: index, from: 2, amount: 1", "'from' counts the rows of a 'for_each'"),
    ("due: index, to: 2, amount: 1", "'to' counts the rows of a 'for_each'"),
    ("for_each: dose, due: index, amount: 1", "a due date is reckoned from the row's date"),
    ("for_each: dose, due: response.decided, amount: 1", "a due date is reckoned from the row's date"),
    ("for_each: dose, due: due - 1 day, amount: 1", "fall due before its row"),
    ("for_each: dose, due: due + 1 month - 29 days, amount: 1", "fall due before its row"),
    ("due: due + 1 day, amount: 1", "'due' cannot be the anchor here"),
    ("for_each: dose, if: paid_up is met, amount: 1", "'paid_up' goes by due dates"),
    ("for_each: dose, amount: dose", "'dose' is an outcome, not a number"),
]


@pytest.mark.parametrize(("clause", "problem"), REFUSED)
def test_a_refusal(clause: str, problem: str) -> None:
    used = "  - {id: u, clause: '9', due: day 1, if: paid_up is met, amount: 1}\n"
    found = problems(paying(f"{{id: p, clause: '1', {clause}}}", used))
    assert len(found) == 1, found
    assert problem in found[0].problem
    assert found[0].place is not None


# --- words


def test_explain_names_the_row_behind_each_line() -> None:
    text = paying("{id: p, clause: '1', for_each: visit, due: due + 1 day, amount: visit.value * 2}")
    rows = [
        outcome("visit", "2018-01-03", "5", unit="h", record_id="r1", source="s"),
        outcome("visit", "2018-01-04", "6", unit="h", record_id="r2", source="s"),
        outcome("visit", "2018-01-05", "4", unit="h", record_id="r3", source="s"),
    ]
    said = explain(owed(text, T, rows), "T")
    assert [(x.n, str(x.due), x.because, x.arithmetic) for x in said.lines] == [
        (1, "2018-01-04", "visit no. 1 on 2018-01-03", "visit.value 5 × 2 = 10.00"),
        (2, "2018-01-05", "visit no. 2 on 2018-01-04", "visit.value 6 × 2 = 12.00"),
    ]
    assert [(e.record_id, e.used) for e in said.evidence] == [("r1", True), ("r2", True), ("r3", False)]
