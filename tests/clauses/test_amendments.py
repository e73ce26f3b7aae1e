"""Amendments: from which index date, as known from which day, over what; what is refused; how it is said."""

from datetime import date

import pytest

from engine.language.amended import as_known
from engine.language.examples import read_examples_text
from engine.language.reader import read_contract_text, read_text_with_warnings
from engine.settlement.examples import run_examples
from engine.settlement.explain import explain
from tests.clauses.answers import HEAD, answers, owed, treatment
from tests.language.contracts import problems

TERMS = "terms:\n  price: {2018-01-01: 100, 2018-03-01: 200, 2018-09-01: 300}\n  other: 1\n"
PAY = "payments:\n  - {id: p, clause: '1', due: index, amount: price * other}\n"


def amended(*amendments: str) -> str:
    lines = "".join(f"  - {{{a}}}\n" for a in amendments)
    return f"{HEAD}{TERMS}amendments:\n{lines}{PAY}"


def setting(
    value: str = "terms.price: 150",
    signed: str = "2018-05-15",
    effective: str = "2018-06-01",
    id_: str = "A1",
) -> str:
    return f"id: {id_}, clause: '{id_} §2', signed: {signed}, effective: {effective}, set: {{{value}}}"


def price(text: str, index: str, known_by: str = "2030-12-31") -> str:
    return answers(text, [treatment(index)], known_by=known_by).total("p")


# index date, and the price with 150 from 2018-06-01 on, signed 2018-05-15
BY_INDEX = [
    ("2018-01-01", "100.00"), ("2018-03-01", "200.00"), ("2018-05-31", "200.00"), ("2018-06-01", "150.00"),
    ("2018-08-31", "150.00"), ("2018-09-01", "150.00"), ("2025-01-01", "150.00"),
]  # fmt: skip


@pytest.mark.parametrize(("index", "amount"), BY_INDEX)
def test_it_holds_from_its_effective_day_over_all_dated_values(index: str, amount: str) -> None:
    assert price(amended(setting()), index) == amount


@pytest.mark.parametrize(
    ("known_by", "amount"), [("2018-12-01", "300.00"), ("2018-12-02", "150.00"), ("2018-12-03", "150.00")]
)
def test_it_counts_from_the_day_it_was_signed(known_by: str, amount: str) -> None:
    text = amended(setting(signed="2018-12-02"))
    assert price(text, "2018-10-01", known_by) == amount


def test_a_later_amendment_takes_over_whatever_their_order() -> None:
    two = [setting(), setting("terms.price: 175", effective="2018-07-01", id_="A2")]
    for order in (two, two[::-1]):
        given = [
            price(amended(*order), day) for day in ("2018-05-31", "2018-06-01", "2018-06-30", "2018-07-01")
        ]
        assert given == ["200.00", "150.00", "150.00", "175.00"]


def test_an_amendment_known_later_than_the_next_one_holds_until_that() -> None:
    early = setting("terms.price: 150", signed="2019-01-01", effective="2018-06-01")
    late = setting("terms.price: 175", signed="2018-06-15", effective="2018-07-01", id_="A2")
    text = amended(early, late)
    assert [price(text, d, "2018-12-31") for d in ("2018-06-01", "2018-07-01", "2018-10-01")] == [
        "200.00", "175.00", "175.00",
    ]  # fmt: skip
    assert [price(text, d, "2019-01-01") for d in ("2018-06-01", "2018-07-01")] == ["150.00", "175.00"]


def test_one_may_set_several_terms_and_leave_the_others() -> None:
    assert price(amended(setting("terms.price: 150, terms.other: 50%")), "2018-06-01") == "75.00"
    assert price(amended(setting("terms.other: 2")), "2018-06-01") == "400.00"


def test_one_that_takes_effect_before_the_contract_begins_replaces_the_first_value() -> None:
    text = amended(setting(effective="2017-01-01"))
    assert [price(text, d) for d in ("2018-01-01", "2018-09-01")] == ["150.00", "150.00"]


def test_what_is_known_is_put_in_once() -> None:
    contract = read_contract_text(amended(setting()))
    known = as_known(contract, date(2018, 5, 15))
    assert as_known(known, date(2030, 1, 1)) == known
    assert as_known(contract, date(2018, 5, 14)).amendments == ()
    assert as_known(contract, date(2018, 5, 14)).terms == contract.terms


def test_a_limit_and_a_table_bound_read_the_amended_value() -> None:
    text = amended(setting("terms.price: 50")).replace("amount: price * other", "amount: 500")
    text += "limits:\n  - {id: cap, clause: '3', of: payments, per: treatment, at_most: price}\n"
    assert answers(text, [treatment("2018-06-01")]).total("cap") == "-450.00"
    text = amended(setting("terms.price: 50")).replace(
        "amount: price * other", "table: {by: units, rows: [{below: price, amount: 1}, {otherwise: 2}]}"
    )
    given = [answers(text, [treatment(d, units="60")]).total("p") for d in ("2018-05-31", "2018-06-01")]
    assert given == ["1.00", "2.00"]


