"""The whole plan of a contract: one function that names its parts in order."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.language import meaning as m
from engine.language.amended import as_known
from engine.language.trees import walk
from engine.plan import cohorts, frames, limits, lines, payers, row_lines, statuses, subjects
from engine.plan.line_key import line_key
from engine.plan.line_parts import States
from engine.plan.outcome_fields import with_fields
from engine.plan.pruning import pruned
from engine.plan.status_columns import Names, counts_supply, further_keys, outcome_column, row_columns
from engine.plan.tables import Run, Traits
from engine.plan.tree import (
    Col,
    Expr,
    Filter,
    Lit,
    PlanBuilder,
    Ref,
    Relation,
    Select,
    Step,
    Type,
    Union,
    With,
    and_,
    call,
    case,
    compare,
    day,
    eq,
    integer,
    not_,
    null,
    or_,
    rename,
    text,
)
from engine.plan.values import attribute, attribute_names, outcomes_in


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in the order in which they can run; each scans feed tables or refers to earlier steps.

    Results are the steps `lines` (one row an owed line of an amount other than zero), `changes` (one a limit's
    line and day on which it moves; they add up to the line), `held` (one a line that waits), `failures` (one an
    owed line whose amount cannot be worked out), `statuses` (one a treatment, outcome and number) and
    `not_eligible` (one a treatment).
    """

    steps: tuple[Step, ...]


RESULTS = ("lines", "changes", "held", "failures", "statuses", "not_eligible")
# Steps that explanations and statements read besides, where a plan has them.
READ = ("candidates", "subjects", "all_lines", "without_payer")
SELDOM = (
    "scheduled",
    "limit_totals",
    "cohorts",
)  # not in every run: views, so that only who asks pays for them


Read = Mapping[str, frozenset[str]]  # columns by step


def build_plan(contract: m.Contract, run: Run, traits: Traits, read: Read | None = None) -> Plan:
    """Treatments enrolled → outcome statuses → lines → cohorts → limits, as steps of typed relations.

    Who asks for totals alone says which columns of which steps are `read`: nothing else is worked out then. Left out,
    all is there that statements and explanations need.
    """
    contract = as_known(contract, run.known_by)
    plan = PlanBuilder()
    judged = subjects.candidates(plan, contract, run, traits)
    subjects.not_eligible(plan, contract, judged)
    enrolled = subjects.subjects(plan, contract, judged)
    states = _states(plan, contract, run, traits, enrolled)
    clause_lines = lines.clause_lines(plan, states)
    by_id = {c.id: step for c, step in zip(contract.clauses, clause_lines, strict=True)}
    payments = {c.id: by_id[c.id] for c in contract.clauses if c.direction == "payment"}
    of_cohorts = cohorts.cohort_lines(plan, cohorts.Source(states, run, traits, payments))
    limited = limits.limited(plan, contract, enrolled, by_id | of_cohorts)
    limits.change_results(plan, contract, limited, run.as_of is None)
    key = (*(("case_id",) if run.as_of is None else ()), *line_key(contract))
    _line_results(plan, (*clause_lines, *of_cohorts.values(), *(x.lines for x in limited)), key)
    _status_result(plan, contract, states)
    payers.lines_without_payer(plan, contract)
    constants = {} if run.as_of is None else {subjects.AS_OF.name: day(run.as_of)}
    return Plan(pruned(tuple(plan.steps.values()), read or _read(plan, contract), constants))


def _read(plan: PlanBuilder, contract: m.Contract) -> Read:
    """The columns of steps that are read from outside the plan."""
    names = (*RESULTS, "all_lines", *SELDOM, *(("without_payer",) if "without_payer" in plan.steps else ()))
    whole = {name: frozenset(plan.steps[name].relation.columns) for name in names}
    named = {attribute(name).name for name in attribute_names((contract.clauses, contract.limits))}
    named |= {subjects.PAYER_NO.name} if contract.several_payers else set()
    treatment = {"treatment_id", "index_date"}
    fields = any(isinstance(n, m.OutcomeField) for n in walk(contract.clauses))
    joined = {
        name: frozenset({"subject", "n"} & step.relation.columns.keys())
        for name, step in plan.steps.items()
        if fields and name.endswith(("_statuses", "_values"))
    }  # for who words an amount, and looks up in them what it has read of an outcome
    return (
        whole
        | joined
        | {
            "candidates": frozenset(treatment | {"failed", "undetermined"}),
            "subjects": frozenset(treatment | {"subject", "patient_id", "birth_date"} | named),
        }
    )


def due_outcomes(clause: m.MoneyClause, contract: m.Contract) -> tuple[str, ...]:
    """The outcomes of a clause that have one status for each of its due dates."""
    read = outcomes_in((clause.condition, clause.amount))
    return tuple(n for n in read if contract.outcome(n).window.uses_due)


def status_names(contract: m.Contract) -> dict[tuple[str, str], str]:
    """What a series outcome is called: NAME, or CLAUSE.NAME where two series use it; by clause and outcome."""
    users = [(c.id, o) for c in contract.clauses for o in due_outcomes(c, contract)]
    shared = {o for _, o in users if sum(o == other for _, other in users) > 1}
    return {(c, o): f"{c}.{o}" if o in shared else o for c, o in users}


