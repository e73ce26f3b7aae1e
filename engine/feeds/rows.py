"""Rows of text into facts, with the checks of a file: worked examples, small feeds."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import duckdb

from engine.feeds.facts import Facts
from engine.feeds.header import attributes_of, check_columns, refused, wrong_table
from engine.feeds.parts import Bench, Part, create_base_tables
from engine.feeds.relations import finish, new_schema
from engine.feeds.report import FeedReport
from engine.feeds.staging import insert_lists
from engine.feeds.tables import TABLES
from engine.kernel.dates import FIRST_DAY
from engine.kernel.diagnostics import Diagnostic

TextRow = Mapping[str, str | None]


def facts_from_rows(
    rows: Mapping[str, Sequence[TextRow]],
    known_on: date | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
    schema: str = "facts",
) -> tuple[Facts, FeedReport]:
    """Facts from rows by table name (`{"treatments": [{"treatment_id": "T1", …}]}`).

    A column that no row has is as missing as in a file. Rows without `known_on` get the one given, else the
    first day. `schema` is emptied first. The report calls the tables by name, the lines by number of row.
    """
    bench = Bench(connection or duckdb.connect(), schema)
    problems: list[Diagnostic] = [wrong_table(name) for name in rows if name not in TABLES]
    parts = []
    for table in TABLES.values():
        given = rows.get(table.name, ())
        columns = tuple(dict.fromkeys(name for row in given for name in row))
        if not given:
            continue
        errors, warnings = check_columns(table.name, table, columns)
        problems += errors
        parts.append(Part(table.name, table, columns, tuple(warnings)))
    if problems:
        raise refused(problems)
    bench.attributes = tuple(name for part in parts for name in attributes_of(part.table, part.columns))
    new_schema(bench.connection, schema)
    create_base_tables(bench)
    for part in parts:
        _add(bench, part, rows[part.table.name], known_on or FIRST_DAY)
    return finish(bench)


def _add(bench: Bench, part: Part, rows: Sequence[TextRow], known_on: date) -> None:
    part.rows = len(rows)
    bench.add(part, len(rows))

    def raw(lines: Sequence[int]) -> Iterator[tuple[int, str]]:
        return ((line, _as_line(part, rows[line - 1])) for line in lines)

    part.raw = raw
    insert_lists(bench, part, known_on, [[row.get(name) for row in rows] for name in part.columns])


def _as_line(part: Part, row: TextRow) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([row.get(name) or "" for name in part.columns])
    return text.getvalue().rstrip("\r\n")
