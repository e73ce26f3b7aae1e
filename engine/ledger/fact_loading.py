"""Files into the store: each is read and checked in memory, then added in one transaction."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import duckdb

from engine.feeds import quoting
from engine.feeds.departures import QUARANTINE_SHOWN, Departures
from engine.feeds.folder import OpenFile, open_files, read_files
from engine.feeds.parts import Bench
from engine.feeds.report import FileReport, Quarantined, Reason
from engine.feeds.tables import Table
from engine.feeds.verdicts import CONFLICT, DUPLICATE
from engine.ledger.fact_history import Staging, changes, lay_out
from engine.ledger.fact_tables import CATALOG, standing

_STAGING = "staging"
_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of one file. Where its bytes were loaded before, all counts are 0 but `rows` and duplicates."""

    account: FileReport
    batch_id: int  # the batch that holds the file
    sha256: str
    already_loaded: bool = False
    quarantine: tuple[Quarantined, ...] = ()  # the first; all are in the store
    withdrawn: tuple[
        Quarantined, ...
    ] = ()  # rows of earlier files that count no longer: this one contests them
    waiting: int = 0  # accepted outcomes whose treatment or patient has not come yet


def load_files(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], loaded_on: date
) -> list[LoadReport]:
    """See `Store.load`."""
    open_files(connection, paths)  # refuses, before anything is added
    return [_load(connection, path, loaded_on) for path in paths]


def _load(connection: duckdb.DuckDBPyConnection, path: Path, loaded_on: date) -> LoadReport:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    known = connection.execute(
        f"SELECT batch_id, table_name, rows_read FROM {CATALOG}.main.batches WHERE sha256 = $sha256",
        {"sha256": sha256},
    ).fetchone()
    if known:
        batch_id, table_name, rows = known
        return LoadReport(FileReport(path.name, table_name, rows, 0, rows, 0), batch_id, sha256, True)
    with _staging(connection) as catalog:
        bench = Bench(connection, catalog)
        (file_opened,) = open_files(connection, [path])
        read_files(bench, [file_opened], loaded_on, in_place=False)
        return _Loading(bench, file_opened, sha256, loaded_on).report()


