"""Whether a store's file is damaged: cut off, or overwritten in parts. DuckDB keeps checksums of all it writes."""

from pathlib import Path

import duckdb

from engine.feeds import quoting
from engine.kernel.diagnostics import Exit, Refusal, refuse

_CATALOG = "damaged"
_SIGNS = ("Corrupt", "checksum", "Could not read enough bytes", "Failed to deserialize")


def damaged(path: Path) -> Refusal:
    """What is said of a store that cannot be read."""
    hint = "bring back a copy of it, or load the files anew; nothing was written to it"
    return refuse(
        "damaged", f"the store '{path}' is damaged: a part of it cannot be read", Exit.INTEGRITY, hint
    )


def names_damage(message: str) -> bool:
    """Whether an error is about what a file holds, and not about the way to it."""
    return any(sign in message for sign in _SIGNS)


def is_damaged(path: Path) -> bool:
    """Whether some table of a store, read from its first to its last row, cannot be read. Takes as long as that."""
    connection = duckdb.connect()
    try:
        connection.execute(f"ATTACH {quoting.text(str(path))} AS {_CATALOG} (TYPE duckdb, READ_ONLY)")
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $catalog",
            {"catalog": _CATALOG},
        ).fetchall()
        for schema, table in tables:
            name = f"{_CATALOG}.{quoting.name(schema)}.{quoting.name(table)}"
            connection.execute(f"SELECT bit_xor(hash(t)) FROM {name} AS t").fetchall()
    except duckdb.Error as error:
        return names_damage(str(error)) or not isinstance(error, duckdb.OperationalError)
    finally:
        connection.close()
    return False
