"""Commands on facts: owed, explain."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli import options as o
from engine.cli.loading import MOST_TOLD, load
from engine.cli.output import Output, Table, whose_columns
from engine.kernel.diagnostics import Exit, refuse

if TYPE_CHECKING:
    from engine.feeds.report import FeedReport
    from engine.settlement.owed import Owed

_LINES = ("treatment_id", "clause", "n", "due", "amount", "because")
_STATUSES = ("treatment_id", "outcome", "n", "status", "decided_on", "why")


def owed(
    contract: o.Contract,
    as_of: o.AsOf,
    output: Output,
    feeds: o.Feeds = None,
    store: o.MaybeStore = None,
    known_by: o.KnownBy = None,
    out: o.Out = None,
) -> None:
    """All that is owed by a day, by the facts known by another. Posts nothing.

    With --out, lines, statuses, held and not_eligible go there as Parquet (amounts in the minor unit), and only
    the totals are printed: for large feeds.
    """
    with _run(contract, feeds, store, o.parse_day(as_of), o.known_by(known_by), output) as run:
        if out is None:
            from engine.settlement.documents import owed_document

            document = owed_document(run)
            _tell_unusable(document, output)
            output.result(document, _owed_tables(document, output))
            return
        from engine.settlement.files import write_parquet
        from engine.settlement.totals import totals_document

        with output.working("writing"):
            write_parquet(run, out)
        totals = totals_document(run)
        output.result(totals, [_totals(totals)])


def _tell_unusable(document: dict[str, Any], output: Output) -> None:
    """One warning a row that counts as absent, for the first of them."""
    rows = document["unusable"]
    for row in rows[:MOST_TOLD]:
        place = f"{row['file']}:{row['line']} {row['column']}"
        output.remark(f"warning: {place}: {row['problem']}; the row counts as absent")
    if len(rows) > MOST_TOLD:
        output.remark(f"warning: {len(rows) - MOST_TOLD} more rows count as absent: --json lists all")


def _owed_tables(document: dict[str, Any], output: Output) -> list[Table]:
    whose = whose_columns(document["lines"])
    lines = [tuple(x.get(name) for name in (*_LINES[:3], *whose, *_LINES[3:])) for x in document["lines"]]
    tables = [Table("Lines", ("treatment", "clause", "n #", *whose, "due", "amount #", "because"), lines)]
    if not output.for_people:
        return tables
    statuses = [tuple(x[name] for name in _STATUSES) for x in document["statuses"]]
    tables.append(Table("Statuses", ("treatment", "outcome", "n #", "status", "decided on", "why"), statuses))
    if document["not_eligible"]:
        failed = [
            (x["treatment_id"], x["failed"], "undetermined" if x["undetermined"] else "")
            for x in document["not_eligible"]
        ]
        tables.append(Table("Not eligible", ("treatment", "part", ""), failed))
    return [*tables, _totals(document)]


def _totals(document: dict[str, Any]) -> Table:
    names = ("payments", "refunds", "net")
    head = f"{document['contract']} as of {document['as_of']}, known by {document['known_by']}"
    return Table(
        f"{head} ({document['currency']})",
        tuple(f"{n} #" for n in names),
        [tuple(document[n] for n in names)],
    )


def explain(
    contract: o.Contract,
    as_of: o.AsOf,
    output: Output,
    treatment: Annotated[
        str | None, typer.Argument(metavar="TREATMENT", help="The treatment's id.", show_default=False)
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            "--group", metavar="NAME", help="A group in place of it: 'contract year 1', 2018, a patient."
        ),
    ] = None,
    feeds: o.Feeds = None,
    store: o.MaybeStore = None,
    known_by: o.KnownBy = None,
    clause: Annotated[str | None, typer.Option("--clause", metavar="ID", help="Only this clause.")] = None,
) -> None:
    """Why a treatment or group owes what it owes. Statuses, evidence, arithmetic, and what would change it."""
    from engine.cli.explaining import document, tables
    from engine.settlement.explain import explain as explained

    if (treatment is None) == (group is None):
        raise refuse("whose", "name a treatment, or a group with --group", Exit.REFUSED)
    with _run(contract, feeds, store, o.parse_day(as_of), o.known_by(known_by), output) as run:
        if group is not None:
            _explain_group(run, group, clause, output)
        elif treatment is not None:
            explanation = explained(run, treatment, clause)
            output.result(document(explanation), tables(explanation))


def _explain_group(run: "Owed", group: str, clause: str | None, output: Output) -> None:
    from engine.cli.explaining_groups import group_document, group_tables
    from engine.settlement.explain_group import explain_group

    explanation = explain_group(run, group, clause)
    output.result(group_document(explanation), group_tables(explanation))


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
    else:
        assert feeds is not None
        yield _on_feeds(contract, feeds, as_of, known_by, output)


def _on_feeds(contract: Path, feeds: Path, as_of: date, known_by: date, output: Output) -> "Owed":
    from engine.feeds.folder import open_folder
    from engine.language.reader import read_contract
    from engine.plan.tables import Run
    from engine.settlement.owed import work_out

    meaning = read_contract(contract)
    with output.working("working out what is owed"):
        facts, report = open_folder(feeds)
        run = work_out(meaning, facts, Run(as_of, known_by))
    tell_bad_rows(report, output)
    return run


def tell_bad_rows(report: "FeedReport", output: Output) -> None:
    """Warnings of feed files, and how many rows were left out, with the places of the first."""
    for warning in report.warnings:
        output.remark(warning.one_line())
    bad = report.total("quarantined")
    if bad:
        first = ", ".join(f"{q.file}:{q.line} {q.reason}" for q in report.quarantine[:5])
        output.remark(f"{bad} rows are bad and left out: {first}{' …' if bad > 5 else ''}")


COMMANDS = (load, owed, explain)
