"""Dates that are only a month or a year: the status read by their first days and by their last days."""

from engine.plan.frames import Frame
from engine.plan.status_columns import PENDING, Names, further, kept, outcome_column
from engine.plan.tree import (
    Expr,
    Join,
    Relation,
    Type,
    With,
    case,
    compare,
    eq,
    greatest,
    le,
    null,
    or_,
    rename,
    text,
)


def both_readings(frame: Frame, first: Relation, last: Relation) -> Relation:
    """One status where both readings give the same one, else not evaluable; pending while one of the two is.

    Day, evidence and count are of the reading decided later, of the one by last days where that is one day.
    """
    names = {f"{o.name}__{part}": f"{o.name}__last_{part}" for o in frame.outcomes for part in kept(o)}
    other = rename(last, {**{k: k for k in frame.keys}, **names})
    state: Relation = Join(first, other, frame.keys, how="left")
    columns = {n: n for n in frame.instances.columns}
    items = []
    for o in frame.outcomes:
        items += _merged(Names(o.name), further(o))
        columns |= {f"{o.name}__both_{part}": f"{o.name}__{part}" for part in kept(o)}
    return rename(With(state, tuple(items)), columns)


def _merged(names: Names, parts: tuple[tuple[str, Type], ...]) -> list[tuple[str, Expr]]:
    first, last = names.text("status"), names.text("last_status")
    waits = or_(eq(first, PENDING), eq(last, PENDING))
    differ = compare("ne", first, last)
    later = greatest(names.day("decided_on"), names.day("last_decided_on"))
    by_last = le(names.day("decided_on"), names.day("last_decided_on"))
    count, last_count = (outcome_column(names.outcome, p, Type.INTEGER) for p in ("count", "last_count"))
    out = names.outcome

    def later_one(part: str, type_: Type) -> Expr:
        one, other = (outcome_column(out, p, type_) for p in (part, f"last_{part}"))
        return case((waits, null(type_)), (by_last, other), otherwise=one)

    return [
        (f"{out}__both_status", case((waits, PENDING), (differ, text("not_evaluable")), otherwise=first)),
        (f"{out}__both_decided_on", case((waits, null(Type.DATE)), otherwise=later)),
        (
            f"{out}__both_basis",
            case(
                (waits, text("waiting")),
                (differ, text("partial_date")),
                (by_last, names.text("last_basis")),
                otherwise=names.text("basis"),
            ),
        ),
        *((f"{out}__both_{part}", later_one(part, type_)) for part, type_ in (("key", Type.KEY), *parts)),
        (f"{out}__both_count", case((by_last, last_count), otherwise=count)),
    ]
