"""Lines: what each clause owes on each treatment, whether it is owed yet, and how much.

A line is one row a treatment, clause and number in the series, whatever its state: `owed` (its condition is
TRUE and it has fallen due), `held` (something it waits for is pending) or scheduled (neither: TRUE, and its day
has not come). Lines whose condition is FALSE are left out.
"""

from collections.abc import Sequence

from engine.language import meaning as m
from engine.plan import frames, line_parts, payers, row_lines
from engine.plan.line_parts import States, context_columns
from engine.plan.paid import with_paid
from engine.plan.shares import SHARE_COLUMNS, SHARED_PAYER, shared, shares_by_paid
from engine.plan.status_columns import further_keys
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
    coalesce,
    concat,
    integer,
    is_not_null,
    is_null,
    le,
    not_,
    null,
    or_,
    rename,
    text,
)
from engine.plan.values import PAID, decided_on, outcomes_in, reads, row_key, status

TRUTH, DUE, AMOUNT = Col("truth", Type.TRUTH), Col("due", Type.DATE), Col("amount", Type.MONEY)
OWED, HELD = Col("owed", Type.TRUTH), Col("held", Type.TRUTH)
SIGN = {"payment": 1, "refund": -1}
SCHEDULED = ("treatment_id", "clause", "n", "sign", "due", "amount", "because")


def clause_lines(plan: PlanBuilder, states: States) -> tuple[Ref, ...]:
    """A step a clause, payments first, of its lines owed or held, with whose they are and their evidence keys.

    Leaves the step `scheduled`, of the lines that are neither: their condition is TRUE, and their day has not come.
    """
    done: list[Ref] = []
    scheduled: list[Relation] = []
    contract = states.contract
    for clause in contract.clauses:
        payments = [(c, r) for c, r in zip(contract.clauses, done, strict=False) if c.direction == "payment"]
        lines = _lines(plan, states, clause, payments)
        grain = f"a treatment and line of clause {clause.clause} that is owed or held"
        done.append(plan.add(f"{clause.id}_lines", grain, Filter(lines, or_(OWED, HELD))))
        scheduled.append(Filter(lines, and_(not_(OWED), not_(HELD))))
    kept = (*SCHEDULED, *(("payer",) if contract.several_payers else ()))
    plan.add(
        "scheduled", "a line that is still to fall due", rename(Union(tuple(scheduled)), {n: n for n in kept})
    )
    return tuple(done)


def evidence_columns(contract: m.Contract) -> tuple[str, ...]:
    """As many evidence keys as the longest condition rests on."""
    most = max((len(_evidence_keys(contract, c)) for c in contract.clauses), default=0)
    return tuple(f"evidence_{k}" for k in range(1, most + 1))


def _evidence(clause: m.MoneyClause) -> tuple[str, ...]:
    """The outcomes whose statuses a clause rests on."""
    decided = tuple(d.outcome for d in clause.dues if d is not None and d.outcome)
    return tuple(dict.fromkeys((*outcomes_in(clause.condition), *decided, *outcomes_in(clause.amount))))


def _evidence_keys(contract: m.Contract, clause: m.MoneyClause) -> list[Col]:
    own = [row_key(clause.for_each.outcome)] if clause.for_each else []
    parts = [(o, part) for o in _evidence(clause) for part in ("key", *further_keys(contract.outcome(o)))]
    return own + [Col(f"{outcome}__{part}", Type.KEY) for outcome, part in parts]


def _lines(
    plan: PlanBuilder, states: States, clause: m.MoneyClause, payments: Sequence[tuple[m.MoneyClause, Ref]]
) -> Relation:
    rows = _instances(states, clause)
    if _is_stopped_by_others(states, clause):
        rows = Filter(_stopping(plan, rows, clause), coalesce(TRUTH, TRUE))
    else:
        rows = With(rows, (("truth", Col("own_truth", Type.TRUTH)),))
    rows = With(rows, (("falls_due", line_parts.falls_due(clause, Col("since", Type.DATE))),))
    held, owed = line_parts.held_and_owed(clause, TRUTH, Col("falls_due", Type.DATE))
    rows = With(rows, (("held", held), ("owed", owed)))
    rows = payers.answered(plan, states.contract, states.covered, clause, rows)
    if reads(clause.amount, m.Paid):
        rows = with_paid(plan, states, rows, clause, payments)
        rows = _with(rows, line_parts.wholes(states.contract, clause))
    rows = With(rows, (("amount", line_parts.amount(states.contract, clause)),))
    if clause.if_payer_changes == "by_paid":
        rows = shared(plan, states.contract, clause, rows, [lines for _, lines in payments])
    return Select(rows, _line_items(states, clause))


