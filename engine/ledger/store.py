"""The store: one DuckDB file that holds facts, and runs and postings beside them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from engine.feeds import quoting
from engine.feeds.evidence import Evidence, evidence
from engine.feeds.facts import Facts
from engine.kernel.diagnostics import Exit, Refusal, refuse
from engine.ledger.damage import damaged, is_damaged, names_damage
from engine.ledger.fact_loading import LoadReport, load_files
from engine.ledger.fact_tables import CATALOG, FORMAT, creation
from engine.ledger.fact_views import store_facts


class Store:
    """An open store. Its tables are in the connection's default catalog; facts are views in others beside it.

    Only one process at a time can write to a store; while one does, no other can open it.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, read_only: bool) -> None:
        self.connection, self.path, self.read_only = connection, path, read_only
        self._views = 0

    @staticmethod
    def open(path: Path, create: bool, read_only: bool = False) -> "Store":
        """The store in this file.

        Refuses one that is missing, busy (Exit.BUSY), damaged (Exit.INTEGRITY), or not a store of this format.
        """
        if not path.exists() and (read_only or not create):
            raise refuse("no_store", f"there is no store at '{path}'", Exit.REFUSED, "`oba load` makes one")
        if not path.parent.is_dir():
            raise refuse("no_folder", f"there is no folder '{path.parent}'", Exit.REFUSED)
        if path.is_file() and path.stat().st_size == 0:
            raise refuse(
                "not_a_store",
                f"'{path}' is not a store: the file is empty",
                Exit.REFUSED,
                "a store is a DuckDB file",
            )
        connection = duckdb.connect()
        try:
            mode = ", READ_ONLY" if read_only else ""
            connection.execute(
                f"ATTACH {quoting.text(str(path))} AS {CATALOG} (TYPE duckdb{mode}); USE {CATALOG}"
            )
            if create and not _tables(connection):
                connection.execute(f"BEGIN; {creation()}; COMMIT")
            _check_format(connection, path)
        except duckdb.Error as error:
            connection.close()
            raise _cannot_open(path, error) from None
        except BaseException:
            connection.close()
            raise
        return Store(connection, path, read_only)

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Closes it. A fault that a damaged file explains becomes a refusal (Exit.INTEGRITY) that says so."""
        self.close()
        if isinstance(error, duckdb.Error | LookupError | ValueError) and is_damaged(self.path):
            raise damaged(self.path) from None

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """All that is written inside, or none of it."""
        self.connection.execute("BEGIN")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def load(self, paths: Sequence[Path], loaded_on: date) -> list[LoadReport]:
        """Adds files, each in a transaction of its own, in the order given.

        Rows without `known_on` get `loaded_on`. A file whose very bytes were loaded before adds nothing.
        Refuses (Exit.FEED_REFUSED) before adding anything where the name or the columns of any file are wrong.
        """
        return load_files(self.connection, paths, loaded_on)

    def facts(self, through_batch: int | None = None, attributes: Iterable[str] = ()) -> Facts:
        """Facts of all batches, or of those up to one; of the attributes named, those that the store has."""
        self._views += 1
        return store_facts(self.connection, f"facts_{self._views}", through_batch, tuple(attributes))

    def attribute_names(self) -> frozenset[str]:
        """Every attribute that a treatment in the store has."""
        rows = self.connection.execute(f"SELECT DISTINCT name FROM {CATALOG}.main.attribute_names").fetchall()
        return frozenset(name for (name,) in rows)

    def last_batch(self) -> int:
        """The number of the last batch; 0 where nothing was loaded."""
        row = self.connection.execute(f"SELECT max(batch_id) FROM {CATALOG}.main.batches").fetchone()
        return int(row[0]) if row and row[0] else 0

    def evidence(self, row_nos: Iterable[int]) -> list[Evidence]:
        """What rows of outcomes say and where they stood, withdrawn ones too; by row number."""
        self._views += 1
        facts = store_facts(self.connection, f"facts_{self._views}", None, (), withdrawn_too=True)
        try:
            return evidence(facts, row_nos)
        finally:
            self.connection.execute(f"DETACH {quoting.name(facts.schema)}")


def _tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The names of the attached file's tables; none in a new one."""
    rows = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = $catalog", {"catalog": CATALOG}
    ).fetchall()
    return {name for (name,) in rows}


def _check_format(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    if "store_format" not in _tables(connection):
        sentence = f"'{path}' is a DuckDB file, but not a store"
        raise refuse("not_a_store", sentence, Exit.REFUSED, "`oba load` makes a store in a new file")
    version = connection.execute(f"SELECT max(version) FROM {CATALOG}.main.store_format").fetchone()
    if version != (FORMAT,):
        sentence = f"the store '{path}' is of another format than this program's ({FORMAT})"
        raise refuse("store_format", sentence, Exit.REFUSED, "use the version of the program that made it")


def _cannot_open(path: Path, error: duckdb.Error) -> Refusal:
    """Why a store cannot be opened, in words; DuckDB's message tells the cases apart."""
    message = str(error)
    if names_damage(message):
        return damaged(path)
    if "lock" in message or "already attached" in message or "file handle conflict" in message:
        sentence = f"the store '{path}' is busy: another process has it open"
        return refuse("store_busy", sentence, Exit.BUSY, "try again when that one is done")
    if "not a valid DuckDB" in message or "newer" in message or "version" in message:
        return refuse("not_a_store", f"'{path}' is not a store", Exit.REFUSED, "a store is a DuckDB file")
    if isinstance(error, duckdb.OperationalError):
        return refuse("cannot_open", f"the store '{path}' cannot be opened", Exit.REFUSED)
    return damaged(path)
