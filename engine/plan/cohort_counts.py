"""What a cohort clause counts, period by period: treatments, statuses, events and days observed, payments."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.language import meaning as m
from engine.plan import frames, statuses, subjects
from engine.plan.line_parts import CASE_COLUMNS, States
from engine.plan.lines import OWED
from engine.plan.periods import Periods
from engine.plan.person_time import person_time
from engine.plan.ratios import Ratio, times
from engine.plan.tables import Run, Traits
from engine.plan.tree import (
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
    add_days,
    add_months,
    and_,
    call,
    coalesce,
    compare,
    eq,
    in_,
    integer,
    le,
    lt,
    null,
    rename,
    text,
    wide,
)
from engine.plan.values import INDEX_DATE, decided_on, reads, status

PERIOD, DUE = Col("period", Type.INTEGER), Col("due", Type.DATE)
_COUNTS = ("met", "decided", "days")
YEAR_DAYS_HUNDREDFOLD = 36525  # a year of observation is 365.25 days


@dataclass(frozen=True, slots=True)
class Counts:
    """`relation`: one row a period with an enrolled treatment, with `keys` and what was counted.

    Columns: treatments, met (of a rate per person-time, events), decided (there, treatments observed for a day or
    more), days, and with `other_` before them the same of those compared with.
    """

    cohort: m.Cohort
    keys: tuple[str, ...]
    relation: Relation

    def rate(self, prefix: str) -> Ratio:
        """The rate as a fraction; its lower part is zero where nothing is decided."""
        met, decided, days = (call("widen", Type.WIDE, Col(prefix + n, Type.INTEGER)) for n in _COUNTS)
        if isinstance(self.cohort.rate, m.PersonTimeRate):
            over = times(met, wide(self.cohort.rate.years * YEAR_DAYS_HUNDREDFOLD))
            return Ratio(over, times(days, wide(100)))
        return Ratio(met, decided)

    @property
    def enough(self) -> Expr:
        """Whether so many are decided that anything may be owed; a volume always is."""
        if self.cohort.rate is None:
            return TRUE
        least = integer(self.cohort.minimum)
        sides = ("", "other_") if isinstance(self.cohort.against, m.Comparator) else ("",)
        return and_(*(compare("ge", Col(f"{side}decided", Type.INTEGER), least) for side in sides))


def counted(plan: PlanBuilder, states: States, cohort: m.Cohort, run: Run, traits: Traits) -> Counts:
    """Count a clause's periods, and those of what it is compared with."""
    cases = tuple(CASE_COLUMNS) if "case_id" in states.main.columns else ()
    keys = (*cases, "period")
    rows = _counts(plan, states.contract, states.main, cohort, run, traits, keys)
    if isinstance(cohort.against, m.Comparator):
        apart = plan.within(f"{cohort.id}_other_")
        others = _others(apart, states.contract, cohort, run, traits)
        found = _counts(apart, states.contract, others, cohort, run, traits, keys)
        names = {f"other_{n}": n for n in _COUNTS}
        renamed = rename(found, {**{n: n for n in keys}, **{old: new for new, old in names.items()}})
        rows = Join(rows, renamed, keys, how="left")
        items = [(n, coalesce(Col(n, Type.INTEGER), integer(0))) for n in names]
        kept = {n: n for n in rows.columns if n not in names}
        rows = Select(rows, (*((n, Col(n, rows.columns[n])) for n in kept), *items))
    else:
        rows = With(rows, tuple((f"other_{n}", null(Type.INTEGER)) for n in _COUNTS))
    day = cohort_day(Periods(cohort.per, states.contract), cohort)
    return Counts(cohort, keys, With(rows, (("due", day),)))


def cohort_day(periods: Periods, cohort: m.Cohort) -> Expr:
    """The day on which a period is judged, over its number."""
    return add_days(add_months(periods.last_day(PERIOD), cohort.decided.months), cohort.decided.days)


