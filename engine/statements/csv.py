"""The lines of a statement as CSV: one row a line, safe to open in a spreadsheet."""

import csv
import io
import re

from engine.kernel.money import format_minor
from engine.settlement.statement import Line, Statement

COLUMNS = (
    "line", "statement", "contract", "period", "posted", "treatment_id", "group", "clause", "paragraph",
    "direction", "n", "payer", "due", "entitled", "posted_before", "amount", "currency", "kind", "belongs_to",
    "corrects", "seq", "because", "arithmetic", "why_now", "evidence",
)  # fmt: skip

# What spreadsheets take for a formula; full-width signs count in some of them.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def statement_csv(statement: Statement) -> str:
    """Header and one row a line, in the statement's order; UTF-8, comma, LF. Amounts are plain decimals."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, line in enumerate(statement.lines, 1):
        writer.writerow(_row(statement, number, line))
    return out.getvalue()


def text_cell(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _row(statement: Statement, number: int, line: Line) -> list[object]:
    header, currency = statement.header, statement.currency
    return [
        number,
        text_cell(header.number),
        text_cell(header.contract),
        header.period,
        "true" if header.posted else "false",
        text_cell(line.treatment_id or ""),
        text_cell(line.group or ""),
        text_cell(line.clause),
        text_cell(line.clause_paragraph),
        line.direction,
        line.n,
        text_cell(line.payer or ""),
        line.due,
        format_minor(line.entitled_minor, currency),
        format_minor(line.posted_before_minor, currency),
        format_minor(line.amount_minor, currency),
        currency,
        line.kind,
        line.period,
        "" if line.corrects is None else line.corrects,
        "" if line.seq is None else line.seq,
        text_cell(line.because),
        text_cell(line.arithmetic),
        text_cell(line.why_now),
        text_cell(" ".join(line.evidence)),
    ]
