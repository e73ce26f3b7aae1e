"""Arguments and options that several commands share, each declared once."""

import os
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.kernel.dates import Period
from engine.kernel.diagnostics import Exit, refuse

DAY = "YYYY-MM-DD"


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def today() -> date:
    """The day of the run; OBA_TODAY (YYYY-MM-DD) stands in for it where a run is to be repeated."""
    given = os.environ.get("OBA_TODAY")
    return parse_day(given) if given else date.today()


def parse_day(text: str) -> date:
    try:
        if len(text) != len("2018-01-31"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise refuse(
            "not_a_date", f"'{text}' is not a date", Exit.REFUSED, "write it as 2018-01-31"
        ) from None


def parse_period(text: str) -> Period:
    period = Period.parse(text)
    if period is None:
        raise refuse("not_a_period", f"'{text}' is not a period", Exit.REFUSED, "write a month as 2018-02")
    return period


Contract = Annotated[
    Path,
    typer.Argument(
        metavar="CONTRACT",
        help="A contract file, or the folder that holds contract.yaml.",
        show_default=False,
    ),
]
Paths = Annotated[
    list[Path],
    typer.Argument(metavar="PATH", help="Contract files, or folders that hold them.", show_default=False),
]
Feeds = Annotated[
    Path | None,
    typer.Option(
        "--feeds", metavar="DIR", help="A folder with treatments, outcomes, coverage as CSV or Parquet."
    ),
]
StorePath = Annotated[
    Path,
    typer.Option(
        "--store", metavar="FILE", help="The store: a DuckDB file with facts and ledger.", show_default=False
    ),
]
MaybeStore = Annotated[
    Path | None,
    typer.Option("--store", metavar="FILE", help="Read the facts of a store in place of --feeds."),
]
AsOf = Annotated[
    str,
    typer.Option("--as-of", metavar=DAY, help="What took effect by this day counts.", show_default=False),
]
KnownBy = Annotated[
    str | None,
    typer.Option("--known-by", metavar=DAY, help="What was known by this day counts; today where left out."),
]
PeriodOption = Annotated[
    str, typer.Option("--period", metavar="YYYY-MM", help="The month, as 2018-02.", show_default=False)
]
FormatOption = Annotated[Format, typer.Option("--format", help="How the result is printed.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Short for --format json.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the result.")]
NoInput = Annotated[bool, typer.Option("--no-input", help="Never ask; refuse instead.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Post without asking.")]
SkipEarlier = Annotated[
    bool,
    typer.Option(
        "--skip-earlier", help="Settle although an earlier month is not; its lines come here as prior period."
    ),
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="A folder to write files to.")]


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"oba {version('oba')}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
]


def known_by(text: str | None) -> date:
    return parse_day(text) if text else today()
