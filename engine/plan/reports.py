"""Reports: rows of outcomes beside the treatments (and due dates) that they may concern, and what each counts for."""

from collections.abc import Sequence

from engine.language import meaning as m
from engine.plan import judging, ratios
from engine.plan.outcome_days import near_at_hand
from engine.plan.rows import NUMBER_SCALE, number
from engine.plan.status_columns import outcome_column
from engine.plan.subjects import AS_OF
from engine.plan.tables import Traits
from engine.plan.tree import (
    FALSE,
    TRUE,
    Col,
    Expr,
    Filter,
    Join,
    Relation,
    Type,
    With,
    add_days,
    and_,
    call,
    coalesce,
    compare,
    eq,
    greatest,
    in_,
    is_not_null,
    is_null,
    le,
    least,
    or_,
    rename,
    text,
    wide,
)

ON_DAY = Col("on_day", Type.DATE)
VALUE, UNIT = Col("value", Type.TEXT), Col("unit", Type.TEXT)
MEASURE, SOURCE = Col("measure", Type.TEXT), Col("source", Type.TEXT)
ROW = Col("row_no", Type.KEY)
VALUE_NUMBER = Col("value_number", Type.WIDE)


def joined(
    reports: Relation, instances: Relation, outcomes: Sequence[m.Outcome], traits: Traits, latest_day: bool
) -> Relation:
    """One row a report and instance that it may concern."""
    names = {o.source_name for o in outcomes}
    if any(o.if_died.matters for o in outcomes):
        names.add("death")
    wanted = Filter(reports, in_(MEASURE, [text(n) for n in sorted(names)]))
    kept = [n for n in wanted.columns if n not in ("treatment_id", "record_key", "record_id", "status")]
    renamed = rename(wanted, {**{n: n for n in kept}, "treatment_id": "of_treatment"})
    of_treatment, treatment = Col("of_treatment", Type.TEXT), Col("treatment_id", Type.TEXT)
    mine = or_(is_null(of_treatment), eq(of_treatment, treatment))
    anew = near_at_hand(outcomes)
    carried = {n: n for n in instances.columns if n not in dict(anew)}
    pairs = Join(rename(instances, carried), renamed, ("patient_id",), where=mine)
    dated = With(pairs, (*anew, ("on_day", _effective_day(traits, latest_day)), *_numbers(outcomes)))
    return Filter(dated, le(ON_DAY, AS_OF))


def _effective_day(traits: Traits, latest_day: bool) -> Expr:
    effective: Expr = Col("effective_on", Type.DATE)
    if latest_day:
        effective = coalesce(Col("effective_to", Type.DATE), effective)
    if traits.study_days:
        study_day = Col("study_day", Type.INTEGER)
        effective = coalesce(effective, add_days(Col("index_date", Type.DATE), study_day))
    return effective


def _numbers(outcomes: Sequence[m.Outcome]) -> tuple[tuple[str, Expr], ...]:
    if any(o.pick.of_numbers or o.pick.kind == "days_covered" for o in outcomes):
        return (("value_number", number(VALUE)),)
    return ()


def counted(o: m.Outcome, seen: Expr) -> Expr:
    """Whether a row is an assessment (or event) of the outcome, in its window and to be seen."""
    usable = [within(o, "first_day", "last_day"), seen, *_usable(o)]
    if o.baseline is not None:  # a change without a baseline value is as if missing
        usable.append(judging.has_baseline(o))
    return coalesce(and_(*usable), FALSE)


def of_baseline(o: m.Outcome, seen: Expr) -> Expr:
    """Whether a row is an assessment in the window of the outcome's baseline and to be seen."""
    return coalesce(and_(within(o, "base_first_day", "base_last_day"), seen, *_usable(o)), FALSE)


def within(o: m.Outcome, first: str, last: str) -> Expr:
    first_day, last_day = (outcome_column(o.name, part, Type.DATE) for part in (first, last))
    return and_(eq(MEASURE, text(o.source_name)), le(first_day, ON_DAY), le(ON_DAY, last_day))


def within_span(outcomes: Sequence[m.Outcome]) -> Expr:
    """Whether a row is of the measure of these outcomes and within the span of all their windows."""
    first_day, last_day = (
        [outcome_column(o.name, part, Type.DATE) for o in outcomes] for part in ("first_day", "last_day")
    )
    of_measure = eq(MEASURE, text(outcomes[0].source_name))
    return and_(of_measure, le(least(*first_day), ON_DAY), le(ON_DAY, greatest(*last_day)))


def _usable(o: m.Outcome) -> list[Expr]:
    """That a row's value and unit can be judged."""
    parts = []
    if o.kind == "measure":
        parts.append(is_not_null(VALUE))
        if o.pick.of_numbers:
            parts.append(is_not_null(VALUE_NUMBER))
    if o.pick.kind == "days_covered":
        parts.append(_whole_above_zero(VALUE_NUMBER))
    if o.unit is not None:
        parts.append(or_(is_null(UNIT), eq(UNIT, text(o.unit))))
    return parts


def _whole_above_zero(value: Expr) -> Expr:
    """Whether a number in billionths is a number of days; NULL where it is none."""
    whole = call("div_floor", Type.WIDE, value, wide(NUMBER_SCALE))
    exact = eq(call("mul", Type.WIDE, whole, wide(NUMBER_SCALE)), value)
    return and_(compare("gt", value, wide(0)), exact)


def passes(o: m.Outcome) -> Expr:
    """Whether a row satisfies the outcome's test; each does where the test is of all days together."""
    if o.pick.test is None or o.pick.kind == "days_covered":
        return TRUE
    return coalesce(judging.passes(o, VALUE, ratios.of_integer(VALUE_NUMBER)), FALSE)
