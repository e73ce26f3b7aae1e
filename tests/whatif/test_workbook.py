"""The workbook of a what-if, opened by a reader of the standard library alone."""

import re
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.statements import whatif_pictures
from engine.statements.whatif_workbook import write_workbook
from engine.whatif.result import Result
from engine.whatif.statistics import statistics_of
from tests.whatif.small_result import FORMULA, in_yen, small_result

SPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
SHEETS = ["Summary", "By year", "By month", "Variants", "Tornado", "Agreements", "Inputs"]


@dataclass(frozen=True)
class Cell:
    kind: str  # s: text, n: number, b: truth, str: a formula's text
    value: str
    formula: str | None = None


@dataclass(frozen=True)
class Book:
    """The parts of a workbook by their names in the archive."""

    parts: dict[str, bytes]

    @staticmethod
    def of(file: Path) -> "Book":
        with zipfile.ZipFile(file) as archive:
            return Book({name: archive.read(name) for name in archive.namelist()})

    def xml(self, name: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.parts[name])

    @property
    def sheets(self) -> list[str]:
        return [s.attrib["name"] for s in self.xml("xl/workbook.xml").iterfind("m:sheets/m:sheet", SPACE)]

    def sheet(self, name: str) -> ElementTree.Element:
        return self.xml(f"xl/worksheets/sheet{self.sheets.index(name) + 1}.xml")

    def cells(self, name: str) -> dict[str, Cell]:
        texts = [
            "".join(t.text or "" for t in s.iterfind(".//m:t", SPACE))
            for s in self.xml("xl/sharedStrings.xml").iterfind("m:si", SPACE)
        ]
        found = {}
        for cell in self.sheet(name).iterfind(".//m:c", SPACE):
            value, kind = cell.findtext("m:v", "", SPACE), cell.get("t", "n")
            formula = cell.findtext("m:f", None, SPACE)
            found[cell.attrib["r"]] = Cell(kind, texts[int(value)] if kind == "s" else value, formula)
        return found

    def column(self, name: str, head: str, head_row: int = 1) -> list[str]:
        """The values below a head, to the first empty cell."""
        cells = self.cells(name)
        (letter,) = [
            at.removesuffix(str(head_row)) for at, c in cells.items()
            if c.value == head and re.fullmatch(rf"[A-Z]+{head_row}", at)
        ]  # fmt: skip
        found, row = [], head_row + 1
        while cell := cells.get(f"{letter}{row}"):
            found.append(cell.value)
            row += 1
        return found


