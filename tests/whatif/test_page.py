"""The page: one file without a request, figures that the JSON has too, a link that is a scenario."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import altair
import pytest
from jsonschema import ValidationError

from engine.statements.whatif_explorer import Explorer, explorer
from engine.statements.whatif_html import page
from engine.statements.whatif_json import document
from engine.statements.whatif_pictures import pictures
from engine.statements.whatif_words import (
    as_written,
    brief_money,
    money,
    path_words,
    percent,
    setting_words,
    short_money,
    value_words,
)
from engine.whatif.reading import read_scenario
from engine.whatif.result import Result
from engine.whatif.running import run
from tests.whatif.cohorts import CONTRACTS
from tests.whatif.small_result import small_result

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --virtual-time-budget=2000"
).split()


@cache
def result() -> Result:
    return run(read_scenario(CONTRACTS / "kymriah-us-day30/scenarios/medicaid.yaml", 40), "test")


def embedded(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="explorer-data">(.*?)</script>', text, re.S)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_the_page_asks_for_nothing_and_forbids_what_would() -> None:
    text = page(result())
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "default-src 'none'" in text
    assert not re.search(r"<(?:link|img|iframe|script[^>]* src)", text)
    assert len(text) < 400_000
    assert (
        page(small_result()).count("<svg") == 2 * len(pictures(small_result())) + 1
    )  # for a wide and a narrow screen


def test_the_same_result_gives_the_same_bytes() -> None:
    assert page(result()) == page(result())


def explored(asked: Result) -> Explorer:
    found = explorer(asked)
    assert found is not None
    return found


def chosen(data: dict[str, Any], key: str) -> dict[str, str]:
    """The values, as written, that a cell is of."""
    places = [int(p) for p in key.split(",")]
    return {axis["path"]: axis["raw"][place] for axis, place in zip(data["axes"], places, strict=True)}


def test_every_figure_of_the_explorer_is_one_of_the_json() -> None:
    """Each of the page's data is that of the JSON's variant with the same values, rounded for people."""
    data, variants = embedded(page(result())), document(result())["variants"]
    assert len(data["cells"]) == 2 * 3 * 4 * 2
    for key, cell in data["cells"].items():
        (own,) = (v for v in variants if v["set"] == chosen(data, key))
        price, refunds, net = (own["metrics"][name] for name in ("net_price", "refunds", "net"))
        assert [cell[k] for k in ("net_price", "low", "high")] == [
            dollars(price[k]) for k in ("mean", "p5", "p95")
        ]
        assert cell["cost_per_responder"] == dollars(own["metrics"]["cost_per_responder"]["mean"])
        assert cell["response_rate"] == percent(Fraction(own["metrics"]["response_rate"]["mean"]))
        assert cell["discount"] == percent(Fraction(own["metrics"]["discount"]["mean"]))
        assert [cell["net"], cell["net_high"]] == [millions(net["mean"]), millions(net["p95"])]
        assert [cell["refunds"], cell["refunds_most"]] == [millions(refunds[k], -1) for k in ("mean", "p5")]
        assert cell["years"] == [millions(year["net"]["mean"]) for year in own["by_year"]]
        keys = {"years", "shape", "mark", *data["keys"]}
        assert set(cell) == keys


def dollars(decimal: str) -> str:
    return money(Fraction(decimal) * 100, "USD")


def millions(decimal: str, times: int = 1) -> str:
    return brief_money(Fraction(decimal) * 100 * times, "USD")


def test_it_begins_with_the_agreement_as_it_stands() -> None:
    data = explored(result()).data()
    now = chosen(data, ",".join(map(str, data["start"])))
    assert now["terms.price"] == "649000"  # the contract writes 649000.00
    assert now["terms.refund_share"] == "100%"
    assert now["outcomes.remission.if_missing"] == "not_met"
    assert now["cohort.outcomes.0.chance"] == "77.3%"  # nearest to beta(58, 17)
    assert [axis.path for axis in explored(result()).axes if axis.elsewhere] == ["cohort.outcomes.0.chance"]


def test_numbers_slide_in_order_and_words_are_chosen() -> None:
    axes = [("terms.price", ("649000", "475000")), ("outcomes.remission.if_missing", ("not_met", "met"))]
    found = explored(replace(small_result(), grid=tuple(axes)))
    assert [(axis.slider, axis.raw) for axis in found.axes] == [
        (True, ("475000", "649000")), (False, ("not_met", "met"))]  # fmt: skip
    assert found.start == (1, 0)


def test_without_a_grid_each_term_changes_by_itself_and_the_rest_is_not_worked_out() -> None:
    """Two prices, one of them as written; two statuses, only that as written."""
    small = small_result()
    alone = replace(small, grid=(), variants=tuple(v for v in small.variants if len(v.set) < 2))
    found = explored(alone)
    assert (found.combinations, set(found.cells)) == (4, {(0, 0), (1, 0)})
    assert found.cells[0, 0].name == "terms.price = 475000"
    assert found.cells[1, 0].metrics == small.base.metrics


def test_of_a_random_sweep_only_what_was_worked_out_is_there() -> None:
    small = small_result()
    some = replace(small, variants=tuple(v for v in small.variants if v.name != "475000, met"))
    assert set(explored(some).cells) == {(0, 0), (1, 0), (1, 1)}


def test_nothing_varied_nothing_to_explore() -> None:
    small = small_result()
    alone = replace(small, variants=(small.base,), grid=(), swings=(), compared=())
    text = page(alone)
    assert explorer(alone) is None
    assert "<script" not in text
    assert "script-src &#39;none&#39;" in text


def test_names_that_are_hostile_are_text() -> None:
    evil = '</script><script>alert("x")</script>'
    other = replace(result(), title=evil, inputs=(*result().inputs, (evil, evil)), sources=(evil,))
    renamed = replace(
        other, variants=tuple(replace(v, set=dict.fromkeys(v.set, evil)) for v in other.variants)
    )
    text = page(replace(renamed, grid=tuple((path, (evil,)) for path, _ in other.grid)))
    assert "<script>alert" not in text
    assert len(re.findall("<script", text)) == 2


def test_pictures_say_in_words_what_they_show() -> None:
    found = {p.name: p for p in pictures(result())}
    assert set(found) == {"tornado", "fan", "years", "distribution", "heat", "agreements", "pending"}
    assert found["tornado"].words.startswith("Chance of disease status CR moves the mean net price most: $")
    assert all(f'aria-label="{p.title}' in page(result()) for p in found.values())


def test_a_result_without_variants_or_patients_has_a_page_too(tmp_path: Path) -> None:
    nobody = tmp_path / "nobody.yaml"
    nobody.write_text("""
