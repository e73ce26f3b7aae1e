"""From checked rows to `Facts`: what leaves, what stays, and the relations that the plan reads."""

import duckdb

from engine.feeds import quoting
from engine.feeds.departures import Departures
from engine.feeds.facts import Facts
from engine.feeds.parts import Bench
from engine.feeds.report import FeedReport
from engine.feeds.tables import TABLES


def new_schema(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """An empty schema of this name."""
    name = quoting.name(schema)
    connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}")


def finish(bench: Bench) -> tuple[Facts, FeedReport]:
    """Takes bad rows, re-sends and conflicts out; gives the facts and the account of each file."""
    gone = Departures(bench)
    for table in TABLES.values():
        gone.take_faults(table)
        gone.take_repeats(table)
    statements = [
        f"CREATE VIEW {quoting.name(bench.schema, table.name)} AS {bench.all_rows(table)}"
        for table in TABLES.values()
    ]
    bench.connection.execute("; ".join([*statements, _files(bench)]))
    return Facts(bench.connection, bench.schema, frozenset(bench.attributes)), gone.report()


def _files(bench: Bench) -> str:
    places = ", ".join(
        f"({quoting.text(part.table.name)}, {quoting.text(part.file)}, {part.first_row}, {part.last_row})"
        for part in bench.parts
    )
    name = quoting.name(bench.schema, "files")
    create = f"CREATE TABLE {name} (table_name VARCHAR, file VARCHAR, first_row BIGINT, last_row BIGINT)"
    return f"{create}; INSERT INTO {name} VALUES {places}" if places else create
