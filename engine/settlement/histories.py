"""Small histories of a patient that try out a contract: boundary days, each kind of value, deaths, nothing at all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import islice, product
from typing import Literal

from engine.kernel.dates import LAST_DAY, Shift
from engine.kernel.diagnostics import Place
from engine.kernel.money import format_fraction
from engine.language import meaning as m
from engine.language.examples import Example, ExampleOutcome, ExampleSpan, ExampleTreatment
from engine.language.trees import walk

NOWHERE = Place("")
OTHER_WORD = "other"  # a word that no test lists
_MOST_ATTRIBUTES = 48
_MOST_COPIES = 40
_DAYS_OF_SERIES = 3  # of a long series: its first due dates and its last
_Add = Callable[[str, Iterable[str]], None]
_CAUSES = ("related", "unrelated", "unknown")


@dataclass(frozen=True, slots=True)
class History:
    """Rows and spans of one patient, and of which outcomes they are meant to decide."""

    outcomes: tuple[ExampleOutcome, ...] = ()
    coverage: tuple[ExampleSpan, ...] = ()

    @property
    def size(self) -> int:
        return len(self.outcomes) + len(self.coverage)

    def on(self, treatment: ExampleTreatment) -> ExampleTreatment:
        return replace(treatment, outcomes=self.outcomes, coverage=self.coverage)

    def with_(self, other: "History") -> "History":
        kept = tuple(row for row in other.outcomes if row not in self.outcomes)
        return History(self.outcomes + kept, self.coverage or other.coverage)


# --- treatments -------------------------------------------------------------------------------------


def treatments(contract: m.Contract, examples: Sequence[Example]) -> list[ExampleTreatment]:
    """Treatments that may be the contract's: those of its examples first, then made-up ones."""
    known = [replace(t, outcomes=(), coverage=()) for example in examples for t in example.treatments]
    return list(dict.fromkeys(known))[:_MOST_ATTRIBUTES] or list(_made_up(contract))


def _made_up(contract: m.Contract) -> Iterator[ExampleTreatment]:
    index = contract.in_force_from
    values = _attribute_values(contract, index)
    for chosen in islice(product(*values.values()), _MOST_ATTRIBUTES):
        yield ExampleTreatment(index, tuple(zip(values, chosen, strict=True)), (), ())


def _attribute_values(contract: m.Contract, index: date) -> dict[str, list[str]]:
    """For each column that the contract reads, values on either side of what it is compared with."""
    found: dict[str, dict[str, None]] = {}

    def add(name: str, values: Iterable[str]) -> None:
        found.setdefault(name, {}).update(dict.fromkeys(values))

    trees = (contract.eligible, contract.clauses, contract.limits)
    for node in walk(trees):
        if isinstance(node, m.Truth):
            add(node.column.name, ("true", "false"))
        elif isinstance(node, m.Compare):
            for side, other in ((node.left, node.right), (node.right, node.left)):
                _compared(side, other, index, add)
        elif isinstance(node, m.InList) and isinstance(node.value, m.Column):
            add(node.value.name, [o.value for o in node.options if isinstance(o, m.Text)])
        elif isinstance(node, m.Invoiced):
            add("amount", ("1000.00",))
        elif isinstance(node, m.AgeAtIndex):
            add("birth_date", (_born(index, 40),))
    for node in walk(trees):
        if isinstance(node, m.Column) and node.type == "number":
            add(node.name, ("10",) if node.name not in found else ())
    return {name: list(values)[:4] for name, values in found.items() if name != "index_date"}


def _compared(side: m.Value, other: m.Value, index: date, add: _Add) -> None:
    if isinstance(side, m.AgeAtIndex) and isinstance(other, m.Number):
        years = int(other.value)
        add("birth_date", [_born(index, max(0, years + step)) for step in (0, 1, -1)])
    elif isinstance(side, m.Column) and isinstance(other, m.Number):
        add(side.name, [format_fraction(other.value + step) for step in (0, 1, -1)])
    elif isinstance(side, m.Column) and isinstance(other, m.Text):
        add(side.name, (other.value, OTHER_WORD))


def _born(index: date, years: int) -> str:
    return index.replace(year=index.year - years, day=min(index.day, 28)).isoformat()


# --- histories --------------------------------------------------------------------------------------


