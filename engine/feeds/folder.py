"""A folder of files that are named after the tables, read as they are: in memory, without a store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from engine.feeds.csv_files import open_csv, read_csv
from engine.feeds.facts import Facts
from engine.feeds.header import attributes_of, problem, refused, stray_file, table_of, wrong_name
from engine.feeds.parquet_files import ParquetFile, open_parquet
from engine.feeds.parquet_read import read_parquet
from engine.feeds.parts import Bench, Part, create_base_tables
from engine.feeds.relations import finish, new_schema
from engine.feeds.report import FeedReport
from engine.feeds.tables import TABLES
from engine.kernel.dates import FIRST_DAY
from engine.kernel.diagnostics import Diagnostic

FORMATS = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file whose columns have been looked at."""

    path: Path
    part: Part
    parquet: ParquetFile | None = None


def open_folder(path: Path, known_on: date | None = None) -> tuple[Facts, FeedReport]:
    """Facts of the folder's `treatments*`, `outcomes*`, `coverage*` files, and the account of each.

    Rows without `known_on` get the one given, else the first day: they were always known. Refuses with
    Exit.FEED_REFUSED and all that is wrong with the files' names and columns.
    """
    if not path.is_dir():
        raise refused([problem(str(path), "no_folder", "this is not a folder")])
    paths, warnings = _files_in(path)
    connection = duckdb.connect()
    connection.execute("SET parquet_metadata_cache = true")  # many questions are asked of each file
    bench = Bench(connection, "facts")
    files = open_files(bench.connection, paths)
    new_schema(bench.connection, bench.schema)
    read_files(bench, files, known_on or FIRST_DAY, in_place=True)
    facts, report = finish(bench)
    return facts, FeedReport(report.files, report.quarantine, warnings)


def _files_in(folder: Path) -> tuple[list[Path], tuple[Diagnostic, ...]]:
    """Files of tables in reading order: by table, then by name. Refuses those that seem to be misnamed."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in FORMATS and path.is_file())
    order = list(TABLES)
    tables = {path: table for path in found if (table := table_of(path))}
    strays = [stray for path in found if path not in tables and (stray := stray_file(path))]
    errors = [stray for stray in strays if stray.severity == "error"]
    if not any(table.name == "treatments" for table in tables.values()):
        hint = "treatments.csv or treatments.parquet"
        errors.insert(0, problem(str(folder), "no_treatments", "the folder has no file of treatments", hint))
    if errors:
        raise refused(errors)
    paths = sorted(tables, key=lambda path: (order.index(tables[path].name), path.name))
    return paths, tuple(stray for stray in strays if stray.severity == "warning")


def open_files(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> list[OpenFile]:
    """Looks at each file's name and columns; refuses with every problem of every file."""
    files, problems = [], []
    for path in paths:
        table = table_of(path)
        if table is None:
            problems.append(wrong_name(path))
        elif not path.is_file():
            problems.append(problem(path.name, "no_file", "there is no such file"))
        elif path.suffix.lower() == ".csv":
            part, errors = open_csv(path, table)
            files.append(OpenFile(path, part))
            problems += errors
        elif path.suffix.lower() == ".parquet":
            part, parquet, errors = open_parquet(connection, path, table)
            files.append(OpenFile(path, part, parquet))
            problems += errors
        else:
            hint = "CSV and Parquet are read as they are"
            problems.append(problem(path.name, "format", "the format of this file is not known", hint))
    if problems:
        raise refused(problems)
    return files


def read_files(bench: Bench, files: Sequence[OpenFile], known_on: date, in_place: bool) -> None:
    """Reads opened files into the bench, which gets the attributes of all of them.

    Parquet files may be left where they are (`in_place`), as long as no row of theirs has to go.
    """
    attributes: dict[str, str] = {}
    for file in files:
        for name in attributes_of(file.part.table, file.part.columns):
            first = attributes.setdefault(name.lower(), name)
            if first != name:
                sentence = f"column '{name}' is called '{first}' in another file"
                raise refused([problem(file.part.file, "column_name", sentence)])
    bench.attributes = tuple(attributes.values())
    create_base_tables(bench)
    for file in files:
        if file.parquet:
            read_parquet(bench, file.part, file.parquet, known_on, in_place)
        else:
            read_csv(bench, file.part, file.path, known_on)
