"""Limits: the changes that bring a total back to its bounds, each on its own day, and the line that adds them up.

With T(d) a group's total due by day d, and B(T) what its bounds make of it, a limit stands at C(d) = B(T(d)) − T(d); a
change is C(d) less C of the day before, and falls due on d. A floor of a year counts at the year's end, any other
with the lines. All amounts are counted in the limit's own direction.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.language import meaning as m
from engine.plan.limit_groups import Groups, bounded, counted_lines, day_by_day
from engine.plan.line_key import line_key
from engine.plan.lines import AMOUNT, DUE, OWED, SIGN, evidence_columns, share_items
from engine.plan.subjects import AS_OF
from engine.plan.tree import (
    FALSE,
    TRUE,
    Agg,
    Col,
    Expr,
    Filter,
    Fold,
    Join,
    Lit,
    Over,
    PlanBuilder,
    Ref,
    Relation,
    Select,
    Type,
    Union,
    Values,
    With,
    and_,
    call,
    case,
    compare,
    eq,
    integer,
    is_not_null,
    is_null,
    le,
    lt,
    null,
    rename,
    text,
)

_ZERO = Lit(0, Type.MONEY)
_CHANGE, _REACHED, _TOTAL = (Col(n, Type.MONEY) for n in ("change", "reached", "total"))
_SEEN, _COUNTS = Col("seen", Type.INTEGER), Col("counts", Type.INTEGER)


@dataclass(frozen=True, slots=True)
class Limited:
    """Steps of one limit: its lines, their changes, and the totals of the groups that may be out of bounds."""

    limit: m.Limit
    lines: Ref
    changes: Ref
    totals: Ref


def limited(
    plan: PlanBuilder, contract: m.Contract, subjects: Ref, lines: Mapping[str, Ref]
) -> tuple[Limited, ...]:
    """The limits in the order in which they stand, over the lines of clauses by id."""
    done: dict[str, Limited] = {}
    for limit in contract.limits:
        groups = Groups(contract, limit, subjects)
        members = [done[i].changes if i in done else _owed(lines[i], limit) for i in limit.of]
        parts = [counted_lines(groups, member) for member in members]
        counted: Relation = Filter(Union(tuple(parts)), compare("ne", AMOUNT, _ZERO))
        if groups.by_day:
            grain = f"a {limit.per.replace('_', ' ')} and day with lines that limit {limit.clause} counts"
            counted = plan.add(f"{limit.id}_days", grain, day_by_day(groups, counted))
        totals = plan.add(f"{limit.id}_totals", _grain(limit), groups.out_of_bounds(counted))
        changes = _changes(groups, counted, totals)
        kept = plan.add(
            f"{limit.id}_changes", f"{_grain(limit)} and day on which limit {limit.clause} moves", changes
        )
        owed = plan.add(f"{limit.id}_lines", _grain(limit), _lines(contract, groups, kept, totals))
        done[limit.id] = Limited(limit, owed, kept, totals)
    return tuple(done.values())


def _owed(lines: Ref, limit: m.Limit) -> Relation:
    """The owed lines that go the limit's way: a cohort clause's may go the other."""
    own = eq(Col("sign", Type.INTEGER), integer(SIGN[limit.direction]))
    return Filter(lines, and_(OWED, own))


def change_results(plan: PlanBuilder, contract: m.Contract, limits: tuple[Limited, ...], cases: bool) -> None:
    """The steps `changes` (a limit's line and day on which it moves, signed) and `limit_totals` (a limit's group)."""
    names = (*("case_id",) * cases, *line_key(contract))
    key = {name: Type.INTEGER if name == "n" else Type.TEXT for name in names}
    bounds = dict.fromkeys(("total", "at_most", "at_least", "patient_first"), Type.MONEY)
    changes = [Select(x.changes, (*_key(x, key), ("due", DUE), ("amount", _signed(x.limit)))) for x in limits]
    totals = [Select(x.totals, (*_key(x, key), *((n, Col(n, t)) for n, t in bounds.items()))) for x in limits]
    nothing = Values({**key, "due": Type.DATE, "amount": Type.MONEY}, ())
    plan.add("changes", "a limit's line and day on which it moves", Union((nothing, *changes)))
    plan.add("limit_totals", "a limit and group", Union((Values({**key, **bounds}, ()), *totals)))


def _key(limited: Limited, key: Mapping[str, Type]) -> tuple[tuple[str, Expr], ...]:
    own = {"clause": text(limited.limit.id), "n": integer(1)}
    return tuple((name, own.get(name, Col(name, type_))) for name, type_ in key.items())


def _signed(limit: m.Limit) -> Expr:
    return AMOUNT if limit.direction == "payment" else call("sub", Type.MONEY, _ZERO, AMOUNT)


def _grain(limit: m.Limit) -> str:
    return f"a {limit.per.replace('_', ' ')} out of the bounds of limit {limit.clause}"


def _changes(groups: Groups, counted: Relation, totals: Ref) -> Relation:
    """One row a group and day on which the limit moves."""
    limit, keys = groups.limit, groups.keys
    known = rename(Filter(totals, is_null(Col("unknown", Type.TRUTH))), groups.kept(totals))
    rows: Relation = Join(counted, known, keys)
    reached = Over("sum_to", AMOUNT, keys, ("due",), Type.MONEY)
    rows = With(rows, (("reached", reached),))
    if groups.floor_with_lines:
        rows = With(rows, (("seen", Over("sum_to", _COUNTS, keys, ("due",), Type.INTEGER)),))
    rows = With(rows, (("change", _moved(groups)),))
    moved: Relation = rename(
        Filter(rows, compare("ne", _CHANGE, _ZERO)), groups.identity | {"due": "due", "change": "change"}
    )
    if limit.is_yearly and limit.at_least is not None:
        moved = Union((moved, _year_ends(groups, totals)))
    by = (*groups.identity, "due")
    days = Fold(moved, by, (("amount", Agg("sum", _CHANGE, Type.MONEY)),))
    return groups.completed(Filter(days, compare("ne", AMOUNT, _ZERO)), {"due": DUE, "amount": AMOUNT})


def _moved(groups: Groups) -> Expr:
    """What a line changes: where the limit stands after it, less where it stood before."""
    before = call("sub", Type.MONEY, _REACHED, AMOUNT)
    after_seen: Expr = TRUE
    before_seen: Expr = TRUE
    if groups.floor_with_lines:
        after_seen = lt(integer(0), _SEEN)
        before_seen = lt(integer(0), call("sub", Type.INTEGER, _SEEN, _COUNTS))
    after = _stands(groups, _REACHED, after_seen)
    return call("sub", Type.MONEY, after, _stands(groups, before, before_seen))


def _stands(groups: Groups, total: Expr, begun: Expr) -> Expr:
    """Where the limit stands at a total: zero before the group's first line."""
    standing = call("sub", Type.MONEY, bounded(groups.limit, total, groups.floor_with_lines), total)
    return standing if begun == TRUE else case((begun, standing), otherwise=_ZERO)


