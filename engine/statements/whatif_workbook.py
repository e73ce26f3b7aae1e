"""A what-if as a workbook: numbers as numbers, a visible tie-out, pictures. The same bytes for the same result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine.statements.whatif_cells import Cells
from engine.statements.whatif_json import constrained
from engine.whatif.result import PERCENTILES, Period, Result

_NAMES = {
    "net_price": "net price per patient",
    "cost_per_responder": "cost per responder",
    "payments": "payments",
    "refunds": "refunds",
    "net": "net: payments and refunds",
    "net_present": "net price per patient, present value",
    "responders": "responders",
    "patients": "patients",
    "drawn_patients": "patients drawn, eligible or not",
    "discount": "discount off the list price",
    "response_rate": "response rate",
}
_PERIODS = ("payments", "refunds", "net")
_PICTURES = (0, 6)  # the columns at which pictures stand side by side
_HALF_A_CENT = "0.005"


def write_workbook(result: Result, file: Path) -> None:
    """Sheets Summary, By year, By month, Variants, Tornado, Agreements, Inputs."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(str(file), options) as book:
        end = result.horizon_end
        # The day of the horizon stands in for that of the making.
        book.set_properties({"title": result.title, "created": datetime(end.year, end.month, end.day)})
        sheets = _Sheets(Cells(book, result.currency), result)
        totals = sheets.summary()
        sheets.periods("By year", "year", result.base.by_year, totals)
        sheets.periods("By month", "month", result.base.by_month, totals)
        sheets.variants()
        sheets.tornado()
        sheets.agreements()
        sheets.inputs()


