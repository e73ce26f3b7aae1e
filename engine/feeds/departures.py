"""Rows that leave the base tables: broken rules, re-sends, conflicts; and the account of each file."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from engine.feeds import quoting
from engine.feeds.parts import Bench, Part
from engine.feeds.report import FeedReport, FileReport, Quarantined, Reason
from engine.feeds.tables import Table
from engine.feeds.verdicts import (
    DUPLICATE,
    content,
    doubtful_keys,
    key_hash,
    repeated_hashes,
    repeated_keys,
    verdicts,
)

QUARANTINE_SHOWN = 10_000  # rows a file that a report carries; its counts are of all
MANY_ROWS = 200_000


class Departures:
    """Takes rows out of a bench's base tables and remembers of each its place and why."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        # by file: line, column, reason, and the row as it stood where that is known already
        self.quarantined: dict[str, list[tuple[int, str, Reason, str]]] = {}
        self.duplicates: Counter[str] = Counter()
        self.repeated: set[str] = set()  # tables of which some key still has several rows
        for part in bench.parts:
            self.quarantined[part.file] = [(line, "", reason, raw) for line, reason, raw in part.bad]

    def take_faults(self, table: Table) -> None:
        """Rows that break a rule."""
        if not self.bench.parts_of(table):
            return
        base = self.bench.base(table)
        found = self.bench.connection.execute(
            f"SELECT row_no, fault FROM {base} WHERE fault IS NOT NULL ORDER BY row_no"
        ).fetchall()
        if not found:
            return
        for (row_no, fault), part in zip(found, self._parts(table, [row for row, _ in found]), strict=True):
            rule = part.rules[fault]
            self.quarantine(part, row_no - part.first_row, rule.column, rule.reason)
        self.bench.connection.execute(f"DELETE FROM {base} WHERE fault IS NOT NULL")

    def take_repeats(self, table: Table) -> None:
        """Re-sends and conflicts; of outcomes, leaves `repeated_records` and `repeated_rows`."""
        bench, run = self.bench, self.bench.connection.execute
        kept = quoting.name(bench.schema, "repeated_records" if table.name == "outcomes" else "_repeated")
        suspects, doubtful = (quoting.name(bench.schema, name) for name in ("_suspects", "_doubtful"))
        run(f"CREATE OR REPLACE TABLE {suspects} AS {self._suspects(table)}")
        run(f"CREATE OR REPLACE TABLE {kept} AS {repeated_keys(suspects, table.key)}")
        run(f"CREATE OR REPLACE TABLE {doubtful} AS {doubtful_keys(suspects, table.key)}")
        if run(f"SELECT 1 FROM {doubtful} LIMIT 1").fetchall():
            of_keys = f"({bench.all_rows(table)}) SEMI JOIN {doubtful} USING ({', '.join(table.key)})"
            says = content((*table.content, *(bench.attributes if table.has_attributes else ())))
            found = run(f"{verdicts(of_keys, table.key, says)} ORDER BY row_no").fetchall()
            if found:
                self._leave(table, found)
                gone = {"gone": [row for row, _ in found]}
                run(f"DELETE FROM {suspects} WHERE row_no IN (SELECT unnest($gone::BIGINT[]))", gone)
                run(f"CREATE OR REPLACE TABLE {kept} AS {repeated_keys(suspects, table.key)}")
        if run(f"SELECT 1 FROM {kept} LIMIT 1").fetchall():
            self.repeated.add(table.name)
        if table.name == "outcomes":
            rows = quoting.name(bench.schema, "repeated_rows")
            run(f"CREATE TABLE {rows} AS SELECT row_no, source, record_key, status, known_on FROM {suspects}")
        run(f"DROP TABLE {suspects}; DROP TABLE {doubtful}")

    def _suspects(self, table: Table) -> str:
        """Query for the rows of keys that more than one row has, and perhaps a few others; see `doubtful_keys`.

        Among many rows, those whose key's hash occurs twice: numbers are sorted sooner than texts are grouped.
        """
        rows, key = f"({self.bench.all_rows(table)})", ", ".join(table.key)
        said = content([name for name in table.content if not name.endswith("_id")])
        kept = ", ".join(dict.fromkeys(("row_no", *table.key, "status", "known_on")))
        query = f"SELECT {kept}, {key_hash(table.key)} AS key_hash, hash({said}) AS said_hash FROM {rows}"
        if sum(part.rows for part in self.bench.parts_of(table)) < MANY_ROWS:
            return f"{query} SEMI JOIN ({repeated_keys(rows, table.key)}) USING ({key})"
        hashes = quoting.name(self.bench.schema, "_hashes")
        self.bench.connection.execute(
            f"CREATE OR REPLACE TABLE {hashes} AS {repeated_hashes(rows, table.key)}"
        )
        return f"{query} WHERE {key_hash(table.key)} IN (FROM {hashes})"

    def _leave(self, table: Table, found: list[tuple[int, str]]) -> None:
        row_nos = [row for row, _ in found]
        for (row_no, verdict), part in zip(found, self._parts(table, row_nos), strict=True):
            if part.view:
                self.bench.take_in(part)
            if verdict == DUPLICATE:
                self.duplicates[part.file] += 1
            else:
                self.quarantine(part, row_no - part.first_row, "", Reason.CONFLICT)
        self.bench.connection.execute(
            f"DELETE FROM {self.bench.base(table)} WHERE row_no IN (SELECT unnest($gone::BIGINT[]))",
            {"gone": row_nos},
        )

    def _parts(self, table: Table, row_nos: list[int]) -> Iterator[Part]:
        """The part of each row."""
        parts = self.bench.parts_of(table)
        ends = [part.last_row for part in parts]
        return (parts[bisect_left(ends, row_no)] for row_no in row_nos)

    def quarantine(self, part: Part, line: int, column: str, reason: Reason) -> None:
        self.quarantined[part.file].append((line, column, reason, ""))

    # --- the account ------------------------------------------------------------------------------------

    def rows_of(self, part: Part) -> Iterator[Quarantined]:
        """All of a part's rows in quarantine by line, with the row as it stood."""
        rows = sorted(self.quarantined[part.file], key=lambda row: row[0])
        raws = part.raw([line for line, _, _, raw in rows if not raw])
        for line, column, reason, raw in rows:
            yield Quarantined(part.file, line, column, reason, raw or next(raws, (0, ""))[1])

    def report(self) -> FeedReport:
        files = tuple(
            self.account(part, part.rows if part.view else self._accepted(part)) for part in self.bench.parts
        )
        shown = (row for part in self.bench.parts for row in islice(self.rows_of(part), QUARANTINE_SHOWN))
        return FeedReport(files, tuple(shown))

    def account(self, part: Part, accepted: int) -> FileReport:
        """The part's account; raises where a row is missing or too many."""
        return FileReport(
            file=part.file,
            table=part.table.name,
            rows=part.rows,
            accepted=accepted,
            duplicates=self.duplicates[part.file],
            quarantined=len(self.quarantined[part.file]),
            warnings=part.warnings,
        )

    def _accepted(self, part: Part) -> int:
        found = self.bench.connection.execute(
            f"SELECT count(*) FROM {self.bench.base(part.table)} WHERE row_no > $first AND row_no <= $last",
            {"first": part.first_row, "last": part.last_row},
        ).fetchone()
        return int(found[0]) if found else 0
