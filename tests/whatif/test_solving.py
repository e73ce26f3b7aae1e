"""Values that meet a target: one, none, several, and jumps over it."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from engine.whatif.result import Solved
from engine.whatif.scenario import Solve
from engine.whatif.solving import solve


def asked(
    target: Fraction,
    between: tuple[int, int] = (0, 100),
    tolerance: Fraction = Fraction(1, 100),
    step: Fraction = Fraction(1, 10**6),
) -> Solve:
    return Solve(
        "terms.price",
        "mean",
        "net_price",
        target,
        (Fraction(between[0]), Fraction(between[1])),
        tolerance,
        step,
    )


def solved(question: Solve, evaluate: Callable[[Fraction], Fraction | None]) -> Solved:
    return solve(question, lambda values: [evaluate(value) for value in values])


@pytest.mark.parametrize(
    ("evaluate", "target", "values"),
    [
        (lambda x: 2 * x, Fraction(50), [Fraction(25)]),  # on the grid
        (lambda x: 2 * x, Fraction(51), [Fraction(51, 2)]),
        (lambda x: -3 * x + 7, Fraction(-100), [Fraction(107, 3)]),
        (lambda x: (x - 30) * (x - 60), Fraction(0), [Fraction(30), Fraction(60)]),  # on the grid, both
        (lambda x: (x - 31) * (x - 61), Fraction(0), [Fraction(31), Fraction(61)]),
        (lambda x: 2 * x, Fraction(0), [Fraction(0)]),  # at the ends of the range
        (lambda x: 2 * x, Fraction(200), [Fraction(100)]),
    ],
)
def test_values_that_meet_the_target(
    evaluate: Callable[[Fraction], Fraction], target: Fraction, values: list[Fraction]
) -> None:
    found = solved(asked(target), evaluate).solutions
    assert [abs(s.value - v) < Fraction(1, 100) for s, v in zip(found, values, strict=True)] == [True] * len(
        values
    )
    assert all(s.exact and abs(s.reached - target) <= Fraction(1, 100) for s in found)


def test_no_value_is_told_with_what_can_be_reached() -> None:
    found = solved(asked(Fraction(300)), lambda x: 2 * x)
    assert (found.solutions, found.note) == (
        (),
        "no value from 0 to 100 meets the target: the statistic goes from 0 to 200",
    )


def test_several_values_are_told() -> None:
    assert solved(asked(Fraction(0)), lambda x: (x - 31) * (x - 61)).note == "2 values meet the target"


def test_a_jump_over_the_target_is_told_and_not_exact() -> None:
    """A window that is long enough or not: 10 up to 41, 20 from there on; 15 is never met."""
    found = solved(asked(Fraction(15), step=Fraction(1)), lambda x: Fraction(10) if x < 41 else Fraction(20))
    (one,) = found.solutions
    assert (one.value, one.exact) in ((Fraction(40), False), (Fraction(41), False))
    assert found.note.startswith("at 4")
    assert found.note.endswith("the statistic jumps over the target")


@pytest.mark.parametrize(("target", "note"), [(7, "every value"), (8, "no value meets the target")])
def test_a_value_that_changes_nothing(target: int, note: str) -> None:
    found = solved(asked(Fraction(target)), lambda x: Fraction(7))
    assert (found.solutions, note in found.note) == ((), True)


def test_an_undefined_statistic() -> None:
    assert (
        solved(asked(Fraction(1)), lambda x: None).note
        == "net_price is undefined for every value from 0 to 100"
    )


def test_values_are_multiples_of_the_step() -> None:
    tried: list[Fraction] = []
    solved(asked(Fraction(1), step=Fraction(1, 100)), lambda x: tried.append(x) or x / 3)  # type: ignore[func-returns-value]
    assert tried
    assert all((x * 100).denominator == 1 for x in tried)
