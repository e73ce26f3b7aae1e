"""Person-time: for each treatment its days under observation, and the rows of an outcome that fell into them.

A treatment is observed from the window's first day to the earliest of its last day, the day of death, the last day
covered where coverage is lost, the cohort's day, and the run's own. A date that is only a month or a year counts by
its first day.
"""

from dataclasses import replace

from engine.kernel.dates import FIRST_DAY, Shift
from engine.language import meaning as m
from engine.plan import coverage, frames
from engine.plan.outcome_days import day_columns
from engine.plan.reports import ON_DAY
from engine.plan.status_columns import outcome_column
from engine.plan.subjects import AS_OF
from engine.plan.tables import Run, Traits
from engine.plan.tree import (
    Agg,
    Col,
    Expr,
    Filter,
    Fold,
    Join,
    PlanBuilder,
    Ref,
    Relation,
    Type,
    With,
    add_days,
    call,
    case,
    coalesce,
    day,
    integer,
    le,
    least,
    lt,
    rename,
)

_SUBJECT = ("subject",)
_LONG_AGO = 2400  # months: before any day that a feed can name
_ENDS = Col("observed_until", Type.DATE)


def person_time(
    plan: PlanBuilder, contract: m.Contract, outcome: m.Outcome, members: Relation, run: Run, traits: Traits
) -> Relation:
    """The members, which have `judged_on`, with `days` under observation and `events` within them."""
    first, last = (outcome_column(outcome.name, part, Type.DATE) for part in ("first_day", "last_day"))
    own = ("subject", "treatment_id", "patient_id", "index_date", "as_of", *day_columns(outcome))
    treatments = rename(members, {n: n for n in own if n in members.columns})
    rows: Relation = Join(members, _deaths(plan, outcome, treatments, run, traits), _SUBJECT, how="left")
    ends: list[Expr] = [last, Col("judged_on", Type.DATE), AS_OF, Col("died_on", Type.DATE)]
    if traits.coverage:
        cutoff = frames.cutoff(outcome, run)
        lost = coverage.runs(contract, run, traits, treatments, _SUBJECT, cutoff).losses
        rows = Join(rows, rename(lost, {"subject": "subject", "lost_on": "lost_on"}), _SUBJECT, how="left")
        ends.append(add_days(Col("lost_on", Type.DATE), -1))
    rows = With(rows, (("observed_until", least(*ends)),))
    span = call("add", Type.INTEGER, call("days_between", Type.INTEGER, first, _ENDS), integer(1))
    rows = With(rows, (("days", case((lt(_ENDS, first), integer(0)), otherwise=span)),))
    observed = plan.add(f"{outcome.name}_observed", "a treatment with its days under observation", rows)
    events = _events(plan, outcome, treatments, observed, run, traits)
    counted = Join(observed, events, _SUBJECT, how="left")
    return With(counted, (("events", coalesce(Col("rows_seen", Type.INTEGER), integer(0))),))


def _deaths(
    plan: PlanBuilder, outcome: m.Outcome, treatments: Relation, run: Run, traits: Traits
) -> Relation:
    """The day of death of each treatment's patient, where there is one up to the window's last day."""
    since_ever = m.Offset("index", Shift(months=-_LONG_AGO))
    death = replace(
        outcome,
        kind="event",
        source_name="death",
        window=replace(outcome.window, first=since_ever),
        unit=None,
        baseline=None,
        pick=m.Pick("count", None, at_least=1),
    )
    first = outcome_column(outcome.name, "first_day", Type.DATE).name
    others = rename(treatments, {n: n for n in treatments.columns if n != first})
    from_ever = With(others, ((first, day(FIRST_DAY)),))
    rows = frames.satisfying_rows(plan, death, from_ever, run, traits)
    return Fold(rows, _SUBJECT, (("died_on", Agg("min", ON_DAY, Type.DATE)),))


def _events(
    plan: PlanBuilder, outcome: m.Outcome, treatments: Relation, observed: Ref, run: Run, traits: Traits
) -> Relation:
    """How many satisfying rows lie within the days under observation."""
    rows = frames.satisfying_rows(plan, outcome, treatments, run, traits)
    ends = rename(observed, {"subject": "subject", "observed_until": "observed_until"})
    within = Filter(Join(rows, ends, _SUBJECT), le(ON_DAY, _ENDS))
    return Fold(within, _SUBJECT, (("rows_seen", Agg("count", None, Type.INTEGER)),))
