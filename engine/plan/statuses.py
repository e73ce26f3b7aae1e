"""Statuses: what the folded rows, death, loss of coverage and the decided day say of each outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.language import meaning as m
from engine.plan.coverage import Runs, runs
from engine.plan.frames import CAUSES, FoldedFrame, Frame, cutoff, folded
from engine.plan.partial_dates import both_readings
from engine.plan.picks import Folded
from engine.plan.status_columns import PENDING, Names, kept
from engine.plan.subjects import AS_OF
from engine.plan.tables import Run, Traits
from engine.plan.tree import (
    FALSE,
    Agg,
    Col,
    Expr,
    Fold,
    Join,
    PlanBuilder,
    Ref,
    Relation,
    Type,
    With,
    and_,
    call,
    case,
    coalesce,
    eq,
    greatest,
    in_,
    is_not_null,
    is_null,
    le,
    least,
    lt,
    not_,
    null,
    or_,
    rename,
    text,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How one frame's statuses are worked out."""

    contract: m.Contract
    run: Run
    traits: Traits
    frame: Frame
    latest_day: bool = False


def decided_frame(plan: PlanBuilder, contract: m.Contract, run: Run, traits: Traits, frame: Frame) -> Ref:
    """The frame's instances with, for each outcome, status, decided_on, basis, key and count."""
    grain = (
        "an eligible treatment"
        if frame.name == "main"
        else f"an eligible treatment and due date of {frame.name}"
    )
    instances = plan.add(f"{frame.name}_dates", grain, frame.instances)
    named = Frame(frame.name, frame.keys, frame.outcomes, instances)
    if not frame.outcomes:
        return instances
    first = _statuses(plan, Reading(contract, run, traits, named))
    if not traits.partial_dates:
        return plan.add(f"{frame.name}_statuses", grain, first)
    last = _statuses(plan, Reading(contract, run, traits, named, latest_day=True))
    return plan.add(f"{frame.name}_statuses", grain, both_readings(named, first, last))


def _statuses(plan: PlanBuilder, reading: Reading) -> Relation:
    frame = reading.frame
    suffix = "_by_last_day" if reading.latest_day else ""
    fold = folded(plan, frame, reading.run, reading.traits, reading.latest_day)
    grain = "a treatment (and due date) with any outcome row"
    folds = plan.add(f"{frame.name}_folds{suffix}", grain, fold.relation)
    state: Relation = Join(frame.instances, folds, frame.keys, how="left")
    state, gaps = _with_coverage(state, reading)
    for items in _layers(reading, fold):
        state = With(state, items)
    for outcome, prefix in gaps.items():
        state = _held_by_gap(state, frame.keys, reading.contract.outcome(outcome), prefix)
    names = reading.contract.outcome
    final = [item for o in frame.outcomes for item in _as_of(names(o.name), fold.picks[o.name])]
    state = With(state, tuple(final))
    columns = [*frame.instances.columns, *(f"{o.name}__{part}" for o in frame.outcomes for part in kept(o))]
    return rename(state, {n: n for n in columns})


def _with_coverage(state: Relation, reading: Reading) -> tuple[Relation, dict[str, Runs]]:
    """Adds for each outcome that minds it the day on which coverage was lost; gives the forgiven gaps."""
    frame, gaps = reading.frame, {}
    shared: dict[Expr | None, Runs] = {}
    for o in frame.outcomes:
        if o.if_coverage_ends == "ignore" or not reading.traits.coverage:
            continue
        day = cutoff(o, reading.run)
        if day not in shared:
            shared[day] = runs(
                reading.contract, reading.run, reading.traits, frame.instances, frame.keys, day
            )
        losses = shared[day].losses
        names = {k: k for k in frame.keys}
        names |= {n: f"{o.name}__{n}" for n in ("lost_on", "lost_for_good_on")}
        state = Join(state, rename(losses, names), frame.keys, how="left")
        if reading.contract.coverage_gap_days:
            gaps[o.name] = shared[day]
    return state, gaps


