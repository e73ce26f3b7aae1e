"""Lines: what each clause owes on each treatment, whether it is owed yet, and how much.

A line is one row a treatment, clause and number in the series, whatever its state: `owed` (its condition is
TRUE and it has fallen due), `held` (something it waits for is pending) or scheduled (neither: TRUE, and its day
has not come). Lines whose condition is FALSE are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.language import meaning as m
from engine.plan import frames
from engine.plan.subjects import AS_OF, offset_day
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
    Values,
    With,
    add_days,
    add_months,
    and_,
    call,
    case,
    coalesce,
    concat,
    eq,
    greatest,
    in_,
    integer,
    is_not_null,
    is_null,
    le,
    not_,
    null,
    or_,
    rename,
    text,
    wide,
)
from engine.plan.values import PAID, Conditions, decided_on, minor_amount, outcomes_in, reads, status

TRUTH, DUE, AMOUNT = Col("truth", Type.TRUTH), Col("due", Type.DATE), Col("amount", Type.MONEY)
OWED, HELD = Col("owed", Type.TRUTH), Col("held", Type.TRUTH)
SIGN = {"payment": 1, "refund": -1}
LINE_COLUMNS = ("subject", "clause", "n", "sign", "owed", "held", "due", "amount", "paid", "because")


@dataclass(frozen=True, slots=True)
class States:
    """The frames' statuses: `main` a treatment, `due` a clause's treatments and due dates."""

    contract: m.Contract
    main: Ref
    due: Mapping[str, Ref]


def clause_lines(plan: PlanBuilder, states: States) -> tuple[Ref, ...]:
    """A step a clause, payments first, each with LINE_COLUMNS and its evidence keys."""
    done: list[Ref] = []
    contract = states.contract
    for clause in contract.clauses:
        payments = [r for r, c in zip(done, contract.clauses, strict=False) if c.direction == "payment"]
        lines = _lines(plan, states, clause, payments)
        done.append(plan.add(f"{clause.id}_lines", f"a treatment and line of clause {clause.clause}", lines))
    return tuple(done)


def evidence_columns(contract: m.Contract) -> tuple[str, ...]:
    """As many evidence keys as the longest condition reads outcomes."""
    most = max((len(_evidence(c)) for c in contract.clauses), default=0)
    return tuple(f"evidence_{k}" for k in range(1, most + 1))


def _evidence(clause: m.MoneyClause) -> tuple[str, ...]:
    """The outcomes whose statuses a clause rests on."""
    decided = tuple(d.outcome for d in clause.dues if d is not None and d.outcome)
    return tuple(dict.fromkeys((*outcomes_in(clause.condition), *decided, *outcomes_in(clause.amount))))


def _lines(plan: PlanBuilder, states: States, clause: m.MoneyClause, payments: list[Ref]) -> Relation:
    rows = _instances(states, clause)
    conditions = Conditions(states.contract)
    own_truth = TRUE if clause.condition is None else conditions.truth(clause.condition)
    since = None if clause.condition is None else conditions.since(clause.condition, True)
    rows = With(rows, (("own_truth", own_truth), ("since", since or null(Type.DATE))))
    if clause.on_failure == "stop" and len(clause.dues) > 1:
        rows = _stopping(plan, rows, clause)
    else:
        rows = With(rows, (("truth", Col("own_truth", Type.TRUTH)),))
    rows = With(rows, (("falls_due", _due(clause)),))
    waits = [Col("falls_due", Type.DATE)] if any(d and d.outcome for d in clause.dues) else []
    unsettled = or_(
        is_null(TRUTH),
        *(is_null(w) for w in waits),
        *(in_(status(o), (text("pending"), text("disputed"))) for o in outcomes_in(clause.amount)),
    )
    held = and_(coalesce(TRUTH, TRUE), unsettled)
    owed = and_(coalesce(TRUTH, FALSE), not_(unsettled), le(Col("falls_due", Type.DATE), AS_OF))
    rows = With(rows, (("held", held), ("owed", coalesce(owed, FALSE))))
    rows = Filter(rows, coalesce(TRUTH, TRUE))
    if reads(clause.amount, m.Paid):
        rows = _with_paid(plan, rows, clause, payments)
    rows = With(rows, (("amount", _amount(states.contract, clause)),))
    return Select(rows, _line_items(states.contract, clause))


def _instances(states: States, clause: m.MoneyClause) -> Relation:
    """The clause's rows before any condition: a treatment, or a treatment and due date."""
    if clause.id in states.due:
        main = states.main
        due = states.due[clause.id]
        kept = [n for n in due.columns if n not in main.columns or n == "subject"]
        rows: Relation = Join(main, rename(due, {n: n for n in kept}), ("subject",))
    elif len(clause.dues) > 1:
        rows = Join(states.main, frames.due_table(clause), (), how="cross")
        rows = With(rows, (("due", frames.due_day()),))
    else:
        rows = With(states.main, (("n", integer(1)),))
    if clause.shares is None or len(set(clause.shares)) == 1:
        return rows
    columns = {"n": Type.INTEGER, "share_over": Type.INTEGER, "share_under": Type.INTEGER}
    shares = tuple((k, s.numerator, s.denominator) for k, s in enumerate(clause.shares, 1))
    return Join(rows, Values(columns, shares), ("n",))


