"""A plan as SQL syntax trees: values are quoted and dialects printed by the library, never by hand."""

from collections.abc import Callable
from datetime import date
from functools import cache, reduce

from sqlglot import exp

from engine.kernel.dates import FIRST_DAY
from engine.plan import tree as t

ROW_SPAN = 1 << 43  # a key is (days since 1900 · 2 + satisfied) · 2⁴³ + row
DAY_SPAN = ROW_SPAN * 2
TYPES = {
    t.Type.DATE: "DATE",
    t.Type.INTEGER: "BIGINT",
    t.Type.MONEY: "BIGINT",
    t.Type.WIDE: "HUGEINT",
    t.Type.TEXT: "VARCHAR",
    t.Type.TRUTH: "BOOLEAN",
    t.Type.KEY: "BIGINT",
}
_NUMBER = r"-?[0-9]{1,18}(\.[0-9]{1,9})?"
_ISO_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def expression(node: t.Expr) -> exp.Expr:
    """A typed expression as SQL."""
    match node:
        case t.Col(name, _):
            return exp.Column(this=exp.to_identifier(name))
        case t.Lit(value, type_):
            return _literal(value, type_)
        case t.Call(op, args, _):
            return _CALLS[op](*(expression(a) for a in args))
        case t.Over():
            return _over(node)


@cache
def sql_type(name: str) -> exp.DataType:
    """A type by its name in DuckDB."""
    return exp.DataType.build(name, dialect="duckdb")


def _cast(value: exp.Expr, type_: str) -> exp.Expr:
    return exp.Cast(this=value, to=sql_type(type_))


def _literal(value: t.Constant, type_: t.Type) -> exp.Expr:
    if value is None:
        return _cast(exp.Null(), TYPES[type_])
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, date):
        return _cast(exp.Literal.string(value.isoformat()), "DATE")
    if isinstance(value, int):
        number = exp.Literal.number(abs(value))
        signed = exp.Neg(this=number) if value < 0 else number
        return _cast(signed, "HUGEINT") if type_ is t.Type.WIDE else signed
    return exp.Literal.string(value)


def _number(value: int) -> exp.Expr:
    return exp.Literal.number(value)


def _function(name: str) -> Callable[..., exp.Expr]:
    return lambda *args: exp.Anonymous(this=name, expressions=list(args))


def _binary(kind: type[exp.Binary]) -> Callable[..., exp.Expr]:
    def build(*args: exp.Expr) -> exp.Expr:
        def pair(left: exp.Expr, right: exp.Expr) -> exp.Expr:
            return kind(this=_paren(left), expression=_paren(right))

        return reduce(pair, args)

    return build


def _paren(value: exp.Expr) -> exp.Expr:
    return (
        exp.Paren(this=value) if isinstance(value, exp.Binary | exp.Connector | exp.Not | exp.In) else value
    )


def _case(*args: exp.Expr) -> exp.Expr:
    ifs = [exp.If(this=args[k], true=args[k + 1]) for k in range(0, len(args) - 1, 2)]
    return exp.Case(ifs=ifs, default=args[-1])


def _days_since_first(day: exp.Expr) -> exp.Expr:
    return exp.Sub(this=_paren(day), expression=_literal(FIRST_DAY, t.Type.DATE))


def _pack(day: exp.Expr, satisfied: exp.Expr, row: exp.Expr) -> exp.Expr:
    days = exp.Mul(this=exp.Paren(this=_days_since_first(day)), expression=_number(DAY_SPAN))
    bit = (
        _number(0)
        if isinstance(satisfied, exp.Boolean) and not satisfied.this
        else _case(satisfied, _number(ROW_SPAN), _number(0))
    )
    return exp.Add(this=exp.Add(this=days, expression=bit), expression=row)


