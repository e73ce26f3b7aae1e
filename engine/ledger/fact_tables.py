"""The store's tables of facts: append-only, without keys or indexes (they cost seven times the load).

Nothing is changed or deleted. A row of facts counts from its batch on, until a later batch names it in
`withdrawn`; so what any earlier batch saw can be seen again.
"""

from engine.feeds.tables import TABLES, Table

CATALOG = "store"  # the name under which the store's file is attached
FORMAT = 2  # of these tables; another one is refused

# One row a table of facts in a file that was loaded; counts are of rows.
_BATCHES = """CREATE TABLE batches (
    batch_id BIGINT, file VARCHAR, sha256 VARCHAR, table_name VARCHAR, rows_read BIGINT, accepted BIGINT,
    filtered BIGINT, duplicates BIGINT, quarantined BIGINT, loaded_on DATE)"""

# One row a quarantined row. `raw` is the row as it stood, NULL where an earlier batch's row turned out contested.
_QUARANTINE = """CREATE TABLE quarantine (
    batch_id BIGINT, file VARCHAR, line BIGINT, column_name VARCHAR, reason VARCHAR, sentence VARCHAR,
    raw VARCHAR)"""

# Rows of facts that no longer count from `batch_id` on: contested, or a re-send of what became known before.
_WITHDRAWN = "CREATE TABLE withdrawn (batch_id BIGINT, table_name VARCHAR, row_no BIGINT, reason VARCHAR)"

# Re-sends that were not kept: `row_no` says the same. They matter where something is learned between the two.
_RESENT = """CREATE TABLE resent (
    batch_id BIGINT, table_name VARCHAR, line BIGINT, row_no BIGINT, known_on DATE)"""

# Keys of outcomes that have more than one row from `batch_id` on.
_REPEATED = "CREATE TABLE repeated (batch_id BIGINT, source VARCHAR, record_key VARCHAR)"

_ATTRIBUTES = "CREATE TABLE attribute_names (batch_id BIGINT, name VARCHAR)"


def stored_columns(table: Table) -> list[str]:
    """The table's columns of facts in the store; all attributes of a treatment are one MAP."""
    names = [name for name, _ in table.facts]
    return [*names, "attributes"] if table.has_attributes else names


def _fact_table(table: Table) -> str:
    """`file_batch` is the batch of the file that the row stood in, at `line`; nearly always `batch_id`."""
    columns = ", ".join(f"{name} {sql_type}" for name, sql_type in table.facts)
    attributes = ", attributes MAP(VARCHAR, VARCHAR)" if table.has_attributes else ""
    own = "row_no BIGINT, batch_id BIGINT, file_batch BIGINT, line BIGINT"
    return f"CREATE TABLE {table.name} ({own}, {columns}{attributes})"


def creation() -> str:
    """The statements that make an empty store."""
    tables = [_BATCHES, _QUARANTINE, _WITHDRAWN, _RESENT, _REPEATED, _ATTRIBUTES]
    tables += [_fact_table(table) for table in TABLES.values()]
    version = f"CREATE TABLE store_format (version INTEGER); INSERT INTO store_format VALUES ({FORMAT})"
    return "; ".join([*tables, version])


def standing(table: Table, through_batch: int | None = None) -> str:
    """Query for the rows that count, after all batches or after those up to one."""
    batches = "" if through_batch is None else f" AND batch_id <= {int(through_batch)}"
    return f"""SELECT * FROM {CATALOG}.main.{table.name}
        WHERE row_no NOT IN (SELECT row_no FROM {CATALOG}.main.withdrawn
            WHERE table_name = '{table.name}'{batches}){batches}"""
