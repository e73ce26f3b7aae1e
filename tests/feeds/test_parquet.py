"""Parquet: read where it lies when clean, row by row when not; types, names and paths."""

from pathlib import Path

import duckdb
import pytest

from engine.feeds.folder import open_folder
from engine.kernel.diagnostics import Refusal
from tests.feeds.folders import account, places, rows, write

COLUMNS = (
    "'r' || i AS record_id, 'P1' AS patient_id, 'm' AS measure, DATE '2018-01-01' + i::INT AS effective_date"
)


def parquet(folder: Path, name: str, select: str, rows_written: int = 5) -> Path:
    write(folder, {})
    duckdb.sql(
        f"COPY (SELECT {select} FROM range({rows_written}) AS t(i)) TO '{folder / name}' (FORMAT parquet)"
    )
    return folder


def in_place(folder: Path) -> bool:
    facts, _ = open_folder(folder)
    (made,) = facts.connection.execute("SELECT count(*) FROM facts._outcomes").fetchone() or (0,)
    return bool(made == 0)


def test_clean_files_stay_where_they_are(tmp_path: Path) -> None:
    folder = parquet(tmp_path / "f", "outcomes.parquet", f"{COLUMNS}, 'CR' AS value")
    assert in_place(folder)
    facts, report = open_folder(folder)
    assert account(report, "outcomes.parquet") == (5, 5, 0, 0)
    assert rows(facts, "outcomes", "row_no, record_key, effective_on::VARCHAR")[0] == (1, "r0", "2018-01-01")


def at_row_4(good: str, bad: str, column: str) -> str:
    return f"CASE WHEN i != 3 THEN {good} ELSE {bad} END AS {column}"


DAY = "DATE '2018-01-01'"
BAD = [
    ("a NULL", "'P1'", "NULL", "patient_id", "empty"),
    ("an empty text", "'P1'", "''", "patient_id", "empty"),
    ("a blank before an id", "'P1'", "' P1'", "patient_id", "surrounding_blanks"),
    ("a blank behind a measure", "'m'", "'m '", "measure", "surrounding_blanks"),
    ("a day before the first", DAY, "DATE '1066-01-01'", "effective_date", "not_a_date"),
    ("infinity", DAY, "'infinity'::DATE", "effective_date", "not_a_date"),
    ("no date", DAY, "NULL", "effective_date", "no_date"),
    ("a date as other text", "'2018-01-01'", "'1/1/18'", "effective_date", "not_a_date"),
    ("a status of nobody", "'final'", "'done'", "status", "unknown_status"),
    ("a decimal comma", "'1.5'", "'1,5'", "value", "decimal_comma"),
    ("a study day too large", "1", "1000000", "study_day", "not_an_integer"),
    ("no number", "1.5::DOUBLE", "'nan'::DOUBLE", "value", "not_a_number"),
]


@pytest.mark.parametrize(("good", "bad", "column", "reason"), [c[1:] for c in BAD], ids=[c[0] for c in BAD])
def test_one_bad_row(tmp_path: Path, good: str, bad: str, column: str, reason: str) -> None:
    given = [part for part in COLUMNS.split(", ") if not part.endswith(f" AS {column}")]
    folder = parquet(tmp_path / "f", "outcomes.parquet", ", ".join([*given, at_row_4(good, bad, column)]))
    facts, report = open_folder(folder)
    assert account(report, "outcomes.parquet") == (5, 4, 0, 1)
    assert places(report.quarantine) == [(4, column, reason)]
    assert report.quarantine[0].raw.startswith("r3,")
    assert [record for (record,) in rows(facts, "outcomes", "record_id")] == ["r0", "r1", "r2", "r4"]


