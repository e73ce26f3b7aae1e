"""What has been worked out, kept in a folder: one file for what an agreement comes to in a cohort, draw by draw.

A file is named by a hash of all that decides its numbers, so that it is found again for the same question and for no
other. More draws add to it; fewer read a part of it.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from engine.kernel.diagnostics import Exit, refuse
from engine.whatif.per_draw import PerDraw, Sums

_FORMAT = "2"  # of the files; another one finds none of these
_FLAT = ("drawn", "patients", "responders", "present")
_CLAUSE = "clause."
_LIBRARIES = ("duckdb", "numpy", "scipy")


@dataclass(frozen=True, slots=True)
class Saved:
    """A folder of results."""

    folder: Path

    def __post_init__(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise refuse("no_folder", f"'{self.folder}' cannot be made a folder", Exit.REFUSED) from None

    def find(self, meaning: Sequence[str], months: tuple[str, ...]) -> PerDraw | None:
        """What has been kept of a question; None where nothing was, or a file is damaged."""
        import polars as pl

        path = self._path(meaning)
        if not path.exists():
            return None
        try:
            frame = pl.read_parquet(path)
            columns = {name: np.ascontiguousarray(frame[name].to_numpy()) for name in frame.columns}
        except (OSError, pl.exceptions.PolarsError):
            return None
        return _per_draw(columns, months)

    def keep(self, meaning: Sequence[str], found: PerDraw) -> None:
        """Keep what was worked out; whoever reads meanwhile has the file before it or this one, whole."""
        import polars as pl

        path = self._path(meaning)
        part = path.with_suffix(f".{os.getpid()}.part")
        pl.DataFrame(_columns(found)).write_parquet(part)
        part.replace(path)

    def _path(self, meaning: Sequence[str]) -> Path:
        digest = hashlib.sha256("\n".join((_FORMAT, *meaning)).encode()).hexdigest()
        return self.folder / f"{digest[:40]}.parquet"


def digest_of_files(folder: Path) -> str:
    """Of the names and bytes of a folder's files; whoever reads the folder says what is wrong with it."""
    found = hashlib.sha256()
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.is_file():
            found.update(f"{path.name}\n{_digest(path)}\n".encode())
    return found.hexdigest()


@cache
def digest_of_program() -> str:
    """Of what works the numbers out: this package's files, and the versions of the libraries that draw and add up.

    A version number alone would find numbers of the program before a change that no release has counted yet.
    """
    package = Path(__file__).parents[1]
    found = hashlib.sha256("\n".join(f"{name} {version(name)}" for name in _LIBRARIES).encode())
    for path in sorted(p for ending in ("*.py", "*.lark") for p in package.rglob(ending)):
        found.update(f"{path.relative_to(package).as_posix()}\n{_digest(path)}\n".encode())
    return found.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _columns(found: PerDraw) -> dict[str, Sums]:
    """A column a number, one a draw: lists in a column take several times as long to write."""
    columns = {name: getattr(found, name) for name in _FLAT}
    for part, names in _wide(found.months, found.pending.shape[1]).items():
        columns |= {name: np.ascontiguousarray(getattr(found, part)[:, k]) for k, name in enumerate(names)}
    return columns | {f"{_CLAUSE}{clause}": sums for clause, sums in found.by_clause.items()}


def _per_draw(columns: Mapping[str, Sums], months: tuple[str, ...]) -> PerDraw | None:
    """The same back; None where columns are missing, are of other months, or hold anything but whole numbers."""
    clauses = {name.removeprefix(_CLAUSE): own for name, own in columns.items() if name.startswith(_CLAUSE)}
    wide = _wide(months, sum(name.startswith("pending.") for name in columns))
    wanted = {
        *_FLAT,
        *(f"{_CLAUSE}{clause}" for clause in clauses),
        *(n for names in wide.values() for n in names),
    }
    if wanted != set(columns) or any(own.dtype != np.int64 for own in columns.values()):
        return None
    draws = len(columns["drawn"])
    matrices = {
        part: np.array([columns[n] for n in names], np.int64).reshape(len(names), draws).T.copy()
        for part, names in wide.items()
    }
    return PerDraw(months=months, by_clause=clauses, **{name: columns[name] for name in _FLAT}, **matrices)


def _wide(months: Sequence[str], ages: int) -> dict[str, list[str]]:
    """The columns of a table's further axis."""
    money = {part: [f"{part}.{month}" for month in months] for part in ("payments", "refunds")}
    return {**money, "pending": [f"pending.{age}" for age in range(ages)]}
