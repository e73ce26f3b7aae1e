"""Conditions and amounts: text to tree, and what is refused."""

import contextlib
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.grammar.build import amount, condition, eligible_parts
from engine.language.grammar.names import Scope, Use
from engine.language.meaning import (
    And,
    Arithmetic,
    AtLeast,
    Column,
    Compare,
    Condition,
    Day,
    Elapsed,
    Extreme,
    IndexDate,
    InList,
    Invoiced,
    Not,
    Number,
    Or,
    OutcomeField,
    Paid,
    StatusIs,
    TermRef,
    Text,
    Truth,
    Value,
)
from engine.language.notes import Unfit


def scope(use: Use) -> Scope:
    return Scope(use, frozenset({"remission", "relapse"}), frozenset({"price", "refund_share"}))


def number(value: int | str) -> Number:
    return Number(Fraction(value))


PRICE, PAID, SHARE = TermRef("price"), Paid(), TermRef("refund_share")
MET, RELAPSED = StatusIs("remission", "met"), StatusIs("relapse", "met")

AMOUNTS: list[tuple[str, Value]] = [
    ("649000.00", number(649_000)),
    ("80%", number("4/5")),
    ("-5", number(-5)),
    ("price", PRICE),
    ("(price)", PRICE),
    ("invoiced", Invoiced()),
    ("80% of price", Arithmetic("*", number("4/5"), PRICE)),
    ("refund_share of paid", Arithmetic("*", SHARE, PAID)),
    ("1/3 of paid", Arithmetic("*", Arithmetic("/", number(1), number(3)), PAID)),
    ("1 + 2 * 3", Arithmetic("+", number(1), Arithmetic("*", number(2), number(3)))),
    ("5 - 3 - 1", Arithmetic("-", Arithmetic("-", number(5), number(3)), number(1))),
    ("8 / 4 / 2", Arithmetic("/", Arithmetic("/", number(8), number(4)), number(2))),
    ("5 - -3", Arithmetic("-", number(5), number(-3))),
    ("price-5", Arithmetic("-", PRICE, number(5))),
    ("50% of price + 10", Arithmetic("+", Arithmetic("*", number("1/2"), PRICE), number(10))),
    ("50% of (price + 10)", Arithmetic("*", number("1/2"), Arithmetic("+", PRICE, number(10)))),
    ("min(price, 5)", Extreme("min", (PRICE, number(5)))),
    ("max(1, 2, 3)", Extreme("max", (number(1), number(2), number(3)))),
    ("units * 3", Arithmetic("*", Column("units", "number"), number(3))),
    ("weight_kg", Column("weight_kg", "number")),
    ("relapse.count", OutcomeField("relapse", "count")),
    ("relapse.value", OutcomeField("relapse", "value")),
    ("months_between(index, relapse.date)", Elapsed("months", IndexDate(), OutcomeField("relapse", "date"))),
    ("days_between(2018-01-01, index_date)", Elapsed("days", Day(date(2018, 1, 1)), IndexDate())),
    (
        "years_between(birth_date, seen)",
        Elapsed("years", Column("birth_date", "date"), Column("seen", "date")),
    ),
    ("android", Column("android", "number")),
]
CONDITIONS: list[tuple[str, Condition]] = [
    ("remission is met", MET),
    ("not remission is met", Not(MET)),
    ("relapse is not_met and remission is met", And((StatusIs("relapse", "not_met"), MET))),
    ("remission is met or relapse is met and a", Or((MET, And((RELAPSED, Truth(Column("a", "truth"))))))),
    ("(remission is met or relapse is met) and a", And((Or((MET, RELAPSED)), Truth(Column("a", "truth"))))),
    ("not a and b", And((Not(Truth(Column("a", "truth"))), Truth(Column("b", "truth"))))),
    ("at_least 2 of (remission is met, relapse is met)", AtLeast(2, (MET, RELAPSED))),
    ("score < 3", Compare("<", Column("score", "number"), number(3))),
    ("3 >= score", Compare(">=", number(3), Column("score", "number"))),
    ("score == 3", Compare("=", Column("score", "number"), number(3))),
    ("site != 'A'", Compare("!=", Column("site", "text"), Text("A"))),
    ('site = "it\'s"', Compare("=", Column("site", "text"), Text("it's"))),
    ("seen > 2018-01-31", Compare(">", Column("seen", "date"), Day(date(2018, 1, 31)))),
    ("seen > index", Compare(">", Column("seen", "date"), IndexDate())),
    ("units > 3", Compare(">", Column("units", "number"), number(3))),
    ("a + b > 3", Compare(">", Arithmetic("+", Column("a", "number"), Column("b", "number")), number(3))),
    ("a - b = 0", Compare("=", Arithmetic("-", Column("a", "number"), Column("b", "number")), number(0))),
    ("site = other", Compare("=", Column("site", "text"), Column("other", "text"))),
    ("score in (1, 2)", InList(Column("score", "number"), (number(1), number(2)))),
    ("score not in (1, 2)", Not(InList(Column("score", "number"), (number(1), number(2))))),
    ("certified = true", Truth(Column("certified", "truth"))),
    ("certified = false", Not(Truth(Column("certified", "truth")))),
    ("certified != true", Not(Truth(Column("certified", "truth")))),
    ("price > invoiced", Compare(">", PRICE, Invoiced())),
    (
        "relapsed or refractory",
        Or((Truth(Column("relapsed", "truth")), Truth(Column("refractory", "truth")))),
    ),
]


