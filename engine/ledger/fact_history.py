"""What a new file changes among records that the store, or the file itself, already has versions of.

For the keys that are touched, everything ever received is laid side by side: rows that count, ghosts (withdrawn
before), re-sends that were not kept, and the file's rows. Which of them stay is worked out from all of it, so
that the order in which files come does not matter.
"""

from dataclasses import dataclass

import duckdb

from engine.feeds import quoting
from engine.feeds.tables import Table
from engine.feeds.verdicts import CONFLICT, DUPLICATE, content, repeated_keys, verdicts
from engine.ledger.fact_tables import CATALOG, standing, stored_columns

_GHOST, _RESENT, _NEW = (n << 59 for n in (1, 2, 3))  # what is added to row numbers, to tell the kinds apart


@dataclass(frozen=True, slots=True)
class Staging:
    """A catalog in memory with a file's good rows, in the form of the store, as `new`.

    `new` has row_no (that of the store), line, and the stored columns.
    """

    connection: duckdb.DuckDBPyConnection
    catalog: str
    table: Table

    def name(self, relation: str) -> str:
        return quoting.name(self.catalog, relation)

    @property
    def stored(self) -> str:
        return f"{CATALOG}.main.{self.table.name}"


def _match(staging: Staging) -> None:
    """Makes `plain` and `touched`."""
    table, run = staging.table, staging.connection.execute
    key, new, plain = ", ".join(table.key), staging.name("new"), staging.name("plain")
    same = " AND ".join(
        f"{_standard('n', name)} IS NOT DISTINCT FROM {_standard('s', name)}" for name in _says(table)
    )
    run(
        f"CREATE TABLE {staging.name('matches')} AS SELECT n.row_no, n.line, n.known_on, s.row_no AS of_row,"
        f" s.known_on AS known_before, n.known_on >= s.known_on AND {same} AS same"
        f" FROM {new} AS n JOIN {staging.stored} AS s USING ({key})"
    )
    matches = staging.name("matches")
    run(
        f"CREATE TABLE {plain} AS SELECT * EXCLUDE (same) FROM {matches} WHERE same"
        + "".join(
            f" AND {column} NOT IN (SELECT {column} FROM {matches} GROUP BY {column} HAVING count(*) > 1)"
            for column in ("row_no", "of_row")
        )
        + f" AND of_row NOT IN {_gone(table)}"
    )
    others = f"row_no IN (SELECT row_no FROM {matches}) AND row_no NOT IN (SELECT row_no FROM {plain})"
    run(
        f"CREATE TABLE {staging.name('touched')} AS {repeated_keys(new, table.key)}"
        f" UNION SELECT {key} FROM {new} WHERE {others}"
    )


def _says(table: Table) -> list[str]:
    """The stored columns by which two rows of one key differ."""
    return [name for name in stored_columns(table) if name not in (*table.key, "known_on")]


def _standard(alias: str, name: str) -> str:
    return f"coalesce({alias}.status, 'final')" if name == "status" else f"{alias}.{name}"


def _gone(table: Table) -> str:
    return f"(SELECT row_no FROM {CATALOG}.main.withdrawn WHERE table_name = '{table.name}')"


