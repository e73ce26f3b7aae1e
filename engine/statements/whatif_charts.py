"""Chart definitions of a what-if's pictures, and how they are drawn: as SVG for the page, as PNG for the workbook.

Altair writes the definition, vl-convert draws it: without a browser, without the network, the same each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from engine.kernel.money import minor_digits
from engine.whatif.result import Result

PAYMENT, REFUND, NET, BAND, MUTED = "#16436b", "#9a3a10", "#17212b", "#9dbad3", "#4d5b69"
_WIDTH = 640
Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's name, its title for people, what it shows in words, and its definition."""

    name: str
    title: str
    words: str
    spec: Spec


def svg(picture: Picture) -> str:
    """The picture as an SVG that scales to its place."""
    import vl_convert

    text: str = vl_convert.vegalite_to_svg(picture.spec)
    return text


def png(picture: Picture) -> bytes:
    """The picture at twice its size."""
    import vl_convert

    data: bytes = vl_convert.vegalite_to_png(picture.spec, scale=2)
    return data


def chart(result: Result, layers: Sequence[Any], height: int | Any = 260) -> Spec:
    import altair as alt

    whole = layers[0] if len(layers) == 1 else alt.layer(*layers)
    spec: Spec = (
        whole.properties(width=_WIDTH, height=height, background="#ffffff", padding=4)
        .configure(font="Helvetica, Arial, sans-serif")
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", titleColor=MUTED,
                        gridColor="#e3e8ed", domainColor="#8d99a5", tickColor="#8d99a5", labelLimit=260)
        .configure_legend(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", orient="top")
        .configure_view(stroke=None)
        .to_dict()
    )  # fmt: skip
    return spec


def units(minor: Fraction | float | None, currency: str) -> float | None:
    """A number for an axis: pictures are drawn in floating point, figures are not taken from them."""
    return None if minor is None else float(Fraction(minor) / 10 ** minor_digits(currency))


def money_axis(result: Result, title: str) -> Any:
    import altair as alt

    sign = {"USD": "$", "EUR": "€", "GBP": "£"}.get(result.currency, "")
    large = "abs(datum.value) >= 1e6 ? format(datum.value / 1e6, ',.3~r') + ' m'"
    words = f"(datum.value < 0 ? '−' : '') + '{sign}' + ({large.replace('datum.value / 1e6', 'abs(datum.value) / 1e6')}"
    words += " : format(abs(datum.value), ',.0f'))"
    return alt.Axis(title=title, labelExpr=words, tickCount=6)


def data_of(rows: Sequence[dict[str, Any]]) -> Any:
    """Rows as a chart's own data."""
    import altair as alt

    return alt.Data(values=list(rows))  # type: ignore[no-untyped-call]
