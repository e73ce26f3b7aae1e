"""The README of the files says what they have, and of nothing that they have not."""

import re
from pathlib import Path

import polars as pl

from engine.statements.whatif_json import document
from engine.statements.whatif_parquet import write_parquet
from engine.statements.whatif_workbook import write_workbook
from tests.whatif.small_result import small_result
from tests.whatif.test_workbook import Book, plain  # noqa: F401

README = (Path(__file__).parents[2] / "reports" / "what-if" / "README.md").read_text()


def named(title: str, column: int = 0, table: int = 0) -> set[str]:
    """What stands in backticks in a column of a table below a title."""
    section = re.split(r"^## ", README.split(f"\n## {title}\n")[1], flags=re.MULTILINE)[0]
    rows = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)[table].splitlines()[2:]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[column + 1])}


def test_metrics_and_statistics() -> None:
    metrics = document(small_result())["variants"][0]["metrics"]
    assert named("Metrics") == set(metrics)
    assert named("Metrics", table=1) == set(metrics["net"])


def test_keys_of_the_json() -> None:
    found = document(small_result())
    assert named("JSON") == set(found)
    assert named("JSON", table=1) == set(found["variants"][0])


def test_files_and_columns_of_parquet(tmp_path: Path) -> None:
    files = {
        f.name.replace("small", "…"): pl.read_parquet(f).columns
        for f in write_parquet(small_result(), tmp_path)
    }
    assert named("Parquet") == set(files)
    columns = {column for own in files.values() for column in own}
    assert columns <= named("Parquet", 2) | named("Metrics", table=1)


def test_sheets(tmp_path: Path, plain: None) -> None:  # noqa: F811
    write_workbook(small_result(), tmp_path / "book.xlsx")
    section = README.split("\n## Workbook\n")[1]
    first = [row.split("|")[1].strip() for row in re.findall(r"^\|.*$", section, re.MULTILINE)[2:]]
    assert [name for cell in first for name in cell.split(", ")] == Book.of(tmp_path / "book.xlsx").sheets
