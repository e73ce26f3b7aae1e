"""Caps and floors on one treatment's totals, each a line that brings the total back to the bound."""

from dataclasses import dataclass

from tests.oracle.amounts import UndefinedError, number
from tests.oracle.contract import Limit
from tests.oracle.errors import AmountError
from tests.oracle.lines import Line
from tests.oracle.money import to_minor
from tests.oracle.scope import Scope
from tests.oracle.syntax import Node


@dataclass(frozen=True)
class Correction:
    """A limit's line: `line.minor` is added to the total of its direction, and may be negative."""

    limit: Limit
    line: Line


def limit_lines(limits: tuple[Limit, ...], lines: list[Line], scope: Scope) -> list[Line]:
    """One line for each limit that corrects something, in the order in which the limits stand.

    `lines` are the treatment's own, before limits. An earlier correction counts in a later limit that
    holds all that the earlier one limits. Due on the latest due day of the lines limited.
    """
    corrections: list[Correction] = []
    for limit in limits:
        limited = [line for line in lines if line.clause in limit.of and line.minor > 0]
        if not limited:
            continue
        earlier = [one.line.minor for one in corrections if one.limit.of <= limit.of]
        total = sum(line.minor for line in limited) + sum(earlier)
        bounded = total
        if limit.at_least is not None:
            bounded = max(bounded, _bound(limit, limit.at_least, scope))
        if limit.at_most is not None:
            bounded = min(bounded, _bound(limit, limit.at_most, scope))
        if bounded != total:
            due = max(line.due for line in limited)
            line = Line(scope.treatment.id, limit.id, limit.direction, 1, due, bounded - total)
            corrections.append(Correction(limit, line))
    return [one.line for one in corrections]


def _bound(limit: Limit, node: Node, scope: Scope) -> int:
    """The bound in minor units, rounded as any amount. Raises AmountError where it is none."""
    try:
        exact = number(node, scope)
    except UndefinedError:
        raise AmountError(scope.treatment.id, limit.id) from None
    if exact < 0:
        raise AmountError(scope.treatment.id, limit.id)
    return to_minor(exact, scope.contract.currency)
