"""CSV rows one by one: each trap, with the exact account and the physical line."""

from pathlib import Path

import pytest

from engine.feeds.folder import open_folder
from tests.feeds.folders import OUTCOMES_HEADER, account, places, rows, write

GOOD = "r1,P1,m,2018-01-29,CR"
LAST = "r9,P1,m,2018-01-30,NR"  # must always survive what stands before it

# name, lines between GOOD and LAST, extra rows accepted, quarantine: line, column, reason
CASES = [
    ("nothing", [], 0, []),
    ("too few columns", ["r2,P1,m,2018-01-29"], 0, [(3, "", "too_few_columns")]),
    ("too many columns", ["r2,P1,m,2018-01-29,CR,x"], 0, [(3, "", "too_many_columns")]),
    ("too many columns, the last empty", ["r2,P1,m,2018-01-29,CR,"], 0, [(3, "", "too_many_columns")]),
    ("decimal comma, bare", ["r2,P1,m,2018-01-29,3,5"], 0, [(3, "", "too_many_columns")]),
    ("decimal comma, quoted", ['r2,P1,m,2018-01-29,"3,5"'], 0, [(3, "value", "decimal_comma")]),
    ("comma in words", ['r2,P1,m,2018-01-29,"CR, confirmed"'], 1, []),
    ("unterminated quote", ['r2,P1,"m,2018-01-29,CR'], 0, [(3, "", "unterminated_quote")]),
    ("unterminated quote in the last field", ['r2,P1,m,2018-01-29,"CR'], 0, [(3, "", "unterminated_quote")]),
    (
        "two unterminated quotes do not make one record",
        ['r2,P1,m,2018-01-29,"CR', "r3,P1,m,2018-01-29,CR", 'r4,P1,m,2018-01-29,NR"'],
        2,
        [(3, "", "unterminated_quote")],
    ),
    ("text behind a quoted field", ['r2,P1,"m"x,2018-01-29,CR'], 0, [(3, "", "malformed_quote")]),
    ("quote inside a bare field", ['r2,P1,m"x,2018-01-29,CR'], 1, []),
    ("doubled quotes", ['r2,P1,"m ""x""",2018-01-29,CR'], 1, []),
    ("line end in quotes", ['r2,P1,m,2018-01-29,"partly', 'CR"', "r3,P1,m,2018-01-29,NR"], 2, []),
    ("blank lines are no rows", ["", ""], 0, []),
    ("commas only", [",,,,"], 0, [(3, "patient_id", "empty")]),
    ("a blank before a word", ["r2,P1,m,2018-01-29, CR"], 0, [(3, "value", "surrounding_blanks")]),
    ("a blank before a quoted field", ['r2,P1,m,2018-01-29, "CR"'], 0, [(3, "value", "surrounding_blanks")]),
    ("a blank behind a quoted field", ['r2,P1,m,2018-01-29,"CR" '], 0, [(3, "", "malformed_quote")]),
    ("a blank behind an id", ["r2,P1 ,m,2018-01-29,CR"], 0, [(3, "patient_id", "surrounding_blanks")]),
    ("not a date", ["r2,P1,m,29/01/2018,CR"], 0, [(3, "effective_date", "not_a_date")]),
    ("no such day", ["r2,P1,m,2018-02-29,CR"], 0, [(3, "effective_date", "not_a_date")]),
    ("a timestamp", ["r2,P1,m,2018-01-29 10:00:00,CR"], 0, [(3, "effective_date", "not_a_date")]),
    ("infinity", ["r2,P1,m,infinity,CR"], 0, [(3, "effective_date", "not_a_date")]),
    ("the day before the first", ["r2,P1,m,1899-12-31,CR"], 0, [(3, "effective_date", "not_a_date")]),
    ("the first and the last day", ["r2,P1,m,1900-01-01,CR", "r3,P1,m,2999-12-31,CR"], 2, []),
    ("the day after the last", ["r2,P1,m,3000-01-01,CR"], 0, [(3, "effective_date", "not_a_date")]),
    ("short month", ["r2,P1,m,2018-1-29,CR"], 0, [(3, "effective_date", "not_a_date")]),
    ("a month and a year", ["r2,P1,m,2018-02,CR", "r3,P1,m,2018,CR"], 2, []),
    ("no date", ["r2,P1,m,,CR"], 0, [(3, "effective_date", "no_date")]),
    ("no value is kept", ["r2,P1,m,2018-01-29,"], 1, []),
    ("a NUL", ["r2,P1,m\0,2018-01-29,CR"], 0, [(3, "", "control_character")]),
    ("a separator", ["r2,P1,m\x1f,2018-01-29,CR"], 0, [(3, "", "control_character")]),
    ("100,000 characters", ["r2,P1,m,2018-01-29," + "x" * 100_000], 1, []),
    ("more than a field can hold", ["r2,P1,m,2018-01-29," + "x" * 140_000], 0, [(3, "", "field_too_long")]),
    ("letters of other alphabets", ["r2,P1,m,2018-01-29,\u03b2\U0001f600"], 1, []),
    ("sent twice", [GOOD], 0, []),
]  # fmt: skip


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(("lines", "more", "bad"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_each_row_is_accounted_for(
    tmp_path: Path, lines: list[str], more: int, bad: list[tuple[int, str, str]], ends: str
) -> None:
    text = ends.join([OUTCOMES_HEADER, GOOD, *lines, LAST, ""])
    facts, report = open_folder(write(tmp_path / "f", {"outcomes.csv": text}))
    sent_twice = lines == [GOOD]
    assert account(report, "outcomes.csv") == (
        2 + more + len(bad) + sent_twice,
        2 + more,
        sent_twice,
        len(bad),
    )
    assert places(report.quarantine) == bad
    ids = [record for (record,) in rows(facts, "outcomes", "record_id")]
    assert ids[0] == "r1"
    assert ids[-1] == "r9"


def test_invalid_utf8_takes_one_line(tmp_path: Path) -> None:
    text = f"{OUTCOMES_HEADER}\n{GOOD}\n".encode() + b"r2,P1,m\xff,2018-01-29,CR\n" + LAST.encode()
    _, report = open_folder(write(tmp_path / "f", {"outcomes.csv": text}))
    assert account(report, "outcomes.csv") == (3, 2, 0, 1)
    (bad,) = report.quarantine
    assert (bad.line, bad.reason, bad.raw) == (3, "not_utf8", "r2,P1,m\\xff,2018-01-29,CR")


def test_byte_order_mark_and_any_order_of_columns(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbfvalue,effective_date,measure,patient_id,record_id\nCR,2018-01-29,m,P1,r1\n"
    facts, _ = open_folder(write(tmp_path / "f", {"outcomes.csv": text}))
    assert rows(facts, "outcomes", "record_id, patient_id, measure, effective_on::VARCHAR, value") == [
        ("r1", "P1", "m", "2018-01-29", "CR")
    ]


def test_month_and_year_keep_both_ends(tmp_path: Path) -> None:
    text = f"{OUTCOMES_HEADER}\nr1,P1,m,2020-02,CR\nr2,P1,m,2019,CR\nr3,P1,m,2019-05-01,CR\n"
    facts, _ = open_folder(write(tmp_path / "f", {"outcomes.csv": text}))
    assert rows(facts, "outcomes", "effective_on::VARCHAR, effective_to::VARCHAR") == [
        ("2020-02-01", "2020-02-29"),
        ("2019-01-01", "2019-12-31"),
        ("2019-05-01", None),
    ]


def test_raw_row_of_several_lines_is_kept_and_in_no_message(tmp_path: Path) -> None:
    text = f'{OUTCOMES_HEADER}\nr1,P1,m,2018-13-01,"secret\nof two lines"\n'
    _, report = open_folder(write(tmp_path / "f", {"outcomes.csv": text}))
    (bad,) = report.quarantine
    assert bad.raw == 'r1,P1,m,2018-13-01,"secret\nof two lines"'
    assert "secret" not in bad.sentence + repr(bad)


@pytest.mark.parametrize(
    ("row", "bad"),
    [
        ("T2,P2,Q,Plan,2018-01-01,12.50,final", []),
        ("T2,P2,Q,Plan,2018-01-01,,", []),
        ("T2,P2,Q,Plan,2018-01-01,1e3,", [(2, "amount", "not_a_decimal")]),
        ("T2,P2,Q,Plan,2018-01-01,1_000,", [(2, "amount", "not_a_decimal")]),
        ('T2,P2,Q,Plan,2018-01-01,"12,50",', [(2, "amount", "not_a_decimal")]),
        ("T2,P2,Q,Plan,2018-01-01,1,done", [(2, "status", "unknown_status")]),
        (",P2,Q,Plan,2018-01-01,1,", [(2, "treatment_id", "empty")]),
        ("T2,,Q,Plan,2018-01-01,1,", [(2, "patient_id", "empty")]),
        ("T2,P2,,,2018-01-01,1,", []),
        ("T2,P2,Q,Plan,2018-01,1,", [(2, "index_date", "not_a_date")]),
    ],
)
def test_treatments(tmp_path: Path, row: str, bad: list[tuple[int, str, str]]) -> None:
    text = f"treatment_id,patient_id,product,payer,index_date,amount,status\n{row}\n"
    _, report = open_folder(write(tmp_path / "f", {"treatments.csv": text}))
    assert places(report.quarantine) == bad


@pytest.mark.parametrize(
    ("row", "bad"),
    [
        ("P1,Plan,2018-01-01,2018-01-01", []),
        ("P1,Plan,2018-01-01,", []),
        ("P1,Plan,2018-01-02,2018-01-01", [(2, "to_date", "ends_before_start")]),
        ("P1,,2018-01-02,", [(2, "payer", "empty")]),
    ],
)
def test_coverage(tmp_path: Path, row: str, bad: list[tuple[int, str, str]]) -> None:
    _, report = open_folder(
        write(tmp_path / "f", {"coverage.csv": f"patient_id,payer,from_date,to_date\n{row}\n"})
    )
    assert places(report.quarantine) == bad


@pytest.mark.parametrize("day", ["0", "-10", "365", "999999"])
def test_study_day(tmp_path: Path, day: str) -> None:
    text = f"patient_id,measure,study_day,value\nP1,m,{day},CR\n"
    facts, _ = open_folder(write(tmp_path / "f", {"outcomes.csv": text}))
    assert rows(facts, "outcomes", "study_day, effective_on") == [(int(day), None)]


@pytest.mark.parametrize("day", ["1.5", "+3", "007", "1e2", "1000000", "x"])
def test_study_day_that_is_none(tmp_path: Path, day: str) -> None:
    text = f"patient_id,measure,study_day,value\nP1,m,{day},CR\n"
    _, report = open_folder(write(tmp_path / "f", {"outcomes.csv": text}))
    assert places(report.quarantine) == [(2, "study_day", "not_an_integer")]