# --- refusals: amendments, part of the problem, part of the hint
REFUSED = [
    ([setting("price: 150")], "'price' cannot be set by an amendment", "write 'terms.price'"),
    ([setting("outcomes.x.decided: 5")], "'outcomes.x.decided' cannot be set", "an amendment sets terms"),
    ([setting("terms.prise: 150")], "'prise' is not a term", "did you mean 'terms.price'?"),
    ([setting("terms.price: {2018-01-01: 5}")], "a mapping stands here", ""),
    ([setting("terms.price: 1e5")], "exponents are refused", ""),
    ([setting(), setting("terms.other: 2")], "two amendments 'A1'", "stands on line"),
    (
        [setting(), setting("terms.price: 9", id_="A2")],
        "two amendments set 'price' from 2018-06-01",
        "the other one",
    ),
    (
        ["id: A1, clause: '1', effective: 2018-06-01, set: {terms.price: 1}"],
        "lacks 'signed'",
        "signed: 2027-03-15",
    ),
    (["id: A1, clause: '1', signed: 2018-06-01, set: {terms.price: 1}"], "lacks 'effective'", "effective: "),
    (["id: A1, clause: '1', signed: 2018-06-01, effective: 2018-06-01, set: {}"], "nothing stands here", ""),
    ([setting(id_="A 1")], "'A 1' cannot be an amendment's name", "such as A1"),
]


@pytest.mark.parametrize(("amendments", "problem", "hint"), REFUSED)
def test_a_refusal(amendments: list[str], problem: str, hint: str) -> None:
    found = problems(amended(*amendments))
    assert len(found) == 1, found
    assert problem in found[0].problem
    assert hint in found[0].hint
    assert found[0].place is not None


def test_a_table_must_hold_with_and_without_the_amendments() -> None:
    table = "table: {by: units, rows: [{below: price, amount: 1}, {above: 100, amount: 2}]}"
    text = amended(setting("terms.price: 100")).replace("amount: price * other", table)
    text = text.replace("{2018-01-01: 100, 2018-03-01: 200, 2018-09-01: 300}", "200")
    assert ["can fall through" in p.problem for p in problems(text)] == [True]
    assert problems(text.replace("terms.price: 100", "terms.price: 101")) == ()


def test_a_table_must_hold_while_an_amendment_of_all_index_dates_is_not_signed() -> None:
    table = "table: {by: units, rows: [{below: price, amount: 1}, {above: 100, amount: 2}]}"
    text = amended(setting("terms.price: 200", effective="2018-01-01")).replace(
        "amount: price * other", table
    )
    text = text.replace("{2018-01-01: 100, 2018-03-01: 200, 2018-09-01: 300}", "100")
    assert ["can fall through" in p.problem for p in problems(text)] == [True]


def test_one_that_comes_too_late_to_matter_is_warned_of() -> None:
    text = amended(setting(effective="2018-12-31"))
    for to, warned in (("2018-12-30", 1), ("2018-12-31", 0)):
        ended = text.replace("{from: 2018-01-01}", f"{{from: 2018-01-01, to: {to}}}")
        assert len(read_text_with_warnings(ended)[1]) == warned


# --- examples and words


def test_each_expectation_counts_amendments_by_its_own_known_by() -> None:
    contract = read_contract_text(amended(setting()))
    text = """- name: one
  treatment: {index_date: 2018-06-01}
  expect:
    - {as_of: 2018-06-01, known_by: 2018-05-15, p: 150}
    - {as_of: 2018-06-01, known_by: 2018-05-14, p: 200}
    - {as_of: 2018-06-01, p: 150}
- name: two
  treatment: {index_date: 2018-05-31}
  expect:
    - {as_of: 2018-06-01, p: 200}
    - {as_of: 2018-06-01, known_by: 2018-05-01, p: 199}
"""
    result = run_examples(contract, read_examples_text(text, contract))
    came = [[(str(c.known_by), c.came) for c in e.checks] for e in result.examples]
    assert came == [
        [("2018-05-15", "150.00"), ("2018-05-14", "200.00"), ("2018-06-01", "150.00")],
        [("2018-06-01", "200.00"), ("2018-05-01", "200.00")],
    ]
    assert [e.passed for e in result.examples] == [True, False]


def test_explain_names_the_amendment_and_its_clause() -> None:
    text = amended(setting())
    (line,) = explain(owed(text, [treatment("2018-06-01")]), "T").lines
    assert line.arithmetic == "price 150.00 (A1 §2) × other 100% = 150.00"
    assert [(t.name, t.value, str(t.since), t.amendment) for t in line.terms] == [
        ("price", "150.00", "2018-06-01", "amendment A1, A1 §2"), ("other", "100%", "None", ""),
    ]  # fmt: skip
    (line,) = explain(owed(text, [treatment("2018-05-31")]), "T").lines
    assert line.arithmetic == "price 200.00 × other 100% = 200.00"
