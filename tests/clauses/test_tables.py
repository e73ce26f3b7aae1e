"""Tables: the first row that fits, each unit by its band, what is held, what is an error, what is refused."""

import pytest

from engine.language.examples import read_examples_text
from engine.language.reader import read_contract_text, read_text_with_warnings
from engine.settlement.examples import run_examples
from engine.settlement.explain import explain
from tests.clauses.answers import HEAD, answers, owed, treatment
from tests.language.contracts import problems

EVENT = "outcomes:\n  relapse: {event: relapse, window: [day 1, day 30]}\n"
TERMS = "terms:\n  price: 1000.00\n  edge: {2018-01-01: 10, 2018-07-01: 20}\n"


def paid_by(table: str, extra: str = "", more: str = "") -> str:
    """A contract of one payment by a table."""
    return f"{HEAD}{TERMS}{extra}payments:\n  - {{id: p, clause: '1', due: index{more}, table: {table}}}\n"


ROWS = (
    "[{below: 10, amount: 1.00}, {at_most: 20, amount: 2.00}, {below: 30, amount: 3.00}, {otherwise: 4.00}]"
)

# units, and what they cost by ROWS
BOUNDARIES = [
    ("-1", "1.00"), ("9.999999999", "1.00"), ("10", "2.00"), ("10.000000001", "2.00"), ("20", "2.00"),
    ("20.000000001", "3.00"), ("29.999999999", "3.00"), ("30", "4.00"), ("1000", "4.00"),
]  # fmt: skip


@pytest.mark.parametrize(("units", "amount"), BOUNDARIES)
def test_the_first_row_that_fits(units: str, amount: str) -> None:
    text = paid_by(f"{{by: units, rows: {ROWS}}}")
    assert answers(text, [treatment(units=units)]).total("p") == amount


@pytest.mark.parametrize(("units", "amount"), [("9", "9.00"), ("10", "8.00"), ("11", "8.00"), ("-3", "9.00")])
def test_lines_that_meet_need_no_otherwise(units: str, amount: str) -> None:
    text = paid_by("{by: units, rows: [{at_least: 10, amount: 8.00}, {below: 10, amount: 9.00}]}")
    assert answers(text, [treatment(units=units)]).total("p") == amount


def test_above_leaves_its_bound_to_the_next_row() -> None:
    text = paid_by("{by: units, rows: [{above: 10, amount: 8.00}, {at_most: 10, amount: 9.00}]}")
    assert [answers(text, [treatment(units=u)]).total("p") for u in ("10", "10.000000001")] == [
        "9.00",
        "8.00",
    ]


def test_both_places_mean_the_same() -> None:
    table = f"{{by: units, rows: {ROWS}}}"
    one = paid_by(table)
    other = one.replace(f"table: {table}", f"amount: {{table: {table}}}")
    assert one != other
    assert answers(one, [treatment(units="15")]) == answers(other, [treatment(units="15")])


def test_a_bound_is_a_percentage_or_a_term_as_of_the_index_date() -> None:
    text = paid_by("{by: units / 100, rows: [{below: 5%, amount: 1}, {below: edge / 1, amount: 2}]}")
    assert problems(text)  # a bound is no arithmetic
    text = paid_by("{by: units, rows: [{below: 500%, amount: 1}, {below: edge, amount: 2}, {otherwise: 3}]}")
    before, after = treatment("2018-06-30", units="10"), treatment("2018-07-01", units="10")
    assert answers(text, [before]).total("p") == "3.00"
    assert answers(text, [after]).total("p") == "2.00"
    assert answers(text, [treatment(units="4.99")]).total("p") == "1.00"
    assert answers(text, [treatment(units="5")]).total("p") == "2.00"


def test_by_is_exact() -> None:
    text = paid_by("{by: units / 3, rows: [{below: 0.333333333, amount: 1}, {otherwise: 2}]}")
    assert answers(text, [treatment(units="1")]).total("p") == "2.00"
    assert answers(text, [treatment(units="0.999999998")]).total("p") == "1.00"


