"""Joins, folds, windows and unions on DuckDB and on Polars."""

from datetime import date

import pytest

from engine.plan import tree as t
from engine.plan.tree import Agg, Col, Fold, Join, Over, Type, Values, integer, text
from tests.backends.both import Row, both

K, V = Col("k", Type.TEXT), Col("v", Type.INTEGER)
LEFT = Values({"k": Type.TEXT, "v": Type.INTEGER}, (("a", 1), ("b", 2), (None, 3), ("a", 4)))
RIGHT = Values({"k": Type.TEXT, "w": Type.INTEGER}, (("a", 10), (None, 30), ("c", 40)))
NO_ROWS = Values({"k": Type.TEXT, "w": Type.INTEGER}, ())


def test_null_keys_never_match() -> None:
    assert both(("lines", Join(LEFT, RIGHT, ("k",)))) == [("a", 1, 10), ("a", 4, 10)]


def test_a_left_join_keeps_each_left_row() -> None:
    joined = both(("lines", Join(LEFT, RIGHT, ("k",), how="left")))
    assert joined == [(None, 3, None), ("a", 1, 10), ("a", 4, 10), ("b", 2, None)]


def test_where_and_cross() -> None:
    where = t.lt(V, t.call("sub", Type.INTEGER, Col("w", Type.INTEGER), integer(7)))
    assert both(("lines", Join(LEFT, RIGHT, ("k",), where=where))) == [("a", 1, 10)]
    other = Values({"w": Type.INTEGER}, ((1,), (2,)))
    assert len(both(("lines", Join(LEFT, other, (), how="cross")))) == 8


def test_two_keys_of_which_one_is_null() -> None:
    columns = {"k": Type.TEXT, "n": Type.INTEGER}
    left = Values({**columns, "v": Type.INTEGER}, (("a", 1, 1), ("a", None, 2), (None, 1, 3)))
    right = Values({**columns, "w": Type.INTEGER}, (("a", 1, 10), ("a", None, 20), (None, 1, 30)))
    assert both(("lines", Join(left, right, ("k", "n")))) == [("a", 1, 1, 10)]


def test_select_exchanges_columns_and_filter_passes_only_true() -> None:
    columns = {"a": Type.INTEGER, "b": Type.INTEGER}
    swapped = t.rename(Values(columns, ((1, 2),)), {"a": "b", "b": "a"})
    assert (both(("lines", swapped)), list(swapped.columns)) == ([(1, 2)], ["b", "a"])
    assert both(("lines", t.Filter(LEFT, t.eq(K, text("a"))))) == [("a", 1), ("a", 4)]
    assert both(("lines", t.Filter(LEFT, t.FALSE))) == []


def test_a_step_used_twice_and_union_by_name_of_column() -> None:
    columns = {"k": Type.TEXT, "v": Type.INTEGER}
    step = t.Ref("base", columns)
    twice = t.Union((t.Filter(step, t.eq(V, integer(1))), step))
    assert both(("base", LEFT), ("lines", twice)) == [
        (None, 3), ("a", 1), ("a", 1), ("a", 4), ("b", 2),
    ]  # fmt: skip


def test_no_rows() -> None:
    assert both(("lines", NO_ROWS)) == []
    assert both(("lines", Join(LEFT, NO_ROWS, ("k",)))) == []
    assert len(both(("lines", Join(LEFT, NO_ROWS, ("k",), how="left")))) == 4
    sums = (("total", Agg("sum", Col("w", Type.INTEGER), Type.MONEY)),)
    assert both(("lines", Fold(NO_ROWS, ("k",), sums))) == []


D1, D2 = date(2018, 1, 1), date(2018, 1, 2)
GROUPS = Values(
    {"g": Type.TEXT, "v": Type.INTEGER, "p": Type.TRUTH, "d": Type.DATE},
    (
        ("a", 5, True, D1), ("a", 3, False, D2), ("a", 9, None, None), ("a", None, True, D1),
        ("b", None, None, None), ("b", None, False, D1),
        (None, 7, True, D2), (None, 8, True, D1),
    ),
)  # fmt: skip
P, D = Col("p", Type.TRUTH), Col("d", Type.DATE)
FOLDS: list[tuple[Agg, list[object]]] = [  # for the groups NULL, a, b
    (Agg("count", None, Type.INTEGER), [2, 4, 2]),
    (Agg("count", None, Type.INTEGER, where=P), [2, 2, 0]),
    (Agg("min", V, Type.INTEGER), [7, 3, None]),
    (Agg("max", V, Type.INTEGER, where=P), [8, 5, None]),
    (Agg("max", D, Type.DATE), [D2, D2, D1]),
    (Agg("sum", V, Type.MONEY), [15, 17, None]),
    (Agg("sum", V, Type.MONEY, where=P), [15, 5, None]),
    (Agg("sum", t.call("widen", Type.WIDE, V), Type.WIDE), [15, 17, None]),
    (Agg("any_true", P, Type.TRUTH), [True, True, False]),
    (Agg("any_true", P, Type.TRUTH, where=t.is_null(D)), [None, None, None]),
    (Agg("kth", V, Type.INTEGER, k=2), [8, 5, None]),
    (Agg("kth", V, Type.INTEGER, k=3), [None, 9, None]),
    (Agg("kth", V, Type.INTEGER, where=P, k=2), [8, None, None]),
    (Agg("value_of_min", V, Type.INTEGER, order=(D,)), [8, 5, None]),
    (Agg("value_of_min", V, Type.INTEGER, order=(D, V)), [8, 5, None]),
    (Agg("value_of_min", V, Type.INTEGER, where=t.not_(P), order=(D, V)), [None, 3, None]),
    (Agg("value_of_min", D, Type.DATE, order=(V,)), [D2, D2, None]),
]


