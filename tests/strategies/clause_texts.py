"""Random payments, refunds and limits over given outcomes, as the values that their YAML says."""

from hypothesis import strategies as st

from tests.strategies.emit import Quoted, Value
from tests.strategies.outcome_texts import Outcome

ATTRIBUTES = ["certified", "not prior_therapy", "weight_kg >= 10.5", 'site in ("A", "B")']
DUES = ["index", "day 30", "month 6", "month 1 - 1 day", "year 1", "day 60"]
SHARES: list[list[Value]] = [["50%", "50%"], ["40%", "35%", "25%"], ["33.3%", "33.3%", "33.4%"]]
STATUSES = ["not_met", "met", "not_evaluable"]


@st.composite
def leaf(draw: st.DrawFn, names: list[str]) -> str:
    """`NAME is STATUS`, now and then a condition on attributes."""
    if not names or draw(st.integers(0, 4)) == 4:
        return draw(st.sampled_from(ATTRIBUTES))
    return f"{draw(st.sampled_from(names))} is {draw(st.sampled_from(STATUSES))}"


@st.composite
def condition(draw: st.DrawFn, names: list[str]) -> str:
    """A leaf, or one or two levels of and, or, not, at_least."""
    one, two, three = (draw(leaf(names)) for _ in range(3))
    shape = draw(st.integers(0, 8))
    shapes = [
        one,
        f"{one} and {two}",
        f"{one} or {two}",
        f"not ({one})",
        f"{one} and not ({two} or {three})",
        f"({one} or {two}) and {three}",
        f"at_least 2 of ({one}, {two}, {three})",
        f"not (at_least 2 of ({one}, {two}, {three}))",
        f"{one} or {two} and {three}",
    ]
    return shapes[shape]


@st.composite
def amount(draw: st.DrawFn, readable: list[Outcome], *, reads_paid: bool) -> tuple[str, str | None]:
    """An amount, and the condition that keeps it from being NULL (None where it needs none)."""
    if readable and draw(st.integers(0, 4)) >= 3:
        return draw(outcome_amount(readable))
    plain = [
        "price",
        "share of price",
        "price / 3",
        "fee",
        "80% of price - 0.005",
        "min(price, fee * 7)",
        "max(price - 1000, 0)",
        "(price + fee) / 7",
        "12.5% of (price - fee)",
        "invoiced",
        "1.005 * units",
    ]
    of_paid = ["share of paid", "paid", "min(paid, price)", "max(paid - fee, 0)", "paid / 3"]
    return draw(st.sampled_from([*of_paid, *plain] if reads_paid else plain)), None


@st.composite
def outcome_amount(draw: st.DrawFn, readable: list[Outcome]) -> tuple[str, str | None]:
    """An amount that reads an outcome, with the condition under which a single row has decided."""
    one = draw(st.sampled_from(readable))
    shapes: list[tuple[str, str | None]] = [
        (f"{one.name}.count * fee", None),
        (f"price / max(1, {one.name}.count)", f"{one.name} is not_met"),
    ]
    guard = f"{one.name} is met"
    if one.dated:
        shapes.append((f"max(0, 12 - months_between(index, {one.name}.date)) / 12 * price", guard))
        shapes.append((f"fee * max(days_between(index, {one.name}.date), 0)", guard))
        shapes.append((f"price / (1 + max(0, years_between(index, {one.name}.date)))", guard))
    if one.numeric:
        shapes.append((f"max(0, {one.name}.value) * fee", guard))
    return draw(st.sampled_from(shapes))


@st.composite
def clause(draw: st.DrawFn, name: str, direction: str, outcomes: list[Outcome]) -> dict[str, Value]:
    """One payment or refund clause: once, by instalments, or at each of some days."""
    kind = draw(st.sampled_from(["once", "once", "instalments", "each"]))
    plain = [one for one in outcomes if not one.is_series]
    seen = plain if kind == "once" else outcomes
    said: dict[str, Value] = {"id": name, "clause": Quoted(f"4.{name[-1]}")}
    # the whole of instalments must not change from one due day to the next, as `paid` does
    reads_paid = direction == "refunds" and kind != "instalments"
    text, guard = draw(amount(plain, reads_paid=reads_paid))
    wanted = (
        draw(condition([one.name for one in seen])) if draw(st.booleans()) or direction == "refunds" else None
    )
    if kind == "each" and any(one.is_series for one in seen):
        series = next(one.name for one in seen if one.is_series)
        wanted = f"{series} is {draw(st.sampled_from(STATUSES))}" + (f" and {wanted}" if wanted else "")
    said |= draw(dues(kind, [one.name for one in plain], has_condition=bool(wanted or guard)))
    both = [part for part in (guard, f"({wanted})" if guard and wanted else wanted) if part]
    if both:
        said["if"] = Quoted(" and ".join(both))
        if kind != "once":
            said["on_failure"] = draw(st.sampled_from(["skip", "stop"]))
    return said | {"amount": text}


@st.composite
def dues(draw: st.DrawFn, kind: str, names: list[str], *, has_condition: bool) -> dict[str, Value]:
    """When a clause falls due."""
    if kind == "each":
        days: list[Value] = ["month 6", "year 1", "month 18", "year 2"]
        return {"each": days[: draw(st.integers(1, 4))]}
    if kind == "instalments":
        first = draw(st.sampled_from(["index", "day 30", "month 1"]))
        every = draw(st.sampled_from(["12 months", "1 month", "4 weeks", "6 months"]))
        shares = draw(st.sampled_from([None, *SHARES]))
        count = str(len(shares) if shares else draw(st.integers(2, 4)))
        said: dict[str, Value] = {"first": first, "every": every, "count": count}
        return {"instalments": said | ({"shares": list(shares)} if shares else {})}
    decided = [f"{name}.decided{more}" for name in names for more in ("", " + 30 days", " + 1 month")]
    due = draw(st.sampled_from([*DUES, *decided, *([None] if has_condition else [])]))
    return {} if due is None else {"due": due}


@st.composite
def limits(draw: st.DrawFn, ids: dict[str, list[str]]) -> list[Value]:
    """None to two limits per treatment; `ids` are the clause ids of each direction that has any."""
    found: list[Value] = []
    for number in range(draw(st.integers(0, 2))):
        direction = draw(st.sampled_from(sorted(ids)))
        some: list[Value] = [*ids[direction][: draw(st.integers(1, len(ids[direction])))]]
        of: Value = direction if draw(st.booleans()) else some
        said: dict[str, Value] = {"id": f"limit_{number + 1}", "clause": Quoted(f"5.{number + 1}")}
        said |= {"of": of, "per": "treatment"}
        kind = draw(st.sampled_from(["at_most", "at_least", "both"]))
        if kind != "at_least":
            said["at_most"] = draw(st.sampled_from(["price", "50% of price", "120% of price", "fee * 3"]))
        if kind != "at_most":
            said["at_least"] = draw(st.sampled_from(["10% of price", "fee"]))
        found.append(said)
    return found
