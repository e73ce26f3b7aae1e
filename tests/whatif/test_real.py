"""Real patients from feed files in place of drawn ones."""

from pathlib import Path

import pytest

from engine.whatif.per_draw import PerDraw
from engine.whatif.reading import read_scenario
from engine.whatif.running import per_draw

SCENARIO = """
scenario: real
contract: kymriah-us-day30
horizon: 6 months
discount: 3%
cohort:
  patients: {PATIENTS}
  index_dates: {from: 2018-01-01, to: 2018-03-31}
draws: 200
seed: 7
compare: [{contract: kymriah-us-day30, name: half, set: {terms.refund_share: 50%}}]
"""
TREATMENTS = """treatment_id,patient_id,product,payer,index_date,birth_date,diagnosis,rems_certified,known_on
P1,p1,Q2042,Example Health Plan,2018-01-01,2006-05-01,C91.02,true,2018-01-01
P2,p2,Q2042,Example Health Plan,2018-01-10,2006-05-01,C91.02,true,2018-01-10
"""
OUTCOMES = """record_id,patient_id,measure,effective_date,value,status,known_on
r1,p1,disease_status,2018-01-29,CR,final,2018-02-03
r2,p2,disease_status,2018-02-09,NR,final,2018-02-09
"""
PRICE = 649_000_00


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    """Two patients: one in remission, one not."""
    folder = tmp_path / "feeds"
    folder.mkdir()
    (folder / "treatments.csv").write_text(TREATMENTS)
    (folder / "outcomes.csv").write_text(OUTCOMES)
    return folder


def settled(folder: Path, patients: str) -> dict[str, PerDraw]:
    file = folder.parent / "scenario.yaml"
    file.write_text(SCENARIO.replace("{PATIENTS}", patients))
    given = read_scenario(file)
    return per_draw(given, given.variants, lambda done, of: None)


def test_as_they_are_each_patient_counts_once_in_one_draw(feeds: Path) -> None:
    found = settled(feeds, "{file: feeds}")
    base = found["base"]
    assert [a.tolist() for a in (base.drawn, base.patients, base.responders)] == [[2], [2], [1]]
    assert (base.payments.sum(), base.refunds.sum()) == (2 * PRICE, -PRICE)
    assert found["half"].refunds.sum() == -PRICE // 2


def test_resampled_each_draw_has_so_many_with_replacement(feeds: Path) -> None:
    found = settled(feeds, "{file: feeds, resample: 4}")
    base, half = found["base"], found["half"]
    assert set(base.patients.tolist()) == {4}
    assert base.payments.sum(axis=1).tolist() == [4 * PRICE] * 200
    assert (base.refunds.sum(axis=1) == -PRICE * (4 - base.responders)).all()
    assert (2 * half.refunds == base.refunds).all()  # the same patients in both agreements
    assert set(base.responders.tolist()) == {0, 1, 2, 3, 4}  # all four: one of 16 draws
    # of 800 picks half are in remission, give or take 4 standard errors: 4 * sqrt(800) / 2 = 57
    assert abs(int(base.responders.sum()) - 400) < 57