def _year_ends(groups: Groups, totals: Ref) -> Relation:
    """What a year's floor adds on the year's last day, once that has come."""
    ended = Filter(totals, le(Col("last_day", Type.DATE), AS_OF))
    known = Filter(ended, is_null(Col("unknown", Type.TRUTH)))
    whole, capped = (bounded(groups.limit, _TOTAL, floor) for floor in (True, False))
    items = (("due", Col("last_day", Type.DATE)), ("change", call("sub", Type.MONEY, whole, capped)))
    named = tuple((n, Col(n, totals.columns[n])) for n in groups.identity)
    return Select(known, (*named, *items))


def _lines(contract: m.Contract, groups: Groups, changes: Ref, totals: Ref) -> Relation:
    """One row a group: the sum of its changes; without an amount where a bound is not known."""
    aggs = (("amount", Agg("sum", AMOUNT, Type.MONEY)), ("due", Agg("max", DUE, Type.DATE)))
    sums = groups.completed(Fold(changes, tuple(groups.identity), aggs), {"amount": AMOUNT, "due": DUE})
    unknown = Filter(totals, is_not_null(Col("unknown", Type.TRUTH)))
    failing = groups.completed(unknown, {"amount": null(Type.MONEY), "due": Col("last_due", Type.DATE)})
    return Select(Union((sums, failing)), _items(contract, groups))


def _items(contract: m.Contract, groups: Groups) -> tuple[tuple[str, Expr], ...]:
    limit = groups.limit
    context = [(n, Col(n, t)) for n, t in groups.context.items()]
    return (
        *context,
        ("clause", text(limit.id)),
        ("n", integer(1)),
        ("sign", integer(SIGN[limit.direction])),
        ("from_clause", FALSE),
        ("owed", TRUE),
        ("held", FALSE),
        ("due", DUE),
        ("amount", AMOUNT),
        ("paid", null(Type.MONEY)),
        ("because", text(limit_words(limit))),
        *share_items(contract),
        *((name, null(Type.KEY)) for name in evidence_columns(contract)),
    )


def limit_words(limit: m.Limit) -> str:
    """Why a limit's line stands: `total of refunds per treatment, at most price`."""
    return f"total of {limit.of_text} per {limit.per.replace('_', ' ')}, {limit.bound_text}"