@pytest.mark.parametrize(("agg", "expected"), FOLDS)
def test_folds(agg: Agg, expected: list[object]) -> None:
    rows = both(("lines", Fold(GROUPS, ("g",), (("result", agg),))))
    assert rows == list(zip((None, "a", "b"), expected, strict=True))


def test_orders_of_several_parts_go_part_by_part() -> None:
    """NULL in a part passes the row over, also where no other row is left."""
    columns = {"g": Type.TEXT, "o": Type.WIDE, "n": Type.INTEGER, "v": Type.KEY}
    rows = (
        ("a", 2, 1, 10), ("a", 1, 3, 20), ("a", 1, 2, 30), ("a", None, 0, 40), ("a", 0, None, 50),
        ("b", -(10**30), 9, 60), ("b", 1, 1, 70), ("c", None, 1, 80),
    )  # fmt: skip
    order = (Col("o", Type.WIDE), Col("n", Type.INTEGER))
    agg = Agg("value_of_min", Col("v", Type.KEY), Type.KEY, order=order)
    fold = Fold(Values(columns, rows), ("g",), (("result", agg),))
    assert both(("lines", fold)) == [("a", 30), ("b", 60), ("c", None)]


ORDERED = Values(
    {"g": Type.TEXT, "o": Type.INTEGER, "r": Type.INTEGER, "v": Type.INTEGER},
    (("a", 2, 2, 5), ("a", 1, 1, None), ("a", 2, 1, 3), ("a", None, 1, 9), ("b", 1, 1, 4), (None, 1, 1, 1)),
)
OVERS: list[tuple[str, dict[Row, object]]] = [  # by (g, o, r)
    ("lead", {("a", 1, 1): 3, ("a", 2, 1): 5, ("a", 2, 2): 9, ("a", None, 1): None}),
    ("max_to", {("a", 1, 1): None, ("a", 2, 1): 3, ("a", 2, 2): 5, ("a", None, 1): 9}),
    ("max_before", {("a", 1, 1): None, ("a", 2, 1): None, ("a", 2, 2): 3, ("a", None, 1): 5}),
    ("sum_to", {("a", 1, 1): None, ("a", 2, 1): 3, ("a", 2, 2): 8, ("a", None, 1): 17}),
]
ALONE: dict[str, tuple[object, object]] = {
    "lead": (None, None), "max_to": (4, 1), "max_before": (None, None), "sum_to": (4, 1),
}  # fmt: skip


@pytest.mark.parametrize(("op", "expected"), OVERS)
def test_values_from_neighbouring_rows(op: str, expected: dict[Row, object]) -> None:
    over = Over(op, V, ("g",), ("o", "r"), Type.INTEGER)
    items = tuple((n, Col(n, type_)) for n, type_ in ORDERED.columns.items() if n != "v")
    rows = both(("lines", t.Select(ORDERED, (*items, ("result", over)))))
    in_b, in_null = ALONE[op]
    wanted = {**expected, ("b", 1, 1): in_b, (None, 1, 1): in_null}
    assert {row[:3]: row[3] for row in rows} == wanted


def test_a_sum_to_here_passes_null_over_within_the_series() -> None:
    rows = ((1, 2), (2, None), (3, 5))
    source = Values({"o": Type.INTEGER, "v": Type.INTEGER}, rows)
    with_group = t.With(source, (("g", text("x")),))
    over = Over("sum_to", V, ("g",), ("o",), Type.INTEGER)
    found = both(("lines", t.Select(with_group, (("o", Col("o", Type.INTEGER)), ("result", over)))))
    assert found == [(1, 2), (2, 2), (3, 7)]