@pytest.mark.parametrize(("text", "meaning"), AMOUNTS, ids=[a[0] for a in AMOUNTS])
def test_amounts(text: str, meaning: Value) -> None:
    assert amount(text, scope("refund")) == meaning


@pytest.mark.parametrize(("text", "meaning"), CONDITIONS, ids=[c[0] for c in CONDITIONS])
def test_conditions(text: str, meaning: Condition) -> None:
    assert condition(text, scope("if")) == meaning


# where it stands, the text with the place marked, part of the problem, part of the hint
REFUSED: list[tuple[Use, str, str, str]] = [
    ("refund", "price / refund_share «of» paid", "can be read in two ways", "(a / b) of c"),
    ("refund", "price +«»", "the end comes where a name, a number or '(' was expected", ""),
    ("refund", "min(price«»", "the end comes where", "a text with a comma stands in quotes"),
    ("refund", "price «price»", "'price' stands where", ""),
    ("refund", "«foo»(1, 2)", "'foo' is not a function", "functions: min"),
    ("refund", "«mn»(1, 2)", "'mn' is not a function", "did you mean 'min'?"),
    ("refund", "«min(1)»", "'min' needs two amounts", "min(a, b)"),
    ("refund", "«months_between(index)»", "needs two dates", "months_between(index, relapse.date)"),
    ("refund", "months_between(«3», index)", "a number stands where a date is needed", ""),
    ("refund", "«index»", "a date stands where a number is needed", "months_between"),
    ("refund", "2 + «(remission is met)»", "a condition stands where a number is needed", ""),
    ("refund", "'«a»'", "a text stands", ""),
    ("refund", "1 * «'abc»", "a text in quotes does not end", "close it"),
    ("refund", "price «×» 2", "'×' is not read here", "write *"),
    ("refund", "price «if» x", "'if' stands", "two clauses"),
    ("refund", "«0.0000000001»", "more than 9 decimals", ""),
    ("refund", "1«,»000", "',' stands where", ""),
    ("refund", "«refund_shar» of paid", "not a term", "did you mean 'refund_share'?"),
    ("refund", "«piad»", "not a term", "did you mean 'paid'?"),
    ("refund", "«remision».date", "not an outcome", "did you mean 'remission'?"),
    ("limit", "«relapse.count»", "cannot stand in a limit", "put the outcome in a clause"),
    ("if", "a = «b»", "cannot be told whether", 'a = "b"; numbers: a - b = 0'),
    ("if", "0 <= a «<=» 5", "one comparison", "one comparison at a time"),
    ("if", "site < «'a'»", "compares numbers and dates", "write '='"),
    ("if", "site = «5»", "a number stands where a text is needed", ""),
    ("if", "birth_date < «5»", "a number stands where a date is needed", ""),
    ("if", "«2018-02-30» < index", "there is no day 2018-02-30", ""),
    ("if", "a «≤» 5", "'≤' is not read here", "write <="),
    ("if", "a «&»& b", "'&' is not read here", "write and"),
    ("if", "«price»", "a number stands where a condition is needed", "compare it"),
    ("if", "remission «met»", "'met' stands", "write 'X is met'"),
    ("if", "at_least «3» of (remission is met, relapse is met)", "3 is not between 1 and 2", ""),
    ("if", "at_least «0» of (remission is met)", "0 is not between 1 and 1", ""),
    ("if", "remission is «metastatic»", "is not a status", ""),
    ("if", "remission is «not_mett»", "is not a status", "did you mean 'not_met'?"),
    ("if", "«remission» = 'met'", "is an outcome", "write 'remission is met'"),
    ("if", "«5» is met", "'is' follows the name of an outcome", ""),
    ("eligible", "«age_at_indx» <= 25", "not a term", "did you mean 'age_at_index'?"),
    ("eligible", "«remission.date» < index", "cannot stand in 'eligible'", ""),
]


