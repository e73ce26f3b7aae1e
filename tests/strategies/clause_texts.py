"""Random payments and refunds over given outcomes, as the values that their YAML says."""

from collections.abc import Collection

from tests.strategies.amount_texts import STATUSES, Amount, amount, condition, table
from tests.strategies.choose import Choose
from tests.strategies.emit import Quoted, Value
from tests.strategies.outcome_texts import Outcome

DUES = ["index", "day 30", "month 6", "month 1 - 1 day", "year 1", "day 60"]
SHARES: list[list[Value]] = [["50%", "50%"], ["40%", "35%", "25%"], ["33.3%", "33.3%", "33.4%"]]


def clause(
    choose: Choose, name: str, direction: str, outcomes: list[Outcome], words: Collection[str]
) -> dict[str, Value]:
    """One payment or refund clause: once, by instalments, at each of some days, or for each row."""
    kind = choose.one(["once", "once", "instalments", "each"])
    plain = [one for one in outcomes if not one.is_series]
    by_row = [one for one in plain if one.kind != "supply"]  # days covered say nothing of single rows
    if "for_each" in words and by_row and choose.yes():
        kind = "for_each"
    after_decision = kind in ("each", "instalments") and "decided_series" in words and choose.yes()
    # an outcome by due dates needs them fixed
    seen = plain if after_decision or kind in ("once", "for_each") else outcomes
    said: dict[str, Value] = {"id": name, "clause": Quoted(f"4.{name[-1]}")}
    of_rows = choose.one(by_row or plain)
    # the whole of instalments must not change from one due day to the next, as `paid` does
    reads_paid = direction == "refunds" and kind != "instalments"
    worth = clause_amount(
        choose, plain, of_rows if kind == "for_each" else None, words, reads_paid=reads_paid
    )
    if_needed = kind not in ("for_each", "each") and direction == "refunds"
    wanted = condition(choose, [one.name for one in seen]) if if_needed or choose.yes() else None
    if kind == "each" and any(one.is_series for one in seen):
        series = next(one.name for one in seen if one.is_series)
        wanted = f"{series} is {choose.one(STATUSES)}" + (f" and {wanted}" if wanted else "")
    both = [part for part in (worth.guard, f"({wanted})" if worth.guard and wanted else wanted) if part]
    if kind == "for_each":
        said |= for_each(choose, of_rows.name)
    else:
        said |= dues(
            choose, kind, [one.name for one in plain], after=after_decision, has_condition=bool(both)
        )
    if both:
        said["if"] = Quoted(" and ".join(both))
        if kind not in ("once", "for_each"):
            said["on_failure"] = choose.one(["skip", "stop"])
    said |= change_of_payer(choose, direction, words)
    if isinstance(worth.said, dict) and choose.yes():
        return said | worth.said
    return said | {"amount": worth.said}


def clause_amount(
    choose: Choose,
    readable: list[Outcome],
    of_rows: Outcome | None,
    words: Collection[str],
    *,
    reads_paid: bool,
) -> Amount:
    """An amount, a table, or an amount that reads the row that a line is for."""
    if of_rows is not None and choose.yes():
        shapes = [
            f"fee * max(0, days_between(index, {of_rows.name}.date))",
            f"min({of_rows.name}.value, fee)",
            f"max(0, {of_rows.name}.value) * fee",
        ]
        numbers = of_rows.kind in ("number", "change", "supply")
        return Amount(choose.one(shapes if numbers else shapes[:1]), None)
    if {"table", "tiers"} & set(words) and choose.yes():
        return table(choose, readable, words, reads_paid=reads_paid)
    return amount(choose, readable, reads_paid=reads_paid)


def for_each(choose: Choose, name: str) -> dict[str, Value]:
    """Which rows a clause has a line for, and when they fall due."""
    said: dict[str, Value] = {"for_each": name}
    first = choose.one([None, "1", "2"])
    last = choose.one([None, "2", "3"])
    due = choose.one([None, "due", "due + 30 days", "due + 1 month"])
    return said | {key: one for key, one in (("from", first), ("to", last), ("due", due)) if one}


def dues(
    choose: Choose, kind: str, names: list[str], *, after: bool, has_condition: bool
) -> dict[str, Value]:
    """When a clause falls due; a series counts from the index date, or from after a decision."""
    decided = [f"{name}.decided{more}" for name in names for more in ("", " + 30 days", " + 1 month")]
    if kind == "each":
        days: list[Value] = ["month 6", "year 1", "month 18", "year 2"]
        if after:
            name = choose.one(names)
            days = [f"{name}.decided{more}" for more in (" + 1 month", " + 6 months", " + 1 year")]
        return {"each": days[: choose.number(1, 4)]}
    if kind == "instalments":
        first = choose.one(decided if after else ["index", "day 30", "month 1"])
        every = choose.one(["12 months", "1 month", "4 weeks", "6 months"])
        shares = choose.one([None, *SHARES])
        count = str(len(shares) if shares else choose.number(2, 4))
        said: dict[str, Value] = {"first": first, "every": every, "count": count}
        return {"instalments": said | ({"shares": list(shares)} if shares else {})}
    due = choose.one([*DUES, *decided, *([None] if has_condition else [])])
    return {} if due is None else {"due": due}


def change_of_payer(choose: Choose, direction: str, words: Collection[str]) -> dict[str, Value]:
    """What a clause says of another payer: it must where there are several."""
    if "payers" in words:
        ways = ["original", "ends", "successor", *(["by_paid"] * 2 if direction == "refunds" else [])]
    elif "ends" in words:
        ways = ["ends", "original"]
    else:
        return {}
    return {"if_payer_changes": choose.one(ways)}
