"""Fields of outcomes as numbers: `.value`, `.baseline`, `.change`, `.covered` and `.count`, exactly."""

from engine.language import meaning as m
from engine.plan import ratios
from engine.plan.ratios import Ratio
from engine.plan.rows import NUMBER_SCALE, number
from engine.plan.status_columns import outcome_column, window_days
from engine.plan.tree import Type, call, coalesce, integer, wide


def field_number(outcome: m.Outcome, name: str) -> Ratio:
    """A field of an outcome as a number, over the columns that `outcome_fields` adds."""
    match name:
        case "value":
            return ratios.of_integer(number(outcome_column(outcome.name, "value")), NUMBER_SCALE)
        case "baseline":
            return _baseline(outcome)
        case "change":
            return ratios.add(field_number(outcome, "value"), _baseline(outcome), "sub")
        case "covered":
            days = outcome_column(outcome.name, "days_covered", Type.INTEGER)
            length = call("widen", Type.WIDE, window_days(outcome.name))
            return Ratio(call("widen", Type.WIDE, days), length)
        case "count":
            count = coalesce(outcome_column(outcome.name, "count", Type.INTEGER), integer(0))
            return ratios.of_integer(count)
    raise ValueError(f"an outcome has no number {name}")


def _baseline(outcome: m.Outcome) -> Ratio:
    over = outcome_column(outcome.name, "baseline", Type.WIDE)
    if outcome.baseline is None or outcome.baseline.pick != "mean":
        return ratios.of_integer(over, NUMBER_SCALE)
    rows = call("widen", Type.WIDE, outcome_column(outcome.name, "baseline_under", Type.INTEGER))
    return Ratio(over, ratios.times(rows, wide(NUMBER_SCALE)))
