"""The columns that hold an outcome's status and what it rests on."""

from dataclasses import dataclass

from engine.plan.tree import Col, Type, text
from engine.plan.values import outcome_column

PENDING = text("pending")
KEPT = ("status", "decided_on", "basis", "key", "count")  # what is left of an outcome once it is decided


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
