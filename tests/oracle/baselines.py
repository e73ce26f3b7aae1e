"""What a change counts from, and the change."""

from dataclasses import replace
from fractions import Fraction

from tests.oracle.evidence import Result
from tests.oracle.money import plain_number
from tests.oracle.rules import OutcomeRule


def baseline_value(rule: OutcomeRule, rows: list[Result]) -> Fraction | None:
    """The baseline by its pick; `rows` have numbers and lie in its window, by date. None without any."""
    assert rule.baseline is not None
    pick = rule.baseline.pick
    if not rows:
        return None
    values = [number_of(row) for row in rows]
    if pick == "lowest":
        return min(values)
    if pick == "highest":
        return max(values)
    if pick == "mean":
        return sum(values, Fraction(0)) / len(values)
    day = rows[0].day if pick == "first" else rows[-1].day
    return _one_of_day(rule, [row for row in rows if row.day == day])


def _one_of_day(rule: OutcomeRule, rows: list[Result]) -> Fraction:
    """`best` the higher, `worst` the lower, `source` the first listed; the lower where it cannot say."""
    if rule.if_tied == "best":
        return max(number_of(row) for row in rows)
    for source in rule.tie_sources:
        own = [row for row in rows if row.source == source]
        if own:
            return min(number_of(row) for row in own)
    return min(number_of(row) for row in rows)


def with_changes(rule: OutcomeRule, rows: list[Result], baseline: Fraction | None) -> list[Result]:
    """The rows with what the test measures; none of them where there is no baseline to count from."""
    percent = rule.test is not None and rule.test.of == "percent_change"
    if baseline is None or (percent and baseline == 0):
        return []
    found = []
    for row in rows:
        change = number_of(row) - baseline
        found.append(replace(row, measured=100 * change / abs(baseline) if percent else change))
    return found


def number_of(row: Result) -> Fraction:
    """The row's value, which must be a number."""
    number = plain_number(row.value)
    assert number is not None, "rows without a number are absent here"
    return number
