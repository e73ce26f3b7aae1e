"""Every operation of a plan on DuckDB and on Polars: tables of cases, NULL and boundaries among them."""

from collections.abc import Sequence
from datetime import date

import pytest

from engine.plan import tree as t
from engine.plan.tree import Col, Lit, Type, call, case, integer, null, text, wide
from tests.backends.both import values_of

DATE, INTEGER, MONEY, WIDE, TEXT, TRUTH, KEY = (
    Type.DATE, Type.INTEGER, Type.MONEY, Type.WIDE, Type.TEXT, Type.TRUTH, Type.KEY,
)  # fmt: skip
D = date
T, F, N = True, False, None


def a(type_: Type) -> Col:
    return Col("a", type_)


def b(type_: Type) -> Col:
    return Col("b", type_)


def c(type_: Type) -> Col:
    return Col("c", type_)


def of(op: str, gives: Type, *types: Type) -> t.Expr:
    """The operation on columns of these types."""
    return call(op, gives, *(Col(name, type_) for name, type_ in zip("abc", types, strict=False)))


def check(expr: t.Expr, types: tuple[Type, ...], cases: Sequence[tuple[object, ...]]) -> None:
    """Each case is the columns' values and the expected one."""
    columns = dict(zip("abc", types, strict=False))
    assert values_of(expr, columns, [row[:-1] for row in cases]) == [row[-1] for row in cases]


TRUTHS = [
    ("and", [(T, T, T), (T, F, F), (T, N, N), (F, N, F), (N, F, F), (N, N, N)]),
    ("or", [(T, T, T), (T, F, T), (T, N, T), (F, N, N), (N, F, N), (F, F, F), (N, N, N)]),
]
COMPARISONS = [
    ("eq", [(1, 1, T), (1, 2, F), (N, 1, N), (N, N, N)]),
    ("ne", [(1, 1, F), (1, 2, T), (1, N, N)]),
    ("lt", [(1, 2, T), (2, 2, F), (N, 2, N)]),
    ("le", [(2, 2, T), (3, 2, F), (2, N, N)]),
    ("gt", [(2, 1, T), (2, 2, F), (N, N, N)]),
    ("ge", [(2, 2, T), (1, 2, F), (N, 2, N)]),
]
INTEGERS = [
    ("add", [(1, 2, 3), (-1, 1, 0), (N, 1, N)]),
    ("sub", [(1, 2, -1), (0, 5, -5), (1, N, N)]),
    ("mul", [(3, -4, -12), (0, 9, 0), (N, 0, N)]),
    ("div_floor", [(7, 2, 3), (8, 2, 4), (0, 3, 0), (1, 0, N), (N, 2, N), (2, N, N)]),
]
WIDE_ONE = 10**25
WIDES = [
    ("add", [(WIDE_ONE, WIDE_ONE, 2 * WIDE_ONE), (N, WIDE_ONE, N)]),
    ("sub", [(1, WIDE_ONE, 1 - WIDE_ONE)]),
    ("mul", [(WIDE_ONE, 10**12, 10**37), (-WIDE_ONE, 10**12, -(10**37)), (WIDE_ONE, N, N)]),
    ("div_floor", [(10**37, WIDE_ONE, 10**12), (10**37 + 1, 10**12, 10**25), (WIDE_ONE, 0, N)]),
]
CHOICES = [
    ("least", [(2, 1, 3, 1), (N, 2, 1, 1), (N, N, 5, 5), (N, N, N, N)]),
    ("greatest", [(2, 1, 3, 3), (N, 2, 1, 2), (-1, N, N, -1), (N, N, N, N)]),
    ("coalesce", [(1, 2, 3, 1), (N, 2, 3, 2), (N, N, 3, 3), (N, N, N, N)]),
]


@pytest.mark.parametrize(("op", "cases"), TRUTHS)
def test_truths_are_three_valued(op: str, cases: list[tuple[object, ...]]) -> None:
    check(of(op, TRUTH, TRUTH, TRUTH), (TRUTH, TRUTH), cases)


@pytest.mark.parametrize(("op", "cases"), COMPARISONS)
def test_comparisons_with_null_are_null(op: str, cases: list[tuple[object, ...]]) -> None:
    check(of(op, TRUTH, INTEGER, INTEGER), (INTEGER, INTEGER), cases)


@pytest.mark.parametrize(("op", "cases"), INTEGERS)
@pytest.mark.parametrize("type_", [INTEGER, MONEY, WIDE])
def test_integers(op: str, cases: list[tuple[object, ...]], type_: Type) -> None:
    check(of(op, type_, type_, type_), (type_, type_), cases)


@pytest.mark.parametrize(("op", "cases"), WIDES)
def test_wide_integers(op: str, cases: list[tuple[object, ...]]) -> None:
    check(of(op, WIDE, WIDE, WIDE), (WIDE, WIDE), cases)


