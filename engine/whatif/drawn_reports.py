"""What is reported of drawn patients: states, events, deaths, assessments; some of it never, some of it late."""

from datetime import timedelta
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from engine.language import meaning as m
from engine.whatif import distributions as dist
from engine.whatif import joint
from engine.whatif.columns import Column, Report
from engine.whatif.curves import NEVER, Clock, Days
from engine.whatif.quantities import Work, day_column, event_days, number, of_draws, stepped, words
from engine.whatif.scenario import Cohort, Happening, Late, Measured, Number, Shares, State

DEATH = "death"
_MONTH_DAYS = 1461 / 48


def reports(work: Work) -> tuple[Report, ...]:
    """The reports of all items in the order of the scenario; deaths are drawn as soon as they can be."""
    items = work.cohort.outcomes
    dies = next((i for i in items if isinstance(i, Happening) and i.event == DEATH), None)
    ending = next((i for i in items if isinstance(i, Happening) and i.after and i.event != DEATH), None)
    if dies is not None and ending is None:
        work.death = event_days(dies.curve, _name(dies, work), np.zeros(len(work.index), np.int32), work)
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


def _name(item: Measured | Happening, work: Work) -> str:
    """The name of an item's streams: its measure or event, and which of those of the same name it is."""
    called = item.measure if isinstance(item, Measured) else item.event
    same = [i for i in work.cohort.outcomes if called == (i.measure if isinstance(i, Measured) else i.event)]
    return f"outcome/{called}/{next(k for k, i in enumerate(same) if i is item)}"


def _draw_state(item: Measured, work: Work) -> None:
    """Whether each patient has the item's value (or a value of its words), as later items ask."""
    name = _name(item, work)
    chance = dist.parameter(item.chance, f"{name}/chance", work.streams)
    reached = work.streams.uniform(name) < of_draws(chance, work) if (chance < 1).any() else _everyone(work)
    shares_of = np.ones(len(work.streams.draws))
    if item.after is not None:
        state, _, of_state = work.states[item.after]
        reached, chance = reached & state, chance * of_state
    first = min(item.on, key=lambda o: o.shift.after(work.cohort.first_index))
    day = (first.shift.after(work.cohort.first_index) - work.cohort.first_index).days
    if item.until is None and isinstance(item.value, str):
        work.states.setdefault(State(item.measure, item.value), (reached, day, chance * shares_of))
    elif item.until is None and isinstance(item.value, Shares):
        drawn = words(item.value, f"{name}/value", work)
        of_word = dist.shares(item.value, f"{name}/value", work.streams)
        for code, word in enumerate(item.value.words):
            has = reached & (drawn.codes == code)
            work.states.setdefault(State(item.measure, word), (has, day, chance * of_word[:, code]))
    work.states[State(f"/{name}", "")] = (reached, day, chance)


def _everyone(work: Work) -> NDArray[np.bool_]:
    return np.ones(len(work.index), bool)


def _event(item: Happening, work: Work) -> Days:
    """The day of an event from the index date; NEVER for none, and for those not in its state."""
    if item.after is None:
        return event_days(item.curve, _name(item, work), np.zeros(len(work.index), np.int32), work)
    state, day, _ = work.states[item.after]
    found = event_days(item.curve, _name(item, work), np.full(len(work.index), day, np.int32), work)
    found[~state] = NEVER
    return found


def _joint_death(dies: Happening, ending: Happening, work: Work) -> Days:
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


def _measured(item: Measured, work: Work) -> list[Report]:
    """A report for each day of an item: its value to those in its state, else the other word."""
    name = _name(item, work)
    reached, _, _ = work.states[State(f"/{name}", "")]
    return [_on_day(item, offset, k, name, reached, work) for k, offset in enumerate(item.on)]


def _on_day(
    item: Measured, offset: m.Offset, k: int, name: str, reached: NDArray[np.bool_], work: Work
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


def _value(item: Measured, name: str, work: Work) -> Column:
    match item.value:
        case str():
            return Column(np.zeros(len(work.index), np.int32), 1, (item.value,))
        case Shares():
            return words(item.value, name, work)
        case Number():
            return number(item.value, name, work)


def _happened(item: Happening, work: Work) -> Report:
    name = _name(item, work)
    day = work.events[name]
    there = (day != NEVER) & (day <= work.death) & _not_missing(item, name, work)
    value = None
    if item.values is not None:
        drawn = words(item.values, f"{name}/value", work)
        value = Column(np.where(there, drawn.codes, 0).astype(np.int32), drawn.size, drawn.words)
    return Report(item.event, _days(day, there, work), value, _late(name, there, work))


def _not_missing(item: Measured | Happening, name: str, work: Work) -> NDArray[np.bool_]:
    if item.missing == 0:
        return _everyone(work)
    share = dist.parameter(item.missing, f"{name}/missing/share", work.streams)
    return work.streams.uniform(f"{name}/missing") >= of_draws(share, work)


def _late(name: str, there: NDArray[np.bool_], work: Work) -> Column | None:
    late: Late | None = work.cohort.late
    if late is None:
        return None
    share = dist.parameter(late.share, "late/share", work.streams)
    is_late = there & (work.streams.uniform(f"{name}/late") < of_draws(share, work))
    if isinstance(late.days, Fraction):
        size = int(late.days) + 1
        days = np.full(len(there), size - 1, np.int32)
    else:
        column = stepped(late.days, f"{name}/late/days", Fraction(1), False, work)
        days, size = column.codes, column.size
    return Column(np.where(is_late, days, 0).astype(np.int32), size)


def _days(day: Days, there: NDArray[np.bool_], work: Work) -> Column:
    return day_column(np.where(there, day, NEVER).astype(np.int32), work)


# --- deaths that cannot be drawn ---------------------------------------------------------------------


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
