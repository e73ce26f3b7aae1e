"""The pieces of a statement: frozen, plain data. Money is an integer of the minor unit, days are dates.

Signs are the contract's everywhere: payer to manufacturer is positive, manufacturer to payer is negative.
`direction` says to which column of the roll-forward an amount belongs, whatever its sign: a refund that is
taken back is a positive amount among the refunds, a limit on payments a negative one among the payments.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.kernel.dates import Period

Direction = Literal["payment", "refund"]
Kind = Literal["current", "prior_period"]
Status = Literal["met", "not_met", "not_evaluable", "disputed", "pending"]
EventKind = Literal["assessment", "event", "due", "death", "coverage_end"]


@dataclass(frozen=True, slots=True)
class Party:
    """One side of the contract, as it is addressed on the statement."""

    name: str
    address: tuple[str, ...] = ()  # lines of the postal address
    remit_to: tuple[str, ...] = ()  # lines saying where money for this party goes: bank, account, lock box


@dataclass(frozen=True, slots=True)
class Header:
    """Who, what, when: the block that identifies a statement."""

    number: str  # `STM-2018-03-kymriah-us-day30`
    previous_number: str | None  # the statement before it; None on the first
    contract: str  # the contract's id
    title: str
    version: str  # `sha256:…` of the contract's meaning
    manufacturer: Party
    payers: tuple[Party, ...]  # in the contract's order
    period: Period
    as_of: date  # what took effect by then counts; the period's last day
    known_by: date  # what was known by then counts
    data_cut_off: date | None  # the last `known_on` among the facts that were read; None without any
    run_id: str | None  # the run that posted it; None for a preview
    posted: bool  # False prints DRAFT on every page
    pay_by: date  # the period's last day + settlement.pay_within
    audience: str = "internal"
    prepared_by: str = ""  # empty: a line to sign on
    prepared_on: date | None = None
    approved_by: str = ""
    approved_on: date | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """One column of the roll-forward: opening + current + prior_period = closing."""

    opening_minor: int  # all postings of periods before this one
    current_minor: int  # this period's lines of kind `current`
    prior_period_minor: int  # this period's lines of kind `prior_period`
    closing_minor: int

    @property
    def period_minor(self) -> int:
        """What this period adds."""
        return self.current_minor + self.prior_period_minor

    def plus(self, other: "Movement") -> "Movement":
        return Movement(
            self.opening_minor + other.opening_minor,
            self.current_minor + other.current_minor,
            self.prior_period_minor + other.prior_period_minor,
            self.closing_minor + other.closing_minor,
        )


@dataclass(frozen=True, slots=True)
class RollForward:
    """Opening to closing balance, by direction."""

    payments: Movement
    refunds: Movement

    @property
    def net(self) -> Movement:
        return self.payments.plus(self.refunds)


@dataclass(frozen=True, slots=True)
class ContractToDate:
    """The contract from its first period to this one. Payments and refunds are the closing balances."""

    treatments: int  # enrolled: in scope and eligible
    settled: int  # of these, with no outcome pending or disputed and no line still to fall due
    open: int  # of these, all others; treatments = settled + open
    list_price_minor: int | None  # what the treatments would have cost without the contract; None: unknown


@dataclass(frozen=True, slots=True)
class Line:
    """One line of this period: the difference between what is owed by `as_of` and what was posted."""

    treatment_id: str | None  # None for a cohort or limit line over a group
    group: str | None  # the group's name for such a line (`contract_year 2018`), else None
    clause: str  # the clause's id: `no_remission`
    clause_paragraph: str  # the paragraph of the agreement: `4.2`
    direction: Direction
    n: int  # number in its series; 1 where there is none
    due: date  # the day on which the line fell due, as it is known now
    entitled_minor: int  # owed on this line to date
    posted_before_minor: int  # posted on it in earlier periods
    amount_minor: int  # entitled - posted before; never 0
    kind: Kind
    period: Period  # the period it belongs to: this one, or the earlier one that it falls due in or changes
    because: str  # `remission not_met on 2018-03-11`
    arithmetic: str  # the formula with its numbers: `refund_share 100% × paid 649,000.00 = 649,000.00`
    why_now: str  # why it falls in this period, or why it is posted only now; a sentence
    evidence: tuple[str, ...] = ()  # record ids, to be found in its treatment's evidence
    corrects: int | None = None  # sequence number of the posting that it changes
    seq: int | None = None  # its own sequence number once posted
    payer: str | None = None  # whose it is, in a contract of several payers; None: of them all


@dataclass(frozen=True, slots=True)
class OutcomeStatus:
    """One outcome of a treatment as decided, or not yet decided, by `as_of`."""

    outcome: str
    clause_paragraph: str  # `3.1`
    n: int
    status: Status
    decided_on: date | None  # None while pending
    window_first: date
    window_last: date
    decided_day: date  # the day from which the status is final
    why: str  # `last assessment in the window NR`
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row of the feed that was looked at for a treatment."""

    record_id: str
    measure: str  # measure or event
    on: date  # its effective date; the first day where only a month or year is known
    value: str | None  # None: an event without one, or withheld from this audience
    source: str
    known_on: date | None  # the day it was first known; None: always
    file: str | None  # None: withheld from this audience
    line: int | None
    on_text: str = ""  # the date as the feed said it, where that is no full day: `2018-03`
    used: bool = True  # False: seen and passed over, `note` says why
    note: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One mark on a treatment's timeline."""

    on: date
    kind: EventKind
    label: str  # a word or two: `CR`, `NR`, `death`, `due 2`


