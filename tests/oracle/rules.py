"""What an outcome of a contract says, as a frozen value."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.oracle.dates import Offset, parse_length, parse_offset
from tests.oracle.money import number_or_percent, plain_number

CAUSES = ("related", "unrelated", "unknown")
BOUNDS = ("at_least", "at_most", "above", "below")
CHANGES = ("change", "percent_change")


@dataclass(frozen=True)
class Test:
    """A test: one of some texts, or bounds on a number (all of them hold).

    The number is the value, or where `of` says so its change or percent change from the baseline.
    """

    one_of: tuple[str, ...] | None
    bounds: tuple[tuple[str, Fraction], ...] = ()
    of: str = "value"

    __test__ = False  # a word of the language, not a test of pytest

    def holds(self, value: str) -> bool:
        """Whether the value satisfies it; a numeric test needs a value that is a number."""
        if self.one_of is not None:
            return value in self.one_of
        number = plain_number(value)
        assert number is not None, "rows without a number are absent under a numeric test"
        return self.holds_number(number)

    def holds_number(self, number: Fraction) -> bool:
        """Whether an exact number is within all bounds."""
        return all(within(number, bound, limit) for bound, limit in self.bounds)


def within(number: Fraction, bound: str, limit: Fraction) -> bool:
    """Whether the number keeps one of BOUNDS."""
    if bound == "at_least":
        return number >= limit
    if bound == "at_most":
        return number <= limit
    return number > limit if bound == "above" else number < limit


@dataclass(frozen=True)
class Baseline:
    """What changes count from: which rows before, and the one of them (or their mean)."""

    first: Offset
    last: Offset
    pick: str


@dataclass(frozen=True)
class OutcomeRule:
    """One outcome. `pick` is a word of `met_if`, or `occurs` for an event that has none.

    `at_least` and `at_most` are of `count`; `times` of `consecutive`; `lasts` of `sustained`; `nearest_to` of
    `nearest`. `decided` is the window's end where the contract leaves it out. `if_died` has one word for
    each of CAUSES. `tie_sources` is empty unless `if_tied` names sources (then `if_tied` is `source`).
    """

    name: str
    measure: str
    is_event: bool
    first: Offset
    last: Offset
    decided: Offset
    baseline: Baseline | None
    pick: str
    test: Test | None
    at_least: int | None
    at_most: int | None
    times: int | None
    lasts: Offset | None
    nearest_to: Offset | None
    unit: str | None
    if_missing: str
    if_died: dict[str, str]
    if_coverage_ends: str
    if_tied: str
    tie_sources: tuple[str, ...]
    late_evidence: str

    @property
    def is_series(self) -> bool:
        """Whether it has one status for each due date of a clause that uses it."""
        offsets = [self.first, self.last, self.decided, self.nearest_to]
        return any(offset is not None and offset.anchor == "due" for offset in offsets)

    @property
    def needs_number(self) -> bool:
        """Whether a value that is no number counts as absent."""
        numeric_test = self.test is not None and self.test.one_of is None
        return numeric_test or self.pick in ("lowest", "highest", "mean")


def read_outcome(name: str, said: dict[str, Any]) -> OutcomeRule:
    """The rule of an outcome, its defaults already filled in."""
    pick, inner = next(iter((said.get("met_if") or {"occurs": None}).items()))
    counted = pick == "count"
    has_test_key = pick in ("nearest", "consecutive", "sustained")
    test = inner.get("of") if counted else inner["test"] if has_test_key else inner
    died = said.get("if_died", "ignore")
    tied = said.get("if_tied", "worst")
    first, last = said["window"]
    return OutcomeRule(
        name=name,
        measure=said.get("measure") or said["event"],
        is_event="event" in said,
        first=parse_offset(first),
        last=parse_offset(last),
        decided=parse_offset(said.get("decided") or last),
        baseline=_baseline(said["baseline"]) if "baseline" in said else None,
        pick=pick,
        test=None if test is None else _test(test),
        at_least=int(inner["at_least"]) if counted and "at_least" in inner else None,
        at_most=int(inner["at_most"]) if counted and "at_most" in inner else None,
        times=int(inner["times"]) if pick == "consecutive" else None,
        lasts=parse_length(inner["for"]) if pick == "sustained" else None,
        nearest_to=parse_offset(inner["to"]) if pick == "nearest" else None,
        unit=said.get("unit"),
        if_missing=said.get("if_missing", "not_met"),
        if_died=dict.fromkeys(CAUSES, died) if isinstance(died, str) else died,
        if_coverage_ends=said.get("if_coverage_ends", "ignore"),
        if_tied=tied if isinstance(tied, str) else "source",
        tie_sources=() if isinstance(tied, str) else tuple(tied["source"]),
        late_evidence=said.get("late_evidence", "reopen"),
    )


def _baseline(said: dict[str, Any]) -> Baseline:
    first, last = said["window"]
    return Baseline(parse_offset(first), parse_offset(last), said["pick"])


def _test(said: Any) -> Test:
    if isinstance(said, list):
        return Test(one_of=tuple(said))
    for of in CHANGES:
        if of in said:
            return Test(one_of=None, bounds=_bounds(said[of], in_percent=of == "percent_change"), of=of)
    return Test(one_of=None, bounds=_bounds(said, in_percent=False))


def _bounds(said: dict[str, Any], *, in_percent: bool) -> tuple[tuple[str, Fraction], ...]:
    """Bounds of numbers; under a percent change `-50` and `-50%` are the same."""

    def number(text: str) -> Fraction:
        return number_or_percent(text.strip().removesuffix("%") if in_percent else text)

    found: list[tuple[str, Fraction]] = []
    for word, limit in said.items():
        if word == "between":
            found += [("at_least", number(limit[0])), ("at_most", number(limit[1]))]
        else:
            assert word in BOUNDS, word
            found.append((word, number(limit)))
    return tuple(found)
