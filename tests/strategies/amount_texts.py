"""Random conditions, amounts and tables over given outcomes, as the values that their YAML says."""

from collections.abc import Collection
from dataclasses import dataclass

from tests.strategies.choose import Choose
from tests.strategies.emit import Value
from tests.strategies.outcome_texts import Outcome

ATTRIBUTES = ["certified", "not prior_therapy", "weight_kg >= 10.5", 'site in ("A", "B")']
BOUNDS = ["below", "at_most", "above", "at_least"]
STATUSES = ["not_met", "met", "not_evaluable"]
PLAIN_AMOUNTS = [
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
PAID_AMOUNTS = ["share of paid", "paid", "min(paid, price)", "max(paid - fee, 0)", "paid / 3"]


@dataclass(frozen=True)
class Amount:
    """An amount (a text or a table), and the condition that keeps it from being NULL (None: it needs none)."""

    said: Value
    guard: str | None


def leaf(choose: Choose, names: list[str]) -> str:
    """`NAME is STATUS`, now and then a condition on attributes."""
    if not names or choose.number(0, 4) == 4:
        return choose.one(ATTRIBUTES)
    return f"{choose.one(names)} is {choose.one(STATUSES)}"


def condition(choose: Choose, names: list[str]) -> str:
    """A leaf, or one or two levels of and, or, not, at_least."""
    one, two, three = (leaf(choose, names) for _ in range(3))
    shape = choose.number(0, 8)
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


def amount(choose: Choose, readable: list[Outcome], *, reads_paid: bool) -> Amount:
    """An amount in one expression."""
    if readable and choose.number(0, 4) >= 3:
        return outcome_amount(choose, readable)
    choices = [*PAID_AMOUNTS, *PLAIN_AMOUNTS] if reads_paid else PLAIN_AMOUNTS
    return Amount(choose.one(choices), None)


def outcome_amount(choose: Choose, readable: list[Outcome]) -> Amount:
    """An amount that reads an outcome, with the condition under which a single row has decided."""
    one = choose.one(readable)
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
    if one.numeric and one.kind == "change":
        shapes.append((f"max(0, {one.name}.change) * fee", guard))
        shapes.append((f"max(0, 0 - {one.name}.change + {one.name}.baseline) * fee", guard))
    if one.kind == "supply":
        shapes.append((f"{one.name}.covered * price", guard))
    return Amount(*choose.one(shapes))


def table(choose: Choose, readable: list[Outcome], words: Collection[str], *, reads_paid: bool) -> Amount:
    """An amount by rows, whole or marginal."""
    marginal = "tiers" in words and ("table" not in words or choose.yes())
    by = tested(choose, readable)
    count = choose.number(1, 3)
    choices = [limit for limit in by.limits if limit != "0" or not marginal]
    bounds = ["below"] * count if marginal else [choose.one(BOUNDS) for _ in range(count)]
    limits = sorted((choose.one(choices) for _ in range(count)), key=_size)
    rows: list[Value] = []
    for bound, limit in zip(bounds, limits, strict=True):
        rows.append(
            {bound: limit, "amount": row_amount(choose, by, marginal=marginal, reads_paid=reads_paid)}
        )
    rows.append({"otherwise": row_amount(choose, by, marginal=marginal, reads_paid=reads_paid)})
    said: dict[str, Value] = {"by": by.text, "rows": rows}
    if marginal:
        said["tiers"] = "marginal"
        said["rows"] = _ascending(rows)
    return Amount({"table": said}, by.guard)


@dataclass(frozen=True)
class Tested:
    """What a table goes by, its guard, and bounds that may lie near it."""

    text: str
    guard: str | None
    limits: list[str]


def tested(choose: Choose, readable: list[Outcome]) -> Tested:
    """What the rows of a table test."""
    small = ["1", "2", "0.5", "3"]
    shapes = [
        Tested("units", None, [*small, "2.5"]),
        Tested("invoiced / price", None, ["50%", "1", "0.1%"]),
        Tested("price", None, ["1000", "price", "475000", "fee"]),
    ]
    for one in readable:
        guard = f"{one.name} is met"
        shapes.append(Tested(f"{one.name}.count", None, small))
        if one.dated:
            days = f"max(0, days_between(index, {one.name}.date))"
            shapes.append(Tested(days, guard, ["1", "30", "60", "183"]))
            shapes.append(Tested(f"days_between(index, {one.name}.date)", guard, ["0", "30", "31"]))
        if one.numeric:
            shapes.append(Tested(f"{one.name}.value", guard, ["0", "6.5", "7.5", "5"]))
        if one.kind == "supply":
            shapes.append(Tested(f"{one.name}.covered", guard, ["25%", "0.8", "1"]))
    return choose.one(shapes)


def row_amount(choose: Choose, by: Tested, *, marginal: bool, reads_paid: bool) -> str:
    """A row's amount, or its rate for each unit; one that cannot be worked out where the row does not fit."""
    if marginal:
        return choose.one(["fee", "0.005", "1", "0", "fee / 3"])
    if choose.number(0, 7) == 7:
        return f"fee / max(0, 1 - ({by.text}))"
    choices = ["price", "0", "fee / 3", "50% of price"]
    return choose.one([*choices, "paid / 3"] if reads_paid else choices)


def _size(limit: str) -> float:
    """Orders bounds; the names of terms as if they were large."""
    number = float(limit.rstrip("%")) if limit[0].isdigit() else 1e9
    return number / 100 if limit.endswith("%") else number


def _ascending(rows: list[Value]) -> list[Value]:
    """The rows of bands whose bounds rise, each once; a term, of unknown size, stands alone."""
    found: list[Value] = []
    reached = 0.0
    for row in rows:
        limit = row.get("below", "") if isinstance(row, dict) else ""
        assert isinstance(limit, str)
        size = _size(limit) if limit else 2e9
        if size > reached and (size != 1e9 or not found):
            found.append(row)
            reached = size
    return found
