"""The picks of `met_if`: what they decide early, and what they come to on the decided day.

Rows given are the usable ones in the window up to the day asked about, by date: none of them empty, in
another unit, or without a number where one is tested.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.oracle.baselines import number_of
from tests.oracle.evidence import Result
from tests.oracle.money import plain_number
from tests.oracle.rules import OutcomeRule
from tests.oracle.supply import share_covered


@dataclass(frozen=True)
class Decision:
    """A status, the day from which it holds, and the row that decided (None where no single one did).

    `covered` is the share of days covered, where rows decided by it.
    """

    status: str
    day: date
    row: Result | None
    covered: Fraction | None = None


@dataclass(frozen=True)
class Days:
    """The days of an outcome for one treatment: its window, its decided day, what `nearest` is near to."""

    first: date
    last: date
    decided: date
    nearest_to: date | None


def satisfies(rule: OutcomeRule, row: Result) -> bool:
    """Whether the row passes the pick's test; without a test of single rows every row does."""
    if rule.test is None or rule.pick == "days_covered":
        return True
    return rule.test.holds(row.value) if row.measured is None else rule.test.holds_number(row.measured)


def early(rule: OutcomeRule, rows: list[Result]) -> Decision | None:
    """What nothing that can still come would turn, with the day of the row that did it."""
    passing = [row for row in rows if satisfies(rule, row)]
    failing = [row for row in rows if not satisfies(rule, row)]
    if rule.pick in ("any", "occurs"):
        return _nth(rule, passing, 1, "met")
    if rule.pick == "all":
        return _nth(rule, failing, 1, "not_met")
    if rule.pick == "none":
        return _nth(rule, passing, 1, "not_met")
    if rule.pick == "count" and rule.at_least is not None:
        return _nth(rule, passing, rule.at_least, "met")
    if rule.pick == "count" and rule.at_most is not None:
        return _nth(rule, passing, rule.at_most + 1, "not_met")
    return None


def _nth(rule: OutcomeRule, rows: list[Result], n: int, status: str) -> Decision | None:
    """Decided by the n-th of these rows, where there are so many; of its day's, the one that counts."""
    if len(rows) < n:
        return None
    day = rows[n - 1].day
    return Decision(status, day, one_of_day(rule, [row for row in rows if row.day == day]))


def final(rule: OutcomeRule, rows: list[Result], days: Days) -> Decision:
    """What the rows show from the decided day on, where nothing was decided early."""
    decided = days.decided
    if rule.pick == "days_covered":
        assert rule.test is not None
        share = share_covered(rows, days.first, days.last)
        return Decision(_met(rule.test.holds_number(share)), decided, None, share)
    if not rows and not rule.is_event:
        return Decision(rule.if_missing, decided, None)
    if rule.pick in ("none", "all"):
        # an event that never came did not happen, so not one of them was as `all` would have it
        met = rule.pick == "none" or bool(rows)
        return Decision("met" if met else "not_met", decided, None)
    if rule.pick == "count":
        return Decision("met" if rule.at_least is None else "not_met", decided, None)
    if rule.pick in ("any", "occurs") or not rows:
        return Decision("not_met", decided, None)
    if rule.pick in ("consecutive", "sustained"):
        return Decision(_met(_in_a_row(rule, rows)), decided, None)
    if rule.pick == "mean":
        values = [row.measured if row.measured is not None else number_of(row) for row in rows]
        average = sum(values, Fraction(0)) / len(values)
        return Decision(_met(rule.test is None or rule.test.holds_number(average)), decided, None)
    row = _picked(rule, rows, days.nearest_to)
    return Decision(_met(satisfies(rule, row)), decided, row)


def _in_a_row(rule: OutcomeRule, rows: list[Result]) -> bool:
    """Whether some satisfying results in a row, one a day, are as many or as far apart as is asked for."""
    run: list[date] = []
    for day in sorted({row.day for row in rows}):
        if not satisfies(rule, one_of_day(rule, [row for row in rows if row.day == day])):
            run = []
            continue
        run.append(day)
        if rule.times is not None and len(run) >= rule.times:
            return True
        if rule.lasts is not None and len(run) > 1 and day >= rule.lasts.on(run[0]):
            return True
    return False


def _met(passed: bool) -> str:
    return "met" if passed else "not_met"


def _picked(rule: OutcomeRule, rows: list[Result], nearest_to: date | None) -> Result:
    """The one row of first, last, nearest, lowest or highest; `rows` is not empty."""
    if rule.pick == "lowest":
        return min(rows, key=lambda row: (number_of(row), row.day))
    if rule.pick == "highest":
        return min(rows, key=lambda row: (-number_of(row), row.day))
    days = sorted({row.day for row in rows})
    day = days[0] if rule.pick == "first" else days[-1]
    if nearest_to is not None:
        day = min(days, key=lambda one: (abs((one - nearest_to).days), one))
    return one_of_day(rule, [row for row in rows if row.day == day])


def one_of_day(rule: OutcomeRule, rows: list[Result]) -> Result:
    """The row that counts of one day's, by `if_tied`; `rows` is not empty."""
    if rule.if_tied == "best":
        return _best(rule, rows)
    for source in rule.tie_sources:
        own = [row for row in rows if row.source == source]
        if own:
            return _worst(rule, own)
    return _worst(rule, rows)


def _best(rule: OutcomeRule, rows: list[Result]) -> Result:
    passing = [row for row in rows if satisfies(rule, row)] or rows
    return max(passing, key=_by_value)


def _worst(rule: OutcomeRule, rows: list[Result]) -> Result:
    failing = [row for row in rows if not satisfies(rule, row)] or rows
    return min(failing, key=_by_value)


def _by_value(row: Result) -> tuple[bool, Fraction, str]:
    """Orders values of one day: numbers by size, above what is no number."""
    number = plain_number(row.value)
    return (number is not None, number or Fraction(0), row.value)