def _int_div(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return exp.IntDiv(this=_paren(left), expression=_paren(right))


def _key_day(key: exp.Expr) -> exp.Expr:
    days = _cast(_int_div(key, _number(DAY_SPAN)), "INTEGER")
    return exp.Add(this=_literal(FIRST_DAY, t.Type.DATE), expression=days)


def _key_row(key: exp.Expr) -> exp.Expr:
    return exp.Mod(this=_paren(key), expression=_number(ROW_SPAN))


def _key_satisfied(key: exp.Expr) -> exp.Expr:
    bit = exp.Mod(this=exp.Paren(this=_int_div(key, _number(ROW_SPAN))), expression=_number(2))
    return exp.EQ(this=bit, expression=_number(1))


def _div_floor(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return _int_div(left, _function("NULLIF")(right, _number(0)))


def _add_days(day: exp.Expr, days: exp.Expr) -> exp.Expr:
    return exp.Add(this=_paren(day), expression=_cast(days, "INTEGER"))


def _add_months(day: exp.Expr, months: exp.Expr) -> exp.Expr:
    length = _function("TO_MONTHS")(_cast(months, "INTEGER"))
    return _cast(exp.Add(this=_paren(day), expression=length), "DATE")


def _completed_months(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    part = {n: (_function(n)(start), _function(n)(end)) for n in ("YEAR", "MONTH", "DAY")}
    years = exp.Sub(this=part["YEAR"][1], expression=part["YEAR"][0])
    months = exp.Sub(this=part["MONTH"][1], expression=part["MONTH"][0])
    whole = exp.Add(
        this=exp.Mul(this=exp.Paren(this=years), expression=_number(12)), expression=exp.Paren(this=months)
    )
    month_end = _function("DAY")(_function("LAST_DAY")(end))
    short = exp.And(
        this=exp.GT(this=part["DAY"][0], expression=part["DAY"][1]),
        expression=exp.LT(this=part["DAY"][1], expression=month_end),
    )
    return exp.Sub(this=whole, expression=_case(short, _number(1), _number(0)))


def _months_between(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    back = exp.Neg(this=exp.Paren(this=_completed_months(end, start)))
    return _case(exp.LT(this=_paren(end), expression=_paren(start)), back, _completed_months(start, end))


def _full_match(value: exp.Expr, pattern: str) -> exp.Expr:
    return _function("REGEXP_FULL_MATCH")(value, exp.Literal.string(pattern))


def _number_of(value: exp.Expr) -> exp.Expr:
    whole, dot = _function("SPLIT_PART"), exp.Literal.string(".")
    decimals = _function("RPAD")(whole(value, dot, _number(2)), _number(9), exp.Literal.string("0"))
    digits = _function("CONCAT")(whole(value, dot, _number(1)), decimals)
    return _case(_full_match(value, _NUMBER), _cast(digits, "HUGEINT"), exp.Null())


def _truth_of(value: exp.Expr) -> exp.Expr:
    word = _function("LOWER")(value)
    true, false = exp.Literal.string("true"), exp.Literal.string("false")
    return _case(
        exp.EQ(this=word, expression=true), exp.Boolean(this=True),
        exp.EQ(this=word, expression=false), exp.Boolean(this=False),
        exp.Null(),
    )  # fmt: skip


def _date_of(value: exp.Expr) -> exp.Expr:
    return _case(_full_match(value, _ISO_DAY), exp.TryCast(this=value, to=sql_type("DATE")), exp.Null())


def _kth_smallest(k: exp.Expr, *values: exp.Expr) -> exp.Expr:
    nulls_last = (exp.Literal.string("ASC"), exp.Literal.string("NULLS LAST"))
    values_list = exp.Array(expressions=list(values))
    return _function("LIST_EXTRACT")(_function("LIST_SORT")(values_list, *nulls_last), k)


_CALLS: dict[str, Callable[..., exp.Expr]] = {
    "and": _binary(exp.And),
    "or": _binary(exp.Or),
    "not": lambda a: exp.Not(this=_paren(a)),
    "eq": _binary(exp.EQ),
    "ne": _binary(exp.NEQ),
    "lt": _binary(exp.LT),
    "le": _binary(exp.LTE),
    "gt": _binary(exp.GT),
    "ge": _binary(exp.GTE),
    "is_null": lambda a: exp.Is(this=_paren(a), expression=exp.Null()),
    "coalesce": _function("COALESCE"),
    "case": _case,
    "least": _function("LEAST"),
    "greatest": _function("GREATEST"),
    "in": lambda value, *options: exp.In(this=_paren(value), expressions=list(options)),
    "kth_smallest": _kth_smallest,
    "add": _binary(exp.Add),
    "sub": _binary(exp.Sub),
    "mul": _binary(exp.Mul),
    "div_floor": _div_floor,
    "abs": _function("ABS"),
    "widen": lambda a: _cast(a, "HUGEINT"),
    "narrow": lambda a: _cast(a, "BIGINT"),
    "add_days": _add_days,
    "add_months": _add_months,
    "days_between": lambda a, b: exp.Sub(this=_paren(b), expression=_paren(a)),
    "months_between": _months_between,
    "pack": _pack,
    "key_day": _key_day,
    "key_row": _key_row,
    "key_satisfied": _key_satisfied,
    "number": _number_of,
    "truth_of": _truth_of,
    "date_of": _date_of,
    "concat": _function("CONCAT"),
    "text": lambda a: _cast(a, "VARCHAR"),
}


def _over(node: t.Over) -> exp.Expr:
    value = expression(node.value)
    partition = [exp.Column(this=exp.to_identifier(c)) for c in node.by]
    order = exp.Order(
        expressions=[exp.Ordered(this=exp.Column(this=exp.to_identifier(c))) for c in node.order]
    )
    if node.op == "lead":
        return exp.Window(this=_function("LEAD")(value), partition_by=partition, order=order)
    function = {"max_before": "MAX", "max_to": "MAX", "sum_to": "SUM"}[node.op]
    before = node.op == "max_before"
    rows = exp.WindowSpec(
        kind="ROWS",
        start="UNBOUNDED",
        start_side="PRECEDING",
        end=_number(1) if before else "CURRENT ROW",
        end_side="PRECEDING" if before else None,
    )
    window = exp.Window(this=_function(function)(value), partition_by=partition, order=order, spec=rows)
    return _cast(window, "BIGINT") if node.op == "sum_to" else window


def aggregate(agg: t.Agg) -> exp.Expr:
    """An aggregate with its filter."""
    where = None if agg.where is None else exp.Where(this=expression(agg.where))

    def filtered(call: exp.Expr) -> exp.Expr:
        return call if where is None else exp.Filter(this=call, expression=where)

    if agg.op == "count":
        return filtered(exp.Count(this=exp.Star()))
    assert agg.value is not None
    value = expression(agg.value)
    match agg.op:
        case "min" | "max":
            return filtered(_function(agg.op.upper())(value))
        case "sum":
            return _cast(filtered(_function("SUM")(value)), TYPES[agg.type])
        case "any_true":
            return filtered(_function("BOOL_OR")(value))
        case "kth":
            smallest = filtered(_function("MIN")(value, _number(agg.k)))
            return _function("LIST_EXTRACT")(smallest, _number(agg.k))
    return filtered(_function("ARG_MIN")(value, _order([expression(o) for o in agg.order])))


def _order(parts: list[exp.Expr]) -> exp.Expr:
    """What ARG_MIN sorts by; several parts as one row, which is NULL where a part is."""
    if len(parts) == 1:
        return parts[0]
    unknown: list[exp.Expr] = [exp.Is(this=_paren(p), expression=exp.Null()) for p in parts]
    return _case(_binary(exp.Or)(*unknown), exp.Null(), _function("ROW")(*parts))