def test_resends_and_conflicts(tmp_path: Path) -> None:
    folder = parquet(
        tmp_path / "f",
        "outcomes.parquet",
        "'r' || (i // 2) AS record_id, 'P1' AS patient_id, 'm' AS measure, DATE '2018-01-01' AS effective_date,"
        " CASE WHEN i = 3 THEN 'NR' ELSE 'CR' END AS value",
    )
    facts, report = open_folder(folder)
    assert account(report, "outcomes.parquet") == (5, 2, 1, 2)  # r0 twice, r1 contested, r2
    assert [record for (record,) in rows(facts, "outcomes", "record_id")] == ["r0", "r2"]


def test_some_rows_without_a_record_id(tmp_path: Path) -> None:
    select = COLUMNS.replace("'r' || i AS record_id", "CASE WHEN i != 1 THEN 'r' || i END AS record_id")
    folder = parquet(tmp_path / "f", "outcomes.parquet", select, 3)
    assert in_place(folder)
    facts, _ = open_folder(folder)
    keys = [key for (key,) in rows(facts, "outcomes", "record_key")]
    assert keys == ["r0", "P1\x1f\x1fm\x1f2018-01-02", "r2"]


def test_types_of_attributes(tmp_path: Path) -> None:
    folder = parquet(
        tmp_path / "f",
        "treatments-2.parquet",
        "'T2' AS treatment_id, 7 AS patient_id, 'Q' AS product, 'Plan' AS payer, DATE '2018-01-01' AS index_date,"
        " 1234.50::DECIMAL(12, 2) AS amount, true AS naive, DATE '2017-06-01' AS diagnosed, 3 AS units,"
        " '' AS site, 0.00001::DOUBLE AS dose, [1] AS list",
        1,
    )
    facts, report = open_folder(folder)
    columns = "patient_id, amount, naive, diagnosed, units, site, dose"
    found = facts.connection.execute(
        f"SELECT {columns} FROM facts.treatments WHERE treatment_id = 'T2'"
    ).fetchall()
    assert found == [("7", "1234.50", "true", "2017-06-01", "3", None, "0.00001")]
    assert sorted(w.code for w in report.warnings) == ["binary_float", "nested_column"]
    assert "list" not in facts.attributes


def test_times_are_no_dates(tmp_path: Path) -> None:
    select = COLUMNS.replace("DATE '2018-01-01' + i::INT", "TIMESTAMP '2018-01-01 10:00:00'")
    with pytest.raises(Refusal, match="'effective_date' holds times"):
        open_folder(parquet(tmp_path / "f", "outcomes.parquet", select))


def test_twins_in_parquet(tmp_path: Path) -> None:
    folder = parquet(tmp_path / "f", "outcomes.parquet", f"{COLUMNS}, 'x' AS \"Value\"")
    with pytest.raises(Refusal, match="'Value' differs from 'value'"):
        open_folder(folder)


def test_a_path_that_looks_like_a_pattern(tmp_path: Path) -> None:
    parquet(tmp_path / "f1", "outcomes.parquet", f"{COLUMNS}, 'wrong' AS value")
    folder = parquet(tmp_path / "f[1]", "outcomes.parquet", f"{COLUMNS}, 'right' AS value")
    facts, _ = open_folder(folder)
    assert {value for (value,) in rows(facts, "outcomes", "value")} == {"right"}


def test_csv_and_parquet_say_the_same(tmp_path: Path) -> None:
    folder = parquet(tmp_path / "f", "outcomes.parquet", f"{COLUMNS}, 'CR' AS value", 300)
    duckdb.sql(f"COPY (FROM '{folder}/outcomes.parquet') TO '{tmp_path}/copy.csv' (HEADER)")
    text = (tmp_path / "copy.csv").read_text()
    columns = "* EXCLUDE (row_no)"
    from_csv, _ = open_folder(write(tmp_path / "g", {"outcomes.csv": text}))
    from_parquet, _ = open_folder(folder)
    assert rows(from_csv, "outcomes", columns) == rows(from_parquet, "outcomes", columns)
    (folder / "outcomes-again.csv").write_text(text)
    _, report = open_folder(folder)
    assert report.total("duplicates") == 300
