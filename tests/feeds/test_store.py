"""The store: loading, what counts after which batch, and files that are no store."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from engine.kernel.diagnostics import Exit, Refusal
from engine.ledger.fact_loading import LoadReport
from engine.ledger.store import Store
from tests.feeds.folders import OUTCOMES_HEADER, TREATMENTS, rows

JUNE = date(2018, 6, 1)
HEADER = f"{OUTCOMES_HEADER},known_on\n"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "facts.store", create=True)


def load(store: Store, name: str, text: str, on: date = JUNE) -> LoadReport:
    path = store.path.parent / name
    path.write_text(text)
    (report,) = store.load([path], on)
    return report


def said(store: Store, through_batch: int | None = None) -> list[tuple[object, ...]]:
    columns = "record_id, value, known_on::VARCHAR"
    return sorted(rows(store.facts(through_batch), "outcomes", columns), key=str)


def row(value: str, known_on: str, record: str = "r1") -> str:
    return f"{record},P1,m,2018-01-29,{value},{known_on}\n"


def test_same_file_again_adds_nothing(store: Store) -> None:
    first = load(store, "outcomes.csv", HEADER + row("CR", ""))
    again = load(store, "outcomes-copy.csv", HEADER + row("CR", ""), date(2018, 7, 1))
    assert (first.already_loaded, again.already_loaded, again.batch_id) == (False, True, 1)
    assert (again.account.rows, again.account.accepted, again.account.duplicates) == (1, 0, 1)
    assert said(store) == [("r1", "CR", "2018-06-01")]


def test_the_same_extract_a_month_later_keeps_the_first_day(store: Store) -> None:
    load(store, "outcomes-1.csv", HEADER + row("CR", ""))
    later = load(store, "outcomes-2.csv", HEADER + row("CR", "") + row("NR", "", "r2"), date(2018, 7, 1))
    assert (later.account.accepted, later.account.duplicates) == (1, 1)
    assert said(store) == [("r1", "CR", "2018-06-01"), ("r2", "NR", "2018-07-01")]
    assert rows(store.facts(), "repeated_records") == []


def test_a_later_version_and_what_each_batch_saw(store: Store) -> None:
    load(store, "outcomes-1.csv", HEADER + row("CR", "2018-02-01"))
    load(store, "outcomes-2.csv", HEADER + row("NR", "2018-03-01"))
    assert said(store) == [("r1", "CR", "2018-02-01"), ("r1", "NR", "2018-03-01")]
    assert said(store, 1) == [("r1", "CR", "2018-02-01")]
    assert said(store, 0) == []
    assert rows(store.facts(), "repeated_records") == [("", "r1")]
    assert rows(store.facts(1), "repeated_records") == []


def test_a_conflict_with_an_earlier_batch_takes_both(store: Store) -> None:
    load(store, "outcomes-1.csv", HEADER + row("CR", "2018-02-01"))
    report = load(store, "outcomes-2.csv", HEADER + row("NR", "2018-02-01"))
    assert (report.account.accepted, report.account.quarantined, len(report.withdrawn)) == (0, 1, 1)
    assert said(store) == []
    assert said(store, 1) == [("r1", "CR", "2018-02-01")]
    kept = "SELECT batch_id, file, line, reason, raw FROM quarantine ORDER BY file"
    assert store.connection.execute(kept).fetchall() == [
        (2, "outcomes-1.csv", 2, "conflict", None),
        (2, "outcomes-2.csv", 2, "conflict", "r1,P1,m,2018-01-29,NR,2018-02-01"),
    ]
    third = load(store, "outcomes-3.csv", HEADER + row("CR", "2018-02-01") + row("PR", "2018-04-01"))
    assert (third.account.accepted, third.account.quarantined) == (1, 1)
    assert said(store) == [("r1", "PR", "2018-04-01")]


def test_news_between_two_that_say_the_same(store: Store) -> None:
    load(store, "outcomes-1.csv", HEADER + row("CR", "2018-02-01"))
    load(store, "outcomes-2.csv", HEADER + row("CR", "2018-04-01"))
    assert said(store) == [("r1", "CR", "2018-02-01")]
    load(store, "outcomes-3.csv", HEADER + row("NR", "2018-03-01"))
    assert said(store) == [("r1", "CR", "2018-02-01"), ("r1", "CR", "2018-04-01"), ("r1", "NR", "2018-03-01")]
    last = max(int(str(number)) for (number,) in rows(store.facts(), "outcomes", "row_no"))
    assert [(e.file, e.line, e.value) for e in store.evidence([last])] == [("outcomes-2.csv", 2, "CR")]


def test_attributes(store: Store) -> None:
    head = "treatment_id,patient_id,product,payer,index_date"
    load(store, "treatments-1.csv", f"{head},site\nT1,P1,Q,Plan,2018-01-01,S\n")
    load(store, "treatments-2.csv", f"{head},stage,site\nT2,P2,Q,Plan,2018-01-01,II,\n")
    facts = store.facts(attributes=["site", "stage", "nothing"])
    assert facts.attributes == {"site", "stage"} == store.attribute_names()
    assert rows(facts, "treatments", "treatment_id, site, stage") == [("T1", "S", None), ("T2", None, "II")]
    assert (
        load(store, "treatments-3.csv", f"{head},site\nT1,P1,Q,Plan,2018-01-01,S\n\n").account.duplicates == 1
    )
    contested = load(store, "treatments-4.csv", f"{head},site\nT1,P1,Q,Plan,2018-01-01,X\n").withdrawn
    assert [(row.file, row.line) for row in contested] == [("treatments-1.csv", 2)]


def test_waiting_outcomes_are_counted(store: Store) -> None:
    assert load(store, "outcomes.csv", HEADER + row("CR", "")).waiting == 1
    load(store, "treatments.csv", TREATMENTS)
    assert load(store, "outcomes-2.csv", HEADER + row("CR", "", "r2")).waiting == 0


def test_quarantine_keeps_the_raw_line(store: Store) -> None:
    report = load(store, "outcomes.csv", HEADER + "r1,P1,m\n" + row("CR", "x"))
    assert report.account.quarantined == 2
    assert store.connection.execute("SELECT line, column_name, reason, raw FROM quarantine").fetchall() == [
        (2, None, "too_few_columns", "r1,P1,m"),
        (3, "known_on", "not_a_date", "r1,P1,m,2018-01-29,CR,x"),
    ]


def test_a_refused_file_refuses_the_whole_load(store: Store) -> None:
    good, bad = store.path.parent / "outcomes.csv", store.path.parent / "outcome.csv"
    good.write_text(HEADER + row("CR", ""))
    bad.write_text("x\n")
    with pytest.raises(Refusal, match="did you mean 'outcomes'") as caught:
        store.load([good, bad], JUNE)
    assert caught.value.exit_code is Exit.FEED_REFUSED
    assert store.last_batch() == 0


def test_a_failure_in_the_middle_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.ledger.fact_loading._Loading._write_quarantine", fail)
    with pytest.raises(KeyboardInterrupt):
        load(store, "outcomes.csv", HEADER + row("CR", ""))
    monkeypatch.undo()
    assert (store.last_batch(), said(store)) == (0, [])
    load(store, "outcomes.csv", HEADER + row("CR", ""))
    assert said(store) == [("r1", "CR", "2018-06-01")]


def test_read_only(store: Store) -> None:
    load(store, "treatments.csv", TREATMENTS)
    path = store.path
    store.close()
    with Store.open(path, create=False, read_only=True) as again:
        assert rows(again.facts(), "treatments", "treatment_id") == [("T1",)]
        with pytest.raises(duckdb.Error):
            again.connection.execute("DELETE FROM treatments")


def test_transaction(store: Store) -> None:
    def fail() -> None:
        with store.transaction() as connection:
            connection.execute("CREATE TABLE runs (n INTEGER)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.transaction() as connection:
        connection.execute("CREATE TABLE runs (n INTEGER)")
    path = store.path
    store.close()
    with Store.open(path, create=False) as again:
        assert again.connection.execute("SELECT count(*) FROM runs").fetchall() == [(0,)]


def test_busy(store: Store) -> None:
    script = (
        "import sys; from pathlib import Path; from engine.ledger.store import Store;"
        "from engine.kernel.diagnostics import Refusal\n"
        "try: Store.open(Path(sys.argv[1]), create=False)\n"
        "except Refusal as refusal: print(refusal); sys.exit(refusal.exit_code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(store.path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == Exit.BUSY
    assert "is busy" in done.stdout
    assert done.stderr == ""


def test_what_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database " * 1000)
    (tmp_path / "empty").touch()
    other = duckdb.connect(str(tmp_path / "other"))
    other.execute("CREATE TABLE t (n INTEGER)")
    other.close()
    newer = tmp_path / "newer"
    with Store.open(newer, create=True) as store:
        store.connection.execute("UPDATE store_format SET version = 999")
    cases = [("missing", "no store at"), ("text", "not a store"), ("empty", "not a store"), ("other", "not a store"),
             ("newer", "another format")]  # fmt: skip
    for name, problem in cases:
        with pytest.raises(Refusal, match=problem) as caught:
            Store.open(tmp_path / name, create=False)
        assert caught.value.exit_code is Exit.REFUSED
    with pytest.raises(Refusal, match="no folder"):
        Store.open(tmp_path / "nowhere" / "s", create=True)
