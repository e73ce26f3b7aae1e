"""Exact arithmetic as pairs of integer expressions, rounded once.

An amount is a fraction whose numerator and denominator are whole numbers, worked out by the engine in 128-bit
integers: no decimal rules of any engine touch it, and all of it can be printed as SQL. Denominators are
positive; where something is NULL or was divided by zero, the numerator is NULL, and so is all that is made of it.
"""

from dataclasses import dataclass
from fractions import Fraction

from engine.kernel.money import round_half_up
from engine.plan.tree import Call, Expr, Lit, Type, and_, call, case, compare, is_null, lt, null, or_, wide


@dataclass(frozen=True, slots=True)
class Ratio:
    """`over / under`, both WIDE."""

    over: Expr
    under: Expr

    @property
    def constant(self) -> Fraction | None:
        if isinstance(self.over, Lit) and isinstance(self.under, Lit):
            over, under = self.over.value, self.under.value
            if isinstance(over, int) and isinstance(under, int) and under:
                return Fraction(over, under)
        return None


def constant(value: Fraction | int) -> Ratio:
    value = Fraction(value)
    return Ratio(wide(value.numerator), wide(value.denominator))


def of_integer(value: Expr, under: int = 1) -> Ratio:
    """An integer expression, in units of 1/`under`."""
    return Ratio(value if value.type is Type.WIDE else call("widen", Type.WIDE, value), wide(under))


def _whole(literal: Lit) -> int:
    return literal.value if isinstance(literal.value, int) else 0


def _unknown(*literals: Lit) -> bool:
    return any(literal.value is None for literal in literals)


def times(left: Expr, right: Expr) -> Expr:
    """A product of two integers, folded where both are constants."""
    if isinstance(left, Lit) and isinstance(right, Lit):
        return null(Type.WIDE) if _unknown(left, right) else wide(_whole(left) * _whole(right))
    if left == wide(1):
        return right
    if right == wide(1):
        return left
    return call("mul", Type.WIDE, left, right)


def _plus(left: Expr, right: Expr, op: str) -> Expr:
    if isinstance(left, Lit) and isinstance(right, Lit):
        if _unknown(left, right):
            return null(Type.WIDE)
        sign = 1 if op == "add" else -1
        return wide(_whole(left) + sign * _whole(right))
    return call(op, Type.WIDE, left, right)


def _sign(value: Expr) -> Expr:
    """1 or -1; NULL of zero, by which nothing can be divided, and of NULL."""
    if isinstance(value, Lit):
        return wide(-1 if _whole(value) < 0 else 1) if _whole(value) else null(Type.WIDE)
    zero = wide(0)
    return case((lt(value, zero), wide(-1)), (compare("gt", value, zero), wide(1)), otherwise=null(Type.WIDE))


def _magnitude(value: Expr) -> Expr:
    if isinstance(value, Lit):
        return wide(abs(_whole(value)))
    return call("abs", Type.WIDE, value)


def magnitude(value: Ratio) -> Ratio:
    """The value without its sign."""
    return Ratio(_magnitude(value.over), value.under)


def add(left: Ratio, right: Ratio, op: str = "add") -> Ratio:
    """The sum, or with `sub` the difference."""
    if left.constant is not None and right.constant is not None:
        return constant(left.constant + right.constant * (1 if op == "add" else -1))
    if left.under == right.under:
        return Ratio(_plus(left.over, right.over, op), left.under)
    over = _plus(times(left.over, right.under), times(right.over, left.under), op)
    return Ratio(over, times(left.under, right.under))


def multiply(left: Ratio, right: Ratio) -> Ratio:
    if left.constant is not None and right.constant is not None:
        return constant(left.constant * right.constant)
    return Ratio(times(left.over, right.over), times(left.under, right.under))


def divide(left: Ratio, right: Ratio) -> Ratio:
    if right.constant == 0:
        return Ratio(null(Type.WIDE), wide(1))
    if right.constant:
        return multiply(left, constant(1 / right.constant))
    over = times(times(left.over, right.under), _sign(right.over))
    return Ratio(over, times(left.under, _magnitude(right.over)))


def compare_ratios(op: str, left: Ratio, right: Ratio) -> Expr:
    """A truth; NULL where a side is."""
    return compare(op, times(left.over, right.under), times(right.over, left.under))


def extreme(kind: str, parts: list[Ratio]) -> Ratio:
    """The smallest (`min`) or largest (`max`) of the parts; NULL where one of them is."""
    result = parts[0]
    for part in parts[1:]:
        if result.constant is not None and part.constant is not None:
            result = constant((min if kind == "min" else max)(result.constant, part.constant))
            continue
        unknown = or_(*(is_null(p.over) for p in (result, part) if not isinstance(p.over, Lit)))
        first = compare_ratios("le" if kind == "min" else "ge", result, part)
        over = case((unknown, null(Type.WIDE)), (first, result.over), otherwise=part.over)
        under = case((first, result.under), otherwise=part.under)
        result = Ratio(over, result.under if result.under == part.under else under)
    return result


def rounded(ratio: Ratio, scale: int) -> Expr:
    """The ratio times `scale`, rounded half up, as MONEY; NULL where divided by zero, -1 where below zero.

    An amount below zero is an error whatever its size, so that no more than its sign is kept.
    """
    if ratio.constant is not None:
        scaled = ratio.constant * scale
        return Lit(-1 if scaled < 0 else round_half_up(scaled), Type.MONEY)
    twice = times(ratio.over, wide(2 * scale))
    under = ratio.under
    half_up = call("div_floor", Type.WIDE, _plus(twice, under, "add"), times(under, wide(2)))
    if under == wide(1):
        half_up = times(ratio.over, wide(scale))
    elif isinstance(under, Lit) and isinstance(under.value, int) and scale % under.value == 0:
        half_up = times(ratio.over, wide(scale // under.value))
    value = case((lt(ratio.over, wide(0)), wide(-1)), otherwise=half_up)
    return call("narrow", Type.MONEY, value)


def is_known(*values: Expr) -> Expr:
    """TRUE where none of the values is NULL."""
    return and_(*(Call("not", (is_null(v),), Type.TRUTH) for v in values if not isinstance(v, Lit)))
