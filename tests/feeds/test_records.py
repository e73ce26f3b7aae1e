"""Keys, versions, re-sends and conflicts, and the exact columns of the facts."""

from datetime import date

import duckdb
import pytest

from engine.feeds.evidence import Evidence, evidence, waiting_outcomes
from engine.feeds.report import ConservationError, FileReport
from engine.feeds.rows import facts_from_rows
from engine.kernel.diagnostics import Refusal
from tests.feeds.folders import places, rows

Row = dict[str, str | None]
TREATMENT: Row = {
    "treatment_id": "T1", "patient_id": "P1", "product": "Q", "payer": "Plan", "index_date": "2018-01-01",
}  # fmt: skip


def outcome(**changes: str | None) -> Row:
    base: Row = {
        "record_id": "r1",
        "patient_id": "P1",
        "measure": "m",
        "effective_date": "2018-01-29",
        "value": "CR",
    }
    return {**base, **changes}


def test_columns_and_types() -> None:
    facts, _ = facts_from_rows({"treatments": [{**TREATMENT, "site": "S"}]})
    described = {
        relation: [row[:2] for row in facts.connection.execute(f"DESCRIBE facts.{relation}").fetchall()]
        for relation in ("treatments", "outcomes", "coverage", "repeated_records")
    }
    text = "VARCHAR"
    assert described == {
        "treatments": [
            ("row_no", "BIGINT"), ("treatment_id", text), ("patient_id", text), ("product", text), ("payer", text),
            ("index_date", "DATE"), ("birth_date", "DATE"), ("status", text), ("known_on", "DATE"), ("site", text),
        ],
        "outcomes": [
            ("row_no", "BIGINT"), ("record_key", text), ("record_id", text), ("patient_id", text),
            ("treatment_id", text), ("measure", text), ("effective_on", "DATE"), ("effective_to", "DATE"),
            ("study_day", "INTEGER"), ("value", text), ("unit", text), ("source", text), ("status", text),
            ("known_on", "DATE"),
        ],
        "coverage": [
            ("row_no", "BIGINT"), ("patient_id", text), ("payer", text), ("from_date", "DATE"), ("to_date", "DATE"),
            ("status", text), ("known_on", "DATE"),
        ],
        "repeated_records": [("source", text), ("record_key", text)],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "accepted", "duplicates", "conflicts"),
    [
        ({}, {}, 1, 1, 0),
        ({}, {"status": "final"}, 1, 1, 0),
        ({}, {"value": "NR"}, 0, 0, 2),
        ({}, {"value": None}, 0, 0, 2),
        ({}, {"patient_id": "P2"}, 0, 0, 2),
        ({}, {"source": "lab"}, 2, 0, 0),
        ({"known_on": "2018-02-01"}, {"value": "NR", "known_on": "2018-02-02"}, 2, 0, 0),
        ({"known_on": "2018-02-01"}, {"known_on": "2018-02-02"}, 1, 1, 0),
        ({"known_on": "2018-02-02"}, {"known_on": "2018-02-01"}, 1, 1, 0),
        ({"record_id": None}, {"record_id": None}, 1, 1, 0),
        ({"record_id": None}, {"record_id": None, "value": "NR"}, 0, 0, 2),
        ({"record_id": None}, {"record_id": None, "effective_date": "2018-01-30"}, 2, 0, 0),
        ({"record_id": None, "treatment_id": "left"}, {"record_id": None, "treatment_id": "right"}, 2, 0, 0),
        ({"record_id": None, "effective_date": None, "study_day": "2018"},
         {"record_id": None, "effective_date": "2018", "study_day": None}, 2, 0, 0),
    ],
)  # fmt: skip
def test_two_rows(first: Row, second: Row, accepted: int, duplicates: int, conflicts: int) -> None:
    _, report = facts_from_rows({"outcomes": [outcome(**first), outcome(**second)]})
    (account,) = report.files
    assert (account.accepted, account.duplicates, account.quarantined) == (accepted, duplicates, conflicts)
    assert places(report.quarantine) == [(1, "", "conflict"), (2, "", "conflict")][:conflicts]


def test_what_is_said_again_after_something_else_is_a_version() -> None:
    said = [("2018-02-01", "CR"), ("2018-03-01", "NR"), ("2018-04-01", "CR"), ("2018-05-01", "CR")]
    facts, report = facts_from_rows({"outcomes": [outcome(known_on=day, value=value) for day, value in said]})
    assert [str(day) for (day,) in rows(facts, "outcomes", "known_on")] == [
        "2018-02-01",
        "2018-03-01",
        "2018-04-01",
    ]
    assert report.files[0].duplicates == 1
    assert rows(facts, "repeated_records") == [("", "r1")]


def test_known_on_left_out() -> None:
    given = {"outcomes": [outcome(known_on=None), outcome(record_id="r2", known_on="2018-05-01")]}
    facts, _ = facts_from_rows(given)
    assert rows(facts, "outcomes", "known_on") == [(date(1900, 1, 1),), (date(2018, 5, 1),)]
    facts, _ = facts_from_rows(given, known_on=date(2018, 4, 1))
    assert rows(facts, "outcomes", "known_on") == [(date(2018, 4, 1),), (date(2018, 5, 1),)]


def test_natural_key_never_equals_a_record_id() -> None:
    facts, _ = facts_from_rows({"outcomes": [outcome(), outcome(record_id=None)]})
    assert rows(facts, "outcomes", "record_key") == [("r1",), ("P1\x1f\x1fm\x1f2018-01-29",)]
    _, report = facts_from_rows({"outcomes": [outcome(record_id="P1\x1f\x1fm\x1f2018-01-29")]})
    assert places(report.quarantine) == [(1, "record_id", "control_character")]


def test_one_connection_many_schemas() -> None:
    connection = duckdb.connect()
    first, _ = facts_from_rows({"outcomes": [outcome()]}, connection=connection, schema="a")
    second, _ = facts_from_rows({"outcomes": []}, connection=connection, schema="b")
    again, _ = facts_from_rows(
        {"outcomes": [outcome(), outcome(record_id="r2")]}, connection=connection, schema="a"
    )
    assert [len(rows(facts, "outcomes")) for facts in (first, second, again)] == [2, 0, 2]


def test_a_column_of_nobody() -> None:
    with pytest.raises(Refusal, match="'measure' is missing"):
        facts_from_rows({"outcomes": [{"patient_id": "P1", "effective_date": "2018-01-29"}]})
    with pytest.raises(Refusal, match="did you mean 'outcomes'"):
        facts_from_rows({"outcome": [outcome()]})


def test_evidence_and_waiting() -> None:
    given = [outcome(), outcome(record_id="r2", treatment_id="T9"), outcome(record_id="r3", patient_id="P9")]
    facts, _ = facts_from_rows({"treatments": [TREATMENT], "outcomes": given})
    assert evidence(facts, [1]) == [
        Evidence(1, "r1", "m", date(2018, 1, 29), None, "CR", "", "final", date(1900, 1, 1), "outcomes", 1)
    ]
    assert [(w.waits_for, w.line) for w in waiting_outcomes(facts)] == [("treatment", 2), ("patient", 3)]


def test_a_lost_row_is_a_fault_of_ours() -> None:
    with pytest.raises(ConservationError, match="3 rows read"):
        FileReport("f.csv", "outcomes", rows=3, accepted=1, duplicates=1, quarantined=0)
