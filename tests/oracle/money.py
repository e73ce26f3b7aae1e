"""Exact numbers and the one rounding."""

import re
from fractions import Fraction

CURRENCIES_WITH_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""ISO 4217 minor unit, in digits, of the currencies where it is not 2."""

PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def plain_number(text: str) -> Fraction | None:
    """The value of a plain decimal (`12`, `-0.5`); None for anything else."""
    return Fraction(text) if PLAIN.fullmatch(text) else None


def number_or_percent(text: str) -> Fraction:
    """The value of `649000.00` or `80%`. Raises ValueError for anything else."""
    stripped = text.strip()
    number = plain_number(stripped.removesuffix("%").rstrip())
    if number is None:
        raise ValueError(f"not a number: {text!r}")
    return number / 100 if stripped.endswith("%") else number


def digits_of(currency: str) -> int:
    """How many decimals the currency's minor unit has."""
    for digits, currencies in CURRENCIES_WITH_DIGITS.items():
        if currency in currencies.split():
            return digits
    return 2


def to_minor(amount: Fraction, currency: str) -> int:
    """The amount in minor units, rounded once, half up (away from zero)."""
    scaled = abs(amount) * Fraction(10) ** digits_of(currency)
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return whole if amount >= 0 else -whole


def money_text(minor: int, currency: str) -> str:
    """Minor units as a decimal text: -64900000 USD is "-649000.00"."""
    digits = digits_of(currency)
    sign = "-" if minor < 0 else ""
    if digits == 0:
        return f"{sign}{abs(minor)}"
    whole, part = divmod(abs(minor), 10**digits)
    return f"{sign}{whole}.{part:0{digits}d}"
