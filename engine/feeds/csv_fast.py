"""CSV read by DuckDB, where it can be shown that it reads the file as the exact reader would.

DuckDB alone loses rows behind an unterminated quote, and takes too many columns where the last ones are empty.
So the file is surveyed first: one kind of line ends, no blank lines, UTF-8, no quote beside a blank. After
reading, as many records as lines and every comma accounted for leave no other reading; else the exact
reader takes over.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from engine.feeds import quoting
from engine.feeds.parts import Bench, Part
from engine.feeds.rules import checked
from engine.feeds.staging import text_cells

_BLOCK_BYTES = 1 << 22
_LONGEST_LINE = 131_072  # bytes; whether a longer one has too long a field is for the exact reader to say
_ODD = (b"\0", b"\x1e", b"\x1f", b"\n\n", b"\n\r")
_ODD_QUOTES = (b'" ', b' "', b'"\t', b'\t"')


@dataclass(slots=True)
class Survey:
    """What is in a file after its header line, in bytes."""

    lines: int = 0
    commas: int = 0
    returns: int = 0  # CR LF
    quotes: bool = False
    odd: bool = False  # something that readers differ about


def survey(path: Path) -> Survey:
    """Counts the file's lines and commas, and looks for what readers differ about."""
    found = Survey()
    with path.open("rb") as file:
        file.readline()
        while block := file.read(_BLOCK_BYTES):
            block += file.readline()
            found.lines += block.count(b"\n") + (not block.endswith(b"\n"))
            found.commas += block.count(b",")
            found.returns += block.count(b"\r\n")
            found.quotes = found.quotes or b'"' in block
            found.odd = _is_odd(block)
            if found.odd:
                return found
    found.odd = found.returns not in (0, found.lines)
    return found


def _is_odd(block: bytes) -> bool:
    """Whether these whole lines hold something that readers differ about."""
    if block.startswith((b"\n", b"\r")) or any(odd in block for odd in _ODD):
        return True
    if b'"' in block and any(odd in block for odd in _ODD_QUOTES):
        return True
    if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
        return True
    if block.isascii():
        return False
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def read_fast(bench: Bench, part: Part, path: Path, known_on: date) -> bool:
    """Reads the file into the bench's base table, which it leaves as it was where it cannot answer for it."""
    found = survey(path)
    if found.odd:
        return False
    raw = quoting.name(bench.schema, "_raw")
    try:
        if not _load(bench, raw, part, path, found):
            return False
        bench.add(part, found.lines + 1)
        part.rows = found.lines
        row_no = f"{part.first_row} + 2 + rowid"
        query = checked(part.table, text_cells(part), raw, row_no, known_on, bench.attributes)
        part.rules = query.rules
        bench.connection.execute(f"INSERT INTO {bench.base(part.table)} {query.sql}")
        return True
    finally:
        bench.connection.execute(f"DROP TABLE IF EXISTS {raw}")


def _load(bench: Bench, raw: str, part: Part, path: Path, found: Survey) -> bool:
    """Reads the file as text columns c0, c1 … and says whether that was exact."""
    width = len(part.columns)
    names = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(width))
    quote = '"' if found.quotes else ""
    try:
        bench.connection.execute(
            f"CREATE TABLE {raw} AS SELECT * FROM read_csv({quoting.path(str(path))}, auto_detect = false,"
            f" header = false, skip = 1, delim = ',', quote = '{quote}', escape = '{quote}', nullstr = '',"
            f" columns = {{{names}}}, null_padding = false, strict_mode = true, max_line_size = {_LONGEST_LINE})"
        )
    except duckdb.Error:
        return False
    inside = " + ".join(f"sum(length(c{n}) - length(replace(c{n}, ',', '')))" for n in range(width))
    commas = f"coalesce({inside}, 0)" if found.quotes else "0"
    row = bench.connection.execute(f"SELECT count(*), {commas} FROM {raw}").fetchone()
    return row == (found.lines, found.commas - found.lines * (width - 1))
