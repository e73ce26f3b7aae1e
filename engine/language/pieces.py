"""The scalars of the language: texts, names, dates, numbers, offsets, expressions, each with its schema."""

import re
from collections.abc import Collection

from engine.kernel.dates import Shift
from engine.kernel.diagnostics import nearest
from engine.kernel.money import CURRENCIES
from engine.language import scalars
from engine.language.meaning import Offset
from engine.language.notes import Unfit
from engine.language.offsets import offset_pattern, parse_offset
from engine.language.shapes import JSON, Leaf

MAX_TEXT = 2_000
RESERVED = frozenset(
    (
        *("net", "as_of", "known_by", "paid", "invoiced", "payments", "refunds"),
        *("index", "index_date", "age_at_index", "due", "decided"),
        *("day", "days", "week", "weeks", "month", "months", "year", "years"),
        *("and", "or", "not", "in", "is", "of", "true", "false", "null"),
        *("at_least", "at_most", "above", "below", "between", "min", "max"),
        *("months_between", "days_between", "years_between"),
        *("met", "not_met", "not_evaluable", "pending", "disputed"),
    )
)
_ID_PATTERN = "[A-Za-z0-9][A-Za-z0-9._-]*"
_OTHER_NAMES = {
    "€": "EUR",
    "EURO": "EUR",
    "$": "USD",
    "US$": "USD",
    "DOLLAR": "USD",
    "£": "GBP",
    "WON": "KRW",
    "₩": "KRW",
}


def _plain(text: str) -> str:
    if not text.strip():
        raise Unfit("empty_value", "the text is empty")
    if len(text) > MAX_TEXT:
        raise Unfit("too_long", f"a text of {len(text):,} characters; {MAX_TEXT:,} are read at most")
    return text.strip()


def _expression(text: str) -> str:
    """The text as it stands, so that places within it hold."""
    _plain(text)
    return text


def _contract_id(text: str) -> str:
    if not re.fullmatch(_ID_PATTERN, text) or len(text) > 80:
        hint = "use letters, digits, '-', '_' and '.', such as kymriah-us-day30"
        raise Unfit("not_a_word", f"'{scalars.shown(text)}' cannot be a contract's name", hint, 0, len(text))
    return text


def _amendment_id(text: str) -> str:
    if not re.fullmatch(_ID_PATTERN, text) or len(text) > 80:
        hint = "use letters, digits, '-', '_' and '.', such as A1"
        raise Unfit(
            "not_a_word", f"'{scalars.shown(text)}' cannot be an amendment's name", hint, 0, len(text)
        )
    return text


def _currency(text: str) -> str:
    if text in CURRENCIES:
        return text
    upper = text.upper()
    guess = _OTHER_NAMES.get(upper) or (upper if upper in CURRENCIES else "")
    hint = f"did you mean '{guess}'?" if guess else nearest(upper, sorted(CURRENCIES))
    problem = f"'{scalars.shown(text)}' is not a currency of ISO 4217"
    raise Unfit("currency", problem, hint or "write three capital letters, such as USD", 0, len(text))


def _name(text: str) -> str:
    return scalars.word(text, RESERVED)


def _any_word(text: str) -> str:
    """A name of the feed's: a measure, an event, a source."""
    if not re.fullmatch(r"\S(?:.*\S)?", text) or len(text) > 120:
        raise Unfit("not_a_word", f"'{scalars.shown(text)}' cannot be a name", "", 0, len(text))
    return text


def _pattern(pattern: str, **more: object) -> JSON:
    return {"type": "string", "pattern": f"^(?:{pattern})$", **more}