def _stopping(plan: PlanBuilder, rows: Relation, clause: m.MoneyClause) -> Relation:
    """Each line's truth with those of all lines before it: the first FALSE ends the series, a NULL holds it."""
    n, own = Col("n", Type.INTEGER), Col("own_truth", Type.TRUTH)
    rows = plan.add(f"{clause.id}_conditions", f"a treatment and line of clause {clause.clause}", rows)
    firsts = Fold(
        rows,
        ("subject",),
        (
            ("first_failed", Agg("min", n, Type.INTEGER, not_(own))),
            ("first_open", Agg("min", n, Type.INTEGER, is_null(own))),
        ),
    )
    joined = Join(rows, firsts, ("subject",), how="left")
    failed = coalesce(le(Col("first_failed", Type.INTEGER), n), FALSE)
    still_open = coalesce(le(Col("first_open", Type.INTEGER), n), FALSE)
    truth = case((failed, FALSE), (still_open, Lit(None, Type.TRUTH)), otherwise=TRUE)
    with_truth = With(joined, (("truth", truth),))
    return _since_all_before(with_truth)


def _since_all_before(rows: Relation) -> Relation:
    """`since` as the latest of this line's and all before it."""
    latest = Over("max_to", Col("since", Type.DATE), ("subject",), ("n",), Type.DATE)
    columns = {n: n for n in rows.columns if n != "since"}
    return rename(With(rows, (("since_all", latest),)), {**columns, "since_all": "since"})


def _due(clause: m.MoneyClause) -> Expr:
    """The later of the clause's due date and the day from which its condition is TRUE."""
    since = Col("since", Type.DATE)
    due = clause.dues[0]
    if len(clause.dues) > 1:
        fixed: Expr = DUE
    elif due is None:
        return since
    elif due.anchor == "decided":
        on = decided_on(due.outcome or "")
        fixed = add_days(add_months(on, due.shift.months), due.shift.days)
        return case((is_null(on), null(Type.DATE)), otherwise=greatest(fixed, since))
    else:
        fixed = offset_day(due)
    return fixed if clause.condition is None else greatest(fixed, since)


def _with_paid(plan: PlanBuilder, rows: Relation, clause: m.MoneyClause, payments: list[Ref]) -> Relation:
    """Adds `paid`: the treatment's payment lines fallen due by this line's day (as of now where it is held)."""
    rows = plan.add(f"{clause.id}_entitled", f"a treatment and line of clause {clause.clause}", rows)
    if not payments:
        return With(rows, (("paid", Lit(0, Type.MONEY)),))
    by_day = coalesce(Col("falls_due", Type.DATE), AS_OF)
    asked = Select(
        rows,
        (("subject", Col("subject", Type.KEY)), ("n", Col("n", Type.INTEGER)), ("by_day", by_day)),
    )
    total: Relation | None = None
    for k, lines in enumerate(payments):
        fallen = rename(Filter(lines, OWED), {"subject": "subject", "due": "paid_on", "amount": "part"})
        pairs = Join(
            asked, fallen, ("subject",), where=le(Col("paid_on", Type.DATE), Col("by_day", Type.DATE))
        )
        name = f"paid_{k}"
        part = Fold(pairs, ("subject", "n"), ((name, Agg("sum", Col("part", Type.MONEY), Type.MONEY)),))
        total = Join(total or rows, part, ("subject", "n"), how="left")
    parts = [coalesce(Col(f"paid_{k}", Type.MONEY), Lit(0, Type.MONEY)) for k in range(len(payments))]
    paid = parts[0] if len(parts) == 1 else call("add", Type.MONEY, *parts)
    return With(total or rows, (("paid", paid),))


