"""A statement's files, one a format, all from the one object."""

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.settlement.statement import Statement
from engine.statements.csv import statement_csv
from engine.statements.html import statement_html
from engine.statements.json import statement_json

FORMATS: dict[str, Callable[[Statement], str]] = {
    "html": statement_html,
    "json": statement_json,
    "csv": statement_csv,
}


def write_statement(statement: Statement, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write the statement as `STM-….html` and so on into the folder; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name in formats:
        file = folder / f"{statement.header.number}.{name}"
        file.write_text(FORMATS[name](statement), encoding="utf-8", newline="")
        files.append(file)
    return files
