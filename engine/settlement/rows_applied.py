"""Which rows of a contract's tables and cohort clauses the lines of a run rest on."""

from collections.abc import Collection, Iterator

from engine.language import meaning as m
from engine.settlement.arithmetic import Arithmetic
from engine.settlement.example_rows import case_of
from engine.settlement.line_keys import KEY, whole_key
from engine.settlement.owed import Owed
from engine.settlement.statement_lines import numbers_read


def reached_rows(owed: Owed, cases: Collection[str]) -> set[tuple[str, int]]:
    """The rows that lines of these cases rest on, as (clause, place); of marginal tiers the last band."""
    judged = owed.rows("SELECT case_id, clause, fits FROM cohorts WHERE owed AND fits IS NOT NULL")
    found = {(clause, fits - 1) for case, clause, fits in judged if case in cases}
    return found | {row for treatment, row in _of_treatments(owed) if case_of(treatment) in cases}


def rows_applied(owed: Owed) -> Iterator[tuple[str | None, tuple[str, int]]]:
    """For each line by rows: whose it is (None: a period's), and the row as (clause, place)."""
    yield from _of_treatments(owed)
    judged = owed.rows("SELECT clause, fits FROM cohorts WHERE owed AND fits IS NOT NULL")
    yield from ((None, (clause, fits - 1)) for clause, fits in judged)


def _of_treatments(owed: Owed) -> Iterator[tuple[str, tuple[str, int]]]:
    """For each line of a clause with a table: its treatment and the row."""
    tables = {c.id: c.amount for c in owed.contract.clauses if isinstance(c.amount, m.Table)}
    if not tables:
        return
    worker = Arithmetic(owed.contract)
    lines = numbers_read(owed, f"SELECT {KEY} FROM {whole_key(owed.contract, 'all_lines')}")
    for (treatment, _, clause, _, _), _, numbers in lines:
        table = tables.get(clause)
        place = worker.row(table, numbers) if table else None
        if place is not None and treatment is not None:
            yield treatment, (clause, place)
