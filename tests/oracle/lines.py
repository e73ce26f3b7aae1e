"""The lines of payment and refund clauses of one treatment, as of a day."""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from tests.oracle.amounts import UndefinedError, number
from tests.oracle.conditions import Truth, all_of, truth
from tests.oracle.contract import Clause
from tests.oracle.dates import Offset
from tests.oracle.errors import AmountError
from tests.oracle.money import digits_of, to_minor
from tests.oracle.scope import Scope
from tests.oracle.status import Status
from tests.oracle.syntax import outcomes_read


@dataclass(frozen=True)
class Line:
    """What is owed under a clause by one treatment and number in the series.

    `minor` is never negative here, in minor units; the direction gives the sign.
    """

    treatment_id: str
    clause: str
    direction: str
    n: int
    due: date
    minor: int


@dataclass(frozen=True)
class Held:
    """A line that waits for something pending."""

    treatment_id: str
    clause: str
    n: int


def clause_lines(
    clause: Clause, scopes: list[Scope], payments: list[Line], residual: str, as_of: date
) -> list[Line | Held]:
    """The clause's lines fallen due by `as_of`, and those held.

    `scopes` has one for each number in the series; `payments` are the treatment's payment lines, for
    `paid` in a refund. Raises AmountError for an amount that is none on a line that falls due.
    """
    conditions = [_condition(clause, scope) for scope in scopes]
    found: list[Line | Held] = []
    for k, scope in enumerate(scopes):
        condition = all_of(conditions[: k + 1]) if clause.on_failure == "stop" else conditions[k]
        treatment_id = scope.treatment.id
        if condition.value is False:
            continue
        due = due_day(clause.dues[k], scope)
        if condition.day is None or due is None or _reads_pending(clause, scope):
            found.append(Held(treatment_id, clause.id, k + 1))
            continue
        falls = max(due, condition.day)
        if falls <= as_of:
            paid_minor = sum(line.minor for line in payments if line.due <= falls)
            minor = _amount(clause, k, scope, paid_minor, residual)
            found.append(Line(treatment_id, clause.id, clause.direction, k + 1, falls, minor))
    return found


def _condition(clause: Clause, scope: Scope) -> Truth:
    """The clause's condition; without one it is TRUE since ever."""
    return Truth(True, date.min) if clause.condition is None else truth(clause.condition, scope)


def due_day(offset: Offset | None, scope: Scope) -> date | None:
    """The day that `due` names: since ever where there is none, None while its outcome is pending."""
    if offset is None:
        return date.min
    anchor = scope.treatment.index if offset.anchor == "index" else scope.statuses[offset.anchor].decided_on
    return None if anchor is None else offset.on(anchor)


def _reads_pending(clause: Clause, scope: Scope) -> bool:
    read: list[Status] = [scope.statuses[name] for name in outcomes_read(clause.amount)]
    return any(status.decided_on is None for status in read)


def _amount(clause: Clause, k: int, scope: Scope, paid_minor: int, residual: str) -> int:
    """The line's amount in minor units; of an instalment, its part of the rounded whole."""
    currency = scope.contract.currency
    if clause.direction == "refunds":
        scope = replace(scope, paid=Fraction(paid_minor, 10 ** digits_of(currency)))
    try:
        exact = number(clause.amount, scope)
    except UndefinedError:
        raise AmountError(scope.treatment.id, clause.id) from None
    if exact < 0:
        raise AmountError(scope.treatment.id, clause.id)
    whole = to_minor(exact, currency)
    minor = whole if clause.shares is None else _part(whole, clause.shares, k, residual)
    if minor < 0:
        raise AmountError(scope.treatment.id, clause.id)
    return minor


def _part(whole: int, shares: tuple[Fraction, ...], k: int, residual: str) -> int:
    """The k-th part, rounded half up; the first or last is what the others leave of the whole."""
    parts = [_half_up(share * whole) for share in shares]
    odd_one = 0 if residual == "first" else len(shares) - 1
    parts[odd_one] += whole - sum(parts)
    return parts[k]


def _half_up(exact: Fraction) -> int:
    """A share of minor units, never negative, to the nearest whole one."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
