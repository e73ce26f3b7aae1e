"""JSON and CSV of a statement, and the samples in `reports/statement`."""

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from engine.settlement.statement import Statement
from engine.statements.csv import COLUMNS, statement_csv, text_cell
from engine.statements.html import statement_html
from engine.statements.json import statement_json
from engine.statements.resources import report_file
from tests.statements.larger import FORMULA, HOSTILE, empty, hostile, many, series
from tests.statements.worked import worked

SAMPLES: dict[str, Callable[[Statement], str]] = {
    "sample.html": statement_html,
    "sample.json": statement_json,
    "sample.csv": statement_csv,
}
ALL = [*(worked(month) for month in range(1, 6)), empty(), many(50), series(), hostile()]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("name", SAMPLES)
def test_samples(name: str) -> None:
    """`python -m tests.statements.write_samples` writes them anew."""
    assert report_file(f"statement/{name}") == SAMPLES[name](worked(4))


def test_a_report_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError, match="reports/statement/none"):
        report_file("statement/none")


@pytest.mark.parametrize("made", ALL, ids=range(len(ALL)))
def test_lines_add_up_in_every_file(made: Statement) -> None:
    found = json.loads(statement_json(made))
    lines = rows_of(statement_csv(made))
    net = Decimal(found["net"])
    assert sum(Decimal(line["amount"]) for line in found["lines"]) == net
    assert sum(Decimal(line["amount"]) for line in lines) == net
    assert Decimal(found["payments"]) + Decimal(found["refunds"]) == net
    assert Decimal(found["opening"]) + net == Decimal(found["closing"])
    for line in lines:
        assert Decimal(line["entitled"]) - Decimal(line["posted_before"]) == Decimal(line["amount"])


def test_json_has_the_shape_that_others_rely_on() -> None:
    found = json.loads(statement_json(worked(4)))
    assert list(found)[:12] == [
        "contract", "version", "as_of", "known_by", "currency", "period", "posted",
        "net", "payments", "refunds", "opening", "closing",
    ]  # fmt: skip
    line = found["lines"][0]
    shown = {
        k: line[k] for k in ("treatment_id", "clause", "n", "due", "amount", "kind", "period", "corrects")
    }
    assert shown == {
        "treatment_id": "P3", "clause": "no_remission", "n": 1, "due": "2018-03-21", "amount": "649000.00",
        "kind": "prior_period", "period": "2018-03", "corrects": 5,
    }  # fmt: skip
    assert "group" not in line
    assert (line["because"], line["evidence"]) == ("remission met on 2018-02-18", ["r23"])
    assert list(found["statuses"][0])[:7] == [
        "treatment_id", "outcome", "n", "status", "decided_on", "evidence", "why",
    ]  # fmt: skip
    assert found["not_eligible"][0] == {
        "treatment_id": "P7",
        "failed": "age_at_index <= 25",
        "undetermined": False,
    }
    assert (found["posted"], found["net"], found["closing"]) == (True, "649000.00", "1298000.00")


def test_pending_is_null_and_dated() -> None:
    found = json.loads(statement_json(worked(2)))
    assert [s["decided_on"] for s in found["statuses"]] == ["2018-01-29", None, None]
    assert [(p["treatment_id"], p["exposure_least"], p["exposure_most"]) for p in found["pending"]] == [
        ("P2", "-649000.00", "0.00"),
        ("P3", "-649000.00", "0.00"),
    ]


def test_one_record_a_line_and_the_same_bytes() -> None:
    text = statement_json(worked(1))
    assert text.count('\n{"treatment_id": "P2", "clause": "infusion"') == 1
    assert text == statement_json(worked(1))
    assert text.endswith("\n}\n")


def test_hostile_text_stays_text() -> None:
    text = statement_json(hostile())
    assert "<" not in text
    assert json.loads(text)["lines"][0]["treatment_id"] == HOSTILE
    row = rows_of(statement_csv(hostile()))[0]
    assert row["treatment_id"] == HOSTILE
    assert row["because"] == "'" + FORMULA


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r1", "\n1", " =1", "＝1"])
def test_formulas_are_defused(text: str) -> None:
    assert text_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "P-1", "1-2", "a=b", "sha256:9", "'x"])
def test_other_text_is_left_alone(text: str) -> None:
    assert text_cell(text) == text


def test_csv_numbers_are_plain() -> None:
    text = statement_csv(worked(3))
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert rows_of(text)[0]["amount"] == "-649000.00"
    assert "\r" not in text


def test_csv_without_lines_is_its_header() -> None:
    assert statement_csv(worked(2)).count("\n") == 1


def test_goldens_are_read_from_the_checkout() -> None:
    assert (Path(__file__).parents[2] / "reports" / "statement" / "README.md").is_file()
