"""`first`, `last`, `nearest`, `lowest` and `highest`: one row is chosen, and its test is the status."""

from engine.kernel.dates import FIRST_DAY, LAST_DAY
from engine.language import meaning as m
from engine.plan.picks.base import Folded, Rows, column, order
from engine.plan.tree import (
    Agg,
    Expr,
    Type,
    call,
    case,
    compare,
    day,
    eq,
    integer,
    is_not_null,
    not_,
    text,
    wide,
)


def first(outcome: m.Outcome, rows: Rows) -> Folded:
    return _by_day(outcome, rows, earliest_first(rows.on_day))


def last(outcome: m.Outcome, rows: Rows) -> Folded:
    return _by_day(outcome, rows, latest_first(rows.on_day))


def earliest_first(on_day: Expr) -> Expr:
    return call("days_between", Type.INTEGER, day(FIRST_DAY), on_day)


def latest_first(on_day: Expr) -> Expr:
    return call("days_between", Type.INTEGER, on_day, day(LAST_DAY))


def nearest(outcome: m.Outcome, rows: Rows) -> Folded:
    """The row fewest days away; of two equally near, the earlier."""
    away = call("days_between", Type.INTEGER, rows.near, rows.on_day)
    twice = call("mul", Type.INTEGER, call("abs", Type.INTEGER, away), integer(2))
    after = case((compare("gt", away, integer(0)), integer(1)), otherwise=integer(0))
    return _by_day(outcome, rows, call("add", Type.INTEGER, twice, after))


def lowest(outcome: m.Outcome, rows: Rows) -> Folded:
    return _chosen(outcome, rows, (rows.value, rows.key))


def highest(outcome: m.Outcome, rows: Rows) -> Folded:
    return _chosen(outcome, rows, (negative(rows.value), rows.key))


def _by_day(outcome: m.Outcome, rows: Rows, distance: Expr) -> Folded:
    """The row least `distance` away; rows of one day by the tie rule."""
    return _chosen(outcome, rows, order_of_day(outcome, rows, distance))


def order_of_day(outcome: m.Outcome, rows: Rows, distance: Expr) -> tuple[Expr, ...]:
    """What sorts rows by `distance`, those of one day by the tie rule, then by value, then by row."""
    ties = outcome.if_tied or m.Ties("worst")
    best = ties.rule == "best"
    rank: Expr = integer(0)
    if ties.rule == "source":
        places = [(eq(rows.source, text(s)), integer(k)) for k, s in enumerate(ties.sources)]
        rank = case(*places, otherwise=integer(len(ties.sources)))
    last_choice = not_(rows.passes) if best else rows.passes
    if isinstance(outcome.pick.test, m.OneOf):
        return (order(distance, rank, last_choice, rows.row),)
    value = negative(rows.value) if best else rows.value
    return (order(distance, rank, last_choice, integer(0)), value, rows.row)


def _chosen(outcome: m.Outcome, rows: Rows, by: tuple[Expr, ...]) -> Folded:
    key = column(outcome.name, "chosen")
    agg = Agg("value_of_min", rows.key, Type.KEY, rows.counted, order=by)
    passes = call("key_satisfied", Type.TRUTH, key)
    final = case((passes, text("met")), otherwise=text("not_met"))
    return Folded(((f"{outcome.name}__chosen", agg),), is_not_null(key), final, key, single=True)


def negative(value: Expr) -> Expr:
    return call("sub", Type.WIDE, wide(0), value)
