"""Days reckoned from an anchor, as written: `day 30`, `month 12 - 60 days`, `due - 12 months + 1 day`."""

import re
from collections.abc import Callable, Collection
from functools import partial
from typing import TypeVar

from engine.kernel.dates import Shift
from engine.kernel.diagnostics import nearest
from engine.language.meaning import Offset
from engine.language.notes import Unfit
from engine.language.scalars import MAX_DAYS, length, plus, sane, shown, times, whole

T = TypeVar("T")
_ANCHORS = {"index": "index", "due": "due", "decided": r"[a-z][a-z0-9_]*\.decided"}
_UNITS = {"day": Shift(days=1), "week": Shift(days=7), "month": Shift(months=1), "year": Shift(months=12)}
_HEAD = re.compile(
    r"(?P<unit>day|week|month|year)\s+(?P<n>-?[0-9]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<dot>\.\w+)?"
)
_TAIL = re.compile(r"\s*(?P<sign>[+-])\s*(?P<length>[0-9]+\s+[a-z]+)")
_EXAMPLES = "write 'index', 'day 30', 'week 12', 'month 6', 'year 2' or 'month 12 - 60 days'"


def offset_pattern(anchors: Collection[str]) -> str:
    """The regular expression of offsets from some of the anchors `index`, `due` and `decided`, for editors."""
    heads = "|".join(_ANCHORS[anchor] for anchor in anchors)
    head = rf"(?:{heads}|(?:day|week|month|year) +-?[0-9]+)"
    return head + r"(?: *[+-] *[0-9]+ +(?:day|week|month|year)s?)*"


def parse_offset(text: str, anchors: Collection[str]) -> Offset:
    """The offset that `text` says, from one of `anchors`. Raises Unfit with what was expected."""
    head = _HEAD.match(text)
    if not head:
        raise _no_offset(text)
    if head["unit"]:
        n = _within(head.start("n"), lambda: whole(head["n"], -MAX_DAYS, MAX_DAYS))
        anchor, outcome, shift = "index", None, times(_UNITS[head["unit"]], n)
    else:
        anchor, outcome = _anchor(text, head["name"], head["dot"], anchors)
        shift = Shift()
    at = head.end()
    while at < len(text):
        tail = _TAIL.match(text, at)
        if not tail:
            raise _no_offset(text, at)
        step = _within(tail.start("length"), partial(length, " ".join(tail["length"].split())))
        shift = plus(shift, times(step, -1 if tail["sign"] == "-" else 1))
        at = tail.end()
    clean = " ".join(text.split())
    if anchor == "decided":
        return Offset("decided", sane(shift, text), outcome, clean)
    return Offset("due" if anchor == "due" else "index", sane(shift, text), None, clean)


def _within(start: int, read: Callable[[], T]) -> T:
    """What `read` gives; its problem is placed at `start` of the whole text."""
    try:
        return read()
    except Unfit as unfit:
        raise unfit.moved(start) from None


def _anchor(text: str, name: str, dot: str | None, anchors: Collection[str]) -> tuple[str, str | None]:
    """The anchor's kind and, for `NAME.decided`, the outcome. Raises Unfit."""
    if dot == ".decided":
        if "decided" not in anchors:
            hint = "reckon from the index date, such as 'day 30'"
            raise Unfit(
                "offset", f"'{name}.decided' cannot be the anchor here", hint, 0, len(name) + len(dot)
            )
        return "decided", name
    if dot:
        hint = f"write '{name}.decided'"
        raise Unfit("offset", f"'{shown(name + dot)}' is not a day", hint, 0, len(name) + len(dot))
    if name not in ("index", "due"):
        raise _no_offset(text)
    if name not in anchors:
        hint = "'due' is a clause's own due date: it stands in the windows of outcomes"
        raise Unfit(
            "offset", f"'{name}' cannot be the anchor here", hint if name == "due" else "", 0, len(name)
        )
    return name, None


def _no_offset(text: str, at: int = 0) -> Unfit:
    code = "offset"
    if found := re.fullmatch(r"(-?[0-9]+)\s+(day|week|month|year)s?", text):
        return Unfit(
            code, f"'{text}' is a length of time, not a day", f"write '{found[2]} {found[1]}'", 0, len(text)
        )
    if found := re.match(r"(days|weeks|months|years)\s+(-?[0-9]+)", text):
        hint = f"write '{found[1][:-1]} {found[2]}'"
        return Unfit(code, f"'{shown(text)}' is not a day", hint, 0, len(text))
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return Unfit(
            code, f"'{text}' is a date; a day reckoned from an anchor is needed", _EXAMPLES, 0, len(text)
        )
    if at:
        hint = "after the anchor come lengths with + or -, such as '+ 30 days' or '- 12 months'"
        return Unfit(code, f"'{shown(text[at:].strip())}' is not a length of time", hint, at, len(text) - at)
    first = re.split(r"[\s.]", text.strip(), maxsplit=1)[0]
    close = nearest(first, ("index", "due", "day", "week", "month", "year"))
    return Unfit(code, f"'{shown(text)}' is not a day", close or _EXAMPLES, 0, len(text))
