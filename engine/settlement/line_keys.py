"""The key of a line as pieces of SQL. A part of it may be NULL, so that `USING` would lose lines."""

from engine.language import meaning as m
from engine.plan.line_key import LINE_KEY, LINE_ORDER

KEY = ", ".join(LINE_KEY)
ORDER = ", ".join(LINE_ORDER)
DIFFERENCE_ORDER = f"{ORDER}, line_period, direction"  # a line may change in two periods

LineKey = tuple[str | None, str | None, str, int, str | None]  # the values of LINE_KEY


def whole_key(contract: m.Contract, step: str) -> str:
    """A step of the plan that has lines, with every column of the key."""
    return step if contract.several_payers else f"(SELECT *, NULL::VARCHAR AS payer FROM {step})"


def key_of(alias: str) -> str:
    """The columns of the key, of one relation."""
    return ", ".join(f"{alias}.{name}" for name in LINE_KEY)


def key_of_either(left: str, right: str) -> str:
    """The columns of the key after a full join: of whichever side has the line."""
    return ", ".join(f"coalesce({left}.{name}, {right}.{name}) AS {name}" for name in LINE_KEY)


def same_line(left: str, right: str) -> str:
    """Whether two rows are of one line."""
    return " AND ".join(f"{left}.{name} IS NOT DISTINCT FROM {right}.{name}" for name in LINE_KEY)