def test_only_the_row_that_fits_is_worked_out() -> None:
    text = paid_by("{by: units, rows: [{below: 1, amount: 5.00}, {otherwise: amount / units}]}").replace(
        "amount / units", "amount / dose"
    )
    given = answers(text, [treatment(units="0", amount=None, dose="0")])
    assert (given.total("p"), given.failures) == ("5.00", [])
    for dose in ("0", None):
        other = answers(text, [treatment(units="1", amount="8", dose=dose)])
        assert (other.lines, other.failures) == ([], [("p", 1)])


@pytest.mark.parametrize("units", [None, "many"])
def test_without_by_it_is_an_error(units: str | None) -> None:
    text = paid_by(f"{{by: units, rows: {ROWS}}}")
    assert answers(text, [treatment(units=units, amount="1")]).failures == [("p", 1)]


def test_a_by_that_divides_by_zero_is_an_error() -> None:
    text = paid_by(f"{{by: amount / units, rows: {ROWS}}}")
    assert answers(text, [treatment(units="0", amount="1")]).failures == [("p", 1)]


def test_a_fitting_row_below_zero_is_an_error() -> None:
    text = paid_by("{by: units, rows: [{below: 1, amount: units - 1}, {otherwise: 5}]}")
    assert answers(text, [treatment(units="0")]).failures == [("p", 1)]
    assert answers(text, [treatment(units="1")]).total("p") == "5.00"


@pytest.mark.parametrize(
    "table",
    [
        "{by: relapse.count, rows: [{below: 1, amount: 1}, {otherwise: 2}]}",
        "{by: units, rows: [{below: 1, amount: 1}, {otherwise: relapse.count}]}",
    ],
)
def test_one_that_reads_a_pending_outcome_is_held(table: str) -> None:
    text = paid_by(table, EVENT)
    waiting = answers(text, [treatment(units="0")], as_of="2018-01-30")
    assert (waiting.lines, waiting.held) == ([], [("p", 1)])
    assert answers(text, [treatment(units="0")], as_of="2018-01-31").total("p") == "1.00"


def test_instalments_share_the_whole() -> None:
    text = paid_by(f"{{by: units, rows: {ROWS}}}").replace(
        "due: index", "instalments: {first: index, every: 1 month, count: 3}"
    )
    assert answers(text, [treatment(units="20")]).of("p") == [
        (1, "2018-01-01", "0.67"), (2, "2018-02-01", "0.67"), (3, "2018-03-01", "0.66"),
    ]  # fmt: skip


def test_a_refund_by_what_was_paid() -> None:
    text = f"""{HEAD}payments:
  - {{id: p, clause: "1", due: index, amount: invoiced}}
refunds:
  - id: r
    clause: "2"
    due: day 30
    table: {{by: paid, rows: [{{below: 100, amount: 0}}, {{otherwise: 10% of paid}}]}}
"""
    assert answers(text, [treatment(amount="99.99")]).of("r") == []
    assert answers(text, [treatment(amount="100.00")]).of("r") == [(1, "2018-01-31", "-10.00")]


def test_what_a_table_paid_comes_back() -> None:
    text = paid_by(f"{{by: units, rows: {ROWS}}}")
    text += "refunds:\n  - {id: r, clause: '2', due: day 1, amount: 50% of paid}\n"
    assert answers(text, [treatment(units="15")]).of("r") == [(1, "2018-01-02", "-1.00")]


BANDS = "[{below: 10, amount: 5.00}, {below: edge2, amount: 4.00}, {otherwise: 1.005}]"

# units, and the sum over the bands: 5.00 below 10, 4.00 below 100, 1.005 above
SUMS = [
    ("0", "0"), ("1", "5.00"), ("9.5", "47.50"), ("10", "50.00"), ("11", "54.00"), ("25", "110.00"),
    ("99", "406.00"), ("100", "410.00"), ("101", "411.01"), ("102", "412.01"), ("1000", "1314.50"),
]  # fmt: skip


