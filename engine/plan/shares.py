"""Refunds shared by what each payer has paid: one line a payer that gets a part."""

from collections.abc import Sequence

from engine.language import meaning as m
from engine.plan.line_parts import share_part
from engine.plan.payers import payer_name
from engine.plan.subjects import PAYER_NO
from engine.plan.tree import (
    Agg,
    Col,
    Columns,
    Expr,
    Filter,
    Fold,
    Join,
    Lit,
    PlanBuilder,
    Ref,
    Relation,
    Type,
    Union,
    Values,
    With,
    and_,
    call,
    case,
    coalesce,
    compare,
    eq,
    integer,
    le,
    null,
    rename,
    text,
)

_NOTHING = Lit(0, Type.MONEY)
_SHARE_OF, _AMOUNT = Col("share_of", Type.INTEGER), Col("amount", Type.MONEY)
SHARED_PAYER = Col("shared_payer", Type.TEXT)
# How a part came about, for those who explain it: the whole refund, what the payers before it in order have paid, what
# it has paid itself, and what all have. NULL for a line that is not shared.
SHARE_COLUMNS: Columns = dict.fromkeys(("share_whole", "share_before", "share_own", "share_all"), Type.MONEY)


def shares_by_paid(contract: m.Contract) -> bool:
    """Whether some refund is shared by what was paid: lines then have SHARE_COLUMNS."""
    return any(c.if_payer_changes == "by_paid" for c in contract.clauses)


def shared(
    plan: PlanBuilder, contract: m.Contract, clause: m.MoneyClause, lines: Relation, payments: Sequence[Ref]
) -> Relation:
    """The lines of a refund, those that are owed split into a line a payer, with `amount` its part.

    The first k payers in the contract's order together get the refund × what they have paid ÷ what all have, rounded
    half up, so that parts add up to the whole and none is below zero. Where nothing was paid it is all the own payer's.
    """
    lines = plan.add(f"{clause.id}_whole", f"a treatment and line of clause {clause.clause}", lines)
    places = range(1, len(contract.payers) + 1)
    if payments:
        rows: Relation = Join(lines, _paid_by(contract, lines, payments), ("subject", "n"), how="left")
        paid = [coalesce(Col(f"paid_by_{k}", Type.MONEY), _NOTHING) for k in places]
    else:
        rows, paid = lines, [_NOTHING for _ in places]
    rows = Join(rows, Values({"share_of": Type.INTEGER}, tuple((k,) for k in places)), (), how="cross")
    rows = With(
        rows,
        (
            ("paid_before", _at_place([_sum(paid[:k]) for k in range(len(paid))])),
            ("paid_own", _at_place(paid)),
            ("paid_all", _sum(paid)),
        ),
    )
    rows = With(rows, (("is_shared", _is_shared()),))
    is_shared, own = Col("is_shared", Type.TRUTH), Col("paid_own", Type.MONEY)
    only_once = case((is_shared, compare("gt", own, _NOTHING)), otherwise=eq(_SHARE_OF, integer(1)))
    return _with_parts(contract, Filter(rows, only_once))


def _is_shared() -> Expr:
    """Whether there is something to share, and something to share it by; a broken amount is told of once."""
    sound = compare("ge", _AMOUNT, _NOTHING)
    return coalesce(
        and_(Col("owed", Type.TRUTH), sound, compare("gt", Col("paid_all", Type.MONEY), _NOTHING)),
        Lit(False, Type.TRUTH),
    )


def _with_parts(contract: m.Contract, rows: Relation) -> Relation:
    is_shared = Col("is_shared", Type.TRUTH)
    before, own, total = (Col(n, Type.MONEY) for n in ("paid_before", "paid_own", "paid_all"))
    upto = call("add", Type.MONEY, before, own)
    its_part = call("sub", Type.MONEY, share_part(_AMOUNT, upto, total), share_part(_AMOUNT, before, total))
    whose = case(
        (is_shared, payer_name(contract, _SHARE_OF)),
        (Col("owed", Type.TRUTH), payer_name(contract, PAYER_NO)),
        otherwise=null(Type.TEXT),
    )
    numbers = (_AMOUNT, before, own, total)
    items = [
        (name, case((is_shared, number), otherwise=null(Type.MONEY)))
        for name, number in zip(SHARE_COLUMNS, numbers, strict=True)
    ]
    amount = case((is_shared, its_part), otherwise=_AMOUNT)
    rows = With(rows, (("part_amount", amount), (SHARED_PAYER.name, whose), *items))
    others = {n: n for n in rows.columns if n not in ("amount", "part_amount")}
    return rename(rows, {**others, "part_amount": "amount"})


def _paid_by(contract: m.Contract, lines: Ref, payments: Sequence[Ref]) -> Relation:
    """What each payer had paid on a treatment by each line's day, where any payment had fallen due."""
    asked = rename(lines, {"subject": "subject", "n": "n", "falls_due": "by_day"})
    names = {"subject": "subject", "due": "paid_on", "amount": "part", "payer": "paid_by"}
    fallen = tuple(rename(Filter(p, Col("owed", Type.TRUTH)), names) for p in payments)
    in_time = le(Col("paid_on", Type.DATE), Col("by_day", Type.DATE))
    pairs = Join(asked, fallen[0] if len(fallen) == 1 else Union(fallen), ("subject",), where=in_time)
    paid, by = Col("part", Type.MONEY), Col("paid_by", Type.TEXT)
    sums = tuple(
        (f"paid_by_{k}", Agg("sum", paid, Type.MONEY, where=eq(by, text(payer.name))))
        for k, payer in enumerate(contract.payers, 1)
    )
    return Fold(pairs, ("subject", "n"), sums)


def _at_place(values: Sequence[Expr]) -> Expr:
    """The k-th value in the row of the k-th payer."""
    choices = [(eq(_SHARE_OF, integer(k)), value) for k, value in enumerate(values, 1)]
    return case(*choices[:-1], otherwise=values[-1])


def _sum(values: Sequence[Expr]) -> Expr:
    if not values:
        return _NOTHING
    return values[0] if len(values) == 1 else call("add", Type.MONEY, *values)
