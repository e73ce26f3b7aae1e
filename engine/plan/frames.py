"""Frames: outcomes of one grain, folded in one reading of their rows.

The main frame has one row a treatment. Each clause in which an outcome's window names `due` has a frame of
its own, with one row a treatment and due date.
"""

from dataclasses import dataclass

from engine.language import meaning as m
from engine.plan import picks, rows
from engine.plan.picks.mean import BOUNDS
from engine.plan.rows import NUMBER_SCALE, number
from engine.plan.subjects import AS_OF, offset_day
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
    Lit,
    PlanBuilder,
    Ref,
    Relation,
    Type,
    Values,
    With,
    add_days,
    add_months,
    and_,
    call,
    coalesce,
    compare,
    day,
    eq,
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
from engine.plan.values import outcome_column

ON_DAY = Col("on_day", Type.DATE)
VALUE, UNIT = Col("value", Type.TEXT), Col("unit", Type.TEXT)
MEASURE, SOURCE = Col("measure", Type.TEXT), Col("source", Type.TEXT)
ROW = Col("row_no", Type.KEY)
VALUE_NUMBER = Col("value_number", Type.WIDE)
CAUSES = ("related", "unrelated", "unknown")


@dataclass(frozen=True, slots=True)
class Frame:
    """Outcomes of one grain. `instances` has one row of `keys`, with each outcome's dates as columns."""

    name: str
    keys: tuple[str, ...]
    outcomes: tuple[m.Outcome, ...]
    instances: Relation


def main_frame(contract: m.Contract, subjects: Ref) -> Frame:
    outcomes = tuple(o for o in contract.outcomes if not o.window.uses_due)
    return Frame("main", ("subject",), outcomes, With(subjects, _dates(outcomes)))


def due_frame(contract: m.Contract, clause: m.MoneyClause, names: tuple[str, ...], subjects: Ref) -> Frame:
    """The outcomes `names` of a clause, once for each of its due dates."""
    outcomes = tuple(contract.outcome(n) for n in names)
    dated = With(Join(subjects, due_table(clause), (), how="cross"), (("due", due_day()),))
    return Frame(clause.id, ("subject", "n"), outcomes, With(dated, _dates(outcomes)))


def due_table(clause: m.MoneyClause) -> Values:
    """One row a due date of a clause: its number and its distance from the index date."""
    shifts = [(k, d.shift.months, d.shift.days) for k, d in enumerate(clause.dues, 1) if d is not None]
    columns = {"n": Type.INTEGER, "due_months": Type.INTEGER, "due_days": Type.INTEGER}
    return Values(columns, tuple(shifts))


def due_day() -> Expr:
    months, days = Col("due_months", Type.INTEGER), Col("due_days", Type.INTEGER)
    return add_days(add_months(Col("index_date", Type.DATE), months), days)


def _dates(outcomes: tuple[m.Outcome, ...]) -> tuple[tuple[str, Expr], ...]:
    items = []
    for o in outcomes:
        items += [(f"{o.name}__first_day", offset_day(o.window.first))]
        items += [(f"{o.name}__last_day", offset_day(o.window.last))]
        items += [(f"{o.name}__decided_day", offset_day(o.decided))]
        if o.pick.to is not None:
            items.append((f"{o.name}__near", offset_day(o.pick.to)))
    return tuple(items)


def cutoff(outcome: m.Outcome, run: Run) -> Expr | None:
    """The day by which a row must be known to count: with `stand`, no later than the decided day."""
    if outcome.late_evidence == "reopen":
        return None
    return least(day(run.known_by), outcome_column(outcome.name, "decided_day", Type.DATE))


@dataclass(frozen=True, slots=True)
class FoldedFrame:
    """One row of the frame's keys a treatment with any row, and what each outcome's columns say."""

    relation: Relation
    picks: dict[str, picks.Folded]
    death_columns: dict[str, str]  # outcome → prefix of its death columns


