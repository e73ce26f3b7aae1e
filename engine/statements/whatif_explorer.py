"""The explorer's data: for each computed combination of values the figures to be shown, as text.

The page's script only looks them up: it computes no figure and fills in none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from engine.kernel.money import parse_decimal
from engine.statements.whatif_words import as_written, brief_money, money, path_words, percent, setting_words
from engine.whatif.result import Histogram, Result, VariantResult

# What is shown, in order: key and words.
FIGURES = (
    ("net_price", "Net price a patient"),
    ("low", "1 draw in 20 below"),
    ("high", "1 draw in 20 above"),
    ("discount", "Off the list price"),
    ("cost_per_responder", "Cost a responder"),
    ("response_rate", "Patients that respond"),
    ("net", "Budget in all"),
    ("net_high", "Budget, 1 in 20 above"),
    ("refunds", "Refunds, expected"),
    ("refunds_most", "Refunds, 95 % at most"),
)
_MOST_YEARS = 12
WIDTH, HEIGHT = 1000, 100  # of the drawing, whose shapes are worked out here


@dataclass(frozen=True, slots=True)
class Axis:
    """A term that can be chosen: its values as written, in order of size where they are numbers."""

    path: str
    label: str
    raw: tuple[str, ...]
    values: tuple[str, ...]
    now: str  # as it stands in the agreement and scenario; "" where that is not known

    @property
    def slider(self) -> bool:
        return all(_number(v) is not None for v in self.raw)

    @property
    def elsewhere(self) -> bool:
        """Whether the value as it stands is none that can be chosen."""
        return bool(self.now) and self.now not in self.raw


Cells = Mapping[tuple[int, ...], VariantResult]  # by the places on the axes


@dataclass(frozen=True, slots=True)
class Explorer:
    """What the page shows, and what its script looks up."""

    axes: Sequence[Axis]
    start: tuple[int, ...]
    cells: Cells
    rows: Sequence[tuple[str, str]]  # of FIGURES, those that any variant has something to say of
    years: Sequence[str]  # of any combination, the first so many
    ends: tuple[Fraction, Fraction]  # of the drawing: net prices

    @property
    def combinations(self) -> int:
        """All that can be chosen, worked out or not."""
        many = 1
        for axis in self.axes:
            many *= len(axis.raw)
        return many

    def figures(self, variant: VariantResult) -> dict[str, Any]:
        """The figures of a variant and its shape in the drawing."""
        shown: dict[str, Any] = figures(variant)
        net = {p.name: brief_money(p.net.mean, variant.currency) for p in variant.by_year}
        shown["years"] = [net.get(name, "–") for name in self.years]
        mean = variant.metrics["net_price"].mean
        place = 0 if mean is None else _place(mean, self.ends)
        return shown | {"shape": _shape(variant.histogram, place, self.ends), "mark": place}

    def data(self) -> dict[str, Any]:
        """For the script: `cells` by the places on the axes, such as `0,2,1`."""
        return {
            "axes": [{"path": a.path, "raw": list(a.raw), "values": list(a.values)} for a in self.axes],
            "start": list(self.start),
            "keys": [key for key, _ in self.rows],
            "cells": {",".join(map(str, at)): self.figures(v) for at, v in self.cells.items()},
        }


def explorer(result: Result) -> Explorer | None:
    """All combinations of varied values that were worked out; None where nothing was varied."""
    axes = _axes(result)
    cells = _cells(result, axes)
    if not axes or not cells:
        return None
    every = (result.base, *cells.values())
    years = sorted({p.name for v in every for p in v.by_year})[:_MOST_YEARS]
    return Explorer(axes, _start(result, axes, cells), cells, _rows(every), years, _ends(every))


def _rows(variants: Sequence[VariantResult]) -> list[tuple[str, str]]:
    """Without responders where nobody responds, without refunds where nothing comes back."""
    moved = {
        name: any(v.metrics[name].highest or v.metrics[name].lowest for v in variants)
        for name in ("responders", "refunds", "discount")
    }
    needs = {"cost_per_responder": "responders", "response_rate": "responders", "discount": "discount",
             "refunds": "refunds", "refunds_most": "refunds"}  # fmt: skip
    return [(key, said) for key, said in FIGURES if moved.get(needs.get(key, ""), True)]


def _ends(variants: Sequence[VariantResult]) -> tuple[Fraction, Fraction]:
    """From the lowest to the highest net price that is drawn: of each variant all but 1 % at either side."""
    found = [v.metrics["net_price"] for v in variants]
    low = [s.percentiles[1] for s in found if s.draws]
    return (min(low), max(s.percentiles[99] for s in found if s.draws)) if low else (Fraction(0), Fraction(1))


def figures(variant: VariantResult) -> dict[str, str]:
    """Each of FIGURES, as people read it."""
    currency, metrics = variant.currency, variant.metrics
    price, net, refunds = metrics["net_price"], metrics["net"], metrics["refunds"]
    return {
        "net_price": money(price.mean, currency),
        "low": money(price.percentiles.get(5), currency),
        "high": money(price.percentiles.get(95), currency),
        "discount": percent(metrics["discount"].mean),
        "cost_per_responder": money(metrics["cost_per_responder"].mean, currency),
        "response_rate": percent(metrics["response_rate"].mean),
        "net": brief_money(net.mean, currency),
        "net_high": brief_money(net.percentiles.get(95), currency),
        "refunds": brief_money(_owed_back(refunds.mean), currency),
        "refunds_most": brief_money(_owed_back(refunds.percentiles.get(5)), currency),
    }


def _owed_back(refund: Fraction | None) -> Fraction | None:
    """A refund as what comes back: above zero."""
    return None if refund is None else -refund


def _axes(result: Result) -> list[Axis]:
    """Those of the grid; without one each varied term by itself, its value as it stands among them."""
    now = as_written(result)
    varied = result.grid or tuple(
        (s.path, tuple(dict.fromkeys([now[s.path], *(v for v, _ in s.values)]))) for s in result.swings
    )
    return [_axis(path, values, now.get(path, ""), result) for path, values in varied]


def _axis(path: str, values: Sequence[str], now: str, result: Result) -> Axis:
    numbers = {v: number for v in values if (number := _number(v)) is not None}
    raw = sorted(dict.fromkeys(values), key=lambda v: numbers[v] if len(numbers) == len(set(values)) else 0)
    shown = tuple(setting_words(path, v, result) for v in raw)
    return Axis(path, path_words(path, result), tuple(raw), shown, now)


def _number(text: str) -> Fraction | None:
    return parse_decimal(text.removesuffix("%").rstrip())


def _cells(result: Result, axes: Sequence[Axis]) -> Cells:
    """The variant of each combination that was worked out. A variant that leaves a term as it stands counts where that
    can be chosen."""
    found: dict[tuple[int, ...], VariantResult] = {}
    own = [v for v in result.variants if v.name not in result.compared]
    for variant in sorted(own, key=lambda v: -len(v.set)):
        values = [variant.set.get(axis.path, axis.now) for axis in axes]
        if all(value in axis.raw for value, axis in zip(values, axes, strict=True)):
            at = tuple(axis.raw.index(value) for value, axis in zip(values, axes, strict=True))
            found.setdefault(at, variant)
    return found


def _start(result: Result, axes: Sequence[Axis], cells: Cells) -> tuple[int, ...]:
    """The agreement as written; where an axis lacks its value, the combination that comes nearest to it."""
    base = result.base.metrics["net_price"].mean or Fraction(0)

    def off(at: tuple[int, ...]) -> tuple[int, Fraction]:
        other = sum(
            axis.now in axis.raw and axis.raw[k] != axis.now for k, axis in zip(at, axes, strict=True)
        )
        return other, abs(Fraction(cells[at].metrics["net_price"].mean or 0) - base)

    return min(cells, key=off, default=())


def _place(value: Fraction, ends: tuple[Fraction, Fraction]) -> int:
    """Where a net price lies across the drawing; those beyond its ends at its ends."""
    low, high = ends
    return max(0, min(WIDTH, round((value - low) / ((high - low) or 1) * WIDTH)))


def _shape(histogram: Histogram | None, place: int, ends: tuple[Fraction, Fraction]) -> str:
    """The outline of how the draws spread, as an SVG path; a line where all are the same."""
    if histogram is None:
        return f"M{max(0, place - 2)} {HEIGHT}v-{HEIGHT}h4v{HEIGHT}z"
    most = max(histogram.counts)
    path = f"M{_place(histogram.edges[0], ends)} {HEIGHT}"
    for edge, many in zip(histogram.edges[1:], histogram.counts, strict=True):
        path += f"V{HEIGHT - round(many / most * HEIGHT)}H{_place(edge, ends)}"
    return f"{path}V{HEIGHT}z"
