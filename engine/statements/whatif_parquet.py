"""A what-if as Parquet: tidy tables of metrics, months, years and of what each variant changes.

Money is in the minor unit, as decimals of six places; counts and shares likewise. What each column means stands in
`reports/what-if/README.md`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.statements.whatif_json import decimal
from engine.whatif.result import PERCENTILES, Result, Statistics

_PLACES = 6
_NUMBERS = ("mean", "se", "sd", *(f"p{p}" for p in PERCENTILES))
_PARTS = ("payments", "refunds", "net", "net_so_far")
Columns = dict[str, Any]


def write_parquet(result: Result, folder: Path) -> list[Path]:
    """The files `…-metrics.parquet`, `…-months.parquet`, `…-years.parquet` and `…-variants.parquet`.

    Grain: one row a variant and metric; a variant, period and part of the money; a variant and path that it sets.
    """
    import polars as pl

    number = pl.Decimal(38, _PLACES)
    tables = {
        "metrics": _metrics(result),
        "months": _periods(result, "month"),
        "years": _periods(result, "year"),
        "variants": _variants(result),
    }
    files = []
    for name, columns in tables.items():
        own = [column for column in columns if column in _NUMBERS]
        whole = {column: pl.Int64 if column == "draws" else pl.String for column in columns}
        file = folder / f"{result.scenario}-{name}.parquet"
        # A text of so many places is the decimal to the last of them; a float would not be.
        pl.DataFrame(columns, schema=whole).with_columns(pl.col(own).cast(number)).write_parquet(file)
        files.append(file)
    return files


def _metrics(result: Result) -> Columns:
    rows = [(v.name, name, found) for v in result.variants for name, found in v.metrics.items()]
    found = [statistics for _, _, statistics in rows]
    keys = {"variant": [row[0] for row in rows], "metric": [row[1] for row in rows]}
    return {**keys, "draws": [statistics.draws for statistics in found], **_numbers(found)}


def _periods(result: Result, word: str) -> Columns:
    rows = [
        (v.name, period.name, part, getattr(period, part))
        for v in result.variants
        for period in (v.by_month if word == "month" else v.by_year)
        for part in _PARTS
    ]
    keys = {name: [row[k] for row in rows] for k, name in enumerate(("variant", word, "of"))}
    return {**keys, **_numbers([row[-1] for row in rows])}


def _variants(result: Result) -> Columns:
    """A variant that changes nothing has one row, without a path."""
    rows = [
        (v.name, v.contract, v.contract_version, v.currency, path, value)
        for v in result.variants
        for path, value in (v.set.items() or [(None, None)])
    ]
    names = ("variant", "contract", "contract_version", "currency", "path", "value")
    return {name: [row[k] for row in rows] for k, name in enumerate(names)}


def _numbers(found: Sequence[Statistics]) -> Columns:
    """Each statistic as a column of texts."""
    columns = {name: [getattr(s, name) for s in found] for name in _NUMBERS[:3]}
    columns |= {f"p{p}": [s.percentiles.get(p) for s in found] for p in PERCENTILES}
    return {
        name: [None if v is None else decimal(v, _PLACES) for v in values] for name, values in columns.items()
    }
