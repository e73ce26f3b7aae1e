"""The command load: feed files into a store."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import options as o
from engine.cli.finding import feed_files
from engine.cli.output import Output, Table
from engine.kernel.diagnostics import Exit, Refusal, refuse

if TYPE_CHECKING:
    from engine.feeds.report import Quarantined
    from engine.ledger.fact_loading import LoadReport

MOST_TOLD = 5  # places of one remark
_COUNTS = ("rows", "accepted", "filtered", "duplicates", "quarantined")
_QUARANTINE = ("file", "line", "column", "reason", "problem")


def load(
    feeds: Annotated[
        list[Path],
        typer.Argument(
            metavar="FEED",
            help="Files of treatments, outcomes, coverage, or folders of them.",
            show_default=False,
        ),
    ],
    store: o.StorePath,
    output: Output,
    known_on: Annotated[
        str | None,
        typer.Option(
            "--known-on",
            metavar=o.DAY,
            help="The day on which rows became known that do not say; today where left out.",
        ),
    ] = None,
) -> None:
    """Load feed files into a store. Bad rows go to quarantine; the same file again adds nothing."""
    files, strays = feed_files(feeds)
    if not files:
        hint = "files are called treatments.csv, outcomes-2018-02.parquet, …"
        raise refuse("no_feeds", "there are no feed files here", Exit.FEED_REFUSED, hint)
    with output.working("loading"):
        reports = _load(files, store, known_on)
    for warning in [*strays, *(w for r in reports for w in r.account.warnings)]:
        output.remark(warning.one_line())
    waiting = sum(r.waiting for r in reports)
    withdrawn = [q for r in reports for q in r.withdrawn]
    if waiting:
        output.remark(f"{waiting} outcome rows wait for a treatment that has not come")
    if withdrawn:
        output.remark(
            f"rows loaded before that these files contest, and that count no longer: {_places(withdrawn)}"
        )
    bad = [(q.file, q.line, q.column, str(q.reason), q.sentence) for r in reports for q in r.quarantine]
    document = {
        "files": [_document(r) for r in reports],
        "quarantine": [dict(zip(_QUARANTINE, q, strict=True)) for q in bad],
        "waiting": waiting,
        "withdrawn": [{"file": q.file, "line": q.line} for q in withdrawn],
    }
    output.result(document, _tables(reports, bad))


def _load(files: list[Path], store: Path, known_on: str | None) -> "list[LoadReport]":
    """Load the files; a store that was made for them does not stay behind where they are refused."""
    from engine.ledger.store import Store

    is_new = not store.exists()
    try:
        with Store.open(store, create=True) as opened:
            return opened.load(files, o.known_by(known_on))
    except Refusal:
        if is_new:
            store.unlink(missing_ok=True)
        raise


def _places(rows: "list[Quarantined]") -> str:
    """Where the first rows stood, and how many there are besides."""
    told = ", ".join(f"{row.file}:{row.line}" for row in rows[:MOST_TOLD])
    return told if len(rows) <= MOST_TOLD else f"{told} and {len(rows) - MOST_TOLD} more"


def _document(report: "LoadReport") -> dict[str, object]:
    counts = {name: getattr(report.account, name) for name in ("file", "table", *_COUNTS)}
    return {**counts, "sha256": report.sha256, "already_loaded": report.already_loaded}


def _tables(reports: "list[LoadReport]", bad: Sequence[Sequence[object]]) -> list[Table]:
    rows = [
        (
            r.account.file,
            r.account.table,
            *(getattr(r.account, name) for name in _COUNTS),
            "loaded before: nothing added" if r.already_loaded else "",
        )
        for r in reports
    ]
    tables = [Table("", ("file", "table", *(f"{name} #" for name in _COUNTS), ""), rows)]
    if bad:
        tables.append(Table("Quarantine", ("file", "line #", "column", "reason", "what is wrong"), bad))
    return tables


COMMANDS = (load,)
