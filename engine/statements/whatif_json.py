"""What a what-if gives, as JSON: money as exact decimals, statistics of every metric, months and years."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from engine.kernel.money import format_fraction, minor_digits
from engine.whatif.result import (
    COUNT_METRICS,
    PERCENTILES,
    SHARE_METRICS,
    Period,
    Result,
    Solved,
    Statistics,
    VariantResult,
)

Document = dict[str, Any]
SHARE_DIGITS, COUNT_DIGITS = 6, 4


def document(result: Result) -> Document:
    """The whole result. Text throughout; null where a metric is undefined."""
    return {
        "scenario": result.scenario,
        "title": result.title,
        "contract": result.contract,
        "draws": result.draws,
        "seed": result.seed,
        "currency": result.currency,
        "version": result.scenario_version,
        "engine": result.engine_version,
        "index_dates": {"from": result.first_index.isoformat(), "to": result.last_index.isoformat()},
        "horizon_end": result.horizon_end.isoformat(),
        "discount": format_fraction(result.discount),
        "list_price": None if result.list_price is None else money(result.list_price, result.currency),
        "members": result.members,
        "variants": [_variant(v, result) for v in result.variants],
        "compared": list(result.compared),
        "tornado": [
            {"path": s.path, "now": s.base_value, "width": money(s.width, result.currency),
             "values": [{"value": v, "net_price": money(price, result.currency)} for v, price in s.values]}
            for s in result.swings
        ],
        "grid": [{"path": path, "values": list(values)} for path, values in result.grid],
        "solved": _solved(result.solved) if result.solved else None,
        "inputs": dict(result.inputs),
        "sources": list(result.sources),
    }  # fmt: skip


def money(minor: Fraction | float, currency: str) -> str:
    """An amount in the minor unit as a decimal of the major one, rounded half up."""
    return _with_point(_rounded(minor, 1), minor_digits(currency))


def decimal(value: Fraction | float, digits: int) -> str:
    """So many decimals, rounded half up."""
    return _with_point(_rounded(value, 10**digits), digits)


def _rounded(value: Fraction | float, scale: int) -> int:
    """In parts of `scale`, half up: away from zero, as all amounts are. Most of millions of values are whole."""
    above, below = value.as_integer_ratio()
    if below == 1:
        return above * scale
    units = (2 * abs(above) * scale + below) // (2 * below)
    return -units if above < 0 else units


def _with_point(units: int, digits: int) -> str:
    if not digits:
        return str(units)
    whole, rest = divmod(abs(units), 10**digits)
    return f"{'-' if units < 0 else ''}{whole}.{rest:0{digits}}"


def shown(metric: str, value: Fraction | float | None, currency: str) -> str | None:
    """A value of a metric (or of its deviation) as text."""
    if value is None:
        return None
    if metric in COUNT_METRICS:
        return decimal(value, COUNT_DIGITS)
    return decimal(value, SHARE_DIGITS) if metric in SHARE_METRICS else money(value, currency)


def statistics(metric: str, found: Statistics, currency: str) -> Document:
    """Mean, its error, deviation and percentiles of a metric."""
    values = {"mean": found.mean, "se": found.se, "sd": found.sd}
    values |= {f"p{p}": found.percentiles.get(p) for p in PERCENTILES}
    return {name: shown(metric, value, currency) for name, value in values.items()}


def _variant(variant: VariantResult, result: Result) -> Document:
    currency, refunds = variant.currency, variant.metrics["refunds"]
    return {
        "name": variant.name,
        "set": dict(variant.set),
        "contract": variant.contract,
        "version": variant.contract_version,
        "metrics": {name: statistics(name, found, currency) for name, found in variant.metrics.items()},
        "by_month": [_period("month", p, currency) for p in variant.by_month],
        "by_year": [
            _period("year", p, currency) | _a_member(p, result.members, currency) for p in variant.by_year
        ],
        "by_clause": {clause: money(minor, currency) for clause, minor in variant.by_clause.items()},
        "accrual": {
            "expected": shown("refunds", refunds.mean, currency),
            "most_likely": shown("refunds", refunds.most_likely, currency),
            "constrained_p95": shown("refunds", constrained(refunds), currency),
            "worst": shown("refunds", refunds.lowest, currency),
        },
        "pending_by_age": [
            {"months": p.months, "patients": decimal(p.patients, COUNT_DIGITS)}
            for p in variant.pending_by_age
        ],
    }


def constrained(refunds: Statistics) -> Fraction | None:
    """The refund that 95 of 100 draws do not exceed: refunds are below zero, so it is their 5th percentile."""
    return refunds.percentiles.get(5)


def a_member_a_month(net: Fraction, months: int, members: int) -> Fraction:
    """A budget a member a month, in the minor unit."""
    return net / members / months


def _a_member(year: Period, members: int | None, currency: str) -> Document:
    if members is None or year.net.mean is None:
        return {}
    cents = a_member_a_month(year.net.mean, 12, members) / 10 ** minor_digits(currency)
    return {"a_member_a_month": decimal(cents, 4)}


def _period(name: str, period: Period, currency: str) -> Document:
    parts = {
        "payments": period.payments,
        "refunds": period.refunds,
        "net": period.net,
        "net_so_far": period.net_so_far,
    }
    return {name: period.name} | {part: statistics(part, found, currency) for part, found in parts.items()}


def _solved(solved: Solved) -> Document:
    def pairs(found: Sequence[tuple[Fraction, Fraction]]) -> list[Document]:
        return [{"value": format_fraction(v), "gives": decimal(s, SHARE_DIGITS)} for v, s in found]

    return {
        "for": solved.path,
        "so_that": solved.wanted,
        "tolerance": format_fraction(solved.tolerance),
        "solutions": [
            {"value": format_fraction(s.value), "gives": decimal(s.reached, SHARE_DIGITS), "exact": s.exact}
            for s in solved.solutions
        ],
        "tried": pairs(solved.tried),
        "note": solved.note,
    }
