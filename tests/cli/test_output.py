"""How results are printed: tables for people, JSON and CSV for programs, remarks apart from data."""

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest

from engine.cli.output import MOST_ROWS, Output, Table, whose_columns
from tests.cli.running import KYMRIAH, oba, worked_feeds, worked_store

AS_OF = ("--as-of", "2018-03-31", "--known-by", "2018-03-31")


def test_csv_has_the_lines_and_nothing_else(tmp_path: Path) -> None:
    ran = oba("owed", KYMRIAH, "--feeds", worked_feeds(tmp_path / "f"), *AS_OF, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [(r["treatment"], r["clause"], r["amount"]) for r in rows] == [
        ("P1", "infusion", "649000.00"),
        ("P2", "infusion", "649000.00"),
        ("P2", "no_remission", "-649000.00"),
        ("P3", "infusion", "649000.00"),
        ("P3", "no_remission", "-649000.00"),
    ]


def test_tables_that_are_piped_are_not_folded_and_end_without_blanks(tmp_path: Path) -> None:
    ran = oba("owed", KYMRIAH, "--feeds", worked_feeds(tmp_path / "f"), *AS_OF)
    lines = ran.out.splitlines()
    assert "P2         no_remission  1  2018-03-11  -649000.00  remission not_met on 2018-03-11" in lines
    assert all(line == line.rstrip() for line in lines)
    assert sum(line == "Lines" for line in lines) == 1


def test_a_long_table_is_cut_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(k,) for k in range(MOST_ROWS + 1234)]
    Output().result(rows, [Table("", ("k #",), rows)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[MOST_ROWS + 1] == "… and 1,234 more: --json and --format csv print all"
    Output.of("table", json=True, quiet=False).result(rows, [])  # type: ignore[arg-type]
    assert len(json.loads(capsys.readouterr().out)) == MOST_ROWS + 1234


def test_check_gives_its_problems_to_programs(tmp_path: Path) -> None:
    file = tmp_path / "contract.yaml"
    file.write_text((KYMRIAH / "contract.yaml").read_text().replace("currency: USD", "currency: USX"))
    ran = oba("check", tmp_path, "--json")
    (problem,) = json.loads(ran.out)
    assert (ran.code, ran.err, problem["path"], problem["code"]) == (2, "", str(file), "currency")
    assert file.read_text().splitlines()[problem["line"] - 1][problem["column"] - 1 :] == "USX"
    assert oba("check", KYMRIAH, "--json").out.strip() == "[]"


def test_out_writes_what_json_says(tmp_path: Path) -> None:
    feeds = worked_feeds(tmp_path / "f")
    ran = oba("owed", KYMRIAH, "--feeds", feeds, *AS_OF, "--out", tmp_path / "out", "--json")
    document = json.loads(oba("owed", KYMRIAH, "--feeds", feeds, *AS_OF, "--json").out)
    totals = json.loads(ran.out)
    assert totals == {k: v for k, v in document.items() if k in totals}
    assert set(document) - set(totals) == {"lines", "statuses", "not_eligible", "unusable"}
    written = {
        name: duckdb.sql(f"FROM '{tmp_path}/out/{name}.parquet' ORDER BY ALL").fetchall()
        for name in ("lines", "statuses", "held", "not_eligible")
    }
    lines = [
        (t, c, n, due.isoformat(), f"{amount / 100:.2f}", because, evidence)
        for t, group, c, n, due, amount, because, evidence in written["lines"]
        if group is None
    ]
    assert lines == [tuple(line.values()) for line in document["lines"]]
    statuses = [
        (t, o, n, status, day.isoformat(), evidence)
        for t, o, n, status, day, _, evidence in written["statuses"]
    ]
    keys = ("treatment_id", "outcome", "n", "status", "decided_on", "evidence")
    assert statuses == [tuple(s[k] for k in keys) for s in document["statuses"]]
    assert written["held"] == written["not_eligible"] == []


def test_pending_and_not_eligible_treatments_are_listed(tmp_path: Path) -> None:
    feeds = worked_feeds(tmp_path / "f")
    treatments = feeds / "treatments.csv"
    more = ("T8,p8,Q2042,Example Health Plan,2018-01-20,,C91.02,true,2018-01-20",
            "T9,p9,Q2042,Example Health Plan,2018-01-20,1990-05-01,C91.02,true,2018-01-20")  # fmt: skip
    treatments.write_text(treatments.read_text() + "\n".join(more) + "\n")
    which = ("--as-of", "2018-02-28", "--known-by", "2018-02-28")
    document = json.loads(oba("owed", KYMRIAH, "--feeds", feeds, *which, "--json").out)
    assert document["not_eligible"] == [
        {"treatment_id": "T8", "failed": "age_at_index <= 25", "undetermined": True},
        {"treatment_id": "T9", "failed": "age_at_index <= 25", "undetermined": False},
    ]
    assert document["statuses"] == [
        {"treatment_id": "P1", "outcome": "remission", "n": 1, "status": "met", "decided_on": "2018-01-29",
         "evidence": ["r1"], "why": "CR on 2018-01-29, in the window"},
        {"treatment_id": "P2", "outcome": "remission", "n": 1, "status": "pending", "decided_on": None,
         "evidence": [], "why": "pending until 2018-03-11"},
        {"treatment_id": "P3", "outcome": "remission", "n": 1, "status": "pending", "decided_on": None,
         "evidence": [], "why": "pending until 2018-03-21"},
    ]  # fmt: skip


def test_today_stands_for_known_by_where_it_is_left_out(tmp_path: Path) -> None:
    feeds = worked_feeds(tmp_path / "f")
    asked = ("owed", KYMRIAH, "--feeds", feeds, "--as-of", "2018-03-31", "--json")
    assert json.loads(oba(*asked, today="2018-03-31").out)["net"] == "649000.00"
    # P3's remission was heard of on 12 April: on the 12th it counts, on the 11th not.
    assert json.loads(oba(*asked, today="2018-04-11").out)["net"] == "649000.00"
    assert json.loads(oba(*asked, today="2018-04-12").out)["net"] == "1298000.00"
    assert oba(*asked, today="soon").code == 2


def test_quiet_says_nothing_but_the_result(tmp_path: Path) -> None:
    feeds = worked_feeds(tmp_path / "f")
    (feeds / "notes.csv").write_text("a\n1\n")
    asked = ("owed", KYMRIAH, "--feeds", feeds, *AS_OF)
    assert "notes.csv" in oba(*asked).err
    assert oba(*asked, "--quiet").err == ""
    assert oba(*asked, "--quiet").out == oba(*asked).out


def test_load_takes_a_folder_and_says_what_became_of_each_file(tmp_path: Path) -> None:
    store = worked_store(tmp_path)
    feeds = tmp_path / "feeds"
    (feeds / "notes.csv").write_text("a\n1\n")
    (feeds / "README.md").write_text("x")
    again = oba("load", feeds, "--store", store)
    assert [line.split()[0] for line in again.out.splitlines() if ".csv" in line] == [
        "treatments.csv",
        "outcomes.csv",
    ]
    assert "notes.csv" in again.err
    assert again.out.count("nothing added") == 2


@pytest.mark.parametrize("name", ["outcome.csv", "outcomes.txt", "results.csv"])
def test_a_refused_feed_ends_with_3_and_leaves_no_new_store(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("a\n1\n")
    ran = oba("load", worked_feeds(tmp_path / "f"), file, "--store", tmp_path / "new.duckdb")
    assert (ran.code, name in ran.err, (tmp_path / "new.duckdb").exists()) == (3, True, False)
    assert oba("owed", KYMRIAH, "--feeds", tmp_path / "none", *AS_OF).code == 3
    (tmp_path / "empty").mkdir()
    assert oba("load", tmp_path / "empty", "--store", tmp_path / "new.duckdb").code == 3


def test_new_starts_from_any_contract_and_needs_no_readme(tmp_path: Path) -> None:
    assert oba("new", tmp_path / "a").code == 0
    (tmp_path / "a" / "README.md").unlink()
    assert oba("new", tmp_path / "b", "--like", tmp_path / "a").code == 0
    assert oba("new", tmp_path / "c", "--like", tmp_path / "b" / "contract.yaml").code == 0
    text = (tmp_path / "c" / "contract.yaml").read_text()
    assert text.count("yaml-language-server") == 1
    assert text.startswith("# yaml-language-server: $schema=contract.schema.json\n")
    assert oba("test", tmp_path).code == 0


def test_a_line_over_a_group_names_it() -> None:
    assert whose_columns([]) == whose_columns([{"treatment_id": "T1", "clause": "a"}]) == ()
    assert whose_columns([{"treatment_id": "T1"}, {"treatment_id": None, "group": "2018"}]) == ("group",)
    assert whose_columns([{"treatment_id": None, "group": "2018", "payer": None}]) == ("group", "payer")
