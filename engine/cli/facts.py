"""Commands on facts: load, owed, explain."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import options as o
from engine.cli.output import Output, Table
from engine.kernel.diagnostics import Exit, refuse

if TYPE_CHECKING:
    from engine.settlement.owed import Owed

FeedFiles = Annotated[
    list[Path], typer.Argument(help="Feed files: treatments, outcomes, coverage.", show_default=False)
]


def load(
    feeds: FeedFiles,
    store: o.StorePath,
    known_on: Annotated[
        str | None, typer.Option("--known-on", help="The day of loading, for rows without one.")
    ] = None,
    format: o.FormatOption = o.Format.TABLE,
    json: o.JsonOption = False,
    quiet: o.Quiet = False,
) -> None:
    """Load feed files into a store; bad rows go to quarantine, the same file again adds nothing."""
    from engine.ledger.store import Store

    output = Output.of(format, json, quiet)
    files = [
        f
        for path in feeds
        for f in (sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path])
    ]
    with Store.open(store, create=True) as opened, output.working("loading"):
        reports = opened.load(files, o.known_by(known_on))
    columns = ("file", "table", "rows #", "accepted #", "filtered #", "duplicates #", "quarantined #", "")
    rows = [
        (r.account.file, r.account.table, r.account.rows, r.account.accepted, r.account.filtered,
         r.account.duplicates, r.account.quarantined, "loaded before: nothing added" if r.already_loaded else "")
        for r in reports
    ]  # fmt: skip
    bad = [(q.file, q.line, q.column, str(q.reason), q.sentence) for r in reports for q in r.quarantine]
    tables = [Table("", columns, rows)]
    if bad:
        tables.append(Table("Quarantine", ("file", "line #", "column", "reason", "what is wrong"), bad))
    waiting = sum(r.waiting for r in reports)
    for report in reports:
        for warning in report.account.warnings:
            output.remark(warning.one_line())
    if waiting:
        output.remark(f"{waiting} outcome rows wait for a treatment that has not come")
    keys = ("file", "table", "rows", "accepted", "filtered", "duplicates", "quarantined")
    document = {
        "files": [
            {**dict(zip(keys, row, strict=False)), "sha256": r.sha256, "already_loaded": r.already_loaded}
            for row, r in zip(rows, reports, strict=True)
        ],
        "quarantine": [
            dict(zip(("file", "line", "column", "reason", "problem"), q, strict=True)) for q in bad
        ],
        "waiting": waiting,
    }
    output.result(document, tables)


def owed(
    contract: o.Contract,
    as_of: o.AsOf,
    feeds: o.Feeds = None,
    store: o.MaybeStore = None,
    known_by: o.KnownBy = None,
    out: o.Out = None,
    format: o.FormatOption = o.Format.TABLE,
    json: o.JsonOption = False,
    quiet: o.Quiet = False,
) -> None:
    """All that is owed by a day, by the facts known by another. Posts nothing.

    With --out, lines, statuses and not_eligible go there as Parquet, and only the totals are printed.
    """
    from engine.settlement.documents import owed_document, totals_document
    from engine.settlement.files import write_parquet

    output = Output.of(format, json, quiet)
    with _run(contract, feeds, store, o.parse_day(as_of), o.known_by(known_by), output) as run:
        if out is not None:
            with output.working("writing"):
                write_parquet(run, out)
            document = totals_document(run)
            output.result(document, [_totals(document)])
            return
        document = owed_document(run)
    lines = [
        (x["treatment_id"], x["clause"], x["n"], x["due"], x["amount"], x["because"])
        for x in document["lines"]
    ]
    statuses = [
        (x["treatment_id"], x["outcome"], x["n"], x["status"], x["decided_on"], x["why"])
        for x in document["statuses"]
    ]
    tables = [Table("Lines", ("treatment", "clause", "n #", "due", "amount #", "because"), lines)]
    if output.format is o.Format.TABLE:
        tables.append(
            Table("Statuses", ("treatment", "outcome", "n #", "status", "decided on", "why"), statuses)
        )
        if document["not_eligible"]:
            failed = [
                (x["treatment_id"], x["failed"], "undetermined" if x["undetermined"] else "")
                for x in document["not_eligible"]
            ]
            tables.append(Table("Not eligible", ("treatment", "part", ""), failed))
        tables.append(_totals(document))
    output.result(document, tables)


def explain(
    contract: o.Contract,
    treatment: Annotated[str, typer.Argument(help="The treatment's id.", show_default=False)],
    as_of: o.AsOf,
    feeds: o.Feeds = None,
    store: o.MaybeStore = None,
    known_by: o.KnownBy = None,
    clause: Annotated[str | None, typer.Option("--clause", help="Only this clause.")] = None,
    format: o.FormatOption = o.Format.TABLE,
    json: o.JsonOption = False,
    quiet: o.Quiet = False,
) -> None:
    """Why a treatment owes what it owes: statuses, evidence, arithmetic, and what would change it."""
    from engine.cli.explaining import document, tables
    from engine.settlement.explain import explain as explained

    output = Output.of(format, json, quiet)
    with _run(contract, feeds, store, o.parse_day(as_of), o.known_by(known_by), output) as run:
        explanation = explained(run, treatment, clause)
    output.result(document(explanation), tables(explanation))


@contextmanager
def _run(
    contract: Path, feeds: Path | None, store: Path | None, as_of: date, known_by: date, output: Output
) -> Iterator["Owed"]:
    """The contract worked out on a folder of feeds or on a store's facts."""
    if (feeds is None) == (store is None):
        raise refuse("which_facts", "name the facts: either --feeds DIR or --store FILE", Exit.REFUSED)
    if store is not None:
        from engine.settlement.books import open_books

        with open_books(contract, store, read_only=True) as books:
            with output.working("working out what is owed"):
                run = books.owed(as_of, known_by)
            yield run
        return
    from engine.feeds.folder import open_folder
    from engine.language.reader import read_contract
    from engine.plan.tables import Run
    from engine.settlement.owed import work_out

    meaning = read_contract(contract)
    with output.working("working out what is owed"):
        assert feeds is not None
        facts, report = open_folder(feeds)
        run = work_out(meaning, facts, Run(as_of, known_by))
    quarantined = report.total("quarantined")
    for warning in report.warnings:
        output.remark(warning.one_line())
    if quarantined:
        first = ", ".join(f"{q.file}:{q.line} {q.reason}" for q in report.quarantine[:5])
        output.remark(f"{quarantined} rows are bad and left out: {first}{' …' if quarantined > 5 else ''}")
    yield run


def _totals(document: dict[str, object]) -> Table:
    names = ("payments", "refunds", "net")
    return Table(
        f"{document['contract']} as of {document['as_of']}, known by {document['known_by']} ({document['currency']})",
        tuple(f"{n} #" for n in names),
        [tuple(document[n] for n in names)],
    )


COMMANDS = (load, owed, explain)
