"""CSV read exactly: every physical line ends up in one record, in quarantine, or is blank.

A quoted field may run over line ends. But a quote that is never closed must not swallow the rows after it, so
a record of several lines counts only if it closes with the header's number of fields and no line inside it
reads as a whole row; else its first line alone is bad, and reading goes on at the next.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from engine.feeds.report import Reason
from engine.feeds.staging import FIELD_END, ROW_END

BATCH_BYTES = 1 << 22
RUN_LINES = 200
LONGEST_RECORD_LINES = 10_000
_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Batch:
    """Good records of a stretch of lines, as rows of `staging.insert_texts`; and the bad lines."""

    rows: list[str] = field(default_factory=list)
    bad: list[tuple[int, Reason, str]] = field(default_factory=list)  # line, reason, the raw line
    spans: dict[int, int] = field(default_factory=dict)  # lines of a record, where more than one
    last_line: int = 1


def read_header(path: Path) -> tuple[list[str] | None, str]:
    """The first line's fields, and the line; no fields where it is no CSV, and '' where the file is empty."""
    with path.open("rb") as file:
        raw = file.readline(BATCH_BYTES).removeprefix(_BOM).rstrip(b"\r\n")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None, raw.decode("utf-8", "backslashreplace")
    if not text or "\0" in text or "\r" in text:
        return None, text
    fields, _ = _parse(iter([text]))
    return (fields if isinstance(fields, list) else None), text


def read_records(path: Path, width: int) -> Iterator[Batch]:
    """All records after the header line, of `width` fields each, in batches."""
    with path.open("rb") as file:
        file.readline()  # the header
        number = 2
        while raw := file.readlines(BATCH_BYTES):
            block = _Block(file, number, width, raw)
            batch = block.read()
            number = block.first + len(block.lines)
            batch.last_line = number - 1
            yield batch


def _parse(lines: Iterator[str]) -> tuple[list[str] | Reason, int]:
    """The fields of one record and how many lines it took, or why there is none."""
    reader = csv.reader(lines, strict=True)
    try:
        return next(reader), reader.line_num
    except csv.Error as error:
        message = str(error)
    if "end of data" in message:
        return Reason.UNTERMINATED_QUOTE, reader.line_num
    if "field limit" in message:
        return Reason.FIELD_TOO_LONG, reader.line_num
    return Reason.MALFORMED_QUOTE, reader.line_num


def _holds_control(line: str) -> bool:
    """Whether the line has a NUL or one of the separators that rows are handed on with."""
    return "\0" in line or FIELD_END in line or ROW_END in line


class _Block:
    """A stretch of physical lines; it grows where a record runs over its end."""

    def __init__(self, file: BinaryIO, first: int, width: int, raw: list[bytes]) -> None:
        self.file, self.first, self.width = file, first, width
        self.undecodable: set[int] = set()  # positions of lines that are not UTF-8
        self.suspect = False  # some line has a control character or is not UTF-8
        self.lines: list[str] = []
        self.batch = Batch()
        self._append(raw)

    def _append(self, raw: list[bytes]) -> None:
        """Decodes physical lines, in one go where all are UTF-8, and cuts their ends off (LF, CR LF)."""
        try:
            text = b"".join(raw).decode("utf-8")
            lines = text.split("\n")
            if not lines[-1]:
                lines.pop()
        except UnicodeDecodeError:
            lines = [self._decoded(line, len(self.lines) + at) for at, line in enumerate(raw)]
        self.suspect = self.suspect or bool(self.undecodable) or any(map(_holds_control, lines))
        self.lines += [line[:-1] if line.endswith("\r") else line for line in lines]

    def _decoded(self, line: bytes, position: int) -> str:
        line = line.removesuffix(b"\n")
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            self.undecodable.add(position)
            return line.decode("utf-8", "backslashreplace")

    def read(self) -> Batch:
        """Takes the lines in runs; those of a run that is not all plain, one by one."""
        at = 0
        while at < len(self.lines):
            end = min(at + RUN_LINES, len(self.lines))
            if self._run(at, end):
                at = end
            while at < end:
                at += self._carefully(at)
        return self.batch

    def _run(self, at: int, end: int) -> bool:
        """Takes these lines if each of them is a good record by itself, which is nearly always so."""
        lines = self.lines[at:end]
        if self.suspect and (any(map(_holds_control, lines)) or self.undecodable & {*range(at, end)}):
            return False
        try:
            rows = list(csv.reader(lines, strict=True))
        except csv.Error:
            return False
        if len(rows) != len(lines) or {*map(len, rows)} != {self.width}:
            return False
        numbered = enumerate(rows, start=self.first + at)
        self.batch.rows += [FIELD_END.join((str(number), *row)) for number, row in numbered]
        return True

    def _carefully(self, at: int) -> int:
        """Takes the record that begins at this line; gives how many lines that was."""
        line = self.lines[at]
        if not line:
            return 1
        if at in self.undecodable:
            return self._reject(at, Reason.NOT_UTF8)
        if _holds_control(line):
            return self._reject(at, Reason.CONTROL_CHARACTER)
        found, count = _parse(self._record_lines(at))
        if not isinstance(found, list):
            return self._reject(at, found if count == 1 else Reason.UNTERMINATED_QUOTE)
        if len(found) != self.width:
            if count > 1:
                return self._reject(at, Reason.UNTERMINATED_QUOTE)
            few = len(found) < self.width
            return self._reject(at, Reason.TOO_FEW_COLUMNS if few else Reason.TOO_MANY_COLUMNS)
        self.batch.rows.append(FIELD_END.join((str(self.first + at), *found)))
        if count > 1:
            self.batch.spans[self.first + at] = count
        return count

    def _reject(self, at: int, reason: Reason) -> int:
        self.batch.bad.append((self.first + at, reason, self.lines[at]))
        return 1

    def _record_lines(self, at: int) -> Iterator[str]:
        """The line, then those after it for as long as a quoted field could run on over them."""
        yield self.lines[at] + "\n"
        for position in range(at + 1, at + LONGEST_RECORD_LINES):
            if position == len(self.lines):
                self._append(self.file.readlines(BATCH_BYTES))
            if position == len(self.lines) or position in self.undecodable or self._whole_row(position):
                return
            if _holds_control(self.lines[position]):
                return
            yield self.lines[position] + "\n"

    def _whole_row(self, position: int) -> bool:
        """Whether this line reads as a row by itself."""
        line = self.lines[position]
        if line.count(",") < self.width - 1:
            return False
        fields, _ = _parse(iter([line]))
        return isinstance(fields, list) and len(fields) == self.width


def raw_records(path: Path, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """The physical lines as they stand of records (first line, lines), ascending: for quarantine only."""
    wanted = iter(spans)
    first, count = next(wanted, (0, 0))
    kept: list[str] = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if first and first <= number < first + count:
                kept.append(line.decode("utf-8", "backslashreplace"))
            if first and number == first + count - 1:
                yield first, "".join(kept).rstrip("\r\n")
                kept = []
                first, count = next(wanted, (0, 0))
            if not first:
                return