@pytest.mark.parametrize(("units", "amount"), SUMS)
def test_each_unit_by_its_band(units: str, amount: str) -> None:
    text = paid_by(f"{{by: units, tiers: marginal, rows: {BANDS}}}").replace("terms:", "terms:\n  edge2: 100")
    assert answers(text, [treatment(units=units)]).total("p") == amount


def test_bands_below_zero_are_an_error_whatever_the_rate() -> None:
    text = paid_by("{by: units, tiers: marginal, rows: [{below: 10, amount: 0}, {otherwise: 1}]}")
    assert answers(text, [treatment(units="-0.000000001")]).failures == [("p", 1)]
    assert answers(text, [treatment(units="0")]).failures == []
    assert answers(text, [treatment(units=None, amount="1")]).failures == [("p", 1)]


def test_a_band_without_units_is_not_worked_out() -> None:
    text = paid_by("{by: units, tiers: marginal, rows: [{below: 10, amount: 1}, {otherwise: dose}]}")
    assert answers(text, [treatment(units="9", dose=None, amount="1")]).total("p") == "9.00"
    assert answers(text, [treatment(units="11", dose=None, amount="1")]).failures == [("p", 1)]


# --- refusals: the table, and part of the problem
REFUSED = [
    ("{by: units, rows: [{below: 10, amount: 1}]}", "can fall through"),
    ("{by: units, rows: [{below: 10, amount: 1}, {above: 10, amount: 2}]}", "can fall through"),
    ("{by: units, rows: [{below: edge, amount: 1}, {above: 15, amount: 2}]}", "can fall through"),
    ("{by: units, rows: [{otherwise: 1}, {below: 10, amount: 2}]}", "rows stand after 'otherwise'"),
    ("{by: units, rows: [{below: 10}, {otherwise: 1}]}", "a row lacks 'amount'"),
    ("{by: units, rows: [{amount: 1}, {otherwise: 1}]}", "a row lacks 'below', 'at_most', 'above', 'at_least' or 'oth"),
    ("{by: units, rows: [{below: 1, above: 2, amount: 1}, {otherwise: 1}]}", "cannot both stand in a row"),
    ("{by: units, rows: [{otherwise: 1, amount: 2}]}", "'amount' and 'otherwise' cannot both stand"),
    ("{by: units, rows: [{below: pric, amount: 1}, {otherwise: 1}]}", "'pric' is not a term of this contract"),
    ("{by: units, rows: []}", "at least 1 may"),
    ("{rows: [{otherwise: 1}]}", "a table lacks 'by'"),
    ("{by: relapse, rows: [{otherwise: 1}]}", "'relapse' is an outcome, not a number"),
    ("{by: paid, rows: [{otherwise: 1}]}", "'paid' cannot stand in a payment"),
    ("{by: units, rows: [{below: 1, amount: paid}, {otherwise: 1}]}", "'paid' cannot stand in a payment"),
    ("{by: units, tiers: marginal, rows: [{below: 10, amount: 1}]}", "leaves open what the units above"),
    ("{by: units, tiers: marginal, rows: [{at_most: 10, amount: 1}, {otherwise: 1}]}", "'at_most' cannot stand"),
    ("{by: units, tiers: marginal, rows: [{below: 9, amount: 1}, {below: 9, amount: 1}, {otherwise: 1}]}",
     "do not ascend"),
    ("{by: units, tiers: marginal, rows: [{below: 15, amount: 1}, {below: edge, amount: 1}, {otherwise: 1}]}",
     "do not ascend"),
    ("{by: units, tiers: marginal, rows: [{below: 0, amount: 1}, {otherwise: 1}]}", "nothing lies below the first"),
    ("{by: units, tiers: some, rows: [{otherwise: 1}]}", "'some' is not known here"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "problem"), REFUSED)
def test_a_refusal(table: str, problem: str) -> None:
    found = problems(paid_by(table, EVENT))
    assert len(found) == 1
    assert problem in found[0].problem
    assert found[0].place is not None


def test_a_table_and_an_amount_are_one_too_many() -> None:
    found = problems(paid_by("{by: units, rows: [{otherwise: 1}]}, amount: 1"))
    assert [f.code for f in found] == ["two_choices"]


