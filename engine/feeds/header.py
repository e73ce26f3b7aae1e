"""Checks of a file as a whole: its name and its columns, before any row is read."""

import difflib
import re
from collections.abc import Sequence
from pathlib import Path

from engine.feeds.tables import RESERVED, TABLES, Table
from engine.kernel.diagnostics import Diagnostic, Exit, Place, Refusal, nearest

_NAME = re.compile(r"[^-_.]+")
_NOT_OURS = frozenset({"receipts"})  # a table of the ledger's, read by another command


def table_of(path: Path) -> Table | None:
    """The table that a file's name begins with (`outcomes-2018-02.csv`), if any."""
    found = _NAME.match(path.name)
    return TABLES.get(found.group()) if found else None


def wrong_name(path: Path) -> Diagnostic:
    """The problem of a file whose name begins with no table's."""
    found = _NAME.match(path.name)
    hint = nearest(found.group().lower() if found else "", TABLES)
    names = "names of files begin with one of " + ", ".join(TABLES)
    return Diagnostic(
        "not_a_table",
        "the name of this file begins with no table's",
        Place(str(path)),
        f"{hint} {names}".strip(),
    )


def wrong_table(name: str) -> Diagnostic:
    """The problem of a table that there is not."""
    return Diagnostic(
        "not_a_table", f"'{name}' is not a table", hint=nearest(name, TABLES) or ", ".join(TABLES)
    )


def stray_file(path: Path) -> Diagnostic | None:
    """Of a file beside the tables in a folder: an error where a table may be meant, else a warning."""
    found = _NAME.match(path.name)
    if found and found.group() in _NOT_OURS:
        return None
    problem = wrong_name(path)
    if found and difflib.get_close_matches(found.group().lower(), TABLES, cutoff=0.8):
        return problem
    return Diagnostic(problem.code, problem.problem, problem.place, problem.hint, severity="warning")


def refused(problems: Sequence[Diagnostic]) -> Refusal:
    return Refusal(problems, Exit.FEED_REFUSED)


def problem(file: str, code: str, sentence: str, hint: str = "", line: int = 0) -> Diagnostic:
    """A problem of the whole file."""
    return Diagnostic(code, sentence, Place(file, line), hint)


def check_columns(
    file: str, table: Table, columns: Sequence[str]
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Errors that refuse the file, and warnings. Exact names; DuckDB tells no case apart, so we refuse twins."""
    errors = _missing(file, table, columns) + _twins(file, table, columns)
    known = set(table.names)
    warnings = []
    for name in columns:
        if name in known or (table.has_attributes and name):
            continue
        hint = nearest(name, known - set(columns))
        sentence = f"column '{name}' is not one of {table.name}, and is left out"
        warnings.append(Diagnostic("unknown_column", sentence, Place(file), hint, severity="warning"))
    return errors, warnings


def _missing(file: str, table: Table, columns: Sequence[str]) -> list[Diagnostic]:
    found = []
    for column in table.columns:
        if column.required and column.name not in columns:
            hint = nearest(column.name, columns)
            found.append(problem(file, "missing_column", f"column '{column.name}' is missing", hint))
    if table.one_of and not set(table.one_of) & set(columns):
        names = " and ".join(f"'{name}'" for name in table.one_of)
        hint = nearest(table.one_of[0], columns)
        found.append(problem(file, "missing_column", f"columns {names} are both missing", hint))
    return found


def _twins(file: str, table: Table, columns: Sequence[str]) -> list[Diagnostic]:
    """Columns that are there twice, or that differ from another or from a known name in case or space only."""
    found = []
    seen: dict[str, str] = {}
    known = {name: name for name in table.names}
    for name in columns:
        plain = name.strip().lower()
        if plain in seen:
            sentence = f"column '{name}' is there twice"
            if name != seen[plain]:
                sentence = f"columns '{seen[plain]}' and '{name}' differ only in case or space"
            found.append(problem(file, "doubled_column", sentence))
        elif known.get(plain, name) != name:
            sentence = f"column '{name}' differs from '{plain}' in case or space"
            found.append(problem(file, "column_name", sentence, f"call it '{plain}'"))
        elif plain in RESERVED and table.has_attributes:
            found.append(problem(file, "reserved_column", f"no attribute may be called '{name}'"))
        seen[plain] = name
    return found


def attributes_of(table: Table, columns: Sequence[str]) -> tuple[str, ...]:
    """The attribute columns of a file of treatments, in the file's order."""
    if not table.has_attributes:
        return ()
    core = {name for name, _ in table.facts}
    return tuple(name for name in columns if name and name not in core)
