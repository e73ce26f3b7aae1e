"""What a what-if gives: of each variant its metrics over the draws, exact sums and their statistics.

Money is in the currency's minor unit: whole numbers where it is a draw's sum, fractions where it is a mean or a
quotient. Refunds are below zero, as in a settlement; `net` is payments and refunds together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
MONEY_METRICS = ("net_price", "cost_per_responder", "payments", "refunds", "net", "net_present")
COUNT_METRICS = ("responders", "patients", "drawn_patients")
SHARE_METRICS = ("discount", "response_rate")  # of the list price; of the patients


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of one metric over the draws. Percentiles are values that were drawn (the smallest with at least p % at or
    below it). `draws` counts those in which the metric is defined; with none of them all else is None."""

    draws: int
    mean: Fraction | None
    sd: float | None  # of the draws, with n - 1; None for one draw
    percentiles: Mapping[int, Fraction]  # by the numbers of PERCENTILES
    lowest: Fraction | None
    highest: Fraction | None
    most_likely: Fraction | None  # the value that most draws have (the middle of the fullest class of many)

    @property
    def se(self) -> float | None:
        """The standard error of the mean."""
        return None if self.sd is None else self.sd / self.draws**0.5


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a year: `2018-01`, `2018`."""

    name: str
    payments: Statistics
    refunds: Statistics
    net: Statistics
    net_so_far: Statistics  # from the first period on, for the fan


@dataclass(frozen=True, slots=True)
class PendingAge:
    """So many patients of a draw, on average, whose first outcome was still open so many months after their index."""

    months: int
    patients: Fraction


@dataclass(frozen=True, slots=True)
class Histogram:
    """How the draws' net price spreads: the edges of classes of equal width, and the draws in each."""

    edges: tuple[Fraction, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class VariantResult:
    """Of one variant. `metrics` has all names of MONEY_METRICS, COUNT_METRICS and SHARE_METRICS."""

    name: str
    set: Mapping[str, str]
    contract: str
    contract_title: str
    contract_version: str
    currency: str
    metrics: Mapping[str, Statistics]
    by_month: tuple[Period, ...]
    by_year: tuple[Period, ...]
    by_clause: Mapping[str, Fraction]  # mean of a draw's total, by the clause's id
    pending_by_age: tuple[PendingAge, ...]
    histogram: Histogram | None


@dataclass(frozen=True, slots=True)
class Solution:
    """One number that meets the target, with the statistic it gives; `exact` where within the tolerance."""

    value: Fraction
    reached: Fraction
    exact: bool


@dataclass(frozen=True, slots=True)
class Solved:
    """The answer to `solve`: no solution, one, or several. `tried` are the values looked at with what they give."""

    path: str
    wanted: str  # `mean(net_price) = 540000`
    target: Fraction
    tolerance: Fraction
    solutions: tuple[Solution, ...]
    tried: tuple[tuple[Fraction, Fraction], ...]
    note: str  # in words, where there is none or more than one


@dataclass(frozen=True, slots=True)
class Swing:
    """A bar of the tornado: a path, its values with the mean net price of each, the widest first."""

    path: str
    values: tuple[tuple[str, Fraction], ...]
    base_value: str

    @property
    def width(self) -> Fraction:
        prices = [price for _, price in self.values]
        return max(prices) - min(prices)


@dataclass(frozen=True, slots=True)
class Result:
    """Of a whole scenario. `variants[0]` is the agreement as written, with the name `base`."""

    scenario: str
    title: str
    scenario_version: str
    engine_version: str
    contract: str
    currency: str
    draws: int
    seed: int
    first_index: date
    last_index: date
    horizon_end: date
    discount: Fraction
    list_price: Fraction | None  # in the minor unit
    members: int | None
    inputs: tuple[
        tuple[str, str], ...
    ]  # what the scenario says, as path and text, for whoever reads the result
    sources: tuple[str, ...]
    variants: tuple[VariantResult, ...]
    compared: tuple[str, ...]  # names of variants that are other agreements
    swings: tuple[Swing, ...]
    grid: tuple[tuple[str, tuple[str, ...]], ...]  # paths and values of the grid, if it was computed
    solved: Solved | None

    @property
    def base(self) -> VariantResult:
        return self.variants[0]
