"""The pictures of one agreement: what moves it, month by month, by year, how sure; and of it beside others."""

from collections.abc import Sequence
from fractions import Fraction

from engine.statements.whatif_charts import (
    BAND,
    NET,
    PAYMENT,
    REFUND,
    Picture,
    chart,
    data_of,
    money_axis,
    units,
)
from engine.statements.whatif_comparisons import agreements, heat
from engine.statements.whatif_words import money, path_words, value_words
from engine.whatif.result import Period, Result, Statistics, Swing


def pictures(result: Result) -> list[Picture]:
    """All pictures that a result has something to show for."""
    found = [
        _tornado(result),
        _fan(result),
        _years(result),
        _distribution(result),
        heat(result),
        agreements(result),
    ]
    return [picture for picture in found if picture is not None]


def _tornado(result: Result) -> Picture | None:
    import altair as alt

    swings = [s for s in result.swings if s.width][:12]
    base = result.base.metrics["net_price"].mean
    if not swings or base is None:
        return None
    rows = []
    for swing in swings:
        low, high = _ends(swing)
        for (value, price), side in ((low, "low"), (high, "high")):
            rows.append({
                "term": path_words(swing.path, result), "side": side, "from": units(base, result.currency),
                "to": units(price, result.currency), "label": "" if price == base else value_words(value),
            })  # fmt: skip
    data, order = data_of(rows), [path_words(s.path, result) for s in swings]
    y = alt.Y("term:N", sort=order, title=None)
    x = alt.X(
        "from:Q",
        axis=money_axis(result, "mean net price a patient"),
        scale=alt.Scale(zero=False, padding=46),
    )
    color = alt.Color("side:N", scale=alt.Scale(domain=["low", "high"], range=[BAND, PAYMENT]), legend=None)
    bars = alt.Chart(data).mark_bar(height=18).encode(y=y, x=x, x2="to:Q", color=color)
    text = alt.Chart(data).mark_text(fontSize=11, color=NET).encode(y=y, x="to:Q", text="label:N")
    left = text.transform_filter("datum.to < datum.from").mark_text(align="right", dx=-5, fontSize=11)
    right = text.transform_filter("datum.to >= datum.from").mark_text(align="left", dx=5, fontSize=11)
    rule = alt.Chart(data_of([{"from": rows[0]["from"]}])).mark_rule(color=NET).encode(x="from:Q")
    first = swings[0]
    words = f"{path_words(first.path, result)} moves the mean net price most: by {money(first.width, result.currency)}."
    return Picture(
        "tornado",
        "What moves the net price most",
        words,
        chart(result, [bars, left, right, rule], alt.Step(34)),
    )


def _ends(swing: Swing) -> tuple[tuple[str, Fraction], tuple[str, Fraction]]:
    ordered = sorted(swing.values, key=lambda pair: pair[1])
    return ordered[0], ordered[-1]


def _fan(result: Result) -> Picture | None:
    import altair as alt

    months = result.base.by_month
    if len(months) < 2:
        return None
    rows = [
        {
            "month": p.name,
            **{f"p{q}": units(p.net_so_far.percentiles[q], result.currency) for q in (5, 25, 50, 75, 95)},
        }
        for p in months
    ]
    data = data_of(rows)
    step = max(1, len(rows) // 12)
    shown = [p.name for p in months[::step]]
    x = alt.X(
        "month:O", axis=alt.Axis(title=None, values=shown, labelAngle=0 if step * 8 > len(rows) else -40)
    )
    wide = alt.Chart(data).mark_area(color=BAND, opacity=0.45).encode(
        x=x, y=alt.Y("p5:Q", axis=money_axis(result, "net budget so far")), y2="p95:Q")  # fmt: skip
    narrow = alt.Chart(data).mark_area(color=BAND).encode(x=x, y="p25:Q", y2="p75:Q")
    line = alt.Chart(data).mark_line(color=PAYMENT, strokeWidth=2).encode(x=x, y="p50:Q")
    end = months[-1].net_so_far
    words = (
        f"By {months[-1].name} half of the draws come to {money(end.percentiles[50], result.currency)} or less, "
        f"nine of ten to between {money(end.percentiles[5], result.currency)} and "
        f"{money(end.percentiles[95], result.currency)}. The bands hold 90 % and 50 % of the draws."
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
    net = [{"year": p.name, "money": units(p.net.mean, result.currency)} for p in years]
    color = alt.Color(
        "of:N", scale=alt.Scale(domain=["payments", "refunds"], range=[PAYMENT, REFUND]), title=None
    )
    y = alt.Y("money:Q", axis=money_axis(result, "mean of a draw"))
    x = alt.X("year:O", axis=alt.Axis(title=None, labelAngle=0))
    bars = alt.Chart(data_of(rows)).mark_bar(width=alt.RelativeBandSize(0.5)).encode(x=x, y=y, color=color)
    ticks = alt.Chart(data_of(net)).mark_tick(color=NET, thickness=3, width=60).encode(x=x, y="money:Q")
    words = "Payments above, refunds below, the black mark is what is left. " + _of_years(years, result)
    return Picture("years", "Budget by year, undiscounted", words, chart(result, [bars, ticks], 220))


def _of_years(years: Sequence[Period], result: Result) -> str:
    return "; ".join(f"{p.name}: {money(p.net.mean, result.currency)} net" for p in years[:6]) + "."


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
        x=x, x2="to:Q", y=alt.Y("draws:Q", axis=alt.Axis(title="draws", tickMinStep=1)),
        y2=alt.datum(0))  # fmt: skip
    marks = [{"from": units(v, result.currency), "what": w} for v, w in _marks(found) if v is not None]
    rules = alt.Chart(data_of(marks)).mark_rule(color=NET, strokeDash=[4, 3]).encode(x="from:Q")
    text = alt.Chart(data_of(marks)).mark_text(align="left", dx=4, dy=-2, baseline="top", fontSize=11).encode(
        x="from:Q", y=alt.value(0), text="what:N")  # fmt: skip
    low, high = (money(found.percentiles[p], result.currency) for p in (5, 95))
    words = f"In nine of ten draws the net price a patient lies between {low} and {high}."
    return Picture(
        "distribution",
        "How sure: the net price over the draws",
        words,
        chart(result, [bars, rules, text], 220),
    )


def _marks(found: Statistics) -> list[tuple[Fraction | None, str]]:
    return [(found.percentiles[5], "5 %"), (found.mean, "mean"), (found.percentiles[95], "95 %")]
