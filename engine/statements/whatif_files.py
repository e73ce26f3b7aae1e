"""A what-if as files of a folder: the page, JSON, Parquet, the workbook."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from engine.statements.whatif_html import write_page
from engine.statements.whatif_json import document
from engine.statements.whatif_parquet import write_parquet
from engine.statements.whatif_workbook import write_workbook
from engine.whatif.result import Result


def write_what_if(result: Result, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write the formats asked for, named after the scenario; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    return [file for name in formats for file in _WRITERS[name](result, folder)]


def _json(result: Result, folder: Path) -> list[Path]:
    file = folder / f"{result.scenario}.json"
    file.write_text(json.dumps(document(result), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [file]


def _html(result: Result, folder: Path) -> list[Path]:
    file = folder / f"{result.scenario}.html"
    write_page(result, file)
    return [file]


def _xlsx(result: Result, folder: Path) -> list[Path]:
    file = folder / f"{result.scenario}.xlsx"
    write_workbook(result, file)
    return [file]


_WRITERS: Mapping[str, Callable[[Result, Path], list[Path]]] = {
    "html": _html,
    "json": _json,
    "parquet": write_parquet,
    "xlsx": _xlsx,
}
