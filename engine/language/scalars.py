"""What a text says where a number, a date, a word or a length of time is asked for. Never a float."""

import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from engine.kernel.dates import FIRST_DAY, LAST_DAY, Shift
from engine.kernel.diagnostics import nearest
from engine.kernel.money import parse_decimal
from engine.language.notes import Unfit

MAX_INTEGER_DIGITS = 18
MAX_DECIMALS = 9
MAX_DAYS = 36_500
MAX_MONTHS = 1_200
WORD_PATTERN = "[a-z][a-z0-9_]*"
DATE_PATTERN = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
LENGTH_PATTERN = "(?:0|[1-9][0-9]*) (?:day|week|month|year)s?"
_UNITS = {"day": Shift(days=1), "week": Shift(days=7), "month": Shift(months=1), "year": Shift(months=12)}
_SHOWN = 40

_WHY_NO_NUMBER = (
    (r"[+-]?[0-9][0-9.]*[eE][+-]?[0-9]+", "exponents are refused", "write all digits"),
    (r"[+-]?0[xXoObB][0-9a-fA-F]+", "only decimal digits are numbers", "write it as a decimal"),
    (r"[+-]?[0-9][0-9_]*_[0-9_.]*", "underscores in numbers are refused", "write the digits alone"),
    (r"[+-]?[0-9]+([,' ][0-9]{3})+(\.[0-9]+)?", "thousands stand together", "write the digits alone"),
    (r"[+-]?[0-9]+,[0-9]+", "the decimal sign is a point", "write 0.5, not 0,5"),
    (r"[+-]?\.[0-9]+", "a digit must stand before the point", "write 0.5, not .5"),
    (r"[+-]?[0-9]+\.", "a digit must stand after the point", "write 5 or 5.0"),
    (r"[+-]?0[0-9]+(?:\.[0-9]+)?", "leading zeros are refused", "write it without them"),
    (r"\+[0-9.]+", "a plus sign is refused", "write the digits alone"),
    (r"[+-]?\.?(?i:inf|infinity|nan)", "it is no number", ""),
)


def shown(text: str) -> str:
    """The text for a message, cut short where it is long."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def number(text: str) -> Fraction:
    """The exact value of a plain decimal. Raises Unfit with the reason for any other way to write a number."""
    digits = text.lstrip("-").partition(".")
    if len(digits[0]) > MAX_INTEGER_DIGITS and text.strip("-0123456789.") == "":
        problem = f"a number of more than {MAX_INTEGER_DIGITS} digits before the point"
        raise Unfit("number_too_large", problem, "", 0, len(text))
    value = parse_decimal(text)
    if value is None:
        raise _no_number(text)
    if len(digits[2]) > MAX_DECIMALS:
        raise Unfit("number_too_fine", f"a number of more than {MAX_DECIMALS} decimals", "", 0, len(text))
    return value


def _no_number(text: str) -> Unfit:
    for pattern, why, hint in _WHY_NO_NUMBER:
        if re.fullmatch(pattern, text):
            return Unfit(
                "not_a_number", f"'{shown(text)}' is not read as a number: {why}", hint, 0, len(text)
            )
    problem = f"'{shown(text)}' is not a number"
    return Unfit("not_a_number", problem, "write an exact decimal, such as 649000.00", 0, len(text))


def share(text: str) -> Fraction:
    """The exact value of a decimal or a percentage: `80%` is 4/5. Raises Unfit for anything else."""
    if text.endswith("%"):
        return number(text[:-1].rstrip()) / 100
    return number(text)


def part_of_all(text: str) -> Fraction:
    """A share from 0 to 1, as `80%` or `0.8`. Raises Unfit for anything else."""
    value = share(text)
    if not 0 <= value <= 1:
        hint = "write it as 80% or as 0.8"
        raise Unfit("out_of_range", f"'{shown(text)}' is not a share from 0% to 100%", hint, 0, len(text))
    return value


def without_percent(text: str) -> Fraction:
    """A decimal where a percentage would be unclear. Raises Unfit for a percentage too."""
    if text.endswith("%"):
        hint = "write the number alone: it is compared with the values as they are reported"
        raise Unfit(
            "not_a_number", f"'{shown(text)}' is a percentage; a number is needed", hint, 0, len(text)
        )
    return number(text)


def percent(text: str) -> Fraction:
    """The number of percent, with or without its sign: `-50` and `-50%` are both -50. Raises Unfit.

    Only numbers that can be compared exactly with any change of values, in 128 bits.
    """
    value = number(text.removesuffix("%").rstrip())
    if abs(value.numerator) > 10**11 or value.denominator > 10**8:
        problem = f"'{shown(text)}' is a percentage of too many digits"
        raise Unfit("out_of_range", problem, "11 digits are read, 8 of them decimals", 0, len(text))
    return value


def whole(text: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`. Raises Unfit for anything else."""
    value = number(text)
    if value.denominator != 1 or "." in text:
        raise Unfit("not_whole", f"'{shown(text)}' is not a whole number", "", 0, len(text))
    if not low <= value <= high:
        raise Unfit("out_of_range", f"{shown(text)} is not between {low} and {high}", "", 0, len(text))
    return int(value)


