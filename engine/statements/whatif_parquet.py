"""A what-if as Parquet: tidy tables of metrics, months, years and of what each variant changes.

Money is in the minor unit, as decimals of six places; counts and shares likewise. What each column means stands in
`reports/what-if/README.md`.
"""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine.kernel.money import round_half_up
from engine.whatif.result import PERCENTILES, Result, Statistics

_PLACES = 6
_NUMBERS = ("mean", "se", "sd", *(f"p{p}" for p in PERCENTILES))
_PARTS = ("payments", "refunds", "net", "net_so_far")
Row = dict[str, Any]


def write_parquet(result: Result, folder: Path) -> list[Path]:
    """The files `…-metrics.parquet`, `…-months.parquet`, `…-years.parquet` and `…-variants.parquet`.

    Grain: one row a variant and metric; a variant, period and part of the money; a variant and path that it sets.
    """
    import polars as pl

    numbers = dict.fromkeys(_NUMBERS, pl.Decimal(38, _PLACES))
    tables = {
        "metrics": (_metrics(result), {**_texts("variant", "metric"), "draws": pl.Int64(), **numbers}),
        "months": (_periods(result, "month"), {**_texts("variant", "month", "of"), **numbers}),
        "years": (_periods(result, "year"), {**_texts("variant", "year", "of"), **numbers}),
        "variants": (
            _variants(result),
            _texts("variant", "contract", "contract_version", "currency", "path", "value"),
        ),
    }
    files = []
    for name, (rows, schema) in tables.items():
        file = folder / f"{result.scenario}-{name}.parquet"
        pl.DataFrame(rows, schema=schema).write_parquet(file)
        files.append(file)
    return files


def _texts(*names: str) -> dict[str, Any]:
    import polars as pl

    return dict.fromkeys(names, pl.String())


def _metrics(result: Result) -> list[Row]:
    return [
        {"variant": v.name, "metric": name, "draws": found.draws} | _numbers(found)
        for v in result.variants
        for name, found in v.metrics.items()
    ]


def _periods(result: Result, word: str) -> list[Row]:
    return [
        {"variant": v.name, word: p.name, "of": part} | _numbers(getattr(p, part))
        for v in result.variants
        for p in (v.by_month if word == "month" else v.by_year)
        for part in _PARTS
    ]


def _variants(result: Result) -> list[Row]:
    """A variant that changes nothing has one row, without a path."""
    return [
        {"variant": v.name, "contract": v.contract, "contract_version": v.contract_version, "currency": v.currency,
         "path": path, "value": value}
        for v in result.variants
        for path, value in (v.set.items() or [(None, None)])
    ]  # fmt: skip


def _numbers(found: Statistics) -> Row:
    values = (found.mean, found.se, found.sd, *(found.percentiles.get(p) for p in PERCENTILES))
    return {name: None if v is None else _decimal(v) for name, v in zip(_NUMBERS, values, strict=True)}


def _decimal(value: Fraction | float) -> Decimal:
    return Decimal(round_half_up(Fraction(value) * 10**_PLACES)).scaleb(-_PLACES)
