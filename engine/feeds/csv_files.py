"""CSV files into a base table: the header is checked first, then each record has its account."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from engine.feeds.csv_exact import raw_records, read_header, read_records
from engine.feeds.csv_fast import read_fast
from engine.feeds.header import check_columns, problem
from engine.feeds.parts import Bench, Part
from engine.feeds.staging import ROW_END, insert_texts
from engine.feeds.tables import Table
from engine.kernel.diagnostics import Diagnostic

_OTHER_DELIMITERS = {";": "';'", "\t": "a tab", "|": "'|'"}


def open_csv(path: Path, table: Table) -> tuple[Part, list[Diagnostic]]:
    """The file as a part, its columns known and no row read yet; and what refuses it."""
    fields, line = read_header(path)
    part = Part(path.name, table, tuple(fields or ()))
    if not fields:
        if path.stat().st_size == 0:
            return part, [problem(path.name, "empty_file", "the file is empty")]
        return part, [problem(path.name, "not_csv", "the first line is not a CSV header in UTF-8", line=1)]
    for delimiter, called in _OTHER_DELIMITERS.items():
        if len(fields) == 1 and delimiter in line:
            hint = "a mapping can name the delimiter"
            return part, [problem(path.name, "delimiter", f"columns are separated by {called}", hint, line=1)]
    errors, warnings = check_columns(path.name, table, fields)
    part.warnings = tuple(warnings)
    return part, errors


def read_csv(bench: Bench, part: Part, path: Path, known_on: date) -> None:
    """Reads all records of an opened file into the bench's base table."""
    if read_fast(bench, part, path, known_on):
        part.raw = _Raw(path, {})
    else:
        read_exactly(bench, part, path, known_on)


def read_exactly(bench: Bench, part: Part, path: Path, known_on: date) -> None:
    """The same, slowly: for files with lines that need care."""
    spans: dict[int, int] = {}
    last_line = 1

    def texts() -> Iterator[str]:
        nonlocal last_line
        for batch in read_records(path, len(part.columns)):
            spans.update(batch.spans)
            part.bad += batch.bad
            part.rows += len(batch.rows) + len(batch.bad)
            last_line = batch.last_line
            if batch.rows:
                yield ROW_END.join(batch.rows)

    bench.add(part, 0)
    insert_texts(bench, part, known_on, texts())
    part.last_row = part.first_row + last_line
    part.raw = _Raw(path, spans)


class _Raw:
    """Records as they stand in the file, by their first line."""

    def __init__(self, path: Path, spans: dict[int, int]) -> None:
        self.path, self.spans = path, spans

    def __call__(self, lines: Sequence[int]) -> Iterator[tuple[int, str]]:
        return raw_records(self.path, [(line, self.spans.get(line, 1)) for line in lines])
