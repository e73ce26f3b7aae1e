"""Columns of text into a base table, by parameters: nothing that a file holds becomes SQL."""

from collections.abc import Iterable, Sequence
from datetime import date

from engine.feeds.header import attributes_of
from engine.feeds.parts import Bench, Part
from engine.feeds.rules import Cell, checked

Stretch = tuple[Sequence[int], Sequence[Sequence[str | None]]]  # line of each row; the columns
_SEPARATOR = "\x1f"


def text_cells(part: Part, columns: Sequence[str]) -> dict[str, Cell]:
    """The part's columns of use, each as the SQL expression beside it in `columns`."""
    wanted = {*part.table.names, *attributes_of(part.table, part.columns)}
    return {name: Cell(sql) for name, sql in zip(part.columns, columns, strict=True) if name in wanted}


def insert_columns(bench: Bench, part: Part, known_on: date, stretches: Iterable[Stretch]) -> None:
    """Checks rows and appends them, a stretch at a time. Columns come in the order of `part.columns`."""
    raw = [f"c{number}" for number in range(len(part.columns))]
    cells = text_cells(part, raw)
    nulls = ", ".join(f"nullif({name}, '') AS {name}" for name in raw)

    def insert(column: str) -> str:
        lists = ", ".join(f"unnest({column.format(name=name)}) AS {name}" for name in raw)
        source = f"(SELECT line, {nulls} FROM (SELECT unnest($line::BIGINT[]) AS line, {lists}))"
        query = checked(part.table, cells, source, f"{part.first_row} + line", known_on, bench.attributes)
        part.rules = query.rules
        return f"INSERT INTO {bench.base(part.table)} {query.sql}"

    as_lists = insert("${name}::VARCHAR[]")
    joined = insert("string_split(${name}, chr(31))")
    for lines, columns in stretches:
        texts = _joined(columns)
        values: Sequence[object] = texts or [list(column) for column in columns]
        bench.connection.execute(
            joined if texts else as_lists, {"line": list(lines), **dict(zip(raw, values, strict=True))}
        )


def _joined(columns: Sequence[Sequence[str | None]]) -> list[str]:
    """Each column as one text, which is bound ten times faster than a list; none where that is ambiguous."""
    texts = []
    for column in columns:
        if len(column) < 100 or None in column:
            return []
        text = _SEPARATOR.join(column)  # type: ignore[arg-type]
        if text.count(_SEPARATOR) != len(column) - 1:
            return []
        texts.append(text)
    return texts
