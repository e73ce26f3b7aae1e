"""Files that are refused as a whole, and names of columns and files."""

from pathlib import Path

import pytest

from engine.feeds.folder import open_folder
from engine.kernel.diagnostics import Exit, Refusal
from tests.feeds.folders import OUTCOMES_HEADER, account, rows, write

REFUSED = [
    ("empty file", "outcomes.csv", "", "empty", ""),
    ("missing column", "outcomes.csv", "patient_id,mesure,effective_date\n", "'measure'", "'mesure'"),
    ("no date column", "outcomes.csv", "patient_id,measure\n", "'effective_date' and 'study_day'", ""),
    ("doubled column", "outcomes.csv", OUTCOMES_HEADER + ",value\n", "'value' is there twice", ""),
    ("case", "outcomes.csv", OUTCOMES_HEADER + ",Status\n", "'Status' differs from 'status'", "'status'"),
    ("space", "outcomes.csv", OUTCOMES_HEADER + ", unit\n", "' unit' differs from 'unit'", "'unit'"),
    ("semicolons", "outcomes.csv", "patient_id;measure;effective_date\n", "';'", "mapping"),
    ("UTF-16", "outcomes.csv", OUTCOMES_HEADER.encode("utf-16"), "not a CSV header", ""),
    ("a workbook", "outcomes.csv", b"PK\x03\x04\x00\x00", "not a CSV header", ""),
    ("no Parquet", "outcomes.parquet", "record_id\n", "not a Parquet file", ""),
    ("empty Parquet", "outcomes.parquet", "", "empty", ""),
    ("almost a table", "outcome.csv", OUTCOMES_HEADER, "begins with no table's", "'outcomes'"),
    ("capital letters", "Coverage.csv", "", "begins with no table's", "'coverage'"),
    ("twins", "treatments-2.csv",
     "treatment_id,patient_id,product,payer,index_date,site,Site\n", "differ only in case", ""),
    ("a name of ours", "treatments-2.csv",
     "treatment_id,patient_id,product,payer,index_date,row_no\n", "no attribute may be called 'row_no'", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "text", "problem", "hint"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_refused(tmp_path: Path, file: str, text: str | bytes, problem: str, hint: str) -> None:
    with pytest.raises(Refusal) as caught:
        open_folder(write(tmp_path / "f", {file: text}))
    assert caught.value.exit_code is Exit.FEED_REFUSED
    (diagnostic,) = caught.value.diagnostics
    assert problem in diagnostic.problem
    assert hint in diagnostic.hint


def test_every_problem_at_once(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        open_folder(write(tmp_path / "f", {"outcomes.csv": "", "coverage.csv": "patient_id,payer\n"}))
    assert [d.code for d in caught.value.diagnostics] == ["empty_file", "missing_column", "missing_column"]


def test_no_treatments(tmp_path: Path) -> None:
    (tmp_path / "outcomes.csv").write_text(OUTCOMES_HEADER)
    with pytest.raises(Refusal, match="no file of treatments"):
        open_folder(tmp_path)


def test_unknown_columns_and_files_are_warnings(tmp_path: Path) -> None:
    files = {"outcomes.csv": f"{OUTCOMES_HEADER},sorce\nr1,P1,m,2018-01-29,CR,x\n", "notes.csv": "x\n"}
    _, report = open_folder(write(tmp_path / "f", {**files, "receipts.csv": "x\n"}))
    assert [(w.code, w.severity, w.hint) for w in report.warnings][1:] == [
        ("unknown_column", "warning", "did you mean 'source'?")
    ]
    assert report.warnings[0].code == "not_a_table"
    assert account(report, "outcomes.csv") == (1, 1, 0, 0)


def test_a_header_without_rows(tmp_path: Path) -> None:
    facts, report = open_folder(write(tmp_path / "f", {"outcomes.csv": OUTCOMES_HEADER}))
    assert account(report, "outcomes.csv") == (0, 0, 0, 0)
    assert rows(facts, "outcomes") == []
    assert rows(facts, "coverage") == []


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    name = 'x"; DROP SCHEMA facts CASCADE; --'
    quoted = '"' + name.replace('"', '""') + '"'
    text = f"treatment_id,patient_id,product,payer,index_date,{quoted},select\nT1,P1,Q,Plan,2018-01-01,a,b\n"
    facts, _ = open_folder(write(tmp_path / "it's [1] *", {"treatments-'.csv": text, "treatments.csv": text}))
    assert facts.attributes == {name, "select"}
    assert rows(facts, "treatments", f'treatment_id, {quoted}, "select"') == [("T1", "a", "b")]


def test_attributes_of_several_files(tmp_path: Path) -> None:
    head = "treatment_id,patient_id,product,payer,index_date"
    files = {
        "treatments-1.csv": f"{head},site\nT1,P1,Q,Plan,2018-01-01,S\n",
        "treatments-2.csv": f"{head},stage\nT2,P2,Q,Plan,2018-01-01,II\n",
    }
    facts, _ = open_folder(write(tmp_path / "f", {**files, "treatments.csv": head}))
    assert rows(facts, "treatments", "treatment_id, site, stage") == [("T1", "S", None), ("T2", None, "II")]
