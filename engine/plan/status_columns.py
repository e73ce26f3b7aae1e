"""The columns that hold an outcome's status and what it rests on."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.language import meaning as m
from engine.plan.tree import Col, Type, text
from engine.plan.values import outcome_column

PENDING = text("pending")
KEPT = ("status", "decided_on", "basis", "key", "count")  # what is left of an outcome once it is decided


def further_keys(o: m.Outcome) -> tuple[str, ...]:
    """The parts that hold evidence keys beside `key`: `begun`, the first result of the run that `key` ends."""
    return ("begun",) if o.pick.kind in ("consecutive", "sustained") else ()


def kept(o: m.Outcome) -> tuple[str, ...]:
    """The parts that are left of an outcome once it is decided."""
    return (*KEPT, *further_keys(o))


def row_columns(outcomes: Iterable[m.Outcome]) -> tuple[str, ...]:
    """What a table of statuses calls the rows that these rest on: `row_no`, and as many more as one of them has."""
    most = max((len(further_keys(o)) for o in outcomes), default=0)
    return ("row_no", *(f"row_no_{k}" for k in range(2, most + 2)))


@dataclass(frozen=True, slots=True)
class Names:
    """An outcome's columns by what they hold."""

    outcome: str

    def text(self, part: str) -> Col:
        return outcome_column(self.outcome, part)

    def day(self, part: str) -> Col:
        return outcome_column(self.outcome, part, Type.DATE)

    def key(self, part: str) -> Col:
        return outcome_column(self.outcome, part, Type.KEY)
