"""Patients and their histories, drawn: each quantity a column of small whole numbers, one row a patient and draw.

What a number stands for (a word, a day) is said by its column, so that millions of patients take little room and
equal histories are found by comparing numbers. `facts.py` writes them out as a feed.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.language import meaning as m
from engine.whatif import distributions as dist
from engine.whatif import families, joint
from engine.whatif.curves import NEVER, Clock, Days
from engine.whatif.scenario import (
    Age,
    Attribute,
    Cohort,
    Curve,
    Distribution,
    Happening,
    Late,
    Measured,
    Number,
    Patients,
    Shares,
    State,
)
from engine.whatif.streams import Floats, Streams

Codes = NDArray[Any]  # whole numbers of 8, 16 or 32 bits
DEATH = "death"
_MONTH_DAYS = 1461 / 48
_PART = 200_000  # patients that are drawn at a time
_MOST_KEPT = 2_000_000  # patients of a batch up to which its random numbers are kept for the next cohort


@dataclass(frozen=True, slots=True)
class Column:
    """Codes from 0 to `size` - 1. In `words` the text of each, where they stand for texts (None: nothing)."""

    codes: Codes
    size: int
    words: tuple[str | None, ...] | None = None

    def __post_init__(self) -> None:
        """Codes take as few bytes as they can: there are many of them."""
        smallest = next(t for t in (np.int8, np.int16, np.int32) if self.size <= np.iinfo(t).max)
        object.__setattr__(self, "codes", self.codes.astype(smallest, copy=False))

    def of(self, rows: NDArray[np.int64]) -> NDArray[np.int32]:
        """The codes of some rows, to be reckoned with."""
        return self.codes[rows].astype(np.int32)


@dataclass(frozen=True, slots=True)
class Report:
    """Rows of outcomes, at most one a patient.

    `day` counts from the index date plus 1, 0 where there is no such row; `value` a code of the words; `late` days.
    """

    measure: str
    day: Column
    value: Column | None
    late: Column | None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """The patients of some draws. Rows of all columns stand side by side, those of a draw together."""

    draws: Sequence[int]
    patients: Sequence[int]  # in each draw
    first_index: date
    index: Column  # days from the first index date
    attributes: dict[str, Column]
    reports: tuple[Report, ...]
    leave: Column | None  # the first day without coverage, from the index date, plus 1; 0 for never

    @property
    def draw_numbers(self) -> Codes:
        """The draw of each row."""
        return np.repeat(np.asarray(self.draws, np.int32), self.patients)


def side_by_side(parts: Sequence[Drawn]) -> Drawn | None:
    """The patients of several cohorts as those of one, their draws one after another.

    None where the cohorts do not have the same columns, from the same first index date, with the same words.
    """
    first = parts[0]
    if any(_shape(part) != _shape(first) for part in parts):
        return None

    def joined(columns: Sequence[Column]) -> Column:
        return replace(columns[0], codes=np.concatenate([c.codes for c in columns]))

    def all_of(pick: Callable[[Drawn], Column | None]) -> Column | None:
        found = [column for part in parts if (column := pick(part)) is not None]
        return joined(found) if found else None

    reports = tuple(
        replace(
            report,
            day=joined([p.reports[k].day for p in parts]),
            value=all_of(lambda p, k=k: p.reports[k].value),  # type: ignore[misc]
            late=all_of(lambda p, k=k: p.reports[k].late),  # type: ignore[misc]
        )
        for k, report in enumerate(first.reports)
    )
    return Drawn(
        [draw for part in parts for draw in part.draws],
        [count for part in parts for count in part.patients],
        first.first_index,
        joined([p.index for p in parts]),
        {name: joined([p.attributes[name] for p in parts]) for name in first.attributes},
        reports,
        all_of(lambda p: p.leave),
    )


def _shape(drawn: Drawn) -> object:
    def of(column: Column | None) -> object:
        return None if column is None else (column.size, column.words)

    reports = [(r.measure, r.unit, of(r.day), of(r.value), of(r.late)) for r in drawn.reports]
    attributes = {name: of(column) for name, column in drawn.attributes.items()}
    return drawn.first_index, of(drawn.index), attributes, reports, of(drawn.leave)


@dataclass(slots=True)
class _Work:
    """What is known of the patients of a batch while they are drawn."""

    cohort: Cohort
    streams: Streams
    index: NDArray[np.int32]
    rows: NDArray[np.int64]  # the place of each row's draw in the batch
    last: int  # the last day that is of interest, from the first index date
    death: Days  # from the index date; NEVER for none
    states: dict[State, tuple[NDArray[np.bool_], int, Floats]] = field(default_factory=dict)
    events: dict[str, Days] = field(default_factory=dict)


def patients_of(patients: Patients, seed: int, draws: Sequence[int]) -> list[int]:
    """How many are treated in each draw."""
    if patients.share == 1:
        return [patients.population] * len(draws)
    streams = Streams(seed, draws, [0] * len(draws))
    share = dist.parameter(patients.share, "patients/share", streams)
    counts = families.binomial_quantiles(patients.population, share, streams.parameter("patients"))
    return [int(n) for n in counts]


def draw_all(cohorts: Sequence[Cohort], seed: int, draws: Sequence[int], until: date) -> list[Drawn]:
    """The patients of some draws of each cohort: common random numbers, drawn once for all where there is room."""
    kept: dict[tuple[int, ...], dict[str, Floats]] = {}
    found = []
    for cohort in cohorts:
        assert isinstance(cohort.patients, Patients)
        counts = patients_of(cohort.patients, seed, draws)
        if len(cohorts) > 1 and sum(counts) < _MOST_KEPT:
            own = kept.setdefault(tuple(counts), {})
            found.append(_draw(cohort, Streams(seed, draws, counts, own), until))
        else:
            found.append(_draw_in_parts(cohort, Streams(seed, draws, counts), until))
    return found


def _draw_in_parts(cohort: Cohort, streams: Streams, until: date) -> Drawn:
    """A few draws at a time, on all processors: what a processor works on stays within its reach."""
    parts = list(streams.parts(_PART))
    if len(parts) == 1:
        return _draw(cohort, streams, until)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        drawn = list(pool.map(lambda part: _draw(cohort, part, until), parts))
    whole = side_by_side(drawn)
    assert whole is not None  # parts of one cohort have the same columns
    return whole


def draw(cohort: Cohort, seed: int, draws: Sequence[int], until: date) -> Drawn:
    """The patients of some draws of a cohort that is drawn; the same whatever other draws are asked for.

    What would be reported of days after `until` is left out.
    """
    (drawn,) = draw_all([cohort], seed, draws, until)
    return drawn


def _draw(cohort: Cohort, streams: Streams, until: date) -> Drawn:
    counts, draws = streams.patients, streams.draws
    days = (cohort.last_index - cohort.first_index).days + 1
    index = (streams.uniform("index_date") * days).astype(np.int32)
    rows = np.repeat(np.arange(len(draws)), counts)
    last = (until - cohort.first_index).days
    work = _Work(cohort, streams, index, rows, last, np.full(len(index), NEVER, np.int32))
    attributes = {a.name: _attribute(a, work) for a in cohort.attributes}
    reports = _reports(work)
    leave = None
    if cohort.leave is not None:
        gone = _event_days(cohort.leave, "leave", np.zeros(len(index), np.int32), work)
        leave = _day_column(gone, work)
    return Drawn(draws, counts, cohort.first_index, Column(index, days), attributes, reports, leave)


def deaths_short_of(cohort: Cohort) -> float:
    """By how large a share of all patients deaths outnumber those at risk of them, at worst, by expected values."""
    dies = next((i for i in cohort.outcomes if isinstance(i, Happening) and i.event == DEATH), None)
    ending = next(
        (i for i in cohort.outcomes if isinstance(i, Happening) and i.after and i.event != DEATH), None
    )
    if dies is None or ending is None:
        return 0.0
    state = next(i for i in cohort.outcomes if isinstance(i, Measured) and ending.after in _states_of(i))
    day = (state.on[0].shift.after(cohort.first_index) - cohort.first_index).days
    clocks = (Clock.expected(dies.curve), Clock.expected(ending.curve))
    return joint.most_dying(*clocks, _expected_share(state, ending), day)


def _states_of(item: Measured) -> list[State]:
    words = item.value.words if isinstance(item.value, Shares) else (str(item.value),)
    return [State(item.measure, word) for word in words]


def _expected_share(item: Measured, ending: Happening) -> float:
    """Of the patients in the state, where it waits for no other."""
    share = dist.mean_of(item.chance)
    if isinstance(item.value, Shares) and ending.after is not None:
        weights = [dist.mean_of(s) for s in item.value.shares]
        share *= weights[item.value.words.index(ending.after.value)] / sum(weights)
    return share


# --- attributes -------------------------------------------------------------------------------------


def _attribute(attribute: Attribute, work: _Work) -> Column:
    """A column of words; a birth date by its months of age, a number by its multiple of the last decimal."""
    name, value = f"attribute/{attribute.name}", attribute.value
    match value:
        case str():
            return Column(np.zeros(len(work.index), np.int32), 1, (value,))
        case Shares():
            return _words(value, name, work)
        case Age(years):
            if isinstance(years, Fraction):
                months = round(years * 12)
                return Column(np.full(len(work.index), months, np.int32), months + 1)
            return _stepped(years, name, Fraction(1, 12), True, work)
        case Number():
            return _number(value, name, work)


def _words(shares: Shares, name: str, work: _Work) -> Column:
    ends = np.cumsum(dist.shares(shares, name, work.streams), axis=1)[:, :-1]
    places, codes = work.streams.uniform(name), np.zeros(len(work.index), np.int32)
    for column in range(ends.shape[1]):
        codes += places >= _of_draws(ends[:, column], work)
    return Column(codes, len(shares.words), shares.words)


def _number(number: Number, name: str, work: _Work) -> Column:
    from engine.kernel.money import format_fraction

    size = Fraction(1, 10**number.decimals)
    low, high = dist.whole_range(number.drawn, size)
    steps = dist.steps_of(number.drawn, low, high, size, floor=False)
    words = tuple(format_fraction(n * size) for n in range(low, high + 1))
    return Column(steps.at(work.streams.uniform(name)), len(words), words)


def _stepped(drawn: Distribution, name: str, size: Fraction, floor: bool, work: _Work) -> Column:
    _, high = dist.whole_range(drawn, size)
    steps = dist.steps_of(drawn, 0, max(high, 0), size, floor)
    return Column(steps.at(work.streams.uniform(name)), max(high, 0) + 1)


def _of_draws(values: Floats, work: _Work) -> Floats:
    """A number a draw, written out for each row; once where all are the same."""
    return values[:1] if (values == values[0]).all() else values[work.rows]


# --- outcomes ---------------------------------------------------------------------------------------


def _reports(work: _Work) -> tuple[Report, ...]:
    """The reports of all items in the order of the scenario; deaths are drawn as soon as they can be."""
    items = work.cohort.outcomes
    dies = next((i for i in items if isinstance(i, Happening) and i.event == DEATH), None)
    ending = next((i for i in items if isinstance(i, Happening) and i.after and i.event != DEATH), None)
    if dies is not None and ending is None:
        work.death = _event_days(dies.curve, _name(dies, work), np.zeros(len(work.index), np.int32), work)
    for item in items:
        if isinstance(item, Measured):
            _draw_state(item, work)
    for item in items:
        if isinstance(item, Happening) and item.event != DEATH:
            work.events[_name(item, work)] = _event(item, work)
    if dies is not None and ending is not None:
        work.death = _joint_death(dies, ending, work)
    if dies is not None:
        work.events[_name(dies, work)] = work.death
    made = [_measured(i, work) if isinstance(i, Measured) else [_happened(i, work)] for i in items]
    return tuple(report for reports in made for report in reports)


def _name(item: Measured | Happening, work: _Work) -> str:
    """The name of an item's streams: its measure or event, and which of those of the same name it is."""
    called = item.measure if isinstance(item, Measured) else item.event
    same = [i for i in work.cohort.outcomes if called == (i.measure if isinstance(i, Measured) else i.event)]
    return f"outcome/{called}/{next(k for k, i in enumerate(same) if i is item)}"