def day(text: str) -> date:
    """The date that `2018-01-31` names. Raises Unfit for anything else."""
    if not re.fullmatch(DATE_PATTERN, text):
        hint = "write year-month-day, such as 2018-01-31"
        raise Unfit("not_a_date", f"'{shown(text)}' is not a date", hint, 0, len(text))
    try:
        value = date.fromisoformat(text)
    except ValueError:
        raise Unfit("not_a_date", f"there is no day {text}", "", 0, len(text)) from None
    if not FIRST_DAY <= value <= LAST_DAY:
        raise Unfit("not_a_date", f"{text} is not between {FIRST_DAY} and {LAST_DAY}", "", 0, len(text))
    return value


def length(text: str) -> Shift:
    """The length of time that `12 months` names (days, weeks, months, years). Raises Unfit."""
    found = re.fullmatch(r"(\S+)\s+([a-z]+)", text)
    unit = found[2].removesuffix("s") if found else ""
    if not found or unit not in _UNITS:
        hint = nearest(found[2], [f"{u}s" for u in _UNITS]) if found else ""
        problem = f"'{shown(text)}' is not a length of time"
        raise Unfit(
            "not_a_length", problem, hint or "write '30 days', '4 weeks', '12 months', '1 year'", 0, len(text)
        )
    return sane(times(_UNITS[unit], whole(found[1], 0, MAX_DAYS)), text)


def days_long(text: str) -> int:
    """The days in `38 days` or `4 weeks`. Raises Unfit for months and years, which differ in length."""
    shift = length(text)
    if shift.months:
        hint = "months and years differ in length: write '30 days'"
        raise Unfit("not_a_length", f"'{text}' is not a number of days", hint, 0, len(text))
    return shift.days


def times(shift: Shift, factor: int) -> Shift:
    """The length `factor` times."""
    return Shift(shift.months * factor, shift.days * factor)


def plus(one: Shift, other: Shift) -> Shift:
    """Both lengths together: months with months, days with days."""
    return Shift(one.months + other.months, one.days + other.days)


def sane(shift: Shift, text: str) -> Shift:
    """The same length. Raises Unfit where it is over a hundred years."""
    if abs(shift.days) > MAX_DAYS or abs(shift.months) > MAX_MONTHS:
        problem = f"'{shown(text)}' is over {MAX_DAYS:,} days or {MAX_MONTHS:,} months"
        raise Unfit("out_of_range", problem, "", 0, len(text))
    return shift


def word(text: str, reserved: Iterable[str] = ()) -> str:
    """A name of the contract's own. Raises Unfit for what is no plain word, or one that means something."""
    if not re.fullmatch(WORD_PATTERN, text) or len(text) > 60:
        hint = "begin with a small letter, go on with small letters, digits and _"
        raise Unfit("not_a_word", f"'{shown(text)}' cannot be a name", hint, 0, len(text))
    if text in reserved:
        raise Unfit("reserved", f"'{text}' has a meaning of its own and cannot be a name", "", 0, len(text))
    return text


def truth(text: str) -> bool:
    """The value of `true` or `false`, the only booleans. Raises Unfit for anything else."""
    if text not in ("true", "false"):
        problem = f"'{shown(text)}' is neither true nor false"
        raise Unfit("not_a_truth", problem, "the only booleans are true and false", 0, len(text))
    return text == "true"