@contextmanager
def _staging(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """A catalog in memory, for as long as it takes: what is in it never reaches the store by itself."""
    connection.execute(f"ATTACH ':memory:' AS {_STAGING}")
    try:
        yield _STAGING
    finally:
        connection.execute(f"DETACH {_STAGING}")


class _Loading:
    """One file's way from the bench into the store."""

    def __init__(self, bench: Bench, file: OpenFile, sha256: str, loaded_on: date) -> None:
        self.bench, self.part, self.sha256, self.loaded_on = bench, file.part, sha256, loaded_on
        self.table: Table = file.part.table
        self.staging = Staging(bench.connection, bench.schema, self.table)
        self.batch_id = 1 + self._number(f"SELECT max(batch_id) FROM {CATALOG}.main.batches")
        self.gone = Departures(bench)

    def report(self) -> LoadReport:
        """Adds the file, and gives its account as the store then has it."""
        self.gone.take_faults(self.table)
        self._form_rows()
        lay_out(self.staging)
        self._judge()
        run = self.bench.connection.execute
        run("BEGIN")
        try:
            for statement in changes(self.staging, self.batch_id):
                run(statement)
            account = self._account()
            self._keep(account)
        except BaseException:
            run("ROLLBACK")
            raise
        run("COMMIT")
        return LoadReport(
            account,
            self.batch_id,
            self.sha256,
            quarantine=tuple(islice(self.gone.rows_of(self.part), QUARANTINE_SHOWN)),
            withdrawn=tuple(self._contested()),
            waiting=self._waiting(),
        )

    def _number(self, query: str) -> int:
        row = self.bench.connection.execute(query).fetchone()
        return int(row[0]) if row and row[0] else 0

    def _form_rows(self) -> None:
        """The file's good rows in the form of the store: attributes as a map, without empty ones."""
        last = self._number(f"SELECT max(row_no) FROM {self.staging.stored}")
        columns = [f"{last} + row_no AS row_no", "0 AS file_batch", f"row_no - {self.part.first_row} AS line"]
        columns += [name for name, _ in self.table.facts]
        if self.table.has_attributes:
            pairs = ", ".join(
                f"{{'k': {quoting.text(name)}, 'v': {quoting.name(name)}}}"
                for name in sorted(self.bench.attributes)
            )
            filled = f"list_filter([{pairs}], lambda pair: pair.v IS NOT NULL)"
            none = "CAST(map() AS MAP(VARCHAR, VARCHAR))"
            columns.append(f"{f'map_from_entries({filled})' if pairs else none} AS attributes")
        rows = f"SELECT {', '.join(columns)} FROM {self.bench.base(self.table)}"
        self.bench.connection.execute(f"CREATE VIEW {self.staging.name('new')} AS {rows}")

    def _judge(self) -> None:
        """Counts re-sends and puts conflicts among the quarantined."""
        judged = self.bench.connection.execute(
            f"SELECT line, verdict FROM {self.staging.name('history')} JOIN {self.staging.name('verdict')}"
            f" USING (row_no) WHERE kind = 'new' ORDER BY line"
        ).fetchall()
        self.gone.duplicates[self.part.file] += self._number(
            f"SELECT count(*) FROM {self.staging.name('plain')}"
        )
        for line, verdict in judged:
            if verdict == DUPLICATE:
                self.gone.duplicates[self.part.file] += 1
            else:
                self.gone.quarantine(self.part, line, "", Reason.CONFLICT)

    def _account(self) -> FileReport:
        """The file's rows, those accepted counted in the store itself."""
        accepted = self._number(
            f"SELECT count(*) FROM ({standing(self.table)})"
            f" WHERE batch_id = {self.batch_id} AND file_batch = {self.batch_id}"
        )
        return self.gone.account(self.part, accepted)

    def _contested(self) -> Iterator[Quarantined]:
        """Rows of earlier batches that this file contests."""
        found = self.bench.connection.execute(
            f"SELECT b.file, h.line FROM {self.staging.name('history')} AS h"
            f" JOIN {self.staging.name('verdict')} AS v ON h.row_no = v.row_no"
            f" JOIN {CATALOG}.main.batches AS b ON h.batch_id = b.batch_id"
            f" WHERE h.kind = 'standing' AND verdict = '{CONFLICT}' ORDER BY h.row_no"
        ).fetchall()
        return (Quarantined(file, line, "", Reason.CONFLICT) for file, line in found)

    def _keep(self, account: FileReport) -> None:
        """Writes the batch, its quarantine, and the names and keys that it brings."""
        run, batch = self.bench.connection.execute, self.batch_id
        self._write_quarantine(self._contested())
        self._write_quarantine(self.gone.rows_of(self.part))
        run(
            f"INSERT INTO {CATALOG}.main.batches VALUES ($batch, $file, $sha256, $table, $rows, $accepted,"
            " $filtered, $duplicates, $quarantined, $loaded_on)",
            {
                "batch": batch,
                "file": account.file,
                "sha256": self.sha256,
                "table": account.table,
                "rows": account.rows,
                "accepted": account.accepted,
                "filtered": account.filtered,
                "duplicates": account.duplicates,
                "quarantined": account.quarantined,
                "loaded_on": self.loaded_on,
            },
        )
        if self.table.has_attributes:
            names = "(SELECT unnest($names::VARCHAR[]) AS name)"
            run(
                f"INSERT INTO {CATALOG}.main.attribute_names SELECT {batch}, name FROM {names}"
                f" WHERE name NOT IN (SELECT name FROM {CATALOG}.main.attribute_names)",
                {"names": list(self.bench.attributes)},
            )
        if self.table.name == "outcomes":
            key = ", ".join(self.table.key)
            run(
                f"INSERT INTO {CATALOG}.main.repeated SELECT {batch}, {key} FROM ({standing(self.table)})"
                f" SEMI JOIN {self.staging.name('touched')} USING ({key})"
                f" ANTI JOIN {CATALOG}.main.repeated USING ({key}) GROUP BY {key} HAVING count(*) > 1"
            )

    def _write_quarantine(self, rows: Iterator[Quarantined]) -> None:
        columns = ("file", "line", "column", "reason", "sentence", "raw")
        kinds = ("VARCHAR", "BIGINT", *["VARCHAR"] * 4)
        lists = ", ".join(f"unnest(${name}::{kind}[])" for name, kind in zip(columns, kinds, strict=True))
        while chunk := list(islice(rows, _CHUNK)):
            self.bench.connection.execute(
                f"INSERT INTO {CATALOG}.main.quarantine SELECT {self.batch_id}, {lists}",
                {name: [getattr(row, name) or None for row in chunk] for name in columns},
            )

    def _waiting(self) -> int:
        if self.table.name != "outcomes":
            return 0
        treatments = f"{CATALOG}.main.treatments"
        return self._number(
            f"""SELECT count(*) FROM ({standing(self.table)}) WHERE batch_id = {self.batch_id}
                AND CASE WHEN treatment_id IS NULL THEN patient_id NOT IN (SELECT patient_id FROM {treatments})
                    ELSE treatment_id NOT IN (SELECT treatment_id FROM {treatments}) END"""
        )