def folded(plan: PlanBuilder, frame: Frame, run: Run, traits: Traits, latest_day: bool) -> FoldedFrame:
    """Fold the outcome rows of a frame; a date that is only a month or year counts by its first day, or by
    its last with `latest_day`."""
    keep_versions = any(o.late_evidence == "stand" for o in frame.outcomes)
    joined = _joined(rows.outcome_rows(plan, run, traits, keep_versions), frame, traits, latest_day)
    marks: list[tuple[str, Expr]] = []
    aggs: list[tuple[str, Agg]] = []
    results: dict[str, picks.Folded] = {}
    deaths: dict[Expr | None, str] = {}
    for o in frame.outcomes:
        seen = rows.visible(cutoff(o, run)) if keep_versions else TRUE
        marks += [(f"{o.name}__counted", _counted(o, seen)), (f"{o.name}__passes", _passes(o))]
        results[o.name] = picks.fold(o, _rows(o))
        aggs += results[o.name].aggs
        where = and_(_rows(o).counted, _rows(o).passes)
        aggs.append((f"{o.name}__count", Agg("count", None, Type.INTEGER, where)))
        if o.if_died.matters and cutoff(o, run) not in deaths:
            deaths[cutoff(o, run)] = f"death{len(deaths)}"
            aggs += _death_aggs(f"death{len(deaths) - 1}", seen)
    used = {o.name: deaths[cutoff(o, run)] for o in frame.outcomes if o.if_died.matters}
    # most reports lie outside every window: they are left out before they are grouped
    of_use = or_(*(_rows(o).counted for o in frame.outcomes), *([eq(MEASURE, text("death"))] if used else []))
    marked: Relation = Filter(With(joined, tuple(marks)), of_use)
    beside = [f.beside for f in results.values() if f.beside is not None]
    if beside:
        suffix = "_by_last_day" if latest_day else ""
        marked = plan.add(f"{frame.name}_reports{suffix}", "a report and treatment (and due date)", marked)
    folds: Relation = Fold(marked, frame.keys, tuple(aggs))
    for further in beside:
        folds = Join(folds, further(marked, frame.keys), frame.keys, how="left")
    return FoldedFrame(folds, results, used)


def satisfying_rows(
    plan: PlanBuilder, outcome: m.Outcome, treatments: Relation, run: Run, traits: Traits
) -> Relation:
    """One row a treatment and row of an outcome, not by due dates, that lies in its window and satisfies its test.

    `treatments` have the outcome's days as columns. A date that is only a month or a year counts by its first day.
    """
    stands = outcome.late_evidence == "stand"
    seen = rows.visible(cutoff(outcome, run)) if stands else TRUE
    frame = Frame(outcome.name, ("subject",), (outcome,), treatments)
    joined = _joined(rows.outcome_rows(plan, run, traits, stands), frame, traits, latest_day=False)
    return Filter(joined, and_(_counted(outcome, seen), _passes(outcome)))


def row_evidence() -> Expr:
    """The evidence key of a satisfying row."""
    return call("pack", Type.KEY, ON_DAY, TRUE, ROW)


def _joined(reports: Relation, frame: Frame, traits: Traits, latest_day: bool) -> Relation:
    """One row a report and instance that it may concern."""
    names = {o.source_name for o in frame.outcomes}
    if any(o.if_died.matters for o in frame.outcomes):
        names.add("death")
    wanted = Filter(reports, in_(MEASURE, [text(n) for n in sorted(names)]))
    kept = [n for n in wanted.columns if n not in ("treatment_id", "record_key", "record_id", "status")]
    renamed = rename(wanted, {**{n: n for n in kept}, "treatment_id": "of_treatment"})
    of_treatment, treatment = Col("of_treatment", Type.TEXT), Col("treatment_id", Type.TEXT)
    mine = or_(is_null(of_treatment), eq(of_treatment, treatment))
    pairs = Join(frame.instances, renamed, ("patient_id",), where=mine)
    dated = With(pairs, (("on_day", _effective_day(traits, latest_day)), *_numbers(frame)))
    return Filter(dated, le(ON_DAY, AS_OF))


