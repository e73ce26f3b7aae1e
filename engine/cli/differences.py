"""The command diff: two versions of a contract, in words, and in patients and money on given facts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli import options as o
from engine.cli.facts import tell_bad_rows
from engine.cli.output import Output, Table
from engine.kernel.diagnostics import Exit, refuse
from engine.kernel.money import format_minor, format_thousands

if TYPE_CHECKING:
    from engine.feeds.facts import Facts
    from engine.language.diff import Change
    from engine.language.meaning import Contract
    from engine.settlement.comparing import Moved


def diff(
    old: Annotated[
        Path, typer.Argument(metavar="OLD", help="The earlier version of a contract.", show_default=False)
    ],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The later version.", show_default=False)],
    output: Output,
    feeds: o.Feeds = None,
    store: o.MaybeStore = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar=o.DAY, help="What took effect by this day counts; with facts."),
    ] = None,
    known_by: o.KnownBy = None,
) -> None:
    """What two versions of a contract say differently, and whom and how much it moves on given facts.

    Without --feeds or --store, in words alone. Ends with 1 where something differs.
    """
    from engine.language.diff import changes
    from engine.language.reader import read_contract

    meanings = read_contract(old), read_contract(new)
    said = changes(*meanings)
    moved = None
    if feeds is not None or store is not None or as_of is not None:
        if as_of is None:
            raise refuse("no_as_of", "say as of which day", Exit.REFUSED, "add --as-of 2018-12-31")
        _check_currencies(*meanings)
        moved = _moved(meanings, (feeds, store), as_of, known_by, output)
    document = _document(meanings, said, moved)
    output.result(document, _tables(said, moved) if output.for_people else [_csv(document)])
    if said or (moved is not None and moved.any):
        raise typer.Exit(int(Exit.PROBLEMS))
    output.remark("nothing differs")


def _check_currencies(old: "Contract", new: "Contract") -> None:
    if old.currency != new.currency:
        problem = f"amounts in {old.currency} and in {new.currency} cannot be compared"
        raise refuse("currencies", problem, Exit.REFUSED, "leave --feeds and --store out to see the words")


def _moved(
    meanings: tuple["Contract", "Contract"],
    sources: tuple[Path | None, Path | None],
    as_of: str,
    known_by: str | None,
    output: Output,
) -> "Moved":
    from engine.plan.tables import Run
    from engine.settlement.comparing import compare, keep_old
    from engine.settlement.owed import work_out

    run = Run(o.parse_day(as_of), o.known_by(known_by))
    with output.working("working out both"), _facts(meanings, sources, output) as both:
        keep_old(work_out(meanings[0], both[0], run))
        return compare(work_out(meanings[1], both[1], run))


@contextmanager
def _facts(
    meanings: Sequence["Contract"], sources: tuple[Path | None, Path | None], output: Output
) -> Iterator[Sequence["Facts"]]:
    """The facts for each version, on one connection."""
    feeds, store = sources
    if (feeds is None) == (store is None):
        raise refuse("which_facts", "name the facts: either --feeds DIR or --store FILE", Exit.REFUSED)
    if store is not None:
        from engine.ledger.store import Store
        from engine.settlement.books import facts_for

        with Store.open(store, create=False, read_only=True) as opened:
            yield [facts_for(opened, meaning) for meaning in meanings]
        return
    assert feeds is not None
    from engine.feeds.folder import open_folder

    facts, report = open_folder(feeds)
    tell_bad_rows(report, output)
    yield [facts, facts]


def _document(
    meanings: tuple["Contract", "Contract"], said: Sequence["Change"], moved: "Moved | None"
) -> dict[str, Any]:
    old, new = ({"contract": c.id, "version": c.version} for c in meanings)
    document: dict[str, Any] = {"old": old, "new": new}
    document["changes"] = [
        {"what": c.what, "old": c.old, "new": c.new, "sentence": str(c)} for c in said
    ]  # fmt: skip
    return document | (_moved_document(moved) if moved is not None else {})


def _moved_document(moved: "Moved") -> dict[str, Any]:
    def money(minor: int) -> str:
        return format_minor(minor, moved.currency)

    def sides(x: Any) -> dict[str, str]:
        return {"old": money(x.old_minor), "new": money(x.new_minor), "difference": money(x.difference_minor)}

    net = moved.new_net_minor - moved.old_net_minor
    return {
        "currency": moved.currency,
        "net": {"old": money(moved.old_net_minor), "new": money(moved.new_net_minor), "difference": money(net)},
        "patients": moved.patients,
        "clauses": [
            {"clause": c.clause, "patients": c.patients, "lines": c.lines, **sides(c)} for c in moved.clauses
        ],
        "lines": [
            {"treatment_id": x.treatment_id, **({"group": x.group} if x.group else {}), "clause": x.clause,
             "n": x.n, **({"payer": x.payer} if x.payer else {}),
             "old_due": x.old_due and x.old_due.isoformat(), "new_due": x.new_due and x.new_due.isoformat(),
             **sides(x)}
            for x in moved.lines
        ],
        "eligibility": [{"treatment_id": s.treatment_id, "old": s.old, "new": s.new} for s in moved.standings],
        "statuses": [
            {"treatment_id": s.treatment_id, "outcome": s.outcome, "n": s.n, "old": s.old, "new": s.new}
            for s in moved.statuses
        ],
    }  # fmt: skip


def _tables(said: Sequence["Change"], moved: "Moved | None") -> list[Table]:
    words = Table(
        "What it says", ("what", "old", "new"), [(c.what, c.old or "–", c.new or "–") for c in said]
    )
    return [t for t in (words, *(_moved_tables(moved) if moved else ())) if t.rows]


def _csv(document: dict[str, Any]) -> Table:
    """The lines that move where there are facts, else the words; as in the JSON."""
    rows = document.get("lines", document["changes"])
    names: tuple[str, ...] = ("what", "old", "new", "sentence")
    if "lines" in document:
        payer = ("payer",) if any("payer" in row for row in rows) else ()
        names = (
            "treatment_id",
            "group",
            "clause",
            "n",
            *payer,
            "old_due",
            "new_due",
            "old",
            "new",
            "difference",
        )
    return Table("", names, [tuple(row.get(name) for name in names) for row in rows])


def _moved_tables(moved: "Moved") -> list[Table]:
    def money(minor: int) -> str:
        return format_thousands(minor, moved.currency)

    def sides(x: Any) -> tuple[str, str, str]:
        return money(x.old_minor), money(x.new_minor), money(x.difference_minor)

    net = (
        money(moved.old_net_minor),
        money(moved.new_net_minor),
        money(moved.new_net_minor - moved.old_net_minor),
    )
    columns = ("old #", "new #", "difference #")
    payer = ("payer",) if any(x.payer for x in moved.lines) else ()
    lines = [
        (x.treatment_id or x.group, x.clause, x.n, *([x.payer or ""] if payer else []), x.old_due or "–",
         x.new_due or "–", *sides(x))
        for x in moved.lines
    ]  # fmt: skip
    clauses = [(c.clause, c.patients, c.lines, *sides(c)) for c in moved.clauses]
    return [
        Table(
            "Lines that move", ("treatment", "clause", "n #", *payer, "old due", "new due", *columns), lines
        ),
        Table(
            "Treatments that come in or fall out",
            ("treatment", "old", "new"),
            [(s.treatment_id, s.old, s.new) for s in moved.standings],
        ),
        Table(
            "Statuses that change",
            ("treatment", "outcome", "n #", "old", "new"),
            [(s.treatment_id, s.outcome, s.n, s.old or "–", s.new or "–") for s in moved.statuses],
        ),
        Table(
            f"By clause ({moved.currency})",
            ("clause", "patients #", "lines #", *columns),
            [*clauses, ("net", moved.patients, len(moved.lines), *net)],
        ),
    ]


COMMANDS = (diff,)
