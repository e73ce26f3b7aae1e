"""What the amounts of lines read of outcomes, exactly, for the arithmetic to be worded."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from engine.kernel.money import parse_decimal
from engine.language import meaning as m
from engine.language.trees import walk
from engine.plan.rows import NUMBER_SCALE
from engine.plan.values import row_key, row_value
from engine.settlement.line_keys import same_line, whole_key
from engine.settlement.owed import Owed

Field = str | int | date | Fraction | None
LineId = tuple[str, str, int]  # treatment, clause, n


def fields_read(owed: Owed, keys: str) -> Mapping[LineId, Mapping[tuple[str, str], Field]]:
    """What the amounts of the owed lines that the query `keys` names read of outcomes.

    By line, then by outcome and field.
    """
    result: dict[LineId, dict[tuple[str, str], Field]] = defaultdict(dict)
    lines = whole_key(owed.contract, "all_lines")
    for clause in owed.contract.clauses:
        for node in dict.fromkeys(walk(clause.amount)):
            if not isinstance(node, m.OutcomeField | m.RowField):
                continue
            step, columns, series = _where_it_stands(owed, clause, node)
            number = "f.n" if series else "l.n"
            kept = next(s.relation.columns for s in owed.plan.steps if s.name == step)
            whose = "subject" if "subject" in kept else "treatment_id"  # what the plan reads itself is kept
            for treatment, n, *values in owed.rows(
                f"""SELECT l.treatment_id, l.n, {columns} FROM {lines} l
                JOIN ({keys}) k ON {same_line("l", "k")}
                JOIN subjects s ON s.treatment_id = l.treatment_id
                JOIN "{step}" f ON f.{whose} = s.{whose} AND l.n = {number} WHERE l.clause = $1 AND l.owed""",
                [clause.id],
            ):
                result[treatment, clause.id, n][node.outcome, node.field] = _field(node.field, values)
    return result


def _where_it_stands(
    owed: Owed, clause: m.MoneyClause, node: m.OutcomeField | m.RowField
) -> tuple[str, str, bool]:
    """The step and columns that hold a field, and whether the step has a row for each line."""
    if isinstance(node, m.RowField):
        day = f'key_day(f."{row_key(node.outcome).name}")'
        column = day if node.field == "date" else f'f."{row_value(node.outcome).name}"'
        return f"{node.outcome}_each", column, True
    outcome = owed.contract.outcome(node.outcome)
    frame = clause.id if outcome.window.uses_due else "main"
    with_values = any(step.name == f"{frame}_values" for step in owed.plan.steps)
    step = f"{frame}_values" if with_values else f"{frame}_statuses"
    columns = ", ".join(f'f."{node.outcome}__{part}"' for part in _parts(outcome, node.field))
    return step, columns, outcome.window.uses_due


def _parts(outcome: m.Outcome, field: str) -> list[str]:
    """The columns of the state that hold a field."""
    of_mean = outcome.baseline is not None and outcome.baseline.pick == "mean"
    baseline = ["baseline", "baseline_under"] if of_mean else ["baseline"]
    parts = {"baseline": baseline, "change": [*baseline, "value"]}
    parts["covered"] = ["days_covered", "first_day", "last_day"]
    return parts.get(field, [field])


def _field(field: str, values: Sequence[Any]) -> Field:
    if field == "baseline":
        return _baseline(values)
    if field == "change":
        *parts, text = values
        baseline, value = _baseline(parts), parse_decimal(text or "")
        return None if baseline is None or value is None else value - baseline
    if field == "covered":
        days, first, last = values
        return None if days is None else Fraction(days, (last - first).days + 1)
    found: Field = values[0]
    return 0 if field == "count" and found is None else found


def _baseline(parts: Sequence[int | None]) -> Fraction | None:
    """The sum in billionths over the number of rows, one where there is no second part."""
    over, under = parts[0], parts[1] if len(parts) > 1 else 1
    return None if over is None or not under else Fraction(over, under * NUMBER_SCALE)
