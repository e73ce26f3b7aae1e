"""The Parquet files of a what-if, by a result that can be worked out by hand (see `small_result.py`)."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from engine.statements.whatif_parquet import write_parquet
from engine.whatif.result import PERCENTILES, Result
from engine.whatif.statistics import statistics_of
from tests.whatif.small_result import small_result

NUMBERS = ["mean", "se", "sd", *(f"p{p}" for p in PERCENTILES)]


def tables(folder: Path, result: Result) -> dict[str, pl.DataFrame]:
    files = write_parquet(result, folder)
    return {file.stem.removeprefix(f"{result.scenario}-"): pl.read_parquet(file) for file in files}


@pytest.fixture
def found(tmp_path: Path) -> dict[str, pl.DataFrame]:
    return tables(tmp_path, small_result())


def of(table: pl.DataFrame, **where: str) -> dict[str, object]:
    (row,) = table.filter(**where).to_dicts()
    return row


def test_metrics_in_the_minor_unit(found: dict[str, pl.DataFrame]) -> None:
    row = of(found["metrics"], variant="base", metric="net_price")
    assert (row["draws"], row["mean"], row["p5"], row["p99"]) == (
        4,
        Decimal(68750),
        Decimal(50000),
        Decimal(100000),
    )
    # sqrt((6250^2 + 18750^2 + 18750^2 + 31250^2) / 3) = 23935.6776939…
    assert row["sd"] == Decimal("23935.677694")
    assert of(found["metrics"], variant="base", metric="response_rate")["mean"] == Decimal(
        "0.6875"
    )  # 11 of 16
    assert of(found["metrics"], variant="base", metric="refunds")["mean"] == Decimal(-125000)


def test_grain(found: dict[str, pl.DataFrame]) -> None:
    small = small_result()
    keys = {
        "metrics": ["variant", "metric"], "months": ["variant", "month", "of"], "years": ["variant", "year", "of"],
        "variants": ["variant", "path"],
    }  # fmt: skip
    assert found.keys() == keys.keys()
    for name, key in keys.items():
        assert not found[name].select(key).is_duplicated().any(), name
    many = len(small.variants)
    # 3 months, 2 years, each of payments, refunds, net and net so far
    assert [len(found[n]) for n in ("metrics", "months", "years")] == [many * 11, many * 12, many * 8]
    # base and the agreement set nothing; two prices one at a time; four of the grid set two each
    assert len(found["variants"]) == 2 + 2 + 8


def test_periods_add_up(found: dict[str, pl.DataFrame]) -> None:
    for name in ("months", "years"):
        own = found[name].filter(variant="base")
        for part, total in (("payments", 400000), ("refunds", -125000), ("net", 275000)):
            assert own.filter(of=part)["mean"].sum() == Decimal(total)
    assert of(found["years"], variant="base", year="2018", of="net_so_far")["mean"] == Decimal(350000)
    assert of(found["months"], variant="base", month="2019-01", of="net_so_far")["mean"] == Decimal(275000)


def test_what_each_variant_sets(found: dict[str, pl.DataFrame]) -> None:
    own = found["variants"].filter(variant="475000, met")
    assert dict(own.select("path", "value").iter_rows()) == {
        "terms.price": "475000", "outcomes.remission.if_missing": "met",
    }  # fmt: skip
    base = of(found["variants"], variant="base")
    assert (base["path"], base["value"], base["currency"]) == (None, None, "USD")


def test_there_are_no_floats(found: dict[str, pl.DataFrame]) -> None:
    for table in found.values():
        assert set(table.dtypes) <= {pl.String(), pl.Int64(), pl.Decimal(38, 6)}


def test_undefined_is_null_and_the_draws_are_none(tmp_path: Path) -> None:
    small = small_result()
    none = replace(small.base, metrics={**small.base.metrics, "cost_per_responder": statistics_of([])})
    row = of(tables(tmp_path, replace(small, variants=(none,)))["metrics"], metric="cost_per_responder")
    assert row["draws"] == 0
    assert {row[name] for name in NUMBERS} == {None}


def test_without_money_the_tables_are_empty(tmp_path: Path) -> None:
    small = small_result()
    none = replace(small.base, by_month=(), by_year=())
    found = tables(tmp_path, replace(small, variants=(none,)))
    assert (len(found["months"]), len(found["years"])) == (0, 0)
    assert found["months"].columns == ["variant", "month", "of", *NUMBERS]


def test_the_same_bytes(tmp_path: Path) -> None:
    first = [file.read_bytes() for file in write_parquet(small_result(), tmp_path)]
    assert [file.read_bytes() for file in write_parquet(small_result(), tmp_path)] == first
