"""Tables: an amount by rows, of which the first that fits applies, or each unit by its own band."""

from itertools import pairwise
from typing import Any, Literal, cast

from engine.kernel.diagnostics import Place
from engine.language.bounds import Bound, Side, falls_through, never_reached, read_bound
from engine.language.grammar.build import amount
from engine.language.grammar.names import Scope
from engine.language.meaning import Table, TableRow, Value
from engine.language.naming import Names, expression
from engine.language.notes import Notes
from engine.language.written_tables import TableForm, TableRowForm
from engine.language.yaml_reader import Sequence

Kind = Literal["below", "at_most", "above", "at_least", "otherwise"]


def read_table(form: TableForm, scope: Scope, names: Names, notes: Notes) -> Table | None:
    """The table that is written, or None with the reasons in `notes`."""
    before = len(notes.found)
    by = expression(form.by, amount, scope, notes)
    rows = [_row(row, scope, names, notes) for row in form.rows]
    whole = [row for row in rows if row is not None]
    if len(notes.found) > before or by is None or len(whole) < _written(form):
        return None
    tiers = cast(Literal["whole", "marginal"], form.tiers.value if form.tiers else "whole")
    check_otherwise_last(form.rows, notes)
    if len(notes.found) > before:
        return None
    if tiers == "marginal":
        check_bands(form.rows, [Side(r.kind, r.bound) for r in whole], names, notes)
    else:
        check_covered(form.rows, form.at("rows"), [Side(r.kind, r.bound) for r in whole], names, notes)
    if len(notes.found) > before:
        return None
    return Table(by, " ".join(form.by.value.split()), tuple(whole), tiers)


def _written(form: TableForm) -> int:
    """How many rows stand there, those too that could not be read."""
    entry = form.node.entry("rows")
    return len(entry.value.items) if entry and isinstance(entry.value, Sequence) else 0


def _row(form: TableRowForm, scope: Scope, names: Names, notes: Notes) -> TableRow | None:
    said = form.otherwise if form.chosen == "otherwise" else form.amount
    if form.chosen == "otherwise" and not form.left_open("amount"):
        problem = "'amount' and 'otherwise' cannot both stand in a row"
        notes.add(
            "two_choices", problem, form.at("amount"), "write 'otherwise: 0', the amount after the word"
        )
        return None
    if said is None:
        if form.left_open("amount"):
            hint = "say what applies within the bound: 'amount: price'"
            notes.add("missing", "a row lacks 'amount'", form.node.named, hint)
        return None
    owed: Value | None = expression(said, amount, scope, notes)
    bound: Bound | None = read_bound(form.bound, names, notes) if form.bound else None
    if owed is None or (form.chosen != "otherwise" and bound is None):
        return None
    words = " ".join(said.value.split())
    head = f"{form.chosen} {form.bound.node.text}" if form.bound else "otherwise"
    return TableRow(cast(Kind, form.chosen), bound, owed, f"{head}: {words}")


def check_otherwise_last(rows: tuple[Any, ...], notes: Notes) -> None:
    """Note a row after `otherwise`, which leaves nothing to it."""
    for row in rows[:-1]:
        if row.chosen == "otherwise":
            problem = "rows stand after 'otherwise', and none of them can apply"
            notes.add("table", problem, row.at("otherwise"), "write it last")


def check_covered(rows: tuple[Any, ...], place: Place, sides: list[Side], names: Names, notes: Notes) -> None:
    """Note a table that can fall through; warn of rows that can never apply."""
    if falls_through(sides, names.term_values):
        problem = "the table can fall through: some value fits none of its rows"
        hint = "end it with '{otherwise: 0}', or whatever applies then"
        notes.add("table", problem, place, hint)
    for k in never_reached(sides, names.term_values):
        row = rows[k]
        problem = f"row {k + 1} can never apply: the rows before it leave nothing to it"
        notes.warn("table", problem, row.at(row.chosen), "put the narrower bound first, or delete the row")


def check_bands(rows: tuple[Any, ...], sides: list[Side], names: Names, notes: Notes) -> None:
    """Note rows that are no bands: `below` bounds above zero, ascending, and `otherwise` at the end."""
    hint = "write 'below' bounds from the lowest to the highest, and 'otherwise' last"
    for row, side in zip(rows[:-1], sides[:-1], strict=True):
        if side.kind != "below":
            problem = f"'{side.kind}' cannot stand in a table with marginal tiers"
            notes.add("tiers", problem, row.at(side.kind), hint)
            return
    if sides[-1].kind != "otherwise":
        problem = "a table with marginal tiers leaves open what the units above its last bound cost"
        notes.add("tiers", problem, rows[-1].node.named, hint)
        return
    for values in names.term_values or ({},):
        try:
            cuts = [side.cut(values)[0] for side in sides[:-1]]
        except KeyError:
            continue  # a term that could not be read, and that has been said
        if cuts and cuts[0] <= 0:
            notes.add("tiers", "nothing lies below the first bound: units begin at 0", rows[0].at("below"))
        for row, (one, two) in zip(rows[1:], pairwise(cuts), strict=False):
            if two <= one:
                notes.add("tiers", "the bounds do not ascend", row.at("below"), hint)
