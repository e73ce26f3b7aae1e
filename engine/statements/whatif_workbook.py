"""A what-if as a workbook: numbers as numbers, a visible tie-out, pictures. The same bytes for the same result."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

from engine.kernel.money import minor_digits
from engine.statements.whatif_json import constrained
from engine.whatif.result import COUNT_METRICS, PERCENTILES, SHARE_METRICS, Period, Result, Statistics

_METRIC_COLUMNS = ("mean", "se", "sd", *(f"p{p}" for p in PERCENTILES))
_PERIOD_COLUMNS = ("payments", "refunds", "net", "net, 5 % below", "net, 95 % below")


def write_workbook(result: Result, file: Path) -> None:
    """Sheets Summary, By year, By month, Variants, Tornado, Agreements, Inputs."""
    import xlsxwriter

    # A name that begins with = is a text; the day of the horizon stands in for that of the making.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(str(file), options) as book:
        end = result.horizon_end
        book.set_properties({"title": result.title, "created": datetime(end.year, end.month, end.day)})
        sheets = _Sheets(book, result)
        sheets.summary()
        sheets.periods("By year", "year", result.base.by_year)
        sheets.periods("By month", "month", result.base.by_month)
        sheets.variants()
        sheets.tornado()
        sheets.agreements()
        sheets.inputs()


class _Sheets:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Any, result: Result) -> None:
        self.book, self.result = book, result
        digits = minor_digits(result.currency)
        self.scale = 10**digits
        cents = "#,##0" + ("." + "0" * digits if digits else "")
        self.money = book.add_format({"num_format": f"{cents};[Red]({cents})"})
        self.count = book.add_format({"num_format": "#,##0.0"})
        self.share = book.add_format({"num_format": "0.0%"})
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.bold = book.add_format({"bold": True})

    def summary(self) -> None:
        sheet, result = self.book.add_worksheet("Summary"), self.result
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, len(_METRIC_COLUMNS), 17)
        sheet.write_string(0, 0, result.title, self.title)
        about = (result.contract, result.currency, f"{result.draws:,} draws", f"seed {result.seed}")
        sheet.write_string(1, 0, ", ".join((*about, f"to {result.horizon_end}")))
        self._header(sheet, 3, ("of a draw", *_METRIC_COLUMNS))
        row = 4
        for name, found in result.base.metrics.items():
            sheet.write_string(row, 0, name.replace("_", " "))
            self._statistics(sheet, row, 1, name, found)
            row += 1
        refunds = result.base.metrics["refunds"]
        self._header(
            sheet, row + 1, ("refunds at once", "expected", "most likely", "95 % at most", "worst drawn")
        )
        sheet.write_string(row + 2, 0, "a payer's receivable, a manufacturer's accrual")
        for k, value in enumerate(
            (refunds.mean, refunds.most_likely, constrained(refunds), refunds.lowest), 1
        ):
            self._number(sheet, row + 2, k, value, self.money)
        self._pictures(sheet, row + 5)

    def periods(self, name: str, word: str, periods: Sequence[Period]) -> None:
        """Means of each period, their sum, and whether it is the total of the summary."""
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, len(_PERIOD_COLUMNS), 20)
        sheet.freeze_panes(1, 1)
        self._header(sheet, 0, (word, *_PERIOD_COLUMNS))
        for row, period in enumerate(periods, 1):
            sheet.write_string(row, 0, period.name)
            low, high = (period.net.percentiles.get(p) for p in (5, 95))
            for k, value in enumerate(
                (period.payments.mean, period.refunds.mean, period.net.mean, low, high), 1
            ):
                self._number(sheet, row, k, value, self.money)
        last = len(periods)
        sheet.write_string(last + 1, 0, "total", self.bold)
        sheet.write_string(last + 2, 0, "ties out")
        for k, metric in enumerate(("payments", "refunds", "net"), 1):
            column, mean = "ABCD"[k], self.result.base.metrics[metric].mean or Fraction(0)
            total = float(mean / self.scale)
            if last:
                sheet.write_formula(last + 1, k, f"=SUM({column}2:{column}{last + 1})", self.money, total)
            formula = f"=ABS({column}{last + 2}-{total!r})<0.005"
            sheet.write_formula(last + 2, k, formula, None, True)

    def variants(self) -> None:
        sheet, result = self.book.add_worksheet("Variants"), self.result
        paths = list(dict.fromkeys(path for v in result.variants for path in v.set))
        metrics = ("net_price", "cost_per_responder", "net", "refunds", "discount", "response_rate")
        heads = [f"{m.replace('_', ' ')}{of}" for m in metrics for of in ("", ", 5 % below", ", 95 % below")]
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, len(paths) + len(heads), 18)
        sheet.freeze_panes(1, 1)
        self._header(sheet, 0, ("variant", *paths, *heads))
        for row, variant in enumerate(result.variants, 1):
            sheet.write_string(row, 0, variant.name)
            for k, path in enumerate(paths, 1):
                sheet.write_string(row, k, variant.set.get(path, ""))
            column = len(paths) + 1
            for metric in metrics:
                found = variant.metrics[metric]
                for value in (found.mean, found.percentiles.get(5), found.percentiles.get(95)):
                    self._metric(sheet, row, column, metric, value)
                    column += 1
        sheet.autofilter(0, 0, len(result.variants), len(paths) + len(heads))

    def tornado(self) -> None:
        sheet, row = self.book.add_worksheet("Tornado"), 1
        sheet.set_column(0, 2, 30)
        self._header(sheet, 0, ("term", "value", "net price a patient", "swing"))
        sheet.set_column(3, 3, 18)
        for swing in self.result.swings:
            for value, price in swing.values:
                sheet.write_string(row, 0, swing.path)
                sheet.write_string(row, 1, value)
                self._number(sheet, row, 2, price, self.money)
                self._number(sheet, row, 3, swing.width, self.money)
                row += 1

    def agreements(self) -> None:
        sheet, result = self.book.add_worksheet("Agreements"), self.result
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 6, 20)
        metrics = ("net_price", "cost_per_responder", "payments", "refunds", "net", "net_present")
        self._header(sheet, 0, ("agreement", *(m.replace("_", " ") for m in metrics)))
        own = [v for v in result.variants if v.name in ("base", *result.compared)]
        for row, variant in enumerate(own, 1):
            sheet.write_string(row, 0, variant.contract if variant.name == "base" else variant.name)
            for k, metric in enumerate(metrics, 1):
                self._number(sheet, row, k, variant.metrics[metric].mean, self.money)

    def inputs(self) -> None:
        sheet, result = self.book.add_worksheet("Inputs"), self.result
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 1, 80)
        self._header(sheet, 0, ("what", "as written"))
        pairs = [
            ("scenario version", result.scenario_version), ("engine version", result.engine_version),
            ("contract version", result.base.contract_version), *result.inputs,
            *(("source", s) for s in result.sources),
        ]  # fmt: skip
        for row, (name, value) in enumerate(pairs, 1):
            sheet.write_string(row, 0, name)
            sheet.write_string(row, 1, value)

    # --- cells --------------------------------------------------------------------------------------

    def _header(self, sheet: Any, row: int, names: Sequence[str]) -> None:
        for k, name in enumerate(names):
            sheet.write_string(row, k, name, self.head)

    def _statistics(self, sheet: Any, row: int, column: int, metric: str, found: Statistics) -> None:
        values = (found.mean, found.se, found.sd, *(found.percentiles.get(p) for p in PERCENTILES))
        for k, value in enumerate(values):
            self._metric(sheet, row, column + k, metric, value)

    def _metric(self, sheet: Any, row: int, column: int, metric: str, value: Fraction | float | None) -> None:
        if metric in SHARE_METRICS or metric in COUNT_METRICS:
            form = self.share if metric in SHARE_METRICS else self.count
            if value is not None:
                sheet.write_number(row, column, float(value), form)
            return
        self._number(sheet, row, column, value, self.money)

    def _number(self, sheet: Any, row: int, column: int, minor: Fraction | float | None, form: Any) -> None:
        if minor is not None:
            sheet.write_number(row, column, float(Fraction(minor) / self.scale), form)

    def _pictures(self, sheet: Any, row: int) -> None:
        from engine.statements.whatif_charts import png
        from engine.statements.whatif_pictures import pictures

        for picture in pictures(self.result):
            data, described = (
                BytesIO(png(picture)),
                {"description": picture.words, "x_scale": 0.5, "y_scale": 0.5},
            )
            sheet.insert_image(row, 0, f"{picture.name}.png", {"image_data": data, **described})
            row += 18
