"""The picture from list price to net price: what the treatments cost, what came back, what remains."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.kernel.money import format_thousands
from engine.settlement.statement import ClauseSummary, Statement
from engine.statements.scale import percent
from engine.statements.words import plural, range_words

ROW_HEIGHT = 44
_CLAUSES = 6  # more refund clauses than this are shown as one step


@dataclass(frozen=True, slots=True)
class Step:
    """One step from `start_minor` to `end_minor`; a total starts at zero."""

    label: str
    kind: str  # list, payment, unpaid, refund, net, pending
    start_minor: int
    end_minor: int
    amount: str  # for readers


@dataclass(frozen=True, slots=True)
class Bar:
    """A step as drawn."""

    step: Step
    y: int
    x: str
    width: str
    end_x: str  # where the next bar takes over


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The bars from top to bottom on one scale."""

    bars: tuple[Bar, ...]
    height: int
    zero_x: str
    spoken: str


def waterfall(statement: Statement) -> Waterfall | None:
    """The picture; None where nothing was ever paid, refunded or listed."""
    steps = tuple(_steps(statement))
    ends = [0, *(s.start_minor for s in steps), *(s.end_minor for s in steps)]
    low, high = min(ends), max(ends)
    if low == high:
        return None
    span = high - low
    bars = tuple(
        Bar(
            step=step,
            y=number * ROW_HEIGHT,
            x=percent(min(step.start_minor, step.end_minor) - low, span),
            width=percent(abs(step.end_minor - step.start_minor), span),
            end_x=percent(step.end_minor - low, span),
        )
        for number, step in enumerate(steps)
    )
    spoken = "; ".join(f"{step.label} {step.amount}" for step in steps)
    return Waterfall(bars, len(bars) * ROW_HEIGHT, percent(-low, span), spoken + ".")


def _steps(statement: Statement) -> Iterator[Step]:
    currency = statement.currency

    def step(label: str, kind: str, start: int, end: int) -> Step:
        return Step(label, kind, start, end, format_thousands(end - start, currency))

    treated = plural(statement.to_date.treatments, "treatment")
    paid, listed = statement.roll_forward.payments.closing_minor, statement.to_date.list_price_minor
    if listed is not None and listed != paid:
        yield step(f"List price of {treated}", "list", 0, listed)
        yield step("Not paid: not due yet, or not owed", "unpaid", listed, paid)
        yield step("Paid to date", "payment", 0, paid)
    else:
        yield step(f"{'Paid' if listed is None else 'List price, all paid'}: {treated}", "payment", 0, paid)
    level = paid
    for label, amount in _refunds(statement):
        yield step(label, "refund", level, level + amount)
        level += amount
    yield step("Net paid to date", "net", 0, level)
    least, most = statement.exposure_minor
    if least or most:
        words = range_words(least, most, currency)
        yield Step("Still at stake, pending", "pending", level + least, level + most, words)


def _refunds(statement: Statement) -> list[tuple[str, int]]:
    """One step a refund clause that moved money, or one for all of them where they are many."""
    moved = [c for c in statement.clauses if c.direction == "refund" and c.closing_minor]
    if len(moved) > _CLAUSES:
        return [(f"Refunds of {len(moved)} clauses", statement.roll_forward.refunds.closing_minor)]
    return [(f"Refunds, {_clause(c)}", c.closing_minor) for c in moved]


def _clause(clause: ClauseSummary) -> str:
    return f"clause {clause.paragraph} {clause.clause}" if clause.paragraph else clause.clause
