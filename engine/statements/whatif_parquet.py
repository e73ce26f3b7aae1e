"""A what-if as Parquet: tidy tables of metrics and of months, one row a variant and metric or month.

Money is in the minor unit, as decimals of six places; counts and shares likewise.
"""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine.kernel.money import round_half_up
from engine.whatif.result import PERCENTILES, Result, Statistics

_PLACES = 6


def write_parquet(result: Result, folder: Path) -> list[Path]:
    """The files `…-metrics.parquet`, `…-months.parquet` and `…-variants.parquet`."""
    import polars as pl

    number = pl.Decimal(38, _PLACES)
    names = ["mean", "se", "sd", *(f"p{p}" for p in PERCENTILES)]
    numbers = dict.fromkeys(names, number)
    metrics = [
        {"variant": v.name, "metric": name} | _numbers(found)
        for v in result.variants
        for name, found in v.metrics.items()
    ]
    months = [
        {"variant": v.name, "month": p.name, "of": part} | _numbers(getattr(p, part))
        for v in result.variants
        for p in v.by_month
        for part in ("payments", "refunds", "net", "net_so_far")
    ]
    sets = [
        {"variant": v.name, "contract": v.contract, "contract_version": v.contract_version, "currency": v.currency,
         "path": path, "value": value}
        for v in result.variants
        for path, value in (v.set or {"": ""}).items()
    ]  # fmt: skip
    text = pl.String
    tables = {
        "metrics": pl.DataFrame(metrics, schema={"variant": text, "metric": text, **numbers}),
        "months": pl.DataFrame(months, schema={"variant": text, "month": text, "of": text, **numbers}),
        "variants": pl.DataFrame(
            sets,
            schema=dict.fromkeys(
                ("variant", "contract", "contract_version", "currency", "path", "value"), text
            ),
        ),
    }
    files = []
    for name, table in tables.items():
        file = folder / f"{result.scenario}-{name}.parquet"
        table.write_parquet(file)
        files.append(file)
    return files


def _numbers(found: Statistics) -> dict[str, Any]:
    values: dict[str, Fraction | float | None] = {"mean": found.mean, "se": found.se, "sd": found.sd}
    values |= {f"p{p}": found.percentiles.get(p) for p in PERCENTILES}
    return {name: None if v is None else _decimal(v) for name, v in values.items()}


def _decimal(value: Fraction | float) -> Decimal:
    return Decimal(round_half_up(Fraction(value) * 10**_PLACES)).scaleb(-_PLACES)
