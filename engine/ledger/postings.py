"""The ledger's half of a store: runs and postings, append-only, chained by hashes.

Grain: `runs` one row a settled period of a contract; `postings` one row a posted line. Neither has an index:
they are only appended to, and each settlement's rows stand together. Money is in the minor unit.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise

import duckdb

from engine.kernel.dates import Period

GENESIS = "0" * 64
_BATCH_ROWS = 100_000

CREATE = """
CREATE SCHEMA IF NOT EXISTS ledger;
CREATE TABLE IF NOT EXISTS ledger.contracts (
  version VARCHAR, contract VARCHAR, first_used_on DATE, source VARCHAR
);
CREATE TABLE IF NOT EXISTS ledger.runs (
  run_no BIGINT, run_id VARCHAR, contract VARCHAR, version VARCHAR, period VARCHAR, as_of DATE, known_by DATE,
  through_batch BIGINT, posted_on DATE, first_seq BIGINT, lines BIGINT, payments BIGINT, refunds BIGINT,
  hash VARCHAR
);
CREATE TABLE IF NOT EXISTS ledger.postings (
  seq BIGINT, run_no BIGINT, contract VARCHAR, version VARCHAR, period VARCHAR, treatment_id VARCHAR,
  group_name VARCHAR, clause VARCHAR, n BIGINT, payer VARCHAR, direction VARCHAR, due DATE, amount BIGINT, kind VARCHAR,
  line_period VARCHAR, corrects BIGINT, because VARCHAR, evidence VARCHAR[], as_of DATE, known_by DATE,
  hash VARCHAR
);
"""

# What a posting's hash covers: everything that it says, in the order of the table.
_CONTENT = """to_json([
  seq::VARCHAR, run_no::VARCHAR, contract, version, period, treatment_id, group_name, clause, n::VARCHAR, payer,
  direction, due::VARCHAR, amount::VARCHAR, kind, line_period, corrects::VARCHAR, because,
  array_to_string(evidence, chr(31)), as_of::VARCHAR, known_by::VARCHAR])::VARCHAR"""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A settled period as it stands in the ledger. `through_batch` is the last feed batch that it could see."""

    run_no: int
    run_id: str
    contract: str
    version: str
    period: Period
    as_of: date
    known_by: date
    through_batch: int
    posted_on: date
    first_seq: int
    lines: int
    payments_minor: int
    refunds_minor: int
    hash: str


_RUN_COLUMNS = ", ".join(RunRecord.__slots__).replace("_minor", "")


class Ledger:
    """Reads and appends runs and postings over a store's connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def prepare(self) -> None:
        """Create the ledger's tables where a store has none yet."""
        self.connection.execute(CREATE)

    @property
    def exists(self) -> bool:
        query = "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'ledger' AND table_name = 'postings'"
        return self.connection.execute(query).fetchone() is not None

    def runs(self, contract: str | None = None) -> tuple[RunRecord, ...]:
        """Runs by number: all, or those of one contract."""
        if not self.exists:
            return ()
        rows = self.connection.execute(
            f"SELECT {_RUN_COLUMNS} FROM ledger.runs WHERE $contract IS NULL OR contract = $contract ORDER BY run_no",
            {"contract": contract},
        ).fetchall()
        found = []
        for run_no, run_id, name, version, period, *rest in rows:
            named = Period.parse(period)
            if named is None:
                raise ValueError(f"{period!r} is no period")
            found.append(RunRecord(run_no, run_id, name, version, named, *rest))
        return tuple(found)

    def head(self) -> tuple[int, str]:
        """The last sequence number and hash; 0 and zeros in an empty ledger."""
        if not self.exists:
            return 0, GENESIS
        query = "SELECT seq, hash FROM ledger.postings ORDER BY seq DESC LIMIT 1"
        row = self.connection.execute(query).fetchone()
        return (int(row[0]), str(row[1])) if row else (0, GENESIS)

    def contract_source(self, version: str) -> str:
        """The text of a contract version that a run used."""
        query = "SELECT source FROM ledger.contracts WHERE version = $1 LIMIT 1"
        row = self.connection.execute(query, [version]).fetchone()
        if row is None:
            raise KeyError(version)
        return str(row[0])

    def keep_contract(self, version: str, contract: str, source: str, used_on: date) -> None:
        """Keep a version's text, once."""
        self.connection.execute(
            """INSERT INTO ledger.contracts SELECT $1, $2, $3, $4
            WHERE NOT EXISTS (SELECT 1 FROM ledger.contracts WHERE version = $1)""",
            [version, contract, used_on, source],
        )

    def append(self, run: RunRecord, table: str) -> str:
        """Append a run and the lines in the temporary `table`; gives the run's hash.

        `table` has the columns of `postings` from `seq` to `known_by`, in the order of `seq`, following the head.
        To be called within a transaction.
        """
        if not table.isidentifier():
            raise ValueError(table)
        _, before = self.head()
        hashes = self._hash_rows(table, before)
        self.connection.execute(
            f"""INSERT INTO ledger.postings
            SELECT p.*, h.hash FROM {table} p JOIN {hashes} h ON h.seq = p.seq ORDER BY p.seq"""
        )
        _, last = self.head()
        header = "|".join(
            str(x) for x in (run.run_no, run.contract, run.version, run.period, run.as_of, run.known_by,
                             run.through_batch, run.first_seq, run.lines, run.payments_minor, run.refunds_minor)
        )  # fmt: skip
        previous = self.connection.execute(
            "SELECT hash FROM ledger.runs ORDER BY run_no DESC LIMIT 1"
        ).fetchone()
        digest = _sha(f"{previous[0] if previous else GENESIS}|{header}|{last}")
        self.connection.execute(
            f"INSERT INTO ledger.runs ({_RUN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [run.run_no, digest[:16], run.contract, run.version, str(run.period), run.as_of, run.known_by,
             run.through_batch, run.posted_on, run.first_seq, run.lines, run.payments_minor, run.refunds_minor, digest],
        )  # fmt: skip
        return digest

    def _hash_rows(self, table: str, before: str) -> str:
        """A temporary table (seq, hash) that chains the rows of `table` to the hash before them."""
        hashes = "posting_hashes"
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {hashes} (seq BIGINT, hash VARCHAR)")
        rows = self.connection.execute(f"SELECT seq, {_CONTENT} FROM {table} ORDER BY seq")
        chained: list[tuple[int, str]] = []
        while batch := rows.fetchmany(_BATCH_ROWS):
            contents = [content for _, content in batch]
            links = list(accumulate(contents, chain, initial=before))[1:]
            chained += zip((seq for seq, _ in batch), links, strict=True)
            before = links[-1]
        for start in range(0, len(chained), _BATCH_ROWS):
            part = chained[start : start + _BATCH_ROWS]
            self.connection.execute(
                f"INSERT INTO {hashes} SELECT unnest($1), unnest($2)",
                [[s for s, _ in part], [h for _, h in part]],
            )
        return hashes

    def broken_links(self) -> Iterator[int]:
        """Sequence numbers at which a posting was changed, removed or moved: its hash is not what it says."""
        if not self.exists:
            return
        rows = self.connection.execute(
            f"SELECT seq, {_CONTENT}, hash FROM ledger.postings ORDER BY rowid"
        ).fetchall()
        start = (0, "", GENESIS)
        for (seq_before, _, hash_before), (seq, content, found) in pairwise([start, *rows]):
            if seq != seq_before + 1 or chain(hash_before, content) != found:
                yield int(seq)


def chain(before: str, content: str) -> str:
    """The hash of a content that follows the hash `before`."""
    return _sha(before + content)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
