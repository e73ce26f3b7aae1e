"""How results and remarks are printed: data to standard output, everything else to standard error."""

import csv
import io
import json as json_module
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine.cli.options import Format
from engine.kernel.diagnostics import Diagnostic

MOST_ROWS = 500  # of a table for people; JSON, CSV and files have all of them


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for people. Columns whose name ends in `#` stand to the right."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]

    @property
    def names(self) -> list[str]:
        return [name.removesuffix("#").strip() for name in self.columns]


@dataclass(frozen=True, slots=True)
class Output:
    """Prints one command's result in the format asked for."""

    format: Format = Format.TABLE
    quiet: bool = False
    no_input: bool = False

    @staticmethod
    def of(format: Format, json: bool, quiet: bool, no_input: bool = False) -> "Output":
        return Output(Format.JSON if json else format, quiet, no_input)

    @property
    def for_people(self) -> bool:
        return self.format is Format.TABLE

    def result(self, document: object, tables: Sequence[Table]) -> None:
        """Print the document as JSON, or the tables for people or (the first) as CSV."""
        if self.format is Format.JSON:
            ascii_only = (sys.stdout.encoding or "utf-8").lower().replace("-", "") != "utf8"
            print(json_module.dumps(document, ensure_ascii=ascii_only, indent=1))
        elif self.format is Format.CSV:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(tables[0].names)
            writer.writerows(tables[0].rows)
        else:
            for table in tables:
                print_table(table)

    def remark(self, text: str) -> None:
        """A sentence on standard error, unless all is to be quiet."""
        if not self.quiet:
            print(text, file=sys.stderr)

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """A spinner on a terminal while something takes over half a second."""
        if self.quiet or not sys.stderr.isatty():
            yield
            return
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn(text), TimeElapsedColumn())
        with _after_half_a_second(Progress(*columns, console=Console(stderr=True), transient=True)):
            yield


@contextmanager
def _after_half_a_second(progress: Any) -> Iterator[None]:
    import threading

    progress.add_task("")
    timer = threading.Timer(0.5, progress.start)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        progress.stop()


def print_table(table: Table) -> None:
    """Print a table, as wide as the terminal; as wide as it needs where there is none, without blanks at ends."""
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    shown = RichTable(box=None, pad_edge=False)
    for name, words in zip(table.columns, table.names, strict=True):
        shown.add_column(words, justify="right" if name.endswith("#") else "left", overflow="fold")
    for row in table.rows[:MOST_ROWS]:
        shown.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    terminal = sys.stdout.isatty()
    kept = io.StringIO()
    console = Console(
        file=None if terminal else kept,
        width=None if terminal else 2000,
        highlight=False,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
    )
    if table.title:
        console.print(Text(table.title, style="bold"))
    console.print(shown)
    left = len(table.rows) - MOST_ROWS
    if left > 0:
        console.print(f"… and {left:,} more: --json and --format csv print all")
    console.print()
    if not terminal:
        sys.stdout.write("".join(f"{line.rstrip()}\n" for line in kept.getvalue().splitlines()))


def whose_columns(lines: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """The columns that say beside the treatment whose a line is, of those that some line has: `group`, `payer`."""
    return tuple(name for name in ("group", "payer") if any(name in line for line in lines))


def print_diagnostics(diagnostics: Sequence[Diagnostic]) -> None:
    """Each problem on standard error: with its line and a caret on a terminal, else one line each."""
    people = sys.stderr.isatty()
    for diagnostic in diagnostics:
        print(diagnostic.for_people() if people else diagnostic.one_line(), file=sys.stderr)


def diagnostic_document(diagnostic: Diagnostic) -> dict[str, object]:
    """A problem for other programs, such as an editor."""
    place = diagnostic.place
    return {
        "path": place.path if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "problem": diagnostic.problem,
        "hint": diagnostic.hint,
        "example": diagnostic.example,
    }
