"""Random numbers that depend on the seed, the quantity, the draw and the patient's place in it, and on nothing else.

Each quantity of each draw has a Philox stream of its own, found by its key and counter: patient k has the k-th number
of it. So a changed term changes nobody, an added quantity moves no other, more draws leave those before as they were,
and neither threads nor the size of a batch change a byte.
"""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_WORTH_THREADS = 100_000


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

    def _uniform(self, quantity: str) -> Floats:
        ends = np.cumsum(self.patients).tolist()
        numbers = np.empty(ends[-1] if ends else 0)
        key = _key(self.seed, quantity)

        def fill(places: range) -> None:
            for k in places:
                own = numbers[ends[k] - self.patients[k] : ends[k]]
                _stream(key, self.draws[k] + 1).random(out=own)

        workers = os.cpu_count() or 1 if len(numbers) > _WORTH_THREADS else 1
        shares = [range(k, len(self.draws), workers) for k in range(workers)]
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(fill, shares))
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
