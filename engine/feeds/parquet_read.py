"""Parquet files into facts: where they lie if all is well with them, else row by row through the checks."""

from datetime import date

from engine.feeds.parquet_clean import clean_cells
from engine.feeds.parquet_files import ParquetFile, RawRows, cells_of
from engine.feeds.parts import Bench, Part
from engine.feeds.rules import Cell, Checked, checked


def read_parquet(bench: Bench, part: Part, file: ParquetFile, known_on: date, in_place: bool) -> None:
    """Makes an opened file part of the bench: as a view if it is clean and may stay where it is, else as a copy."""
    bench.add(part, file.rows)
    part.raw = RawRows(bench.connection, file)
    clean = clean_cells(bench.connection, part, file) if in_place else None
    query = _query(bench, part, file, known_on, clean or cells_of(part, file))
    part.rules = query.rules
    if clean:
        part.view = query.sql
    else:
        bench.connection.execute(f"INSERT INTO {bench.base(part.table)} {query.sql}")


def _query(bench: Bench, part: Part, file: ParquetFile, known_on: date, cells: dict[str, Cell]) -> Checked:
    row_no = f"{part.first_row + 1} + file_row_number"
    return checked(part.table, cells, file.source, row_no, known_on, bench.attributes)
