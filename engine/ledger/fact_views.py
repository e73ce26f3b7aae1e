"""Facts out of the store: views in a catalog of their own, so that a store opened read-only has them too."""

from collections.abc import Sequence

import duckdb

from engine.feeds import quoting
from engine.feeds.facts import Facts
from engine.feeds.tables import TABLES, Table
from engine.kernel.diagnostics import Exit, refuse
from engine.ledger.fact_tables import CATALOG, standing


def store_facts(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    through_batch: int | None,
    attributes: Sequence[str],
    *,
    withdrawn_too: bool = False,
) -> Facts:
    """Views over the store's tables in a new catalog called `schema`."""
    known = connection.execute(f"SELECT DISTINCT name FROM {CATALOG}.main.attribute_names").fetchall()
    held = sorted({name for (name,) in known} & set(attributes))
    if len({name.lower() for name in held}) < len(held):
        sentence = "attributes that differ only in case cannot be used together"
        raise refuse("attribute_names", sentence, Exit.REFUSED)
    connection.execute(f"ATTACH ':memory:' AS {quoting.name(schema)}")
    statements = []
    for table in TABLES.values():
        rows = (
            f"SELECT * FROM {CATALOG}.main.{table.name}" if withdrawn_too else standing(table, through_batch)
        )
        columns = ", ".join(_columns(table, held))
        statements.append(f"CREATE VIEW {quoting.name(schema, table.name)} AS SELECT {columns} FROM ({rows})")
    batches = "" if through_batch is None else f" WHERE batch_id <= {int(through_batch)}"
    repeated = f"SELECT DISTINCT source, record_key FROM {CATALOG}.main.repeated{batches}"
    statements.append(f"CREATE VIEW {quoting.name(schema, 'repeated_records')} AS {repeated}")
    rows = f"SELECT row_no, source, record_key, status, known_on FROM {quoting.name(schema, 'outcomes')}"
    of_keys = f"SEMI JOIN {quoting.name(schema, 'repeated_records')} USING (source, record_key)"
    statements.append(f"CREATE VIEW {quoting.name(schema, 'repeated_rows')} AS {rows} {of_keys}")
    statements.append(f"CREATE VIEW {quoting.name(schema, 'places')} AS {_places()}")
    connection.execute("; ".join(statements))
    return Facts(connection, schema, frozenset(held))


def _columns(table: Table, attributes: Sequence[str]) -> list[str]:
    own = ["row_no", *(name for name, _ in table.facts)]
    if not table.has_attributes:
        return own
    return own + [f"attributes[{quoting.text(name)}] AS {quoting.name(name)}" for name in attributes]


def _places() -> str:
    return " UNION ALL ".join(
        f"SELECT '{name}' AS table_name, t.row_no, b.file, t.line FROM {CATALOG}.main.{name} AS t"
        f" JOIN {CATALOG}.main.batches AS b ON b.batch_id = t.file_batch"
        for name in TABLES
    )
