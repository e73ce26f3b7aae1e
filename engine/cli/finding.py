"""Finding contract and feed files at the paths that a user names."""

import re
from collections.abc import Sequence
from pathlib import Path

from engine.kernel.diagnostics import Diagnostic, Exit, Place, Refusal

CONTRACT_FILE, EXAMPLES_FILE = "contract.yaml", "examples.yaml"


def contract_files(paths: Sequence[Path]) -> list[Path]:
    """The contract files at the paths, each once. Folders are searched, hidden ones inside left out.

    A file of examples stands for the contract beside it. Refused with every path at which there is none.
    """
    files: dict[Path, None] = {}
    problems = []
    for path in paths:
        found = _contracts_at(path)
        files |= dict.fromkeys(found)
        if not found:
            hint = "name a contract.yaml or a folder that holds one"
            problems.append(Diagnostic("no_contract", "there is no contract here", Place(str(path)), hint))
    if problems:
        raise Refusal(problems, Exit.REFUSED)
    return list(files)


def scenario_files(paths: Sequence[Path]) -> list[Path]:
    """The scenario files at the paths: files that begin a scenario, and those in folders `scenarios` within folders."""
    files: dict[Path, None] = {}
    for path in paths:
        found = sorted(path.rglob("scenarios/*.yaml")) if path.is_dir() else [path]
        files |= dict.fromkeys(f for f in found if path.is_dir() or is_scenario(f))
    return list(files)


def is_scenario(path: Path) -> bool:
    """Whether a file says that it is a scenario."""
    try:
        with path.open("rb") as file:
            return path.is_file() and re.search(rb"(?m)^scenario\s*:", file.read(100_000)) is not None
    except OSError:
        return False


def _contracts_at(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(path.rglob(CONTRACT_FILE))
        return [f for f in found if not any(part.startswith(".") for part in f.relative_to(path).parts)]
    if path.name == EXAMPLES_FILE:
        path = path.with_name(CONTRACT_FILE)
    return [path] if path.exists() else []


def feed_files(paths: Sequence[Path]) -> tuple[list[Path], list[Diagnostic]]:
    """The feed files at the paths, treatments first, and warnings of files in folders that are none.

    A folder's files are taken by what their names begin with; one that seems to be misnamed is kept, so that the
    reader refuses it.
    """
    from engine.feeds.folder import FORMATS
    from engine.feeds.header import stray_file, table_of
    from engine.feeds.tables import TABLES

    files, warnings = [], []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        for file in sorted(f for f in path.iterdir() if f.is_file() and f.suffix.lower() in FORMATS):
            stray = None if table_of(file) else stray_file(file)
            if table_of(file) or (stray and stray.severity == "error"):
                files.append(file)
            elif stray:
                warnings.append(stray)
    order = list(TABLES)

    def place(file: Path) -> int:
        table = table_of(file)
        return order.index(table.name) if table else len(order)

    return sorted(files, key=place), warnings