def _states(plan: PlanBuilder, contract: m.Contract, run: Run, traits: Traits, enrolled: Ref) -> States:
    main = statuses.decided_frame(plan, contract, run, traits, frames.main_frame(contract, enrolled))
    main = with_fields(plan, contract, "main", main)
    due: dict[str, Ref] = {}
    for clause in contract.clauses:
        names = due_outcomes(clause, contract)
        if names:
            frame = frames.due_frame(contract, clause, names, enrolled)
            decided = statuses.decided_frame(plan, contract, run, traits, frame)
            due[clause.id] = with_fields(plan, contract, clause.id, decided)
    each = {
        c.for_each.outcome: row_lines.numbered_rows(
            plan, contract.outcome(c.for_each.outcome), main, run, traits
        )
        for c in contract.clauses
        if c.for_each
    }
    covered = payers.payer_coverage(plan, contract, run, traits, enrolled)
    return States(contract, main, due, each, covered)


def _line_results(plan: PlanBuilder, all_lines: tuple[Ref, ...], key: tuple[str, ...]) -> None:
    context = ("patient_id", "as_of", "index_date")
    own = [rename(r, {n: n for n in r.columns if n not in context}) for r in all_lines]
    lines_of = plan.add(
        "all_lines", "a treatment or group, clause and number: owed or held", Union(tuple(own))
    )
    amount, zero = Col("amount", Type.MONEY), Lit(0, Type.MONEY)
    below_zero = and_(compare("lt", amount, zero), Col("from_clause", Type.TRUTH))
    broken = or_(call("is_null", Type.TRUTH, amount), below_zero)
    failing = Filter(lines_of, and_(lines.OWED, broken))
    plan.add("failures", "an owed line without an amount", _kept(failing, key))
    good = Filter(lines_of, and_(lines.OWED, compare("ne", amount, zero), not_(broken)))
    signed = With(good, (("signed", _signed()),))
    unsaid = ("subject", "owed", "held", "amount", "sign", "from_clause")
    names = [n for n in lines_of.columns if n not in unsaid]
    plan.add("lines", "an owed line", rename(signed, {**{n: n for n in names}, "signed": "amount"}))
    held = Filter(lines_of, lines.HELD)
    kept = (*key, "sign", "due", "amount", "because")
    plan.add("held", "a line that waits for a pending outcome", _kept(held, kept))


def _signed() -> Expr:
    amount = Col("amount", Type.MONEY)
    negative = call("sub", Type.MONEY, Lit(0, Type.MONEY), amount)
    return case((eq(Col("sign", Type.INTEGER), integer(1)), amount), otherwise=negative)


def _kept(relation: Relation, names: tuple[str, ...]) -> Relation:
    return rename(relation, {n: n for n in names})


def _status_result(plan: PlanBuilder, contract: m.Contract, states: States) -> None:
    parts: list[Relation] = [
        _status_rows(contract, states.main, o.name, o, integer(1))
        for o in contract.outcomes
        if not o.window.uses_due
    ]
    names = status_names(contract)
    for clause_id, due in states.due.items():
        for outcome in due_outcomes(next(c for c in contract.clauses if c.id == clause_id), contract):
            name, n = names[clause_id, outcome], Col("n", Type.INTEGER)
            parts.append(_status_rows(contract, due, name, contract.outcome(outcome), n))
    if not parts:
        empty = _status_rows_of_none(states.main)
        parts = [empty]
    plan.add(
        "statuses", "a treatment, outcome and number", parts[0] if len(parts) == 1 else Union(tuple(parts))
    )


def _status_rows(contract: m.Contract, state: Ref, name: str, outcome: m.Outcome, n: Expr) -> Relation:
    part, columns = Names(outcome.name), row_columns(contract.outcomes)
    keys = [part.key(key) for key in ("key", *further_keys(outcome))]
    rows: list[Expr] = [call("key_row", Type.KEY, key) for key in keys]
    rows += [null(Type.KEY)] * (len(columns) - len(rows))
    supply = null(Type.INTEGER)
    if outcome.pick.kind == "days_covered":
        supply = outcome_column(outcome.name, "covered", Type.INTEGER)
    items: tuple[tuple[str, Expr], ...] = (
        ("treatment_id", Col("treatment_id", Type.TEXT)),
        ("outcome", text(name)),
        ("n", n),
        ("status", part.text("status")),
        ("decided_on", part.day("decided_on")),
        ("basis", part.text("basis")),
        *zip(columns, rows, strict=True),
        *((("covered", supply),) if counts_supply(contract.outcomes) else ()),
        ("first_day", part.day("first_day")),
        ("last_day", part.day("last_day")),
        ("decided_day", part.day("decided_day")),
    )
    return Select(state, items)


def _status_rows_of_none(main: Ref) -> Relation:
    types = {"outcome": Type.TEXT, "n": Type.INTEGER, "status": Type.TEXT, "decided_on": Type.DATE}
    types |= {"basis": Type.TEXT, "row_no": Type.KEY}
    types |= dict.fromkeys(("first_day", "last_day", "decided_day"), Type.DATE)
    items = [("treatment_id", Col("treatment_id", Type.TEXT)), *((n, null(t)) for n, t in types.items())]
    return Filter(Select(main, tuple(items)), Lit(False, Type.TRUTH))
