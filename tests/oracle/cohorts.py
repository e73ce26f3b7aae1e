"""Cohort clauses: all treatments with an index date in one period, judged together."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from tests.oracle.amounts import UndefinedError, number
from tests.oracle.cohort_rules import CohortClause
from tests.oracle.contract import Contract
from tests.oracle.coverage import coverage_of
from tests.oracle.dates import first_day
from tests.oracle.errors import AmountError
from tests.oracle.lines import Found, Held, Line, minor_units
from tests.oracle.money import digits_of
from tests.oracle.occasions import Enrolled
from tests.oracle.periods import Period, period_of
from tests.oracle.picks import satisfies
from tests.oracle.rules import OutcomeRule
from tests.oracle.scope import Scope
from tests.oracle.status import Question, deaths, rows_seen, seen_by
from tests.oracle.tables import over_bands, row_that_fits


@dataclass(frozen=True)
class Cohort:
    """The treatments of one period under a clause, and on which day they are judged."""

    clause: CohortClause
    period: Period
    members: list[Enrolled]
    compared_with: list[Enrolled]
    day: date


def cohort_lines(
    contract: Contract,
    enrolled: list[Enrolled],
    compared: dict[frozenset[str], list[Enrolled]],
    lines: list[Line],
    as_of: date,
) -> list[Found]:
    """The lines of cohort clauses, those held, and the amounts that are none.

    `compared` are, for each set of product codes, the treatments that rates are compared with; `lines` all
    lines of treatments, before limits.
    """
    found: list[Found] = []
    for clause in contract.cohorts:
        for cohort in _cohorts(clause, contract, enrolled, compared):
            if as_of < cohort.day:
                found.append(Held(None, clause.id, 1, cohort.period.label))
                continue
            try:
                found += _owed(cohort, contract, lines)
            except UndefinedError:
                found.append(AmountError(None, clause.id))
    return found


def _cohorts(
    clause: CohortClause,
    contract: Contract,
    enrolled: list[Enrolled],
    compared: dict[frozenset[str], list[Enrolled]],
) -> list[Cohort]:
    """The clause's cohorts that have a treatment, by period."""
    assert contract.from_date is not None
    found = []
    others = compared.get(clause.against_products, [])
    periods = {_period(clause, one, contract) for one in enrolled}
    for period in sorted(periods, key=lambda period: period.first):
        members = [one for one in enrolled if _period(clause, one, contract) == period]
        theirs = [one for one in others if _period(clause, one, contract) == period]
        found.append(Cohort(clause, period, members, theirs, clause.decided.on(period.last)))
    return found


def _period(clause: CohortClause, one: Enrolled, contract: Contract) -> Period:
    assert contract.from_date is not None
    return period_of(clause.per, one.treatment.index, contract.from_date, contract.to_date)


def _owed(cohort: Cohort, contract: Contract, lines: list[Line]) -> list[Line]:
    """The cohort's line, or none."""
    clause = cohort.clause
    assert contract.from_date is not None
    ids = {one.treatment.id for one in cohort.members}
    paid_minor = sum(
        line.minor
        for line in lines
        if line.direction == "payments"
        and line.treatment
        and line.treatment.id in ids
        and line.due <= cohort.day
    )
    given = {
        "paid": Fraction(paid_minor, 10 ** digits_of(contract.currency)),
        "treatments": Fraction(len(cohort.members)),
    }
    scope = Scope(contract, max(cohort.period.first, contract.from_date), None, {}, given=given)
    tested = _tested(cohort, scope)
    if tested is None:
        return []
    given["rate"] = tested
    if clause.marginal:
        direction, exact = clause.rows[0].direction, over_bands(clause.rows, tested, scope)
    else:
        row = row_that_fits(clause.rows, tested, scope)
        direction, exact = row.direction or "refunds", number(row.amount, scope)
    minor = minor_units(exact, contract.currency)
    return [Line(None, clause.id, direction, 1, cohort.day, minor, "", cohort.period.label)]


def _tested(cohort: Cohort, scope: Scope) -> Fraction | None:
    """What the rows test: a volume, a rate, or what a rate differs by. None where there is no rate."""
    clause = cohort.clause
    if clause.by is not None:
        return number(clause.by, scope)
    rate = _rate(cohort, cohort.members)
    if rate is None:
        return None
    if clause.against_products:
        other = _rate(cohort, cohort.compared_with)
        return None if other is None else rate - other
    if clause.against:
        k = min(cohort.period.number, len(clause.against)) - 1
        return rate - number(clause.against[k], scope)
    return rate


def _rate(cohort: Cohort, members: list[Enrolled]) -> Fraction | None:
    """The exact rate of these treatments; None where fewer than the minimum tell."""
    clause = cohort.clause
    assert clause.outcome is not None
    if clause.per_days is not None:
        return _events_per_time(cohort, members)
    statuses = [one.statuses[clause.outcome] for one in members]
    by_then = [one.status for one in statuses if one.decided_on is not None and one.decided_on <= cohort.day]
    met, not_met = by_then.count("met"), by_then.count("not_met")
    return Fraction(met, met + not_met) if met + not_met >= max(1, clause.minimum) else None


def _events_per_time(cohort: Cohort, members: list[Enrolled]) -> Fraction | None:
    """Satisfying rows for each stretch of time under observation."""
    clause = cohort.clause
    assert clause.outcome is not None
    assert clause.per_days is not None
    seen = [_events_and_days(one, clause.outcome, cohort.day) for one in members]
    observed = [one for one in seen if one[1] > 0]
    if len(observed) < max(1, clause.minimum):
        return None
    return sum(events for events, _ in observed) * clause.per_days / sum(days for _, days in observed)


def _events_and_days(one: Enrolled, outcome: str, cohort_day: date) -> tuple[int, int]:
    """A treatment's events and days from the window's first day to the end of its observation."""
    rule = one.asked.contract.outcomes[outcome]
    asked = seen_by(rule, one.asked)
    first, end = asked.on(rule.first), _end(rule, asked, cohort_day)
    if end < first:
        return 0, 0
    rows = [row for row in rows_seen(rule, asked, first_day) if row.day <= end and satisfies(rule, row)]
    return len(rows), (end - first).days + 1


def _end(rule: OutcomeRule, asked: Question, cohort_day: date) -> date:
    """The window's last day, or death, the last covered day, the cohort's day, where that comes earlier."""
    treatment, contract = asked.treatment, asked.contract
    ends = [asked.on(rule.last), cohort_day]
    ends += [row.day for row in deaths(asked, first_day)[:1]]
    spans = asked.evidence.spans(treatment.patient, asked.as_of, asked.known_by)
    cover = coverage_of(spans, contract.payer_names, treatment.index, contract.coverage_gap_days, asked.as_of)
    if cover.lost is not None:
        ends.append(cover.lost - timedelta(days=1))
    return min(ends)
