"""What nothing reads is left out of a plan, and nothing else is."""

from datetime import date

from engine.plan.pruning import pruned, reads
from engine.plan.tree import (
    Agg,
    Col,
    Expr,
    Filter,
    Fold,
    Join,
    Lit,
    Ref,
    Relation,
    Scan,
    Select,
    Step,
    Type,
    Union,
    With,
    compare,
    day,
    eq,
    integer,
    le,
)

A, B, C = (Col(name, Type.INTEGER) for name in "abc")
FEED = Scan("feed", {"a": Type.INTEGER, "b": Type.INTEGER, "c": Type.INTEGER})


def after_pruning(
    *steps: tuple[str, Relation], read: dict[str, set[str]], constants: dict[str, Lit] | None = None
) -> dict[str, Relation]:
    told = {name: frozenset(columns) for name, columns in read.items()}
    plan = pruned([Step(name, "a row", relation) for name, relation in steps], told, constants or {})
    return {step.name: step.relation for step in plan}


def ref(step: str, *names: str) -> Ref:
    return Ref(step, dict.fromkeys(names, Type.INTEGER))


def test_a_step_keeps_the_columns_that_later_steps_ask_for() -> None:
    first = With(FEED, (("d", A), ("e", B)))
    last = Select(
        Filter(ref("first", "a", "b", "c", "d", "e"), eq(C, integer(1))), (("out", Col("d", Type.INTEGER)),)
    )
    kept = after_pruning(("first", first), ("last", last), read={"last": {"out"}})
    assert list(kept["first"].columns) == ["c", "d"]
    assert list(kept["last"].columns) == ["out"]


def test_an_aggregate_that_nobody_reads_goes_and_the_keys_stay() -> None:
    fold = Fold(
        FEED, ("a",), (("most", Agg("max", B, Type.INTEGER)), ("rows", Agg("count", None, Type.INTEGER)))
    )
    result = after_pruning(("fold", fold), read={"fold": {"most"}})["fold"]
    assert isinstance(result, Select)
    assert isinstance(result.source, Fold)
    assert (list(result.columns), list(result.source.columns)) == (["most"], ["a", "most"])


def test_a_join_keeps_what_it_joins_on_and_what_it_filters_by() -> None:
    left, right = Select(FEED, (("a", A), ("b", B))), Select(FEED, (("a", A), ("other", C)))
    where = compare("lt", B, Col("other", Type.INTEGER))
    kept = after_pruning(
        ("left", left),
        ("right", right),
        ("pairs", Join(ref("left", "a", "b"), ref("right", "a", "other"), ("a",), where=where)),
        read={"pairs": {"a"}},
    )
    assert list(kept["left"].columns) == ["a", "b"]
    assert list(kept["right"].columns) == ["a", "other"]
    assert list(kept["pairs"].columns) == ["a"]


def test_the_parts_of_a_union_keep_the_same_columns_in_the_same_order() -> None:
    one, two = Select(FEED, (("a", A), ("b", B), ("c", C))), Select(FEED, (("a", C), ("b", B), ("c", A)))
    union = Union((one, two))
    result = after_pruning(("union", union), read={"union": {"c", "a"}})["union"]
    assert isinstance(result, Union)
    assert [list(part.columns) for part in result.parts] == [["a", "c"], ["a", "c"]]


def test_a_step_of_which_no_column_is_read_keeps_one_so_that_its_rows_can_be_counted() -> None:
    idle = ("idle", Select(FEED, (("a", A), ("b", B))))
    assert list(after_pruning(idle, read={"idle": set()})["idle"].columns) == ["a"]
    assert after_pruning(idle, read={}) == {}


def test_a_constant_stands_wherever_its_column_was_read() -> None:
    today: Expr = day(date(2018, 1, 31))
    assert isinstance(today, Lit)
    as_of, on_day = Col("as_of", Type.DATE), Col("on_day", Type.DATE)
    feed = Scan("feed", {"on_day": Type.DATE, "as_of": Type.DATE})
    step = Select(Filter(feed, le(on_day, as_of)), (("late", le(as_of, on_day)),))
    result = after_pruning(("step", step), read={"step": {"late"}}, constants={"as_of": today})["step"]
    assert result == Select(Filter(feed, le(on_day, today)), (("late", le(today, on_day)),))


def test_the_columns_that_an_expression_reads() -> None:
    assert reads(compare("lt", A, compare("eq", B, integer(3)))) == {"a", "b"}
    assert reads(integer(1)) == set()
