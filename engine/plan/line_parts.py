"""The parts of a clause's line as expressions: its condition, its day, whether it is held or owed, its amount.

They stand over the columns of a treatment's state (and due date); those of a series besides over `n`, `due` and the
share's columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.language import meaning as m
from engine.plan.conditions import Conditions
from engine.plan.payers import PayerCoverage
from engine.plan.subjects import AS_OF, offset_day
from engine.plan.tree import (
    FALSE,
    TRUE,
    Col,
    Expr,
    Lit,
    Ref,
    Type,
    add_days,
    add_months,
    and_,
    call,
    case,
    coalesce,
    eq,
    greatest,
    in_,
    integer,
    is_null,
    le,
    not_,
    null,
    or_,
    text,
    wide,
)
from engine.plan.values import decided_on, minor_amount, outcomes_in, status

# Where each case of many stands apart in one run, these columns say which it is and as of which day it is asked.
CASE_COLUMNS = {"case_id": Type.TEXT, "as_of": Type.DATE}


def context_columns(cases: bool, several_payers: bool) -> dict[str, Type]:
    """The columns of every line that say whose it is, in their order."""
    case_id = {"case_id": Type.TEXT} if cases else {}
    names = ("patient_id", "treatment_id", "group_name", *(("payer",) if several_payers else ()))
    return case_id | {"subject": Type.KEY} | dict.fromkeys(names, Type.TEXT) | {"as_of": Type.DATE}


@dataclass(frozen=True, slots=True)
class States:
    """The frames' statuses: `main` a treatment, `due` a clause's treatments and due dates.

    `each`: by outcome, the treatments and rows of those whose rows are a clause's lines.
    """

    contract: m.Contract
    main: Ref
    due: Mapping[str, Ref]
    each: Mapping[str, Ref]
    covered: PayerCoverage


def condition(contract: m.Contract, clause: m.MoneyClause) -> tuple[Expr, Expr]:
    """The clause's own truth and the day from which it holds (NULL where it has no condition)."""
    if clause.condition is None:
        return TRUE, null(Type.DATE)
    conditions = Conditions(contract)
    return conditions.truth(clause.condition), conditions.since(clause.condition, True)


def falls_due(clause: m.MoneyClause, since: Expr) -> Expr:
    """The later of the clause's due date and the day from which its condition is TRUE (`since`)."""
    due = clause.dues[0]
    if len(clause.dues) > 1:
        fixed: Expr = Col("due", Type.DATE)
    elif due is None:
        return since
    elif due.anchor == "decided":
        on = decided_on(due.outcome or "")
        fixed = add_days(add_months(on, due.shift.months), due.shift.days)
    else:
        fixed = offset_day(due)
    if clause.condition is None:
        return fixed
    later = greatest(fixed, since)
    waits = any(d is not None and d.outcome for d in clause.dues)
    return case((is_null(fixed), null(Type.DATE)), otherwise=later) if waits else later


def held_and_owed(clause: m.MoneyClause, truth: Expr, due: Expr) -> tuple[Expr, Expr]:
    """Whether something that the line waits for is pending, and whether it is owed by now."""
    waits = [due] if any(d and d.outcome for d in clause.dues) else []
    unsettled = or_(
        is_null(truth),
        *(is_null(w) for w in waits),
        *(in_(status(o), (text("pending"), text("disputed"))) for o in outcomes_in(clause.amount)),
    )
    owed = and_(coalesce(truth, FALSE), not_(unsettled), le(due, AS_OF))
    return and_(coalesce(truth, TRUE), unsettled), coalesce(owed, FALSE)


_WHOLE, _PART, _REST = (Col(name, Type.MONEY) for name in ("whole", "part", "rest"))


def wholes(contract: m.Contract, clause: m.MoneyClause) -> tuple[tuple[str, Expr], ...]:
    """What instalments share, one value a treatment: the `whole`; of equal ones a `part`, and the residual's `rest`."""
    if clause.shares is None:
        return ()
    whole = minor_amount(contract, clause.amount)
    if len(set(clause.shares)) > 1:
        return ((_WHOLE.name, whole),)
    share = clause.shares[0]
    part = share_part(whole, integer(share.numerator), integer(share.denominator))
    others = call("mul", Type.MONEY, part, integer(len(clause.shares) - 1))
    rest = call("sub", Type.MONEY, whole, others)
    return ((_WHOLE.name, whole), (_PART.name, part), (_REST.name, rest))


def amount(contract: m.Contract, clause: m.MoneyClause) -> Expr:
    """The line's amount; of an instalment its part of the whole, the residual line taking the difference."""
    if clause.shares is None:
        return minor_amount(contract, clause.amount)
    residual = 0 if contract.settlement.residual == "first" else len(clause.shares) - 1
    is_residual = eq(Col("n", Type.INTEGER), integer(residual + 1))
    part: Expr = _PART
    rest: Expr = _REST
    if len(set(clause.shares)) > 1:
        part = share_part(_WHOLE, Col("share_over", Type.INTEGER), Col("share_under", Type.INTEGER))
        rest = _less_the_others(clause.shares, residual)
    negative = call("lt", Type.TRUTH, _WHOLE, Lit(0, Type.MONEY))
    return case((negative, _WHOLE), (is_residual, rest), otherwise=part)


def _less_the_others(shares: tuple[Fraction, ...], residual: int) -> Expr:
    """The whole less the rounded parts of all instalments but the residual one."""
    others = [s for k, s in enumerate(shares) if k != residual]
    difference: Expr = _WHOLE
    for share in dict.fromkeys(others):
        part = share_part(_WHOLE, integer(share.numerator), integer(share.denominator))
        times = others.count(share)
        several = part if times == 1 else call("mul", Type.MONEY, part, integer(times))
        difference = call("sub", Type.MONEY, difference, several)
    return difference


def share_part(whole: Expr, over: Expr, under: Expr) -> Expr:
    """whole × over / under, rounded half up."""
    exact = call("widen", Type.WIDE, whole)
    twice = call("mul", Type.WIDE, exact, call("mul", Type.WIDE, call("widen", Type.WIDE, over), wide(2)))
    bottom = call("widen", Type.WIDE, under)
    top = call("add", Type.WIDE, twice, bottom)
    rounded = call("div_floor", Type.WIDE, top, call("mul", Type.WIDE, bottom, wide(2)))
    return call("narrow", Type.MONEY, rounded)
