"""Which changed numbers of a contract none of its examples notices."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.feeds.facts import Facts
from engine.kernel.diagnostics import Refusal
from engine.language import meaning as m
from engine.language.examples import read_examples, read_examples_text
from engine.language.reader import read_contract, read_contract_text
from engine.settlement.example_rows import cases_of, facts_of
from engine.settlement.examples import run_examples
from tests.mutation.equivalent import says_the_same
from tests.mutation.numbers import Changed, changes


def survivors(folder: Path, only: Sequence[Changed] | None = None) -> list[Changed]:
    """The changes of a contract's numbers (all, or the ones given) under which all its examples still pass.

    A change that is refused, or under which an example cannot be read or worked out, is noticed.
    """
    contract = read_contract(folder)
    examples = read_examples(folder, contract)
    facts = facts_of(contract, cases_of(examples))
    facts.connection.execute("SET threads = 1")  # small runs, one after the other
    assert run_examples(contract, examples, facts).passed, f"the examples of {folder} fail as they stand"
    text = (folder / "examples.yaml").read_text(encoding="utf-8")
    return [c for c in only or all_changes(folder) if not _noticed(c, contract, text, facts)]


def all_changes(folder: Path) -> list[Changed]:
    file = folder / "contract.yaml"
    return list(changes(file.read_text(encoding="utf-8"), str(file)))


def sample(found: Iterable[Changed], most: int) -> list[Changed]:
    """Some changes, spread evenly over the file."""
    every = list(found)
    step = max(1, -(-len(every) // most))
    return every[::step]


def _noticed(change: Changed, contract: m.Contract, examples: str, facts: Facts) -> bool:
    try:
        changed = read_contract_text(change.text)
        if says_the_same(contract, changed):
            return True
        return not run_examples(changed, read_examples_text(examples, changed), facts).passed
    except Refusal:
        return True