def _layers(reading: Reading, fold: FoldedFrame) -> list[tuple[tuple[str, Expr], ...]]:
    """Columns over columns: death and loss, which of them governs, then status, day, basis and key."""
    layers: list[list[tuple[str, Expr]]] = [[], [], [], []]
    for o in reading.frame.outcomes:
        names = Names(o.name)
        prefix = fold.death_columns.get(o.name)
        layers[0] += _death(o, names, prefix)
        layers[1] += _loss(o, names, reading)
        layers[2] += _early(o, names, fold.picks[o.name])
        layers[3] += _raw(o, names, fold.picks[o.name], prefix is not None)
    return [tuple(layer) for layer in layers]


def _death(o: m.Outcome, names: Names, prefix: str | None) -> list[tuple[str, Expr]]:
    """The first death's key, and the status that it gives where it is on or before the window's last day."""
    if prefix is None:
        return [(f"{o.name}__died_as", null(Type.TEXT)), (f"{o.name}__death_key", null(Type.KEY))]
    keys = [Col(f"{prefix}__{cause}", Type.KEY) for cause in CAUSES]
    key = least(*keys)
    first_day = call("key_day", Type.DATE, key)
    matters = le(first_day, names.day("last_day"))
    causes = (o.if_died.related, o.if_died.unrelated, o.if_died.unknown)
    status = _status_text(causes[0]) if len(set(causes)) == 1 else _by_cause(causes, keys, first_day)
    return [
        (f"{o.name}__died_as", case((matters, status), otherwise=null(Type.TEXT))),
        (f"{o.name}__death_key", key),
    ]


def _by_cause(causes: Sequence[str], keys: Sequence[Expr], first_day: Expr) -> Expr:
    """The status of the cause whose row is of the first day; that of an unknown one where several are."""
    that_day = [coalesce(eq(call("key_day", Type.DATE, k), first_day), FALSE) for k in keys]
    several = or_(*(and_(a, b) for i, a in enumerate(that_day) for b in that_day[i + 1 :]))
    gives = [_status_text(s) for s in causes]
    by_cause = [(is_it, status) for is_it, status in zip(that_day[:2], gives[:2], strict=True)]
    return case((several, gives[2]), *by_cause, otherwise=gives[2])


def _status_text(status: str) -> Expr:
    return null(Type.TEXT) if status == "ignore" else text(status)


def _loss(o: m.Outcome, names: Names, reading: Reading) -> list[tuple[str, Expr]]:
    """The day that governs (death's or loss's) and the status it gives; NULL where neither does."""
    died_on = call("key_day", Type.DATE, names.key("death_key"))
    died_on = case((is_not_null(names.text("died_as")), died_on), otherwise=null(Type.DATE))
    if o.if_coverage_ends == "ignore" or not reading.traits.coverage:
        nothing = null(Type.DATE)
        return [
            (f"{o.name}__died_on", died_on),
            (f"{o.name}__gone_on", nothing),
            (f"{o.name}__gone_for_good_on", nothing),
        ]
    lost_on = names.day("lost_on")
    died_first = coalesce(le(died_on, lost_on), FALSE)
    counts = and_(le(lost_on, names.day("last_day")), not_(died_first))
    gone = case((counts, lost_on), otherwise=null(Type.DATE))
    for_good = case((counts, names.day("lost_for_good_on")), otherwise=null(Type.DATE))
    return [
        (f"{o.name}__died_on", died_on),
        (f"{o.name}__gone_on", gone),
        (f"{o.name}__gone_for_good_on", for_good),
    ]


def _early(o: m.Outcome, names: Names, pick: Folded) -> list[tuple[str, Expr]]:
    """The key that decided early, where no death or loss came before it did."""
    if pick.early_key is None:
        return [(f"{names.outcome}__early_valid", null(Type.KEY))]
    governs = least(names.day("gone_on"), names.day("died_on"))
    stands = or_(is_null(governs), le(_early_day(o, names, pick.early_key), governs))
    return [(f"{names.outcome}__early_valid", case((stands, pick.early_key), otherwise=null(Type.KEY)))]


def _early_day(o: m.Outcome, names: Names, key: Expr) -> Expr:
    """The row's day; with a baseline no day before its window has ended, as it may still change."""
    on = call("key_day", Type.DATE, key)
    return on if o.baseline is None else greatest(on, names.day("base_last_day"))


