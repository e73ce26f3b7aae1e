"""Runs a plan on Polars: for cohorts that fit into memory, and as a second opinion on DuckDB's answer."""

from collections import Counter

import polars as pl

from engine.backends.polars_expressions import ROUGHLY_WIDE, TYPES, checked, expression, when
from engine.backends.references import references
from engine.backends.sizes import LONG, largest
from engine.feeds.facts import Facts
from engine.plan import tree as t
from engine.plan.build import RESULTS, Plan

_FACTS = ("treatments", "outcomes", "coverage", "repeated_rows")


class TooLarge(ArithmeticError):  # noqa: N818 - it says what the number is
    """A number of the plan needs more bits than it has."""


def facts_frames(facts: Facts) -> dict[str, pl.DataFrame]:
    """The relations that a plan scans, as frames."""
    schema, cursor = facts.schema.replace('"', '""'), facts.connection.cursor()
    return {name: pl.DataFrame(cursor.sql(f'SELECT * FROM "{schema}".{name}')) for name in _FACTS}


def run_plan_polars(plan: Plan, tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The plan's results by name. `tables` are the frames that it scans.

    A step that is used more than once is worked out once. Raises TooLarge where a number does not fit.
    """
    uses = Counter(name for step in plan.steps for name in references(step.relation))
    reader = _Reader(tables)
    try:
        for step in plan.steps:
            frame = reader.frame(step.relation)
            once = uses[step.name] <= 1 and step.name not in RESULTS
            reader.steps[step.name] = frame if once else _worked_out(frame).lazy()
        return {name: _worked_out(reader.steps[name]) for name in RESULTS}
    except pl.exceptions.InvalidOperationError as error:
        if "conversion" not in str(error):  # a cast that does not fit
            raise
        raise TooLarge("a number of the plan does not fit into its 64 or 128 bits") from None


class _Reader:
    """Reads relations as lazy frames with exactly their columns, over the feed's tables and earlier steps."""

    def __init__(self, tables: dict[str, pl.DataFrame]) -> None:
        self.tables = tables
        self.steps: dict[str, pl.LazyFrame] = {}

    def frame(self, relation: t.Relation) -> pl.LazyFrame:
        match relation:
            case t.Scan(table, columns):
                frame = self.tables[table].lazy()
                return frame.select(pl.col(name).cast(TYPES[type_]) for name, type_ in columns.items())
            case t.Ref(step, columns):
                return self.steps[step].select(list(columns))
            case t.Values(columns, rows):
                schema = {name: TYPES[type_] for name, type_ in columns.items()}
                return pl.LazyFrame(list(rows), schema=schema, orient="row")
            case t.Filter(source, where):
                return self.frame(source).filter(expression(where))
            case t.Select(source, items):
                # as columns beside the old ones first, so that constants fill all rows
                return self._with(source, items).select([name for name, _ in items])
            case t.With(source, items):
                return self._with(source, items)
            case t.Join():
                return self._join(relation)
            case t.Fold(source, by, aggs):
                return _fold(self.frame(source), by, aggs)
            case t.Union(parts):
                names = list(relation.columns)
                return pl.concat([self.frame(part).select(names) for part in parts])

    def _with(self, source: t.Relation, items: tuple[tuple[str, t.Expr], ...]) -> pl.LazyFrame:
        return self.frame(source).with_columns(expression(value).alias(name) for name, value in items)

    def _join(self, join: t.Join) -> pl.LazyFrame:
        left, right = self.frame(join.left), self.frame(join.right)
        if join.how == "cross":
            joined = left.join(right, how="cross")
        else:
            joined = left.join(right, on=list(join.on), how="left" if join.how == "left" else "inner")
        return joined if join.where is None else joined.filter(expression(join.where))


def _worked_out(frame: pl.LazyFrame) -> pl.DataFrame:
    """The rows of a step. Not by the streaming engine, which panics now and then over texts (polars 2.1.0)."""
    return frame.collect(engine="in-memory")


def _fold(frame: pl.LazyFrame, by: tuple[str, ...], aggs: tuple[tuple[str, t.Agg], ...]) -> pl.LazyFrame:
    """One row a group. What is aggregated is worked out as columns first, NULL where a row does not count."""
    inputs: list[pl.Expr] = []
    outputs: list[pl.Expr] = []
    for k, (name, agg) in enumerate(aggs):
        value, order = f"value {k}", f"order {k}"
        inputs.append(_counted(agg).alias(value))
        if agg.op == "value_of_min":
            inputs.append(_order(agg).alias(order))
        outputs.append(_aggregate(agg, pl.col(value), pl.col(order)).cast(TYPES[agg.type]).alias(name))
    return frame.with_columns(inputs).group_by(list(by)).agg(outputs)


def _counted(agg: t.Agg) -> pl.Expr:
    value = pl.lit(True) if agg.value is None else expression(agg.value)
    return value if agg.where is None else when(expression(agg.where)).then(value)


def _order(agg: t.Agg) -> pl.Expr:
    """What the row is sorted by; NULL, and so passed over, where a part of it is or the value does not count."""
    assert agg.value is not None
    orders = [expression(o) for o in agg.order]
    parts = [*orders, expression(agg.value)]
    counts = pl.all_horizontal([p.is_not_null() for p in parts])
    if agg.where is not None:
        counts &= expression(agg.where)
    return when(counts).then(
        orders[0] if len(orders) == 1 else pl.struct(o.alias(str(k)) for k, o in enumerate(orders))
    )


def _aggregate(agg: t.Agg, value: pl.Expr, order: pl.Expr) -> pl.Expr:
    match agg.op:
        case "count":
            return value.count()
        case "min":
            return value.min()
        case "max" | "any_true":
            return value.max()
        case "sum":
            return pl.when(value.count() > 0).then(_sum(agg, value))
        case "kth":
            return value.drop_nulls().sort().slice(agg.k - 1, 1).first()
    return value.min_by(order)


def _sum(agg: t.Agg, value: pl.Expr) -> pl.Expr:
    """A sum in 128 bits, which the cast to the aggregate's type checks; of WIDE values checked by itself."""
    assert agg.value is not None
    total = value.cast(pl.Int128).sum()
    if largest(agg.value) <= LONG:  # 2⁶⁴ rows of them fit
        return total
    return checked(total, value.cast(pl.Float64).abs().sum() > ROUGHLY_WIDE)