@dataclass(frozen=True, slots=True)
class Treatment:
    """One treatment: what was decided on it and by which rows."""

    treatment_id: str
    index_date: date
    settled: bool  # nothing pending, disputed or still to fall due
    statuses: tuple[OutcomeStatus, ...]  # by outcome, n
    evidence: tuple[Evidence, ...]  # by date, record id
    events: tuple[Event, ...]  # by date
    list_price_minor: int | None
    payments_minor: int  # to date, this period included
    refunds_minor: int

    @property
    def net_minor(self) -> int:
        return self.payments_minor + self.refunds_minor


@dataclass(frozen=True, slots=True)
class Pending:
    """One undecided outcome and what hangs on it. Exposure counts each held line once: rows add up."""

    treatment_id: str | None  # None for a cohort clause still to be decided; `outcome` is then the clause
    outcome: str
    n: int
    decided_day: date | None  # when it will be decided at the latest; None where the contract sets no end
    waiting_days: int  # from the window's first day (a cohort: the group's) to `as_of`; at least 0
    missing: str  # what would decide it: `an assessment of disease_status by 2018-01-31`
    clauses: tuple[str, ...]  # the clauses that it holds
    exposure_least_minor: int  # the held lines' sum at the least; signed, so a refund is the lower end
    exposure_most_minor: int


@dataclass(frozen=True, slots=True)
class CohortPeriod:
    """A period of a cohort clause. `amount_minor` is signed; `words` is the whole reason in one line."""

    clause: str
    paragraph: str
    group: str
    first_day: date
    last_day: date
    due: date
    owed: bool  # its day has come; held before
    enough: bool  # so many are decided that a row applies
    treatments: int
    amount_minor: int
    measured: str  # `rate 174 of 250 = 69.6%`
    row: str  # `below 70%`; empty where no row applies
    arithmetic: str  # `12% × sales 18,000,000.00 = 2,160,000.00`; empty where nothing is owed

    @property
    def words(self) -> str:
        return ": ".join(
            part for part in (", ".join(p for p in (self.measured, self.row) if p), self._owes) if part
        )

    @property
    def _owes(self) -> str:
        if not self.arithmetic:
            return "nothing is owed"
        return f"{'refund' if self.amount_minor < 0 else 'payment'} {self.arithmetic}"


@dataclass(frozen=True, slots=True)
class Dispute:
    """An open dispute: its clauses hold still while the rest settles."""

    treatment_id: str
    subject: str  # the outcome or the clause
    reason: str
    opened_on: date
    age_days: int
    held_minor: int  # signed amount held


@dataclass(frozen=True, slots=True)
class NotEligible:
    """A treatment that the contract does not take in."""

    treatment_id: str
    failed: str  # the part that failed: `age_at_index <= 25`
    undetermined: bool  # True: an attribute is empty, so nobody can say


@dataclass(frozen=True, slots=True)
class FileAccount:
    """What became of a file's rows: read = accepted + filtered + duplicates + quarantined."""

    file: str
    table: str
    sha256: str
    loaded_on: date | None
    read: int
    accepted: int
    filtered: int
    duplicates: int
    quarantined: int
    superseded: int = 0  # of the accepted, those that a later version replaced or removed


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """One row that was kept out."""

    file: str
    line: int
    column: str  # empty where it is the whole row
    reason: str  # a sentence, without any value of the row


@dataclass(frozen=True, slots=True)
class DataQuality:
    """Section 6. `quarantine` may be cut short; the accounts count every row."""

    files: tuple[FileAccount, ...] = ()
    quarantine: tuple[QuarantinedRow, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClauseSummary:
    """One clause: its words for the reader, and its money."""

    clause: str
    paragraph: str
    direction: Direction
    says: str  # condition and amount in a sentence: `if remission is not_met: refund_share of paid`
    lines: int  # this period
    opening_minor: int
    period_minor: int
    closing_minor: int


@dataclass(frozen=True, slots=True)
class PayerBalance:
    """One payer's part of a contract of several; without `payer`, what is theirs together (limits, cohorts)."""

    payer: str | None
    opening_minor: int
    payments_minor: int  # of this period
    refunds_minor: int

    @property
    def period_minor(self) -> int:
        return self.payments_minor + self.refunds_minor

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.period_minor


@dataclass(frozen=True, slots=True)
class PastPeriod:
    """An earlier statement of the contract."""

    period: Period
    number: str
    payments_minor: int
    refunds_minor: int


@dataclass(frozen=True, slots=True)
class Receivable:
    """A statement's amount and what has come in on it; signed like the statement's net."""

    number: str
    pay_by: date
    amount_minor: int
    received_minor: int
    interest_minor: int = 0

    @property
    def open_minor(self) -> int:
        return self.amount_minor + self.interest_minor - self.received_minor