def written(folder: Path, result: Result) -> Book:
    write_workbook(result, folder / "book.xlsx")
    return Book.of(folder / "book.xlsx")


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pictures: drawing them takes a second."""
    monkeypatch.setattr(whatif_pictures, "pictures", lambda result: [])


@pytest.fixture
def book(tmp_path: Path, plain: None) -> Book:
    return written(tmp_path, small_result())


def test_sheets(book: Book) -> None:
    assert book.sheets == SHEETS


def test_numbers_are_numbers(book: Book) -> None:
    cells = book.cells("Summary")
    assert cells["A5"] == Cell("s", "net price per patient")
    assert cells["B5"] == Cell("n", "687.5")  # net 3,000, 2,000, 2,000, 4,000 over four patients
    assert book.column("Summary", "mean", 4)[2:5] == ["4000", "-1250", "2750"]
    assert float(cells["C5"].value) == pytest.approx(119.678, abs=0.001)  # see test_json.py


def test_refunds_at_once(book: Book) -> None:
    cells = book.cells("Summary")
    (row,) = [
        at[1:] for at, cell in cells.items() if cell.value == "payer's receivable, manufacturer's accrual"
    ]
    assert [cells[f"{c}{row}"].value for c in "BCDE"] == ["-1250", "-2000", "-2000", "-2000"]


def test_formulas_are_ours_alone(book: Book) -> None:
    """Names, titles and inputs that begin with what computes are texts."""
    found = {
        sheet: {at: c for at, c in book.cells(sheet).items() if c.formula is not None} for sheet in SHEETS
    }
    assert {sheet for sheet, cells in found.items() if cells} == {"By year", "By month"}
    formulas = [cell.formula for cells in found.values() for cell in cells.values()]
    ours = re.compile(r"SUM\([B-D]2:[B-D]\d+\)|Summary!\$B\$\d+|ABS\([B-D]\d+-[B-D]\d+\)<0\.005")
    assert len(formulas) == 18  # three rows of three on both
    assert all(ours.fullmatch(formula or "") for formula in formulas)
    assert book.cells("Summary")["A1"] == Cell("s", FORMULA)
    assert {Cell("s", text) for text in (FORMULA, "+1", "-2+3", "@x", "=1+1")} <= set(
        book.cells("Inputs").values()
    )
    assert Cell("s", "=cmd()") in book.cells("Agreements").values()


def test_nothing_leads_out_of_the_book(book: Book) -> None:
    assert not [name for name in book.parts if "externalLink" in name or "vba" in name]
    assert all(b'TargetMode="External"' not in data for data in book.parts.values())


@pytest.mark.parametrize(("sheet", "count"), [("By year", 2), ("By month", 3)])
def test_periods_tie_out(book: Book, sheet: str, count: int) -> None:
    cells = book.cells(sheet)
    for letter, total in (("B", 4000), ("C", -1250), ("D", 2750)):
        periods = [float(cells[f"{letter}{row}"].value) for row in range(2, 2 + count)]
        assert sum(periods) == total
        own = cells[f"{letter}{count + 2}"]
        assert (own.formula, float(own.value)) == (f"SUM({letter}2:{letter}{count + 1})", total)
        assert float(cells[f"{letter}{count + 3}"].value) == total
        assert cells[f"{letter}{count + 4}"] == Cell(
            "b", "1", f"ABS({letter}{count + 2}-{letter}{count + 3})<0.005"
        )


def test_what_does_not_tie_out_says_so(tmp_path: Path, plain: None) -> None:
    small = small_result()
    cut = replace(small.base, by_month=small.base.by_month[:-1])  # without January: 750 of refunds
    cells = written(tmp_path, replace(small, variants=(cut, *small.variants[1:]))).cells("By month")
    assert [cells[f"{letter}6"].value for letter in "BCD"] == ["1", "0", "0"]


def test_the_means_tied_to_are_those_of_the_summary(book: Book) -> None:
    names = {at[1:]: c.value for at, c in book.cells("Summary").items() if at[0] == "A"}
    tied = [book.cells("By month")[f"{letter}6"].formula or "" for letter in "BCD"]
    assert [names[formula.removeprefix("Summary!$B$")] for formula in tied] == [
        "payments", "refunds", "net: payments and refunds",
    ]  # fmt: skip


def test_without_money_there_is_nothing_to_tie(tmp_path: Path, plain: None) -> None:
    small = small_result()
    none = replace(small.base, by_month=(), by_year=())
    assert set(written(tmp_path, replace(small, variants=(none,))).cells("By month")) == {
        f"{letter}1" for letter in "ABCDEF"
    }


def test_variants(book: Book) -> None:
    assert book.column("Variants", "variant") == [v.name for v in small_result().variants]
    assert book.column("Variants", "net price per patient")[1] == "515.625"  # 75 % of 687.50
    cells = book.cells("Variants")
    assert (cells["B3"], cells["B4"]) == (Cell("s", "475000"), Cell("s", "649000"))


def test_the_tornado(book: Book) -> None:
    assert book.column("Tornado", "term") == ["terms.price"] * 2 + ["outcomes.remission.if_missing"] * 2
    assert book.column("Tornado", "as it stands") == ["649000"] * 2 + ["not_met"] * 2
    assert book.column("Tornado", "from least to most") == ["171.875"] * 2 + ["0"] * 2


def test_agreements(book: Book) -> None:
    assert book.column("Agreements", "agreement") == ["kymriah-us-day30", "=cmd()"]
    assert book.column("Agreements", "net price per patient") == ["687.5", "343.75"]


def test_undefined_is_an_empty_cell(tmp_path: Path, plain: None) -> None:
    small = small_result()
    none = replace(small.base, metrics={**small.base.metrics, "cost_per_responder": statistics_of([])})
    cells = written(tmp_path, replace(small, variants=(none,))).cells("Summary")
    assert cells["A6"].value == "cost per responder"
    assert not [at for at in cells if at.endswith("6") and at[0] != "A" and len(at) == 2]


def test_a_currency_without_a_minor_unit(tmp_path: Path, plain: None) -> None:
    book = written(tmp_path, in_yen())
    assert book.column("Summary", "mean", 4)[2] == "400000"
    styles = book.parts["xl/styles.xml"].decode()
    assert "#,##0;[Red](#,##0)" in styles
    assert "0.00" not in styles


def test_heads_stay_in_sight(book: Book) -> None:
    for name in SHEETS[1:]:
        pane = book.sheet(name).find(".//m:pane", SPACE)
        assert pane is not None, name
        assert (pane.get("state"), pane.get("ySplit")) == ("frozen", "1")


def test_each_sheet_is_printed_across_one_page(book: Book) -> None:
    for name in SHEETS:
        setup = book.sheet(name).find("m:pageSetup", SPACE)
        assert setup is not None
        assert (setup.get("orientation"), setup.get("fitToHeight")) == ("landscape", "0")


def test_the_same_bytes_with_pictures(tmp_path: Path) -> None:
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    write_workbook(small_result(), first)
    write_workbook(small_result(), second)
    assert first.read_bytes() == second.read_bytes()
    book = Book.of(first)
    assert b"2019-12-31T00:00:00Z" in book.parts["docProps/core.xml"]  # the end of the horizon
    pictures = [data for name, data in book.parts.items() if name.endswith(".png")]
    assert len(pictures) == len(whatif_pictures.pictures(small_result()))
    assert all(data.startswith(b"\x89PNG") for data in pictures)
    # each says in words what it shows, for those who cannot see it
    drawing = book.parts["xl/drawings/drawing1.xml"].decode()
    assert drawing.count('descr="') == len(pictures)