@dataclass(frozen=True, slots=True)
class _Sheets:
    cells: Cells
    result: Result

    def summary(self) -> dict[str, str]:
        """What it costs, every metric, what is refunded, pictures. Gives the cell of each metric's mean."""
        cells, result = self.cells, self.result
        sheet = cells.sheet("Summary", [(1, 40), (3 + len(PERCENTILES), 17)], None)
        cells.title(sheet, 0, result.title)
        about = (result.contract, result.currency, f"{result.draws:,} draws", f"seed {result.seed}")
        cells.text(sheet, 1, 0, ", ".join((*about, f"all that falls due up to {result.horizon_end}")))
        statistics = ("mean", "standard error", "standard deviation", *(f"{p} % below" for p in PERCENTILES))
        cells.head(sheet, 3, ("over all draws",), statistics)
        totals, row = {}, 4
        for name, found in result.base.metrics.items():
            cells.text(sheet, row, 0, _NAMES[name])
            values = (found.mean, found.se, found.sd, *(found.percentiles.get(p) for p in PERCENTILES))
            for k, value in enumerate(values, 1):
                cells.metric(sheet, row, k, name, value)
            row += 1
            totals[name] = f"Summary!$B${row}"
        refunds = result.base.metrics["refunds"]
        cells.head(
            sheet, row + 1, ("refunds at once",), ("expected", "most likely", "95 % at most", "worst drawn")
        )
        cells.text(sheet, row + 2, 0, "payer's receivable, manufacturer's accrual")
        at_once = (refunds.mean, refunds.most_likely, constrained(refunds), refunds.lowest)
        for k, value in enumerate(at_once, 1):
            cells.money(sheet, row + 2, k, value)
        self._pictures(sheet, row + 5)
        return totals

    def _pictures(self, sheet: Any, row: int) -> None:
        from engine.statements.whatif_pictures import pictures

        shown = pictures(self.result)
        for k in range(0, len(shown), len(_PICTURES)):
            beside = zip(_PICTURES, shown[k : k + len(_PICTURES)], strict=False)
            row = max(self.cells.picture(sheet, row, column, picture) for column, picture in beside)

    def periods(self, name: str, word: str, periods: Sequence[Period], totals: dict[str, str]) -> None:
        """Means of each period, their sum, and whether it is the mean of the totals on the summary."""
        cells = self.cells
        sheet = cells.sheet(name, [(1, 26), (5, 20)])
        cells.head(sheet, 0, (word,), (*_PERIODS, "net, 5 % below", "net, 95 % below"))
        for row, period in enumerate(periods, 1):
            cells.text(sheet, row, 0, period.name)
            low, high = (period.net.percentiles.get(p) for p in (5, 95))
            for k, value in enumerate(
                (period.payments.mean, period.refunds.mean, period.net.mean, low, high), 1
            ):
                cells.money(sheet, row, k, value)
        if periods:
            self._tie_out(sheet, periods, totals)

    def _tie_out(self, sheet: Any, periods: Sequence[Period], totals: dict[str, str]) -> None:
        cells, last = self.cells, len(periods)
        cells.text(sheet, last + 1, 0, "total", cells.total)
        cells.text(sheet, last + 2, 0, "as on the summary")
        cells.text(sheet, last + 3, 0, "ties out")
        for k, metric in enumerate(_PERIODS, 1):
            column = "ABCD"[k]
            total = sum((getattr(p, metric).mean or Fraction(0) for p in periods), Fraction(0))
            mean = self.result.base.metrics[metric].mean or Fraction(0)
            sheet.write_formula(
                last + 1, k, f"=SUM({column}2:{column}{last + 1})", cells.bold_money, cells.units(total)
            )
            sheet.write_formula(last + 2, k, f"={totals[metric]}", cells.money_format, cells.units(mean))
            formula = f"=ABS({column}{last + 2}-{column}{last + 3})<{_HALF_A_CENT}"
            cells.check(sheet, last + 3, k, formula, abs(cells.units(total - mean)) < float(_HALF_A_CENT))

    def variants(self) -> None:
        """Each variant: what it changes, the means of some metrics, and how far two of them spread."""
        cells, result = self.cells, self.result
        paths = list(dict.fromkeys(path for v in result.variants for path in v.set))
        spread = [
            ("net_price", None),
            ("net_price", 5),
            ("net_price", 95),
            ("net", None),
            ("net", 5),
            ("net", 95),
        ]
        rest = ("cost_per_responder", "refunds", "discount", "response_rate")
        shown = [*spread, *((metric, None) for metric in rest)]
        heads = [_NAMES[m] + (f", {p} % below" if p else "") for m, p in shown]
        sheet = cells.sheet("Variants", [(1, 40), (len(paths) + len(heads), 18)])
        cells.head(sheet, 0, ("variant", *paths), heads)
        for row, variant in enumerate(result.variants, 1):
            cells.text(sheet, row, 0, variant.name)
            for k, path in enumerate(paths, 1):
                cells.text(sheet, row, k, variant.set.get(path, ""))
            for k, (metric, percent) in enumerate(shown, len(paths) + 1):
                found = variant.metrics[metric]
                cells.metric(sheet, row, k, metric, found.percentiles.get(percent) if percent else found.mean)
        sheet.autofilter(0, 0, len(result.variants), len(paths) + len(heads))
        as_written = f"A1:{_letters(len(paths))}{len(result.variants) + 1}"
        sheet.ignore_errors({"number_stored_as_text": as_written})

    def tornado(self) -> None:
        """Each value of each term with the mean net price; the term that moves it most first."""
        cells, row = self.cells, 1
        sheet = cells.sheet("Tornado", [(3, 30), (2, 22)])
        cells.head(
            sheet, 0, ("term", "as it stands", "value"), ("net price per patient", "from least to most")
        )
        for swing in self.result.swings:
            for value, price in swing.values:
                for k, text in enumerate((swing.path, swing.base_value, value)):
                    cells.text(sheet, row, k, text)
                cells.money(sheet, row, 3, price)
                cells.money(sheet, row, 4, swing.width)
                row += 1
        sheet.ignore_errors({"number_stored_as_text": f"A1:C{row}"})

    def agreements(self) -> None:
        """The agreement as written beside others on the same patients: means."""
        cells, result = self.cells, self.result
        metrics = ("net_price", "cost_per_responder", "payments", "refunds", "net", "net_present")
        sheet = cells.sheet("Agreements", [(1, 40), (len(metrics), 20)])
        cells.head(sheet, 0, ("agreement",), [_NAMES[m] for m in metrics])
        own = [v for v in result.variants if v.name in ("base", *result.compared)]
        for row, variant in enumerate(own, 1):
            cells.text(sheet, row, 0, variant.contract if variant.name == "base" else variant.name)
            for k, metric in enumerate(metrics, 1):
                cells.money(sheet, row, k, variant.metrics[metric].mean)

    def inputs(self) -> None:
        """What the scenario says, and which versions worked it out."""
        cells, result = self.cells, self.result
        sheet = cells.sheet("Inputs", [(1, 44), (1, 100)])
        cells.head(sheet, 0, ("what", "as written"), ())
        pairs = [
            ("scenario version", result.scenario_version), ("engine version", result.engine_version),
            ("contract version", result.base.contract_version), *result.inputs,
            *(("source", s) for s in result.sources),
        ]  # fmt: skip
        for row, (name, value) in enumerate(pairs, 1):
            cells.text(sheet, row, 0, name)
            cells.text(sheet, row, 1, value, cells.wrapped)
        sheet.ignore_errors({"number_stored_as_text": f"A1:B{len(pairs) + 1}"})


def _letters(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    name: str = xl_col_to_name(column)
    return name
