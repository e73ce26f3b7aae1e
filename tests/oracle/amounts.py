"""What an amount comes to: an exact fraction of the currency, or nothing at all."""

from datetime import date
from fractions import Fraction

from tests.oracle.dates import months_between, years_between
from tests.oracle.money import plain_number
from tests.oracle.scope import Scope
from tests.oracle.syntax import Binary, Call, Name, Node, Number


class UndefinedError(Exception):
    """The amount is NULL or divides by zero."""


def number(node: Node, scope: Scope) -> Fraction:
    """The exact value. Raises UndefinedError where something in it is NULL or a divisor is zero."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name):
        value = columns_number(node, scope)
        if value is None:
            raise UndefinedError(node.name)
        return value
    if isinstance(node, Binary):
        return _arithmetic(node.operator, number(node.left, scope), number(node.right, scope))
    if isinstance(node, Call):
        return _call(node, scope)
    raise ValueError(f"not an amount: {node}")


def columns_number(node: Name, scope: Scope) -> Fraction | None:
    """What a name stands for as a number: a term, `invoiced`, `paid`, a field, a column; None is NULL."""
    if node.field is not None:
        return _field(node.name, node.field, scope)
    if scope.terms_too and node.name in scope.contract.terms.dated:
        return scope.term(node.name)
    if node.name in scope.given:
        return scope.given[node.name]
    return plain_number(scope.column("amount" if node.name == "invoiced" else node.name))


def _field(outcome: str, field: str, scope: Scope) -> Fraction | None:
    """A number of an outcome's status, or of the row that `for_each` is at."""
    if scope.row is not None and scope.row[0] == outcome and field == "value":
        return plain_number(scope.row[1].value)
    status = scope.statuses[outcome]
    return {
        "count": Fraction(status.count),
        "value": status.value,
        "baseline": status.baseline,
        "change": status.change,
        "covered": status.covered,
    }.get(field)


def _arithmetic(operator: str, left: Fraction, right: Fraction) -> Fraction:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if operator == "/" and right != 0:
        return left / right
    raise UndefinedError(operator)


def _call(node: Call, scope: Scope) -> Fraction:
    if node.function in ("min", "max"):
        values = [number(argument, scope) for argument in node.arguments]
        return min(values) if node.function == "min" else max(values)
    start, end = (_day(argument, scope) for argument in node.arguments)
    if node.function == "days_between":
        return Fraction((end - start).days)
    return Fraction(
        {"months_between": months_between, "years_between": years_between}[node.function](start, end)
    )


def _day(node: Node, scope: Scope) -> date:
    """A day in a function. Raises UndefinedError where it is NULL."""
    day = day_of_name(node, scope) if isinstance(node, Name) else None
    if day is None:
        raise UndefinedError("day")
    return day


def day_of_name(node: Name, scope: Scope) -> date | None:
    """What a name stands for as a day: `index`, `due`, an outcome's date, a column of dates."""
    if node.field is not None:
        if scope.row is not None and scope.row[0] == node.name and node.field == "date":
            return scope.row[1].day
        status = scope.statuses[node.name]
        return {"date": status.day, "decided": status.decided_on}.get(node.field)
    if node.name in ("index", "due"):
        return scope.index if node.name == "index" else scope.due
    text = scope.column(node.name)
    looks_like_date = len(text) == len("2018-01-01") and text[4:5] == text[7:8] == "-"
    return date.fromisoformat(text) if looks_like_date else None
