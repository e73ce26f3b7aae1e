"""Commands on the ledger: settle (preview), post, report."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import options as o
from engine.cli.output import Output, Table, whose_columns
from engine.kernel.diagnostics import Exit, refuse

if TYPE_CHECKING:
    from engine.settlement.books import Books
    from engine.settlement.settle import Settlement

PlanFile = Annotated[
    Path | None, typer.Option("--plan", help="Post just what this saved preview says; refused if stale.")
]


def settle(
    contract: o.Contract,
    store: o.StorePath,
    period: o.PeriodOption,
    known_by: o.KnownBy = None,
    save: Annotated[
        Path | None, typer.Option("--save", help="Keep the preview, to post it with --plan.")
    ] = None,
    skip_earlier: o.SkipEarlier = False,
    format: o.FormatOption = o.Format.TABLE,
    json: o.JsonOption = False,
    quiet: o.Quiet = False,
) -> None:
    """Preview a month. What would be posted, against what was posted before; posts nothing."""
    from engine.settlement.books import open_books

    output = Output.of(format, json, quiet)
    month = o.parse_period(period)
    with open_books(contract, store, read_only=True) as books:
        with output.working(f"settling {month}"):
            settlement = books.preview(month, o.known_by(known_by), o.today(), skip_earlier)
        _tell_change(books, output)
        if save is not None:
            books.saved(settlement).write(save)
        show(settlement, output)


def post(
    contract: o.Contract,
    store: o.StorePath,
    period: o.PeriodOption,
    known_by: o.KnownBy = None,
    plan: PlanFile = None,
    skip_earlier: o.SkipEarlier = False,
    yes: o.Yes = False,
    no_input: o.NoInput = False,
    format: o.FormatOption = o.Format.TABLE,
    json: o.JsonOption = False,
    quiet: o.Quiet = False,
) -> None:
    """Post a month. All of it in one transaction; a posted month is closed for good."""
    from engine.settlement.books import open_books

    output = Output.of(format, json, quiet)
    month = o.parse_period(period)
    saved = None
    if plan is not None:
        from engine.settlement.saved import SavedPreview

        saved = SavedPreview.read(plan)
    day = saved.known_by if saved and known_by is None else o.known_by(known_by)
    with open_books(contract, store, read_only=False) as books:
        with output.working(f"settling {month}"):
            settlement = books.preview(month, day, o.today(), skip_earlier)
        _tell_change(books, output)
        if saved is not None and saved != books.saved(settlement):
            hint = "preview it again with settle --save"
            raise refuse(
                "stale",
                f"the plan '{plan}' is stale: facts, contract or ledger changed",
                Exit.LEDGER_RULE,
                hint,
            )
        if settlement.posted is not None:
            output.remark(f"{month} is posted already, by run {settlement.posted.run_id}: nothing to post")
            show(settlement, output)
            return
        _confirm(settlement, yes, no_input)
        with output.working(f"posting {month}"):
            settlement = books.post(settlement, o.today())
        output.remark(f"posted {month}: {settlement.lines} lines")
        show(settlement, output)


def report(
    contract: o.Contract,
    store: o.StorePath,
    period: o.PeriodOption,
    out: Annotated[Path, typer.Option("--out", help="The folder to write to.", show_default=False)],
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", help="html, json, csv; several allowed; all where left out."),
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="A statement of the preview of a month that is not posted.")
    ] = False,
    known_by: o.KnownBy = None,
    audience: Annotated[str, typer.Option(help="Who it is for: internal.")] = "internal",
    quiet: o.Quiet = False,
) -> None:
    """Write the statement of a month. As HTML, JSON and CSV; of a posted month, or a draft."""
    from engine.settlement.books import open_books
    from engine.statements.files import FORMATS, write_statement

    wanted = formats or list(FORMATS)
    unknown = [f for f in wanted if f not in FORMATS]
    if unknown:
        raise refuse(
            "unknown_format",
            f"'{unknown[0]}' is no format of a statement",
            Exit.REFUSED,
            f"one of {', '.join(FORMATS)}",
        )
    if audience != "internal":
        raise refuse(
            "not_yet",
            f"statements for the audience '{audience}' are not made yet",
            Exit.REFUSED,
            "internal is",
        )
    month, output = o.parse_period(period), Output(quiet=quiet)
    with (
        open_books(contract, store, read_only=True) as books,
        output.working(f"writing the statement of {month}"),
    ):
        settlement = (
            books.preview(month, o.known_by(known_by), o.today(), True) if draft else books.recalled(month)
        )
        files = write_statement(books.statement(settlement), out, wanted)
    for file in files:
        print(file)


def show(settlement: "Settlement", output: Output) -> None:
    """Print a settlement: its lines and its balances."""
    from engine.settlement.documents import settlement_document

    document = settlement_document(settlement)
    whose = whose_columns(document["lines"])
    lines = [
        (x["treatment_id"], x["clause"], x["n"], *(x.get(name) for name in whose), x["due"], x["amount"],
         x["kind"].replace("_", " "), x["period"], x["corrects"], x["because"])
        for x in document["lines"]
    ]  # fmt: skip
    word = "posted" if document["posted"] else "preview"
    title = f"{document['contract']} {document['period']} ({word}), known by {document['known_by']}"
    columns = (
        "treatment",
        "clause",
        "n #",
        *whose,
        "due",
        "amount #",
        "kind",
        "period",
        "corrects #",
        "because",
    )
    names = ("opening", "payments", "refunds", "net", "closing")
    balances = [Table("", tuple(f"{n} #" for n in names), [tuple(document[n] for n in names)])]
    if "payers" in document:
        parts = [(p["payer"] or "together", *(p[n] for n in names)) for p in document["payers"]]
        balances.append(Table("Each payer", ("payer", *(f"{n} #" for n in names)), parts))
    tables = [Table(title, columns, lines), *balances]
    if not lines and output.format is o.Format.TABLE:
        print(f"{title}: no lines")
        tables = balances
    output.result(document, tables)


def _tell_change(books: "Books", output: Output) -> None:
    """Say so where the contract is not the one that earlier months were posted under."""
    run = books.changed_since()
    if run is not None:
        versions = f"then {run.version[:15]}…, now {books.contract.version[:15]}…"
        output.remark(
            f"warning: {books.contract.id} has changed since {run.period} was posted ({versions}): posted lines are "
            "worked out anew, and differences stand as prior period"
        )


def _confirm(settlement: "Settlement", yes: bool, no_input: bool) -> None:
    if yes:
        return
    if no_input or not sys.stdin.isatty():
        raise refuse(
            "not_confirmed",
            "nothing was posted: there is nobody to ask",
            Exit.REFUSED,
            "say --yes in a batch",
        )
    from engine.kernel.money import format_thousands

    net = format_thousands(settlement.net_minor, settlement.owed.contract.currency)
    question = f"Post {settlement.lines} lines of {settlement.period}, net {net}? A posted month is closed."
    if not typer.confirm(question, err=True):
        raise refuse("not_confirmed", "nothing was posted", Exit.PROBLEMS)


COMMANDS = (settle, post, report)
