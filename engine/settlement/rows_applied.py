"""Which rows of a contract's tables the lines of a run rest on."""

from collections.abc import Collection, Iterator

from engine.language import meaning as m
from engine.settlement.arithmetic import Arithmetic
from engine.settlement.line_keys import KEY, whole_key
from engine.settlement.owed import Owed
from engine.settlement.statement_lines import numbers_read


def reached_rows(owed: Owed, treatments: Collection[str]) -> set[tuple[str, int]]:
    """The table rows that lines of these treatments rest on, as (clause, place); of marginal tiers the last band."""
    return {row for treatment, row in rows_applied(owed) if treatment in treatments}


def rows_applied(owed: Owed) -> Iterator[tuple[str | None, tuple[str, int]]]:
    """For each line of a clause with a table: whose it is, and the row as (clause, place)."""
    tables = {c.id: c.amount for c in owed.contract.clauses if isinstance(c.amount, m.Table)}
    if not tables:
        return
    worker = Arithmetic(owed.contract)
    lines = numbers_read(owed, f"SELECT {KEY} FROM {whole_key(owed.contract, 'all_lines')}")
    for (treatment, _, clause, _, _), _, numbers in lines:
        table = tables.get(clause)
        place = worker.row(table, numbers) if table else None
        if place is not None:
            yield treatment, (clause, place)
