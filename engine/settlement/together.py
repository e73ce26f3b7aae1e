"""Rows that decided an outcome together: of a mean, a run of results, days of supply, a mean baseline."""

from engine.language import meaning as m
from engine.settlement.owed import Owed

_SEVERAL = ("mean", "consecutive", "sustained", "days_covered")
_OF_OUTCOME = "(outcome = $outcome OR ends_with(outcome, '.' || $outcome))"


def mark_together(owed: Owed, wanted: str) -> None:
    """Leave the table `together` (treatment_id, measure, first_day, last_day): windows whose rows decided together.

    Of the treatments that the query `wanted` names.
    """
    run = owed.connection.execute
    run(
        "CREATE OR REPLACE TEMP TABLE together (treatment_id VARCHAR, measure VARCHAR, first_day DATE, last_day DATE)"
    )
    for o in owed.contract.outcomes:
        named: dict[str, object] = {"measure": o.source_name, "outcome": o.name}
        if o.pick.kind in _SEVERAL:
            run(
                f"""INSERT INTO together SELECT treatment_id, $measure, first_day, last_day FROM statuses
                JOIN ({wanted}) USING (treatment_id) WHERE basis = 'rows' AND {_OF_OUTCOME}""",
                named,
            )
        if o.baseline and o.baseline.pick == "mean" and not o.baseline.window.uses_due:
            run(
                f"""INSERT INTO together SELECT treatment_id, $measure,
                  add_months(index_date, $first_months) + $first_days, add_months(index_date, $last_months) + $last_days
                FROM statuses JOIN ({wanted}) USING (treatment_id) JOIN subjects USING (treatment_id)
                WHERE basis IN ('rows', 'early') AND {_OF_OUTCOME}""",
                {**named, **_shifts(o.baseline.window)},
            )


def _shifts(window: m.Window) -> dict[str, object]:
    first, last = window.first.shift, window.last.shift
    return {
        "first_months": first.months,
        "first_days": first.days,
        "last_months": last.months,
        "last_days": last.days,
    }
