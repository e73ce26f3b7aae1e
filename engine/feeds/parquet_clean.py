"""Whether a Parquet file can be read where it lies, because no row of it breaks a rule.

Each rule is asked of the file in the cheapest way that answers it: from the file's statistics (DuckDB skips row
groups that cannot match), or of a column's distinct values, which are few for anything but ids. Of ids, only
what begins with a blank is looked for; blanks behind an id would take a scan of each.
"""

from collections.abc import Iterator
from itertools import chain

import duckdb

from engine.feeds import quoting
from engine.feeds.parquet_files import ParquetFile, cells_of
from engine.feeds.parts import Part
from engine.feeds.report import Reason
from engine.feeds.rules import KEY_SEPARATOR, Cell, inner, rules_of

_FIRST_GRAPHIC = "'!'"  # blanks and control characters come before it
_OF_SEVERAL = (Reason.NO_DATE, Reason.ENDS_BEFORE_START)


def clean_cells(
    connection: duckdb.DuckDBPyConnection, part: Part, file: ParquetFile
) -> dict[str, Cell] | None:
    """The columns as SQL over the scan, plainer than `cells_of` where that is right; None if a row is bad."""
    cells = cells_of(part, file)
    for name, raw in _texts(part, file):
        if not _any(connection, file, f"{raw} = ''"):
            cells[name] = Cell(raw, filled=not _any(connection, file, f"{raw} IS NULL"))
    questions = chain(_questions(part, file, cells), _separator_questions(connection, part, file, cells))
    bad = any(connection.execute(f"{query} LIMIT 1").fetchone() for query in questions)
    return None if bad else cells


def _texts(part: Part, file: ParquetFile) -> Iterator[tuple[str, str]]:
    """Name and SQL of the text columns of use."""
    used = cells_of(part, file)
    return (
        (name, quoting.name(sql_name))
        for name, sql_name, sql_type in file.columns
        if name in used and sql_type == "VARCHAR"
    )


def _any(connection: duckdb.DuckDBPyConnection, file: ParquetFile, condition: str) -> bool:
    query = f"SELECT 1 FROM {file.source} WHERE {condition} LIMIT 1"
    return connection.execute(query).fetchone() is not None


def _questions(part: Part, file: ParquetFile, cells: dict[str, Cell]) -> Iterator[str]:
    """Queries that each give a row where a rule is broken."""
    of_values: dict[str, list[str]] = {}
    for rule in rules_of(part.table, cells):
        if rule.reason in _OF_SEVERAL:
            yield f"SELECT 1 FROM {inner(part.table, cells, file.source, '0')} WHERE {rule.broken}"
            continue
        cell = cells[rule.column]
        if rule.reason is Reason.EMPTY or cell.type != "text":
            yield f"SELECT 1 FROM (SELECT {cell.sql} AS {rule.column} FROM {file.source}) WHERE {rule.broken}"
        elif not rule.column.endswith("_id"):
            of_values.setdefault(rule.column, []).append(rule.broken)
        elif rule.reason is Reason.SURROUNDING_BLANKS:
            yield f"SELECT 1 FROM {file.source} WHERE {cell.sql} < {_FIRST_GRAPHIC}"
            yield f"SELECT 1 FROM {file.source} WHERE {cell.sql} >= '\u00a0' AND {cell.sql} < '\u00a1'"

    for column, broken in of_values.items():
        values = f"(SELECT DISTINCT {cells[column].sql} AS v FROM {file.source})"
        named = inner(part.table, {column: Cell("v")}, values, "0")
        yield f"SELECT 1 FROM {named} WHERE ({') OR ('.join(broken)})"


def _separator_questions(
    connection: duckdb.DuckDBPyConnection, part: Part, file: ParquetFile, cells: dict[str, Cell]
) -> Iterator[str]:
    """Natural keys are joined with a separator: in a file that needs them, no id may hold it."""
    if part.table.name != "outcomes":
        return
    record_id = cells.get("record_id")
    if record_id and record_id.filled:
        return
    for name in ("record_id", "patient_id", "treatment_id"):
        if name in cells:
            yield f"SELECT 1 FROM {file.source} WHERE contains({cells[name].sql}, {KEY_SEPARATOR})"
