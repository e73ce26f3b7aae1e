"""The columns that hold an outcome's status and what it rests on."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.language import meaning as m
from engine.plan.tree import Col, Expr, Type, call, integer, text

PENDING = text("pending")
KEPT = ("status", "decided_on", "basis", "key", "count")  # what is left of an outcome once it is decided


def further(o: m.Outcome) -> tuple[tuple[str, Type], ...]:
    """The parts beyond those, of an outcome that rows decided.

    `begun`: the first result of the run that `key` ends. `baseline_over`: the baseline in billionths, summed over
    `baseline_under` rows where it is a mean, else `baseline_key`'s. `covered`: the window's days with supply.
    """
    parts: list[tuple[str, Type]] = []
    if o.pick.kind in ("consecutive", "sustained"):
        parts.append(("begun", Type.KEY))
    if o.pick.kind == "days_covered":
        parts.append(("covered", Type.INTEGER))
    if o.baseline is not None:
        of_all = o.baseline.pick == "mean"
        parts.append(("baseline_over", Type.WIDE))
        parts.append(("baseline_under", Type.INTEGER) if of_all else ("baseline_key", Type.KEY))
    return tuple(parts)


def further_keys(o: m.Outcome) -> tuple[str, ...]:
    """The parts that hold evidence keys beside `key`."""
    return tuple(part for part, type_ in further(o) if type_ is Type.KEY)


def kept(o: m.Outcome) -> tuple[str, ...]:
    """The parts that are left of an outcome once it is decided."""
    return (*KEPT, *(part for part, _ in further(o)))


def row_columns(outcomes: Iterable[m.Outcome]) -> tuple[str, ...]:
    """What a table of statuses calls the rows that these rest on: `row_no`, and as many more as one of them has."""
    most = max((len(further_keys(o)) for o in outcomes), default=0)
    return ("row_no", *(f"row_no_{k}" for k in range(2, most + 2)))


def outcome_column(outcome: str, part: str, type_: Type = Type.TEXT) -> Col:
    """A column of the state that belongs to an outcome, such as `remission__status`."""
    return Col(f"{outcome}__{part}", type_)


def counts_supply(outcomes: Iterable[m.Outcome]) -> bool:
    """Whether a table of statuses says how many days were `covered`."""
    return any(o.pick.kind == "days_covered" for o in outcomes)


def window_days(outcome: str) -> Expr:
    """The number of days of an outcome's window."""
    first, last = (outcome_column(outcome, part, Type.DATE) for part in ("first_day", "last_day"))
    return call("add", Type.INTEGER, call("days_between", Type.INTEGER, first, last), integer(1))


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
