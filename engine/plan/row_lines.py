"""Lines by rows: a clause that says `for_each` has one line for each row of an outcome that satisfies its test."""

from engine.language import meaning as m
from engine.plan import frames, reports
from engine.plan.outcome_days import day_columns
from engine.plan.tables import Run, Traits
from engine.plan.tree import (
    Col,
    Expr,
    Filter,
    Join,
    Over,
    PlanBuilder,
    Ref,
    Relation,
    Select,
    Type,
    With,
    and_,
    call,
    coalesce,
    compare,
    concat,
    integer,
    rename,
    text,
)
from engine.plan.values import row_day, row_key, row_value

N = Col("n", Type.INTEGER)
# rows of one day by their value as text (none first), then as listed
_ORDER = ("on_day", "value_text", "row_no")


def numbered_rows(plan: PlanBuilder, outcome: m.Outcome, state: Ref, run: Run, traits: Traits) -> Ref:
    """One row a treatment and satisfying row of an outcome: `subject`, `n` (by date), the row's key and value.

    Several clauses over one outcome share the step.
    """
    own = ("subject", "treatment_id", "patient_id", "index_date", "as_of", *day_columns(outcome))
    treatments = rename(state, {n: n for n in own if n in state.columns})
    rows: Relation = frames.satisfying_rows(plan, outcome, treatments, run, traits)
    rows = With(rows, (("value_text", coalesce(reports.VALUE, text(""))), ("one", integer(1))))
    number = Over("sum_to", Col("one", Type.INTEGER), ("subject",), _ORDER, Type.INTEGER)
    items = (
        ("subject", Col("subject", Type.KEY)),
        ("n", number),
        (row_key(outcome.name).name, frames.row_evidence()),
        (row_value(outcome.name).name, reports.VALUE),
    )
    return plan.once(f"{outcome.name}_each", f"a treatment and row of {outcome.name}", Select(rows, items))


def instances(state: Ref, rows: Ref, each: m.ForEach) -> Relation:
    """The clause's rows before any condition: a treatment and row, from the first to the last that it counts."""
    bounds = [compare("ge", N, integer(each.first))] if each.first > 1 else []
    if each.last is not None:
        bounds.append(compare("le", N, integer(each.last)))
    kept: Relation = Filter(rows, and_(*bounds)) if bounds else rows
    return With(Join(state, kept, ("subject",)), (("due", row_day(each.outcome)),))


def because(each: m.ForEach) -> Expr:
    """The row that a line stands for, in words: `dose no. 3 on 2018-02-03`."""
    on = call("text", Type.TEXT, row_day(each.outcome))
    return concat(text(f"{each.outcome} no. "), call("text", Type.TEXT, N), text(" on "), on)
