"""The explorer's data: for each computed combination of values the figures to be shown, as text.

The page's script only looks them up: it computes no figure and fills in none.
"""

from fractions import Fraction
from typing import Any

from engine.statements.whatif_words import money, path_words, percent, short_money, value_words
from engine.whatif.result import Result, Statistics, VariantResult

# What is shown, in order: key, words, and whether it is a large figure.
FIGURES = (
    ("net_price", "Net price a patient, on average"),
    ("range", "In nine of ten draws between"),
    ("discount", "Off the list price"),
    ("cost_per_responder", "Cost a responder"),
    ("net", "Budget in all"),
    ("refunds", "Refunds, expected"),
    ("refunds_most", "Refunds, 95 % at most"),
    ("response_rate", "Respond"),
)


def explorer(result: Result) -> dict[str, Any]:
    """Axes with their values, the figures of each combination, and where to begin."""
    axes = _axes(result)
    cells = _cells(result, axes)
    scale = _scale(result, list(cells.values()))
    return {
        "axes": [
            {"path": path, "label": label, "values": [value_words(v) for v in values], "raw": list(values)}
            for path, label, values in axes
        ],
        "start": _start(result, axes, cells),
        "cells": {key: _figures(v, scale) for key, v in cells.items()},
        "figures": [list(f) for f in FIGURES],
        "ends": [money(scale[0], result.currency), money(scale[1], result.currency)],
    }


Axis = tuple[str, str, tuple[str, ...]]


def _axes(result: Result) -> list[Axis]:
    """Those of the grid; without one, one axis of all variants."""
    if result.grid:
        return [(path, path_words(path, result), values) for path, values in result.grid]
    own = tuple(v.name for v in result.variants if v.name not in result.compared)
    return [("variant", "variant", own)] if len(own) > 1 else []


def _cells(result: Result, axes: list[Axis]) -> dict[str, VariantResult]:
    """The variant of each combination that was computed, by its places on the axes: `0,2,1`."""
    if not axes:
        return {"": result.base}
    if not result.grid:
        by_name = {v.name: v for v in result.variants}
        return {str(k): by_name[name] for k, name in enumerate(axes[0][2])}
    paths = {path for path, _, _ in axes}
    found = {}
    for variant in result.variants:
        if set(variant.set) == paths and variant.name not in result.compared:
            places = (values.index(variant.set[path]) for path, _, values in axes)
            found[",".join(str(p) for p in places)] = variant
    return found


def _start(result: Result, axes: list[Axis], cells: dict[str, VariantResult]) -> list[int]:
    """The agreement as written; where an axis lacks its value, the combination that comes nearest to it."""
    if not axes:
        return []
    now, base = (
        {s.path: s.base_value for s in result.swings},
        result.base.metrics["net_price"].mean or Fraction(0),
    )

    def off(key: str) -> tuple[int, Fraction]:
        places = zip(key.split(","), axes, strict=True)
        other = sum(
            now.get(path) in values and values[int(k)] != now[path] for k, (path, _, values) in places
        )
        return other, abs(Fraction(cells[key].metrics["net_price"].mean or 0) - base)

    return [int(place) for place in min(cells, key=off).split(",")]


def _scale(result: Result, variants: list[VariantResult]) -> tuple[Fraction, Fraction]:
    """From the lowest to the highest net price that any variant's bar reaches."""
    found = [v.metrics["net_price"] for v in variants]
    low = [s.percentiles[5] for s in found if s.draws]
    high = [s.percentiles[95] for s in found if s.draws]
    return (min(low), max(high)) if low else (Fraction(0), Fraction(1))


def _figures(variant: VariantResult, scale: tuple[Fraction, Fraction]) -> dict[str, str]:
    currency, metrics = variant.currency, variant.metrics
    price, refunds = metrics["net_price"], metrics["refunds"]
    low, high = (money(price.percentiles.get(p), currency) for p in (5, 95))
    return {
        "net_price": money(price.mean, currency),
        "range": f"{low} and {high}",
        "discount": percent(metrics["discount"].mean),
        "cost_per_responder": money(metrics["cost_per_responder"].mean, currency),
        "net": short_money(metrics["net"].mean, currency),
        "refunds": short_money(_owed_back(refunds.mean), currency),
        "refunds_most": short_money(_owed_back(refunds.percentiles.get(5)), currency),
        "response_rate": percent(metrics["response_rate"].mean),
        **_bar(price, scale),
    }


def _owed_back(refund: Fraction | None) -> Fraction | None:
    """A refund as what comes back: above zero."""
    return None if refund is None else -refund


def _bar(price: Statistics, scale: tuple[Fraction, Fraction]) -> dict[str, str]:
    """Where the bar of 5 to 95 % lies and the mean, in percent of the scale's width."""
    width = (scale[1] - scale[0]) or Fraction(1)

    def place(value: Fraction | None) -> float:
        return 0.0 if value is None else round(float((value - scale[0]) / width) * 100, 2)

    left, right = place(price.percentiles.get(5)), place(price.percentiles.get(95))
    return {
        "left": f"{left}%",
        "width": f"{max(0.4, round(right - left, 2))}%",
        "mark": f"{place(price.mean)}%",
    }
