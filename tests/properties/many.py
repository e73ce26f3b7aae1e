"""Very many random cases: `python -m tests.properties.many --runs 6000 --histories 8 --seed night-1`.

Each run asks one backend, in turn, about several histories of one contract, and stops at the first few
disagreements, which are printed small. Two shells with two seeds make use of two cores.
"""

import argparse
import time

from tests.properties.answers import Engine
from tests.properties.cases import BACKENDS, HISTORIES_A_RUN, Disagreement, check


def main() -> int:
    """The number of disagreements found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="number of the first run")
    parser.add_argument("--histories", type=int, default=HISTORIES_A_RUN, help="in each run")
    parser.add_argument("--seed", default="many")
    parser.add_argument("--backend", choices=BACKENDS, help="only this one")
    parser.add_argument("--stop", type=int, default=3, help="after so many disagreements")
    said = parser.parse_args()
    engine, found, began = Engine(), 0, time.monotonic()
    for number in range(said.first, said.first + said.runs):
        backend = said.backend or BACKENDS[number % len(BACKENDS)]
        wrong = one(engine, f"{said.seed}-{number}", backend, said.histories)
        if wrong is not None:
            print(f"--- {backend}, {wrong}\n", flush=True)
            found += 1
        if found >= said.stop:
            break
        if number % 200 == 199:
            cases, spent = (number + 1 - said.first) * said.histories, time.monotonic() - began
            print(f"{cases} cases, {found} disagreements, {spent:.0f} s", flush=True)
    return found


def one(engine: Engine, seed: str, backend: str, histories: int) -> Disagreement | None:
    """The disagreement of one run, if any; a fault of the tests names the seed."""
    try:
        return check(engine, seed, backend, histories)
    except Exception as fault:
        fault.add_note(f"seed {seed}")
        raise


if __name__ == "__main__":
    raise SystemExit(min(main(), 1))
