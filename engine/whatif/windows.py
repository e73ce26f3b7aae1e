"""A window that is set moves the decided day along: the time that is left for reports stays as it was agreed."""

from dataclasses import replace

from engine.kernel.dates import Shift
from engine.language.notes import Unfit
from engine.language.offsets import parse_offset
from engine.language.yaml_reader import Mapping, Scalar, Sequence
from engine.whatif import changing


def decided_with_window(tree: Mapping, path: str, window: object) -> tuple[str, Scalar] | None:
    """The path and value of the decided day that goes with `window` at a path `outcomes.NAME.window`.

    None where the path is another one, where no decided day is written, or where days and months differ in a way that
    leaves no one answer.
    """
    parts = path.split(".")
    if len(parts) != 3 or parts[0] != "outcomes" or parts[2] != "window":
        return None
    own = f"outcomes.{parts[1]}.decided"
    decided, before = changing.found(tree, own), changing.found(tree, path)
    ends = [_last(before), _last(window)]
    written = _shift(decided)
    if written is None or ends[0] is None or ends[1] is None or not isinstance(decided, Scalar):
        return None
    moved = Shift(
        written.months + ends[1].months - ends[0].months, written.days + ends[1].days - ends[0].days
    )
    return own, replace(decided, text=_text(moved), inner=None)


def _last(window: object) -> Shift | None:
    return _shift(window.items[1]) if isinstance(window, Sequence) and len(window.items) == 2 else None


def _shift(node: object) -> Shift | None:
    if not isinstance(node, Scalar):
        return None
    try:
        return parse_offset(node.text, ("index",)).shift
    except Unfit:
        return None


def _text(shift: Shift) -> str:
    if not shift.months:
        return f"day {shift.days}"
    sign = "-" if shift.days < 0 else "+"
    return f"month {shift.months}" + (f" {sign} {abs(shift.days)} days" if shift.days else "")
