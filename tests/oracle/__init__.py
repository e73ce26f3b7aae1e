"""The oracle: a second, slow and plain reading of the contract language, for checking the engine.

It shares no code with the engine: one treatment at a time, loops, standard `datetime` and `Fraction`.
What it reads where the page leaves room is listed in the README beside it.
"""

from tests.oracle.errors import AmountError
from tests.oracle.evidence import Facts
from tests.oracle.reckon import owed

__all__ = ["AmountError", "Facts", "owed"]