def _draw_state(item: Measured, work: _Work) -> None:
    """Whether each patient has the item's value (or a value of its words), as later items ask."""
    name = _name(item, work)
    chance = dist.parameter(item.chance, f"{name}/chance", work.streams)
    reached = work.streams.uniform(name) < _of_draws(chance, work) if (chance < 1).any() else _everyone(work)
    shares_of = np.ones(len(work.streams.draws))
    if item.after is not None:
        state, _, of_state = work.states[item.after]
        reached, chance = reached & state, chance * of_state
    first = min(item.on, key=lambda o: o.shift.after(work.cohort.first_index))
    day = (first.shift.after(work.cohort.first_index) - work.cohort.first_index).days
    if item.until is None and isinstance(item.value, str):
        work.states.setdefault(State(item.measure, item.value), (reached, day, chance * shares_of))
    elif item.until is None and isinstance(item.value, Shares):
        words = _words(item.value, f"{name}/value", work)
        of_word = dist.shares(item.value, f"{name}/value", work.streams)
        for code, word in enumerate(item.value.words):
            has = reached & (words.codes == code)
            work.states.setdefault(State(item.measure, word), (has, day, chance * of_word[:, code]))
    work.states[State(f"/{name}", "")] = (reached, day, chance)


def _everyone(work: _Work) -> NDArray[np.bool_]:
    return np.ones(len(work.index), bool)


