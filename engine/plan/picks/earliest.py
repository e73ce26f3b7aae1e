"""`any`, `all`, `none` and `count`: decided by the first row (or the k-th) that settles the matter."""

from engine.language import meaning as m
from engine.plan.picks.base import Folded, Rows, column
from engine.plan.tree import Agg, Expr, Type, and_, is_not_null, not_, text


def any_row(outcome: m.Outcome, rows: Rows) -> Folded:
    """Met by the first satisfying row; not met if the decided day finds none."""
    return _settled_by(outcome, rows, rows.passes, 1, early="met", final="not_met")


def all_rows(outcome: m.Outcome, rows: Rows) -> Folded:
    """Not met by the first failing row; met if the decided day finds none."""
    return _settled_by(outcome, rows, not_(rows.passes), 1, early="not_met", final="met")


def no_row(outcome: m.Outcome, rows: Rows) -> Folded:
    """Not met by the first satisfying row; met if the decided day finds none."""
    return _settled_by(outcome, rows, rows.passes, 1, early="not_met", final="met")


def count(outcome: m.Outcome, rows: Rows) -> Folded:
    """Met by the n-th satisfying row (`at_least` n), or not met by the one after the n-th (`at_most` n)."""
    pick = outcome.pick
    if pick.at_least is not None:
        return _settled_by(outcome, rows, rows.passes, pick.at_least, early="met", final="not_met")
    beyond = (pick.at_most or 0) + 1
    return _settled_by(outcome, rows, rows.passes, beyond, early="not_met", final="met")


def _settled_by(outcome: m.Outcome, rows: Rows, settles: Expr, k: int, early: str, final: str) -> Folded:
    name = outcome.name
    where = and_(rows.counted, settles)
    if k == 0:  # at least none: always so
        return _always(outcome, rows, early)
    smallest = Agg("min" if k == 1 else "kth", rows.key, Type.KEY, where, k=k)
    latest = Agg("max", rows.key, Type.KEY, rows.counted)
    return Folded(
        aggs=((f"{name}__early", smallest), (f"{name}__latest", latest)),
        seen=is_not_null(column(name, "latest")),
        final=text(final),
        final_key=column(name, "latest"),
        single=False,
        early_key=column(name, "early"),
        early=early,
    )


def _always(outcome: m.Outcome, rows: Rows, status: str) -> Folded:
    latest = Agg("max", rows.key, Type.KEY, rows.counted)
    key = column(outcome.name, "latest")
    return Folded(((f"{outcome.name}__latest", latest),), is_not_null(key), text(status), key, single=False)
