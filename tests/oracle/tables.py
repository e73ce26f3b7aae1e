"""What a table comes to: the amount of the first row that fits, or a rate for each unit of its band."""

from fractions import Fraction

from tests.oracle.amounts import UndefinedError, number
from tests.oracle.rules import within
from tests.oracle.scope import Scope
from tests.oracle.table_rules import Amount, Table, TableRow


def worked_out(amount: Amount, scope: Scope) -> Fraction:
    """The exact amount. Raises UndefinedError where it is NULL, divides by zero or has units below zero."""
    if not isinstance(amount, Table):
        return number(amount, scope)
    value = number(amount.by, scope)
    if amount.marginal:
        return over_bands(amount.rows, value, scope)
    return number(row_that_fits(amount.rows, value, scope).amount, scope)


def row_that_fits(rows: tuple[TableRow, ...], value: Fraction, scope: Scope) -> TableRow:
    """The first row whose bound the value keeps. Raises UndefinedError where a bound is NULL."""
    for row in rows:
        if row.limit is None or within(value, row.bound, number(row.limit, scope)):
            return row
    raise AssertionError("a table that can fall through is refused")


def over_bands(rows: tuple[TableRow, ...], value: Fraction, scope: Scope) -> Fraction:
    """The sum over the bands of rate x units; only rates of bands with units, or with the value, are worked out.

    Raises UndefinedError below zero, where there are no units to pay for.
    """
    if value < 0:
        raise UndefinedError("by")
    total = reached = Fraction(0)
    for row in rows:
        limit = None if row.limit is None else number(row.limit, scope)
        end = value if limit is None else min(value, limit)
        if end > reached or (value == reached and (limit is None or value < limit)):
            total += number(row.amount, scope) * (end - reached)
            reached = end
            if limit is None or value < limit:
                break
    return total
