"""Baselines: of each outcome that tests a change, the value from which it is reckoned, beside every report.

`base_over` (billionths; over `base_under` rows where it is a mean) and `base_key` (of the row, where it is one's) are
NULL where there is no baseline value.
"""

from collections.abc import Sequence
from dataclasses import replace

from engine.language import meaning as m
from engine.plan import reports
from engine.plan.picks.base import Folded, Rows, column
from engine.plan.picks.chosen import earliest_first, latest_first, negative, order_of_day
from engine.plan.reports import ON_DAY, ROW
from engine.plan.status_columns import further
from engine.plan.tree import (
    FALSE,
    Agg,
    Expr,
    Filter,
    Fold,
    Join,
    Ref,
    Relation,
    Type,
    With,
    call,
    or_,
)


def with_baselines(
    dated: Ref, keys: tuple[str, ...], outcomes: Sequence[tuple[m.Outcome, Rows, Expr]]
) -> Relation:
    """The reports with the baselines of `outcomes`, each given with its rows and which of them are to be seen."""
    marks, aggs = [], []
    for o, rows, seen in outcomes:
        counted = column(o.name, "of_baseline", Type.TRUTH)
        marks.append((counted.name, reports.of_baseline(o, seen)))
        aggs += _aggs(o, replace(rows, counted=counted, passes=FALSE, key=_key()))
    of_use = or_(*(column(o.name, "of_baseline", Type.TRUTH) for o, _, _ in outcomes))
    return Join(dated, Fold(Filter(With(dated, tuple(marks)), of_use), keys, tuple(aggs)), keys, how="left")


def _key() -> Expr:
    return call("pack", Type.KEY, ON_DAY, FALSE, ROW)


def _aggs(o: m.Outcome, rows: Rows) -> list[tuple[str, Agg]]:
    over, under, key = (f"{o.name}__{part}" for part in ("base_over", "base_under", "base_key"))
    if o.baseline is None:
        return []
    match o.baseline.pick:
        case "mean":
            return [
                (over, Agg("sum", rows.value, Type.WIDE, rows.counted)),
                (under, Agg("count", None, Type.INTEGER, rows.counted)),
            ]
        case "lowest":
            order: tuple[Expr, ...] = (rows.value, rows.key)
        case "highest":
            order = (negative(rows.value), rows.key)
        case "first":
            order = order_of_day(o, rows, earliest_first(rows.on_day))
        case "last":
            order = order_of_day(o, rows, latest_first(rows.on_day))
    return [
        (over, Agg("value_of_min", rows.value, Type.WIDE, rows.counted, order)),
        (key, Agg("value_of_min", rows.key, Type.KEY, rows.counted, order)),
    ]


def kept_beside(o: m.Outcome, pick: Folded, rows: Rows) -> Folded:
    """The pick with the baseline of the rows that count, which is the same in all of them, as columns of its own."""
    if o.baseline is None:
        return pick
    parts = [(part, type_) for part, type_ in further(o) if part.startswith("baseline_")]
    columns = [column(o.name, part.replace("baseline", "base"), type_) for part, type_ in parts]
    aggs = [(c.name, Agg("min", c, c.type, rows.counted)) for c in columns]
    named = [(part, c) for (part, _), c in zip(parts, columns, strict=True)]
    return replace(pick, aggs=(*pick.aggs, *aggs), further=(*pick.further, *named))