def paid_by_period(
    rows: Relation, cohort: m.Cohort, periods: Periods, payments: Sequence[Ref], keys: tuple[str, ...]
) -> Relation:
    """Adds `paid`: the payment lines of the period's treatments that fell due by the cohort's day, before limits."""
    if not payments or not reads(cohort, m.Paid):
        return With(rows, (("paid", Lit(0, Type.MONEY)),))
    parts = [_payment(lines, periods, keys) for lines in payments]
    judged = With(Union(tuple(parts)), (("judged_on", cohort_day(periods, cohort)),))
    in_time = Filter(judged, le(DUE, Col("judged_on", Type.DATE)))
    sums = Fold(in_time, keys, (("paid_sum", Agg("sum", Col("amount", Type.MONEY), Type.MONEY)),))
    joined = Join(rows, sums, keys, how="left")
    return With(joined, (("paid", coalesce(Col("paid_sum", Type.MONEY), Lit(0, Type.MONEY))),))


def _payment(lines: Ref, periods: Periods, keys: tuple[str, ...]) -> Relation:
    own = [(n, periods.number(INDEX_DATE) if n == "period" else Col(n, lines.columns[n])) for n in keys]
    return Select(Filter(lines, OWED), (*own, ("due", DUE), ("amount", Col("amount", Type.MONEY))))


def _counts(
    plan: PlanBuilder,
    contract: m.Contract,
    main: Ref,
    cohort: m.Cohort,
    run: Run,
    traits: Traits,
    keys: tuple[str, ...],
) -> Relation:
    """One row a period: treatments, met, decided, days."""
    periods = Periods(cohort.per, contract)
    members: Relation = With(main, (("period", periods.number(INDEX_DATE)),))
    members = With(members, (("judged_on", cohort_day(periods, cohort)),))
    treatments = ("treatments", Agg("count", None, Type.INTEGER))
    match cohort.rate:
        case None:
            return With(Fold(members, keys, (treatments,)), tuple((n, null(Type.INTEGER)) for n in _COUNTS))
        case m.ResponseRate(outcome):
            rows = Fold(members, keys, (treatments, *_statuses_counted(outcome)))
            return With(rows, (("days", null(Type.INTEGER)),))
        case m.PersonTimeRate(outcome):
            apart = plan.within(f"{cohort.id}_")
            observed = person_time(apart, contract, contract.outcome(outcome), members, run, traits)
            return Fold(observed, keys, (treatments, *_events_counted()))


def _statuses_counted(outcome: str) -> tuple[tuple[str, Agg], ...]:
    """How many are met, and how many met or not_met, by the cohort's day."""
    by_then = le(decided_on(outcome), Col("judged_on", Type.DATE))
    met = and_(eq(status(outcome), text("met")), by_then)
    decided = and_(in_(status(outcome), (text("met"), text("not_met"))), by_then)
    return tuple((n, Agg("count", None, Type.INTEGER, x)) for n, x in (("met", met), ("decided", decided)))


def _events_counted() -> tuple[tuple[str, Agg], ...]:
    """The events, how many treatments were observed, and for how many days in all."""
    days = Col("days", Type.INTEGER)
    return (
        ("met", Agg("sum", Col("events", Type.INTEGER), Type.INTEGER)),
        ("decided", Agg("count", None, Type.INTEGER, lt(integer(0), days))),
        ("days", Agg("sum", days, Type.INTEGER)),
    )


def _others(plan: PlanBuilder, contract: m.Contract, cohort: m.Cohort, run: Run, traits: Traits) -> Ref:
    """The treatments of the other product with the outcome's status: enrolled by the same rule, owing nothing."""
    assert isinstance(cohort.against, m.Comparator)
    assert cohort.rate is not None
    outcome = contract.outcome(cohort.rate.outcome)
    other = replace(
        contract, product_codes=cohort.against.codes, outcomes=(outcome,), clauses=(), limits=(), cohorts=()
    )
    enrolled = subjects.subjects(plan, other, subjects.candidates(plan, other, run, traits))
    return statuses.decided_frame(plan, other, run, traits, frames.main_frame(other, enrolled))
