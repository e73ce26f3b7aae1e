"""Amounts that can only come out below zero are refused; what may come out at or above it is not."""

import pytest

from tests.language.contracts import GOOD, changed, problems

NEGATIVE = changed("price: 649000.00", "price: -649000.00")


def found(text: str) -> list[tuple[str, str]]:
    return [(d.code, d.problem) for d in problems(text)]


def only(what: str, since: str = "") -> list[tuple[str, str]]:
    return [("below_zero", f"{what} can only come out below zero{since}")]


def test_a_negative_price() -> None:
    assert found(NEGATIVE) == [
        *only("the amount of 'infusion'"),
        *only("a bound of 'refund_cap'"),
    ]


def test_from_the_day_on_which_the_term_is_negative() -> None:
    dated = "price: {2017-09-01: 649000.00, 2018-05-01: -1.00}"
    since = " for index dates from 2018-05-01"
    text = changed("at_most: price", "at_most: 5", changed("price: 649000.00", dated))
    assert found(text) == only("the amount of 'infusion'", since)
    never = text.replace("2018-05-01", "2020-01-01")  # in force to 2019-12-31
    assert found(never) == []
    assert len(found(text.replace("2018-05-01", "2019-12-31"))) == 1


def test_by_an_amendment() -> None:
    set_price = "{id: A1, clause: A, signed: 2018-01-01, effective: 2018-03-01, set: {terms.price: -1}}"
    text = changed("at_most: price", "at_most: 5", f"{GOOD}amendments:\n  - {set_price}\n")
    assert found(text) == only("the amount of 'infusion'", " for index dates from 2018-03-01")


@pytest.mark.parametrize(
    ("amount", "refused"),
    [
        ("-1", True),
        ("0", False),
        ("0 - 0.01", True),
        ("price - 649000.01", True),
        ("price - 649000.00", False),
        ("-1 * price", True),
        ("-1 * (0 - price)", False),
        ("-1% of paid", True),
        ("0% of paid", False),
        ("-1 * paid + 1", False),
        ("paid - price", False),
        ("paid / -2", True),
        ("weight_kg * -1", False),
        ("min(paid, -1)", True),
        ("min(paid, weight_kg)", False),
        ("max(paid - 5, -1)", False),
        ("max(-2, -1)", True),
        ("-1 * relapse.count", True),
        ("paid * paid - 1", False),
        ("invoiced - 5", False),
        ("0 - years_between(index, index)", False),
    ],
)
def test_signs(amount: str, refused: bool) -> None:
    text = changed("amount: refund_share of paid", f'amount: "{amount}"')
    assert found(text) == (only("the amount of 'no_remission'") if refused else [])


def test_a_row_of_a_table() -> None:
    rows = "table: {by: paid, rows: [{below: 5, amount: 1}, {otherwise: -1}]}"
    text = changed("amount: refund_share of paid", rows)
    assert found(text) == only("the amount of row 2 of 'no_remission'")
    bands = text.replace("table: {", "table: {tiers: marginal, ")
    assert found(bands) == []  # the sum of the bands may be above zero
