"""A plan's expressions as Polars expressions: the same values as DuckDB's, NULL for NULL.

Polars' integers wrap silently. Each sum and product is therefore worked out in 64 or 128 bits only where the
sizes of its parts show that it fits; where they do not, the result is checked row by row, and a strict cast
fails on the first row that does not fit (also in a branch of a `case` that is not taken).
"""

from collections.abc import Callable
from datetime import date
from functools import reduce

import polars as pl
from polars.expr.whenthen import When

from engine.backends.sizes import LONG, WIDE, largest
from engine.kernel.dates import FIRST_DAY
from engine.plan import tree as t

TYPES: dict[t.Type, type[pl.DataType]] = {
    t.Type.DATE: pl.Date,
    t.Type.INTEGER: pl.Int64,
    t.Type.MONEY: pl.Int64,
    t.Type.WIDE: pl.Int128,
    t.Type.TEXT: pl.String,
    t.Type.TRUTH: pl.Boolean,
    t.Type.KEY: pl.Int64,
}
ROW_SPAN = 1 << 43  # a key is (days since 1900 · 2 + satisfied) · 2⁴³ + row
DAY_SPAN = ROW_SPAN * 2
ROUGHLY_WIDE = float(WIDE) * (1 - 1e-9)  # a float's error is far less than a billionth
_EPOCH_DAY = (FIRST_DAY - date(1970, 1, 1)).days
_NUMBER = r"\A(-?[0-9]{1,18})(?:\.([0-9]{1,9}))?\z"
_ISO_DAY = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z"


def expression(node: t.Expr) -> pl.Expr:
    """A typed expression; its values have the type's Polars type."""
    match node:
        case t.Col(name, _):
            return pl.col(name)
        case t.Lit(value, type_):
            return pl.lit(value, dtype=TYPES[type_])
        case t.Call("add" | "sub" | "mul", _, _):
            return _arithmetic(node)
        case t.Call("in", (value, *options), _):
            return _in(value, options)
        case t.Call("add_months", (day, months), _):
            return _add_months(expression(day), months)
        case t.Call("kth_smallest", (k, *values), _):
            return _kth_smallest(k, [expression(v) for v in values])
        case t.Call("case", (*branches, otherwise), type_):
            return _case([_as(type_, a) for a in branches], _as(type_, otherwise))
        case t.Call("coalesce" | "least" | "greatest" as op, args, type_):
            return _CHOICES[op]([_as(type_, a) for a in args])
        case t.Call(op, args, _):
            return _CALLS[op](*(expression(a) for a in args))
        case t.Over():
            return _over(node)


def _as(type_: t.Type, node: t.Expr) -> pl.Expr:
    """The expression in the type of the whole; truths of a `case` stay truths."""
    value = expression(node)
    same = node.type is t.Type.TRUTH or TYPES[node.type] is TYPES[type_]
    return value if same else value.cast(TYPES[type_])


# --- arithmetic -------------------------------------------------------------------------------------


def _arithmetic(node: t.Call) -> pl.Expr:
    bound = WIDE if node.type is t.Type.WIDE else LONG
    operation = {"add": pl.Expr.add, "sub": pl.Expr.sub, "mul": pl.Expr.mul}[node.op]
    value, size = expression(node.args[0]).cast(TYPES[node.type]), largest(node.args[0])
    for arg in node.args[1:]:
        part, part_size = expression(arg).cast(TYPES[node.type]), largest(arg)
        size = size * part_size if node.op == "mul" else size + part_size
        if size <= bound:
            value = operation(value, part)
        elif bound == LONG:  # two 64-bit integers always fit into 128
            value = operation(value.cast(pl.Int128), part.cast(pl.Int128)).cast(pl.Int64)
        else:
            value = checked(operation(value, part), _out_of_bounds(node.op, value, part))
        size = min(size, bound)
    return value


def checked(value: pl.Expr, is_wrong: pl.Expr) -> pl.Expr:
    """The 128-bit value; the query fails where it is wrong, by a strict cast of 1000 to 8 bits."""
    return value + (is_wrong.fill_null(False).cast(pl.Int16) * 1000).cast(pl.Int8).cast(pl.Int128)