def _effective_day(traits: Traits, latest_day: bool) -> Expr:
    effective: Expr = Col("effective_on", Type.DATE)
    if latest_day:
        effective = coalesce(Col("effective_to", Type.DATE), effective)
    if traits.study_days:
        study_day = Col("study_day", Type.INTEGER)
        effective = coalesce(effective, add_days(Col("index_date", Type.DATE), study_day))
    return effective


def _numbers(frame: Frame) -> tuple[tuple[str, Expr], ...]:
    if any(isinstance(o.pick.test, m.Bound | m.Between) for o in frame.outcomes):
        return (("value_number", number(VALUE)),)
    return ()


def _counted(o: m.Outcome, seen: Expr) -> Expr:
    """Whether a row is an assessment (or event) of the outcome, in its window and to be seen."""
    first, last = (
        outcome_column(o.name, "first_day", Type.DATE),
        outcome_column(o.name, "last_day", Type.DATE),
    )
    parts = [eq(MEASURE, text(o.source_name)), le(first, ON_DAY), le(ON_DAY, last), seen]
    if o.kind == "measure":
        parts.append(is_not_null(VALUE))
        if isinstance(o.pick.test, m.Bound | m.Between):
            parts.append(is_not_null(VALUE_NUMBER))
    if o.unit is not None:
        parts.append(or_(is_null(UNIT), eq(UNIT, text(o.unit))))
    return coalesce(and_(*parts), FALSE)


def _passes(o: m.Outcome) -> Expr:
    """Whether a row satisfies the outcome's test."""
    match o.pick.test:
        case None:
            return TRUE
        case m.OneOf(values):
            return coalesce(in_(VALUE, [text(v) for v in values]), FALSE)
        case m.Bound(kind, bound):
            scaled = wide(bound.numerator * NUMBER_SCALE)
            return coalesce(compare(BOUNDS[kind], _scaled(bound.denominator), scaled), FALSE)
        case m.Between(low, high):
            above = compare("ge", _scaled(low.denominator), wide(low.numerator * NUMBER_SCALE))
            below = compare("le", _scaled(high.denominator), wide(high.numerator * NUMBER_SCALE))
            return coalesce(and_(above, below), FALSE)


def _scaled(factor: int) -> Expr:
    return VALUE_NUMBER if factor == 1 else call("mul", Type.WIDE, VALUE_NUMBER, wide(factor))


def _rows(o: m.Outcome) -> picks.Rows:
    passes = outcome_column(o.name, "passes", Type.TRUTH)
    return picks.Rows(
        counted=outcome_column(o.name, "counted", Type.TRUTH),
        passes=passes,
        on_day=ON_DAY,
        key=call("pack", Type.KEY, ON_DAY, passes, ROW),
        value=VALUE_NUMBER,
        source=SOURCE,
        row=ROW,
        near=outcome_column(o.name, "near", Type.DATE),
    )


def _death_aggs(prefix: str, seen: Expr) -> list[tuple[str, Agg]]:
    """The first death row of each cause."""
    dead = and_(eq(MEASURE, text("death")), seen)
    key = call("pack", Type.KEY, ON_DAY, Lit(False, Type.TRUTH), ROW)
    related, unrelated = eq(VALUE, text("related")), eq(VALUE, text("unrelated"))
    unknown = or_(is_null(VALUE), and_(compare("ne", VALUE, text("related")), _other_than_unrelated()))
    by_cause = zip(CAUSES, (related, unrelated, unknown), strict=True)
    return [(f"{prefix}__{cause}", Agg("min", key, Type.KEY, and_(dead, is_it))) for cause, is_it in by_cause]


def _other_than_unrelated() -> Expr:
    return compare("ne", VALUE, text("unrelated"))
