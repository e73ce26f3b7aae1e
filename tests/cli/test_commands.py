"""The other commands: what they print, what they refuse, what they never say."""

import json
from pathlib import Path

import duckdb
import pytest

from engine.feeds.folder import open_folder
from tests.cli.running import KYMRIAH, oba, worked_feeds, worked_store

CONTRACTS = KYMRIAH.parent


def test_the_examples_of_every_contract_pass_and_reach_every_status() -> None:
    ran = oba("test", CONTRACTS, "--json")
    assert ran.code == 0, ran.out[-2000:]
    results = json.loads(ran.out)
    assert {r["contract"] for r in results} >= {
        "kymriah-us-day30", "kymriah-spain", "yescarta-spain", "zynteglo-eu", "olysio-england", "iressa-catalonia",
    }  # fmt: skip
    assert [r["unreached"] for r in results if r["unreached"]] == []


def test_a_changed_contract_fails_its_examples_by_how_much(tmp_path: Path) -> None:
    assert oba("new", tmp_path / "mine").code == 0
    file = tmp_path / "mine" / "contract.yaml"
    file.write_text(file.read_text().replace("price: 649000.00", "price: 649001.00"))
    ran = oba("test", tmp_path / "mine", "--format", "table")
    assert (ran.code, "649001.00" in ran.out, "1.00" in ran.out) == (1, True, True)


