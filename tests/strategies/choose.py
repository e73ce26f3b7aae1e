"""Where the choices of random contracts and histories come from.

`Drawn` asks Hypothesis, which shrinks a failing case by itself. `Seeded` asks a generator of random numbers,
some thirty times as fast: for very many cases, which `tests.strategies.reduce` makes small afterwards.
"""

import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choose(Protocol):
    """One choice after another."""

    def one(self, choices: Sequence[T]) -> T:
        """One of these; the first is the simplest."""

    def number(self, least: int, most: int) -> int:
        """A number between the two, both included; the least is the simplest."""

    def yes(self) -> bool:
        """Yes or no; no is simpler."""


class Drawn:
    """Choices that Hypothesis makes."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def one(self, choices: Sequence[T]) -> T:
        """One of these."""
        return choices[self._draw(st.integers(0, len(choices) - 1))]

    def number(self, least: int, most: int) -> int:
        """A number between the two."""
        return self._draw(st.integers(least, most))

    def yes(self) -> bool:
        """Yes or no."""
        return self._draw(st.booleans())


class Seeded:
    """Choices that follow from a seed."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)

    def one(self, choices: Sequence[T]) -> T:
        """One of these, each as likely as the others."""
        return self._random.choice(choices)

    def number(self, least: int, most: int) -> int:
        """A number between the two."""
        return self._random.randint(least, most)

    def yes(self) -> bool:
        """Yes or no."""
        return self._random.random() < 0.5


def some(choose: Choose, choices: Sequence[T], least: int, most: int) -> list[T]:
    """From `least` to `most` different ones of these, in their order."""
    left = list(range(len(choices)))
    taken = [
        left.pop(choose.number(0, len(left) - 1)) for _ in range(choose.number(least, min(most, len(left))))
    ]
    return [choices[k] for k in sorted(taken)]
