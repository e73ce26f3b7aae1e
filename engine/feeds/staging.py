"""Rows of text into a base table, by parameters: nothing that a file holds becomes SQL."""

from collections.abc import Iterable, Sequence
from datetime import date

from engine.feeds.header import attributes_of
from engine.feeds.parts import Bench, Part
from engine.feeds.rules import Cell, checked

FIELD_END, ROW_END = "\x1f", "\x1e"  # ASCII's own separators; a row that holds one is quarantined before


def text_cells(part: Part) -> dict[str, Cell]:
    """The part's columns of use, as c0, c1 … in the order of the file."""
    wanted = {*part.table.names, *attributes_of(part.table, part.columns)}
    return {name: Cell(f"c{number}") for number, name in enumerate(part.columns) if name in wanted}


def insert_lists(bench: Bench, part: Part, known_on: date, columns: Sequence[Sequence[str | None]]) -> None:
    """Checks rows given as columns, in the order of `part.columns`, and appends them."""
    values = {f"c{number}": list(column) for number, column in enumerate(columns)}
    lists = "".join(f", unnest(${name}::VARCHAR[]) AS {name}" for name in values)
    nulls = "".join(f", nullif({name}, '') AS {name}" for name in values)
    source = f"(SELECT line{nulls} FROM (SELECT unnest(range(1, {part.rows + 1})) AS line{lists}))"
    bench.connection.execute(_insert(bench, part, known_on, source), values)


def insert_texts(bench: Bench, part: Part, known_on: date, texts: Iterable[str]) -> None:
    """Checks rows given as text and appends them, one text at a time.

    A row is its line number and its fields with FIELD_END between them; rows have ROW_END between them. One
    text is bound far faster than lists of the same strings.
    """
    fields = "".join(f", nullif(fields[{n + 2}], '') AS c{n}" for n in range(len(part.columns)))
    rows = "SELECT unnest(string_split($rows, chr(30))) AS fields"
    split = f"SELECT string_split(fields, chr(31)) AS fields FROM ({rows})"
    source = f"(SELECT CAST(fields[1] AS BIGINT) AS line{fields} FROM ({split}))"
    query = _insert(bench, part, known_on, source)
    for text in texts:
        bench.connection.execute(query, {"rows": text})


def _insert(bench: Bench, part: Part, known_on: date, source: str) -> str:
    row_no = f"{part.first_row} + line"
    query = checked(part.table, text_cells(part), source, row_no, known_on, bench.attributes)
    part.rules = query.rules
    return f"INSERT INTO {bench.base(part.table)} {query.sql}"
