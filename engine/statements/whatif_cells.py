"""Cells of a what-if's workbook: formats, widths, heads that stay in sight and are printed on each page."""

import struct
from collections.abc import Sequence
from fractions import Fraction
from io import BytesIO
from typing import Any

from engine.kernel.money import minor_digits
from engine.statements.whatif_charts import Picture, png
from engine.whatif.result import COUNT_METRICS, SHARE_METRICS

Number = Fraction | float | None
_A4, _ROW_PIXELS, _INCH_PIXELS = 9, 20, 96
_METRES_PER_INCH = 0.0254


class Cells:
    """Writes into the sheets of one workbook. Text is always a text: a name that begins with = computes nothing."""

    def __init__(self, book: Any, currency: str) -> None:
        digits = minor_digits(currency)
        cents = "#,##0" + ("." + "0" * digits if digits else "")
        self.book, self.scale = book, 10**digits
        self.money_format = book.add_format({"num_format": f"{cents};[Red]({cents})"})
        self.bold_money = book.add_format({"num_format": f"{cents};[Red]({cents})", "bold": True, "top": 1})
        self.count_format = book.add_format({"num_format": "#,##0.0"})
        self.share_format = book.add_format({"num_format": "0.0%"})
        self.bold, self.wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
        self.total = book.add_format({"bold": True, "top": 1})
        self._title = book.add_format({"bold": True, "font_size": 14})
        shared = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}
        self._head = book.add_format(shared)
        self._number_head = book.add_format({**shared, "align": "right"})
        # Excel shows a truth as TRUE whatever its format; LibreOffice takes it for 1 and shows it by the format.
        self._truth = book.add_format({"num_format": '"TRUE";"TRUE";"FALSE"', "align": "right"})
        self._true = book.add_format({"font_color": "#1b6b3a", "bold": True})
        self._false = book.add_format({"font_color": "#ffffff", "bg_color": "#b3261e", "bold": True})

    def sheet(
        self, name: str, widths: Sequence[tuple[int, int]], frozen: tuple[int, int] | None = (1, 1)
    ) -> Any:
        """A sheet with columns as wide as said, so many each; printed across one page, its heads on every page."""
        sheet, column = self.book.add_worksheet(name), 0
        for many, width in widths:
            sheet.set_column(column, column + many - 1, width)
            column += many
        if frozen:
            sheet.freeze_panes(*frozen)
            sheet.repeat_rows(0, frozen[0] - 1)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")
        return sheet

    def title(self, sheet: Any, row: int, text: str) -> None:
        sheet.write_string(row, 0, text, self._title)

    def head(self, sheet: Any, row: int, texts: Sequence[str], numbers: Sequence[str]) -> None:
        """The heads of columns: those of texts at the left, of numbers at the right."""
        for k, name in enumerate((*texts, *numbers)):
            sheet.write_string(row, k, name, self._head if k < len(texts) else self._number_head)

    def text(self, sheet: Any, row: int, column: int, text: str, form: Any = None) -> None:
        sheet.write_string(row, column, text, form)

    def money(self, sheet: Any, row: int, column: int, minor: Number) -> None:
        """An amount in units of the currency; an empty cell where there is none."""
        if minor is not None:
            sheet.write_number(row, column, self.units(minor), self.money_format)

    def units(self, minor: Fraction | float) -> float:
        return float(Fraction(minor) / self.scale)

    def metric(self, sheet: Any, row: int, column: int, metric: str, value: Number) -> None:
        """A value of a metric: money, a count or a share."""
        if value is None or metric not in (*SHARE_METRICS, *COUNT_METRICS):
            self.money(sheet, row, column, value)
        else:
            form = self.share_format if metric in SHARE_METRICS else self.count_format
            sheet.write_number(row, column, float(value), form)

    def check(self, sheet: Any, row: int, column: int, formula: str, holds: bool) -> None:
        """A formula that says TRUE or FALSE, in green or in white on red; `holds` is what it comes to."""
        sheet.write_formula(row, column, formula, self._truth, holds)
        for value, form in (("TRUE", self._true), ("FALSE", self._false)):
            rule = {"type": "cell", "criteria": "==", "value": value, "format": form}
            sheet.conditional_format(row, column, row, column, rule)

    def picture(self, sheet: Any, row: int, column: int, picture: Picture) -> int:
        """A picture under its title; gives the first row below it."""
        data = png(picture)
        height, dots = _size(data)
        scale = 0.5 * dots / _INCH_PIXELS  # drawn at twice its size
        self.text(sheet, row, column, picture.title, self.bold)
        options = {"image_data": BytesIO(data), "description": picture.words}
        sheet.insert_image(
            row + 1, column, f"{picture.name}.png", options | {"x_scale": scale, "y_scale": scale}
        )
        return row + 3 + -(-height // (2 * _ROW_PIXELS))


def _size(data: bytes) -> tuple[int, float]:
    """Height of a PNG in pixels, and how many of them it says are an inch."""
    (height,) = struct.unpack(">I", data[20:24])
    at = data.find(b"pHYs")
    if at < 0 or data[at + 12] != 1:
        return height, _INCH_PIXELS
    (a_metre,) = struct.unpack(">I", data[at + 4 : at + 8])
    return height, a_metre * _METRES_PER_INCH