def _raw(o: m.Outcome, names: Names, pick: Folded, can_die: bool) -> list[tuple[str, Expr]]:
    """Status, day, basis and key as they will be once their day has come."""
    early = names.key("early_valid")
    is_early = is_not_null(early)
    gone = is_not_null(names.day("gone_on"))
    dead = and_(is_not_null(names.text("died_as")), not_(gone))
    decided = names.day("decided_day")
    missing = text(o.if_missing) if o.if_missing else pick.final
    missing_day = null(Type.DATE) if o.if_missing == "pending" else decided
    lost_as = text(o.if_coverage_ends)

    def choose(by_row: Expr, by_loss: Expr, by_death: Expr, by_rows: Expr, by_silence: Expr) -> Expr:
        branches = [(is_early, by_row)] if pick.early_key is not None else []
        if o.if_coverage_ends != "ignore":
            branches.append((gone, by_loss))
        if can_die:
            branches.append((dead, by_death))
        return case(*branches, (pick.seen, by_rows), otherwise=by_silence)

    early_day = _early_day(o, names, early)
    nothing = null(Type.KEY)
    bases = [text(b) for b in ("early", "coverage", "death", "rows", "missing")]
    if o.kind == "event":
        bases[4] = text("no_event")
    name = o.name
    return [
        (f"{name}__then", choose(text(pick.early), lost_as, names.text("died_as"), pick.final, missing)),
        (
            f"{name}__then_on",
            choose(early_day, names.day("gone_for_good_on"), names.day("died_on"), decided, missing_day),
        ),
        (f"{name}__then_basis", choose(bases[0], bases[1], bases[2], bases[3], bases[4])),
        (f"{name}__then_key", choose(early, nothing, names.key("death_key"), pick.final_key, nothing)),
    ]


def _held_by_gap(state: Relation, keys: tuple[str, ...], o: m.Outcome, by: Runs) -> Relation:
    """Moves a status decided within a forgiven gap of coverage to the day on which coverage came back.

    On the gap's first day, a row that decides early and a death come before the gap, the decided day does not.
    """
    names = Names(o.name)
    gap_from, gap_until = Col("gap_from", Type.DATE), Col("gap_until", Type.DATE)
    then_on = names.day("then_on")
    came_first = in_(names.text("then_basis"), (text("early"), text("death")))
    at_its_start = and_(eq(then_on, gap_from), not_(came_first))
    within = and_(or_(lt(gap_from, then_on), at_its_start), lt(then_on, gap_until))
    minds = and_(within, le(gap_from, names.day("last_day")))
    gaps = rename(by.gaps, {n: n for n in (*keys, "gap_from", "gap_until")})
    needed = (*keys, f"{o.name}__then_on", f"{o.name}__then_basis", f"{o.name}__last_day")
    held = Join(rename(state, {n: n for n in needed}), gaps, keys, where=minds)
    until = Fold(held, keys, ((f"{o.name}__held_until", Agg("max", gap_until, Type.DATE)),))
    joined = Join(state, until, keys, how="left")
    moved = case(
        (is_not_null(names.day("held_until")), names.day("held_until")), otherwise=names.day("then_on")
    )
    shifted = With(joined, ((f"{o.name}__moved_on", moved),))
    others = {n: n for n in shifted.columns if n not in (f"{o.name}__then_on", f"{o.name}__moved_on")}
    return rename(shifted, {**others, f"{o.name}__moved_on": f"{o.name}__then_on"})


def _as_of(o: m.Outcome, pick: Folded) -> list[tuple[str, Expr]]:
    """The status as of the run's day: pending until its day has come."""
    names = Names(o.name)
    come = le(names.day("then_on"), AS_OF)
    bases = (text("early"), text("rows"), text("no_event"))
    by_rows = and_(come, in_(names.text("then_basis"), bases))
    further = [
        (f"{o.name}__{part}", case((by_rows, value), otherwise=null(value.type)))
        for part, value in pick.further
    ]
    return [
        *further,
        (f"{o.name}__status", case((come, names.text("then")), otherwise=PENDING)),
        (f"{o.name}__decided_on", case((come, names.day("then_on")), otherwise=null(Type.DATE))),
        (f"{o.name}__basis", case((come, names.text("then_basis")), otherwise=text("waiting"))),
        (f"{o.name}__key", case((come, names.key("then_key")), otherwise=null(Type.KEY))),
    ]
