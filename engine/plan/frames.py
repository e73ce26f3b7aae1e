"""Frames: outcomes of one grain, folded in one reading of their rows.

The main frame has one row a treatment. Each clause in which an outcome's window names `due` has a frame of
its own, with one row a treatment and due date.
"""

from dataclasses import dataclass

from engine.language import meaning as m
from engine.plan import baselines, picks, reports, rows
from engine.plan.outcome_days import dates
from engine.plan.reports import MEASURE, ON_DAY, ROW, SOURCE, VALUE, VALUE_NUMBER
from engine.plan.status_columns import outcome_column
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
    Type,
    Values,
    With,
    add_days,
    add_months,
    and_,
    call,
    case,
    compare,
    day,
    eq,
    integer,
    is_null,
    least,
    or_,
    text,
)
from engine.plan.values import decided_on

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
    return Frame("main", ("subject",), outcomes, With(subjects, dates(outcomes)))


def due_frame(contract: m.Contract, clause: m.MoneyClause, names: tuple[str, ...], subjects: Ref) -> Frame:
    """The outcomes `names` of a clause, once for each of its due dates."""
    outcomes = tuple(contract.outcome(n) for n in names)
    dated = With(Join(subjects, due_table(clause), (), how="cross"), (("due", due_day(clause)),))
    return Frame(clause.id, ("subject", "n"), outcomes, With(dated, dates(outcomes)))


def due_table(clause: m.MoneyClause) -> Values:
    """One row a due date of a clause: its number, its distance from its anchor, and which anchor where they differ."""
    anchors = _anchors(clause)
    columns = {"n": Type.INTEGER, "due_months": Type.INTEGER, "due_days": Type.INTEGER}
    rows = [(k, d.shift.months, d.shift.days) for k, d in enumerate(clause.dues, 1) if d is not None]
    if len(anchors) == 1:
        return Values(columns, tuple(rows))
    places = [anchors.index(d.outcome) for d in clause.dues if d is not None]
    numbered = tuple((*row, place) for row, place in zip(rows, places, strict=True))
    return Values({**columns, "due_anchor": Type.INTEGER}, numbered)


def due_day(clause: m.MoneyClause) -> Expr:
    """The day of a row of the due table, beside the treatment's state; NULL where its anchor is not decided yet."""
    days = [Col("index_date", Type.DATE) if name is None else decided_on(name) for name in _anchors(clause)]
    place = Col("due_anchor", Type.INTEGER)
    anchor = case(*((eq(place, integer(k)), d) for k, d in enumerate(days[1:], 1)), otherwise=days[0])
    return add_days(add_months(anchor, Col("due_months", Type.INTEGER)), Col("due_days", Type.INTEGER))


def _anchors(clause: m.MoneyClause) -> tuple[str | None, ...]:
    """What the due dates of a clause are reckoned from, each once: the index date (None) or a decided day."""
    return tuple(dict.fromkeys(d.outcome for d in clause.dues if d is not None))


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
    seen_of = _seen(frame, run)
    suffix = "_by_last_day" if latest_day else ""
    joined = _beside_treatments(plan, frame, run, traits, latest_day)
    marks: list[tuple[str, Expr]] = []
    aggs: list[tuple[str, Agg]] = []
    results: dict[str, picks.Folded] = {}
    deaths: dict[Expr | None, str] = {}
    for o in frame.outcomes:
        seen = seen_of[o.name]
        marks += [(f"{o.name}__counted", reports.counted(o, seen)), (f"{o.name}__passes", reports.passes(o))]
        results[o.name] = baselines.kept_beside(o, picks.fold(o, _rows(o)), _rows(o))
        aggs += results[o.name].aggs
        where = and_(_rows(o).counted, _rows(o).passes)
        aggs.append((f"{o.name}__count", Agg("count", None, Type.INTEGER, where)))
        if o.if_died.matters and cutoff(o, run) not in deaths:
            deaths[cutoff(o, run)] = f"death{len(deaths)}"
            aggs += _death_aggs(f"death{len(deaths) - 1}", seen)
    used = {o.name: deaths[cutoff(o, run)] for o in frame.outcomes if o.if_died.matters}
    # most reports lie outside every window: they are left out before they are grouped
    of_use = or_(*_in_reach(frame.outcomes), *([eq(MEASURE, text("death"))] if used else []))
    marked: Relation = Filter(With(joined, tuple(marks)), of_use)
    beside = [f.beside for f in results.values() if f.beside is not None]
    if beside:
        marked = plan.add(f"{frame.name}_reports{suffix}", "a report and treatment (and due date)", marked)
    folds: Relation = Fold(marked, frame.keys, tuple(aggs))
    for further in beside:
        folds = Join(folds, further(marked, frame.keys), frame.keys, how="left")
    return FoldedFrame(folds, results, used)


