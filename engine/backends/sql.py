"""A plan as SQL syntax trees: values are quoted and dialects printed by the library, never by hand."""

from collections.abc import Callable
from datetime import date
from functools import cache, reduce

from sqlglot import exp

from engine.plan import tree as t

# The operations that SQL has no word for; an evidence key is (days since 1900 · 2 + satisfied) · 2⁴³ + row.
MACROS = {
    "a date some months on, or the last day of that month": """add_months(day, months) AS
CAST(day + to_months(CAST(months AS INTEGER)) AS DATE)""",
    "completed months from one day to a later one": """months_forward(a, b) AS
(year(b) - year(a)) * 12 + month(b) - month(a)
- CASE WHEN day(a) > day(b) AND day(b) < day(last_day(b)) THEN 1 ELSE 0 END""",
    "completed months, negative where b comes first": """completed_months(a, b) AS
CASE WHEN b < a THEN -months_forward(b, a) ELSE months_forward(a, b) END""",
    "day, whether the row satisfies the test, and row number in one integer": """evidence_key(day, satisfied, row_no) AS
(day - DATE '1900-01-01') * 17592186044416 + CASE WHEN satisfied THEN 8796093022208 ELSE 0 END + row_no""",
    "the day of an evidence key": """key_day(k) AS
DATE '1900-01-01' + CAST(k // 17592186044416 AS INTEGER)""",
    "the row number of an evidence key": """key_row(k) AS
k % 8796093022208""",
    "whether the row of an evidence key satisfies the test": """key_satisfied(k) AS
(k // 8796093022208) % 2 = 1""",
    "a plain decimal as billionths, exactly; NULL for any other text": """billionths(value) AS
CASE WHEN regexp_full_match(value, '-?[0-9]{1,18}(\\.[0-9]{1,9})?')
THEN CAST(concat(split_part(value, '.', 1), rpad(split_part(value, '.', 2), 9, '0')) AS HUGEINT) END""",
    "true or false in any case; NULL for any other text": """truth_of(value) AS
CASE lower(value) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END""",
    "an ISO date; NULL for any other text": """date_of(value) AS
CASE WHEN regexp_full_match(value, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN TRY_CAST(value AS DATE) END""",
}
TYPES = {
    t.Type.DATE: "DATE",
    t.Type.INTEGER: "BIGINT",
    t.Type.MONEY: "BIGINT",
    t.Type.WIDE: "HUGEINT",
    t.Type.TEXT: "VARCHAR",
    t.Type.TRUTH: "BOOLEAN",
    t.Type.KEY: "BIGINT",
}


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


def _int_div(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return exp.IntDiv(this=_paren(left), expression=_paren(right))


def _div_floor(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return _int_div(left, _function("NULLIF")(right, _number(0)))


def _add_days(day: exp.Expr, days: exp.Expr) -> exp.Expr:
    return exp.Add(this=_paren(day), expression=_cast(days, "INTEGER"))


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
    "add_months": _function("add_months"),
    "days_between": lambda a, b: exp.Sub(this=_paren(b), expression=_paren(a)),
    "months_between": _function("completed_months"),
    "pack": _function("evidence_key"),
    "key_day": _function("key_day"),
    "key_row": _function("key_row"),
    "key_satisfied": _function("key_satisfied"),
    "number": _function("billionths"),
    "truth_of": _function("truth_of"),
    "date_of": _function("date_of"),
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