# rows, and the places (from 1) of those that can never apply
IDLE = [
    ("[{below: 10, amount: 1}, {below: 10, amount: 2}, {otherwise: 3}]", [2]),
    ("[{below: 10, amount: 1}, {at_most: 10, amount: 2}, {otherwise: 3}]", []),
    ("[{at_most: 10, amount: 1}, {below: 10, amount: 2}, {otherwise: 3}]", [2]),
    ("[{above: 10, amount: 1}, {at_least: 10, amount: 2}, {otherwise: 3}]", []),
    ("[{above: 10, amount: 1}, {above: 10, amount: 2}, {otherwise: 3}]", [2]),
    ("[{at_least: 10, amount: 1}, {above: 10, amount: 2}, {otherwise: 3}]", [2]),
    ("[{below: 10, amount: 1}, {at_least: 10, amount: 2}, {otherwise: 3}]", [3]),
    ("[{below: edge, amount: 1}, {below: 15, amount: 2}, {otherwise: 3}]", []),
    ("[{below: edge, amount: 1}, {below: 10, amount: 2}, {otherwise: 3}]", [2]),
]


@pytest.mark.parametrize(("rows", "idle"), IDLE)
def test_rows_that_can_never_apply_are_warned_of(rows: str, idle: list[int]) -> None:
    _, warnings = read_text_with_warnings(paid_by(f"{{by: units, rows: {rows}}}"))
    assert [w.problem.split(" can never")[0] for w in warnings] == [f"row {k}" for k in idle]
    assert all(w.severity == "warning" and w.place for w in warnings)


# --- words
SAID = [
    (f"{{by: units, rows: {ROWS}}}", "20", "by units 20, row 2 (at most 20): 2 = 2.00"),
    ("{by: units * 2, rows: [{below: edge, amount: 1}, {otherwise: 80% of price}]}", "5",
     "by units 5 × 2 = 10, row 2 (otherwise): 80% × price 1,000.00 = 800.00"),
    ("{by: units, rows: [{below: 10, amount: 0}, {otherwise: 1}]}", "5", "by units 5, row 1 (below 10): 0 = 0.00"),
    ("{by: units, tiers: marginal, rows: [{below: 10, amount: 5.00}, {otherwise: 4.5}]}", "25",
     "by units 25: 10 × 5 (below 10) + 15 × 4.5 (otherwise) = 117.50"),
    ("{by: units, tiers: marginal, rows: [{below: 10, amount: 5.00}, {otherwise: 4.5}]}", "9",
     "by units 9: 9 × 5 (below 10) = 45.00"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "units", "words"), SAID)
def test_explain_names_the_row(table: str, units: str, words: str) -> None:
    (line,) = explain(owed(paid_by(table), [treatment(units=units)]), "T").lines
    assert (line.state, line.arithmetic) == ("owed", words)


def test_examples_say_which_rows_they_do_not_reach() -> None:
    contract = read_contract_text(paid_by(f"{{by: units, rows: {ROWS}}}"))
    cases = [("9", "1.00"), ("10", "2.00"), ("30", "4.00")]
    text = "".join(
        f"- {{name: of {units}, treatment: {{index_date: 2018-01-01, units: {units}}}, "
        f"expect: [{{as_of: 2018-01-01, p: {amount}}}]}}\n"
        for units, amount in cases
    )
    result = run_examples(contract, read_examples_text(text, contract))
    assert result.passed
    assert result.unreached == ("p row 3 (below 30)",)


def test_a_row_that_owes_nothing_is_reached_too() -> None:
    contract = read_contract_text(paid_by("{by: units, rows: [{below: 10, amount: 0}, {otherwise: 1}]}"))
    text = "- {name: a, treatment: {index_date: 2018-01-01, units: 9}, expect: [{as_of: 2018-01-01, p: 0}]}"
    assert run_examples(contract, read_examples_text(text, contract)).unreached == ("p row 2 (otherwise)",)
