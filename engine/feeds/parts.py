"""Files on their way into tables of facts: one part a file, one base table and one relation a table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from engine.feeds import quoting
from engine.feeds.report import Reason
from engine.feeds.rules import Rule
from engine.feeds.tables import TABLES, Table
from engine.kernel.diagnostics import Diagnostic

RawRows = Callable[
    [Sequence[int]], Iterator[tuple[int, str]]
]  # lines, ascending → (line, the row as it stood)


def no_raw_rows(lines: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Of a source that does not keep its rows as they stood."""
    return ((line, "") for line in lines)


@dataclass(slots=True)
class Part:
    """One file's rows of a table: row_no = first_row + line."""

    file: str
    table: Table
    columns: tuple[str, ...]
    warnings: tuple[Diagnostic, ...] = ()
    first_row: int = 0
    last_row: int = 0
    rows: int = 0  # read, good and bad
    bad: list[tuple[int, Reason, str]] = field(
        default_factory=list
    )  # line, reason, raw: of lines that are no row
    rules: tuple[Rule, ...] = ()
    raw: RawRows = no_raw_rows
    view: str = ""  # the query that reads the file, where its rows are not in the base table


@dataclass(slots=True)
class Bench:
    """Where facts are put together: a schema with a base table for each table, and the parts so far.

    A base table (`_treatments` and so on) has row_no, the columns of the facts, the attributes, and `fault`: the
    number of the rule that the row breaks, or NULL.
    """

    connection: duckdb.DuckDBPyConnection
    schema: str
    attributes: tuple[str, ...] = ()
    parts: list[Part] = field(default_factory=list)

    def base(self, table: Table) -> str:
        return quoting.name(self.schema, "_" + table.name)

    def parts_of(self, table: Table) -> list[Part]:
        return [part for part in self.parts if part.table is table]

    def columns(self, table: Table) -> list[str]:
        """The relation's columns in order, as SQL."""
        extra = self.attributes if table.has_attributes else ()
        return ["row_no", *(name for name, _ in table.facts), *(quoting.name(name) for name in extra)]

    def all_rows(self, table: Table) -> str:
        """The relation's query: the base table, and the files that are read where they lie."""
        columns, parts = ", ".join(self.columns(table)), self.parts_of(table)
        queries = [f"SELECT {columns} FROM ({part.view})" for part in parts if part.view]
        if len(queries) < len(parts) or not parts:
            queries.insert(0, f"SELECT {columns} FROM {self.base(table)}")
        return " UNION ALL ".join(queries)

    def take_in(self, part: Part) -> None:
        """Copies a part that was read where it lies into the base table."""
        columns = ", ".join(self.columns(part.table))
        self.connection.execute(
            f"INSERT INTO {self.base(part.table)} SELECT {columns}, NULL FROM ({part.view})"
        )
        part.view = ""

    def add(self, part: Part, last_line: int) -> None:
        """Gives the part its row numbers: after those of its table's parts before it."""
        part.first_row = max((p.last_row for p in self.parts_of(part.table)), default=0)
        part.last_row = part.first_row + last_line
        self.parts.append(part)


def create_base_tables(bench: Bench) -> None:
    types: Mapping[str, str] = {name: kind for table in TABLES.values() for name, kind in table.facts}
    statements = []
    for table in TABLES.values():
        columns = [f"{name} {types.get(name, 'VARCHAR')}" for name in bench.columns(table)[1:]]
        statements.append(
            f"CREATE TABLE {bench.base(table)} (row_no BIGINT, {', '.join(columns)}, fault UTINYINT)"
        )
    bench.connection.execute("; ".join(statements))
