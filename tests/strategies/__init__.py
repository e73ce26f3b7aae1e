"""Random contracts, histories that sit on their boundaries, and days on which to ask."""

from tests.strategies.contracts import contracts
from tests.strategies.days import as_ofs
from tests.strategies.histories import histories

__all__ = ["as_ofs", "contracts", "histories"]