@pytest.mark.parametrize(("op", "cases"), CHOICES)
@pytest.mark.parametrize("type_", [INTEGER, MONEY, KEY, WIDE])
def test_choices_pass_null_over(op: str, cases: list[tuple[object, ...]], type_: Type) -> None:
    check(of(op, type_, type_, type_, type_), (type_,) * 3, cases)


def test_least_and_greatest_day() -> None:
    early, late = D(1900, 1, 1), D(2999, 12, 31)
    check(of("least", DATE, DATE, DATE), (DATE, DATE), [(late, early, early), (N, late, late), (N, N, N)])
    check(of("greatest", DATE, DATE, DATE), (DATE, DATE), [(late, early, late), (early, N, early)])


def test_not_and_is_null() -> None:
    check(of("not", TRUTH, TRUTH), (TRUTH,), [(T, F), (F, T), (N, N)])
    check(of("is_null", TRUTH, TEXT), (TEXT,), [("", F), ("x", F), (N, T)])


def test_case_takes_the_first_true_branch_and_keeps_its_type() -> None:
    first, second = (a(TRUTH), integer(1)), (b(TRUTH), null(INTEGER))
    cases = [(T, T, 1), (F, T, N), (N, F, 3), (N, N, 3), (F, N, 3)]
    check(case(first, second, otherwise=integer(3)), (TRUTH, TRUTH), cases)
    check(case((a(TRUTH), null(WIDE)), otherwise=wide(10**30)), (TRUTH,), [(T, N), (N, 10**30)])
    check(case((a(TRUTH), null(DATE)), otherwise=t.day(D(2018, 1, 1))), (TRUTH,), [(F, D(2018, 1, 1))])
    check(case((a(TRUTH), null(TEXT)), otherwise=null(TEXT)), (TRUTH,), [(T, N), (F, N)])


def test_constants_fill_every_row() -> None:
    check(text("met"), (INTEGER,), [(1, "met"), (N, "met"), (2, "met")])
    check(Lit(None, TRUTH), (INTEGER,), [(1, N), (2, N)])


def test_in() -> None:
    options = [text("CR"), text("CRi")]
    check(t.in_(a(TEXT), options), (TEXT,), [("CR", T), ("cr", F), ("CR ", F), ("", F), (N, N)])
    check(t.in_(a(TEXT), [text("CR"), null(TEXT)]), (TEXT,), [("CR", T), ("NR", N), (N, N)])
    check(t.in_(a(TEXT), [b(TEXT)]), (TEXT, TEXT), [("x", "x", T), ("x", "y", F), ("x", N, N)])


def test_kth_smallest() -> None:
    for k, expected in ((1, 2), (2, 5), (3, None)):
        expr = call("kth_smallest", INTEGER, integer(k), *(x(INTEGER) for x in (a, b, c)))
        check(expr, (INTEGER,) * 3, [(5, N, 2, expected), (N, N, N, N)])


def test_abs_widen_narrow() -> None:
    check(of("abs", WIDE, WIDE), (WIDE,), [(-(10**30), 10**30), (0, 0), (N, N)])
    check(of("widen", WIDE, MONEY), (MONEY,), [(-(2**63), -(2**63)), (2**63 - 1, 2**63 - 1), (N, N)])
    check(of("narrow", MONEY, WIDE), (WIDE,), [(-(2**63), -(2**63)), (2**63 - 1, 2**63 - 1), (N, N)])


MONTHS = [
    (D(2017, 8, 31), 6, D(2018, 2, 28)),
    (D(2019, 8, 31), 6, D(2020, 2, 29)),
    (D(2017, 8, 31), 12, D(2018, 8, 31)),
    (D(2018, 3, 31), -1, D(2018, 2, 28)),
    (D(2018, 1, 15), -13, D(2016, 12, 15)),
    (D(2016, 2, 29), 12, D(2017, 2, 28)),
    (D(2016, 2, 29), 48, D(2020, 2, 29)),
    (D(2018, 12, 31), 2, D(2019, 2, 28)),
    (D(1900, 1, 31), 1, D(1900, 2, 28)),
    (D(2018, 1, 1), 0, D(2018, 1, 1)),
    (N, 1, N),
]


def test_add_months_of_a_column() -> None:
    check(of("add_months", DATE, DATE, INTEGER), (DATE, INTEGER), [*MONTHS, (D(2018, 1, 1), N, N)])


@pytest.mark.parametrize(("day", "months", "expected"), MONTHS)
def test_add_months_of_a_constant(day: date | None, months: int, expected: date | None) -> None:
    check(call("add_months", DATE, a(DATE), integer(months)), (DATE,), [(day, expected)])


