"""Columns of text into a base table, by list parameters: nothing of a file becomes SQL."""

from collections.abc import Iterable, Sequence
from datetime import date

from engine.feeds.header import attributes_of
from engine.feeds.parts import Bench, Part
from engine.feeds.rules import Cell, checked

Stretch = tuple[Sequence[int], Sequence[Sequence[str | None]]]  # line of each row; the columns


def text_cells(part: Part, columns: Sequence[str]) -> dict[str, Cell]:
    """The part's columns of use, each as the SQL expression beside it in `columns`; empty text is NULL."""
    attributes = attributes_of(part.table, part.columns)
    wanted = {*part.table.names, *attributes}
    return {
        name: Cell(sql) for name, sql in zip(part.columns, columns, strict=True) if name in wanted
    }


def insert_columns(bench: Bench, part: Part, known_on: date, stretches: Iterable[Stretch]) -> None:
    """Checks rows and appends them, a stretch at a time. Columns come in the order of `part.columns`."""
    raw = [f"c{number}" for number in range(len(part.columns))]
    cells = text_cells(part, raw)
    lists = ", ".join(f"unnest($c{number}::VARCHAR[]) AS c{number}" for number in range(len(raw)))
    nulls = ", ".join(f"nullif({name}, '') AS {name}" for name in raw)
    source = f"(SELECT line, {nulls} FROM (SELECT unnest($line::BIGINT[]) AS line, {lists}))"
    query = checked(part.table, cells, source, f"{part.first_row} + line", known_on, bench.attributes)
    part.rules = query.rules
    for lines, columns in stretches:
        values: dict[str, object] = {name: list(column) for name, column in zip(raw, columns, strict=True)}
        bench.connection.execute(
            f"INSERT INTO {bench.base(part.table)} {query.sql}", {"line": list(lines), **values}
        )
