"""How large an integer expression can become: the proof that a sum or product fits its bits."""

from datetime import date

from engine.plan import tree as t

LONG = (1 << 63) - 1
WIDE = (1 << 127) - 1
_MOST_DAYS = 1 << 23  # of any two days that a feed or an attribute can name, with all offsets
_NUMBER = 10**27  # 18 digits before the point, 9 after


def largest(node: t.Expr) -> int:
    """A bound on the magnitude of an integer expression's values; its type's where nothing else is known."""
    most = WIDE if node.type is t.Type.WIDE else LONG
    match node:
        case t.Lit(value, _):
            return 0 if value is None or isinstance(value, str | date) else abs(int(value))
        case t.Call("case", args, _):
            most = min(most, max(largest(a) for a in (*args[1:-1:2], args[-1])))
        case t.Call("coalesce" | "least" | "greatest", args, _):
            most = min(most, max(largest(a) for a in args))
        case t.Call("widen" | "narrow" | "abs" | "div_floor", (value, *_), _):
            most = min(most, largest(value))
        case t.Call("add" | "sub", args, _):
            most = min(most, sum(largest(a) for a in args))
        case t.Call("mul", args, _):
            product = 1
            for arg in args:
                product *= largest(arg)
            most = min(most, product)
        case t.Call("days_between" | "months_between", _, _):
            most = _MOST_DAYS
        case t.Call("number", _, _):
            most = _NUMBER
        case t.Col() if node.type is not t.Type.WIDE:
            most = LONG
    return most
