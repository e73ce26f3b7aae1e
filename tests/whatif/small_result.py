"""A small what-if whose every number can be worked out by hand: four draws of four patients, three months.

In dollars, payments and refunds of each draw by month, and who responds:

    draw   2018-11  2018-12  2019-01    refunds            responders   net
    1        3,000    1,000        0    1,000 in December           3   3,000
    2        2,000    2,000        0    2,000 in January            2   2,000
    3        4,000        0        0    1,000 in each of the two    2   2,000
    4        1,000    3,000        0    none                        4   4,000

Names of people's making begin with what a spreadsheet would take for a formula.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np

from engine.whatif.per_draw import PRESENT_SCALE, PerDraw
from engine.whatif.result import Result, Solution, Solved, Swing, VariantResult
from engine.whatif.scenario import Agreement, Variant
from engine.whatif.summary import summary
from tests.whatif.cohorts import cohort, contract

FORMULA = '=HYPERLINK("http://x.example","+1")'
PRICES = ("475000", "649000")
STATUSES = ("not_met", "met")


def per_draw(percent: int = 100) -> PerDraw:
    """The draws above, their money at so many percent."""
    payments = np.array([[3, 1, 0], [2, 2, 0], [4, 0, 0], [1, 3, 0]]) * 1_000 * percent
    refunds = np.array([[0, -1, 0], [0, 0, -2], [0, -1, -1], [0, 0, 0]]) * 1_000 * percent
    return PerDraw(
        months=("2018-11", "2018-12", "2019-01"),
        drawn=np.array([5, 5, 5, 5]),
        patients=np.array([4, 4, 4, 4]),
        responders=np.array([3, 2, 2, 4]),
        payments=payments,
        refunds=refunds,
        present=(payments + refunds).sum(axis=1) * PRESENT_SCALE,
        by_clause={"infusion": payments.sum(axis=1), "no_remission": refunds.sum(axis=1)},
        pending=np.array([[4, 1], [4, 0], [4, 1], [4, 0]]),
    )


def variant(name: str, percent: int = 100, **set: str) -> VariantResult:
    """A variant whose money is so many percent; `set` has `__` in place of points."""
    paths = {path.replace("__", "."): value for path, value in set.items()}
    asked = Variant(name, Agreement(contract()), cohort(5), paths)
    return summary(asked, per_draw(percent), Fraction(100_000))


def small_result() -> Result:
    """Base, two terms one at a time and all together, another agreement, a solved share."""
    one_at_a_time = [
        variant(f"terms.price = {p}", k, terms__price=p) for p, k in zip(PRICES, (75, 100), strict=True)
    ]
    grid = [
        variant(f"{price}, {status}", k, terms__price=price, outcomes__remission__if_missing=status)
        for price, k in zip(PRICES, (75, 100), strict=True)
        for status in STATUSES
    ]
    base, low = variant("base"), one_at_a_time[0]
    means = [v.metrics["net_price"].mean or Fraction(0) for v in (low, base)]
    return Result(
        scenario="small",
        title=FORMULA,
        scenario_version="sha256:00",
        engine_version="0",
        contract=base.contract,
        currency="USD",
        draws=4,
        seed=7,
        first_index=date(2018, 11, 1),
        last_index=date(2018, 12, 31),
        horizon_end=date(2019, 12, 31),
        discount=Fraction(3, 100),
        list_price=Fraction(100_000),
        members=1_000,
        inputs=(("draws", "4"), ("title", FORMULA), ("note", "+1"), ("other", "@x"), ("less", "-2+3")),
        sources=("=1+1",),
        variants=(base, *one_at_a_time, *grid, variant("=cmd()", 50)),
        compared=("=cmd()",),
        swings=(
            Swing("terms.price", tuple(zip(PRICES, means, strict=True)), "649000"),
            Swing("outcomes.remission.if_missing", tuple((s, means[1]) for s in STATUSES), "not_met"),
        ),
        grid=(("terms.price", PRICES), ("outcomes.remission.if_missing", STATUSES)),
        solved=Solved(
            "terms.refund_share", "mean(net_price) = 700", Fraction(700), Fraction(1, 100),
            (Solution(Fraction(96, 100), Fraction(700), True),),
            ((Fraction(1), Fraction(1375, 2)), (Fraction(96, 100), Fraction(700))), "",
        ),
    )  # fmt: skip


def in_yen() -> Result:
    """The same numbers of a currency without a minor unit."""
    small = small_result()
    variants = tuple(replace(v, currency="JPY") for v in small.variants)
    return replace(small, currency="JPY", variants=variants)
