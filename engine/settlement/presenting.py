"""Why a status is what it is, in words: from what the plan says it rests on, for the rows that are shown."""

from dataclasses import dataclass
from datetime import date

from engine.kernel.dates import Shift
from engine.language import meaning as m
from engine.settlement.otherwise import length_words


@dataclass(frozen=True, slots=True)
class Basis:
    """What a status rests on: `basis` is the plan's word for it, the row the one that decided, if one did."""

    basis: str
    decided_on: date | None
    decided_day: date
    as_of: date | None
    measure: str | None = None
    value: str | None = None
    on: str | None = None  # a day; a month or a year where the feed says no more
    status: str = ""
    baseline: str | None = None  # `60 on 2018-01-03`, where a single row is the baseline
    supply: str | None = None  # `300 of 365 days covered`, where days are counted

    @property
    def row(self) -> str:
        """`CR on 2018-01-29`; an event is called by its name."""
        return f"{self.value or self.measure} on {self.on}"


def why(outcome: m.Outcome, basis: Basis) -> str:
    """The reason for a status, such as `last assessment in the window NR`."""
    match basis.basis:
        case "early":
            return (
                f"{_early_row(outcome, basis)}, in the window{_which(outcome.pick)}{_against(outcome, basis)}"
            )
        case "rows":
            return f"{_by_rows(outcome, basis)}{_against(outcome, basis)}"
        case "death":
            return f"death on {basis.on}, before the outcome was decided"
        case "coverage":
            return f"coverage ended; decided on {basis.decided_on}"
        case "missing":
            none = " with a baseline to compare it with" if outcome.baseline else ""
            return f"no assessment in the window{none} by {basis.decided_day}"
        case "no_event" if basis.supply:
            return f"{basis.supply}: no such event in the window by {basis.decided_day}"
        case "no_event":
            return f"no such event in the window by {basis.decided_day}"
        case "partial_date":
            return "a date that is only a month or a year could lie on either side of the window"
        case "waiting":
            return _waiting(basis)
    raise ValueError(f"no words for the basis {basis.basis}")


def _against(outcome: m.Outcome, basis: Basis) -> str:
    """What a change was reckoned from."""
    if outcome.baseline is None:
        return ""
    if outcome.baseline.pick == "mean":
        return "; baseline the mean of its window"
    return f"; baseline {basis.baseline}"


def _early_row(outcome: m.Outcome, basis: Basis) -> str:
    return basis.row if outcome.kind == "measure" else f"{basis.measure} on {basis.on}"


def _which(pick: m.Pick) -> str:
    """Which of several rows it was that decided a count."""
    if pick.kind != "count":
        return ""
    number = pick.at_least if pick.at_least is not None else (pick.at_most or 0) + 1
    return f", the {ordinal(number)} that counts" if number and number > 1 else ""


def _by_rows(outcome: m.Outcome, basis: Basis) -> str:
    pick = outcome.pick
    if basis.supply:
        return f"{basis.supply}; last {basis.measure} in the window {basis.row}"
    if outcome.kind == "event":
        return f"{_beyond(pick)}last {basis.measure or 'such event'} in the window on {basis.on}"
    match pick.kind:
        case "consecutive" | "sustained":
            return _by_run(pick, basis)
        case "mean":
            return f"mean of the assessments in the window, the last on {basis.on}"
        case "lowest" | "highest":
            return f"{pick.kind} value in the window {basis.row}"
        case "nearest":
            return f"assessment nearest to {pick.to.text if pick.to else 'the day'} {basis.row}"
        case "first":
            return f"first assessment in the window {basis.value}"
    return f"{_beyond(pick)}last assessment in the window {basis.value}"


def _by_run(pick: m.Pick, basis: Basis) -> str:
    if pick.kind == "consecutive":
        row = f"{pick.times} assessments in a row that pass"
    else:
        row = f"assessments that pass {length_words(pick.apart or Shift())} apart, none between that fails"
    if basis.status == "met":
        return f"{row}; the last of them {basis.row}"
    return f"no {row}; last assessment in the window {basis.value}"


def _beyond(pick: m.Pick) -> str:
    """What a count found by the decided day, where no row settled it before."""
    if pick.kind != "count":
        return ""
    if pick.at_least is not None:
        return f"fewer than {pick.at_least} that count; " if pick.at_least > 1 else ""
    return f"no more than {pick.at_most} that count; "


def _waiting(basis: Basis) -> str:
    if basis.as_of is not None and basis.decided_day <= basis.as_of:
        return f"still pending after {basis.decided_day}: waits for evidence or coverage"
    return f"pending until {basis.decided_day}"


def ordinal(number: int) -> str:
    """`2nd`, `13th`."""
    last = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else last}"
