"""Caps, floors and patients' own shares: each a line that brings a group's total back to the bound."""

from dataclasses import dataclass
from datetime import date

from tests.oracle.amounts import UndefinedError, number
from tests.oracle.contract import Contract, Limit
from tests.oracle.errors import AmountError
from tests.oracle.evidence import Treatment
from tests.oracle.lines import Line, minor_units
from tests.oracle.occasions import Enrolled
from tests.oracle.payers import original_payer
from tests.oracle.periods import period_of
from tests.oracle.scope import Scope, of_treatment
from tests.oracle.syntax import Node

COUNTS_IN = {
    "treatment": ("treatment", "patient", "contract_year", "calendar_year", "contract"),
    "patient": ("patient", "contract_year", "calendar_year", "contract"),
    "contract_year": ("contract_year", "calendar_year", "contract"),
    "calendar_year": ("contract_year", "calendar_year", "contract"),
    "contract": ("contract",),
}
"""The groups of later limits in which a change of an earlier one counts."""
YEARS = ("contract_year", "calendar_year")


@dataclass(frozen=True)
class Move:
    """An amount that moves totals on a day: a line, or a change of an earlier limit."""

    day: date
    minor: int
    treatment: Treatment | None
    patient: str


@dataclass(frozen=True)
class Group:
    """A limit's group: who or when, the scope of its bounds, the day from which a floor counts."""

    label: str
    treatment: Treatment | None
    patient: str
    scope: Scope
    floor_from: date


def limit_lines(
    contract: Contract, lines: list[Line], enrolled: list[Enrolled], as_of: date
) -> list[Line | AmountError]:
    """One line for each limit and group that corrects something, in the order in which the limits stand.

    `lines` are all lines of clauses, before limits.
    """
    found: list[Line | AmountError] = []
    earlier: list[tuple[Limit, list[Move]]] = []
    for limit in contract.limits:
        own = [
            Move(line.due, line.minor, line.treatment, line.treatment.patient if line.treatment else "")
            for line in lines
            if line.clause in limit.of and line.direction == limit.direction and line.minor > 0
        ]
        counted = [
            move
            for one, moves in earlier
            if one.of <= limit.of and limit.per in COUNTS_IN[one.per]
            for move in moves
        ]
        changes: list[Move] = []
        for label in sorted({_label(limit, move, contract) for move in own}):
            moves = [move for move in own + counted if _label(limit, move, contract) == label]
            group = _group(limit, label, moves[0], contract, enrolled)
            try:
                its = _changes(limit, moves, group, as_of)
            except UndefinedError:
                found.append(AmountError(group.treatment.id if group.treatment else None, limit.id))
                continue
            changes += its
            if its:
                found.append(_line(limit, group, its, contract))
        earlier.append((limit, changes))
    return found


def _label(limit: Limit, move: Move, contract: Contract) -> str:
    """What the group of a move is called."""
    if limit.per == "treatment":
        return move.treatment.id if move.treatment else ""
    if limit.per == "patient":
        return move.patient
    assert contract.from_date is not None
    return period_of(limit.per, move.day, contract.from_date, contract.to_date).label


def _group(limit: Limit, label: str, move: Move, contract: Contract, enrolled: list[Enrolled]) -> Group:
    """The group that a move lies in. Its terms are those of its first index date, a year's of its first day."""
    if limit.per == "treatment":
        one = next(one for one in enrolled if one.treatment == move.treatment)
        scope = of_treatment(contract, one.treatment, one.statuses)
        return Group("", move.treatment, move.patient, scope, date.min)
    if limit.per in YEARS:
        assert contract.from_date is not None
        period = period_of(limit.per, move.day, contract.from_date, contract.to_date)
        terms_on = max(period.first, contract.from_date)
        return Group(label, None, "", Scope(contract, terms_on, None, {}), period.last)
    own = [one.treatment for one in enrolled if limit.per == "contract" or one.treatment.patient == label]
    terms_on = min(treatment.index for treatment in own)
    patient = label if limit.per == "patient" else ""
    return Group(label, None, patient, Scope(contract, terms_on, None, {}), date.min)


def _changes(limit: Limit, moves: list[Move], group: Group, as_of: date) -> list[Move]:
    """The limit's changes in one group, each on its day.

    After a day the limit corrects the total so far to its bound; what that differs by from the day before
    is the change. A year's floor counts on its last day.
    """
    floor = _bound(limit.at_least, group.scope)
    cap = _bound(limit.at_most, group.scope)
    first = _bound(limit.patient_first, group.scope)
    days = {move.day for move in moves}
    if floor is not None and date.min < group.floor_from <= as_of:
        days.add(group.floor_from)
    found: list[Move] = []
    correction = 0
    for day in sorted(days):
        total = sum(move.minor for move in moves if move.day <= day)
        bounded = total
        if floor is not None and day >= group.floor_from:
            bounded = max(bounded, floor)
        if cap is not None:
            bounded = min(bounded, cap)
        if first is not None:
            bounded = total - min(total, first)
        if bounded - total != correction:
            found.append(Move(day, bounded - total - correction, group.treatment, group.patient))
            correction = bounded - total
    return found


def _bound(node: Node | None, scope: Scope) -> int | None:
    """The bound in minor units, rounded as any amount. Raises UndefinedError where it is none."""
    return None if node is None else minor_units(number(node, scope), scope.contract.currency)


def _line(limit: Limit, group: Group, changes: list[Move], contract: Contract) -> Line:
    """The sum of the changes, due on the day of the last."""
    payer = original_payer(contract, group.treatment).name if group.treatment else ""
    minor = sum(move.minor for move in changes)
    return Line(group.treatment, limit.id, limit.direction, 1, changes[-1].day, minor, payer, group.label)
