"""How many random cases: the environment variable HYPOTHESIS_PROFILE chooses.

`normal` (the default) for every change, `thorough` for thousands in the night, `quick` while working.
"""

import os

from hypothesis import HealthCheck, settings

_TIMES = {"quick": 0.1, "normal": 1, "thorough": 20}


def times(count: int) -> int:
    """How often, for what is done `count` times in the normal profile."""
    return max(1, int(count * _TIMES[os.environ.get("HYPOTHESIS_PROFILE", "normal")]))


def examples(count: int) -> settings:
    """Settings for about `count` examples in the normal profile."""
    return settings(
        max_examples=times(count),
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
