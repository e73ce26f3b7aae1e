"""Chart definitions of a what-if's pictures, and how they are drawn: as SVG for the page, as PNG for the workbook.

Altair writes the definition, vl-convert draws it: without a browser, without the network, the same each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from engine.kernel.money import minor_digits
from engine.statements.whatif_words import SIGNS
from engine.whatif.result import Result

PAYMENT, REFUND, NET, BAND, PALE, MUTED = "#16436b", "#9a3a10", "#17212b", "#9dbad3", "#d9e5ef", "#4d5b69"
# The face that vl-convert brings along comes first: texts are then as wide on every machine. Browsers that lack it
# take the next, which were made to the same widths.
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_WIDE, _NARROW = 800, 336
Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's name, its title for people, what it shows in words, and its definition.

    `fits_phone` is false where so much stands side by side that a narrow one could not be read.
    """

    name: str
    title: str
    words: str
    spec: Spec
    fits_phone: bool = True


def svg(picture: Picture, narrow: bool = False) -> str:
    """The picture as an SVG that scales to its place; `narrow` for a phone, with letters as large."""
    import vl_convert

    spec = picture.spec | {"width": _NARROW} if narrow else picture.spec
    text: str = vl_convert.vegalite_to_svg(spec)
    return text


def png(picture: Picture) -> bytes:
    """The picture at twice its size."""
    import vl_convert

    data: bytes = vl_convert.vegalite_to_png(picture.spec, scale=2)
    return data


def chart(result: Result, layers: Sequence[Any], height: int | Any = 260) -> Spec:
    """A chart of these layers, axes and all within its width."""
    import altair as alt

    whole = layers[0] if len(layers) == 1 else alt.layer(*layers)
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    spec: Spec = (
        whole.properties(width=_WIDE, height=height, background="#ffffff", padding=4, autosize=fit)
        .configure(font=_FONT)
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", titleColor=MUTED,
                        gridColor="#e3e8ed", domainColor="#8d99a5", tickColor="#8d99a5", labelLimit=260)
        .configure_legend(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", orient="top",
                          columnPadding=12, symbolType="square")
        .configure_view(stroke=None)
        .to_dict(validate=False)  # tests hold every definition to the schema; here it takes half of the time
    )  # fmt: skip
    return spec


def units(minor: Fraction | float | None, currency: str) -> float | None:
    """A number for an axis: pictures are drawn in floating point, figures are not taken from them."""
    return None if minor is None else float(Fraction(minor) / 10 ** minor_digits(currency))


def money_axis(result: Result, title: str, ticks: int = 5) -> Any:
    """An axis of money, in millions or billions where it is so large."""
    import altair as alt

    sign, size = SIGNS.get(result.currency, ""), "abs(datum.value)"
    of_size = (
        f"{size} >= 1e9 ? format({size} / 1e9, ',.3~r') + ' bn' : "
        f"{size} >= 1e6 ? format({size} / 1e6, ',.3~r') + ' m' : format({size}, ',.0f')"
    )
    words = f"(datum.value < 0 ? '−' : '') + '{sign}' + ({of_size})"
    return alt.Axis(title=title, labelExpr=words, tickCount=ticks, labelOverlap="parity")


def lines_axis(**more: Any) -> Any:
    """An axis of words whose lines `broken` has parted."""
    import altair as alt

    return alt.Axis(title=None, labelExpr="split(datum.label, '\\n')", **more)


def broken(text: str, width: int = 18) -> str:
    """A text in lines of about so many characters, so that a name leaves room for what is drawn."""
    import textwrap

    return "\n".join(textwrap.wrap(text, width, max_lines=3, placeholder=" …")) or text


def data_of(rows: Sequence[dict[str, Any]]) -> Any:
    """Rows as a chart's own data."""
    import altair as alt

    return alt.Data(values=list(rows))  # type: ignore[no-untyped-call]
