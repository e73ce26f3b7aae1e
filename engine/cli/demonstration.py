"""The command demo: the $649,000 scenario end to end, on data that comes with the program."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from engine.cli import options as o
from engine.cli.output import Output, Table
from engine.kernel.dates import Period
from engine.kernel.diagnostics import Exit, refuse

FIRST, LAST = Period(2018, 1), Period(2018, 9)
SETTLED_ON = date(2018, 10, 15)  # the demonstration's own day, so that it comes out the same each time


def demo(
    out: Annotated[Path, typer.Option("--out", help="The folder to write to; made anew.")] = Path("oba-demo"),
    format: o.FormatOption = o.Format.TABLE,
    json: o.JsonOption = False,
    quiet: o.Quiet = False,
) -> None:
    """Settle the $649,000 scenario. Loads nine months of feeds, posts each month, writes every statement."""
    import shutil

    from engine.ledger.store import Store
    from engine.settlement.books import open_books
    from engine.settlement.shipped import demo_feeds, shipped
    from engine.statements.files import FORMATS, write_statement

    output = Output.of(format, json, quiet)
    _own(out)
    contract = out / "contract"
    for folder in ("contract", "feeds", "statements"):
        shutil.rmtree(out / folder, ignore_errors=True)
        (out / folder).mkdir(parents=True)
    shutil.copytree(shipped("contracts") / "kymriah-us-day30", contract, dirs_exist_ok=True)
    feeds = [Path(shutil.copy(file, out / "feeds")) for file in demo_feeds()]
    store = out / "demo.duckdb"
    store.unlink(missing_ok=True)
    rows = []
    with output.working("loading"), Store.open(store, create=True) as opened:
        reports = opened.load(feeds, SETTLED_ON)
    with output.working("settling"), open_books(contract, store, read_only=False) as books:
        for k in range(9):
            month = FIRST.plus(k)
            # A month is settled by what is known ten days after its end.
            known_by = date(month.plus(1).year, month.plus(1).month, 10)
            settlement = books.preview(month, known_by, SETTLED_ON)
            settlement = books.post(settlement, known_by)
            write_statement(books.statement(settlement), out / "statements", list(FORMATS))
            rows.append(_month(settlement))
    _show(output, out, rows, sum(r.account.quarantined for r in reports))


MARK = ".oba-demo"  # stands in a folder that a demonstration made, and may therefore make anew


def _own(out: Path) -> None:
    """Refuse a folder that holds anything which no demonstration put there."""
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / MARK).exists()):
        problem = f"'{out}' is there already, and no demonstration made it"
        raise refuse("not_empty", problem, Exit.REFUSED, "name a new folder")
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).touch()


def _month(settlement: object) -> dict[str, object]:
    from engine.kernel.money import format_thousands
    from engine.settlement.settle import Settlement

    assert isinstance(settlement, Settlement)
    prior = settlement.owed.rows("SELECT count(*) FROM differences WHERE kind = 'prior_period'")[0][0]
    amounts = {
        "opening": settlement.opening_minor,
        "payments": settlement.payments_minor,
        "refunds": settlement.refunds_minor,
        "net": settlement.net_minor,
        "closing": settlement.opening_minor + settlement.net_minor,
    }
    money = {
        name: format_thousands(minor, settlement.owed.contract.currency) for name, minor in amounts.items()
    }
    return {"month": str(settlement.period), "lines": settlement.lines, "prior period": prior, **money}


def _show(output: Output, out: Path, rows: list[dict[str, object]], quarantined: int) -> None:
    columns = (
        "month",
        "lines #",
        "prior period #",
        "opening #",
        "payments #",
        "refunds #",
        "net #",
        "closing #",
    )
    title = "Tisagenlecleucel at $649,000, refunded without remission by day 30 (USD)"
    output.result(
        {"months": rows, "quarantined": quarantined},
        [Table(title, columns, [tuple(r.values()) for r in rows])],
    )
    output.remark(f"{quarantined} bad rows went to quarantine; every statement says which.")
    output.remark(f"Open the last statement:  {out / 'statements'}/STM-{LAST}-kymriah-us-day30.html")
    output.remark(
        f"Ask why:                  oba explain {out}/contract T-0006 --store {out}/demo.duckdb --as-of 2018-09-30"
    )
    output.remark(
        f"Change it and compare:    edit {out}/contract/contract.yaml, then oba owed {out}/contract"
    )
    output.remark(f"                          --feeds {out}/feeds --as-of 2018-09-30")


COMMANDS = (demo,)