def _amount(contract: m.Contract, clause: m.MoneyClause) -> Expr:
    """The line's amount; of an instalment its part of the whole, the residual line taking the difference."""
    whole = minor_amount(contract, clause.amount)
    if clause.shares is None:
        return whole
    equal = len(set(clause.shares)) == 1
    over = integer(clause.shares[0].numerator) if equal else Col("share_over", Type.INTEGER)
    under = integer(clause.shares[0].denominator) if equal else Col("share_under", Type.INTEGER)
    residual = 0 if contract.settlement.residual == "first" else len(clause.shares) - 1
    others = [s for k, s in enumerate(clause.shares) if k != residual]
    difference = whole
    for share in dict.fromkeys(others):
        part = _part(whole, integer(share.numerator), integer(share.denominator))
        times = others.count(share)
        several = part if times == 1 else call("mul", Type.MONEY, part, integer(times))
        difference = call("sub", Type.MONEY, difference, several)
    is_residual = eq(Col("n", Type.INTEGER), integer(residual + 1))
    parts = case((is_residual, difference), otherwise=_part(whole, over, under))
    negative = call("lt", Type.TRUTH, whole, Lit(0, Type.MONEY))
    return case((negative, whole), otherwise=parts)


def _part(whole: Expr, over: Expr, under: Expr) -> Expr:
    """whole × over / under, rounded half up."""
    exact = call("widen", Type.WIDE, whole)
    twice = call("mul", Type.WIDE, exact, call("mul", Type.WIDE, call("widen", Type.WIDE, over), wide(2)))
    bottom = call("widen", Type.WIDE, under)
    top = call("add", Type.WIDE, twice, bottom)
    rounded = call("div_floor", Type.WIDE, top, call("mul", Type.WIDE, bottom, wide(2)))
    return call("narrow", Type.MONEY, rounded)


def _line_items(contract: m.Contract, clause: m.MoneyClause) -> tuple[tuple[str, Expr], ...]:
    keys = [Col(f"{o}__key", Type.KEY) for o in _evidence(clause)]
    columns = evidence_columns(contract)
    rows = [call("key_row", Type.KEY, k) for k in keys]
    rows += [null(Type.KEY)] * (len(columns) - len(rows))
    return (
        ("subject", Col("subject", Type.KEY)),
        ("treatment_id", Col("treatment_id", Type.TEXT)),
        ("clause", text(clause.id)),
        ("n", Col("n", Type.INTEGER)),
        ("sign", integer(SIGN[clause.direction])),
        ("from_clause", TRUE),
        ("owed", OWED),
        ("held", HELD),
        ("due", Col("falls_due", Type.DATE)),
        ("amount", AMOUNT),
        ("paid", PAID if reads(clause.amount, m.Paid) else null(Type.MONEY)),
        ("because", _because(clause)),
        *zip(columns, rows, strict=True),
    )


def _because(clause: m.MoneyClause) -> Expr:
    """The statuses that the line rests on, in words: `remission not_met on 2018-03-11`."""
    parts: list[Expr] = []
    for outcome in dict.fromkeys(
        (*outcomes_in(clause.condition), *(d.outcome for d in clause.dues if d and d.outcome))
    ):
        if parts:
            parts.append(text("; "))
        decided = concat(text(" on "), call("text", Type.TEXT, decided_on(outcome)))
        when = case((is_not_null(decided_on(outcome)), decided), otherwise=text(""))
        parts += [text(f"{outcome} "), status(outcome), when]
    if parts:
        return concat(*parts)
    if clause.condition is not None:
        return text(clause.condition_text)
    due = clause.dues[0]
    if due is None or clause.repeated:
        return text("due by the schedule")
    return text("due on the index date" if due.text == "index" else f"due on {due.text}")
