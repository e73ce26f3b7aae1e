"""Treatments that may be a contract's, to try histories on: those of its examples, else made-up ones."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice, product

from engine.kernel.money import format_fraction
from engine.language import meaning as m
from engine.language.examples import Example, ExampleTreatment
from engine.language.trees import walk
from engine.settlement.histories import OTHER_WORD, so_long

_MOST_ATTRIBUTES = 48
_Add = Callable[[str, Iterable[str]], None]


def treatments(contract: m.Contract, examples: Sequence[Example]) -> list[ExampleTreatment]:
    """Treatments that may be the contract's: those of its examples first, then made-up ones."""
    known = [replace(t, outcomes=(), coverage=()) for example in examples for t in example.treatments]
    return list(dict.fromkeys(known))[:_MOST_ATTRIBUTES] or list(_made_up(contract))


def _made_up(contract: m.Contract) -> Iterator[ExampleTreatment]:
    index = contract.in_force_from
    values = _attribute_values(contract, index)
    for chosen in islice(product(*values.values()), _MOST_ATTRIBUTES):
        yield ExampleTreatment(index, tuple(zip(values, chosen, strict=True)), (), ())


def _attribute_values(contract: m.Contract, index: date) -> dict[str, list[str]]:
    """For each column that the contract reads, values on either side of what it is compared with."""
    found: dict[str, dict[str, None]] = {}

    def add(name: str, values: Iterable[str]) -> None:
        found.setdefault(name, {}).update(dict.fromkeys(values))

    if contract.several_payers:  # of several each treatment must name its own
        add("payer", (contract.payers[0].name,))
    trees = (contract.eligible, contract.clauses, contract.limits)
    for node in walk(trees):
        if isinstance(node, m.Truth):
            add(node.column.name, ("true", "false"))
        elif isinstance(node, m.Compare):
            for side, other in ((node.left, node.right), (node.right, node.left)):
                _compared(side, other, index, add)
        elif isinstance(node, m.InList) and isinstance(node.value, m.Column):
            add(node.value.name, [o.value for o in node.options if isinstance(o, m.Text)])
        elif isinstance(node, m.Invoiced):
            add("amount", ("1000.00",))
        elif isinstance(node, m.AgeAtIndex):
            add("birth_date", (_born(index, 40),))
    for node in walk(trees):
        if isinstance(node, m.Column) and node.type == "number":
            add(node.name, ("10",) if node.name not in found else ())
    return {name: list(values)[:4] for name, values in found.items() if name != "index_date"}


def _compared(side: m.Value, other: m.Value, index: date, add: _Add) -> None:
    if isinstance(side, m.AgeAtIndex) and isinstance(other, m.Number):
        years = int(other.value)
        add("birth_date", [_born(index, max(0, years + step)) for step in (0, 1, -1)])
    elif isinstance(side, m.Elapsed) and isinstance(other, m.Number) and isinstance(side.start, m.Column):
        lengths = [max(0, int(other.value) + step) for step in (-1, 0, 1)]
        add(side.start.name, [so_long(side.unit, -n).after(index).isoformat() for n in lengths])
    elif isinstance(side, m.Column) and isinstance(other, m.Number):
        add(side.name, [format_fraction(other.value + step) for step in (0, 1, -1)])
    elif isinstance(side, m.Column) and isinstance(other, m.Text):
        add(side.name, (other.value, OTHER_WORD))


def _born(index: date, years: int) -> str:
    return index.replace(year=index.year - years, day=min(index.day, 28)).isoformat()
