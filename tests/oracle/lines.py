"""The lines of payment and refund clauses of one treatment, as of a day."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from tests.oracle.amounts import UndefinedError
from tests.oracle.clauses import Clause
from tests.oracle.errors import AmountError
from tests.oracle.evidence import Treatment
from tests.oracle.money import digits_of, to_minor
from tests.oracle.occasions import Enrolled, Occasion
from tests.oracle.payers import NotYetKnownError, bearer, parts_by_paid
from tests.oracle.scope import Scope
from tests.oracle.table_rules import amounts_fields
from tests.oracle.tables import worked_out


@dataclass(frozen=True)
class Line:
    """What is owed under a clause: by one treatment and number in the series, or by a group.

    `minor` is never negative for a clause, in minor units; the direction gives the sign. `payer` is "" for
    the lines of a group, `group` for all others.
    """

    treatment: Treatment | None
    clause: str
    direction: str
    n: int
    due: date
    minor: int
    payer: str = ""
    group: str = ""


@dataclass(frozen=True)
class Held:
    """A line that waits for something pending."""

    treatment_id: str | None
    clause: str
    n: int
    group: str = ""


Found: TypeAlias = Line | Held | AmountError


def clause_lines(clause: Clause, times: list[Occasion], one: Enrolled, payments: list[Line]) -> list[Found]:
    """The clause's lines fallen due by `as_of`, those held, and the amounts that are none.

    `payments` are the treatment's payment lines, for `paid` in a refund.
    """
    found: list[Found] = []
    for occasion in times:
        if occasion.condition.value is False:
            continue
        held = Held(one.treatment.id, clause.id, occasion.n)
        if occasion.condition.day is None or occasion.due is None or _reads_pending(clause, occasion.scope):
            found.append(held)
            continue
        falls = max(occasion.due, occasion.condition.day)
        if falls > one.asked.as_of:
            continue
        by_then = [line for line in payments if line.due <= falls]
        try:
            found += _borne(clause, occasion, falls, one, by_then)
        except NotYetKnownError:
            found.append(held)
        except UndefinedError:
            found.append(AmountError(one.treatment.id, clause.id))
    return found


def _borne(
    clause: Clause, occasion: Occasion, falls: date, one: Enrolled, payments: list[Line]
) -> Iterable[Line]:
    """The line, or one for each payer that bears a part; none where it is not owed."""
    contract = one.asked.contract
    payer = bearer(clause.if_payer_changes, falls, one.asked)
    if payer is None:
        return []
    paid = {
        each.name: sum(line.minor for line in payments if line.payer == each.name) for each in contract.payers
    }
    minor = _amount(clause, occasion, sum(paid.values()))
    parts = {payer.name: minor}
    if clause.if_payer_changes == "by_paid" and any(paid.values()):
        parts = parts_by_paid(minor, paid)
    return [
        Line(one.treatment, clause.id, clause.direction, occasion.n, falls, part, name)
        for name, part in parts.items()
    ]


def _reads_pending(clause: Clause, scope: Scope) -> bool:
    """Whether the amount reads a pending outcome; the row that `for_each` is at waits for nothing."""
    of_row = {(scope.row[0], "value"), (scope.row[0], "date")} if scope.row else set()
    read = amounts_fields(clause.amount) - of_row
    return any(scope.statuses[name].decided_on is None for name, _ in read)


def _amount(clause: Clause, occasion: Occasion, paid_minor: int) -> int:
    """The line's amount in minor units; of an instalment, its part of the rounded whole.

    Raises UndefinedError where it is none.
    """
    contract, scope = occasion.scope.contract, occasion.scope
    if clause.direction == "refunds":
        scope = replace(scope, given={"paid": Fraction(paid_minor, 10 ** digits_of(contract.currency))})
    whole = minor_units(worked_out(clause.amount, scope), contract.currency)
    if clause.shares is None:
        return whole
    part = _part(whole, clause.shares, occasion.n - 1, contract.residual)
    if part < 0:
        raise UndefinedError(clause.id)
    return part


def minor_units(exact: Fraction, currency: str) -> int:
    """The amount, rounded. Raises UndefinedError where it is below zero."""
    if exact < 0:
        raise UndefinedError("below zero")
    return to_minor(exact, currency)


def _part(whole: int, shares: tuple[Fraction, ...], k: int, residual: str) -> int:
    """The k-th part, rounded half up; the first or last is what the others leave of the whole."""
    parts = [_half_up(share * whole) for share in shares]
    odd_one = 0 if residual == "first" else len(shares) - 1
    parts[odd_one] += whole - sum(parts)
    return parts[k]


def _half_up(exact: Fraction) -> int:
    """A share of minor units, never negative, to the nearest whole one."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
