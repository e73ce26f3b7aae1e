"""The page: one file without a request, figures that the JSON has too, a link that is a scenario."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest

from engine.statements.whatif_explorer import explorer
from engine.statements.whatif_html import page
from engine.statements.whatif_json import document
from engine.statements.whatif_pictures import pictures
from engine.statements.whatif_words import money, path_words, percent, short_money
from engine.whatif.reading import read_scenario
from engine.whatif.result import Result
from engine.whatif.running import run
from tests.whatif.cohorts import CONTRACTS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --virtual-time-budget=2000"
).split()


@cache
def result() -> Result:
    return run(read_scenario(CONTRACTS / "kymriah-us-day30/scenarios/medicaid.yaml", 40), "test")


def embedded(text: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="explorer-data">(.*?)</script>', text, re.S)
    assert found
    data: dict[str, object] = json.loads(found[1])
    return data


def test_the_page_asks_for_nothing_and_forbids_what_would() -> None:
    text = page(result())
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "default-src 'none'" in text
    assert not re.search(r"<(?:link|img|iframe|script[^>]* src)", text)
    assert len(text) < 400_000


def test_the_same_result_gives_the_same_bytes() -> None:
    assert page(result()) == page(result())


def test_every_figure_of_the_explorer_is_one_of_the_json() -> None:
    """Each combination's mean net price, rounded to the dollar, is that of the variant with the same values."""
    data, variants = explorer(result()), document(result())["variants"]
    axes = data["axes"]
    assert len(data["cells"]) == 2 * 3 * 4 * 2
    for key, cell in data["cells"].items():
        places = [int(p) for p in key.split(",")]
        chosen = {axis["path"]: axis["raw"][place] for axis, place in zip(axes, places, strict=True)}
        (own,) = (v for v in variants if v["set"] == chosen)
        metrics = own["metrics"]
        assert cell["net_price"] == dollars(metrics["net_price"]["mean"])
        assert (
            cell["range"]
            == f"{dollars(metrics['net_price']['p5'])} and {dollars(metrics['net_price']['p95'])}"
        )
        assert cell["cost_per_responder"] == dollars(metrics["cost_per_responder"]["mean"])
        assert cell["response_rate"] == percent(Fraction(metrics["response_rate"]["mean"]))


def dollars(decimal: str) -> str:
    return money(Fraction(decimal) * 100, "USD")


def test_it_begins_with_the_agreement_as_it_stands() -> None:
    data = explorer(result())
    now = {axis["path"]: axis["raw"][place] for axis, place in zip(data["axes"], data["start"], strict=True)}
    assert now["terms.refund_share"] == "100%"
    assert now["outcomes.remission.if_missing"] == "not_met"
    assert now["cohort.outcomes.0.chance"] == "77.3%"  # nearest to beta(58, 17)


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
    assert set(found) == {"tornado", "fan", "years", "distribution", "heat", "agreements"}
    assert found["tornado"].words.startswith("disease_status CR: chance moves the mean net price most: by $")
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
    assert path_words("cohort.outcomes.0.chance", result()) == "disease_status CR: chance"


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
