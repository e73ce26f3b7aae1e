"""Laws that hold whatever a contract says, on random contracts and histories.

On Polars where the backend does not matter: it takes a third of the time.
"""

import csv
import random
import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given, note
from hypothesis import strategies as st

from engine.feeds.folder import open_folder
from engine.language.reader import read_contract_text
from engine.plan.tables import Run
from tests.oracle.evidence import Facts as RawFacts
from tests.oracle.evidence import Row
from tests.properties.answers import Answer, Engine
from tests.properties.profile import examples
from tests.strategies import as_ofs, contracts, histories

ENGINE = Engine()
LONG_AFTER = date(2030, 1, 1)


def ask(text: str, rows: RawFacts, as_of: date, known_by: date) -> Answer:
    return ENGINE.on_polars(read_contract_text(text), ENGINE.read(rows), Run(as_of, known_by))


@given(data=st.data(), seed=st.integers(0, 1000))
@examples(30)
def test_the_order_of_rows_does_not_matter(data: st.DataObject, seed: int) -> None:
    text = data.draw(contracts())
    rows = data.draw(histories(text))
    days = data.draw(as_ofs(text, rows))
    note(text)
    assert ask(text, shuffled(rows, seed), *days) == ask(text, rows, *days)


@given(data=st.data(), seed=st.integers(0, 1000))
@examples(12)
def test_splitting_into_files_does_not_matter(data: st.DataObject, seed: int) -> None:
    text = data.draw(contracts())
    rows = data.draw(histories(text))
    days = data.draw(as_ofs(text, rows))
    note(text)
    contract, run = read_contract_text(text), Run(*days)
    whole = ENGINE.on_duckdb(contract, ENGINE.read(rows), run)
    with tempfile.TemporaryDirectory() as folder:
        for name, table in shuffled(rows, seed).items():
            cut = seed % (len(table) + 1)
            write(Path(folder) / f"{name}-1.csv", table[:cut])
            write(Path(folder) / f"{name}-2.csv", table[cut:])
        facts, _ = open_folder(Path(folder))
        assert ENGINE.on_duckdb(contract, facts, run) == whole
        facts.connection.close()


@given(data=st.data())
@examples(30)
def test_another_patients_rows_change_nothing(data: st.DataObject) -> None:
    text = data.draw(contracts())
    rows = data.draw(histories(text))
    days = data.draw(as_ofs(text, rows))
    note(text)
    patient = data.draw(st.sampled_from(sorted({str(row["patient_id"]) for row in rows["treatments"]})))
    theirs = [row["treatment_id"] for row in rows["treatments"] if row["patient_id"] == patient]
    apart = [*theirs, None]  # and the groups that a treatment may have been in
    others = {name: [r for r in table if r["patient_id"] != patient] for name, table in rows.items()}
    everyone = ask(text, rows, *days)
    if others["treatments"]:
        assert ask(text, with_columns_of(others, rows), *days).without(apart) == everyone.without(apart)


@given(data=st.data())
@examples(30)
def test_late_evidence_ends_where_early_evidence_would_have(data: st.DataObject) -> None:
    """Where everything reopens: the order in which versions came matters, the days do not."""
    text = data.draw(contracts()).replace("late_evidence: stand", "late_evidence: reopen")
    rows = data.draw(histories(text))
    as_of, _ = data.draw(as_ofs(text, rows))
    note(text)
    assert ask(text, early(rows), as_of, LONG_AFTER) == ask(text, rows, as_of, LONG_AFTER)


def shuffled(rows: RawFacts, seed: int) -> RawFacts:
    return {name: random.Random(seed).sample(table, len(table)) for name, table in rows.items()}


def write(path: Path, table: list[Row]) -> None:
    """The rows as a CSV file; none where there is no row."""
    if table:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(name for row in table for name in row)))
            writer.writeheader()
            writer.writerows(table)


def with_columns_of(rows: RawFacts, model: RawFacts) -> RawFacts:
    """The rows with every column that the model has: a feed's columns are not any patient's."""
    return {
        name: [{**dict.fromkeys((n for r in model[name] for n in r), ""), **row} for row in table]
        for name, table in rows.items()
    }


def early(rows: RawFacts) -> RawFacts:
    """The rows, each known in the nineteen-hundreds, in the same order; the empty day stays the first."""
    days = sorted({row.get("known_on") or "" for table in rows.values() for row in table})
    first = date(1900, 1, 1)
    new = {day: "" if day == "" else str(first + timedelta(days=k + 1)) for k, day in enumerate(days)}
    return {
        name: [{**row, "known_on": new[row.get("known_on") or ""]} for row in table]
        for name, table in rows.items()
    }
