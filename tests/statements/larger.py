"""Statements at the edges: many lines, many outcomes a treatment, hostile text, no treatment at all."""

from dataclasses import replace
from datetime import date, timedelta

from engine.kernel.dates import Period, add_months
from engine.settlement.statement import (
    ClauseSummary,
    ContractToDate,
    DataQuality,
    Dispute,
    Event,
    Evidence,
    Line,
    Movement,
    OutcomeStatus,
    Pending,
    Receivable,
    RollForward,
    Statement,
    Treatment,
)
from tests.statements.worked import worked

PERIOD = Period(2018, 4)
SHARE = 31_500_000  # an instalment of 315,000.00
HOSTILE = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://example.com","x")'


def empty() -> Statement:
    """A contract in whose first period nothing happened, read from no file."""
    return _statement((), (), ContractToDate(0, 0, 0, None))


def many(count: int) -> Statement:
    """`count` treatments, each with one payment line in the period."""
    lines = tuple(_line(f"T{k:06d}", SHARE + k, 1) for k in range(count))
    treatments = tuple(
        Treatment(line.treatment_id or "", line.due, True, (_status("free", 1, line.due, "met"),),
                  (Evidence(f"r{line.treatment_id}", "disease_status", line.due, "CR", "registry",
                            line.due, "outcomes.parquet", 7),),
                  (Event(line.due, "assessment", "CR"),), None, line.amount_minor, 0)
        for line in lines
    )  # fmt: skip
    return _statement(lines, treatments, ContractToDate(count, count, 0, None))


def series() -> Statement:
    """Two treatments in five instalments over years: many outcomes each, one disputed, one lost to death."""
    start = date(2016, 4, 30)
    wins = ("met", "met", "pending", "pending")
    statuses = tuple(_status("free", k, add_months(start, 12 * k), s) for k, s in enumerate(wins, 1))
    other = (
        _status("free", 1, date(2018, 4, 2), "not_evaluable"),
        _status("vision", 1, date(2018, 8, 1), "disputed"),
    )
    events = tuple(Event(add_months(start, 12 * k), "due", f"instalment {k + 1}") for k in range(3))
    events = tuple(sorted((*events, Event(date(2017, 1, 9), "event", "transfusion")), key=lambda e: e.on))
    late = (Event(date(2018, 3, 28), "assessment", "0.7"), Event(date(2018, 4, 2), "death", "death"))
    treatments = (
        Treatment("EYE-L-0001", start, False, statuses, (), events, 5 * SHARE, SHARE, 0),
        Treatment("EYE-R-0002", date(2017, 6, 1), False, other, (), late, 5 * SHARE, 0, 0),
    )
    pending = tuple(
        Pending("EYE-L-0001", "free", k, add_months(start, 12 * k), 700, f"no transfusion in year {k}",
                (f"instalment.{k}",), 0, SHARE)
        for k in (3, 4)
    )  # fmt: skip
    made = _statement((_line("EYE-L-0001", SHARE, 3),), treatments, ContractToDate(2, 0, 2, 10 * SHARE))
    dispute = Dispute("EYE-R-0002", "vision", "device not calibrated", date(2018, 4, 20), 10, SHARE)
    open_one = Receivable("STM-2018-01-many", date(2018, 3, 10), SHARE, SHARE // 2, 12_345)
    return replace(made, pending=pending, disputes=(dispute,), receivables=(open_one,))


def hostile() -> Statement:
    """The worked April with markup and formulas wherever a feed or a contract can put text."""
    made = worked(4)
    line, treatment = made.lines[0], made.treatments[2]
    row = treatment.evidence[0]
    bad = replace(treatment, treatment_id=HOSTILE,
                  evidence=(replace(row, record_id=HOSTILE, value=HOSTILE, source=HOSTILE, file=HOSTILE),),
                  events=(Event(row.on, "assessment", HOSTILE),),
                  statuses=(replace(treatment.statuses[0], outcome=HOSTILE, why=HOSTILE),))  # fmt: skip
    quality = DataQuality(made.data_quality.files, made.data_quality.quarantine, (HOSTILE,))
    return replace(
        made,
        header=replace(made.header, title=HOSTILE, number=f'STM"}} </style>{HOSTILE}'),
        lines=(replace(line, treatment_id=HOSTILE, because=FORMULA, evidence=(HOSTILE,), why_now=HOSTILE),),
        treatments=(*made.treatments[:2], bad),
        not_eligible=tuple(replace(n, treatment_id=HOSTILE, failed=HOSTILE) for n in made.not_eligible),
        data_quality=quality,
    )


def _status(outcome: str, n: int, last: date, status: str) -> OutcomeStatus:
    first = last - timedelta(days=330)
    decided = last if status in ("met", "not_met", "not_evaluable") else None
    return OutcomeStatus(outcome, "3.1", n, status, decided, first, last, last, "as the rows show")  # type: ignore[arg-type]


def _line(treatment_id: str, amount: int, n: int) -> Line:
    due = date(2018, 4, 30) if n > 1 else PERIOD.first
    return Line(
        treatment_id, None, "instalment", "4.1", "payment", n, due, amount, 0, amount, "current", PERIOD,
        f"free met on {due}", "20% of price", f"It fell due on {due}, within this period.",
    )  # fmt: skip


def _statement(
    lines: tuple[Line, ...], treatments: tuple[Treatment, ...], to_date: ContractToDate
) -> Statement:
    total = sum(line.amount_minor for line in lines)
    header = replace(worked(4, posted=False).header, contract="many", number="STM-2018-04-many",
                     previous_number=None, title="Five instalments while free of transfusions")  # fmt: skip
    return Statement(
        header=header, currency="EUR",
        roll_forward=RollForward(Movement(0, total, 0, total), Movement(0, 0, 0, 0)),
        to_date=to_date,
        clauses=(ClauseSummary("instalment", "4.1", "payment", "each year while free: 20% of price",
                               len(lines), 0, total, total),),
        lines=lines, treatments=treatments, data_quality=DataQuality(),
    )  # fmt: skip
