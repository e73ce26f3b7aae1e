"""`python -m tests.mutation [FOLDER…]`: prints what survives; ends with 1 where something does.

Without folders, all contracts that come with the program. `--sample N` tries N changes of each.
"""

import argparse
import sys
import time
from pathlib import Path

from engine.settlement.shipped import shipped_contracts
from tests.mutation.survival import all_changes, sample, survivors


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--sample", type=int, default=0, metavar="N")
    arguments = parser.parse_args()
    tried = left = 0
    for folder in arguments.folders or shipped_contracts():
        start = time.monotonic()
        found = all_changes(folder)
        if arguments.sample:
            found = sample(found, arguments.sample)
        alive = survivors(folder, found)
        tried, left = tried + len(found), left + len(alive)
        for change in alive:
            print(f"survives  {change}")
        seconds = time.monotonic() - start
        print(f"{folder.name}: {len(found)} changes, {len(alive)} survive ({seconds:.1f} s)", flush=True)
    print(f"in all: {tried} changes, {left} survive")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