@pytest.mark.parametrize(("use", "marked", "problem", "hint"), REFUSED, ids=[r[1] for r in REFUSED])
def test_refused(use: Use, marked: str, problem: str, hint: str) -> None:
    before, _, rest = marked.partition("«")
    inside, _, after = rest.partition("»")
    with pytest.raises(Unfit) as caught:
        (condition if use in ("if", "eligible") else amount)(before + inside + after, scope(use))
    assert problem in caught.value.problem or problem in caught.value.hint
    assert hint in caught.value.hint
    if not marked.startswith("'"):
        assert (caught.value.start, caught.value.length) == (len(before), max(1, len(inside)))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 31 + "a" + ")" * 31,
        "not " * 400 + "a",
        "+".join(["a"] * 900),
        "a" * 2_001,
        "min(" * 40 + "1, 2" + ")" * 40,
        "(" * 1_999,
        "-" * 1_999,
        "at_least 1 of (" * 100,
    ],
    ids=range(8),
)
def test_too_long_or_deep_is_refused(text: str) -> None:
    for build in (amount, condition):
        with pytest.raises(Unfit):
            build(text, scope("if" if build is condition else "refund"))


def test_what_is_long_but_flat_is_fine() -> None:
    assert isinstance(condition(" or ".join(["remission is met"] * 90), scope("if")), Or)
    assert isinstance(amount("+".join(["1"] * 50), scope("refund")), Arithmetic)
    assert amount("(" * 30 + "1" + ")" * 30, scope("refund")) == number(1)


def test_parts_of_eligible() -> None:
    parts = eligible_parts("(a > 1 or b)  and not   c and d in (1,2)", scope("eligible"))
    assert [p.text for p in parts] == ["(a > 1 or b)", "not c", "d in (1,2)"]


PIECES = (
    "remission price paid is met and not of ( ) , + - * / 80% 3 'a' < = in min( relapse.date index 2018-01-01 "
    'at_least x . % " true'
).split()


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from(["if", "refund", "payment", "limit"]))
def test_any_words_give_a_meaning_or_a_place(words: list[str], use: Use) -> None:
    text = " ".join(words)
    with contextlib.suppress(_Placed):
        meaning_or_place(text, use)


class _Placed(Exception):  # noqa: N818
    """It was refused, with a place within the text."""


def meaning_or_place(text: str, use: Use) -> None:
    try:
        (condition if use == "if" else amount)(text, scope(use))
    except Unfit as unfit:
        if unfit.problem and 0 <= unfit.start <= len(text):
            raise _Placed from None
        raise
