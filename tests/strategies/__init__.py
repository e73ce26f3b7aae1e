"""Random contracts, histories that sit on their boundaries, and days on which to ask."""

from collections.abc import Collection
from datetime import date

from hypothesis import strategies as st

from tests.oracle.evidence import Facts
from tests.strategies.choose import Choose, Drawn, Seeded
from tests.strategies.contracts import contract_text
from tests.strategies.days import asked_days
from tests.strategies.histories import history

__all__ = [
    "Choose",
    "Drawn",
    "Seeded",
    "as_ofs",
    "asked_days",
    "contract_text",
    "contracts",
    "histories",
    "history",
]


@st.composite
def contracts(draw: st.DrawFn, words: Collection[str] | None = None) -> str:
    """The YAML text of a contract, as `contract_text`."""
    return contract_text(Drawn(draw), words)


@st.composite
def histories(draw: st.DrawFn, contract: str) -> Facts:
    """Facts for a contract, as `history`."""
    return history(Drawn(draw), contract)


@st.composite
def as_ofs(draw: st.DrawFn, contract: str, facts: Facts) -> tuple[date, date]:
    """An (as_of, known_by), as `asked_days`."""
    return asked_days(Drawn(draw), contract, facts)
