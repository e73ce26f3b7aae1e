"""The picture of each treatment: index date, windows, assessments, decided days, the settlement period.

Positions from left to right are percentages, so that a picture fits a telephone and a page alike; heights
are pixels. One lane an outcome; the first carries the treatment's own events.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.settlement.statement import Event, OutcomeStatus, Statement, Treatment
from engine.statements.scale import DayScale, Place, Tick
from engine.statements.words import long_date, status_words

SHOWN = 40
_LANES = 6
_LANE_HEIGHT = 22
_LABEL_HEIGHT = 20
_LETTER = 2  # per cent of a telephone's width that a letter takes
_LONGEST = 24  # letters of a joined label


@dataclass(frozen=True, slots=True)
class Mark:
    """A dot, or a tick for a due day, with its label above it."""

    place: Place
    kind: str
    label: str  # empty for a due day, and where it is joined to the label before
    tip: str  # what and when


@dataclass(frozen=True, slots=True)
class Lane:
    """One outcome: its window, the wait until it is decided, and what it came to."""

    y: int
    name: str  # empty where the treatment has only one
    status: str
    window_x: str
    window_width: str
    start_x: str
    end_x: str
    end: Place


@dataclass(frozen=True, slots=True)
class Row:
    """One treatment's picture."""

    treatment: Treatment
    height: int
    lanes: tuple[Lane, ...]
    lanes_left_out: int
    index_x: str
    marks: tuple[Mark, ...]
    spoken: str  # the picture in words


@dataclass(frozen=True, slots=True)
class Timeline:
    """The pictures on their common scale."""

    rows: tuple[Row, ...]
    left_out: int  # treatments without a picture
    only_with_lines: bool  # too many to show all: only those with a line this period
    period_x: str
    period_width: str
    ticks: tuple[Tick, ...]
    statuses: tuple[str, ...]  # those that occur, for the key
    due_days: bool  # whether any is marked


def timeline(statement: Statement) -> Timeline | None:
    """The pictures; None where there is no treatment to show."""
    chosen, only_with_lines = _chosen(statement)
    if not chosen:
        return None
    period = statement.header.period
    days = [day for t in chosen for day in _days(t)] + [period.first, period.last]
    scale = DayScale.around(min(days), max(days))
    return Timeline(
        rows=tuple(_row(treatment, scale, statement.header.as_of) for treatment in chosen),
        left_out=statement.to_date.treatments - len(chosen),
        only_with_lines=only_with_lines,
        period_x=scale.x(period.first),
        period_width=scale.width(period.first, period.last),
        ticks=scale.ticks(),
        statuses=_occurring(chosen),
        due_days=any(event.kind == "due" for t in chosen for event in t.events),
    )


def _chosen(statement: Statement) -> tuple[Sequence[Treatment], bool]:
    """All treatments where they are few; else those with a line this period, up to the same number."""
    if len(statement.treatments) <= SHOWN:
        return statement.treatments, False
    with_line = {line.treatment_id for line in statement.lines}
    return [t for t in statement.treatments if t.treatment_id in with_line][:SHOWN], True


def _occurring(treatments: Sequence[Treatment]) -> tuple[str, ...]:
    found = {status.status for t in treatments for status in t.statuses[:_LANES]}
    return tuple(s for s in ("met", "not_met", "not_evaluable", "pending", "disputed") if s in found)


def _days(treatment: Treatment) -> list[date]:
    days = [treatment.index_date, *(event.on for event in treatment.events)]
    for status in treatment.statuses[:_LANES]:
        days += [status.window_first, status.window_last, status.decided_on or status.decided_day]
    return days


def _row(treatment: Treatment, scale: DayScale, as_of: date) -> Row:
    shown = treatment.statuses[:_LANES]
    several = len(shown) > 1
    lanes = tuple(_lane(status, scale, number, several) for number, status in enumerate(shown))
    return Row(
        treatment=treatment,
        height=_LABEL_HEIGHT + _LANE_HEIGHT * max(1, len(lanes)),
        lanes=lanes,
        lanes_left_out=len(treatment.statuses) - len(shown),
        index_x=scale.x(treatment.index_date),
        marks=_marks(treatment.events, scale),
        spoken=_spoken(treatment),
    )


def _lane(status: OutcomeStatus, scale: DayScale, number: int, several: bool) -> Lane:
    end = status.decided_on or status.decided_day
    return Lane(
        y=_LABEL_HEIGHT + _LANE_HEIGHT * number + _LANE_HEIGHT // 2 - 1,
        name=outcome_name(status) if several else "",
        status=status.status,
        window_x=scale.x(status.window_first),
        window_width=scale.width(status.window_first, status.window_last),
        start_x=scale.x(min(status.window_first, end)),
        end_x=scale.x(end),
        end=scale.place(end),
    )


def outcome_name(status: OutcomeStatus) -> str:
    """`remission`, or `free.2` within a series."""
    return f"{status.outcome}.{status.n}" if status.n > 1 else status.outcome


def _marks(events: Sequence[Event], scale: DayScale) -> tuple[Mark, ...]:
    """The events' marks; labels that would run into one another are joined at the first of them."""
    groups: list[list[Event]] = []
    for event in (event for event in events if event.kind != "due"):
        if groups and _touch(groups[-1], event, scale):
            groups[-1].append(event)
        else:
            groups.append([event])
    labels = {id(group[0]): _joined(group) for group in groups}
    return tuple(
        Mark(
            place=scale.place(event.on),
            kind=event.kind,
            label=labels.get(id(event), ""),
            tip=f"{event.label}, {long_date(event.on)}",
        )
        for event in events
    )


def _touch(group: Sequence[Event], event: Event, scale: DayScale) -> bool:
    """Whether the label of `event` would run into that of `group` on a telephone."""
    letters = (len(_joined(group)) + len(event.label)) // 2 + 2
    return scale.share(event.on) - scale.share(group[0].on) < letters * _LETTER


def _joined(group: Sequence[Event]) -> str:
    """The labels of `group`, or the first and how many more where that would be long."""
    labels = list(dict.fromkeys(event.label for event in group))
    text = ", ".join(labels)
    return text if len(text) <= _LONGEST or len(labels) == 1 else f"{labels[0]} +{len(labels) - 1}"


def _spoken(treatment: Treatment) -> str:
    """The picture as a sentence, for whoever cannot see it."""
    parts = [f"{treatment.treatment_id}: index date {long_date(treatment.index_date)}"]
    parts += [f"{event.label} on {long_date(event.on)}" for event in treatment.events]
    for status in treatment.statuses:
        if status.decided_on:
            decided = f"{status_words(status.status)} on {long_date(status.decided_on)}"
        else:
            decided = f"{status_words(status.status)} until {long_date(status.decided_day)} at the latest"
        window = f"window {long_date(status.window_first)} to {long_date(status.window_last)}"
        parts.append(f"{outcome_name(status)} {decided} ({window})")
    return "; ".join(parts) + "."
