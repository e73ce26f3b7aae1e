"""The engine and the oracle agree to the cent on random contracts and histories, on every backend.

The cases follow from seeds, so that they are the same each time: `tests.properties.many` asks about others. A case
that fails is printed small. Polars is asked twice as often as DuckDB, which takes three times as long, each half
of the time by a plan for just what the facts hold and half of it by one for all that a feed can hold.
"""

import pytest

from tests.properties.answers import Engine
from tests.properties.cases import check
from tests.properties.profile import times

ENGINE = Engine()
PARTS = 36  # that many tests, so that they spread over the processors
RUNS_EACH = 3
HISTORIES = 20  # in each run: 2,160 cases in all
TURNS = ("polars", "duckdb", "polars")


@pytest.mark.parametrize("part", range(PARTS))
def test_engine_and_oracle_agree(part: int) -> None:
    for run in range(times(RUNS_EACH)):
        wrong = check(ENGINE, f"{part}-{run}", TURNS[(part + run) % len(TURNS)], HISTORIES)
        assert wrong is None, str(wrong)
