"""The pictures of one agreement: what moves it, month by month, by year, how sure; and of it beside others."""

from collections.abc import Sequence
from fractions import Fraction

from engine.statements.whatif_charts import (
    BAND,
    NET,
    PALE,
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
from engine.statements.whatif_comparisons import agreements, heat
from engine.statements.whatif_words import (
    brief_money,
    money,
    path_words,
    sentence,
    setting_words,
    short_money,
)
from engine.whatif.result import Period, Result, Statistics, Swing

MOST_SWINGS = 12
_MOST_LABELS = 6  # years with their net written above
_LABEL = 12  # letters beside a bar


def pictures(result: Result) -> list[Picture]:
    """All pictures that a result has something to show for."""
    found = [
        _tornado(result),
        _fan(result),
        _years(result),
        _distribution(result),
        heat(result),
        agreements(result),
        _pending(result),
    ]
    return [picture for picture in found if picture is not None]


def _tornado(result: Result) -> Picture | None:
    import altair as alt

    swings = [s for s in result.swings if s.width][:MOST_SWINGS]
    base = result.base.metrics["net_price"].mean
    if not swings or base is None:
        return None
    names = {s.path: broken(path_words(s.path, result)) for s in swings}
    rows = [
        {"term": names[s.path], "side": side, "from": units(base, result.currency),
         "to": units(price, result.currency), "label": "" if price == base else _beside(s, value, result)}
        for s in swings for side, (value, price) in zip(("low", "high"), ends(s), strict=True)
    ]  # fmt: skip
    data = data_of(rows)
    y = alt.Y("term:N", sort=list(names.values()), axis=lines_axis())
    x = alt.X(
        "from:Q",
        axis=money_axis(result, "mean net price a patient", 4),
        scale=alt.Scale(zero=False, nice=False, padding=24 + 6 * max(len(str(r["label"])) for r in rows)),
    )
    color = alt.Color("side:N", scale=alt.Scale(domain=["low", "high"], range=[BAND, PAYMENT]), legend=None)
    bars = alt.Chart(data).mark_bar(height=20).encode(y=y, x=x, x2="to:Q", color=color)
    text = alt.Chart(data).mark_text(color=NET).encode(y=y, x="to:Q", text="label:N")
    left = text.transform_filter("datum.to < datum.from").mark_text(align="right", dx=-5, fontSize=12)
    right = text.transform_filter("datum.to >= datum.from").mark_text(align="left", dx=5, fontSize=12)
    rule = alt.Chart(data_of([{"from": rows[0]["from"]}])).mark_rule(color=NET).encode(x="from:Q")
    spec = chart(result, [bars, left, right, rule], alt.Step(46))
    return Picture("tornado", "What moves the net price most", _of_swings(swings, base, result), spec)


def ends(swing: Swing) -> tuple[tuple[str, Fraction], tuple[str, Fraction]]:
    """The cheapest and the dearest of its values, each with its mean net price."""
    ordered = sorted(swing.values, key=lambda pair: pair[1])
    return ordered[0], ordered[-1]


def _beside(swing: Swing, value: str, result: Result) -> str:
    text = setting_words(swing.path, value, result)
    values = [v for v, _ in swing.values]
    return text if len(text) <= _LABEL else f"value {values.index(value) + 1} of {len(values)}"


def _of_swings(swings: Sequence[Swing], base: Fraction, result: Result) -> str:
    first = swings[0]
    return (
        f"{sentence(path_words(first.path, result))} moves the mean net price most: {swing_words(first, result)}. "
        f"Each bar changes one term and leaves all others; the line is the agreement as written, "
        f"{money(base, result.currency)}."
    )


def swing_words(swing: Swing, result: Result) -> str:
    """What its cheapest and its dearest value come to."""
    values = [setting_words(swing.path, value, result) for value, _ in ends(swing)]
    cheap, dear = (money(price, result.currency) for _, price in ends(swing))
    if max(map(len, values)) > 2 * _LABEL:
        return f"{cheap} to {dear}, over the values that were tried"
    return f"{cheap} with {values[0]}, {dear} with {values[1]}"


def _fan(result: Result) -> Picture | None:
    import altair as alt

    months = result.base.by_month
    if len(months) < 2:
        return None
    names = ("median", "5 of 10 draws", "9 of 10 draws")
    fixed = {str(k): name for k, name in enumerate(names)}
    data = data_of([
        {"month": p.name} | fixed
        | {f"p{q}": units(p.net_so_far.percentiles[q], result.currency) for q in (5, 25, 50, 75, 95)}
        for p in months
    ])  # fmt: skip
    x = alt.X("month:O", axis=alt.Axis(title=None, labelAngle=0, labelOverlap="greedy", labelSeparation=8))
    scale = alt.Scale(domain=list(names), range=[PAYMENT, BAND, PALE])
    half, five, nine = (alt.Color(f"{k}:N", scale=scale, title=None) for k in range(3))

    wide = alt.Chart(data).mark_area(opacity=1).encode(
        x=x, y=alt.Y("p5:Q", axis=money_axis(result, "net budget so far")), y2="p95:Q", color=nine)  # fmt: skip
    narrow = alt.Chart(data).mark_area(opacity=1).encode(x=x, y="p25:Q", y2="p75:Q", color=five)
    line = alt.Chart(data).mark_line(strokeWidth=2.5).encode(x=x, y="p50:Q", color=half)
    end, currency = months[-1].net_so_far, result.currency
    low, middle, high = (short_money(end.percentiles[q], currency) for q in (5, 50, 95))
    words = (
        f"All payments less all refunds from the first month on. By {months[-1].name} half of the draws come to "
        f"{middle} or less, nine of ten to between {low} and {high}."
    )
    return Picture("fan", "Net budget month by month", words, chart(result, [wide, narrow, line]))


def _years(result: Result) -> Picture | None:
    import altair as alt

    years = result.base.by_year
    if not years:
        return None
    rows = [
        {"year": p.name, "of": of, "money": units(mean, result.currency)}
        for p in years
        for of, mean in (("payments", p.payments.mean), ("refunds", p.refunds.mean))
    ]
    net = data_of([
        {"year": p.name, "net": units(p.net.mean, result.currency), "top": units(p.payments.mean, result.currency),
         "of": "net", "text": brief_money(p.net.mean, result.currency)} for p in years
    ])  # fmt: skip
    back = any(p.refunds.lowest for p in years)
    scale = alt.Scale(
        domain=["payments", "refunds", "net"] if back else ["payments"], range=[BAND, REFUND, NET]
    )
    color = alt.Color("of:N", scale=scale, title=None)
    y = alt.Y("money:Q", axis=money_axis(result, "mean of a draw"))
    x = alt.X("year:O", axis=alt.Axis(title=None, labelAngle=0))
    bars = alt.Chart(data_of(rows)).mark_bar(width=alt.RelativeBandSize(0.5)).encode(x=x, y=y, color=color)
    ticks = alt.Chart(net).mark_point(filled=True, shape="diamond", size=130, opacity=1, stroke="#fff").encode(
        x=x, y="net:Q", color=color)  # fmt: skip
    layers = [bars, ticks] if back else [bars]
    if len(years) <= _MOST_LABELS:
        text = alt.Chart(net).mark_text(dy=-14 if back else -8, fontSize=12, color=NET)
        layers.append(text.encode(x=x, y="top:Q", text="text:N"))
    said = "Payments above zero, refunds below; the mark and the figure are what is left. " if back else ""
    words = said + _of_years(years, result)
    return Picture("years", "Budget by year, undiscounted", words, chart(result, layers, 240))


def _of_years(years: Sequence[Period], result: Result) -> str:
    shown = years[:_MOST_LABELS]
    of_each = "; ".join(f"{p.name}: {short_money(p.net.mean, result.currency)} net" for p in shown)
    return of_each + ("; …" if len(years) > len(shown) else ".")


def _distribution(result: Result) -> Picture | None:
    import altair as alt

    histogram, found = result.base.histogram, result.base.metrics["net_price"]
    if histogram is None:
        return None
    edges = [units(e, result.currency) for e in histogram.edges]
    rows = [
        {"from": a, "to": b, "draws": n} for a, b, n in zip(edges, edges[1:], histogram.counts, strict=False)
    ]
    x = alt.X(
        "from:Q",
        axis=money_axis(result, "net price a patient, by draw"),
        scale=alt.Scale(zero=False, nice=False),
    )
    bars = alt.Chart(data_of(rows)).mark_bar(color=BAND, stroke="#fff").encode(
        x=x, x2="to:Q", y=alt.Y("draws:Q", axis=alt.Axis(title="draws", tickMinStep=1, tickCount=5)),
        y2=alt.datum(0))  # fmt: skip
    marks = [{"from": units(v, result.currency), "what": w} for v, w in _marks(found) if v is not None]
    rules = alt.Chart(data_of(marks)).mark_rule(color=NET, strokeDash=[4, 3]).encode(x="from:Q")
    text = alt.Chart(data_of(marks)).mark_text(align="left", dx=4, dy=-2, baseline="top", fontSize=12).encode(
        x="from:Q", y=alt.value(0), text="what:N")  # fmt: skip
    low, high = (money(found.percentiles[p], result.currency) for p in (5, 95))
    words = f"In nine of ten draws the net price a patient lies between {low} and {high}."
    title = "How sure: the net price over the draws"
    return Picture("distribution", title, words, chart(result, [bars, rules, text], 220))


def _marks(found: Statistics) -> list[tuple[Fraction | None, str]]:
    return [(found.percentiles[5], "5 %"), (found.mean, "mean"), (found.percentiles[95], "95 %")]


def _pending(result: Result) -> Picture | None:
    import altair as alt

    ages = result.base.pending_by_age
    if not any(a.patients for a in ages):
        return None
    rows = [{"months": a.months, "patients": float(a.patients)} for a in ages]
    x = alt.X(
        "months:O",
        axis=alt.Axis(title="months after treatment", labelAngle=0, labelOverlap="greedy", labelSeparation=8),
    )
    y = alt.Y("patients:Q", axis=alt.Axis(title="patients", tickCount=4))
    bars = alt.Chart(data_of(rows)).mark_bar(color=BAND).encode(x=x, y=y)
    words = (
        "Patients of a draw, on average, whose first outcome is still open so many months after treatment: "
        "what they will cost is not yet known."
    )
    return Picture("pending", "How long outcomes stay open", words, chart(result, [bars], 180))
