"""The command library: the agreements that come with the program."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.output import Output, Table
from engine.kernel.diagnostics import Exit, nearest, refuse

if TYPE_CHECKING:
    from engine.language.meaning import Contract
    from engine.settlement.library import Agreement

_COLUMNS = ("name", "kind", "product", "country", "price_basis", "how_money_moves")


def library(
    output: Output,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Show this one in full.")] = None,
) -> None:
    """The agreements that come with the program: kind, product, country, price basis, how money moves.

    With a name, that one in full: what it says clause by clause, its sources, what was chosen where they are
    silent, which figures are illustrative. `oba new DIR --like NAME` starts from it.
    """
    from engine.settlement.library import read_agreement
    from engine.settlement.shipped import shipped_contracts

    folders = {folder.name: folder for folder in shipped_contracts()}
    if name is None:
        rows = [_row(read_agreement(folder)) for folder in folders.values()]
        table = Table("", [c.replace("_", " ") for c in _COLUMNS], [tuple(row.values()) for row in rows])
        output.result(rows, [table])
        return
    if name not in folders:
        hint = nearest(name, folders) or "oba library lists them"
        raise refuse("unknown_contract", f"there is no agreement '{name}'", Exit.REFUSED, hint)
    agreement = read_agreement(folders[name])
    document = _document(agreement)
    output.result(document, _tables(agreement, document))


def _row(agreement: "Agreement") -> dict[str, str]:
    values = (agreement.name, "; ".join(agreement.kinds), agreement.contract.product_name, agreement.country,
              agreement.price_basis, agreement.money)  # fmt: skip
    return dict(zip(_COLUMNS, values, strict=True))


def _parties(contract: "Contract") -> dict[str, Any]:
    names = [payer.name for payer in contract.payers]
    payers = {"payers": names} if contract.several_payers else {"payer": names[0]}
    return {"manufacturer": contract.manufacturer.name, **payers}


def _document(x: "Agreement") -> dict[str, Any]:
    contract = x.contract
    force = {"from": contract.in_force_from.isoformat()}
    if contract.in_force_to:
        force["to"] = contract.in_force_to.isoformat()
    return {
        **_row(x),
        "title": contract.title,
        "parties": _parties(contract),
        "currency": contract.currency,
        "in_force": force,
        "eligible": [part.text for part in contract.eligible],
        "terms": [{"name": name, "value": value} for name, value in x.terms],
        "outcomes": [
            {"clause": c, "outcome": name, "says": says, "silence": silence}
            for c, name, says, silence in x.outcomes
        ],
        "clauses": [
            {"clause": c, "name": name, "kind": kind, "says": says} for c, name, kind, says in x.clauses
        ],
        "sources": list(contract.sources),
        "chosen": [{"question": c.question, "chosen": c.chosen, "why": c.why} for c in x.chosen],
        "illustrative": list(x.readme.items("Illustrative figures")),
        "not_modelled": list(x.readme.items("Not modelled")),
    }


def _tables(x: "Agreement", document: dict[str, Any]) -> list[Table]:
    """For CSV, which has one table, its clauses."""
    force = document["in_force"]
    head = [
        ("kind", document["kind"]),
        ("product", document["product"]),
        ("country", document["country"]),
        ("parties", "; ".join((x.contract.manufacturer.name, *(payer.name for payer in x.contract.payers)))),
        ("in force", f"from {force['from']}" + (f" to {force['to']}" if "to" in force else "")),
        ("eligible", " and ".join(document["eligible"]) or "every treatment of the product"),
        ("price basis", document["price_basis"]),
        ("how money moves", document["how_money_moves"]),
    ]
    clauses = Table("Clauses", ("clause", "name", "kind", "says"), x.clauses)
    tables = [
        Table(f"{x.name}: {document['title']}", ("", ""), head),
        Table("Terms", ("term", "value"), x.terms),
        Table("Outcomes", ("clause", "name", "says", "silence"), x.outcomes),
        clauses,
        *(Table(title, ("",), [(item,) for item in document[key]]) for title, key in _LISTS[:1]),
        Table(
            "Chosen where the public terms are silent",
            ("question", "chosen", "why"),
            [(c.question, c.chosen, c.why) for c in x.chosen],
        ),
        *(Table(title, ("",), [(item,) for item in document[key]]) for title, key in _LISTS[1:]),
    ]
    return tables


_LISTS = (("Sources", "sources"), ("Illustrative figures", "illustrative"), ("Not modelled", "not_modelled"))

COMMANDS = (library,)
