"""What of a statement an HTML page shows, and how much of it: long lists are cut and say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from engine.settlement.statement import Evidence, Kind, Line, Movement, Pending, Statement, Treatment

LINES_SHOWN = 500
CARDS_SHOWN = 100
ROWS_SHOWN = 200

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Cut(Generic[Item]):
    """The first of a list, and how many are not shown."""

    shown: Sequence[Item]
    left_out: int

    @property
    def total(self) -> int:
        return len(self.shown) + self.left_out


def cut(items: Sequence[Item], at_most: int) -> Cut[Item]:
    return Cut(items[:at_most], max(0, len(items) - at_most))


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """A line with its place in the statement, the same number as in the CSV."""

    number: int
    line: Line


@dataclass(frozen=True, slots=True)
class LineGroup:
    """The lines of one kind, with their sum (of all of them, shown or not)."""

    kind: Kind
    title: str
    lines: Cut[NumberedLine]
    sum_minor: int


@dataclass(frozen=True, slots=True)
class RollRow:
    """One row of the roll-forward."""

    name: str
    payments_minor: int
    refunds_minor: int
    net_minor: int
    total: bool = False


@dataclass(frozen=True, slots=True)
class ToDateRow:
    """One row of the contract to date; None where it cannot be said, or makes no sense."""

    name: str
    treatments: int | None
    payments_minor: int | None
    refunds_minor: int | None
    total: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One treatment with its evidence; `anchors` has the place on the page of each record id."""

    treatment: Treatment
    pending: Sequence[Pending]
    rows: Sequence[tuple[str, Evidence]]  # with the anchor of each
    with_line: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """An earlier statement, or this one, with the balance after it."""

    period: str
    number: str
    payments_minor: int
    refunds_minor: int
    closing_minor: int


def line_groups(statement: Statement) -> tuple[LineGroup, ...]:
    """Current lines, then prior-period adjustments; a kind without any is left out."""
    numbered = [NumberedLine(number, line) for number, line in enumerate(statement.lines, 1)]
    net = statement.roll_forward.net
    groups: tuple[tuple[Kind, str, int], ...] = (
        ("current", "Current lines", net.current_minor),
        ("prior_period", "Prior-period adjustments", net.prior_period_minor),
    )
    return tuple(
        LineGroup(kind, title, cut([n for n in numbered if n.line.kind == kind], LINES_SHOWN), total)
        for kind, title, total in groups
        if any(line.kind == kind for line in statement.lines)
    )


def roll_rows(statement: Statement) -> tuple[RollRow, ...]:
    """Opening, current, prior period, closing."""
    roll = statement.roll_forward

    def row(name: str, part: str, total: bool = False) -> RollRow:
        columns: tuple[Movement, ...] = (roll.payments, roll.refunds, roll.net)
        payments, refunds, net = (getattr(column, part) for column in columns)
        return RollRow(name, payments, refunds, net, total)

    return (
        row("Opening balance", "opening_minor"),
        row("Current lines", "current_minor"),
        row("Prior-period adjustments", "prior_period_minor"),
        row("Closing balance", "closing_minor", total=True),
    )


def to_date_rows(statement: Statement) -> tuple[ToDateRow, ...]:
    """Settled and open treatments apart, lines over groups, and all; their sums need every treatment here."""
    to_date, roll = statement.to_date, statement.roll_forward
    complete = len(statement.treatments) == to_date.treatments

    def row(name: str, count: int, settled: bool) -> ToDateRow:
        if not complete and count:
            return ToDateRow(name, count, None, None)
        chosen = [t for t in statement.treatments if t.settled is settled]
        payments = sum(t.payments_minor for t in chosen)
        return ToDateRow(name, count, payments, sum(t.refunds_minor for t in chosen))

    rows = [row("settled", to_date.settled, True), row("open", to_date.open, False)]
    payments, refunds = roll.payments.closing_minor, roll.refunds.closing_minor
    over_groups = (
        payments - sum(t.payments_minor for t in statement.treatments),
        refunds - sum(t.refunds_minor for t in statement.treatments),
    )
    if complete and any(over_groups):
        rows.append(ToDateRow("Limits, cohorts", None, *over_groups))
    return (*rows, ToDateRow("in all", to_date.treatments, payments, refunds, total=True))


def cards(statement: Statement) -> tuple[Cut[Card], tuple[Card, ...]]:
    """Treatments in full: those with a line this period, and, in a small contract, all the others."""
    named = {line.treatment_id for line in statement.lines}
    with_line = [t for t in statement.treatments if t.treatment_id in named]
    others = [t for t in statement.treatments if t.treatment_id not in named]
    waiting: dict[str | None, list[Pending]] = {}
    for pending in statement.pending:
        waiting.setdefault(pending.treatment_id, []).append(pending)

    def card(number: int, treatment: Treatment) -> Card:
        rows = [(f"e{number}-{k}", row) for k, row in enumerate(treatment.evidence, 1)]
        held = waiting.get(treatment.treatment_id, [])
        return Card(treatment, held, rows, treatment.treatment_id in named)

    shown = [card(number, t) for number, t in enumerate(with_line[:CARDS_SHOWN], 1)]
    room = CARDS_SHOWN // 4 - len(shown)
    rest = others if len(others) <= room else []
    more = tuple(card(number, t) for number, t in enumerate(rest, len(shown) + 1))
    return Cut(shown, len(with_line) - len(shown)), more


def anchors(shown: Sequence[Card]) -> dict[tuple[str, str], str]:
    """Where on the page a treatment's record stands."""
    return {(c.treatment.treatment_id, row.record_id): anchor for c in shown for anchor, row in c.rows}


def balances(statement: Statement) -> tuple[Balance, ...]:
    """Every statement of the contract so far with the balance after it; this one last."""
    closing, found = 0, []
    roll, header = statement.roll_forward, statement.header
    rows = [(str(p.period), p.number, p.payments_minor, p.refunds_minor) for p in statement.history]
    rows.append((str(header.period), header.number, roll.payments.period_minor, roll.refunds.period_minor))
    if not statement.history:
        closing = roll.net.opening_minor
    for period, number, payments, refunds in rows:
        closing += payments + refunds
        found.append(Balance(period, number, payments, refunds, closing))
    return tuple(found)