def _instances(states: States, clause: m.MoneyClause) -> Relation:
    """The clause's rows with their condition: a treatment, or a treatment and due date, or a treatment and row.

    In a schedule the lines of a treatment differ by their due dates alone: what is the same for all of them is worked
    out once, and those whose condition is FALSE have no lines.
    """
    if clause.for_each is not None:
        of_rows = row_lines.instances(states.main, states.each[clause.for_each.outcome], clause.for_each)
        return _told(states, clause, of_rows)
    if clause.id in states.due:
        main = states.main
        due = states.due[clause.id]
        kept = [n for n in due.columns if n not in main.columns or n == "subject"]
        rows: Relation = _told(states, clause, Join(main, rename(due, {n: n for n in kept}), ("subject",)))
    elif len(clause.dues) > 1:
        rows = Join(_told(states, clause, states.main), frames.due_table(clause), (), how="cross")
        rows = With(rows, (("due", frames.due_day(clause)),))
    else:
        rows = _told(states, clause, With(states.main, (("n", integer(1)),)))
    if clause.shares is None or len(set(clause.shares)) == 1:
        return rows
    columns = {"n": Type.INTEGER, "share_over": Type.INTEGER, "share_under": Type.INTEGER}
    shares = tuple((k, s.numerator, s.denominator) for k, s in enumerate(clause.shares, 1))
    return Join(rows, Values(columns, shares), ("n",))


def _told(states: States, clause: m.MoneyClause, rows: Relation) -> Relation:
    """The rows with what they say of themselves: their condition and grounds, and what instalments share.

    Where no line depends on another, rows whose condition is FALSE are left out before more is worked out.
    """
    own_truth, since = line_parts.condition(states.contract, clause)
    rows = With(rows, (("own_truth", own_truth), ("since", since)))
    if not _is_stopped_by_others(states, clause):
        rows = Filter(rows, coalesce(Col("own_truth", Type.TRUTH), TRUE))
    wholes = () if reads(clause.amount, m.Paid) else line_parts.wholes(states.contract, clause)
    return With(rows, (("grounds", _grounds(clause)), *wholes))


def _is_stopped_by_others(states: States, clause: m.MoneyClause) -> bool:
    """Whether a failure of one line ends others: of lines that go by due dates, as only their conditions differ."""
    return clause.on_failure == "stop" and len(clause.dues) > 1 and clause.id in states.due


def _with(rows: Relation, items: tuple[tuple[str, Expr], ...]) -> Relation:
    return With(rows, items) if items else rows


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


def share_items(contract: m.Contract, of: m.MoneyClause | None = None) -> tuple[tuple[str, Expr], ...]:
    """How parts of refunds came about, in a contract where a clause shares by what was paid."""
    if not shares_by_paid(contract):
        return ()
    is_shared = of is not None and of.if_payer_changes == "by_paid"
    return tuple(
        (name, Col(name, type_) if is_shared else null(type_)) for name, type_ in SHARE_COLUMNS.items()
    )


def _payer(states: States, clause: m.MoneyClause) -> Expr:
    if clause.if_payer_changes == "by_paid":
        return SHARED_PAYER
    return payers.payer(states.contract, states.covered, clause)


def _line_items(states: States, clause: m.MoneyClause) -> tuple[tuple[str, Expr], ...]:
    contract = states.contract
    context = context_columns("case_id" in states.main.columns, contract.several_payers)
    whose = {"group_name": null(Type.TEXT), "payer": _payer(states, clause)}
    columns = evidence_columns(contract)
    rows = [call("key_row", Type.KEY, k) for k in _evidence_keys(contract, clause)]
    rows += [null(Type.KEY)] * (len(columns) - len(rows))
    return (
        *((n, whose.get(n, Col(n, t))) for n, t in context.items()),
        ("index_date", Col("index_date", Type.DATE)),
        ("clause", text(clause.id)),
        ("n", Col("n", Type.INTEGER)),
        ("sign", integer(SIGN[clause.direction])),
        ("from_clause", TRUE),
        ("owed", OWED),
        ("held", HELD),
        ("due", Col("falls_due", Type.DATE)),
        ("amount", AMOUNT),
        ("paid", PAID if reads(clause.amount, m.Paid) else null(Type.MONEY)),
        ("because", _because(states, clause)),
        *share_items(contract, clause),
        *zip(columns, rows, strict=True),
    )


def _because(states: States, clause: m.MoneyClause) -> Expr:
    """What the line rests on, in words: `remission not_met on 2018-03-11`; its payer, where coverage says who."""
    by_payer = payers.reason(states.contract, states.covered, clause)
    grounds = Col("grounds", Type.TEXT)
    return concat(grounds, *by_payer) if by_payer else grounds


def _grounds(clause: m.MoneyClause) -> Expr:
    parts: list[Expr] = [row_lines.because(clause.for_each)] if clause.for_each else []
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
