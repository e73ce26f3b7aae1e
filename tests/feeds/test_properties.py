"""What holds for any files: conservation, one reading, and no difference by order or splitting."""

import tempfile
from datetime import date
from pathlib import Path
from random import Random

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.feeds.csv_exact import read_records
from engine.feeds.csv_fast import read_fast
from engine.feeds.csv_files import open_csv, read_exactly
from engine.feeds.folder import open_folder
from engine.feeds.parts import Bench, create_base_tables
from engine.feeds.relations import new_schema
from engine.feeds.tables import TREATMENTS
from engine.ledger.store import Store
from tests.feeds.folders import OUTCOMES_HEADER, rows, write

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAY = date(2018, 6, 1)

fields = st.text(alphabet='a,," \t\r\n\x1f\u03b2', max_size=4)
garbage = st.binary(max_size=300) | st.lists(fields, max_size=40).map(lambda parts: ",".join(parts).encode())


@SETTINGS
@given(garbage)
def test_every_line_of_garbage_is_accounted_for(body: bytes) -> None:
    """The account adds up (or `FileReport` raises), and every physical line is in a record, bad, or blank."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "f", {"outcomes.csv": OUTCOMES_HEADER.encode() + b"\n" + body})
        _, report = open_folder(path)
        lines = body.split(b"\n")
        blank = sum(line in (b"", b"\r") for line in lines)
        batches = list(read_records(path / "outcomes.csv", 5))
        records = sum(len(batch.rows) for batch in batches)
        bad = sum(len(batch.bad) for batch in batches)
        inside = sum(count - 1 for batch in batches for count in batch.spans.values())
        blank_inside = sum(
            line in (b"", b"\r")
            for batch in batches
            for first, count in batch.spans.items()
            for line in lines[first - 1 : first - 2 + count]
        )
        assert records + bad + inside + blank - blank_inside == len(lines)
        assert report.total("rows", "outcomes") == records + bad


@SETTINGS
@given(st.lists(st.lists(st.text(alphabet='a," \t\u03b2', max_size=5), min_size=4, max_size=7), max_size=6))
def test_the_fast_reader_reads_as_the_exact_one_or_not_at_all(lines: list[list[str]]) -> None:
    header = "treatment_id,patient_id,product,payer,index_date"
    text = "\n".join([header, *(",".join(line) for line in lines), ""])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "treatments.csv"
        path.write_text(text, newline="")
        found = []
        for read in (read_fast, read_exactly):
            bench = Bench(duckdb.connect(), "facts")
            new_schema(bench.connection, "facts")
            create_base_tables(bench)
            part, _ = open_csv(path, TREATMENTS)
            if read(bench, part, path, DAY) is False:
                return
            base = bench.connection.execute("SELECT * FROM facts._treatments ORDER BY row_no").fetchall()
            found.append((base, part.rows, part.bad, part.last_row))
        assert found[0] == found[1]


versions = st.lists(
    st.tuples(
        st.sampled_from(["r1", "r2", ""]),
        st.sampled_from(["CR", "NR"]),
        st.sampled_from(["2018-02-01", "2018-03-01", "2018-04-01"]),
    ),
    max_size=9,
)


def _file(chosen: list[tuple[str, str, str]]) -> str:
    lines = [f"{record},P1,m,2018-01-29,{value},{known_on}" for record, value, known_on in chosen]
    return "\n".join([f"{OUTCOMES_HEADER},known_on", *lines, ""])


def _said(found: list[tuple[object, ...]]) -> list[str]:
    return sorted(map(str, found))


COLUMNS = "record_key, value, known_on"


@settings(SETTINGS, max_examples=25)
@given(versions, st.randoms(use_true_random=False), st.integers(0, 9), st.integers(0, 9))
def test_splitting_and_order_of_files_do_not_matter(
    chosen: list[tuple[str, str, str]], random: Random, first: int, second: int
) -> None:
    """One file, three files of a folder, three loads into a store in another order: the same facts."""
    shuffled = chosen[:]
    random.shuffle(shuffled)
    low, high = sorted((first, second))
    pieces = [shuffled[:low], shuffled[low:high], shuffled[high:]]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        whole, _ = open_folder(write(home / "one", {"outcomes.csv": _file(chosen)}))
        files: dict[str, str | bytes] = {f"outcomes-{n}.csv": _file(piece) for n, piece in enumerate(pieces)}
        split, _ = open_folder(write(home / "many", files))
        with Store.open(home / "s", create=True) as store:
            store.load(sorted((home / "many").iterdir()), DAY)
            stored = _said(rows(store.facts(), "outcomes", COLUMNS))
            store.load(sorted((home / "many").iterdir()), DAY)
            assert _said(rows(store.facts(), "outcomes", COLUMNS)) == stored
            repeated = set(rows(store.facts(), "repeated_records"))
        assert _said(rows(whole, "outcomes", COLUMNS)) == _said(rows(split, "outcomes", COLUMNS)) == stored
        assert set(rows(whole, "repeated_records")) == set(rows(split, "repeated_records")) <= repeated
