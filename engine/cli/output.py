"""How results and remarks are printed: data to standard output, everything else to standard error."""

import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine.cli.options import Format
from engine.kernel.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for people. Columns whose name ends in `#` stand to the right."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Output:
    """Prints one command's result in the format asked for."""

    format: Format = Format.TABLE
    quiet: bool = False

    @staticmethod
    def of(format_: Format, as_json: bool, quiet: bool) -> "Output":
        return Output(Format.JSON if as_json else format_, quiet)

    def result(self, document: object, tables: Sequence[Table]) -> None:
        """Print the document as JSON, or the tables for people or (the first) as CSV."""
        if self.format is Format.JSON:
            print(json.dumps(document, ensure_ascii=False, indent=1))
        elif self.format is Format.CSV:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow([c.removesuffix("#").strip() for c in tables[0].columns])
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
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    shown = RichTable(
        title=table.title or None, title_justify="left", title_style="bold", box=None, pad_edge=False
    )
    for name in table.columns:
        right = name.endswith("#")
        shown.add_column(
            name.removesuffix("#").strip(), justify="right" if right else "left", overflow="fold"
        )
    for row in table.rows:
        shown.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    width = None if sys.stdout.isatty() else 160
    console = Console(width=width, highlight=False, no_color=bool(os.environ.get("NO_COLOR")) or None)
    if table.title:
        console.print(Text(table.title, style="bold"))
    console.print(shown)
    console.print()


def print_diagnostics(diagnostics: Sequence[Diagnostic]) -> None:
    """Each problem on standard error: with its line and a caret on a terminal, else one line each."""
    people = sys.stderr.isatty()
    for diagnostic in diagnostics:
        print(diagnostic.for_people() if people else diagnostic.one_line(), file=sys.stderr)