def lay_out(staging: Staging) -> None:
    """Makes in the staging catalog what the file has to do with records that are known already.

    - `plain`: line, known_on, row_no, of_row, known_before of rows that say what the one row that the store ever
      had of their key says: re-sends, in nearly every case
    - `touched`: the other keys of which there is more than one row
    - `history`: of these keys, row_no (the kind added to it), kind, of_row (the row with the content), batch_id
      and line of the file it stood in, known_on, the key, content
    - `verdict`: row_no of history, verdict
    """
    _match(staging)
    table, run = staging.table, staging.connection.execute
    key = ", ".join(table.key)
    new, touched, history = staging.name("new"), staging.name("touched"), staging.name("history")
    resent = f"""(SELECT * EXCLUDE (line, known_on), r.line, r.known_on, r.batch_id AS file_batch, r.nth
        FROM (SELECT *, row_number() OVER (ORDER BY batch_id, line) AS nth FROM {CATALOG}.main.resent
            WHERE table_name = '{table.name}') AS r
        JOIN (SELECT * EXCLUDE (batch_id, file_batch, line, known_on) FROM {staging.stored}
            SEMI JOIN {touched} USING ({key})) AS t ON r.row_no = t.row_no)"""
    kinds = [
        ("standing", "row_no", f"({standing(table)})"),
        ("ghost", f"{_GHOST} + row_no", f"(SELECT * FROM {staging.stored} WHERE row_no IN {_gone(table)})"),
        ("resent", f"{_RESENT} + nth", resent),
        ("new", f"{_NEW} + row_no", new),
    ]
    says = content(_says(table))
    queries = [
        f"SELECT {number} AS row_no, '{kind}' AS kind, row_no AS of_row, file_batch AS batch_id, line,"
        f" known_on, {key}, {says} AS content FROM {rows} SEMI JOIN {touched} USING ({key})"
        for kind, number, rows in kinds
    ]
    run(f"CREATE TABLE {history} AS {' UNION ALL '.join(queries)}")
    run(f"CREATE TABLE {staging.name('verdict')} AS {verdicts(history, table.key, 'content')}")


def changes(staging: Staging, batch_id: int) -> list[str]:
    """The statements that bring the store to what `lay_out` found, within the caller's transaction."""
    table, key = staging.table, ", ".join(staging.table.key)
    columns = ", ".join(stored_columns(table))
    kept = ", ".join("j.known_on" if name == "known_on" else f"t.{name}" for name in stored_columns(table))
    new, history, verdict = staging.name("new"), staging.name("history"), staging.name("verdict")
    judged = f"(SELECT h.*, verdict FROM {history} AS h LEFT JOIN {verdict} AS v ON h.row_no = v.row_no)"
    plain = staging.name("plain")
    resent = f"(SELECT of_row FROM {judged} WHERE kind = 'new' AND verdict = '{DUPLICATE}'"
    resent += f" UNION ALL SELECT row_no FROM {plain})"
    last = f"(SELECT max(row_no) FROM {staging.stored})"
    own = "row_no, batch_id, file_batch, line"
    return [
        # the file's rows, contested ones too (they are ghosts from the start), without re-sends
        f"INSERT INTO {staging.stored} ({own}, {columns})"
        f" SELECT row_no, {batch_id}, {batch_id}, line, {columns} FROM {new} WHERE row_no NOT IN {resent}",
        # what stays again after all: re-sends with news before them, ghosts
        f"INSERT INTO {staging.stored} ({own}, {columns})"
        f" SELECT {last} + row_number() OVER (ORDER BY j.row_no), {batch_id}, j.batch_id, j.line, {kept}"
        f" FROM {judged} AS j JOIN {staging.stored} AS t ON j.of_row = t.row_no"
        f" WHERE j.kind IN ('ghost', 'resent') AND verdict IS NULL",
        f"INSERT INTO {CATALOG}.main.withdrawn SELECT {batch_id}, '{table.name}', of_row, verdict FROM {judged}"
        f" WHERE verdict IS NOT NULL AND (kind = 'standing' OR kind = 'new' AND verdict = '{CONFLICT}')",
        f"INSERT INTO {CATALOG}.main.resent SELECT {batch_id}, '{table.name}', d.line, min(t.row_no), d.known_on"
        f" FROM {judged} AS d JOIN {history} AS h USING ({key}, content)"
        f" JOIN {staging.stored} AS t ON h.of_row = t.row_no"
        f" WHERE d.kind = 'new' AND d.verdict = '{DUPLICATE}' GROUP BY d.line, d.known_on"
        f" HAVING NOT bool_or(t.known_on = d.known_on)",
        f"INSERT INTO {CATALOG}.main.resent SELECT {batch_id}, '{table.name}', line, of_row, known_on FROM {plain}"
        f" WHERE known_on != known_before",
    ]
