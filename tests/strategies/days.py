"""Days that matter to a contract: the boundaries of its windows, and when to ask about them."""

from datetime import date, timedelta

from tests.oracle.contract import Contract, read_contract
from tests.oracle.evidence import Facts, cell
from tests.oracle.periods import period_of
from tests.oracle.rules import OutcomeRule
from tests.strategies.choose import Choose

DAY = timedelta(days=1)
FAR = date(2024, 1, 1)


def due_days(contract: Contract, index: date) -> list[date]:
    """The due days of all clauses, those that count from a decided day as if that were the outcome's own."""
    found = set()
    for due in (due for clause in contract.clauses for due in clause.dues if due is not None):
        rule = contract.outcomes.get(due.anchor)
        if due.anchor == "index":
            found.add(due.on(index))
        elif rule is not None and not rule.is_series:
            found.add(due.on(rule.decided.on(index)))
    return sorted(found)


def boundaries(contract: Contract, rule: OutcomeRule, index: date) -> list[date]:
    """The last and first day of the outcome's windows, with the days beside them, and its decided days."""
    found = []
    for due in due_days(contract, index) if rule.is_series else [index]:
        offsets = [rule.last, rule.first, rule.decided, *([rule.nearest_to] if rule.nearest_to else [])]
        days = [offset.on(due if offset.anchor == "due" else index) for offset in offsets]
        if rule.lasts is not None:
            days.append(rule.lasts.on(days[1]))
        if rule.pick in ("consecutive", "sustained"):
            days.append(days[1] + (days[0] - days[1]) / 2)
        for day in days:
            found += [day, day - DAY, day + DAY]
    return list(dict.fromkeys(found))


def baseline_days(contract: Contract, rule: OutcomeRule, index: date) -> list[date]:
    """The last and first day of the outcome's baseline windows, with the days beside them."""
    found = []
    for due in due_days(contract, index) if rule.is_series else [index]:
        for offset in [rule.baseline.last, rule.baseline.first] if rule.baseline else []:
            day = offset.on(due if offset.anchor == "due" else index)
            found += [day, day - DAY, day + DAY]
    return list(dict.fromkeys(found))


def all_boundaries(contract: Contract, index: date) -> list[date]:
    """The boundaries of every outcome and the due days, around one index date."""
    found = [day for rule in contract.outcomes.values() for day in boundaries(contract, rule, index)]
    found += [day for rule in contract.outcomes.values() for day in baseline_days(contract, rule, index)]
    for day in due_days(contract, index):
        found += [day, day - DAY]
    return list(dict.fromkeys(found))


def group_days(contract: Contract, index: date) -> list[date]:
    """The days on which groups are judged: cohorts' days, the ends of years with a limit, with the days before."""
    assert contract.from_date is not None
    found = []
    for clause in contract.cohorts:
        period = period_of(clause.per, index, contract.from_date, contract.to_date)
        found.append(clause.decided.on(period.last))
    for kind in {limit.per for limit in contract.limits} & {"contract_year", "calendar_year"}:
        for due in [index, *due_days(contract, index)]:
            found.append(period_of(kind, due, contract.from_date, contract.to_date).last)
    return [one for day in dict.fromkeys(found) for one in (day, day - DAY)]


def asked_days(choose: Choose, contract_text: str, facts: Facts) -> tuple[date, date]:
    """An (as_of, known_by) on or beside a boundary, a row's own day, or the day it became known."""
    contract = read_contract(contract_text)
    days, groups = [FAR], [FAR]
    for row in facts["treatments"]:
        index = date.fromisoformat(cell(row, "index_date"))
        groups += group_days(contract, index)
        days += all_boundaries(contract, index)
    known = [FAR]
    for amendment in contract.terms.amendments:
        known += [amendment.signed, amendment.signed - DAY]
    for table in facts.values():
        for row in table:
            days += _beside(row, "effective_date") + _beside(row, "to_date") + _beside(row, "from_date")
            known += _beside(row, "known_on")
    as_of = choose.one(list(dict.fromkeys(choose.one([[FAR], days, groups]))))
    known_by = choose.one(choose.one([[FAR, as_of], list(dict.fromkeys(known))]))
    return as_of, known_by


def _beside(row: dict[str, str | None], column: str) -> list[date]:
    """The day in a column, the one before and the one after; none where it is empty or partial."""
    text = cell(row, column)
    if len(text) != len("2018-01-01"):
        return []
    day = date.fromisoformat(text)
    return [day, day - DAY, day + DAY]
