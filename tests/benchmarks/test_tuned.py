"""The hand-written SQL that the engine is measured against gives the engine's own answer, row by row."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from benchmarks import tuned
from benchmarks.generate import generate
from engine.feeds.folder import open_folder
from engine.language.reader import read_contract
from engine.plan.tables import Run
from engine.settlement.files import write_parquet
from engine.settlement.owed import work_out

CONTRACT = Path(__file__).parents[2] / "contracts" / "kymriah-us-day30"
TREATMENTS = 20_000


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feeds")
    generate(folder, TREATMENTS)
    return folder


@pytest.mark.parametrize("as_of", [date(2018, 3, 31), date(2019, 12, 31), date(2021, 1, 1)])
def test_engine_and_hand_written_sql_agree_to_the_cent(feeds: Path, tmp_path: Path, as_of: date) -> None:
    tuned.run(feeds, tmp_path / "tuned", as_of)
    facts, report = open_folder(feeds)
    write_parquet(work_out(read_contract(CONTRACT), facts, Run(as_of, as_of)), tmp_path / "engine")
    assert not report.quarantine
    connection = duckdb.connect()
    for name in tuned.RESULTS:
        ours, theirs = (f"(FROM '{tmp_path / who / name}.parquet')" for who in ("engine", "tuned"))
        differing = f"(FROM {ours} EXCEPT ALL FROM {theirs}) UNION ALL (FROM {theirs} EXCEPT ALL FROM {ours})"
        assert connection.execute(differing).fetchall() == []
    assert connection.execute(f"SELECT count(*) > 0 FROM '{tmp_path}/engine/lines.parquet'").fetchone() == (
        True,
    )


def test_the_feed_has_what_makes_it_hard(feeds: Path) -> None:
    """Corrections of the value, the measure and the patient, rows taken back, late and preliminary ones."""
    counts = duckdb.execute(f"""
        WITH versions AS (SELECT record_id, count(*) AS rows, count(DISTINCT measure) AS measures,
            count(DISTINCT patient_id) AS patients FROM '{feeds}/outcomes.parquet' GROUP BY record_id)
        SELECT count(*) FILTER (rows > 1), count(*) FILTER (measures > 1), count(*) FILTER (patients > 1),
            sum(rows)::BIGINT FROM versions""").fetchone()
    assert counts is not None
    corrected, other_measure, other_patient, rows = counts
    assert 4.5 < rows / TREATMENTS < 5.5
    assert 0.02 < corrected / rows < 0.05
    assert other_measure > 10
    assert other_patient > 5
    statuses = duckdb.execute(f"SELECT DISTINCT status FROM '{feeds}/outcomes.parquet'").fetchall()
    assert {s for (s,) in statuses} == {"final", "amended", "preliminary", "entered_in_error"}


def test_one_seed_gives_one_feed(feeds: Path, tmp_path: Path) -> None:
    generate(tmp_path, TREATMENTS)
    for name in ("treatments", "outcomes"):
        same = f"FROM '{feeds / name}.parquet' EXCEPT ALL FROM '{tmp_path / name}.parquet'"
        assert duckdb.execute(same).fetchall() == []
