"""What has been worked out, kept in a folder: one file for what an agreement comes to in a cohort, draw by draw.

A file is named by a hash of all that decides its numbers, so that it is found again for the same question and for no
other. More draws add to it; fewer read a part of it.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.kernel.diagnostics import Exit, refuse
from engine.whatif.per_draw import PerDraw, Sums

_FORMAT = "1"  # of the files; another one finds none of these
_FLAT = ("drawn", "patients", "responders", "present")
_WIDE = ("payments", "refunds", "pending")
_CLAUSE = "clause."


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
            flat = {name: frame[name].to_numpy().astype(np.int64) for name in _FLAT}
            wide = {name: _matrix(frame[name].to_list()) for name in _WIDE}
        except (OSError, pl.exceptions.PolarsError):
            return None
        clauses = {
            c.removeprefix(_CLAUSE): frame[c].to_numpy().astype(np.int64)
            for c in frame.columns
            if c.startswith(_CLAUSE)
        }
        return PerDraw(months=months, by_clause=clauses, **flat, **wide)

    def keep(self, meaning: Sequence[str], found: PerDraw) -> None:
        """Keep what was worked out; whoever reads meanwhile has the file before it or this one, whole."""
        import polars as pl

        columns: dict[str, object] = {name: getattr(found, name) for name in _FLAT}
        columns |= {name: pl.Series(getattr(found, name).tolist(), dtype=pl.List(pl.Int64)) for name in _WIDE}
        columns |= {f"{_CLAUSE}{clause}": sums for clause, sums in found.by_clause.items()}
        path = self._path(meaning)
        part = path.with_suffix(f".{os.getpid()}.part")
        pl.DataFrame(columns).write_parquet(part)
        part.replace(path)

    def _path(self, meaning: Sequence[str]) -> Path:
        digest = hashlib.sha256("\n".join((_FORMAT, *meaning)).encode()).hexdigest()
        return self.folder / f"{digest[:40]}.parquet"


def _matrix(rows: list[list[int]]) -> Sums:
    return np.array(rows, np.int64).reshape(len(rows), -1)