_NUMBER_PATTERN = (
    f"-?(?:0|[1-9][0-9]{{0,{scalars.MAX_INTEGER_DIGITS - 1}}})(?:\\.[0-9]{{1,{scalars.MAX_DECIMALS}}})?"
)
_NUMBER_SCHEMA: JSON = {"type": "number", "exclusiveMinimum": -(10**18), "exclusiveMaximum": 10**18}
_TEXT_SCHEMA: JSON = {"type": ["string", "number", "boolean"], "pattern": r"\S", "maxLength": MAX_TEXT}
_WORD_SCHEMA: JSON = {"type": ["string", "number", "boolean"], "pattern": r"^\S(?:.*\S)?$", "maxLength": 120}
_DECIMAL_SCHEMA: JSON = {"anyOf": [_NUMBER_SCHEMA, _pattern(_NUMBER_PATTERN)]}
_SHARE_SCHEMA: JSON = {"anyOf": [_NUMBER_SCHEMA, _pattern(_NUMBER_PATTERN + " ?%?")]}
NAME_SCHEMA: JSON = _pattern(scalars.WORD_PATTERN, maxLength=60) | {"not": {"enum": sorted(RESERVED)}}

TEXT = Leaf("a text", _plain, _TEXT_SCHEMA)
CONTRACT_ID = Leaf(
    "the contract's name, such as kymriah-us-day30", _contract_id, _pattern(_ID_PATTERN, maxLength=80)
)
AMENDMENT_ID = Leaf("the amendment's name, such as A1", _amendment_id, _pattern(_ID_PATTERN, maxLength=80))
CURRENCY = Leaf("a currency of ISO 4217, such as USD", _currency, {"enum": sorted(CURRENCIES)})
NAME = Leaf("a name", _name, NAME_SCHEMA)
REFERENCE = Leaf("a name", _plain, {"type": "string", "minLength": 1})
FEED_NAME = Leaf("a name from the feed", _any_word, _WORD_SCHEMA)
DATE = Leaf("a date, such as 2018-01-31", scalars.day, _pattern(scalars.DATE_PATTERN, format="date"))
NUMBER = Leaf("a number, such as 3.5", scalars.without_percent, _DECIMAL_SCHEMA)
SHARE = Leaf("a number or a percentage, such as 649000.00 or 80%", scalars.share, _SHARE_SCHEMA)
PERCENT = Leaf("a number of percent, such as -50 or -50%", scalars.percent, _SHARE_SCHEMA)
PART = Leaf("a share of all days, such as 80% or 0.8", scalars.part_of_all, _SHARE_SCHEMA)
LENGTH: Leaf[Shift] = Leaf(
    "a length of time, such as 12 months", scalars.length, _pattern(scalars.LENGTH_PATTERN)
)
DAYS = Leaf(
    "a number of days, such as 38 days", scalars.days_long, _pattern("(?:0|[1-9][0-9]*) (?:day|week)s?")
)
CONDITION = Leaf(
    "a condition, such as remission is met",
    _expression,
    {"type": "string", "pattern": r"\S", "maxLength": MAX_TEXT},
)
AMOUNT = Leaf(
    "an amount, such as 80% of price",
    _expression,
    {"type": ["string", "number"], "pattern": r"\S", "maxLength": MAX_TEXT},
)
# An amount that its reader refuses where it is not 0.
NOTHING = Leaf(
    "0",
    _expression,
    {"type": ["string", "number"], "pattern": r"\S", "maxLength": MAX_TEXT, "minimum": 0, "maximum": 0},
)


def whole_number(low: int, high: int) -> Leaf[int]:
    """A whole number between two bounds, both included."""
    schema: JSON = {"type": "integer", "minimum": low, "maximum": high}
    return Leaf(f"a whole number from {low} to {high}", lambda text: scalars.whole(text, low, high), schema)


def offset(*anchors: str) -> Leaf[Offset]:
    """A day reckoned from one of the anchors `index`, `due` and `decided`."""
    allowed: Collection[str] = anchors

    def parse(text: str) -> Offset:
        return parse_offset(text, allowed)

    return Leaf("a day, such as 'index', 'day 30' or 'month 6'", parse, _pattern(offset_pattern(anchors)))
