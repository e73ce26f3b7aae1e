"""What a condition comes to: TRUE, FALSE or NULL, and the day from which it holds."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.oracle.amounts import UndefinedError, columns_number, day_of_name, number
from tests.oracle.scope import Scope
from tests.oracle.syntax import AllOf, AtLeast, Binary, In, Is, Name, Node, Not, Number, Text, outcomes_read


@dataclass(frozen=True)
class Truth:
    """`value` is None for NULL; `day`, from which the value holds, is then None too."""

    value: bool | None
    day: date | None

    def negated(self) -> "Truth":
        """The other way round, from the same day; NULL stays NULL."""
        return Truth(None if self.value is None else not self.value, self.day)


NULL = Truth(None, None)
BOOLEANS = {"true": True, "false": False}


def truth(node: Node, scope: Scope) -> Truth:
    """The condition's truth in the scope of one treatment (and one due date)."""
    if isinstance(node, Is):
        status = scope.statuses[node.outcome]
        return Truth(status.status == node.status, status.decided_on) if status.decided_on else NULL
    if isinstance(node, Not):
        return truth(node.part, scope).negated()
    if isinstance(node, AllOf):
        return all_of([truth(part, scope) for part in node.parts])
    if isinstance(node, AtLeast):
        return at_least(node.count, [truth(part, scope) for part in node.parts])
    value = _attribute_truth(node, scope)
    if value is None:
        return NULL
    read = [scope.statuses[name].decided_on or date.max for name in outcomes_read(node)]
    return Truth(value, max([scope.index, *read]))


def all_of(parts: list[Truth]) -> Truth:
    """TRUE with its last part, FALSE with its first false one, else NULL."""
    false_days = [part.day for part in parts if part.value is False and part.day]
    true_days = [part.day for part in parts if part.value is True and part.day]
    if false_days:
        return Truth(False, min(false_days))
    return Truth(True, max(true_days)) if len(true_days) == len(parts) else NULL


def at_least(count: int, parts: list[Truth]) -> Truth:
    """TRUE with its count-th true part; FALSE with the false one after which it cannot be; else NULL."""
    true_days = sorted(part.day for part in parts if part.value is True and part.day)
    false_days = sorted(part.day for part in parts if part.value is False and part.day)
    if count >= 1 and len(true_days) >= count:
        return Truth(True, true_days[count - 1])
    too_many = len(parts) - count + 1
    return Truth(False, false_days[too_many - 1]) if len(false_days) >= too_many else NULL


def _attribute_truth(node: Node, scope: Scope) -> bool | None:
    """A bare name, an `in`, or a comparison; None is NULL."""
    if isinstance(node, Name) and node.field is None:
        return BOOLEANS.get(scope.column(node.name).lower())
    if isinstance(node, In):
        return _in([_equal(node.item, choice, scope) for choice in node.choices])
    if isinstance(node, Binary):
        boolean = isinstance(node.right, Name) and node.right.name in BOOLEANS
        if boolean or isinstance(node.left, Text) or isinstance(node.right, Text):
            same = _equal(node.left, node.right, scope)
            return same if node.operator in ("=", "==") or same is None else not same
        return _compared(node.operator, _operand(node.left, scope), _operand(node.right, scope))
    raise ValueError(f"not a condition: {node}")


def _in(equal: list[bool | None]) -> bool | None:
    if True in equal:
        return True
    return None if None in equal else False


def _equal(item: Node, choice: Node, scope: Scope) -> bool | None:
    """Texts are equal letter by letter, numbers by size; NULL where one is empty or no number."""
    if isinstance(choice, Number):
        return _compared("=", _operand(item, scope), choice.value)
    if isinstance(choice, Name) and choice.name in BOOLEANS and choice.field is None:
        said = _attribute_truth(item, scope)
        return None if said is None else said is BOOLEANS[choice.name]
    left, right = _text(item, scope), _text(choice, scope)
    return None if left == "" or right == "" else left == right


def _text(node: Node, scope: Scope) -> str:
    if isinstance(node, Text):
        return node.value
    return scope.column(node.name) if isinstance(node, Name) else ""


def _operand(node: Node, scope: Scope) -> Fraction | date | None:
    """A side of a comparison: a day, or a number; None where it is NULL."""
    try:
        if isinstance(node, Name):
            day = day_of_name(node, scope)
            return day if day is not None else columns_number(node, scope)
        return number(node, scope)
    except UndefinedError:
        return None


def _compared(operator: str, left: Fraction | date | None, right: Fraction | date | None) -> bool | None:
    if left is None or right is None:
        return None
    order = _order(left, right)
    if order is None:
        return None
    return {
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
        "=": order == 0,
        "==": order == 0,
        "!=": order != 0,
    }[operator]


def _order(left: Fraction | date, right: Fraction | date) -> int | None:
    """-1, 0 or 1; None where a day is compared with a number."""
    if isinstance(left, date) and isinstance(right, date):
        return (left > right) - (left < right)
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return (left > right) - (left < right)
    return None
