"""Which value of a term meets a target: looked for by bisection wherever the target is crossed."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from engine.kernel.money import format_fraction, round_half_up
from engine.whatif.result import Solution, Solved
from engine.whatif.scenario import Solve

_STEPS = 20  # of the range, in which crossings are looked for

Evaluate = Callable[[Sequence[Fraction]], Sequence[Fraction | None]]  # the statistic at each of some values


def solve(asked: Solve, evaluate: Evaluate) -> Solved:
    """All values in the range at which the statistic meets its target.

    `evaluate` gives the statistic at a value, None where it is undefined. What is found is a solution where the
    statistic is within the tolerance of the target; where it jumps over it, the value next to the jump is given, marked
    as not exact.
    """
    low, high = asked.between
    tried: dict[Fraction, Fraction] = {}

    def off_targets(values: Sequence[Fraction]) -> list[tuple[Fraction, Fraction]]:
        found = zip(values, evaluate(values), strict=True)
        tried.update((value, statistic) for value, statistic in found if statistic is not None)
        return [(value, tried[value] - asked.target) for value in values if value in tried]

    def off_target(value: Fraction) -> Fraction | None:
        found = off_targets([value])
        return found[0][1] if found else None

    known = off_targets(sorted({_snapped(low + (high - low) * k / _STEPS, asked) for k in range(_STEPS + 1)}))
    level = _level(asked, known)
    solutions = [] if level else _crossings(asked, known, off_target)
    return Solved(
        path=asked.path,
        wanted=f"{asked.statistic}({asked.metric}) = {format_fraction(asked.target)}",
        target=asked.target,
        tolerance=asked.tolerance,
        solutions=tuple(
            Solution(v, tried[v], abs(tried[v] - asked.target) <= asked.tolerance) for v in solutions
        ),
        tried=tuple(sorted(tried.items())),
        note=level or _words(asked, solutions, tried),
    )


def _level(asked: Solve, known: list[tuple[Fraction, Fraction]]) -> str:
    """Words where the value changes nothing."""
    if len({off for _, off in known}) > 1 or len(known) < 2:
        return ""
    if abs(known[0][1]) <= asked.tolerance:
        return f"every value from {_shown(asked.between[0])} to {_shown(asked.between[1])} meets the target"
    return f"{asked.path} does not change {asked.statistic}({asked.metric}): no value meets the target"


def _crossings(
    asked: Solve, known: list[tuple[Fraction, Fraction]], off_target: Callable[[Fraction], Fraction | None]
) -> list[Fraction]:
    """The values of the grid that meet the target, and one between any two neighbours on either side of it."""
    found: list[Fraction] = []
    for k, (value, off) in enumerate(known):
        before = known[k - 1] if k else None
        if abs(off) <= asked.tolerance:
            if before is None or abs(before[1]) > asked.tolerance:
                found.append(value)
        elif before is not None and abs(before[1]) > asked.tolerance and (before[1] > 0) != (off > 0):
            found.append(_bisected(asked, before, (value, off), off_target))
    return found


def _bisected(
    asked: Solve, left: tuple[Fraction, Fraction], right: tuple[Fraction, Fraction],
    off_target: Callable[[Fraction], Fraction | None],
) -> Fraction:  # fmt: skip
    """The value between two at which the target is met; the nearer side of a jump where it is not."""
    while right[0] - left[0] > asked.step:
        middle = _snapped((left[0] + right[0]) / 2, asked)
        off = off_target(middle) if left[0] < middle < right[0] else None
        if off is None:
            break
        if abs(off) <= asked.tolerance:
            return middle
        left, right = ((middle, off), right) if (off > 0) == (left[1] > 0) else (left, (middle, off))
    return min(left, right, key=lambda side: abs(side[1]))[0]


def _snapped(value: Fraction, asked: Solve) -> Fraction:
    """The nearest value that can be written, within the range."""
    return min(max(round_half_up(value / asked.step) * asked.step, asked.between[0]), asked.between[1])


def _words(asked: Solve, solutions: list[Fraction], tried: dict[Fraction, Fraction]) -> str:
    low, high = (_shown(v) for v in asked.between)
    if not solutions:
        if not tried:
            return f"{asked.metric} is undefined for every value from {low} to {high}"
        reach = f"{_shown(min(tried.values()))} to {_shown(max(tried.values()))}"
        return f"no value from {low} to {high} meets the target: the statistic goes from {reach}"
    jumps = [v for v in solutions if abs(tried[v] - asked.target) > asked.tolerance]
    parts = [f"{len(solutions)} values meet the target"] if len(solutions) > 1 else []
    parts += [f"at {_shown(v)} the statistic jumps over the target" for v in jumps]
    return "; ".join(parts)


def _shown(value: Fraction) -> str:
    """Two to six decimals, enough to tell values apart."""
    return f"{float(value):,.6f}".rstrip("0").rstrip(".")
