"""Evidence by name: the results of a run with record ids in place of row numbers."""

from engine.plan.lines import evidence_columns
from engine.settlement.owed import Owed


def name_evidence(owed: Owed) -> None:
    """Leave the tables `named_lines` and `named_statuses`: `lines` and `statuses` with `evidence`, record ids.

    A row without a record id is named by its file's row, `row 17`.
    """
    columns = evidence_columns(owed.contract)
    used = " UNION ".join(
        ["SELECT row_no FROM statuses WHERE row_no IS NOT NULL"]
        + [f"SELECT {c} FROM lines WHERE {c} IS NOT NULL" for c in columns]
    )
    schema = owed.facts.schema
    owed.connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE evidence_names AS
        SELECT row_no, coalesce(record_id, 'row ' || row_no) AS record
        FROM "{schema}".outcomes WHERE row_no IN ({used})"""
    )
    joins = " ".join(f"LEFT JOIN evidence_names e{k} ON e{k}.row_no = l.{c}" for k, c in enumerate(columns))
    names = ", ".join(f"e{k}.record" for k in range(len(columns)))
    evidence = f"list_filter([{names}], lambda x: x IS NOT NULL)" if columns else "[]"
    owed.connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE named_lines AS
        SELECT treatment_id, clause, n, due, amount, because, ({evidence})::VARCHAR[] AS evidence
        FROM lines l {joins}"""
    )
    owed.connection.execute(
        """CREATE OR REPLACE TEMP TABLE named_statuses AS
        SELECT s.*, if(e.record IS NULL, [], [e.record])::VARCHAR[] AS evidence
        FROM statuses s LEFT JOIN evidence_names e USING (row_no)"""
    )
