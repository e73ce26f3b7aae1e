"""Limits: a line of its own that brings a treatment's total back to its bound."""

from engine.language import meaning as m
from engine.plan.lines import AMOUNT, DUE, OWED, SIGN, evidence_columns
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
    PlanBuilder,
    Ref,
    Relation,
    Select,
    Type,
    Union,
    With,
    and_,
    call,
    case,
    coalesce,
    compare,
    greatest,
    integer,
    is_not_null,
    least,
    null,
    text,
)
from engine.plan.values import minor_amount


def limit_lines(
    plan: PlanBuilder, contract: m.Contract, subjects: Ref, lines: tuple[Ref, ...]
) -> tuple[Ref, ...]:
    """The lines of all clauses and, after them, of each limit in the order in which they stand."""
    done = list(lines)
    names = [c.id for c in contract.clauses] + [x.id for x in contract.limits]
    for limit in contract.limits:
        counted = [r for name, r in zip(names, done, strict=False) if name in limit.of]
        relation = _limit(contract, limit, subjects, counted)
        done.append(plan.add(f"{limit.id}_lines", f"a treatment that reaches limit {limit.clause}", relation))
    return tuple(done)


def _limit(contract: m.Contract, limit: m.Limit, subjects: Ref, parts: list[Ref]) -> Relation:
    """One row a treatment whose total is out of bounds, due with the last line that counts in it."""
    counted = Union(tuple(_counted(Filter(r, OWED)) for r in parts))
    positive = compare("gt", AMOUNT, Lit(0, Type.MONEY))
    totals = Fold(
        counted,
        ("subject",),
        (
            ("total", Agg("sum", AMOUNT, Type.MONEY)),
            ("last_due", Agg("max", DUE, Type.DATE, positive)),
        ),
    )
    rows: Relation = Join(subjects, totals, ("subject",))
    rows = With(rows, (("excess", _excess(contract, limit)),))
    rows = Filter(rows, and_(is_not_null(Col("last_due", Type.DATE)), _bites()))
    return Select(rows, _items(contract, limit))


def _counted(lines: Relation) -> Select:
    items = [("subject", Col("subject", Type.KEY)), ("amount", AMOUNT), ("due", DUE)]
    return Select(lines, tuple(items))


def _excess(contract: m.Contract, limit: m.Limit) -> Expr:
    """What must be added to the total to bring it back to its bounds; NULL where a bound is not known.

    A floor comes first, then the cap, so that the cap holds where they contradict each other.
    """
    total, zero = Col("total", Type.MONEY), Lit(0, Type.MONEY)
    bounded: Expr = total
    unknown = []
    for bound, op in ((limit.at_least, greatest), (limit.at_most, least)):
        if bound is not None:
            at = minor_amount(contract, bound)
            unknown.append((coalesce(compare("lt", at, zero), TRUE), null(Type.MONEY)))
            bounded = op(bounded, at)
    return case(*unknown, otherwise=call("sub", Type.MONEY, bounded, total))


def _bites() -> Expr:
    excess = Col("excess", Type.MONEY)
    return coalesce(compare("ne", excess, Lit(0, Type.MONEY)), TRUE)


def _items(contract: m.Contract, limit: m.Limit) -> tuple[tuple[str, Expr], ...]:
    words = [w for w, b in (("at most", limit.at_most), ("at least", limit.at_least)) if b is not None]
    because = text(f"total of {', '.join(limit.of)} brought back to {' and '.join(words)} its bound")
    empty = [(name, null(Type.KEY)) for name in evidence_columns(contract)]
    return (
        ("subject", Col("subject", Type.KEY)),
        ("treatment_id", Col("treatment_id", Type.TEXT)),
        ("group_name", null(Type.TEXT)),
        ("clause", text(limit.id)),
        ("n", integer(1)),
        ("sign", integer(SIGN[limit.direction])),
        ("from_clause", FALSE),
        ("owed", TRUE),
        ("held", FALSE),
        ("due", Col("last_due", Type.DATE)),
        ("amount", Col("excess", Type.MONEY)),
        ("paid", null(Type.MONEY)),
        ("because", because),
        *empty,
    )