def single_histories(contract: m.Contract, index: date) -> list[History]:
    """Nothing at all; then one kind of thing at a time: rows of each outcome, a death, the end of coverage."""
    found = [History()]
    for outcome in contract.outcomes:
        found += _of_outcome(contract, outcome, index)
    days = sorted(
        {day for o in contract.outcomes for w in windows(contract, o, index) for day in _inside(w, index)}
    )
    spread = days[:: max(1, len(days) // 3)] or [index + timedelta(days=1)]
    found += [History((_row("event", "death", day, index, cause),)) for day in spread for cause in _CAUSES]
    found += [History((), (_span(index, day),)) for day in (index, *spread)]
    return list(dict.fromkeys(found))


def windows(contract: m.Contract, outcome: m.Outcome, index: date) -> list[tuple[date, date]]:
    """The outcome's window, for each of some due dates where it goes by them."""
    found = []
    for due in _dues(contract, outcome, index):
        first, last = (_day(offset, index, due) for offset in (outcome.window.first, outcome.window.last))
        if first <= last and (first, last) not in found:
            found.append((first, last))
    return found


def _dues(contract: m.Contract, outcome: m.Outcome, index: date) -> list[date]:
    if not outcome.window.uses_due:
        return [index]
    fixed = [
        d.shift.after(index)
        for c in contract.clauses
        for d in c.dues
        if d is not None and d.anchor == "index"
    ]
    days = sorted(set(fixed))
    return days[:_DAYS_OF_SERIES] + days[-1:] if len(days) > _DAYS_OF_SERIES else days


def _day(offset: m.Offset, index: date, due: date) -> date:
    return offset.shift.after(due if offset.anchor == "due" else index)


def _inside(window: tuple[date, date], index: date) -> tuple[date, ...]:
    first, last = window
    middle = first + (last - first) // 2
    return tuple(day for day in (first, middle, last) if day > index)


def _of_outcome(contract: m.Contract, outcome: m.Outcome, index: date) -> list[History]:
    found = []
    kind = outcome.kind
    values = _values(outcome)
    before = _baseline_rows(outcome, index)
    for first, last in windows(contract, outcome, index):
        middle = first + (last - first) // 2
        days = dict.fromkeys((first, last, middle, first - timedelta(days=1), last + timedelta(days=1)))
        rows = [
            [_row(kind, outcome.source_name, day, index, v, outcome.unit)] for v in values for day in days
        ]
        for value in values:
            copies = [
                _row(kind, outcome.source_name, day, index, value, outcome.unit)
                for day in _several(first, last)
            ]
            rows += [copies[:n] for n in _counts(outcome) if n <= len(copies)]
            rows.append(
                [_row(kind, outcome.source_name, day, index, value, outcome.unit) for day in (first, last)]
            )
        found += [History((*before, *some)) for some in rows]
    return found


def _several(first: date, last: date) -> list[date]:
    """Days one after the other, as many as the window has or as are tried."""
    length = min((last - first).days + 1, _MOST_COPIES)
    return [first + timedelta(days=n) for n in range(length)]


def _counts(outcome: m.Outcome) -> list[int]:
    """How many rows it takes, and one fewer and more: every whole number in what is picked."""
    numbers = {n for n in (outcome.pick.at_least, outcome.pick.at_most) if n is not None}
    numbers |= {n for n in (getattr(outcome.pick, "times", None),) if isinstance(n, int)}
    return sorted(
        {n + step for n in numbers for step in (-1, 0, 1)} - {0, 1} - set(range(_MOST_COPIES, 10_001))
    )


def _values(outcome: m.Outcome) -> list[str | None]:
    """Values on either side of the test's bounds; a word of its list and another one; none where nothing is tested."""
    found: dict[str | None, None] = {}
    for node in walk(outcome.pick):
        if isinstance(node, m.OneOf):
            found.update(dict.fromkeys((node.values[0], OTHER_WORD)))
        elif isinstance(node, m.Bound | m.Between):
            bounds = [node.bound] if isinstance(node, m.Bound) else [node.low, node.high]
            for bound in bounds:
                found.update(dict.fromkeys(_around(bound, outcome)))
    return list(found) or ([None] if outcome.kind == "event" else ["1"])


def _around(bound: Fraction, outcome: m.Outcome) -> list[str]:
    near = [bound, bound + 1, bound - 1]
    if (
        getattr(outcome, "baseline", None) is not None
    ):  # change and percentage of a baseline of 100 are one number
        near = [100 + n for n in near]
    return [format_fraction(n) for n in near if n >= 0 or bound < 0]


def _baseline_rows(outcome: m.Outcome, index: date) -> tuple[ExampleOutcome, ...]:
    baseline = getattr(outcome, "baseline", None)
    if baseline is None:
        return ()
    day = _day(baseline.window.last, index, index)
    return (_row(outcome.kind, outcome.source_name, day, index, "100", outcome.unit),)


def _row(
    kind: Literal["measure", "event"],
    name: str,
    day: date,
    index: date,
    value: str | None = None,
    unit: str | None = None,
) -> ExampleOutcome:
    return ExampleOutcome(
        kind=kind,
        name=name,
        on=m.Offset("index", Shift(days=(day - index).days), None, f"day {(day - index).days}"),
        value=value,
        unit=unit if value is not None else None,
        known_on=None,
        source=None,
        record_id=None,
        status="final",
        place=NOWHERE,
    )


def _span(index: date, last: date) -> ExampleSpan:
    """Coverage from a year before the index date to a day."""
    return ExampleSpan(index - timedelta(days=365), last, None, None, NOWHERE)


def horizon(contract: m.Contract, index: date) -> date:
    """A day by which everything that can be decided or fall due on a treatment has been, and is known."""
    days = [index, *(a.signed for a in contract.amendments)]
    for outcome in contract.outcomes:
        days += [last for _, last in windows(contract, outcome, index)]
        days += [_day(outcome.decided, index, due) for due in _dues(contract, outcome, index)]
    decided = max(days)
    for clause in contract.clauses:
        for due in clause.dues:
            if due is not None:
                days.append(due.shift.after(decided if due.anchor == "decided" else index))
    return min(max(days) + timedelta(days=1 + contract.coverage_gap_days), LAST_DAY)
