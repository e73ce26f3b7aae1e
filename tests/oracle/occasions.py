"""Each time that a clause may move money for one treatment: its number, its condition, its due day."""

from dataclasses import dataclass, replace
from datetime import date

from tests.oracle.clauses import Clause
from tests.oracle.conditions import Truth, all_of, truth
from tests.oracle.contract import Contract
from tests.oracle.dates import Offset, first_day
from tests.oracle.evidence import Treatment
from tests.oracle.picks import satisfies
from tests.oracle.scope import Scope, of_treatment
from tests.oracle.status import Question, Status, rows_seen, status_of
from tests.oracle.syntax import outcomes_read
from tests.oracle.table_rules import amounts_outcomes


@dataclass(frozen=True)
class Occasion:
    """One number in a clause's series; `due` is None while the outcome it counts from is pending."""

    n: int
    scope: Scope
    condition: Truth
    due: date | None


@dataclass(frozen=True)
class Enrolled:
    """An eligible treatment, and the statuses of its outcomes that have one each."""

    asked: Question
    statuses: dict[str, Status]

    @property
    def treatment(self) -> Treatment:
        """The treatment."""
        return self.asked.treatment


def enrol(asked: Question) -> Enrolled:
    """An eligible treatment with its statuses."""
    rules = asked.contract.outcomes.values()
    return Enrolled(asked, {rule.name: status_of(rule, asked) for rule in rules if not rule.is_series})


def occasions(clause: Clause, one: Enrolled, series: list[dict[str, Status]]) -> list[Occasion]:
    """The clause's occasions for a treatment; `series` as from `series_statuses`."""
    if clause.for_each is not None:
        return _for_each(clause, one)
    found: list[Occasion] = []
    conditions: list[Truth] = []
    for k, offset in enumerate(clause.dues):
        statuses = {**one.statuses, **series[k]}
        due = due_day(offset, one.treatment.index, one.statuses)
        scope = replace(of_treatment(one.asked.contract, one.treatment, statuses), due=due)
        conditions.append(_condition(clause, scope))
        condition = all_of(conditions) if clause.on_failure == "stop" else conditions[k]
        found.append(Occasion(k + 1, scope, condition, due))
    return found


def _for_each(clause: Clause, one: Enrolled) -> list[Occasion]:
    """One for each satisfying row of the outcome, partial dates read as their first day."""
    assert clause.for_each is not None
    said, rule = clause.for_each, one.asked.contract.outcomes[clause.for_each.outcome]
    scope = of_treatment(one.asked.contract, one.treatment, one.statuses)
    condition = _condition(clause, scope)
    rows = [row for row in rows_seen(rule, one.asked, first_day) if satisfies(rule, row)]
    found = []
    for n, row in enumerate(sorted(rows, key=lambda row: (row.day, row.value)), start=1):
        if n >= said.first and (said.last is None or n <= said.last):
            of_row = replace(scope, row=(rule.name, row))
            found.append(Occasion(n, of_row, condition, said.after.on(row.day)))
    return found


def _condition(clause: Clause, scope: Scope) -> Truth:
    """The clause's condition; without one it is TRUE since ever."""
    return Truth(True, date.min) if clause.condition is None else truth(clause.condition, scope)


def due_day(offset: Offset | None, index: date, statuses: dict[str, Status]) -> date | None:
    """The day that `due` names: since ever where there is none, None while its outcome is pending."""
    if offset is None:
        return date.min
    anchor = index if offset.anchor == "index" else statuses[offset.anchor].decided_on
    return None if anchor is None else offset.on(anchor)


def series_statuses(clause: Clause, one: Enrolled) -> list[dict[str, Status]]:
    """For each number in the series, the statuses of the series outcomes that the clause uses.

    One whose due day is not known yet is pending.
    """
    contract = one.asked.contract
    found: list[dict[str, Status]] = []
    for offset in clause.dues:
        statuses = {}
        for name in series_used(contract, clause):
            due = due_day(offset, one.treatment.index, one.statuses)
            rule = contract.outcomes[name]
            statuses[name] = status_of(rule, replace(one.asked, due=due)) if due else Status("pending")
        found.append(statuses)
    return found


def series_used(contract: Contract, clause: Clause) -> list[str]:
    """The series outcomes that a clause with due days reads, in its condition or amount."""
    if None in clause.dues:
        return []
    read = amounts_outcomes(clause.amount)
    if clause.condition is not None:
        read = read | outcomes_read(clause.condition)
    return [name for name, rule in contract.outcomes.items() if rule.is_series and name in read]