def test_new_makes_a_contract_that_passes_and_refuses_a_folder_in_use(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert oba("new", folder, "--like", "zynteglo-eu").code == 0
    assert {p.name for p in folder.iterdir()} >= {
        "contract.yaml",
        "examples.yaml",
        "README.md",
        "contract.schema.json",
    }
    assert (oba("check", folder).code, oba("test", folder).code) == (0, 0)
    again = oba("new", folder)
    assert (again.code, "not empty" in again.err) == (2, True)
    assert "did you mean 'zynteglo-eu'?" in oba("new", tmp_path / "other", "--like", "zynteglo-e").err


def test_check_is_silent_when_fine_and_tells_every_problem_at_once(tmp_path: Path) -> None:
    fine = oba("check", CONTRACTS)
    assert (fine.code, fine.out, fine.err) == (0, "", "")
    file = tmp_path / "contract.yaml"
    text = (KYMRIAH / "contract.yaml").read_text()
    file.write_text(
        text.replace("measure: disease_status", "messure: disease_status").replace("due: index", "due: indx")
    )
    bad = oba("check", tmp_path)
    assert bad.code == 2
    assert "did you mean 'measure'?" in bad.err
    assert f"{file}:" in bad.err
    assert len(bad.err.splitlines()) >= 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"- a\n- b\n",
        b"[" * 30_000,
        b"a: &x 1\nb: *x\n",
        b"a: !!python/object:os.system x\n",
        b"\xff\xfe",
    ],
)
def test_hostile_contracts_are_refused_without_a_trace(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "contract.yaml"
    file.write_bytes(content)
    for command in (
        ("check", file),
        ("owed", file, "--feeds", worked_feeds(tmp_path / "f"), "--as-of", "2018-03-31"),
    ):
        ran = oba(*command)
        assert (ran.code, "Traceback" in ran.err, "contract.yaml" in ran.err) == (2, False, True)


def test_owed_has_the_documented_shape(tmp_path: Path) -> None:
    feeds = worked_feeds(tmp_path / "feeds")
    ran = oba(
        "owed", KYMRIAH, "--feeds", feeds, "--as-of", "2018-03-31", "--known-by", "2018-03-31", "--json"
    )
    document = json.loads(ran.out)
    assert document["net"] == "649000.00"
    assert (document["payments"], document["refunds"]) == ("1947000.00", "-1298000.00")
    assert document["lines"][2] == {
        "treatment_id": "P2", "clause": "no_remission", "n": 1, "due": "2018-03-11", "amount": "-649000.00",
        "because": "remission not_met on 2018-03-11", "evidence": ["r2"],
    }  # fmt: skip
    status = document["statuses"][1]
    assert {k: status[k] for k in ("treatment_id", "outcome", "n", "status", "decided_on", "evidence")} == {
        "treatment_id": "P2", "outcome": "remission", "n": 1, "status": "not_met", "decided_on": "2018-03-11",
        "evidence": ["r2"],
    }  # fmt: skip
    assert status["why"] == "last assessment in the window NR"
    store = worked_store(tmp_path)
    same = oba(
        "owed", KYMRIAH, "--store", store, "--as-of", "2018-03-31", "--known-by", "2018-03-31", "--json"
    )
    assert json.loads(same.out) == document


def test_the_printed_sql_gives_the_same_cents(tmp_path: Path) -> None:
    feeds = worked_feeds(tmp_path / "feeds")
    facts, _ = open_folder(feeds)
    ran = oba("sql", KYMRIAH, "--as-of", "2018-03-31", "--known-by", "2018-03-31")
    facts.connection.execute(f'USE "{facts.schema}"')
    facts.connection.execute(ran.out)
    lines = facts.connection.execute("SELECT treatment_id, clause, amount FROM lines ORDER BY ALL").fetchall()
    expected = [("P1", "infusion", 1), ("P2", "infusion", 1), ("P2", "no_remission", -1), ("P3", "infusion", 1),
                ("P3", "no_remission", -1)]  # fmt: skip
    assert lines == [(t, c, sign * 64_900_000) for t, c, sign in expected]


def test_explain_names_the_record_the_file_and_the_arithmetic(tmp_path: Path) -> None:
    store = worked_store(tmp_path)
    ran = oba(
        "explain",
        KYMRIAH,
        "P2",
        "--store",
        store,
        "--as-of",
        "2018-03-31",
        "--known-by",
        "2018-03-31",
        "--json",
    )
    document = json.loads(ran.out)
    refund = next(x for x in document["lines"] if x["clause"] == "no_remission")
    assert (refund["state"], refund["amount"], refund["due"]) == ("owed", "-649000.00", "2018-03-11")
    assert refund["arithmetic"] == "refund_share 100% × paid 649,000.00 = 649,000.00"
    assert [(e["record_id"], e["file"], e["line"], e["used"]) for e in document["evidence"]] == [
        ("r2", "outcomes.csv", 3, True)
    ]
    assert document["net"] == "0.00"
    unknown = oba("explain", KYMRIAH, "nobody", "--store", store, "--as-of", "2018-03-31")
    assert (unknown.code, "nobody" in unknown.err) == (2, False)


def test_the_demo_settles_the_scenario(tmp_path: Path) -> None:
    ran = oba("demo", "--out", tmp_path / "demo", "--json")
    document = json.loads(ran.out)
    assert ran.code == 0
    # 63 × 649,000 = 40,887,000 paid; 11 without remission: 7,139,000 back; 33,748,000 stays.
    assert document["months"][-1]["closing"] == "33,748,000.00"
    assert len(list((tmp_path / "demo" / "statements").iterdir())) == 27


def test_no_message_holds_a_patients_value(tmp_path: Path) -> None:
    canary = "CANARY-7f3a"
    feeds = worked_feeds(tmp_path / "feeds")
    text = (feeds / "outcomes.csv").read_text()
    bad = [f"{canary}1,p1,disease_status,2018-13-45,{canary}2,final,2018-02-03",
           f'{canary}3,p1,disease_status,2018-01-29,"{canary}4,final,2018-02-03',
           f"{canary}5,p1,disease_status,2018-01-29,CR,{canary}6,2018-02-03"]  # fmt: skip
    (feeds / "outcomes.csv").write_text(text + "\n".join(bad) + "\n")
    rows = (
        (feeds / "treatments.csv")
        .read_text()
        .replace("p1,Q2042", f"{canary}7,Q2042")
        .replace("2006-05-01,C91.02,true,2018-01-20", f"{canary}8,C91.02,true,2018-01-20")
    )
    (feeds / "treatments.csv").write_text(rows)
    store = tmp_path / "store.duckdb"
    said = [
        oba("load", feeds, "--store", store),
        oba("load", feeds, "--store", store, "--json"),
        oba("owed", KYMRIAH, "--feeds", feeds, "--as-of", "2018-03-31"),
        oba("owed", KYMRIAH, "--store", store, "--as-of", "2018-03-31"),
        oba("explain", KYMRIAH, canary, "--store", store, "--as-of", "2018-03-31"),
        oba("settle", KYMRIAH, "--store", store, "--period", "2018-01", "--known-by", "2018-01-31"),
        oba("post", KYMRIAH, "--store", store, "--period", "2018-01", "--known-by", "2018-01-31", "--yes"),
        oba("post", KYMRIAH, "--store", store, "--period", "2018-05"),
        oba("report", KYMRIAH, "--store", store, "--period", "2018-01", "--out", tmp_path / "out"),
    ]
    assert all(canary not in ran.err for ran in said)
    assert all(canary not in ran.out for ran in said[:2])
    with duckdb.connect(str(store), read_only=True) as connection:
        kept = connection.execute("SELECT string_agg(raw, ' ') FROM quarantine").fetchall()[0][0]
    assert f"{canary}2" in kept  # nothing is lost


TRIAL = """contract: trial
title: A trial
parties: {manufacturer: M, payer: P}
currency: USD
in_force: {from: 2018-01-01, to: 2018-12-31}
product: {name: x, codes: [X]}
terms: {price: 1000.00, nothing: 0, huge: 999999999999999999}
defaults: {if_missing: not_met, if_died: ignore, if_coverage_ends: ignore, if_tied: worst, late_evidence: reopen}
outcomes:
  score: {measure: m, unit: mg, window: [day 0, day 30], met_if: {last: {at_least: 5}}}
payments:
  - {id: pay, clause: "1", due: index, amount: AMOUNT}
refunds:
  - {id: back, clause: "2", if: score is not_met, amount: paid}
settlement: {every: month, pay_within: 30 days}
"""


def _trial(folder: Path, amount: str = "price") -> tuple[Path, Path]:
    """A small contract and feeds: one row in another unit, one that is no number, one of a strange treatment."""
    feeds = folder / "feeds"
    feeds.mkdir()
    (folder / "contract.yaml").write_text(TRIAL.replace("AMOUNT", amount))
    (feeds / "treatments.csv").write_text(
        "treatment_id,patient_id,product,payer,index_date\nA,pa,X,P,2018-01-01\nB,pb,X,P,2018-01-01\nC,pc,X,P,2018-01-01\n"
    )
    (feeds / "outcomes.csv").write_text(
        "patient_id,treatment_id,measure,effective_date,value,unit\npa,,m,2018-01-05,7,g\npb,,m,2018-01-05,1e3,mg\n"
        "pb,C,m,2018-01-05,9,mg\n"
    )
    return folder / "contract.yaml", feeds


def test_rows_that_count_as_absent_are_named_by_line(tmp_path: Path) -> None:
    contract, feeds = _trial(tmp_path)
    ran = oba("owed", contract, "--feeds", feeds, "--as-of", "2018-06-01", "--json")
    told = [(x["line"], x["column"]) for x in json.loads(ran.out)["unusable"]]
    assert told == [(2, "unit"), (3, "value"), (4, "treatment_id")]
    assert ran.err.count("counts as absent") == 3
    why = oba("explain", contract, "A", "--feeds", feeds, "--as-of", "2018-06-01", "--json")
    assert "unit is another" in json.loads(why.out)["evidence"][0]["note"]


@pytest.mark.parametrize(
    ("amount", "words"), [("price / nothing", "treatment A, clause pay"), ("huge * huge", "too large")]
)
def test_amounts_that_cannot_be_worked_out_end_with_1(tmp_path: Path, amount: str, words: str) -> None:
    contract, feeds = _trial(tmp_path, amount)
    ran = oba("owed", contract, "--feeds", feeds, "--as-of", "2018-06-01")
    assert (ran.code, words in ran.err) == (1, True)


def test_the_demo_touches_no_folder_that_it_did_not_make(tmp_path: Path) -> None:
    own = tmp_path / "own" / "feeds" / "mine.csv"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    ran = oba("demo", "--out", tmp_path / "own")
    assert (ran.code, own.read_text()) == (2, "mine")


def test_a_contract_that_changed_since_the_last_posting_is_told(tmp_path: Path) -> None:
    store = worked_store(tmp_path)
    assert oba("new", tmp_path / "mine").code == 0
    which = (tmp_path / "mine", "--store", store, "--period")
    assert oba("post", *which, "2018-01", "--known-by", "2018-01-31", "--yes").code == 0
    file = tmp_path / "mine" / "contract.yaml"
    file.write_text(file.read_text().replace("price: 649000.00", "price: 500000.00"))
    ran = oba("settle", *which, "2018-02", "--known-by", "2018-02-28", "--json")
    # 3 × (500,000 - 649,000)
    assert (json.loads(ran.out)["net"], "has changed since 2018-01" in ran.err) == ("-447000.00", True)


def test_check_warns_and_still_passes(tmp_path: Path) -> None:
    table = "table: {by: units, rows: [{below: 9, amount: 1}, {below: 5, amount: 2}, {otherwise: 3}]}"
    text = (KYMRIAH / "contract.yaml").read_text()
    assert text.count("amount: price}") == 1
    (tmp_path / "contract.yaml").write_text(text.replace("amount: price}", table + "}"))
    ran = oba("check", tmp_path / "contract.yaml", "--format", "table")
    assert ran.code == 0, ran.err
    assert "warning: row 2 can never apply" in ran.out + ran.err
