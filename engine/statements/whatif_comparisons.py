"""Pictures that set variants side by side: two terms at once, and other agreements on the same patients."""

import json
from collections.abc import Mapping
from typing import Any

from engine.statements.whatif_charts import (
    BAND,
    NET,
    PAYMENT,
    REFUND,
    Picture,
    broken,
    chart,
    data_of,
    lines_axis,
    money_axis,
    units,
)
from engine.statements.whatif_words import agreement_name, as_written, money, path_words, setting_words
from engine.whatif.result import Result, VariantResult

_MOST_CELLS = 24  # of a side
_ON_A_PHONE = 4  # columns


def heat_axes(result: Result) -> tuple[int, int] | None:
    """The two axes of the heat map: price by response where both are varied, else those that move most."""
    paths = [path for path, values in result.grid if len(values) > 1]
    if len(paths) < 2:
        return None
    order = [s.path for s in result.swings]
    chance = next((p for p in paths if p.startswith("cohort.") and p.endswith("chance")), None)
    price = "terms.price" if "terms.price" in paths else None
    ranked = sorted(paths, key=lambda p: order.index(p) if p in order else len(order))
    chosen = list(dict.fromkeys(p for p in (price, chance, *ranked) if p))[:2]
    every = [path for path, _ in result.grid]
    return every.index(chosen[0]), every.index(chosen[1])


def heat(result: Result) -> Picture | None:
    import altair as alt

    axes = heat_axes(result)
    if axes is None:
        return None
    (x_path, x_values), (y_path, y_values) = (result.grid[k] for k in axes)
    if max(len(x_values), len(y_values)) > _MOST_CELLS:
        return None
    others = {
        path: _now(path, values, result) for path, values in result.grid if path not in (x_path, y_path)
    }
    now = as_written(result)
    cells = [
        {"x": x_values.index(v.set[x_path]), "y": y_values.index(v.set[y_path]),
         "price": units(mean, result.currency), "text": money(mean, result.currency),
         "now": all(now.get(p) == v.set[p] for p in (x_path, y_path))}
        for v in _of_grid(result)
        if all(v.set[p] == value for p, value in others.items()) and (mean := v.metrics["net_price"].mean) is not None
    ]  # fmt: skip
    if not cells:
        return None
    data, prices = data_of(cells), [float(c["price"] or 0) for c in cells]
    low, high = min(prices), max(prices)
    x = alt.X("x:O", axis=_of_values(x_path, x_values, result, labelAngle=0))
    y = alt.Y("y:O", sort="descending", axis=_of_values(y_path, y_values, result))
    color = alt.Color("price:Q", scale=alt.Scale(range=["#f1f6fa", PAYMENT], domain=[low, high]), legend=None)
    boxes = alt.Chart(data).mark_rect(stroke="#fff").encode(x=x, y=y, color=color)
    frame = alt.Chart(data).mark_rect(fillOpacity=0, stroke=REFUND, strokeWidth=3)
    frame = frame.transform_filter("datum.now").encode(x=x, y=y)
    dark = alt.condition(alt.datum.price > low + (high - low) * 0.55, alt.value("#fff"), alt.value(NET))
    text = alt.Chart(data).mark_text(fontSize=12).encode(x=x, y=y, text="text:N", color=dark)
    title = f"Net price by {path_words(x_path, result)} and {path_words(y_path, result)}"
    spec = chart(result, [boxes, frame, text], alt.Step(44))
    framed = any(c["now"] for c in cells)
    return Picture("heat", title, _of_heat(others, framed, result), spec, len(x_values) <= _ON_A_PHONE)


def _of_values(path: str, values: tuple[str, ...], result: Result, **more: Any) -> Any:
    """An axis of places whose labels are the values that stand there."""
    import altair as alt

    words = json.dumps([broken(setting_words(path, v, result), 16).split("\n") for v in values])
    return alt.Axis(title=path_words(path, result), labelExpr=f"({words})[datum.value]", **more)


def _of_heat(others: Mapping[str, str], framed: bool, result: Result) -> str:
    fixed = ", ".join(f"{path_words(p, result)} {setting_words(p, v, result)}" for p, v in others.items())
    return (
        "The mean net price a patient"
        + (f", with {fixed}" if fixed else "")
        + (". The frame is the agreement as written." if framed else ".")
    )


def _of_grid(result: Result) -> list[VariantResult]:
    paths = {path for path, _ in result.grid}
    return [v for v in result.variants if set(v.set) == paths and v.name not in result.compared]


def _now(path: str, values: tuple[str, ...], result: Result) -> str:
    """The value as it stands where the grid has it, else its last."""
    now = as_written(result).get(path, "")
    return now if now in values else values[-1]


def agreements(result: Result) -> Picture | None:
    import altair as alt

    own = [v for v in result.variants if v.name == "base" or v.name in result.compared]
    rows = [
        {"name": broken(agreement_name(v)), "mean": units(found.mean, v.currency),
         "low": units(found.percentiles[5], v.currency), "high": units(found.percentiles[95], v.currency),
         "text": money(found.mean, v.currency)}
        for v in own if (found := v.metrics["net_price"]).mean is not None
    ]  # fmt: skip
    if len(own) < 2 or not rows:
        return None
    data, y = data_of(rows), alt.Y("name:N", sort=[str(r["name"]) for r in rows], axis=lines_axis())
    least, most = min(0.0, *(float(r["low"] or 0) for r in rows)), max(float(r["high"] or 0) for r in rows)
    room = alt.Scale(domain=[least, least + (most - least) * 1.42], nice=False)
    axis = money_axis(result, "mean net price a patient", 4)
    bars = (
        alt.Chart(data)
        .mark_bar(color=BAND, height=20)
        .encode(y=y, x=alt.X("mean:Q", axis=axis, scale=room), x2=alt.datum(0))
    )
    spread = alt.Chart(data).mark_rule(color=NET, strokeWidth=2).encode(y=y, x="low:Q", x2="high:Q")
    text = alt.Chart(data).mark_text(align="left", dx=6, fontSize=12).encode(y=y, x="high:Q", text="text:N")
    words = "; ".join(f"{str(r['name']).replace(chr(10), ' ')}: {r['text']}" for r in rows)
    return Picture(
        "agreements",
        "Agreements on the same patients",
        f"The mean net price a patient, the black lines nine of ten draws. {words}.",
        chart(result, [bars, spread, text], alt.Step(42)),
    )
