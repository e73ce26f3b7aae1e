"""A what-if in words: terms by their names, values and money as people read them."""

import re
from fractions import Fraction

from engine.kernel.money import minor_digits, parse_decimal, round_half_up
from engine.whatif.result import Result

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


def money(minor: Fraction | float | None, currency: str) -> str:
    """Whole units with thousands and the currency's sign, in parentheses where below zero: `$649,000`."""
    if minor is None:
        return "–"
    units = round_half_up(Fraction(minor) / 10 ** minor_digits(currency))
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"({sign}{abs(units):,})" if units < 0 else f"{sign}{units:,}"


def short_money(minor: Fraction | float | None, currency: str) -> str:
    """Millions where there are some: `$116.6 million`."""
    if minor is None:
        return "–"
    units = Fraction(minor) / 10 ** minor_digits(currency)
    for size, word in ((10**9, "billion"), (10**6, "million")):
        if abs(units) >= size:
            tenths = round_half_up(abs(units) / size * 10)
            text = f"{_SIGNS.get(currency, currency + ' ')}{tenths // 10:,}.{tenths % 10} {word}"
            return f"({text})" if units < 0 else text
    return money(minor, currency)


def percent(share: Fraction | float | None) -> str:
    """A share with one decimal: `17.4 %`."""
    if share is None:
        return "–"
    tenths = round_half_up(Fraction(share) * 1000)
    sign = "−" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10} %"


def count(value: Fraction | float | None) -> str:
    return "–" if value is None else f"{round_half_up(Fraction(value)):,}"


def value_words(text: str) -> str:
    """A written value, a large number with thousands."""
    number = parse_decimal(text)
    if number is not None and abs(number) >= 1000 and number.denominator == 1:
        return f"{int(number):,}"
    return text


def path_words(path: str, result: Result) -> str:
    """What a path names: `price`, `remission: if missing`, `disease_status CR: chance`."""
    parts = path.removeprefix("contract.").split(".")
    if parts[0] == "cohort" and len(parts) > 3 and parts[1] == "outcomes":
        inputs, item = dict(result.inputs), f"cohort.outcomes.{parts[2]}"
        measure = inputs.get(f"{item}.measure") or inputs.get(f"{item}.event") or item
        value = inputs.get(f"{item}.value", "")
        return f"{measure} {value}".strip() + ": " + _plain(parts[3:])
    if parts[0] in ("terms", "cohort", "outcomes", "payments", "refunds") and len(parts) > 1:
        return _plain(parts[1:2]) + (": " + _plain(parts[2:]) if parts[2:] else "")
    return _plain(parts)


def _plain(parts: list[str]) -> str:
    return re.sub("_", " ", ", ".join(parts))