def _in_reach(outcomes: tuple[m.Outcome, ...]) -> list[Expr]:
    """For each measure, whether a report may count for some outcome.

    Exact for a measure of one outcome. For several it is the span of their windows: asked of every report it must be
    cheap, and what it lets in too much each outcome leaves out by itself.
    """
    by_measure: dict[str, list[m.Outcome]] = {}
    for o in outcomes:
        by_measure.setdefault(o.source_name, []).append(o)
    return [
        _rows(of_it[0]).counted if len(of_it) == 1 else reports.within_span(of_it)
        for of_it in by_measure.values()
    ]


def satisfying_rows(
    plan: PlanBuilder, outcome: m.Outcome, treatments: Relation, run: Run, traits: Traits
) -> Relation:
    """One row a treatment and row of an outcome, not by due dates, that lies in its window and satisfies its test.

    `treatments` have the outcome's days as columns. A date that is only a month or a year counts by its first day.
    """
    frame = Frame(f"{outcome.name}_each", ("subject",), (outcome,), treatments)
    joined = _beside_treatments(plan, frame, run, traits, latest_day=False)
    seen = _seen(frame, run)[outcome.name]
    return Filter(joined, and_(reports.counted(outcome, seen), reports.passes(outcome)))


def _seen(frame: Frame, run: Run) -> dict[str, Expr]:
    """By outcome, whether a row is to be seen: all are, unless some outcome's late evidence stands aside."""
    versions = _keeps_versions(frame)
    return {o.name: rows.visible(cutoff(o, run)) if versions else TRUE for o in frame.outcomes}


def _keeps_versions(frame: Frame) -> bool:
    return any(o.late_evidence == "stand" for o in frame.outcomes)


def _beside_treatments(
    plan: PlanBuilder, frame: Frame, run: Run, traits: Traits, latest_day: bool
) -> Relation:
    """One row a report and instance that it may concern, with the baselines of the outcomes that test a change."""
    every = rows.outcome_rows(plan, run, traits, _keeps_versions(frame))
    joined = reports.joined(every, frame.instances, frame.outcomes, traits, latest_day)
    compared = [o for o in frame.outcomes if o.baseline is not None]
    if not compared:
        return joined
    name = f"{frame.name}_dated{'_by_last_day' if latest_day else ''}"
    # read twice: what lies in no window is not written down
    windows = [reports.within(o, "first_day", "last_day") for o in frame.outcomes]
    windows += [reports.within(o, "base_first_day", "base_last_day") for o in compared]
    of_use = Filter(joined, or_(*windows, eq(MEASURE, text("death"))))
    dated = plan.once(name, "a report and treatment (and due date)", of_use)
    seen = _seen(frame, run)
    return baselines.with_baselines(dated, frame.keys, [(o, _rows(o), seen[o.name]) for o in compared])


def row_evidence() -> Expr:
    """The evidence key of a satisfying row."""
    return call("pack", Type.KEY, ON_DAY, TRUE, ROW)


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
