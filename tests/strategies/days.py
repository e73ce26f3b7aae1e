"""Days that matter to a contract: the boundaries of its windows, and when to ask about them."""

from datetime import date, timedelta

from hypothesis import strategies as st

from tests.oracle.contract import Contract, read_contract
from tests.oracle.evidence import Facts, cell
from tests.oracle.rules import OutcomeRule

DAY = timedelta(days=1)
FAR = date(2024, 1, 1)


def due_days(contract: Contract, index: date) -> list[date]:
    """The due days of all clauses that count from the index date."""
    offsets = [due for clause in contract.clauses for due in clause.dues if due is not None]
    return sorted({due.on(index) for due in offsets if due.anchor == "index"})


def boundaries(contract: Contract, rule: OutcomeRule, index: date) -> list[date]:
    """The last and first day of the outcome's windows, with the days beside them, and its decided days."""
    found = []
    for due in due_days(contract, index) if rule.is_series else [index]:
        offsets = [rule.last, rule.first, rule.decided, *([rule.nearest_to] if rule.nearest_to else [])]
        for offset in offsets:
            day = offset.on(due if offset.anchor == "due" else index)
            found += [day, day - DAY, day + DAY]
    return list(dict.fromkeys(found))


def all_boundaries(contract: Contract, index: date) -> list[date]:
    """The boundaries of every outcome and the due days, around one index date."""
    found = [day for rule in contract.outcomes.values() for day in boundaries(contract, rule, index)]
    for day in due_days(contract, index):
        found += [day, day - DAY]
    return list(dict.fromkeys(found))


@st.composite
def as_ofs(draw: st.DrawFn, contract_text: str, facts: Facts) -> tuple[date, date]:
    """An (as_of, known_by) on or beside a boundary, a row's own day, or the day it became known."""
    contract = read_contract(contract_text)
    days = [FAR]
    for row in facts["treatments"]:
        days += all_boundaries(contract, date.fromisoformat(cell(row, "index_date")))
    known = [FAR]
    for table in facts.values():
        for row in table:
            days += _beside(row, "effective_date") + _beside(row, "to_date") + _beside(row, "from_date")
            known += _beside(row, "known_on")
    as_of = FAR if draw(st.integers(0, 2)) == 2 else draw(st.sampled_from(list(dict.fromkeys(days))))
    known_by = draw(st.sampled_from(list(dict.fromkeys([FAR, as_of, *known]))))
    return as_of, known_by


def _beside(row: dict[str, str | None], column: str) -> list[date]:
    """The day in a column, the one before and the one after; none where it is empty or partial."""
    text = cell(row, column)
    if len(text) != len("2018-01-01"):
        return []
    day = date.fromisoformat(text)
    return [day, day - DAY, day + DAY]
