"""What amounts read of outcomes beside their counts: of the one row that decided, NULL where no single row did."""

from engine.language import meaning as m
from engine.language.trees import walk
from engine.plan.tables import OUTCOMES
from engine.plan.tree import (
    Col,
    Expr,
    Join,
    PlanBuilder,
    Ref,
    Relation,
    Scan,
    Select,
    Type,
    With,
    call,
    case,
    in_,
    null,
    text,
)

SINGLE_PICKS = ("first", "last", "nearest", "lowest", "highest")


def with_fields(plan: PlanBuilder, contract: m.Contract, name: str, state: Ref) -> Ref:
    """The state with columns for the fields that amounts read, as `field_numbers` reads them."""
    read = {n for n in walk((contract.clauses, contract.limits)) if isinstance(n, m.OutcomeField)}
    rows: Relation = state
    for outcome in contract.outcomes:
        fields: set[str] = {n.field for n in read if n.outcome == outcome.name}
        if f"{outcome.name}__key" in state.columns and fields - {"count"}:
            rows = _with_row(rows, outcome, fields)
    return state if rows is state else plan.add(f"{name}_values", plan.steps[state.step].grain, rows)


def _with_row(rows: Relation, outcome: m.Outcome, fields: set[str]) -> Relation:
    name, alone = outcome.name, _alone(outcome)
    key = case((alone, Col(f"{name}__key", Type.KEY)), otherwise=null(Type.KEY))
    if "date" in fields:
        rows = With(rows, ((f"{name}__date", call("key_day", Type.DATE, key)),))
    if fields & {"value", "change"}:
        rows = With(rows, ((f"{name}__row", call("key_row", Type.KEY, key)),))
        items = (
            (f"{name}__row", Col("row_no", Type.KEY)),
            (f"{name}__value", Col("value", Type.TEXT)),
        )
        rows = Join(rows, Select(Scan("outcomes", OUTCOMES), items), (f"{name}__row",), how="left")
    if fields & {"baseline", "change"}:
        over = Col(f"{name}__baseline_over", Type.WIDE)
        rows = With(rows, ((f"{name}__baseline", case((alone, over), otherwise=null(Type.WIDE))),))
    if "covered" in fields:
        by_rows = in_(Col(f"{name}__basis", Type.TEXT), (text("rows"), text("no_event")))
        days = case((by_rows, Col(f"{name}__covered", Type.INTEGER)), otherwise=null(Type.INTEGER))
        rows = With(rows, ((f"{name}__days_covered", days),))
    return rows


def _alone(outcome: m.Outcome) -> Expr:
    """Whether a single row decided."""
    basis = Col(f"{outcome.name}__basis", Type.TEXT)
    alone = [text("early"), text("death")]
    if outcome.pick.kind in SINGLE_PICKS:
        alone.append(text("rows"))
    return in_(basis, alone)
