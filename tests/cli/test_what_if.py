"""The command what-if: what it prints, which files it writes, what it refuses."""

import csv
import io
import json
from pathlib import Path

import pytest

from engine.whatif import running
from tests.cli.running import oba

SCENARIO = """
scenario: small
contract: kymriah-us-day30
horizon: 6 months
cohort:
  patients: 12
  index_dates: {from: 2018-01-01, to: 2018-03-31}
  attributes:
    birth_date: {age: triangular(3, 11, 25)}
    diagnosis: C91.00
    rems_certified: true
  outcomes:
    - {measure: disease_status, value: CR, chance: beta(52, 11), on: day 28, else: NR}
draws: 5
seed: 7
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(SCENARIO)
    return file


def test_tables_for_people(scenario: Path) -> None:
    ran = oba("what-if", scenario)
    assert ran.code == 0, ran.err
    titles = [line for line in ran.out.splitlines() if line.startswith(("Refunds: ", "Budget, "))]
    assert len(titles) == 2
    assert "net per patient" in ran.out
    assert ran.err == ""


def test_json(scenario: Path) -> None:
    found = json.loads(oba("what-if", scenario, "--json").out)
    assert (found["scenario"], found["draws"], found["seed"]) == ("small", 5, 7)
    patients = found["variants"][0]["metrics"]["patients"]
    assert (patients["mean"], patients["sd"]) == ("12.0000", "0.0000")


def test_csv(scenario: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(oba("what-if", scenario, "--format", "csv").out)))
    (payments,) = [row for row in rows if row["metric"] == "payments"]
    assert payments["mean"] == "7788000.00"  # 12 at 649,000


def test_draws_and_seed_in_place_of_the_scenario_s(scenario: Path) -> None:
    found = json.loads(oba("what-if", scenario, "--json", "--draws", 3, "--seed", 8).out)
    assert (found["draws"], found["seed"]) == (3, 8)


def test_the_files_asked_for(scenario: Path, tmp_path: Path) -> None:
    ran = oba("what-if", scenario, "--out", tmp_path / "out", "--write", "json", "--write", "parquet")
    parts = ("metrics", "months", "variants", "years")
    files = {"small.json", *(f"small-{part}.parquet" for part in parts)}
    assert {file.name for file in (tmp_path / "out").iterdir()} == files
    assert len([line for line in ran.err.splitlines() if line.startswith("written: ")]) == 5
    assert json.loads((tmp_path / "out" / "small.json").read_text()) == json.loads(
        oba("what-if", scenario, "--json").out
    )


def test_all_files_are_the_same_bytes_from_what_was_kept(scenario: Path, tmp_path: Path) -> None:
    runs = []
    for name in ("1", "2"):
        ran = oba("what-if", scenario, "--out", tmp_path / name, "--save", tmp_path / "kept")
        runs.append((ran.out, {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()}))
    assert runs[0] == runs[1]
    assert {"small.html", "small.xlsx", "small.json", "small-metrics.parquet"} <= set(runs[0][1])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--write", "pdf"), "'pdf' is not written (one of html, json, parquet, xlsx)"),
        (("--out", "FILE"), "file exists"),
        (("--save", "FILE"), "cannot be made a folder"),
        (("--draws", 0), "--draws"),
    ],
)
def test_what_is_refused_before_any_drawing(
    scenario: Path, arguments: tuple[object, object], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "draw_all", None)
    file = scenario.parent / "file"
    file.write_text("")
    ran = oba("what-if", scenario, *(file if a == "FILE" else a for a in arguments))
    assert ran.code == 2
    assert words in ran.err
    assert ran.out == ""


def test_a_bad_scenario_is_refused_with_its_place(scenario: Path) -> None:
    scenario.write_text(SCENARIO.replace("draws: 5", "draws: 0"))
    ran = oba("what-if", scenario)
    assert ran.code == 2
    assert f"{scenario}:14:8: error: " in ran.err
