"""`days_covered`: the share of the window's days on which there was supply, by the days that each row supplies.

Supply starts on its row's day, or where earlier supply ends if that is later. With S the days supplied up to a row
and by it, and day the window's day on which it came, supply therefore ends before the day S + max(day − S before),
the maximum over this row and those before it. A row's supply is cut to the window's length, which changes no covered
day and keeps all sums small.
"""

from engine.language import meaning as m
from engine.plan.judging import share_passes
from engine.plan.picks.base import Folded, Rows, column
from engine.plan.rows import NUMBER_SCALE
from engine.plan.status_columns import outcome_column, window_days
from engine.plan.tree import (
    Agg,
    Col,
    Expr,
    Filter,
    Fold,
    Over,
    Relation,
    Type,
    With,
    call,
    case,
    coalesce,
    integer,
    is_not_null,
    least,
    text,
    wide,
)

_ORDER = ("on_day", "row_no")
_DAYS, _TOTAL, _FREE, _PUSHED = (
    Col(f"supply_{n}", Type.INTEGER) for n in ("days", "total", "free", "pushed")
)


def days_covered(outcome: m.Outcome, rows: Rows) -> Folded:
    name = outcome.name
    latest = column(name, "latest")
    covered = coalesce(column(name, "supplied", Type.INTEGER), integer(0))

    def beside(marked: Relation, keys: tuple[str, ...]) -> Relation:
        supplies = _supplies(outcome, rows, Filter(marked, rows.counted), keys)
        return Fold(
            supplies,
            keys,
            ((f"{name}__supplied", Agg("sum", Col("supply_new", Type.INTEGER), Type.INTEGER)),),
        )

    passes = share_passes(outcome, covered)
    return Folded(
        aggs=((latest.name, Agg("max", rows.key, Type.KEY, rows.counted)),),
        seen=is_not_null(latest),
        final=case((passes, text("met")), otherwise=text("not_met")),
        final_key=latest,
        single=False,
        beside=beside,
        further=(("covered", covered),),
    )


def _supplies(outcome: m.Outcome, rows: Rows, counted: Relation, keys: tuple[str, ...]) -> Relation:
    """One row a report: `supply_new`, the days of the window that it covers and no earlier one does."""
    length = window_days(outcome.name)
    whole = call("div_floor", Type.WIDE, rows.value, wide(NUMBER_SCALE))
    days = call("narrow", Type.INTEGER, least(whole, call("widen", Type.WIDE, length)))
    supplied = With(counted, ((_DAYS.name, days),))
    totalled = With(supplied, ((_TOTAL.name, Over("sum_to", _DAYS, keys, _ORDER, Type.INTEGER)),))
    day = call(
        "days_between", Type.INTEGER, outcome_column(outcome.name, "first_day", Type.DATE), rows.on_day
    )
    placed = With(totalled, ((_FREE.name, _plus(_minus(day, _TOTAL), _DAYS)),))
    pushed = With(placed, ((_PUSHED.name, Over("max_to", _FREE, keys, _ORDER, Type.INTEGER)),))
    end = _plus(_PUSHED, _TOTAL)
    return With(pushed, (("supply_new", _minus(least(end, length), least(_minus(end, _DAYS), length))),))


def _plus(left: Expr, right: Expr) -> Expr:
    return call("add", Type.INTEGER, left, right)


def _minus(left: Expr, right: Expr) -> Expr:
    return call("sub", Type.INTEGER, left, right)
