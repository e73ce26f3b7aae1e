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
    bench.connection.execute("; ".join([*statements, _places(bench)]))
    facts = Facts(bench.connection, bench.schema, frozenset(bench.attributes), frozenset(gone.repeated))
    return facts, gone.report()


def _places(bench: Bench) -> str:
    """The view of where rows stood: a row's line is its number less its part's first."""
    queries = [
        f"SELECT {quoting.text(part.table.name)} AS table_name, row_no, {quoting.text(part.file)} AS file,"
        f" row_no - {part.first_row} AS line FROM {quoting.name(bench.schema, part.table.name)}"
        f" WHERE row_no > {part.first_row} AND row_no <= {part.last_row}"
        for part in bench.parts
    ]
    nothing = "SELECT '' AS table_name, 0::BIGINT AS row_no, '' AS file, 0::BIGINT AS line WHERE false"
    return f"CREATE VIEW {quoting.name(bench.schema, 'places')} AS {' UNION ALL '.join(queries) or nothing}"
