"""`mean`: the average of all values, compared exactly as sum against bound times count."""

from fractions import Fraction

from engine.language import meaning as m
from engine.plan.picks.base import Folded, Rows, column
from engine.plan.rows import NUMBER_SCALE
from engine.plan.tree import Agg, Expr, Type, and_, call, case, compare, is_not_null, text, wide


def mean(outcome: m.Outcome, rows: Rows) -> Folded:
    name = outcome.name
    total, number = column(name, "sum", Type.WIDE), column(name, "rows", Type.INTEGER)
    test = outcome.pick.test
    if isinstance(test, m.Between):
        passes = and_(_compared("ge", total, number, test.low), _compared("le", total, number, test.high))
    elif isinstance(test, m.Bound):
        passes = _compared(BOUNDS[test.kind], total, number, test.bound)
    else:
        raise TypeError("a mean is tested against numbers")
    return Folded(
        aggs=(
            (f"{name}__sum", Agg("sum", rows.value, Type.WIDE, rows.counted)),
            (f"{name}__rows", Agg("count", None, Type.INTEGER, rows.counted)),
            (f"{name}__latest", Agg("max", rows.key, Type.KEY, rows.counted)),
        ),
        seen=is_not_null(column(name, "latest")),
        final=case((passes, text("met")), otherwise=text("not_met")),
        final_key=column(name, "latest"),
        single=False,
    )


BOUNDS = {"at_least": "ge", "at_most": "le", "above": "gt", "below": "lt"}


def _compared(op: str, total: Expr, number: Expr, bound: Fraction) -> Expr:
    """total / number against bound, without dividing."""
    left = call("mul", Type.WIDE, total, wide(bound.denominator))
    right = call("mul", Type.WIDE, call("widen", Type.WIDE, number), wide(bound.numerator * NUMBER_SCALE))
    return compare(op, left, right)
