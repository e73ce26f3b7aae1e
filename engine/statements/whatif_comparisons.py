"""Pictures that set variants side by side: two terms at once, and other agreements on the same patients."""

from engine.statements.whatif_charts import BAND, NET, PAYMENT, Picture, chart, data_of, money_axis, units
from engine.statements.whatif_words import money, path_words, value_words
from engine.whatif.result import Result, VariantResult

_MOST_CELLS = 24  # of a side


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
    others = {
        path: _now(path, values, result) for path, values in result.grid if path not in (x_path, y_path)
    }
    cells = [
        {"x": value_words(v.set[x_path]), "y": value_words(v.set[y_path]), "price": units(mean, result.currency),
         "text": money(mean, result.currency)}
        for v in _of_grid(result)
        if all(v.set[p] == value for p, value in others.items()) and (mean := v.metrics["net_price"].mean) is not None
    ]  # fmt: skip
    if not cells or len(x_values) > _MOST_CELLS or len(y_values) > _MOST_CELLS:
        return None
    data = data_of(cells)
    x = alt.X(
        "x:O",
        sort=[value_words(v) for v in x_values],
        axis=alt.Axis(title=path_words(x_path, result), labelAngle=0),
    )
    y = alt.Y("y:O", sort=[value_words(v) for v in reversed(y_values)], title=path_words(y_path, result))
    prices = [float(c["price"] or 0) for c in cells]
    low, high = min(prices), max(prices)
    color = alt.Color("price:Q", scale=alt.Scale(range=["#f1f6fa", PAYMENT], domain=[low, high]), legend=None)
    boxes = alt.Chart(data).mark_rect(stroke="#fff").encode(x=x, y=y, color=color)
    dark = alt.condition(alt.datum.price > (low + high) / 2, alt.value("#fff"), alt.value(NET))
    text = alt.Chart(data).mark_text(fontSize=12).encode(x=x, y=y, text="text:N", color=dark)
    fixed = ", ".join(f"{path_words(p, result)} {value_words(v)}" for p, v in others.items())
    words = "The mean net price a patient" + (f", with {fixed}." if fixed else ".")
    title = f"Net price by {path_words(x_path, result)} and {path_words(y_path, result)}"
    return Picture("heat", title, words, chart(result, [boxes, text], alt.Step(44)))


def _of_grid(result: Result) -> list[VariantResult]:
    paths = {path for path, _ in result.grid}
    return [v for v in result.variants if set(v.set) == paths and v.name not in result.compared]


def _now(path: str, values: tuple[str, ...], result: Result) -> str:
    """The value as it stands where the grid has it, else its last."""
    now = next((s.base_value for s in result.swings if s.path == path), "")
    return now if now in values else values[-1]


def agreements(result: Result) -> Picture | None:
    import altair as alt

    own = [v for v in result.variants if v.name == "base" or v.name in result.compared]
    if len(own) < 2:
        return None
    rows = []
    for v in own:
        found = v.metrics["net_price"]
        if found.mean is not None:
            low, high = (units(found.percentiles[p], v.currency) for p in (5, 95))
            name = v.contract if v.name == "base" else v.name
            rows.append({"name": name, "mean": units(found.mean, v.currency), "low": low, "high": high,
                         "text": money(found.mean, v.currency)})  # fmt: skip
    data, y = data_of(rows), alt.Y("name:N", sort=[str(r["name"]) for r in rows], title=None)
    bars = alt.Chart(data).mark_bar(color=BAND, height=18).encode(
        y=y, x=alt.X("mean:Q", axis=money_axis(result, "net price a patient: mean, 5 to 95 % of draws")))  # fmt: skip
    spread = alt.Chart(data).mark_rule(color=NET, strokeWidth=2).encode(y=y, x="low:Q", x2="high:Q")
    text = alt.Chart(data).mark_text(align="left", dx=6, fontSize=12).encode(y=y, x="high:Q", text="text:N")
    words = "; ".join(f"{r['name']}: {r['text']}" for r in rows) + "."
    return Picture(
        "agreements",
        "Agreements on the same patients",
        words,
        chart(result, [bars, spread, text], alt.Step(36)),
    )
