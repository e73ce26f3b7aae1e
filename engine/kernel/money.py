"""Exact money: decimals as text, fractions in between, integers of the minor unit where engines compute.

A currency's minor unit is the number of decimals that ISO 4217 gives it. Rounding happens once, at the
line, half up (away from zero).
"""

import re
from fractions import Fraction

# ISO 4217: currencies whose minor unit is not two decimals.
_MINOR_DIGITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
_TWO_DIGITS = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE "
    "CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD "
    "HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP "
    "MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD "
    "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS "
    "VED VES WST XCD XCG YER ZAR ZMW ZWG".split()
)
CURRENCIES: frozenset[str] = _TWO_DIGITS | frozenset(_MINOR_DIGITS)

DECIMAL_PATTERN = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
_DECIMAL = re.compile(DECIMAL_PATTERN)


def minor_digits(currency: str) -> int:
    """Decimals of `currency`'s minor unit by ISO 4217 (2 for USD, 0 for KRW). KeyError if there is none."""
    if currency in _TWO_DIGITS:
        return 2
    return _MINOR_DIGITS[currency]


def parse_decimal(text: str) -> Fraction | None:
    """The exact value of a plain decimal (`-12.50`); None for anything else (`1e3`, `1_000`, `,5`, blanks)."""
    return Fraction(text) if _DECIMAL.fullmatch(text) else None


def round_half_up(value: Fraction) -> int:
    """`value` to the nearest integer, halves away from zero."""
    magnitude = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return magnitude if value >= 0 else -magnitude


def to_minor(value: Fraction, currency: str) -> int:
    """`value` in major units as an integer of the minor unit, rounded half up."""
    return round_half_up(value * 10 ** minor_digits(currency))


def format_minor(minor: int, currency: str) -> str:
    """An integer of the minor unit as an exact decimal: -64900000 in USD is `-649000.00`."""
    digits = minor_digits(currency)
    sign = "-" if minor < 0 else ""
    text = str(abs(minor)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else f"{sign}{text}"


def format_thousands(minor: int, currency: str) -> str:
    """For people: `1,947,000.00`, and `(649,000.00)` where negative."""
    major, _, cents = format_minor(abs(minor), currency).partition(".")
    text = f"{int(major):,}" + (f".{cents}" if cents else "")
    return f"({text})" if minor < 0 else text


def format_fraction(value: Fraction) -> str:
    """A fraction as the shortest exact decimal where it has one, else as `p/q`."""
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
        if digits > 18:
            return f"{value.numerator}/{value.denominator}"
    scaled = value * 10**digits
    sign = "-" if scaled < 0 else ""
    text = str(abs(scaled.numerator)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else f"{sign}{text}"
