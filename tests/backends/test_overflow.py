"""A number that does not fit its bits is refused on both backends: it never wraps around."""

import duckdb
import pytest

from engine.backends.polars import TooLarge
from engine.backends.sizes import largest
from engine.plan import tree as t
from engine.plan.tree import Agg, Col, Fold, Over, Type, Values, call, integer, wide
from tests.backends.both import on_duckdb, on_polars, plan_of

LONG, WIDE = 2**63 - 1, 2**127 - 1
A, W = Col("a", Type.MONEY), Col("w", Type.WIDE)
G = Col("g", Type.TEXT)
GIVEN = {"g": Type.TEXT, "a": Type.MONEY, "w": Type.WIDE}


def money(op: str, other: t.Expr) -> t.Expr:
    return call(op, Type.MONEY, A, other)


def exact(op: str, other: t.Expr) -> t.Expr:
    return call(op, Type.WIDE, W, other)


TOO_MUCH: list[tuple[t.Expr, int, int]] = [  # expression, a, w
    (money("add", integer(1)), LONG, 0),
    (money("sub", integer(2)), -LONG, 0),
    (money("mul", A), 2**32, 0),
    (money("mul", integer(3)), -(2**62), 0),
    (exact("add", wide(WIDE // 2)), 0, WIDE // 2 + WIDE // 4),
    (exact("sub", wide(WIDE // 2)), 0, -(WIDE // 2 + WIDE // 4)),
    (exact("mul", wide(10)), 0, 10**38),
    (exact("mul", W), 0, 2**64),
    (exact("mul", W), 0, -(2**64)),
    (call("mul", Type.WIDE, W, W, wide(0)), 0, 10**30),
    (call("narrow", Type.MONEY, W), 0, LONG + 1),
    (call("narrow", Type.MONEY, W), 0, -LONG - 2),
    (call("mul", Type.WIDE, call("number", Type.WIDE, Col("t", Type.TEXT)), wide(10**12)), 0, 0),
]


@pytest.mark.parametrize(("expr", "a", "w"), TOO_MUCH)
def test_refused_and_not_wrapped(expr: t.Expr, a: int, w: int) -> None:
    columns = {**GIVEN, "t": Type.TEXT}
    source = Values(columns, (("x", 1, 1, "1"), ("y", a, w, "999999999999999999.5"), ("z", None, None, None)))
    refused_by_both(t.Select(source, (("g", G), ("result", expr))))


def test_sums_are_refused() -> None:
    rows = (("x", LONG, WIDE), ("x", LONG, WIDE), ("x", 2, WIDE))
    for value, type_ in ((A, Type.MONEY), (W, Type.WIDE)):
        refused_by_both(Fold(Values(GIVEN, rows), ("g",), (("total", Agg("sum", value, type_)),)))
    over = Over("sum_to", A, ("g",), ("w",), Type.INTEGER)
    refused_by_both(t.Select(Values(GIVEN, rows), (("g", G), ("result", over))))


def refused_by_both(relation: t.Relation) -> None:
    plan = plan_of(("given", relation), ("lines", t.Ref("given", relation.columns)))
    with pytest.raises(duckdb.Error):
        on_duckdb(plan)
    with pytest.raises(TooLarge):
        on_polars(plan)


def test_what_just_fits_is_exact() -> None:
    columns = {"a": Type.MONEY, "w": Type.WIDE}
    source = Values(columns, ((LONG - 1, 10**37), (-LONG, -(10**37))))
    items = (("a", money("add", integer(0))), ("w", exact("mul", wide(16))))
    relation = t.Select(source, items)
    plan = plan_of(("given", relation), ("lines", t.Ref("given", relation.columns)))
    wanted = {(LONG - 1, 16 * 10**37), (-LONG, -16 * 10**37)}
    assert set(on_duckdb(plan)) == set(on_polars(plan)) == wanted


SIZES: list[tuple[t.Expr, int]] = [
    (wide(-5), 5),
    (A, LONG),
    (W, WIDE),
    (call("widen", Type.WIDE, A), LONG),
    (call("mul", Type.WIDE, call("widen", Type.WIDE, A), wide(200)), 200 * LONG),
    (call("add", Type.MONEY, integer(3), integer(-4)), 7),
    (t.case((t.TRUE, wide(3)), otherwise=wide(-9)), 9),
    (t.case((t.TRUE, t.null(Type.WIDE)), otherwise=W), WIDE),
    (call("add", Type.WIDE, W, W), WIDE),
]


@pytest.mark.parametrize(("expr", "size"), SIZES)
def test_sizes(expr: t.Expr, size: int) -> None:
    assert largest(expr) == size
