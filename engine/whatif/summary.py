"""From what a variant comes to in each draw to its result: metrics, months, years, all of them over the draws."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from engine.kernel.money import minor_digits
from engine.whatif.per_draw import PRESENT_SCALE, PerDraw, Sums
from engine.whatif.result import PendingAge, Period, Statistics, VariantResult
from engine.whatif.scenario import Variant
from engine.whatif.statistics import histogram_of, statistics_of, statistics_of_columns

_PARTS = 1_000_000  # of a quotient's unit, in which it is kept


@dataclass(frozen=True, slots=True)
class Values:
    """A metric's value in each draw in which it is defined, in parts of `scale`."""

    numbers: list[int]
    scale: int = 1

    @property
    def statistics(self) -> Statistics:
        return statistics_of(self.numbers, self.scale)


def metric_values(found: PerDraw, list_minor: Fraction | None) -> dict[str, Values]:
    """Each metric by name."""
    net, patients, responders = (x.tolist() for x in (found.net, found.patients, found.responders))
    prices = _quotients(net, patients)
    discount = _discounts(prices.numbers, list_minor) if list_minor else []
    return {
        "net_price": prices,
        "cost_per_responder": _quotients(net, responders),
        "payments": Values(found.payments.sum(axis=1).tolist()),
        "refunds": Values(found.refunds.sum(axis=1).tolist()),
        "net": Values(net),
        "net_present": _quotients(found.present.tolist(), patients, PRESENT_SCALE),
        "responders": Values(responders),
        "patients": Values(patients),
        "drawn_patients": Values(found.drawn.tolist()),
        "discount": Values(discount, _PARTS),
        "response_rate": _quotients(responders, patients),
    }


def _discounts(prices: list[int], list_minor: Fraction) -> list[int]:
    """What is left of one beside each price as a part of the list price, in millionths."""
    above, below = list_minor.denominator, list_minor.numerator
    return [_PARTS - (2 * n * above + below) // (2 * below) for n in prices]


def _quotients(above: list[int], below: list[int], scale: int = 1) -> Values:
    """A quotient a draw, in millionths; none where it is divided by nothing."""
    pairs = zip(above, below, strict=True)
    return Values([(2 * n * _PARTS + d * scale) // (2 * d * scale) for n, d in pairs if d], _PARTS)


def summary(variant: Variant, found: PerDraw, list_minor: Fraction | None) -> VariantResult:
    """The result of a variant."""
    values, draws = metric_values(found, list_minor), len(found.drawn)
    contract = variant.contract
    return VariantResult(
        name=variant.name,
        set=variant.set,
        contract=contract.id,
        contract_title=contract.title,
        contract_version=contract.version,
        currency=contract.currency,
        metrics={name: of_draws.statistics for name, of_draws in values.items()},
        by_month=_periods(found.months, found.payments, found.refunds),
        by_year=_years(found),
        by_clause={clause: Fraction(int(sums.sum()), draws) for clause, sums in found.by_clause.items()},
        pending_by_age=tuple(
            PendingAge(k, Fraction(int(n), draws)) for k, n in enumerate(found.pending.sum(axis=0))
        ),
        histogram=histogram_of(values["net_price"].numbers, _PARTS),
    )


def list_price_minor(price: Fraction | None, currency: str) -> Fraction | None:
    """The list price in the minor unit."""
    return None if price is None else price * 10 ** minor_digits(currency)


def metric(found: PerDraw, name: str, statistic: str, list_minor: Fraction | None) -> Fraction | None:
    """One statistic of one metric, such as the mean of `net_price`."""
    stats = metric_values(found, list_minor)[name].statistics
    return stats.mean if statistic == "mean" else stats.percentiles.get(int(statistic.removeprefix("p")))


def _years(found: PerDraw) -> tuple[Period, ...]:
    names = list(dict.fromkeys(month[:4] for month in found.months))
    places = np.array([names.index(month[:4]) for month in found.months])

    def of_years(months: Sums) -> Sums:
        return np.column_stack([months[:, places == k].sum(axis=1) for k in range(len(names))])

    return _periods(tuple(names), of_years(found.payments), of_years(found.refunds))


def _periods(names: tuple[str, ...], payments: Sums, refunds: Sums) -> tuple[Period, ...]:
    """Periods of columns of draws × periods, from the first to the last in which any money moves."""
    net = payments + refunds
    moves = np.flatnonzero((payments != 0).any(axis=0) | (refunds != 0).any(axis=0))
    first, last = (int(moves[0]), int(moves[-1]) + 1) if len(moves) else (0, 0)
    columns = (payments, refunds, net, net.cumsum(axis=1))
    of_periods = zip(*(statistics_of_columns(x[:, first:last]) for x in columns), strict=True)
    return tuple(Period(name, *four) for name, four in zip(names[first:last], of_periods, strict=True))
