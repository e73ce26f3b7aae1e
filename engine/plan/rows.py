"""The rows that a run may use: known by its day, in their latest version, none of them withdrawn.

A row is known from its `known_on` until the next version of it. Preliminary rows replace nothing and are left
out here; a row entered in error replaces what came before it and is then left out itself.
"""

from engine.plan.tables import COVERAGE, OUTCOMES, REPEATED_ROWS, TREATMENTS, Run, Traits
from engine.plan.tree import (
    FALSE,
    Col,
    Columns,
    Expr,
    Filter,
    Join,
    Over,
    PlanBuilder,
    Ref,
    Relation,
    Scan,
    Select,
    Type,
    With,
    and_,
    call,
    coalesce,
    day,
    eq,
    in_,
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

KNOWN_ON = Col("known_on", Type.DATE)
KNOWN_UNTIL = Col("known_until", Type.DATE)
STATUS = Col("status", Type.TEXT)


def treatments(run: Run, traits: Traits, attributes: Columns) -> Relation:
    """One row a treatment: its version as known by the run's day, with the attributes that are read."""
    columns = {**TREATMENTS, **attributes}
    if run.as_of is None:
        columns |= {"case_id": Type.TEXT, "as_of": Type.DATE}
    rows = _known(Scan("treatments", columns), run)
    return _latest(_versions(rows, ("treatment_id",), traits.repeated_treatments))


def outcome_rows(plan: PlanBuilder, run: Run, traits: Traits, keep_versions: bool) -> Relation:
    """One row a record (a version of a record with `keep_versions`), not yet joined to treatments."""
    rows = _known(Scan("outcomes", OUTCOMES), run)
    if traits.repeated_records:
        rows = Join(rows, _replaced(plan, run), ("row_no",), how="left")
    else:
        rows = With(rows, (("known_until", null(Type.DATE)),))
    if not keep_versions:
        return _latest(rows)
    return Filter(rows, _not_in_error())


def _replaced(plan: PlanBuilder, run: Run) -> Ref:
    """The rows of outcomes that a later version replaces: few, so that all others are spared the search."""
    rows = _known(Scan("repeated_rows", REPEATED_ROWS), run)
    versions = _versions(rows, ("source", "record_key"), repeated=True)
    replaced = Filter(versions, is_not_null(KNOWN_UNTIL))
    until = rename(replaced, {"row_no": "row_no", "known_until": "known_until"})
    return plan.once("replaced", "a row of outcomes that a later version replaces, and from when", until)


def spans(run: Run, traits: Traits, keep_versions: bool) -> Relation:
    """One row a coverage span (a version of a span with `keep_versions`)."""
    rows = _known(Scan("coverage", COVERAGE), run)
    rows = _versions(rows, ("patient_id", "payer", "from_date"), traits.repeated_spans)
    return Filter(rows, _not_in_error()) if keep_versions else _latest(rows)


def visible(cutoff: Expr | None) -> Expr:
    """Whether a version is the one known on the day `cutoff`; without it, whether it is the latest."""
    if cutoff is None:
        return is_null(KNOWN_UNTIL)
    return and_(le(KNOWN_ON, cutoff), or_(is_null(KNOWN_UNTIL), lt(cutoff, KNOWN_UNTIL)))


def _known(scan: Scan, run: Run) -> Relation:
    preliminary = coalesce(eq(STATUS, text("preliminary")), FALSE)
    return Filter(scan, and_(le(KNOWN_ON, day(run.known_by)), not_(preliminary)))


def _not_in_error() -> Expr:
    return not_(coalesce(in_(STATUS, (text("entered_in_error"),)), FALSE))


def _versions(rows: Relation, key: tuple[str, ...], repeated: bool) -> Relation:
    if not repeated:
        return With(rows, (("known_until", null(Type.DATE)),))
    order = ("known_on", "row_no")
    return With(rows, (("known_until", Over("lead", KNOWN_ON, key, order, Type.DATE)),))


def _latest(rows: Relation) -> Relation:
    return Filter(rows, and_(visible(None), _not_in_error()))


def without(relation: Relation, *names: str) -> Select:
    """All columns but `names`."""
    return rename(relation, {n: n for n in relation.columns if n not in names})


def number(value: Expr) -> Expr:
    """A plain decimal as an integer of 10⁻⁹; NULL for any other text, or one of more than 9 decimals."""
    return call("number", Type.WIDE, value)


NUMBER_SCALE = 10**9