def _out_of_bounds(op: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Whether 128 bits are too few. Rounding may refuse what is within a billionth of the bound."""
    operation = {"add": pl.Expr.add, "sub": pl.Expr.sub, "mul": pl.Expr.mul}[op]
    rough = operation(left.cast(pl.Float64), right.cast(pl.Float64))
    return rough.abs() > ROUGHLY_WIDE


def _div_floor(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    return left // when(right != 0).then(right)


# --- truths and choices -----------------------------------------------------------------------------


def _fold(operation: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Callable[..., pl.Expr]:
    return lambda *args: reduce(operation, args)


def _in(value: t.Expr, options: list[t.Expr]) -> pl.Expr:
    constants = [o.value for o in options if isinstance(o, t.Lit) and o.value is not None]
    if len(constants) == len(options):
        return expression(value).is_in(pl.Series(constants, dtype=TYPES[value.type]).implode())
    return reduce(pl.Expr.or_, [expression(value) == expression(o) for o in options])


def when(truth: pl.Expr) -> When:
    """`pl.when`, with the truth written out for each row.

    Over a column that is one constant, and among constants, it would give a single row (polars 2.1.0).
    """
    return pl.when(truth & pl.repeat(True, pl.len(), dtype=pl.Boolean))


def _case(branches: list[pl.Expr], otherwise: pl.Expr) -> pl.Expr:
    """The value of the first truth of (truth, value, truth, value, …) that is TRUE."""
    chosen = otherwise
    for k in reversed(range(0, len(branches), 2)):
        chosen = when(branches[k]).then(branches[k + 1]).otherwise(chosen)
    return chosen


def _kth_smallest(k: t.Expr, values: list[pl.Expr]) -> pl.Expr:
    place = k.value if isinstance(k, t.Lit) and isinstance(k.value, int) else None
    if place is None:
        raise TypeError("kth_smallest takes a constant k")
    return pl.concat_list(values).list.sort(nulls_last=True).list.get(place - 1, null_on_oob=True)


_CHOICES: dict[str, Callable[[list[pl.Expr]], pl.Expr]] = {
    "coalesce": pl.coalesce,
    "least": pl.min_horizontal,
    "greatest": pl.max_horizontal,
}


# --- days -------------------------------------------------------------------------------------------


def _day_number(day: pl.Expr) -> pl.Expr:
    return day.cast(pl.Int32).cast(pl.Int64)


def _add_days(day: pl.Expr, days: pl.Expr) -> pl.Expr:
    return (_day_number(day) + days).cast(pl.Int32).cast(pl.Date)


def _add_months(day: pl.Expr, months: t.Expr) -> pl.Expr:
    """The months on, clamped to the month's end."""
    if isinstance(months, t.Lit) and isinstance(months.value, int):
        return day.dt.offset_by(f"{months.value}mo")
    return day.dt.offset_by(pl.format("{}mo", expression(months)))


def _completed_months(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    years = end.dt.year().cast(pl.Int64) - start.dt.year().cast(pl.Int64)
    months = end.dt.month().cast(pl.Int64) - start.dt.month().cast(pl.Int64)
    short = (start.dt.day() > end.dt.day()) & (end.dt.day() < end.dt.days_in_month())
    return years * 12 + months - when(short).then(1).otherwise(0).cast(pl.Int64)


def _months_between(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    return when(end < start).then(-_completed_months(end, start)).otherwise(_completed_months(start, end))


# --- keys -------------------------------------------------------------------------------------------


def _pack(day: pl.Expr, satisfied: pl.Expr, row: pl.Expr) -> pl.Expr:
    bit = when(satisfied).then(pl.lit(ROW_SPAN)).otherwise(pl.lit(0)).cast(pl.Int64)
    return (_day_number(day) - _EPOCH_DAY) * DAY_SPAN + bit + row


def _key_day(key: pl.Expr) -> pl.Expr:
    return (key // DAY_SPAN + _EPOCH_DAY).cast(pl.Int32).cast(pl.Date)


def _key_satisfied(key: pl.Expr) -> pl.Expr:
    return key // ROW_SPAN % 2 == 1


# --- texts ------------------------------------------------------------------------------------------


def _number(value: pl.Expr) -> pl.Expr:
    decimals = value.str.extract(_NUMBER, 2).fill_null("").str.pad_end(9, "0")
    return (value.str.extract(_NUMBER, 1) + decimals).cast(pl.Int128)


def _truth_of(value: pl.Expr) -> pl.Expr:
    word = value.str.to_lowercase()
    return when(word == "true").then(pl.lit(True)).when(word == "false").then(pl.lit(False)).otherwise(None)


def _date_of(value: pl.Expr) -> pl.Expr:
    iso = when(value.str.contains(_ISO_DAY)).then(value)
    return iso.str.to_date("%Y-%m-%d", strict=False)


def _text(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.String)


def _concat(*parts: pl.Expr) -> pl.Expr:
    return pl.concat_str([_text(p) for p in parts], ignore_nulls=True)


_CALLS: dict[str, Callable[..., pl.Expr]] = {
    "and": _fold(pl.Expr.and_),
    "or": _fold(pl.Expr.or_),
    "not": lambda a: ~a,
    "eq": pl.Expr.eq,
    "ne": pl.Expr.ne,
    "lt": pl.Expr.lt,
    "le": pl.Expr.le,
    "gt": pl.Expr.gt,
    "ge": pl.Expr.ge,
    "is_null": pl.Expr.is_null,
    "div_floor": _div_floor,
    "abs": pl.Expr.abs,
    "widen": lambda a: a.cast(pl.Int128),
    "narrow": lambda a: a.cast(pl.Int64),
    "add_days": _add_days,
    "days_between": lambda a, b: _day_number(b) - _day_number(a),
    "months_between": _months_between,
    "pack": _pack,
    "key_day": _key_day,
    "key_row": lambda key: key % ROW_SPAN,
    "key_satisfied": _key_satisfied,
    "number": _number,
    "truth_of": _truth_of,
    "date_of": _date_of,
    "concat": _concat,
    "text": _text,
}


def _over(node: t.Over) -> pl.Expr:
    value = expression(node.value)
    match node.op:
        case "lead":
            windowed = value.shift(-1)
        case "sum_to":
            windowed = value.cast(pl.Int128).cum_sum().forward_fill().cast(pl.Int64)
        case "max_to":
            windowed = value.cum_max().forward_fill()
        case _:
            windowed = value.cum_max().forward_fill().shift(1)
    return windowed.over(node.by, order_by=node.order, nulls_last=True)
