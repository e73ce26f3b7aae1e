"""Drawn patients as a feed: the relations that the plan reads, one treatment a profile or a drawn patient."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.feeds.facts import Facts
from engine.language import meaning as m
from engine.plan.tables import Traits
from engine.whatif.columns import Drawn, Report
from engine.whatif.reading_of import Reading

SCHEMA = "drawn"
# Every row of drawn facts is the only version of its record, and each has a whole date.
TRAITS = Traits(False, False, False, False, False, False)


def traits(coverage: bool) -> Traits:
    """What drawn facts contain: coverage or not, and nothing else out of the ordinary."""
    return replace(TRAITS, coverage=coverage)


Rows = NDArray[np.int64]
_OUTCOME_COLUMNS = """row_no BIGINT, record_key VARCHAR, record_id VARCHAR, patient_id BIGINT, treatment_id BIGINT,
    measure VARCHAR, effective_on DATE, effective_to DATE, study_day INTEGER, value VARCHAR, unit VARCHAR,
    source VARCHAR, status VARCHAR, known_on DATE"""


def load(
    connection: duckdb.DuckDBPyConnection, drawn: Drawn, rows: Rows, reading: Reading, contract: m.Contract,
    draw_of: NDArray[np.int32] | None, as_of: date,
) -> Facts:  # fmt: skip
    """Write the rows of `drawn` out as treatments 0, 1, … with their reports and coverage.

    With `draw_of` each treatment is of the case of its draw, as of `as_of`.
    """
    names = [n for n in sorted(reading.judged | reading.priced) if n in drawn.attributes]
    connection.execute(f"CREATE OR REPLACE SCHEMA {SCHEMA}")
    _treatments(connection, drawn, rows, names, contract, draw_of, as_of)
    connection.execute(f"CREATE TABLE {SCHEMA}.outcomes ({_OUTCOME_COLUMNS})")
    for report in drawn.reports:
        if report.measure in reading.reports:
            _reports(connection, drawn, rows, report)
    _coverage(connection, drawn, rows, reading, contract)
    connection.execute(
        f"""CREATE TABLE {SCHEMA}.repeated_rows (row_no BIGINT, source VARCHAR, record_key VARCHAR, status VARCHAR,
        known_on DATE)"""
    )
    fixed = {"birth_date", "payer", "product"}
    return Facts(connection, SCHEMA, frozenset(names) - fixed, frozenset())


def _treatments(
    connection: duckdb.DuckDBPyConnection, drawn: Drawn, rows: Rows, names: Sequence[str], contract: m.Contract,
    draw_of: NDArray[np.int32] | None, as_of: date,
) -> None:  # fmt: skip
    given: dict[str, NDArray[np.generic]] = {"number": np.arange(len(rows)), "day": drawn.index.of(rows)}
    columns: dict[str, str] = {"product": "$product", "payer": "$payer", "birth_date": "NULL::DATE"}
    values: dict[str, object] = {
        "first": drawn.first_index, "product": contract.product_codes[0], "payer": contract.payers[0].name
    }  # fmt: skip
    for k, name in enumerate(names):
        column = drawn.attributes[name]
        given[f"code_{k}"] = column.of(rows)
        if column.words is not None:
            values[f"words_{k}"] = list(column.words)
            columns[name] = f"($words_{k}::VARCHAR[])[code_{k} + 1]"
        else:
            columns[name] = f"($first + day - INTERVAL (code_{k}) MONTH)::DATE"
    if draw_of is not None:
        given["draw"] = draw_of
        columns |= {"case_id": "draw", "as_of": "$as_of::DATE"}
        values["as_of"] = as_of
    connection.register("given", given)
    written = ", ".join(f"{expression} AS {_quoted(name)}" for name, expression in columns.items())
    connection.execute(
        f"""CREATE TABLE {SCHEMA}.treatments AS SELECT number AS row_no, number AS treatment_id, number AS patient_id,
        ($first + day)::DATE AS index_date, NULL::VARCHAR AS status, ($first + day)::DATE AS known_on, {written}
        FROM given""",
        values,
    )
    connection.unregister("given")


def _reports(connection: duckdb.DuckDBPyConnection, drawn: Drawn, rows: Rows, report: Report) -> None:
    there = np.flatnonzero(report.day.codes[rows])
    own = rows[there]
    day = drawn.index.of(own) + report.day.of(own) - 1  # the codes of days are one more
    given: dict[str, NDArray[np.generic]] = {"number": there, "day": day}
    values: dict[str, object] = {"first": drawn.first_index, "measure": report.measure, "unit": report.unit}
    value, late = "NULL", "0"
    if report.value is not None and report.value.words is not None:
        given["code"] = report.value.of(own)
        values["words"] = list(report.value.words)
        value = "($words::VARCHAR[])[code + 1]"
    if report.late is not None:
        given["late"], late = report.late.of(own), "late"
    connection.register("given", given)
    connection.execute(
        f"""INSERT INTO {SCHEMA}.outcomes SELECT (SELECT count(*) FROM {SCHEMA}.outcomes) + row_number() OVER (),
        NULL, NULL, number, number, $measure, ($first + day)::DATE, NULL, NULL, {value}, $unit, 'drawn', NULL,
        ($first + day + {late})::DATE FROM given""",
        values,
    )
    connection.unregister("given")


def _coverage(
    connection: duckdb.DuckDBPyConnection, drawn: Drawn, rows: Rows, reading: Reading, contract: m.Contract
) -> None:
    leave = drawn.leave if reading.coverage else None
    none = np.zeros(0, np.int32)
    given: dict[str, NDArray[np.generic]] = {"number": none, "day": none, "leave": none}
    if leave is not None:
        given = {"number": np.arange(len(rows)), "day": drawn.index.of(rows), "leave": leave.of(rows)}
    connection.register("given", given)
    connection.execute(
        f"""CREATE TABLE {SCHEMA}.coverage AS SELECT number AS row_no, number AS patient_id, $payer AS payer,
        ($first + day)::DATE AS from_date, CASE WHEN leave > 0 THEN ($first + day + leave - 2)::DATE END AS to_date,
        NULL::VARCHAR AS status, ($first + day)::DATE AS known_on FROM given""",
        {"first": drawn.first_index, "payer": contract.payers[0].name},
    )
    connection.unregister("given")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
