"""`paid`: what a treatment's payments had come to by the day on which a line falls due, before limits."""

from collections.abc import Sequence

from engine.language import meaning as m
from engine.plan import line_parts
from engine.plan.line_parts import States
from engine.plan.subjects import AS_OF
from engine.plan.tree import (
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
    With,
    and_,
    call,
    case,
    coalesce,
    le,
    rename,
)

_NOTHING = Lit(0, Type.MONEY)
_BY_DAY = coalesce(Col("falls_due", Type.DATE), AS_OF)  # as of now where the line is held


def with_paid(
    plan: PlanBuilder,
    states: States,
    rows: Relation,
    clause: m.MoneyClause,
    payments: Sequence[tuple[m.MoneyClause, Ref]],
) -> Relation:
    """Adds `paid` to the lines of a clause.

    A payment of one line a treatment is a column over the same state. Those of a series are looked up and added up.
    """
    single = [c for c, _ in payments if _is_single(states, c)]
    series = [lines for c, lines in payments if c not in single]
    parts = [_single_payment(states.contract, payment) for payment in single]
    if series:
        rows = plan.add(f"{clause.id}_entitled", f"a treatment and line of clause {clause.clause}", rows)
    looked_up = rows
    for k, lines in enumerate(series):
        looked_up = Join(looked_up, _series_total(rows, lines, f"paid_{k}"), ("subject", "n"), how="left")
        parts.append(coalesce(Col(f"paid_{k}", Type.MONEY), _NOTHING))
    paid = _NOTHING if not parts else parts[0] if len(parts) == 1 else call("add", Type.MONEY, *parts)
    return With(looked_up, (("paid", paid),))


def _is_single(states: States, clause: m.MoneyClause) -> bool:
    """Whether a treatment has at most one line of the clause, by its statuses of the main frame alone."""
    alone = len(clause.dues) == 1 and clause.shares is None and clause.for_each is None
    by_coverage = clause.if_payer_changes in ("ends", "successor")
    return alone and clause.id not in states.due and not by_coverage


def _single_payment(contract: m.Contract, clause: m.MoneyClause) -> Expr:
    truth, since = line_parts.condition(contract, clause)
    due = line_parts.falls_due(clause, since)
    _, owed = line_parts.held_and_owed(clause, truth, due)
    amount = coalesce(line_parts.amount(contract, clause), _NOTHING)
    return case((and_(owed, le(due, _BY_DAY)), amount), otherwise=_NOTHING)


def _series_total(rows: Relation, lines: Ref, name: str) -> Relation:
    """What the lines of a series had come to by each line's day, where any had fallen due."""
    asked = Select(
        rows,
        (("subject", Col("subject", Type.KEY)), ("n", Col("n", Type.INTEGER)), ("by_day", _BY_DAY)),
    )
    owed = Filter(lines, Col("owed", Type.TRUTH))
    fallen = rename(owed, {"subject": "subject", "due": "paid_on", "amount": "part"})
    in_time = le(Col("paid_on", Type.DATE), Col("by_day", Type.DATE))
    pairs = Join(asked, fallen, ("subject",), where=in_time)
    return Fold(pairs, ("subject", "n"), ((name, Agg("sum", Col("part", Type.MONEY), Type.MONEY)),))
