"""The status of one outcome for one treatment (and one due date), as of a day."""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from tests.oracle.baselines import baseline_value, with_changes
from tests.oracle.contract import Contract
from tests.oracle.coverage import Coverage, coverage_of
from tests.oracle.dates import DayOf, Offset, first_day, last_day
from tests.oracle.evidence import Evidence, Result, Treatment
from tests.oracle.money import plain_number
from tests.oracle.picks import Days, Decision, early, final, satisfies
from tests.oracle.rules import OutcomeRule
from tests.oracle.supply import days_of_supply


@dataclass(frozen=True)
class Status:
    """A status; `decided_on` is None while pending.

    `day`, `value`, `baseline` and `change` are of the row that decided (None where no single row did, or its
    value is no number); `count` is the satisfying rows in the window so far; `covered` the share of its days
    covered, where that decided.
    """

    status: str
    decided_on: date | None = None
    day: date | None = None
    value: Fraction | None = None
    count: int = 0
    baseline: Fraction | None = None
    change: Fraction | None = None
    covered: Fraction | None = None


@dataclass(frozen=True)
class Question:
    """What is asked: by which facts, of which treatment and due date, as of and as known by which day."""

    contract: Contract
    evidence: Evidence
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

    Partial dates are read at their first and at their last day; where that makes a difference the
    outcome cannot be evaluated, or is pending while one of the two is.
    """
    asked = seen_by(rule, asked)
    soonest = _status_with(rule, asked, first_day)
    latest = _status_with(rule, asked, last_day)
    if soonest.decided_on is None or latest.decided_on is None:
        return soonest if soonest.decided_on is None else latest
    later = latest if latest.decided_on >= soonest.decided_on else soonest
    if soonest.status == latest.status:
        return later
    return Status("not_evaluable", later.decided_on, count=later.count)


def seen_by(rule: OutcomeRule, asked: Question) -> Question:
    """With `late_evidence: stand`, rows of outcomes and coverage known after the decided day never came."""
    if rule.late_evidence == "reopen":
        return asked
    return replace(asked, known_by=min(asked.known_by, asked.on(rule.decided)))


def _status_with(rule: OutcomeRule, asked: Question, day_of: DayOf) -> Status:
    """The status with partial dates read by `day_of`."""
    baseline = _baseline(rule, asked, day_of)
    rows = usable(rule, asked, day_of, baseline)
    decision = _decision(rule, asked, rows, day_of)
    count = sum(satisfies(rule, row) for row in rows)
    if decision is None or decision.status == "pending":
        return Status("pending", count=count)
    status = Status(decision.status, decision.day, count=count, covered=decision.covered)
    row = decision.row
    if row is None:
        return status
    status = replace(status, day=row.day, value=plain_number(row.value))
    if row.measured is None or status.value is None or baseline is None:
        return status
    return replace(status, baseline=baseline, change=status.value - baseline)


def rows_seen(rule: OutcomeRule, asked: Question, day_of: DayOf) -> list[Result]:
    """The rows that the outcome's status rests on, up to `as_of`, by date."""
    asked = seen_by(rule, asked)
    return usable(rule, asked, day_of, _baseline(rule, asked, day_of))


def _baseline(rule: OutcomeRule, asked: Question, day_of: DayOf) -> Fraction | None:
    """The value that changes count from, as of `as_of`; None where there is none."""
    if rule.baseline is None:
        return None
    first, last = asked.on(rule.baseline.first), asked.on(rule.baseline.last)
    return baseline_value(rule, _evidence(rule, asked, day_of, first, last))


def usable(rule: OutcomeRule, asked: Question, day_of: DayOf, baseline: Fraction | None) -> list[Result]:
    """The rows in the window up to `as_of` that count as evidence, by date."""
    rows = _evidence(rule, asked, day_of, asked.on(rule.first), asked.on(rule.last))
    if rule.test is None or rule.test.of == "value":
        return rows
    return with_changes(rule, rows, baseline)


def _evidence(rule: OutcomeRule, asked: Question, day_of: DayOf, first: date, last: date) -> list[Result]:
    """Rows between two days, up to `as_of`, with a value that can be tested."""
    found = asked.evidence.results(
        asked.treatment, rule.measure, rule.unit, known_by=asked.known_by, day_of=day_of
    )
    return [row for row in found if first <= row.day <= min(last, asked.as_of) and _counts(rule, row)]


def _counts(rule: OutcomeRule, row: Result) -> bool:
    """Whether the row's value is one that the outcome can use."""
    if rule.pick == "days_covered":
        return days_of_supply(row.value) is not None
    if row.value == "" and (not rule.is_event or rule.test is not None):
        return False
    return not rule.needs_number or plain_number(row.value) is not None


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
    by_row = _not_before_baseline(rule, asked, early(rule, rows))
    if by_row is not None and (interrupted is None or by_row.day <= interrupted):
        return _after_gaps(by_row, cover, opens_that_day=False)
    if death is not None and death_governs:
        return _after_gaps(death, cover, opens_that_day=False)
    if cover.lost_decided is not None:
        return Decision(rule.if_coverage_ends, cover.lost_decided, None)
    nearest_to = asked.on(rule.nearest_to) if rule.nearest_to else None
    days = Days(asked.on(rule.first), asked.on(rule.last), asked.on(rule.decided), nearest_to)
    if asked.as_of < days.decided:
        return None
    return _after_gaps(final(rule, rows, days), cover, opens_that_day=True)


def _not_before_baseline(rule: OutcomeRule, asked: Question, by_row: Decision | None) -> Decision | None:
    """An early decision, from the baseline window's last day at the soonest: until then it could change."""
    if by_row is None or rule.baseline is None:
        return by_row
    day = max(by_row.day, asked.on(rule.baseline.last))
    return replace(by_row, day=day) if day <= asked.as_of else None


def _coverage(rule: OutcomeRule, asked: Question) -> Coverage:
    """Loss and gaps that matter to this outcome: those that begin on or before the window's last day."""
    if rule.if_coverage_ends == "ignore":
        return Coverage()
    contract, treatment = asked.contract, asked.treatment
    seen = asked.evidence.spans(treatment.patient, asked.as_of, asked.known_by)
    cover = coverage_of(seen, contract.payer_names, treatment.index, contract.coverage_gap_days, asked.as_of)
    last = asked.on(rule.last)
    gaps = tuple(gap for gap in cover.gaps if gap.opens <= last)
    if cover.lost is not None and cover.lost <= last:
        return Coverage(gaps, cover.lost, cover.lost_decided)
    return Coverage(gaps)


def _death(rule: OutcomeRule, asked: Question, day_of: DayOf) -> Decision | None:
    """What the patient's death makes of the outcome; None where there is none, or it is ignored."""
    found = deaths(asked, day_of)
    if not found or found[0].day > min(asked.on(rule.last), asked.as_of):
        return None
    day = found[0].day
    causes = {
        row.value if row.value in ("related", "unrelated") else "unknown" for row in found if row.day == day
    }
    status = rule.if_died[causes.pop() if len(causes) == 1 else "unknown"]
    return None if status == "ignore" else Decision(status, day, found[0])


def deaths(asked: Question, day_of: DayOf) -> list[Result]:
    """Reports of the patient's death, by date."""
    return asked.evidence.results(asked.treatment, "death", None, known_by=asked.known_by, day_of=day_of)


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
