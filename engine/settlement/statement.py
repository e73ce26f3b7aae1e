"""One statement of a contract and period: everything its renderers show, and the proof that it ties out.

Renderers compute no money. A statement whose parts do not add up cannot be built.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.kernel.dates import Period
from engine.kernel.money import CURRENCIES, format_minor
from engine.settlement.statement_parts import (
    ClauseSummary,
    CohortPeriod,
    ContractToDate,
    DataQuality,
    Direction,
    Dispute,
    Event,
    Evidence,
    FileAccount,
    Header,
    Kind,
    Line,
    Movement,
    NotEligible,
    OutcomeStatus,
    Party,
    PastPeriod,
    PayerBalance,
    Pending,
    QuarantinedRow,
    Receivable,
    RollForward,
    Treatment,
)

__all__ = [
    "ClauseSummary", "CohortPeriod", "ContractToDate", "DataQuality", "Direction", "Dispute", "DoesNotTieOut", "Event",
    "Evidence", "FileAccount", "Header", "Kind", "Line", "Movement", "NotEligible", "OutcomeStatus", "Party",
    "PastPeriod", "PayerBalance", "Pending", "QuarantinedRow", "Receivable", "RollForward", "Statement", "Treatment",
    "statement_number",
]  # fmt: skip


def statement_number(contract: str, period: Period) -> str:
    """`STM-2018-03-kymriah-us-day30`: one a contract and period, and sortable by period."""
    return f"STM-{period}-{contract}"


class DoesNotTieOut(ValueError):  # noqa: N818 - named for what is wrong
    """A statement's parts do not add up: a fault of ours. Carries every difference found."""

    def __init__(self, number: str, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__(f"{number}: " + "; ".join(problems))


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; tuples stand in the order named, which is the order of every output."""

    header: Header
    currency: str  # ISO 4217; all `_minor` are in its minor unit
    roll_forward: RollForward
    to_date: ContractToDate
    clauses: tuple[ClauseSummary, ...]  # in the contract's order, those without a line too
    lines: tuple[Line, ...]  # by treatment (groups last), clause, n
    treatments: tuple[Treatment, ...]  # by id; at least every treatment that has a line this period
    data_quality: DataQuality
    pending: tuple[Pending, ...] = ()  # by decided day, treatment, outcome, n
    disputes: tuple[Dispute, ...] = ()
    not_eligible: tuple[NotEligible, ...] = ()  # by treatment
    history: tuple[PastPeriod, ...] = ()  # every earlier statement by period, or none at all
    receivables: tuple[Receivable, ...] = ()  # statements with something still open, by pay_by
    payers: tuple[
        PayerBalance, ...
    ] = ()  # of a contract of several: each in its order, what is theirs together last
    cohorts: tuple[CohortPeriod, ...] = ()  # every period of each cohort clause, in the contract's order

    def __post_init__(self) -> None:
        if problems := tuple(_differences(self)):
            raise DoesNotTieOut(self.header.number, problems)

    @property
    def net_minor(self) -> int:
        """The period's net: positive is the payer's to pay, negative the manufacturer's."""
        return self.roll_forward.net.period_minor

    @property
    def debtor(self) -> Party | None:
        """Who pays the period's net; None where nothing is to be paid, or where there are several payers."""
        if self.net_minor == 0 or self.payers:
            return None
        return self.header.payers[0] if self.net_minor > 0 else self.header.manufacturer

    @property
    def creditor(self) -> Party | None:
        """Who is paid the period's net; None as for the debtor."""
        if self.net_minor == 0 or self.payers:
            return None
        return self.header.manufacturer if self.net_minor > 0 else self.header.payers[0]

    @property
    def exposure_minor(self) -> tuple[int, int]:
        """What all pending lines may still bring, at the least and at the most; signed."""
        return (
            sum(p.exposure_least_minor for p in self.pending),
            sum(p.exposure_most_minor for p in self.pending),
        )


def _differences(statement: Statement) -> Iterator[str]:
    """Every way in which the parts contradict one another, in words."""
    if statement.currency not in CURRENCIES:
        yield f"{statement.currency!r} is no currency"
        return
    yield from _movements(statement)
    yield from _lines(statement)
    yield from _clauses(statement)
    yield from _payers(statement)
    yield from _people(statement)
    yield from _account(statement)


def _movements(statement: Statement) -> Iterator[str]:
    """Opening + current + prior period = closing, and the lines are the two in the middle."""
    sums: Counter[tuple[Direction, Kind]] = Counter()
    for line in statement.lines:
        sums[line.direction, line.kind] += line.amount_minor
    roll = statement.roll_forward
    columns: tuple[tuple[Direction, Movement], ...] = (("payment", roll.payments), ("refund", roll.refunds))
    for direction, column in columns:
        total = column.opening_minor + column.period_minor
        yield from _unequal(statement, f"{direction}s: opening + current + prior period, closing",
                            total, column.closing_minor)  # fmt: skip
        yield from _unequal(statement, f"{direction}s: current lines, current",
                            sums[direction, "current"], column.current_minor)  # fmt: skip
        yield from _unequal(statement, f"{direction}s: prior-period lines, prior period",
                            sums[direction, "prior_period"], column.prior_period_minor)  # fmt: skip


def _lines(statement: Statement) -> Iterator[str]:
    """Each line is a difference that is not zero, stands once, and belongs where its kind says.

    A limit's line may stand once for what moved it before the period and once for what moves it now.
    """
    period = statement.header.period
    for line in statement.lines:
        name = f"line {line.treatment_id or line.group}, {line.clause}, {line.n}"
        difference = line.entitled_minor - line.posted_before_minor
        yield from _unequal(statement, f"{name}: entitled - posted before, amount",
                            difference, line.amount_minor)  # fmt: skip
        if line.amount_minor == 0:
            yield f"{name} is zero"
        if (line.kind == "current") != (line.period == period) or line.period > period:
            yield f"{name} is {line.kind} and belongs to {line.period}"
        if (line.treatment_id is None) == (line.group is None):
            yield f"{name} must name a treatment or a group, and not both"
    repeated = Counter(
        (ln.treatment_id, ln.group, ln.clause, ln.n, ln.payer, ln.direction, ln.kind)
        for ln in statement.lines
    )
    yield from (f"line {key} stands {times} times" for key, times in repeated.items() if times > 1)


def _clauses(statement: Statement) -> Iterator[str]:
    """Clauses add up from the lines and to the balances."""
    by_clause: Counter[tuple[str, Direction]] = Counter()
    for line in statement.lines:
        by_clause[line.clause, line.direction] += line.amount_minor
    for clause in statement.clauses:
        yield from _unequal(statement, f"clause {clause.clause}: lines, period",
                            by_clause.pop((clause.clause, clause.direction), 0), clause.period_minor)  # fmt: skip
        total = clause.opening_minor + clause.period_minor
        yield from _unequal(statement, f"clause {clause.clause}: opening + period, closing",
                            total, clause.closing_minor)  # fmt: skip
    yield from (f"clause {name} has lines and is not among the clauses" for name, _ in by_clause)
    for direction, column in (
        ("payment", statement.roll_forward.payments),
        ("refund", statement.roll_forward.refunds),
    ):
        closing = sum(c.closing_minor for c in statement.clauses if c.direction == direction)
        yield from _unequal(statement, f"{direction}s: clauses, closing", closing, column.closing_minor)


def _payers(statement: Statement) -> Iterator[str]:
    """In a contract of several payers, each one's part is its lines, and the parts are the whole."""
    if (len(statement.header.payers) > 1) != bool(statement.payers):
        yield "the payers of its header are not those of its balances"
    if not statement.payers:
        return
    lines: Counter[tuple[str | None, Direction]] = Counter()
    for line in statement.lines:
        lines[line.payer, line.direction] += line.amount_minor
    for part in statement.payers:
        name = f"payer {part.payer or '(together)'}"
        yield from _unequal(statement, f"{name}: lines, payments",
                            lines.pop((part.payer, "payment"), 0), part.payments_minor)  # fmt: skip
        yield from _unequal(statement, f"{name}: lines, refunds",
                            lines.pop((part.payer, "refund"), 0), part.refunds_minor)  # fmt: skip
    yield from (f"payer {payer} has lines and is not among the payers" for payer, _ in lines)
    net = statement.roll_forward.net
    for what, one, other in (
        ("opening", sum(p.opening_minor for p in statement.payers), net.opening_minor),
        ("closing", sum(p.closing_minor for p in statement.payers), net.closing_minor),
    ):
        yield from _unequal(statement, f"payers, {what}", one, other)


def _people(statement: Statement) -> Iterator[str]:
    """Every line's treatment is shown; settled and open treatments are all there are."""
    shown = {t.treatment_id for t in statement.treatments}
    absent = {ln.treatment_id for ln in statement.lines if ln.treatment_id is not None} - shown
    yield from (f"treatment {name} has a line and is not shown" for name in sorted(absent))
    to_date = statement.to_date
    if to_date.treatments != to_date.settled + to_date.open:
        yield f"{to_date.treatments} treatments, but {to_date.settled} settled and {to_date.open} open"
    for pending in statement.pending:
        if pending.exposure_least_minor > pending.exposure_most_minor:
            yield f"exposure of {pending.treatment_id}, {pending.outcome}: the least is above the most"


def _account(statement: Statement) -> Iterator[str]:
    """Earlier statements add up to the opening balance, no row of a file is lost, a posting has its run."""
    if statement.history:
        roll = statement.roll_forward
        payments = sum(past.payments_minor for past in statement.history)
        refunds = sum(past.refunds_minor for past in statement.history)
        yield from _unequal(statement, "payments: history, opening", payments, roll.payments.opening_minor)
        yield from _unequal(statement, "refunds: history, opening", refunds, roll.refunds.opening_minor)
    for file in statement.data_quality.files:
        if file.read != file.accepted + file.filtered + file.duplicates + file.quarantined:
            yield f"{file.file}: rows read are not rows accepted + filtered + duplicates + quarantined"
    if statement.header.posted and statement.header.run_id is None:
        yield "it is posted by no run"


def _unequal(statement: Statement, what: str, one: int, other: int) -> Iterable[str]:
    if one == other:
        return ()
    shown = (format_minor(amount, statement.currency) for amount in (one, other))
    return (f"{what}: {' is not '.join(shown)}",)
