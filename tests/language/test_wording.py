"""Parts of the meaning in words, and expressions back as text that means the same."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings

from engine.kernel.dates import Shift
from engine.language import meaning as m
from engine.language.grammar.build import amount, condition
from engine.language.grammar.names import Scope
from engine.language.grammar.text import expression_text
from engine.language.wording import in_words
from tests.language.contracts import read
from tests.strategies import contracts

NAMES = (frozenset({"remission", "relapse"}), frozenset({"price", "share"}))


@settings(max_examples=60, deadline=None)
@given(contracts(words=frozenset()))
def test_reading_the_text_of_an_expression_gives_it_again(text: str) -> None:
    contract = read(text)
    names = (frozenset(o.name for o in contract.outcomes), frozenset(t.name for t in contract.terms))
    for clause in contract.clauses:
        assert amount(expression_text(clause.amount), Scope("refund", *names)) == clause.amount
        if clause.condition is not None:
            assert condition(expression_text(clause.condition), Scope("if", *names)) == clause.condition


@pytest.mark.parametrize(
    "text",
    [
        "price - (share - 1)",
        "price / (2 * share)",
        "(price + 1) * 2",
        "80% of (price - invoiced)",
        "33.333333333% of price",
        "-5 + price",
        "min(price, max(paid, 2.5))",
        "months_between(index, relapse.date) / 12",
        "100% of paid",
    ],
)
def test_brackets_stand_where_they_must(text: str) -> None:
    scope = Scope("refund", *NAMES)
    meant = amount(text, scope)
    assert amount(expression_text(meant), scope) == meant


@pytest.mark.parametrize(
    "text",
    [
        "not (remission is met or relapse is met) and certified",
        "(remission is met or relapse is met) and not certified",
        "at_least 2 of (remission is met, relapse is met and certified, not certified)",
        'site not in ("A", "B") and birth_date < 2010-01-01',
        "remission is met and (relapse is met and certified)",
        "certified = false or age_at_index <= 25",
    ],
)
def test_brackets_of_conditions(text: str) -> None:
    scope = Scope("if", *NAMES)
    meant = condition(text, scope)
    assert condition(expression_text(meant), scope) == meant


@dataclass(frozen=True)
class LaterWord:
    """A word of the language that has no words of its own yet."""

    times: int
    test: m.Test
    length_text: str = "left out"


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (m.Window(m.Offset("index"), m.Offset("index", Shift(0, 30), None, "day 30")), "index to day 30"),
        (m.Offset("decided", Shift(12, 1), "remission"), "remission.decided + 12 months and 1 day"),
        (m.Pick("any", m.OneOf(("CR", "CRi"))), "any is CR or CRi"),
        (m.Pick("all", m.OneOf(("CR",))), "all are CR"),
        (m.Pick("mean", m.Bound("at_most", Fraction(7, 2))), "mean is at most 3.5"),
        (m.Pick("count", None, at_least=1), "at least 1 row"),
        (m.Pick("count", m.Between(Fraction(1), Fraction(5)), at_most=2), "at most 2 rows that are between 1 and 5"),
        (m.IfDied("not_met", "not_met", "not_met"), "not met"),
        (
            m.IfDied("not_met", "ignore", "not_evaluable"),
            "not met if related, ignore if unrelated, not evaluable if unknown",
        ),
        (m.Ties("source", ("central_lab", "local_lab")), "by source: central_lab, then local_lab"),
        (m.Party("Example Plan", ("EP1",)), "Example Plan (EP1)"),
        (m.Term("price", (m.TermVersion(date(2018, 1, 1), Fraction(1299999, 2)),)), "649,999.50"),
        (m.Term("share", (m.TermVersion(date(2018, 1, 1), Fraction(4, 5)),)), "80%"),
        (m.Term("share", (m.TermVersion(date(2018, 1, 1), Fraction(1)),)), "100%"),
        (m.Term("fee", (m.TermVersion(date(2018, 1, 1), Fraction(2)),)), "2"),
        (tuple(m.Number(Fraction(n)) for n in range(8)), "0, 1, 2, 3, 4, 5, … (8 in all)"),
        (LaterWord(2, m.Bound("at_least", Fraction(5))), "times 2, test at least 5"),
    ],
)  # fmt: skip
def test_words(part: object, words: str) -> None:
    assert in_words(part) == words
