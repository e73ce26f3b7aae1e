"""Evidence by name: the results of a run with record ids in place of row numbers."""

from engine.plan.lines import evidence_columns
from engine.settlement.line_keys import KEY
from engine.settlement.owed import Owed


def name_evidence(owed: Owed) -> None:
    """Leave the views `named_lines` and `named_statuses`: `lines` and `statuses` with `evidence`, record ids.

    A row without a record id is named by its file's row, `row 17`. Lines rest on no row that no status rests on.
    """
    run, columns = owed.connection.execute, evidence_columns(owed.contract)
    run(
        f"""CREATE OR REPLACE TEMP TABLE evidence_names AS
        SELECT row_no, coalesce(record_id, 'row ' || row_no) AS record FROM "{owed.facts.schema}".outcomes
        WHERE row_no IN (SELECT row_no FROM statuses WHERE row_no IS NOT NULL)"""
    )
    run(f"CREATE OR REPLACE TEMP VIEW named_lines AS {_named_lines(columns)}")
    run(
        f"""CREATE OR REPLACE TEMP VIEW named_statuses AS
        SELECT s.*, {_listed(["e.record"])} AS evidence FROM statuses s LEFT JOIN evidence_names e USING (row_no)"""
    )


def _named_lines(columns: tuple[str, ...]) -> str:
    """SQL for the lines with their evidence; those that rest on no row, often most of them, are not joined."""
    line = f"SELECT {KEY}, due, amount, because"
    bare = " AND ".join(f"{c} IS NULL" for c in columns) or "TRUE"
    without = f"{line}, []::VARCHAR[] AS evidence FROM lines WHERE {bare}"
    if not columns:
        return without
    joins = " ".join(f"LEFT JOIN evidence_names e{k} ON e{k}.row_no = l.{c}" for k, c in enumerate(columns))
    names = _listed([f"e{k}.record" for k in range(len(columns))])
    return f"{without} UNION ALL {line}, {names} AS evidence FROM lines l {joins} WHERE NOT ({bare})"


def _listed(names: list[str]) -> str:
    """SQL for the list of those names that are not NULL."""
    if len(names) == 1:
        return f"if({names[0]} IS NULL, [], [{names[0]}])::VARCHAR[]"
    return f"list_filter([{', '.join(names)}], lambda x: x IS NOT NULL)::VARCHAR[]"
