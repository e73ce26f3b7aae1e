"""Whether a value passes an outcome's test, exactly: bounds on ratios of integers, and change from a baseline."""

from engine.language import meaning as m
from engine.plan import ratios
from engine.plan.ratios import Ratio
from engine.plan.rows import NUMBER_SCALE
from engine.plan.status_columns import outcome_column, window_days
from engine.plan.tree import Expr, Type, and_, call, compare, in_, is_not_null, text, wide

_BOUNDS = {"at_least": "ge", "at_most": "le", "above": "gt", "below": "lt"}


def passes(o: m.Outcome, word: Expr, value: Ratio) -> Expr:
    """Whether an outcome's test is passed: by the word of a row, or by its value in billionths. NULL where that is."""
    test = o.pick.test
    if isinstance(test, m.OneOf):
        return in_(word, [text(option) for option in test.values])
    if test is None:
        raise TypeError("an outcome without a test has nothing to pass")
    return number_passes(test, value, baseline(o))


def baseline(o: m.Outcome) -> Ratio | None:
    """An outcome's baseline in billionths, as columns beside its rows; NULL where it has no value."""
    if o.baseline is None:
        return None
    over = outcome_column(o.name, "base_over", Type.WIDE)
    if o.baseline.pick != "mean":
        return ratios.of_integer(over)
    return Ratio(over, call("widen", Type.WIDE, outcome_column(o.name, "base_under", Type.INTEGER)))


def has_baseline(o: m.Outcome) -> Expr:
    """Whether there is a baseline value; zero is none where the change is one of percent. May be NULL."""
    over = outcome_column(o.name, "base_over", Type.WIDE)
    of_percent = isinstance(o.pick.test, m.Change) and o.pick.test.percent
    return compare("ne", over, wide(0)) if of_percent else is_not_null(over)


def number_passes(test: m.Bound | m.Between | m.Change, value: Ratio, reference: Ratio | None) -> Expr:
    """A truth of a number in billionths, for a change beside its baseline in billionths; NULL where one is NULL."""
    if not isinstance(test, m.Change):
        return within(test, value, NUMBER_SCALE)
    if reference is None:
        raise TypeError("a change is one from a baseline")
    change = ratios.add(value, reference, "sub")
    if not test.percent:
        return within(test.test, change, NUMBER_SCALE)
    percent = ratios.divide(ratios.multiply(ratios.constant(100), change), ratios.magnitude(reference))
    return within(test.test, percent, 1)


def share_passes(o: m.Outcome, covered: Expr) -> Expr:
    """Whether the share of the window's days that are covered passes the outcome's test."""
    test = o.pick.test
    if not isinstance(test, m.Bound | m.Between):
        raise TypeError("a share of days is tested against bounds")
    days = call("widen", Type.WIDE, window_days(o.name))
    return within(test, Ratio(call("widen", Type.WIDE, covered), days), 1)


def within(test: m.Bound | m.Between, value: Ratio, scale: int) -> Expr:
    """Whether the value, in units of 1/`scale`, is on the right side of the bounds."""
    match test:
        case m.Bound(kind, bound):
            return ratios.compare_ratios(_BOUNDS[kind], value, ratios.constant(bound * scale))
        case m.Between(low, high):
            return and_(
                ratios.compare_ratios("ge", value, ratios.constant(low * scale)),
                ratios.compare_ratios("le", value, ratios.constant(high * scale)),
            )