scenario: nobody
contract: kymriah-us-day30
horizon: 1 year
cohort:
  patients: 5
  index_dates: {from: 2018-01-01, to: 2018-01-01}
  attributes: {birth_date: {age: 80}, diagnosis: C91.00, rems_certified: true}
  outcomes: [{measure: disease_status, value: CR, on: day 28}]
draws: 2
seed: 1
""")  # fmt: skip
    found = run(read_scenario(nobody), "test")
    text = page(found)
    assert "No patient of any draw is this agreement's" in text
    assert found.base.metrics["net_price"].mean is None
    assert document(found)["variants"][0]["metrics"]["net_price"]["mean"] is None


def test_words() -> None:
    assert (money(64_900_050, "USD"), money(-100, "EUR"), money(None, "USD")) == ("$649,001", "(€1)", "–")
    assert short_money(11_657_597_600, "USD") == "$116.6 million"
    assert (percent(Fraction(173851, 1_000_000)), percent(Fraction(-1, 100))) == ("17.4 %", "−1.0 %")
    assert path_words("outcomes.remission.if_missing", result()) == "remission: if missing"
    assert path_words("cohort.outcomes.0.chance", result()) == "chance of disease status CR"
    assert path_words("cohort.attributes.amount", result()) == "amount"
    assert path_words("cohort.coverage.leave", result()) == "share that leaves coverage"
    assert [value_words(text) for text in ("649000", "not_met", "{month 12: 8%}", "[day 0, day 30]", "C91_0")] == [
        "649,000", "not met", "month 12: 8%", "day 0, day 30", "C91_0"]  # fmt: skip
    assert setting_words("terms.price", "649000.00", result()) == "$649,000"
    assert setting_words("terms.refund_share", "80%", result()) == "80%"
    assert as_written(result())["terms.price"] == "649000"


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
def test_a_link_restores_what_was_chosen(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page(result()))
    chosen = {"terms.price": "475000", "terms.refund_share": "50%", "cohort.outcomes.0.chance": "63%"}
    address = "&".join(f"{quote(path)}={quote(value)}" for path, value in chosen.items())
    for ending in ("", f"#{address}"):
        command = [
            str(CHROMIUM),
            *FLAGS,
            f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom",
            f"file://{file}{ending}",
        ]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
        figure = re.search(r'id="figure-net_price">([^<]+)<', shown)
        (own,) = (
            v
            for v in document(result())["variants"]
            if v["set"]
            == ({**chosen, "outcomes.remission.if_missing": "not_met"} if ending else
                {"terms.price": "649000", "terms.refund_share": "100%", "cohort.outcomes.0.chance": "77.3%",
                 "outcomes.remission.if_missing": "not_met"})
        )  # fmt: skip
        assert figure
        assert figure[1] == dollars(own["metrics"]["net_price"]["mean"])


def test_pictures_are_what_the_schema_of_charts_allows() -> None:
    """Definitions are not checked as they are made: that takes half of the time."""
    found = pictures(result())
    assert found
    for picture in found:
        altair.Chart.from_dict(picture.spec)
    wrong = {**found[0].spec, "layer": [{"mark": "no such mark", "encoding": {}}]}
    with pytest.raises(ValidationError):
        altair.Chart.from_dict(wrong)
