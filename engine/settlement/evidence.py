"""Evidence by name: the results of a run with record ids in place of row numbers."""

from engine.language import meaning as m
from engine.plan.lines import evidence_columns
from engine.plan.status_columns import row_columns
from engine.settlement.group_words import cohort_periods
from engine.settlement.line_keys import KEY, whole_key
from engine.settlement.owed import Owed


def name_evidence(owed: Owed) -> None:
    """Leave the views `named_lines` and `named_statuses`: `lines` and `statuses` with `evidence`, record ids.

    A row without a record id is named by its file's row, `row 17`. Lines rest on rows that statuses rest on, and
    those of a clause that says `for_each` on their own.
    """
    run, columns = owed.connection.execute, evidence_columns(owed.contract)
    run(
        f"""CREATE OR REPLACE TEMP TABLE evidence_names AS
        SELECT row_no, coalesce(record_id, 'row ' || row_no) AS record FROM "{owed.facts.schema}".outcomes
        WHERE row_no IN ({rows_used(owed)})"""
    )
    reasons = [(p.group, p.clause, p.words) for p in cohort_periods(owed)]
    run("CREATE OR REPLACE TEMP TABLE group_reasons (group_name VARCHAR, clause VARCHAR, reason VARCHAR)")
    if reasons:
        lists = [list(column) for column in zip(*reasons, strict=True)]
        run("INSERT INTO group_reasons SELECT unnest($1), unnest($2), unnest($3)", lists)
    named = _named_lines(owed.contract, columns)
    if reasons:
        named = f"""SELECT n.* REPLACE (coalesce(r.reason, n.because) AS because) FROM ({named}) n
        LEFT JOIN group_reasons r ON r.group_name = n.group_name AND r.clause = n.clause"""
    run(f"CREATE OR REPLACE TEMP VIEW named_lines AS {named}")
    names, joins = _joined("s", row_columns(owed.contract.outcomes))
    run(
        f"""CREATE OR REPLACE TEMP VIEW named_statuses AS
        SELECT s.*, {names} AS evidence FROM statuses s {joins}"""
    )


def rows_used(owed: Owed) -> str:
    """SQL for the numbers of the rows that some status rests on, or that a line of its own stands for."""
    tables = [("statuses", c) for c in row_columns(owed.contract.outcomes)]
    if any(c.for_each for c in owed.contract.clauses):
        tables += [("all_lines", c) for c in evidence_columns(owed.contract)]
    return " UNION ALL ".join(f"SELECT {c} FROM {table} WHERE {c} IS NOT NULL" for table, c in tables)


def _named_lines(contract: m.Contract, columns: tuple[str, ...]) -> str:
    """SQL for the lines with their evidence; those that rest on no row, often most of them, are not joined."""
    line, lines = f"SELECT {KEY}, due, amount, because", whole_key(contract, "lines")
    bare = " AND ".join(f"{c} IS NULL" for c in columns) or "TRUE"
    without = f"{line}, []::VARCHAR[] AS evidence FROM {lines} WHERE {bare}"
    if not columns:
        return without
    names, joins = _joined("l", columns)
    return f"{without} UNION ALL {line}, {names} AS evidence FROM {lines} l {joins} WHERE NOT ({bare})"


def _joined(table: str, columns: tuple[str, ...]) -> tuple[str, str]:
    """SQL for the list of the records that a table's columns name, and for the joins that it needs."""
    joins = " ".join(
        f"LEFT JOIN evidence_names e{k} ON e{k}.row_no = {table}.{c}" for k, c in enumerate(columns)
    )
    return _listed([f"e{k}.record" for k in range(len(columns))]), joins


def _listed(names: list[str]) -> str:
    """SQL for the list of those names that are not NULL."""
    if len(names) == 1:
        return f"if({names[0]} IS NULL, [], [{names[0]}])::VARCHAR[]"
    return f"list_filter([{', '.join(names)}], lambda x: x IS NOT NULL)::VARCHAR[]"
