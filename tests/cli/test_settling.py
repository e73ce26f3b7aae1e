"""Monthly settlement through the commands: the worked settlement, twice each month, and the ledger's rules."""

import json
from pathlib import Path

import pytest

from tests.cli.running import KYMRIAH, oba, worked_store

# Month, its lines (treatment, clause, amount, kind, period, corrects), its net. 649,000 each; see the table of
# the worked settlement: three infusions; nothing; two refunds; one refund undone; one refund found late.
MONTHS = [
    ("2018-01", [("P1", "infusion", "649000.00", "current", "2018-01", None),
                 ("P2", "infusion", "649000.00", "current", "2018-01", None),
                 ("P3", "infusion", "649000.00", "current", "2018-01", None)], "1947000.00"),
    ("2018-02", [], "0.00"),
    ("2018-03", [("P2", "no_remission", "-649000.00", "current", "2018-03", None),
                 ("P3", "no_remission", "-649000.00", "current", "2018-03", None)], "-1298000.00"),
    ("2018-04", [("P3", "no_remission", "649000.00", "prior_period", "2018-03", 5)], "649000.00"),
    ("2018-05", [("P1", "no_remission", "-649000.00", "prior_period", "2018-03", None)], "-649000.00"),
]  # fmt: skip
ENDS = {"2018-01": "2018-01-31", "2018-02": "2018-02-28", "2018-03": "2018-03-31", "2018-04": "2018-04-30",
        "2018-05": "2018-05-31"}  # fmt: skip


def _lines(text: str) -> list[tuple[object, ...]]:
    keys = ("treatment_id", "clause", "amount", "kind", "period", "corrects")
    return [tuple(line[k] for k in keys) for line in json.loads(text)["lines"]]


def test_the_worked_settlement_month_by_month_each_twice(tmp_path: Path) -> None:
    store = worked_store(tmp_path)
    for month, lines, net in MONTHS:
        which = (KYMRIAH, "--store", store, "--period", month, "--known-by", ENDS[month], "--json")
        previewed = oba("settle", *which)
        assert (previewed.code, _lines(previewed.out), json.loads(previewed.out)["posted"]) == (
            0,
            lines,
            False,
        )
        posted = oba("post", *which, "--yes")
        document = json.loads(posted.out)
        assert (posted.code, _lines(posted.out), document["posted"], document["net"]) == (0, lines, True, net)
        again = oba("post", *which, "--yes")
        assert (again.code, _lines(again.out)) == (0, [])
        assert "nothing to post" in again.err
    assert json.loads(again.out)["closing"] == "649000.00"  # 3 × 649,000 − 2 × 649,000


def test_statements_of_posted_months_come_out_the_same_bytes_after_later_facts(tmp_path: Path) -> None:
    store = worked_store(tmp_path)
    for month, _, _ in MONTHS[:3]:
        assert (
            oba("post", KYMRIAH, "--store", store, "--period", month, "--known-by", ENDS[month], "--yes").code
            == 0
        )
    first = oba("report", KYMRIAH, "--store", store, "--period", "2018-03", "--out", tmp_path / "one")
    assert first.code == 0, first.err
    late = tmp_path / "outcomes-late.csv"
    late.write_text(
        "record_id,patient_id,measure,effective_date,value,known_on\nr9,p2,disease_status,2018-01-20,CR,2018-01-21\n"
    )
    assert oba("load", late, "--store", store).code == 0
    second = oba("report", KYMRIAH, "--store", store, "--period", "2018-03", "--out", tmp_path / "two")
    names = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert (second.code, len(names)) == (0, 3)
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_month_left_out_is_refused_unless_asked_for(tmp_path: Path) -> None:
    store = worked_store(tmp_path)
    which = (KYMRIAH, "--store", store, "--period", "2018-03", "--known-by", "2018-03-31")
    refused = oba("settle", *which)
    assert refused.code == 4
    assert "2018-01 of kymriah-us-day30 has not been settled" in refused.err
    assert len(_lines(oba("settle", *which, "--skip-earlier", "--json").out)) == 5


def test_closed_unfinished_and_unconfirmed_months_are_refused(tmp_path: Path) -> None:
    store = worked_store(tmp_path)
    which = (KYMRIAH, "--store", store, "--period")
    assert oba("post", *which, "2018-01", "--known-by", "2018-01-31", "--no-input").code == 2
    for month in ("2018-01", "2018-02", "2018-03"):
        assert oba("post", *which, month, "--known-by", ENDS[month], "--yes").code == 0
    closed = oba("post", *which, "2018-03", "--known-by", "2018-05-31", "--yes")
    assert (closed.code, "is closed" in closed.err) == (4, True)
    assert oba("settle", *which, "2018-04", today="2018-04-30").code == 4
    assert oba("settle", *which, "2018-05").code == 4
    assert oba("settle", *which, "2017-12").code == 4


def test_a_stale_plan_is_refused_and_a_fresh_one_posts(tmp_path: Path) -> None:
    store, plan = worked_store(tmp_path), tmp_path / "plan.json"
    which = (KYMRIAH, "--store", store, "--period", "2018-01")
    assert oba("settle", *which, "--known-by", "2018-01-31", "--save", plan).code == 0
    more = tmp_path / "treatments-more.csv"
    more.write_text(
        "treatment_id,patient_id,product,payer,index_date,birth_date,diagnosis,rems_certified,known_on\n"
        "P4,p4,Q2042,Example Health Plan,2018-01-25,2006-05-01,C91.02,true,2018-01-25\n"
    )
    assert oba("load", more, "--store", store).code == 0
    stale = oba("post", *which, "--plan", plan, "--yes")
    assert (stale.code, "is stale" in stale.err) == (4, True)
    assert oba("settle", *which, "--known-by", "2018-01-31", "--save", plan).code == 0
    assert oba("post", *which, "--plan", plan, "--yes").code == 0


def test_the_same_file_again_adds_nothing(tmp_path: Path) -> None:
    store = worked_store(tmp_path)
    again = oba("load", tmp_path / "feeds", "--store", store, "--json")
    assert again.code == 0
    assert all(f["already_loaded"] and f["accepted"] == 0 for f in json.loads(again.out)["files"])


@pytest.mark.parametrize("command", ["settle", "post", "report"])
def test_a_store_that_is_not_there_is_refused_with_a_hint(tmp_path: Path, command: str) -> None:
    extra = ("--out", tmp_path / "out") if command == "report" else ()
    ran = oba(command, KYMRIAH, "--store", tmp_path / "none.duckdb", "--period", "2018-01", *extra)
    assert (ran.code, "oba load" in ran.err) == (2, True)
