"""Random numbers that depend on the seed, the quantity, the draw and the patient's place in it, and on nothing else.

Each quantity of each draw has a Philox stream of its own, found by its key and counter: patient k has the k-th number
of it. So a changed term changes nobody, an added quantity moves no other, more draws leave those before as they were,
and neither threads nor the size of a batch change a byte.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Streams:
    """The streams of a batch: `draws` are the numbers of its draws, `patients` how many each has.

    `kept`, where cohorts of the same batch are drawn one after another, holds what one of them has asked for.
    """

    seed: int
    draws: Sequence[int]
    patients: Sequence[int]
    kept: dict[str, Floats] | None = None

    def uniform(self, quantity: str) -> Floats:
        """One number in [0, 1) a patient, those of a draw together, draws in order. Not to be changed in place."""
        if self.kept is None:
            return self._uniform(quantity)
        if quantity not in self.kept:
            self.kept[quantity] = self._uniform(quantity)
        return self.kept[quantity]

    def parts(self, patients: int) -> Iterator["Streams"]:
        """The same in runs of draws with about so many patients each."""
        first, rows = 0, 0
        for k, count in enumerate(self.patients):
            if k > first and rows + count > patients:
                yield Streams(self.seed, self.draws[first:k], self.patients[first:k])
                first, rows = k, 0
            rows += count
        yield Streams(self.seed, self.draws[first:], self.patients[first:])

    def _uniform(self, quantity: str) -> Floats:
        numbers, key, end = np.empty(sum(self.patients)), _key(self.seed, quantity), 0
        for draw, count in zip(self.draws, self.patients, strict=True):
            _stream(key, draw + 1).random(out=numbers[end : end + count])
            end += count
        return numbers

    def parameter(self, quantity: str) -> Floats:
        """One number in [0, 1) a draw."""
        return self.parameters(quantity, 1)[:, 0]

    def parameters(self, quantity: str, many: int) -> Floats:
        """Several numbers in [0, 1) a draw: an array of draws × many."""
        numbers = _stream(_key(self.seed, quantity), 0).random((max(self.draws, default=-1) + 1, many))
        return numbers[np.asarray(self.draws, np.int64)]


def _key(seed: int, quantity: str) -> Sequence[int]:
    digest = hashlib.sha256(f"{seed}/{quantity}".encode()).digest()
    return [int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")]


def _stream(key: Sequence[int], number: int) -> np.random.Generator:
    """A quantity's stream: 0 for its parameter, draw + 1 for its patients in a draw."""
    return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, number, 0]))
