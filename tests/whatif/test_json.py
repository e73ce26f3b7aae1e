"""The JSON of a what-if, by a result that can be worked out by hand (see `small_result.py`)."""

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from engine.statements.whatif_json import decimal, document, money
from engine.whatif.result import PERCENTILES
from engine.whatif.statistics import statistics_of
from tests.whatif.small_result import in_yen, small_result

STATISTICS = {"mean", "se", "sd", *(f"p{p}" for p in PERCENTILES)}


def base() -> dict[str, Any]:
    found: dict[str, Any] = document(small_result())["variants"][0]
    return found


def test_statistics_of_the_net_price() -> None:
    price = base()["metrics"]["net_price"]
    assert set(price) == STATISTICS
    # nets of 3,000, 2,000, 2,000 and 4,000 over four patients each: 750, 500, 500, 1,000
    assert price["mean"] == "687.50"
    # sd: sqrt((62.5^2 + 187.5^2 + 187.5^2 + 312.5^2) / 3) = 239.3568; se: half of it, for four draws
    assert (price["sd"], price["se"]) == ("239.36", "119.68")
    # at least 5, 25, 50 % of four draws is one, one, two draws; 75 % three; 95 and 99 % all four
    assert [price[f"p{p}"] for p in PERCENTILES] == ["500.00"] * 4 + ["750.00"] + ["1000.00"] * 2


def test_each_metric_has_the_fields_of_the_first() -> None:
    for variant in document(small_result())["variants"]:
        wanted = {"net_price", "cost_per_responder", "payments", "refunds", "net", "responders", "patients"}
        assert wanted <= set(variant["metrics"])
        assert all(set(found) == STATISTICS for found in variant["metrics"].values())


def test_metrics_of_a_draw() -> None:
    found = {name: of["mean"] for name, of in base()["metrics"].items()}
    assert found["payments"] == "4000.00"
    assert found["refunds"] == "-1250.00"  # (1,000 + 2,000 + 2,000 + 0) / 4
    assert found["net"] == "2750.00"
    assert found["cost_per_responder"] == "1000.00"  # 3,000 / 3, 2,000 / 2, 2,000 / 2, 4,000 / 4
    assert (found["responders"], found["patients"], found["drawn_patients"]) == ("2.7500", "4.0000", "5.0000")
    assert found["response_rate"] == "0.687500"  # 11 of 16
    assert found["discount"] == "0.312500"  # 687.50 off a list price of 1,000


def test_months_and_years() -> None:
    months = {m["month"]: m for m in base()["by_month"]}
    assert {name: m["payments"]["mean"] for name, m in months.items()} == {
        "2018-11": "2500.00", "2018-12": "1500.00", "2019-01": "0.00",
    }  # fmt: skip
    assert [m["refunds"]["mean"] for m in months.values()] == ["0.00", "-500.00", "-750.00"]
    assert [m["net_so_far"]["mean"] for m in months.values()] == ["2500.00", "3500.00", "2750.00"]
    years = base()["by_year"]
    assert [(y["year"], y["net"]["mean"]) for y in years] == [("2018", "3500.00"), ("2019", "-750.00")]
    # 3,500 over 1,000 members and 12 months: 0.29166…
    assert [y["a_member_a_month"] for y in years] == ["0.2917", "-0.0625"]


def test_no_budget_a_member_without_members() -> None:
    years = document(replace(small_result(), members=None))["variants"][0]["by_year"]
    assert all("a_member_a_month" not in year for year in years)


def test_what_is_accrued() -> None:
    assert base()["accrual"] == {
        "expected": "-1250.00",
        "most_likely": "-2000.00",  # two draws of four
        "constrained_p95": "-2000.00",
        "worst": "-2000.00",
    }


def test_what_a_variant_changes() -> None:
    variants = {v["name"]: v for v in document(small_result())["variants"]}
    assert variants["base"]["set"] == {}
    assert variants["475000, met"]["set"] == {
        "terms.price": "475000", "outcomes.remission.if_missing": "met",
    }  # fmt: skip
    assert variants["=cmd()"]["metrics"]["net_price"]["mean"] == "343.75"  # half of it


def test_undefined_is_null() -> None:
    small = small_result()
    none = replace(small.base, metrics={**small.base.metrics, "cost_per_responder": statistics_of([])})
    found = document(replace(small, variants=(none,)))["variants"][0]["metrics"]["cost_per_responder"]
    assert set(found) == STATISTICS
    assert set(found.values()) == {None}


def test_one_draw_has_a_mean_and_no_error() -> None:
    small = small_result()
    one = replace(small.base, metrics={**small.base.metrics, "net": statistics_of([5])})
    found = document(replace(small, variants=(one,)))["variants"][0]["metrics"]["net"]
    assert (found["mean"], found["p1"], found["p99"]) == ("0.05", "0.05", "0.05")
    assert found["se"] is found["sd"] is None


def test_what_is_solved_for() -> None:
    solved = document(small_result())["solved"]
    assert solved["solutions"] == [{"value": "0.96", "gives": "700.000000", "exact": True}]
    assert document(replace(small_result(), solved=None))["solved"] is None


def test_a_currency_without_a_minor_unit() -> None:
    found = document(in_yen())["variants"][0]["metrics"]
    assert found["net"]["mean"] == "275000"
    assert found["net_price"]["mean"] == "68750"


@pytest.mark.parametrize(
    ("minor", "text"),
    [
        (Fraction(1, 2), "0.01"), (Fraction(-1, 2), "-0.01"), (Fraction(49, 100), "0.00"), (Fraction(-49, 100), "0.00"),
        (Fraction(-1234567), "-12345.67"), (Fraction(5), "0.05"), (0.5, "0.01"),
    ],
)  # fmt: skip
def test_money_is_rounded_half_up_away_from_zero(minor: Fraction | float, text: str) -> None:
    assert money(minor, "USD") == text


def test_decimals() -> None:
    assert decimal(Fraction(2, 3), 4) == "0.6667"
    assert decimal(Fraction(-5, 2), 0) == "-3"


def test_it_is_json_without_floats() -> None:
    def no_float(text: str) -> None:
        raise AssertionError(text)

    assert json.loads(json.dumps(document(small_result())), parse_float=no_float)["seed"] == 7
