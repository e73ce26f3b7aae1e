"""Whose a line is: the treatment's own payer's, or that of the one who covers its due day.

Each line has a day, `falls_due`. A line without a payer by its clause's rule is not owed; it is kept in a step of its
own, with the reason. How a refund is shared by what each has paid stands in `shares`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.kernel.dates import LAST_DAY
from engine.language import meaning as m
from engine.plan import coverage, rows
from engine.plan.subjects import AS_OF, PAYER_NO, SPANS, place_of_payer
from engine.plan.tables import Run, Traits
from engine.plan.tree import (
    FALSE,
    TRUE,
    Agg,
    Col,
    Expr,
    Filter,
    Fold,
    Join,
    PlanBuilder,
    Ref,
    Relation,
    Select,
    Type,
    Union,
    With,
    add_days,
    and_,
    call,
    case,
    coalesce,
    concat,
    day,
    eq,
    integer,
    is_not_null,
    is_null,
    le,
    lt,
    not_,
    null,
    or_,
    rename,
    text,
)
from engine.plan.values import INDEX_DATE

_DUE, _OWED, _HELD = Col("falls_due", Type.DATE), Col("owed", Type.TRUTH), Col("held", Type.TRUTH)
_LOST_ON, _LOST_FOR_GOOD_ON = Col("own_lost_on", Type.DATE), Col("own_lost_for_good_on", Type.DATE)
_COVERED_BY = Col("covered_by", Type.INTEGER)  # 0 the treatment's own payer, else one's place; NULL nobody
_SPAN_PAYER, _SPAN_FROM = Col("span_payer_no", Type.INTEGER), Col("span_from", Type.DATE)
_SPAN_UNTIL = Col("span_until", Type.DATE)
_NEVER_COVERED = coalesce(
    lt(SPANS, integer(1)), TRUE
)  # no span of any payer is known: the rules do not apply


@dataclass(frozen=True, slots=True)
class PayerCoverage:
    """What the clauses' rules read of coverage; None where no clause asks or the feed has no coverage.

    `own`: one row a treatment, with the day on which its own payer's coverage is lost and the day on which it is
    for good (both NULL: never). `spans`: one row a span of one of the contract's payers.
    """

    own: Ref | None = None
    spans: Ref | None = None


def payer_coverage(
    plan: PlanBuilder, contract: m.Contract, run: Run, traits: Traits, subjects: Ref
) -> PayerCoverage:
    rules = {c.if_payer_changes for c in contract.clauses} if traits.coverage else set()
    own = spans = None
    if "ends" in rules:
        grain = "an eligible treatment, and when its own payer's coverage is lost"
        own = plan.add("own_coverage", grain, _own_coverage(contract, run, traits, subjects))
    if "successor" in rules:
        spans = plan.add("payer_spans", "a coverage span of a payer", _payer_spans(contract, run, traits))
    return PayerCoverage(own, spans)


def _own_coverage(contract: m.Contract, run: Run, traits: Traits, subjects: Ref) -> Relation:
    """Where spans are known and none of the own payer's holds the index date, coverage is lost from that day on."""
    keys = ("subject",)
    runs = coverage.runs(contract, run, traits, subjects, keys, None, own=contract.several_payers)
    treatments = rename(subjects, {n: n for n in ("subject", "index_date", SPANS.name)})
    joined = Join(treatments, rename(runs.held, {n: n for n in (*keys, "run_end")}), keys, how="left")
    end = Col("run_end", Type.DATE)

    def lost(after_days: int) -> Expr:
        ended = (lt(end, day(LAST_DAY)), add_days(end, after_days))
        never = and_(is_null(end), not_(_NEVER_COVERED))
        return case(ended, (never, INDEX_DATE), otherwise=null(Type.DATE))

    days = ((_LOST_ON.name, lost(1)), (_LOST_FOR_GOOD_ON.name, lost(1 + contract.coverage_gap_days)))
    return Select(joined, (("subject", Col("subject", Type.KEY)), *days))


def _payer_spans(contract: m.Contract, run: Run, traits: Traits) -> Relation:
    items = (
        ("patient_id", Col("patient_id", Type.TEXT)),
        (_SPAN_PAYER.name, place_of_payer(contract, Col("payer", Type.TEXT))),
        (_SPAN_FROM.name, Col("from_date", Type.DATE)),
        (_SPAN_UNTIL.name, coalesce(Col("to_date", Type.DATE), day(LAST_DAY))),
    )
    return Filter(Select(rows.spans(run, traits, keep_versions=False), items), is_not_null(_SPAN_PAYER))


# --- the rule of a clause ----------------------------------------------------------------------------


