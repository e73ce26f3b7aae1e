"""A what-if in words: terms by their names, values and money as people read them."""

import re
from fractions import Fraction

from engine.kernel.money import minor_digits, parse_decimal, round_half_up
from engine.whatif.result import Result, VariantResult

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
_BRACKETED = re.compile(r"\[[^\[\]{}]*\]|\{[^\[\]{}]*\}")
_STATUS = re.compile(r"[a-z]+(?:_[a-z]+)+")
_OF_MONEY = re.compile(r"(?:^|[._])(?:price|amount)(?:$|[._])")


def money(minor: Fraction | float | None, currency: str) -> str:
    """Whole units with thousands and the currency's sign, in parentheses where below zero: `$649,000`."""
    if minor is None:
        return "–"
    units = round_half_up(Fraction(minor) / 10 ** minor_digits(currency))
    sign = SIGNS.get(currency, f"{currency} ")
    return f"({sign}{abs(units):,})" if units < 0 else f"{sign}{units:,}"


def short_money(minor: Fraction | float | None, currency: str) -> str:
    """Millions where there are some: `$116.6 million`."""
    if minor is None:
        return "–"
    units = Fraction(minor) / 10 ** minor_digits(currency)
    for size, word in ((10**9, "billion"), (10**6, "million")):
        if abs(units) >= size:
            tenths = round_half_up(abs(units) / size * 10)
            text = f"{SIGNS.get(currency, currency + ' ')}{tenths // 10:,}.{tenths % 10} {word}"
            return f"({text})" if units < 0 else text
    return money(minor, currency)


def brief_money(minor: Fraction | float | None, currency: str) -> str:
    """As `short_money`, for narrow places: `$116.6 m`."""
    return short_money(minor, currency).replace(" million", " m").replace(" billion", " bn")


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
    """A written value: a large number with thousands, `not met` for `not_met`, lists and tables without brackets."""
    number = parse_decimal(text)
    if number is not None and abs(number) >= 1000 and number.denominator == 1:
        return f"{int(number):,}"
    if _BRACKETED.fullmatch(text):
        return text[1:-1]
    return text.replace("_", " ") if _STATUS.fullmatch(text) else text


def setting_words(path: str, text: str, result: Result) -> str:
    """A value as it stands at a path: with the currency's sign where the path is a price or an amount."""
    number = parse_decimal(text)
    if number is None or not _OF_MONEY.search(path):
        return value_words(text)
    return money(number * 10 ** minor_digits(result.currency), result.currency)


def path_words(path: str, result: Result) -> str:
    """What a path names: `price`, `remission: if missing`, `chance of disease status CR`."""
    parts = path.removeprefix("contract.").split(".")
    if parts[0] == "cohort" and len(parts) > 3 and parts[1] == "outcomes":
        inputs, item = dict(result.inputs), f"cohort.outcomes.{parts[2]}"
        measure = inputs.get(f"{item}.measure") or inputs.get(f"{item}.event") or item
        drawn = f"{measure} {inputs.get(f'{item}.value', '')}".strip().replace("_", " ")
        return f"chance of {drawn}" if parts[3:] == ["chance"] else f"{drawn}: {_plain(parts[3:])}"
    if parts[:2] == ["cohort", "attributes"] and len(parts) > 2:
        parts = parts[1:]
    if path == "cohort.coverage.leave":
        return "share that leaves coverage"
    if parts[0] in ("terms", "cohort", "outcomes", "payments", "refunds", "attributes") and len(parts) > 1:
        return _plain(parts[1:2]) + (": " + _plain(parts[2:]) if parts[2:] else "")
    return _plain(parts)


def as_written(result: Result) -> dict[str, str]:
    """Of each varied path its value as it stands, spelled as among the values tried where it is one of them."""
    found = {}
    for swing in result.swings:
        number = _size(swing.base_value)
        same = (
            v for v, _ in swing.values if v == swing.base_value or (number is not None and _size(v) == number)
        )
        found[swing.path] = next(same, swing.base_value)
    return found


def _size(text: str) -> Fraction | None:
    """The number that a text says, a share as a part of one."""
    number = parse_decimal(text.removesuffix("%").rstrip())
    return number / 100 if number is not None and text.endswith("%") else number


def agreement_name(variant: VariantResult) -> str:
    """What an agreement set beside others is called: the one as written by its folder."""
    return variant.contract if variant.name == "base" else variant.name


def sentence(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _plain(parts: list[str]) -> str:
    return re.sub("_", " ", ", ".join(parts))
