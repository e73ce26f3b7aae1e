"""Days reckoned from an anchor, and windows of them."""

from dataclasses import dataclass
from typing import Literal

from engine.kernel.dates import Shift

NO_SHIFT = Shift()


@dataclass(frozen=True, slots=True)
class Offset:
    """A day reckoned from an anchor: the index date, the clause's due date, or a status's decided day."""

    anchor: Literal["index", "due", "decided"]
    shift: Shift = NO_SHIFT
    outcome: str | None = None  # which status, for the anchor `decided`
    text: str = ""  # as written: `month 12 - 60 days`


@dataclass(frozen=True, slots=True)
class Window:
    """The effective dates that count; both ends included."""

    first: Offset
    last: Offset

    @property
    def uses_due(self) -> bool:
        return "due" in (self.first.anchor, self.last.anchor)
