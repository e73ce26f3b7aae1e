"""The engine and the oracle agree to the cent on random contracts and histories, on every backend.

The cases follow from seeds, so that they are the same each time: `tests.properties.many` asks about others. A case
that fails is printed small. The backends take turns, each half of the time with a plan for just what
the facts hold and half of it with one for all that a feed can hold.
"""

import pytest

from tests.properties.answers import Engine
from tests.properties.cases import BACKENDS, check
from tests.properties.profile import times

ENGINE = Engine()
PARTS = 24  # that many tests, so that they spread over the processors
RUNS_EACH = 28


@pytest.mark.parametrize("part", range(PARTS))
def test_engine_and_oracle_agree(part: int) -> None:
    for run in range(times(RUNS_EACH)):
        wrong = check(ENGINE, f"{part}-{run}", BACKENDS[(part + run) % len(BACKENDS)])
        assert wrong is None, str(wrong)
