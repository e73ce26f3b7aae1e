"""The numbers of a contract file that decide money, each with the texts of the contract in which it is one off."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from engine.kernel.diagnostics import Place
from engine.kernel.money import format_fraction
from engine.language.notes import Notes
from engine.language.yaml_reader import Mapping, Node, Scalar, read_tree

# What names, describes or schedules a payment; no example can see it, and a number in it is none.
NAMES = frozenset(
    "contract title parties currency product sources settlement clause id name codes measure event unit source "
    "payer".split()
)
_TOKEN = re.compile(
    r'"[^"]*"|(?P<date>(?<![\w.-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-]))'
    r"|(?P<number>(?<![\w.])[0-9]+(?:\.[0-9]+)?)(?![\w.])"
)


@dataclass(frozen=True, slots=True)
class Changed:
    """A contract's text in which one number is another: where, what it was and became, and the whole text."""

    place: Place
    path: str  # `outcomes.remission.window`
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.path}: {self.before} → {self.after}"


def changes(text: str, path: str = "contract.yaml") -> Iterator[Changed]:
    """Each number one up and one down: dates by a day, percentages by a point. Shares that must make 100% pass one
    point from each to the next."""
    notes = Notes(path)
    tree = read_tree(text.encode(), notes)
    assert tree is not None, notes.all()
    starts = _line_starts(text)
    for keys, scalar in _deciding(tree, ()):
        where = ".".join(keys)
        for found in _tokens(text, starts, scalar):
            for step in (1, -1):
                after = _moved(found, step)
                if after is not None:
                    yield _changed(text, scalar.place, where, [(found, after)])
    for keys, shares in _share_lists(tree, ()):
        tokens = [next(iter(_tokens(text, starts, share))) for share in shares]
        for one, two in itertools.pairwise(tokens):
            moved = [(one, _moved(one, 1) or ""), (two, _moved(two, -1) or "")]
            yield _changed(text, shares[0].place, ".".join(keys), moved)


def _deciding(node: Node, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Scalar]]:
    """The scalars that may hold such a number, with the keys above them."""
    if isinstance(node, Scalar):
        yield keys, node
        return
    if not isinstance(node, Mapping):
        for item in node.items:
            yield from _deciding(item, keys)
        return
    dated = 0
    for entry in node.entries:
        key = entry.key.text
        if key in NAMES:
            continue
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", key):
            dated += 1
            if dated > 1:  # the first must not lie after the contract's beginning; earlier says the same
                yield keys, entry.key
        yield from _deciding(entry.value, (*keys, key))


def _share_lists(node: Node, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[Scalar]]]:
    if isinstance(node, Mapping):
        for entry in node.entries:
            below = (*keys, entry.key.text)
            if entry.key.text == "shares" and not isinstance(entry.value, Scalar | Mapping):
                yield below, [item for item in entry.value.items if isinstance(item, Scalar)]
            else:
                yield from _share_lists(entry.value, below)
    elif not isinstance(node, Scalar):
        for item in node.items:
            yield from _share_lists(item, keys)


def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]


def _tokens(text: str, starts: list[int], scalar: Scalar) -> Iterator[re.Match[str]]:
    """The numbers and dates of a scalar as they stand in the file, quoted words left out."""
    wanted = [m.group() for m in _TOKEN.finditer(scalar.text) if m.lastgroup]
    at = starts[scalar.place.line - 1] + scalar.place.column - 1
    if scalar.inner is not None:
        at = starts[scalar.place.line - 1] + scalar.inner
    for word in wanted:
        found = next(m for m in _TOKEN.finditer(text, at) if m.group() == word)
        yield found
        at = found.end()


def _moved(found: re.Match[str], step: int) -> str | None:
    word = found.group()
    if found.lastgroup == "date":
        return (date.fromisoformat(word) + timedelta(days=step)).isoformat()
    value = Fraction(word) + step
    if value < 0:
        return None
    decimals = len(word.partition(".")[2])
    exact = format_fraction(value)
    whole, _, rest = exact.partition(".")
    return f"{whole}.{rest.ljust(decimals, '0')}" if decimals else exact


def _changed(text: str, place: Place, path: str, moves: list[tuple[re.Match[str], str]]) -> Changed:
    changed = text
    for found, after in reversed(moves):
        changed = changed[: found.start()] + after + changed[found.end() :]
    before = " and ".join(found.group() for found, _ in moves)
    return Changed(place, path, before, " and ".join(after for _, after in moves), changed)
