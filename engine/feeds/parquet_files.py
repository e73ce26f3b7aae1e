"""Parquet files: typed columns are taken as they are, text goes through the checks of a CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from engine.feeds import quoting
from engine.feeds.header import attributes_of, check_columns, problem
from engine.feeds.parts import Part
from engine.feeds.rules import Cell
from engine.feeds.tables import Column, Table
from engine.kernel.diagnostics import Diagnostic, Place

_INTEGERS = frozenset("TINYINT SMALLINT INTEGER BIGINT UTINYINT USMALLINT UINTEGER UBIGINT HUGEINT".split())
_FLOATS = frozenset({"FLOAT", "DOUBLE"})
_NESTED = ("STRUCT", "MAP", "UNION", "BLOB", "BIT", "VARIANT")


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """A Parquet file's top-level columns (name as written, SQL name, SQL type) and its number of rows."""

    path: Path
    columns: tuple[tuple[str, str, str], ...]
    rows: int

    @property
    def source(self) -> str:
        """The scan, for SQL after FROM; `file_row_number` counts from 0."""
        return f"read_parquet({quoting.path(str(self.path))}, file_row_number = true)"


def open_parquet(
    connection: duckdb.DuckDBPyConnection, path: Path, table: Table
) -> tuple[Part, ParquetFile | None, list[Diagnostic]]:
    """The file as a part, its columns and rows known and none read yet; and what refuses it."""
    part = Part(path.name, table, ())
    if path.stat().st_size == 0:
        return part, None, [problem(path.name, "empty_file", "the file is empty")]
    try:
        file = _describe(connection, path)
    except duckdb.Error:
        return part, None, [problem(path.name, "not_parquet", "this is not a Parquet file that can be read")]
    part.columns, part.rows = tuple(name for name, _, _ in file.columns), file.rows
    errors, warnings = check_columns(path.name, table, part.columns)
    for name, _, sql_type in file.columns:
        error, warning = _check_type(path.name, table, name, sql_type)
        errors += error
        warnings += warning
    part.warnings = tuple(warnings)
    part.columns = tuple(name for name, _, sql_type in file.columns if not _is_nested(sql_type))
    return part, file, errors


def _describe(connection: duckdb.DuckDBPyConnection, path: Path) -> ParquetFile:
    where = {"path": quoting.exact_path(str(path))}
    tree = connection.execute("SELECT name, num_children FROM parquet_schema($path)", where).fetchall()
    names, skip = [], 0
    for name, children in tree[1:]:
        if skip == 0:
            names.append(name)
        skip += (children or 0) - (1 if skip else 0)
    described = connection.execute(
        f"DESCRIBE SELECT * FROM read_parquet({quoting.path(str(path))})"
    ).fetchall()
    rows = connection.execute("SELECT num_rows FROM parquet_file_metadata($path)", where).fetchall()
    columns = tuple((name, row[0], row[1]) for name, row in zip(names, described, strict=True))
    return ParquetFile(path, columns, int(rows[0][0]))


def _is_nested(sql_type: str) -> bool:
    return sql_type.startswith(_NESTED) or sql_type.endswith("]")


def _check_type(
    file: str, table: Table, name: str, sql_type: str
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Errors and warnings about a column's type."""
    column = next((column for column in table.columns if column.name == name), None)
    if column is None and not table.has_attributes:
        return [], []
    if _is_nested(sql_type):
        if column is None:
            sentence = f"column '{name}' is nested or binary, and is left out"
            return [], [Diagnostic("nested_column", sentence, Place(file), severity="warning")]
        return [problem(file, "column_type", f"column '{name}' is nested or binary; text is needed")], []
    if column and column.kind in ("date", "partial_date") and sql_type.startswith(("TIMESTAMP", "TIME")):
        hint = "write it as a date, without a time"
        return [problem(file, "column_type", f"column '{name}' holds times; a date is needed", hint)], []
    if sql_type in _FLOATS:
        sentence = f"column '{name}' is binary floating point, which cannot hold most decimals exactly"
        return [], [Diagnostic("binary_float", sentence, Place(file), "DECIMAL or text is exact", "warning")]
    return [], []


def cells_of(part: Part, file: ParquetFile) -> dict[str, Cell]:
    """The part's columns of use as SQL over the scan."""
    columns = {column.name: column for column in part.table.columns}
    wanted = {*columns, *attributes_of(part.table, part.columns)}
    return {
        name: _cell(columns.get(name), quoting.name(sql_name), sql_type)
        for name, sql_name, sql_type in file.columns
        if name in wanted and not _is_nested(sql_type)
    }


def _cell(column: Column | None, name: str, sql_type: str) -> Cell:
    kind = column.kind if column else "text"
    if sql_type == "DATE" and kind in ("date", "partial_date"):
        return Cell(name, "date")
    if sql_type in _INTEGERS and kind == "integer":
        return Cell(name, "integer")
    if sql_type in _FLOATS:
        return Cell(_plain_decimal(name), "float")
    if sql_type == "VARCHAR":
        return Cell(f"nullif({name}, '')")
    return Cell(f"CAST({name} AS VARCHAR)")


def _plain_decimal(name: str) -> str:
    """A floating-point number as the shortest text that means it, without an exponent where that is possible."""
    text = f"CAST({name} AS VARCHAR)"
    plain = f"rtrim(rtrim(CAST(TRY_CAST({name} AS DECIMAL(38, 18)) AS VARCHAR), '0'), '.')"
    return f"CASE WHEN contains({text}, 'e') THEN coalesce({plain}, {text}) ELSE {text} END"


class RawRows:
    """Rows as one line of CSV each, by their number."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, file: ParquetFile) -> None:
        self.connection, self.file = connection, file

    def __call__(self, lines: Sequence[int]) -> Iterator[tuple[int, str]]:
        columns = ", ".join(f"CAST({quoting.name(name)} AS VARCHAR)" for _, name, _ in self.file.columns)
        rows = self.connection.execute(
            f"SELECT file_row_number + 1, {columns} FROM {self.file.source}"
            " WHERE file_row_number + 1 IN (SELECT unnest($lines::BIGINT[])) ORDER BY 1",
            {"lines": list(lines)},
        ).fetchall()
        for line, *values in rows:
            text = io.StringIO()
            csv.writer(text).writerow(["" if value is None else value for value in values])
            yield line, text.getvalue().rstrip("\r\n")
