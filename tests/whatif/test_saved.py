"""What `--save` keeps: found for the same question and no other, and what is found is what would be worked out."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from engine.kernel.diagnostics import Refusal
from engine.whatif import running
from engine.whatif.columns import Drawn
from engine.whatif.drawing import draw_all
from engine.whatif.per_draw import PerDraw
from engine.whatif.reading import read_scenario
from engine.whatif.running import per_draw, run
from engine.whatif.saved import Saved, digest_of_files, digest_of_program
from engine.whatif.scenario import Cohort, Scenario
from tests.whatif.small_result import per_draw as per_draw_by_hand

SCENARIO = """
scenario: small
contract: kymriah-us-day30
horizon: 6 months
discount: 3%
cohort:
  patients: 12
  index_dates: {from: 2018-01-01, to: 2018-03-31}
  attributes:
    birth_date: {age: triangular(3, 11, 25)}
    diagnosis: C91.00
    rems_certified: true
  outcomes:
    - {measure: disease_status, value: CR, chance: beta(52, 11), on: day 28, else: NR}
draws: 20
seed: 7
"""
VARIED = "draws: 20\nvary: {terms.price: [475000, 649000]}"
TREATMENTS = """treatment_id,patient_id,product,payer,index_date,birth_date,diagnosis,rems_certified,known_on
P1,p1,Q2042,Example Health Plan,2018-01-01,2006-05-01,C91.02,true,2018-01-01
P2,p2,Q2042,Example Health Plan,2018-01-10,2006-05-01,C91.02,true,2018-01-10
"""
OUTCOMES = """record_id,patient_id,measure,effective_date,value,status,known_on
r1,p1,disease_status,2018-01-29,CR,final,2018-02-03
r2,p2,disease_status,2018-02-09,{},final,2018-02-09
"""
Asked = list[tuple[int, int]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """First and last draw of each batch that is drawn."""
    found: Asked = []

    def watched(cohorts: Sequence[Cohort], seed: int, draws: Sequence[int], until: date) -> list[Drawn]:
        found.append((draws[0], draws[-1]))
        return draw_all(cohorts, seed, draws, until)

    monkeypatch.setattr(running, "draw_all", watched)
    return found


def scenario(folder: Path, old: str = "", new: str = "", draws: int | None = None) -> Scenario:
    assert old in SCENARIO
    file = folder / "scenario.yaml"
    file.write_text(SCENARIO.replace(old, new) if old else SCENARIO)
    return read_scenario(file, draws)


def worked_out(given: Scenario, saved: Saved | None = None) -> dict[str, PerDraw]:
    return per_draw(given, given.variants, lambda done, of: None, saved)


def same(left: dict[str, PerDraw], right: dict[str, PerDraw]) -> bool:
    return left.keys() == right.keys() and all(
        left[v].months == right[v].months
        and left[v].by_clause.keys() == right[v].by_clause.keys()
        and all(np.array_equal(left[v].by_clause[c], right[v].by_clause[c]) for c in left[v].by_clause)
        and all(
            np.array_equal(getattr(left[v], name), getattr(right[v], name))
            for name in ("drawn", "patients", "responders", "payments", "refunds", "present", "pending")
        )
        for v in left
    )


def test_what_was_worked_out_is_not_again(tmp_path: Path, asked: Asked) -> None:
    saved, given = Saved(tmp_path / "kept"), scenario(tmp_path)
    first = worked_out(given, saved)
    assert asked == [(0, 19)]
    assert same(worked_out(given, saved), first)
    assert asked == [(0, 19)]


def test_the_whole_result_is_the_same(tmp_path: Path) -> None:
    given, save = scenario(tmp_path, "draws: 20", VARIED), tmp_path / "kept"
    alone = run(given, "0")
    assert run(given, "0", save=save) == alone
    assert run(given, "0", save=save) == alone


def test_agreements_that_mean_the_same_share_a_file(tmp_path: Path) -> None:
    saved, given = Saved(tmp_path / "kept"), scenario(tmp_path, "draws: 20", VARIED)
    worked_out(given, saved)
    # base is at 649,000, as one of the two prices
    assert len(given.variants) == 3
    assert len(list(saved.folder.iterdir())) == 2


def test_more_draws_add_the_further_ones(tmp_path: Path, asked: Asked) -> None:
    saved = Saved(tmp_path / "kept")
    worked_out(scenario(tmp_path), saved)
    more = worked_out(scenario(tmp_path, draws=50), saved)
    assert asked == [(0, 19), (20, 49)]
    assert same(more, worked_out(scenario(tmp_path, draws=50)))


def test_fewer_draws_are_a_part(tmp_path: Path, asked: Asked) -> None:
    saved = Saved(tmp_path / "kept")
    worked_out(scenario(tmp_path), saved)
    fewer = worked_out(scenario(tmp_path, draws=5), saved)
    assert asked == [(0, 19)]
    assert same(fewer, worked_out(scenario(tmp_path, draws=5)))
    worked_out(scenario(tmp_path), saved)  # the file still has all twenty
    assert asked[2:] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("seed: 7", "seed: 8"),
        ("horizon: 6 months", "horizon: 7 months"),
        ("discount: 3%", "discount: 4%"),
        ("patients: 12", "patients: 13"),
        ("beta(52, 11)", "beta(52, 12)"),
        ("to: 2018-03-31", "to: 2018-03-30"),
        ("contract: kymriah", "responder: remission is not_met\ncontract: kymriah"),
    ],
)
def test_another_question_is_worked_out(tmp_path: Path, asked: Asked, old: str, new: str) -> None:
    saved = Saved(tmp_path / "kept")
    worked_out(scenario(tmp_path), saved)
    other = worked_out(scenario(tmp_path, old, new), saved)
    assert len(asked) == 2
    assert same(other, worked_out(scenario(tmp_path, old, new)))


def test_another_program_finds_nothing(tmp_path: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    saved, given = Saved(tmp_path / "kept"), scenario(tmp_path)
    worked_out(given, saved)
    monkeypatch.setattr(running, "digest_of_program", lambda: "another")
    worked_out(given, saved)
    assert asked == [(0, 19), (0, 19)]


def test_names_and_titles_do_not_matter(tmp_path: Path, asked: Asked) -> None:
    saved = Saved(tmp_path / "kept")
    worked_out(scenario(tmp_path), saved)
    worked_out(scenario(tmp_path, "scenario: small", "scenario: other\ntitle: Another"), saved)
    assert asked == [(0, 19)]


@pytest.mark.parametrize("kept", [b"", b"PAR1", None])
def test_a_damaged_file_is_worked_out_again(tmp_path: Path, asked: Asked, kept: bytes | None) -> None:
    saved, given = Saved(tmp_path / "kept"), scenario(tmp_path)
    first = worked_out(given, saved)
    for file in saved.folder.iterdir():
        file.write_bytes(file.read_bytes()[:-40] if kept is None else kept)
    assert same(worked_out(given, saved), first)
    assert asked == [(0, 19), (0, 19)]
    worked_out(given, saved)
    assert len(asked) == 2


def test_a_file_of_other_months_is_not_taken(tmp_path: Path) -> None:
    saved, given = Saved(tmp_path / "kept"), scenario(tmp_path)
    own = worked_out(given)["base"]
    saved.keep(("question",), own)
    assert saved.find(("question",), own.months) is not None
    assert saved.find(("question",), own.months[1:]) is None
    assert saved.find(("another",), own.months) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame.drop("responders"),
        lambda frame: frame.drop("pending.0"),
        lambda frame: frame.with_columns(pl.lit(0).alias("other")),
        lambda frame: frame.with_columns(pl.when(pl.col("drawn") < 0).then(1).alias("drawn")),  # nulls
        lambda frame: frame.with_columns(pl.col("present").cast(pl.Float64)),
    ],
)
def test_a_file_of_other_columns_is_not_taken(
    tmp_path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    saved, own = Saved(tmp_path), per_draw_by_hand()
    saved.keep(("question",), own)
    assert same({"": saved.find(("question",), own.months) or own.part(0, 0)}, {"": own})
    (file,) = tmp_path.iterdir()
    change(pl.read_parquet(file)).write_parquet(file)
    assert saved.find(("question",), own.months) is None


def test_no_ages_and_no_clauses_are_kept_too(tmp_path: Path) -> None:
    saved, own = Saved(tmp_path), per_draw_by_hand()
    bare = replace(own, pending=own.pending[:, :0], by_clause={})
    saved.keep(("question",), bare)
    found = saved.find(("question",), bare.months)
    assert found is not None
    assert same({"": found}, {"": bare})
    assert found.pending.shape == (4, 0)


def test_real_patients_are_known_by_their_files(tmp_path: Path) -> None:
    feeds, saved = tmp_path / "feeds", Saved(tmp_path / "kept")
    feeds.mkdir()
    (feeds / "treatments.csv").write_text(TREATMENTS)
    drawn = SCENARIO[SCENARIO.index("  attributes:") : SCENARIO.index("draws:")]
    file = tmp_path / "scenario.yaml"
    file.write_text(SCENARIO.replace(drawn, "").replace("patients: 12", "patients: {file: feeds}"))
    given = read_scenario(file)

    def refunds() -> int:
        return int(worked_out(given, saved)["base"].refunds.sum())

    (feeds / "outcomes.csv").write_text(OUTCOMES.format("CR"))
    assert refunds() == 0
    (feeds / "outcomes.csv").write_text(OUTCOMES.format("NR"))
    assert refunds() == -649_000_00
    (feeds / "outcomes.csv").write_text(OUTCOMES.format("CR"))
    assert refunds() == 0


def test_the_digest_of_files_sees_names_and_bytes(tmp_path: Path) -> None:
    seen = {digest_of_files(tmp_path)}
    for name, text in (("a.csv", "1"), ("a.csv", "2"), ("b.csv", "2")):
        (tmp_path / name).write_text(text)
        seen.add(digest_of_files(tmp_path))
    (tmp_path / "a.csv").rename(tmp_path / "c.csv")
    seen.add(digest_of_files(tmp_path))
    assert len(seen) == 5
    assert len(digest_of_program()) == 64


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="cannot be made a folder"):
        Saved(tmp_path / "file" / "kept")


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    saved = Saved(tmp_path / "kept")
    worked_out(scenario(tmp_path), saved)
    assert [file.suffix for file in saved.folder.iterdir()] == [".parquet"]
