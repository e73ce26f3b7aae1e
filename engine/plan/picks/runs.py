"""`consecutive` and `sustained`: a run of passing days, with no failing day between, that is long enough.

Both see one result a day. A run is numbered by the failing days before it, so that no two runs share a number.
"""

from collections.abc import Callable

from engine.kernel.dates import Shift
from engine.language import meaning as m
from engine.plan.picks.base import Folded, Rows, column
from engine.plan.picks.chosen import order_of_day
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
    add_days,
    add_months,
    call,
    case,
    compare,
    eq,
    integer,
    is_not_null,
    text,
)

_RESULT, _PASSES = Col("result", Type.KEY), Col("result_passes", Type.TRUTH)
_FIRST = Col("run_first", Type.KEY)  # of the run that a result belongs to, its first result
_DAY = ("on_day",)

LongEnough = Callable[
    [Relation, tuple[str, ...]], Relation
]  # runs' results to those that make their run long enough


def consecutive(outcome: m.Outcome, rows: Rows) -> Folded:
    """Met by the k-th result in a row that passes."""
    times = outcome.pick.times or 1

    def long_enough(results: Relation, run: tuple[str, ...]) -> Relation:
        place = Over("sum_to", Col("passed", Type.INTEGER), run, _DAY, Type.INTEGER)
        placed = With(results, (("place", place),))
        return Filter(placed, eq(Col("place", Type.INTEGER), integer(times)))

    return _by_runs(outcome, rows, long_enough)


def sustained(outcome: m.Outcome, rows: Rows) -> Folded:
    """Met by a passing result so far after another one of its run."""
    apart = outcome.pick.apart or Shift()

    def long_enough(results: Relation, run: tuple[str, ...]) -> Relation:
        start = call("key_day", Type.DATE, _FIRST)
        reached = add_days(add_months(start, apart.months), apart.days)
        return Filter(results, compare("le", reached, rows.on_day))

    return _by_runs(outcome, rows, long_enough)


def _by_runs(outcome: m.Outcome, rows: Rows, long_enough: LongEnough) -> Folded:
    """The first result that makes a run long enough, with the first result of its run."""
    name = outcome.name
    done, latest = column(name, "done"), column(name, "latest")

    def beside(marked: Relation, keys: tuple[str, ...]) -> Relation:
        results = long_enough(_runs(outcome, rows, marked, keys), (*keys, "run"))
        first = Agg("value_of_min", _FIRST, Type.KEY, order=(_RESULT,))
        return Fold(
            results, keys, ((done.name, Agg("min", _RESULT, Type.KEY)), (f"{name}__run_begun", first))
        )

    met = is_not_null(done)
    return Folded(
        aggs=((latest.name, Agg("max", rows.key, Type.KEY, rows.counted)),),
        seen=is_not_null(latest),
        final=case((met, text("met")), otherwise=text("not_met")),
        final_key=case((met, done), otherwise=latest),
        single=False,
        beside=beside,
        further=(("begun", column(name, "run_begun")),),
    )


def _runs(outcome: m.Outcome, rows: Rows, marked: Relation, keys: tuple[str, ...]) -> Relation:
    """One row a day whose result passes: the result, the number of its run, and the run's first result."""
    chosen = Agg("value_of_min", rows.key, Type.KEY, order=order_of_day(outcome, rows, integer(0)))
    days = Fold(Filter(marked, rows.counted), (*keys, "on_day"), ((_RESULT.name, chosen),))
    judged = With(days, ((_PASSES.name, call("key_satisfied", Type.TRUTH, _RESULT)),))
    passed = case((_PASSES, integer(1)), otherwise=integer(0))
    failed = case((_PASSES, integer(0)), otherwise=integer(1))
    counted = With(judged, (("passed", passed), ("failed", failed)))
    run = Over("sum_to", Col("failed", Type.INTEGER), keys, _DAY, Type.INTEGER)
    passing = Filter(With(counted, (("run", run),)), _PASSES)
    # the least result up to each is the greatest of their negatives, sign changed back
    behind = With(passing, (("behind", _negative(_RESULT)),))
    first = Over("max_to", Col("behind", Type.KEY), (*keys, "run"), _DAY, Type.KEY)
    return With(behind, ((_FIRST.name, _negative(first)),))


def _negative(value: Expr) -> Expr:
    return call("sub", Type.KEY, integer(0), value)
