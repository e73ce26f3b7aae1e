"""Which statuses of a contract's outcomes, and which rows of its tables, its worked examples reach."""

from collections.abc import Collection

from engine.language import meaning as m

_ORDER = ("met", "not_met", "not_evaluable", "pending")


def unreached(contract: m.Contract, reached: Collection[tuple[str, str]]) -> tuple[str, ...]:
    """`NAME is STATUS` for each status that an outcome can have and that is not among those reached.

    `reached` has (outcome, status); an outcome of a series may be named CLAUSE.NAME, and counts as NAME.
    """
    found = {(outcome.rsplit(".", 1)[-1], status) for outcome, status in reached}
    return tuple(
        reach_of(outcome.name, status)
        for outcome in contract.outcomes
        for status in _ORDER
        if status in possible(outcome) and (outcome.name, status) not in found
    )


def reach_of(outcome: str, status: str) -> str:
    """How a status is named that an example reaches or does not: `remission is met`."""
    return f"{outcome} is {status}"


def reach_of_row(clause: str, place: int, row: m.TableRow | m.CohortRow) -> str:
    """How a row of a table or cohort clause is named: `CLAUSE row 2 (below 12)`."""
    return f"{clause} row {place + 1} ({row.text.partition(':')[0]})"


def unreached_rows(contract: m.Contract, reached: Collection[tuple[str, int]]) -> tuple[str, ...]:
    """`CLAUSE row K (below 12)` for each row of a table or cohort clause that is not among those reached."""
    rows = [(c.id, c.amount.rows) for c in contract.clauses if isinstance(c.amount, m.Table)]
    every: list[tuple[str, tuple[m.TableRow | m.CohortRow, ...]]] = [
        *rows,
        *((c.id, c.rows) for c in contract.cohorts),
    ]
    return tuple(
        reach_of_row(clause, place, row)
        for clause, own in every
        for place, row in enumerate(own)
        if (clause, place) not in reached
    )


def possible(outcome: m.Outcome) -> set[str]:
    """The statuses that an outcome can have, but for disputes and dates that are only a month or a year."""
    by_rows = {"met", "not_met"}
    if outcome.pick.kind == "count" and outcome.pick.at_least == 0:
        by_rows = {"met"}  # at least none: always so
    silence: set[str] = {outcome.if_missing} if outcome.if_missing else set()
    died = outcome.if_died
    by_death: set[str] = {died.related, died.unrelated, died.unknown} if _reaches(outcome, 0) else set()
    lost: set[str] = {outcome.if_coverage_ends} if _reaches(outcome, 1) else set()
    waits = {"pending"} if _waits(outcome) else set()
    return (by_rows | silence | by_death | lost | waits) - {"ignore"}


def _reaches(outcome: m.Outcome, day: int) -> bool:
    """Whether the window may reach that day: nobody dies before day 0, nor loses coverage before day 1."""
    last = outcome.window.last
    return last.anchor != "index" or (last.shift.months, last.shift.days) >= (0, day)


def _waits(outcome: m.Outcome) -> bool:
    """Whether it may be pending: its decided day lies after the index date, before which nobody is treated."""
    decided = outcome.decided
    later = decided.shift.months > 0 or decided.shift.days > 0
    return later or decided.anchor != "index" or outcome.if_missing == "pending"