def answered(
    plan: PlanBuilder, contract: m.Contract, covered: PayerCoverage, clause: m.MoneyClause, lines: Relation
) -> Relation:
    """The lines without those without a payer, and with what `payer` and `reason` read of coverage."""
    if clause.if_payer_changes == "ends" and covered.own is not None:
        lines = Join(lines, covered.own, ("subject",), how="left")
        never = le(_LOST_ON, INDEX_DATE)  # covered on the index date, it is lost later
        after = coalesce(or_(le(_LOST_ON, _DUE), never), FALSE)
        without_payer = and_(after, le(_LOST_FOR_GOOD_ON, AS_OF), not_(_HELD))
        why = concat(text("not covered by its payer from "), call("text", Type.TEXT, _LOST_ON), text(" on"))
        if contract.coverage_gap_days:
            lines = _waiting(lines, and_(after, le(_LOST_ON, AS_OF), lt(AS_OF, _LOST_FOR_GOOD_ON)))
    elif clause.if_payer_changes == "successor" and covered.spans is not None:
        lines = plan.add(f"{clause.id}_due", f"a treatment and line of clause {clause.clause}", lines)
        lines = Join(lines, _covering(covered.spans, lines), ("subject", "n"), how="left")
        without_payer = and_(_OWED, is_null(_COVERED_BY), not_(_NEVER_COVERED))
        why = concat(text("no payer of the contract covers "), call("text", Type.TEXT, _DUE))
    else:
        return lines
    judged = plan.add(
        f"{clause.id}_covered",
        f"a treatment and line of clause {clause.clause}",
        With(lines, (("without_payer", coalesce(without_payer, FALSE)), ("without_payer_because", why))),
    )
    return Filter(judged, not_(Col("without_payer", Type.TRUTH)))


def _waiting(lines: Relation, waits: Expr) -> Relation:
    """The lines with `held` and `owed` as they are while a gap that may be forgiven is open: what has fallen due waits,
    what has not only has its day to come."""
    items = (("held_by_gap", or_(_HELD, and_(_OWED, waits))), ("owed_but_gap", and_(_OWED, not_(waits))))
    others = {n: n for n in lines.columns if n not in ("held", "owed")}
    return rename(With(lines, items), {**others, "held_by_gap": "held", "owed_but_gap": "owed"})


def _covering(spans: Ref, lines: Ref) -> Relation:
    """One row a line whose day a payer of the contract covers: the own payer before others, these in order."""
    asked = rename(lines, {n: n for n in ("subject", "n", "patient_id", "as_of", PAYER_NO.name, _DUE.name)})
    holds = and_(le(_SPAN_FROM, _DUE), le(_DUE, _SPAN_UNTIL), le(_SPAN_FROM, AS_OF))
    own_first = case((eq(_SPAN_PAYER, PAYER_NO), integer(0)), otherwise=_SPAN_PAYER)
    pairs = Join(asked, spans, ("patient_id",), where=holds)
    return Fold(pairs, ("subject", "n"), ((_COVERED_BY.name, Agg("min", own_first, Type.INTEGER)),))


def payer(contract: m.Contract, covered: PayerCoverage, clause: m.MoneyClause) -> Expr:
    """The contract's name for the payer of a line that was `answered`; NULL where it has one payer, or not yet one."""
    if not contract.several_payers:
        return null(Type.TEXT)
    own = payer_name(contract, PAYER_NO)
    if clause.if_payer_changes != "successor" or covered.spans is None:
        return own
    is_own = or_(eq(_COVERED_BY, integer(0)), _NEVER_COVERED)
    return case((is_own, own), otherwise=payer_name(contract, _COVERED_BY))


def payer_name(contract: m.Contract, place: Expr) -> Expr:
    """The contract's name for the payer at a place, from 1; NULL elsewhere."""
    names = ((eq(place, integer(k)), text(p.name)) for k, p in enumerate(contract.payers, 1))
    return case(*names, otherwise=null(Type.TEXT))


def reason(contract: m.Contract, covered: PayerCoverage, clause: m.MoneyClause) -> tuple[Expr, ...]:
    """What a line's words say of its payer besides: `; B covers 2027-09-15`."""
    if clause.if_payer_changes != "successor" or covered.spans is None:
        return ()
    words = concat(
        text("; "), payer(contract, covered, clause), text(" covers "), call("text", Type.TEXT, _DUE)
    )
    return (case((is_not_null(_COVERED_BY), words), otherwise=text("")),)


def lines_without_payer(plan: PlanBuilder, contract: m.Contract) -> None:
    """Leave the step `without_payer`, where a rule asks for it: lines not owed by their clause's rule, and why."""
    parts = tuple(_without_payer(plan, contract))
    if parts:
        plan.add("without_payer", "a line without a payer", parts[0] if len(parts) == 1 else Union(parts))


def _without_payer(plan: PlanBuilder, contract: m.Contract) -> Iterator[Relation]:
    for clause in contract.clauses:
        step = plan.steps.get(f"{clause.id}_covered")
        if step is not None:
            judged = Filter(Ref(step.name, step.relation.columns), Col("without_payer", Type.TRUTH))
            items = (
                ("treatment_id", Col("treatment_id", Type.TEXT)),
                ("clause", text(clause.id)),
                ("n", Col("n", Type.INTEGER)),
                ("due", _DUE),
                ("because", Col("without_payer_because", Type.TEXT)),
            )
            yield Select(judged, items)