def _event(item: Happening, work: _Work) -> Days:
    """The day of an event from the index date; NEVER for none, and for those not in its state."""
    if item.after is None:
        return _event_days(item.curve, _name(item, work), np.zeros(len(work.index), np.int32), work)
    state, day, _ = work.states[item.after]
    found = _event_days(item.curve, _name(item, work), np.full(len(work.index), day, np.int32), work)
    found[~state] = NEVER
    return found


def _event_days(curve: Curve, name: str, start: Days, work: _Work) -> Days:
    """The day from the index date of what is counted from `start` days after it."""
    clock, places = Clock.of(curve, name, work.streams), work.streams.uniform(name)
    since = clock.days(places, work.index + start, work.rows, work.cohort.first_index)
    return np.where(since == NEVER, NEVER, since + start).astype(np.int32)


def _joint_death(dies: Happening, ending: Happening, work: _Work) -> Days:
    assert ending.after is not None
    state, day, share = work.states[ending.after]
    ended = work.events[_name(ending, work)]
    months = np.where(state, np.where(ended == NEVER, np.inf, ended / _MONTH_DAYS), 0.0)
    name = _name(dies, work)
    clock = Clock.of(dies.curve, name, work.streams)
    end_clock = Clock.of(ending.curve, _name(ending, work), work.streams)
    drawn = work.streams.uniform(name)
    places = joint.death_places(clock, end_clock, share, day, months, drawn, work.rows)
    found = clock.days(places, work.index, work.rows, work.cohort.first_index)
    return np.where((found != NEVER) & state, np.maximum(found, ended), found).astype(np.int32)


