"""Small histories of a patient that try out a contract: boundary days, each kind of value, deaths, nothing at all."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from engine.kernel.dates import LAST_DAY, Shift
from engine.kernel.diagnostics import Place
from engine.kernel.money import format_fraction
from engine.language import meaning as m
from engine.language.examples import ExampleOutcome, ExampleSpan, ExampleTreatment
from engine.language.trees import walk

NOWHERE = Place("")
OTHER_WORD = "other"  # a word that no test lists
_MOST_COPIES = 40
_DAYS_OF_SERIES = 3  # of a long series: its first due dates and its last
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
        """The treatment with this history; who covers is its payer, where it names one."""
        payer = dict(treatment.columns).get("payer")
        spans = tuple(replace(span, payer=payer) for span in self.coverage)
        return replace(treatment, outcomes=self.outcomes, coverage=spans)

    def with_(self, other: "History") -> "History":
        kept = tuple(row for row in other.outcomes if row not in self.outcomes)
        return History(self.outcomes + kept, self.coverage or other.coverage)


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
    """Single rows of each value on each day, and several of one value where a number of them counts."""

    def row(day: date, value: str | None) -> ExampleOutcome:
        return _row(outcome.kind, outcome.source_name, day, index, value, outcome.unit)

    found: list[list[ExampleOutcome]] = []
    counts = _counts(contract, outcome)
    dated = _dates_of_tables(contract, outcome, index)
    for first, last in windows(contract, outcome, index):
        middle = first + (last - first) // 2
        near = (first, last, middle, first - timedelta(days=1), last + timedelta(days=1))
        days = dict.fromkeys((*near, *(day for day in dated if first <= day <= last)))
        for value in _values(contract, outcome) or _supplies(outcome, (last - first).days + 1):
            copies = [row(day, value) for day in _several(first, last)]
            found += [[row(day, value)] for day in days]
            found += [copies[:n] for n in counts if n <= len(copies)]
            found.append([row(first, value), row(last, value)])
    before = _baseline_rows(outcome, index)
    return [History((*before, *rows)) for rows in found]


def _several(first: date, last: date) -> list[date]:
    """Days one after the other, as many as the window has or as are tried."""
    length = min((last - first).days + 1, _MOST_COPIES)
    return [first + timedelta(days=n) for n in range(length)]


def _bounds_of_tables(
    contract: m.Contract, outcome: m.Outcome, field: str
) -> Iterator[tuple[Fraction, m.Table]]:
    """The bounds of tables that go by a field of the outcome, terms as first agreed."""
    for clause in contract.clauses:
        table = clause.amount
        if not isinstance(table, m.Table):
            continue
        fields = [
            n.field
            for n in walk(table.by)
            if isinstance(n, m.OutcomeField | m.RowField) and n.outcome == outcome.name
        ]
        for row in table.rows if field in fields else ():
            if isinstance(row.bound, m.Number):
                yield row.bound.value, table
            elif row.bound is not None:
                yield contract.term(row.bound.name).versions[0].value, table


def _dates_of_tables(contract: m.Contract, outcome: m.Outcome, index: date) -> list[date]:
    """Days on either side of the bounds of tables that go by the time to an outcome's date."""
    found = []
    for bound, table in _bounds_of_tables(contract, outcome, "date"):
        for unit in dict.fromkeys(n.unit for n in walk(table.by) if isinstance(n, m.Elapsed)):
            at = so_long(unit, min(int(bound), 600)).after(index)
            found += [at - timedelta(days=1), at, at + timedelta(days=1)]
    return found


def so_long(unit: str, number: int) -> Shift:
    """So many days, months or years."""
    return Shift(days=number) if unit == "days" else Shift(months=number * (12 if unit == "years" else 1))


def _counts(contract: m.Contract, outcome: m.Outcome) -> list[int]:
    """How many rows it takes, and one fewer and more: every whole number in what is picked, or in a table by count."""
    numbers = {n for n in (outcome.pick.at_least, outcome.pick.at_most) if n is not None}
    numbers |= {int(bound) for bound, _ in _bounds_of_tables(contract, outcome, "count")}
    numbers |= {n for n in (getattr(outcome.pick, "times", None),) if isinstance(n, int)}
    return sorted(
        {n + step for n in numbers for step in (-1, 0, 1)} - {0, 1} - set(range(_MOST_COPIES, 10_001))
    )


def _values(contract: m.Contract, outcome: m.Outcome) -> list[str | None]:
    """Values on either side of the bounds of its test, and of tables by its value; a word of its list and another one.

    None where nothing is tested; nothing where days of supply are, which go by the window's length.
    """
    found: dict[str | None, None] = {}
    if str(outcome.pick.kind) == "days_covered":
        return []
    for node in walk(outcome.pick):
        if isinstance(node, m.OneOf):
            found.update(dict.fromkeys((node.values[0], OTHER_WORD)))
        for bound in _bounds(node):
            found.update(dict.fromkeys(_around(bound, outcome)))
    for bound, _ in _bounds_of_tables(contract, outcome, "value"):
        found.update(dict.fromkeys(_around(bound, outcome)))
    fields = (n for n in walk(contract.clauses) if isinstance(n, m.OutcomeField | m.RowField))
    read = any(field.outcome == outcome.name and field.field == "value" for field in fields)
    return list(found) or (["1"] if read or outcome.kind == "measure" else [None])


def _supplies(outcome: m.Outcome, days: int) -> list[str | None]:
    """Days of supply on either side of the shares of the window's days that are tested."""
    shares = [b for n in walk(outcome.pick) for b in _bounds(n)]
    least = [-(-days * share.numerator // share.denominator) for share in shares]
    return [str(n) for n in dict.fromkeys((days, *least, *(n - 1 for n in least), 1)) if n > 0]


def _bounds(node: object) -> list[Fraction]:
    """The numbers of a test, nothing for anything else."""
    if isinstance(node, m.Bound):
        return [node.bound]
    return [node.low, node.high] if isinstance(node, m.Between) else []


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
