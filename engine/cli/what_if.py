"""The command what-if: a scenario's patients through an agreement, before the money moves."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.options import Format
from engine.cli.output import Output
from engine.kernel.diagnostics import Exit, refuse

if TYPE_CHECKING:
    from engine.whatif.running import Progress

FORMATS = ("html", "json", "parquet", "xlsx")


def what_if(
    scenario: Annotated[
        Path, typer.Argument(metavar="SCENARIO", help="A scenario file.", show_default=False)
    ],
    output: Output,
    out: Annotated[
        Path | None, typer.Option("--out", help="The folder for the page, JSON, Parquet and the workbook.")
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--write", help="html, json, parquet, xlsx; several allowed; all if left out."),
    ] = None,
    draws: Annotated[
        int | None, typer.Option("--draws", min=1, help="In place of the scenario's draws.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="In place of the scenario's seed.")
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", help="A folder that keeps what has been worked out, for the next run."),
    ] = None,
) -> None:
    """What an agreement will cost. Draws a scenario's patients and settles them; posts nothing."""
    from engine.cli.what_if_tables import tables, variants_table
    from engine.statements.whatif_files import write_what_if
    from engine.statements.whatif_json import document
    from engine.whatif.reading import read_scenario
    from engine.whatif.running import run

    wanted = formats or list(FORMATS)
    unknown = [f for f in wanted if f not in FORMATS]
    if unknown:
        raise refuse(
            "unknown_format", f"'{unknown[0]}' is not written", Exit.REFUSED, f"one of {', '.join(FORMATS)}"
        )
    asked = read_scenario(scenario, draws, seed)
    for warning in asked.warnings:
        output.remark(warning.one_line())
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)  # before a long run, not after it
    with _progress(output, asked.name) as progress:
        result = run(asked, _version(), progress, save)
    if out is not None:
        with output.working("writing"):
            files = write_what_if(result, out, wanted)
        for file in files:
            output.remark(f"written: {file}")
    as_json = document(result) if output.format is Format.JSON else None
    output.result(as_json, tables(result) if output.for_people else [variants_table(result)])


def _version() -> str:
    from importlib.metadata import version

    return version("oba")


@contextmanager
def _progress(output: Output, name: str) -> Iterator["Progress"]:
    """A bar on a terminal, of settled draws."""
    if output.quiet or not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(f"drawing {name}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


COMMANDS = (what_if,)