def test_months_between() -> None:
    """The largest n with start + n months on or before end; the other way round its reverse."""
    forward = [
        (D(2018, 1, 31), D(2018, 2, 27), 0),
        (D(2018, 1, 31), D(2018, 2, 28), 1),
        (D(2018, 1, 31), D(2018, 3, 30), 1),
        (D(2018, 1, 31), D(2018, 3, 31), 2),
        (D(2018, 1, 15), D(2018, 2, 14), 0),
        (D(2018, 1, 15), D(2018, 2, 15), 1),
        (D(2016, 2, 29), D(2017, 2, 28), 12),
        (D(2017, 2, 28), D(2018, 2, 28), 12),
        (D(2017, 8, 31), D(2018, 2, 28), 6),
        (D(2018, 1, 1), D(2018, 1, 1), 0),
        (D(1900, 1, 1), D(2999, 12, 31), 13199),
    ]
    backward = [(end, start, -months) for start, end, months in forward]
    nulls: list[tuple[object, ...]] = [(N, D(2018, 1, 1), N), (D(2018, 1, 1), N, N)]
    check(of("months_between", INTEGER, DATE, DATE), (DATE, DATE), [*forward, *backward, *nulls])


def test_days() -> None:
    check(of("add_days", DATE, DATE, INTEGER), (DATE, INTEGER), [
        (D(2018, 2, 28), 1, D(2018, 3, 1)), (D(2018, 1, 1), -1, D(2017, 12, 31)), (D(2018, 1, 1), N, N),
        (N, 1, N), (D(1900, 1, 1), 401766, D(2999, 12, 31)),
    ])  # fmt: skip
    check(of("days_between", INTEGER, DATE, DATE), (DATE, DATE), [
        (D(2018, 1, 1), D(2018, 3, 2), 60), (D(2018, 3, 2), D(2018, 1, 1), -60), (N, D(2018, 1, 1), N),
        (D(1900, 1, 1), D(2999, 12, 31), 401766),
    ])  # fmt: skip


def test_keys_say_day_truth_and_row() -> None:
    days, rows = [D(1900, 1, 1), D(2018, 1, 31), D(2999, 12, 31)], [0, 1, 2**43 - 1]
    given: list[tuple[object, ...]] = [(d, s, r) for d in days for s in (T, F) for r in rows]
    packed = call("pack", KEY, a(DATE), b(TRUTH), c(KEY))
    types = (DATE, TRUTH, KEY)
    check(call("key_day", DATE, packed), types, [(*row, row[0]) for row in given])
    check(call("key_satisfied", TRUTH, packed), types, [(*row, row[1]) for row in given])
    check(call("key_row", KEY, packed), types, [(*row, row[2]) for row in given])
    same = [(D(2018, 1, 1), N, 7, F), (N, T, 7, N), (D(2018, 1, 1), T, N, N)]
    check(call("key_satisfied", TRUTH, packed), types, same)


NUMBERS = [
    ("1", 10**9), ("-1.5", -1500000000), ("0.000000001", 1), ("-0.5", -500000000), ("007", 7 * 10**9),
    ("123456789012345678", 123456789012345678 * 10**9), ("1234567890123456789", N), ("1.0000000001", N),
    ("", N), ("1e3", N), ("+5", N), (".5", N), ("5.", N), (" 5", N), ("5 ", N), ("5\n", N), ("1,5", N),
    ("--1", N), ("٣", N), ("high", N), (N, N),
]  # fmt: skip


def test_number_is_a_plain_decimal_in_full() -> None:
    check(of("number", WIDE, TEXT), (TEXT,), NUMBERS)


def test_truth_of() -> None:
    check(of("truth_of", TRUTH, TEXT), (TEXT,), [
        ("true", T), ("TRUE", T), ("False", F), ("yes", N), ("true ", N), ("1", N), ("", N), (N, N),
    ])  # fmt: skip


def test_date_of() -> None:
    check(of("date_of", DATE, TEXT), (TEXT,), [
        ("2018-02-28", D(2018, 2, 28)), ("2020-02-29", D(2020, 2, 29)), ("2018-02-29", N), ("2018-2-1", N),
        ("2018-02", N), ("2018-02-28 ", N), ("2018-02-28\n", N), ("28.02.2018", N), ("2018-13-01", N),
        ("9999-12-31", D(9999, 12, 31)), ("", N), (N, N),
    ])  # fmt: skip


def test_texts() -> None:
    check(
        of("text", TEXT, DATE),
        (DATE,),
        [(D(2018, 1, 31), "2018-01-31"), (D(1900, 1, 1), "1900-01-01"), (N, N)],
    )
    check(of("text", TEXT, INTEGER), (INTEGER,), [(-7, "-7"), (N, N)])
    check(of("text", TEXT, WIDE), (WIDE,), [(10**30, "1" + "0" * 30)])
    joined = t.concat(a(TEXT), text(" on "), call("text", TEXT, b(DATE)))
    check(
        joined, (TEXT, DATE), [("met", D(2018, 1, 31), "met on 2018-01-31"), (N, N, " on "), ("", N, " on ")]
    )