def _measured(item: Measured, work: _Work) -> list[Report]:
    """A report for each day of an item: its value to those in its state, else the other word."""
    name = _name(item, work)
    reached, _, _ = work.states[State(f"/{name}", "")]
    return [_on_day(item, offset, k, name, reached, work) for k, offset in enumerate(item.on)]


def _on_day(
    item: Measured, offset: m.Offset, k: int, name: str, reached: NDArray[np.bool_], work: _Work
) -> Report:
    first = work.cohort.first_index
    anchors = [first + timedelta(days=n) for n in range((work.cohort.last_index - first).days + 1)]
    day = np.array([(offset.shift.after(a) - a).days for a in anchors], np.int32)[work.index]
    has = reached
    if item.until is not None:
        ends = np.minimum.reduce([d for n, d in work.events.items() if n.split("/")[1] == item.until])
        has = reached & (ends > day)
    value = _value(item, f"{name}/value", work)
    words = (*(value.words or ()), *((item.otherwise,) if item.otherwise is not None else ()))
    codes = np.where(has, value.codes, len(words) - 1).astype(np.int32)
    there = (day < work.death) & (True if item.otherwise is not None else has)
    there &= _not_missing(item, f"{name}/{k}", work)
    kept = Column(np.where(there, codes, 0).astype(np.int32), len(words), words)
    return Report(item.measure, _days(day, there, work), kept, _late(f"{name}/{k}", there, work), item.unit)


def _value(item: Measured, name: str, work: _Work) -> Column:
    match item.value:
        case str():
            return Column(np.zeros(len(work.index), np.int32), 1, (item.value,))
        case Shares():
            return _words(item.value, name, work)
        case Number():
            return _number(item.value, name, work)


def _happened(item: Happening, work: _Work) -> Report:
    name = _name(item, work)
    day = work.events[name]
    there = (day != NEVER) & (day <= work.death) & _not_missing(item, name, work)
    value = None
    if item.values is not None:
        words = _words(item.values, f"{name}/value", work)
        value = Column(np.where(there, words.codes, 0).astype(np.int32), words.size, words.words)
    return Report(item.event, _days(day, there, work), value, _late(name, there, work))


def _not_missing(item: Measured | Happening, name: str, work: _Work) -> NDArray[np.bool_]:
    if item.missing == 0:
        return _everyone(work)
    share = dist.parameter(item.missing, f"{name}/missing/share", work.streams)
    return work.streams.uniform(f"{name}/missing") >= _of_draws(share, work)


def _late(name: str, there: NDArray[np.bool_], work: _Work) -> Column | None:
    late: Late | None = work.cohort.late
    if late is None:
        return None
    share = dist.parameter(late.share, "late/share", work.streams)
    is_late = there & (work.streams.uniform(f"{name}/late") < _of_draws(share, work))
    if isinstance(late.days, Fraction):
        size = int(late.days) + 1
        days = np.full(len(there), size - 1, np.int32)
    else:
        column = _stepped(late.days, f"{name}/late/days", Fraction(1), False, work)
        days, size = column.codes, column.size
    return Column(np.where(is_late, days, 0).astype(np.int32), size)


def _days(day: Days, there: NDArray[np.bool_], work: _Work) -> Column:
    return _day_column(np.where(there, day, NEVER).astype(np.int32), work)


def _day_column(days: Days, work: _Work) -> Column:
    """Days from the index date plus 1; 0 for none, or one after the last day of interest."""
    codes = np.where(days > work.last - work.index, 0, days + 1).astype(np.int32)
    return Column(codes, work.last + 2)
