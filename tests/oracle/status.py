"""The status of one outcome for one treatment (and one due date), as of a day."""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from tests.oracle.contract import Contract
from tests.oracle.coverage import Coverage, coverage_of
from tests.oracle.dates import DayOf, Offset, first_day, last_day
from tests.oracle.evidence import Facts, Result, Treatment, results, spans
from tests.oracle.money import plain_number
from tests.oracle.picks import Decision, early, final, satisfies
from tests.oracle.rules import OutcomeRule


@dataclass(frozen=True)
class Status:
    """A status; `decided_on` is None while pending.

    `day` and `value` are of the row that decided (None where no single row did, or its value is no
    number); `count` is the satisfying rows in the window so far.
    """

    status: str
    decided_on: date | None
    day: date | None
    value: Fraction | None
    count: int


@dataclass(frozen=True)
class Question:
    """What is asked: by which facts, of which treatment and due date, as of and as known by which day."""

    contract: Contract
    facts: Facts
    treatment: Treatment
    due: date | None
    as_of: date
    known_by: date

    def on(self, offset: Offset) -> date:
        """An offset of an outcome as a day."""
        anchor = self.due if offset.anchor == "due" else self.treatment.index
        assert anchor is not None, "a series outcome is asked for with its due date"
        return offset.on(anchor)


def status_of(rule: OutcomeRule, asked: Question) -> Status:
    """The outcome's status.

    With `late_evidence: stand`, rows of outcomes and coverage known after the decided day never came.
    Partial dates are read at their first and at their last day; where that makes a difference the
    outcome cannot be evaluated, or is pending while one of the two is.
    """
    if rule.late_evidence == "stand":
        asked = replace(asked, known_by=min(asked.known_by, asked.on(rule.decided)))
    soonest = _status_with(rule, asked, first_day)
    latest = _status_with(rule, asked, last_day)
    if soonest.decided_on is None or latest.decided_on is None:
        return soonest if soonest.decided_on is None else latest
    later = latest if latest.decided_on >= soonest.decided_on else soonest
    if soonest.status == latest.status:
        return later
    return Status("not_evaluable", later.decided_on, None, None, later.count)


def _status_with(rule: OutcomeRule, asked: Question, day_of: DayOf) -> Status:
    """The status with partial dates read by `day_of`."""
    rows = _usable(rule, asked, day_of)
    decision = _decision(rule, asked, rows, day_of)
    count = sum(satisfies(rule, row) for row in rows)
    if decision is None or decision.status == "pending":
        return Status("pending", None, None, None, count)
    row = decision.row
    value = plain_number(row.value) if row else None
    return Status(decision.status, decision.day, row.day if row else None, value, count)


def _usable(rule: OutcomeRule, asked: Question, day_of: DayOf) -> list[Result]:
    """The rows in the window up to `as_of` that count as evidence, by date."""
    found = results(
        asked.facts, asked.treatment, rule.measure, rule.unit, known_by=asked.known_by, day_of=day_of
    )
    first, last = asked.on(rule.first), min(asked.on(rule.last), asked.as_of)
    usable = []
    for row in found:
        empty = row.value == "" and (not rule.is_event or rule.test is not None)
        no_number = rule.needs_number and plain_number(row.value) is None
        if first <= row.day <= last and not empty and not no_number:
            usable.append(row)
    return usable


def _decision(rule: OutcomeRule, asked: Question, rows: list[Result], day_of: DayOf) -> Decision | None:
    """What is decided by `as_of`; None where it is pending.

    Early by a row, by death, by loss of coverage, or by what the rows show on the decided day: the
    first of these that happened. Rows of the very day of a death or loss come before it.
    """
    cover = _coverage(rule, asked)
    death = _death(rule, asked, day_of)
    lost = cover.lost
    death_governs = death is not None and (lost is None or death.day <= lost)
    interrupted = death.day if death is not None and death_governs else lost
    by_row = early(rule, rows)
    if by_row is not None and (interrupted is None or by_row.day <= interrupted):
        return _after_gaps(by_row, cover, opens_that_day=False)
    if death is not None and death_governs:
        return _after_gaps(death, cover, opens_that_day=False)
    if cover.lost_decided is not None:
        return Decision(rule.if_coverage_ends, cover.lost_decided, None)
    decided = asked.on(rule.decided)
    if asked.as_of < decided:
        return None
    nearest_to = asked.on(rule.nearest_to) if rule.nearest_to else None
    return _after_gaps(final(rule, rows, decided, nearest_to), cover, opens_that_day=True)


def _coverage(rule: OutcomeRule, asked: Question) -> Coverage:
    """Loss and gaps that matter to this outcome: those that begin on or before the window's last day."""
    if rule.if_coverage_ends == "ignore":
        return Coverage()
    contract, treatment = asked.contract, asked.treatment
    seen = spans(asked.facts, treatment.patient, asked.as_of, asked.known_by)
    cover = coverage_of(seen, contract.payer_names, treatment.index, contract.coverage_gap_days, asked.as_of)
    last = asked.on(rule.last)
    gaps = tuple(gap for gap in cover.gaps if gap.opens <= last)
    if cover.lost is not None and cover.lost <= last:
        return Coverage(gaps, cover.lost, cover.lost_decided)
    return Coverage(gaps)


def _death(rule: OutcomeRule, asked: Question, day_of: DayOf) -> Decision | None:
    """What the patient's death makes of the outcome; None where there is none, or it is ignored."""
    found = results(asked.facts, asked.treatment, "death", None, known_by=asked.known_by, day_of=day_of)
    if not found or found[0].day > min(asked.on(rule.last), asked.as_of):
        return None
    day = found[0].day
    causes = {
        row.value if row.value in ("related", "unrelated") else "unknown" for row in found if row.day == day
    }
    status = rule.if_died[causes.pop() if len(causes) == 1 else "unknown"]
    return None if status == "ignore" else Decision(status, day, found[0])


def _after_gaps(decision: Decision, cover: Coverage, *, opens_that_day: bool) -> Decision | None:
    """The decision, from the day the next span begins where it was made while a gap was open.

    A row or a death on the first uncovered day comes before the gap (`opens_that_day` is False); the
    decided day does not. None while the gap is still open.
    """
    for gap in cover.gaps:
        after_opening = gap.opens < decision.day or (opens_that_day and gap.opens == decision.day)
        if after_opening and gap.ends is None:
            return None
        if after_opening and gap.ends is not None and decision.day < gap.ends:
            return replace(decision, day=gap.ends)
    return decision
