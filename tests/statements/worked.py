"""The worked settlement as statements: three treatments at 649,000.00, January to May 2018.

P1 answers, P2 does not, P3's answer comes late; in May P1's turns out to be an error. What is
posted in each month is written out here by hand, so that renderers are tested without the engine.
"""

from dataclasses import replace
from datetime import date, timedelta

from engine.kernel.dates import Period
from engine.settlement.statement import (
    ClauseSummary,
    ContractToDate,
    DataQuality,
    Event,
    Evidence,
    FileAccount,
    Header,
    Line,
    Movement,
    NotEligible,
    OutcomeStatus,
    Party,
    PastPeriod,
    Pending,
    QuarantinedRow,
    RollForward,
    Statement,
    Treatment,
    statement_number,
)

PRICE = 64_900_000
CONTRACT = "kymriah-us-day30"
INDEX = {"P1": date(2018, 1, 1), "P2": date(2018, 1, 10), "P3": date(2018, 1, 20)}
# What each month posted: (payments, refunds), by month.
POSTED = {1: (3 * PRICE, 0), 2: (0, 0), 3: (0, -2 * PRICE), 4: (0, PRICE), 5: (0, -PRICE)}
KNOWN_BY = {
    1: date(2018, 2, 5),
    2: date(2018, 3, 5),
    3: date(2018, 4, 5),
    4: date(2018, 5, 2),
    5: date(2018, 6, 5),
}
_FEB, _APR = "outcomes_2018-02.csv", "outcomes_2018-04.csv"
_CR1 = Evidence("r11", "disease_status", date(2018, 1, 29), "CR", "site 04", date(2018, 2, 3), _FEB, 2)
_NR2 = Evidence("r17", "disease_status", date(2018, 2, 9), "NR", "site 11", date(2018, 2, 9), _FEB, 3)
_CR3 = Evidence("r23", "disease_status", date(2018, 2, 18), "CR", "site 04", date(2018, 4, 12), _APR, 2)
_PAID = "price 649,000.00 = 649,000.00"
_BACK = "refund_share 100% × paid 649,000.00 = 649,000.00"


def worked(month: int, posted: bool = True) -> Statement:
    """The statement of `month` (1 to 5) of 2018."""
    period = Period(2018, month)
    lines = _LINES[month] if posted else tuple(replace(line, seq=None) for line in _LINES[month])
    earlier = [POSTED[m] for m in range(1, month)]
    return Statement(
        header=_header(period, posted),
        currency="USD",
        roll_forward=RollForward(
            _movement(sum(p for p, _ in earlier), lines, "payment"),
            _movement(sum(r for _, r in earlier), lines, "refund"),
        ),
        to_date=_to_date(month),
        clauses=_clauses(month, lines),
        lines=lines,
        treatments=tuple(_treatment(name, month) for name in INDEX),
        data_quality=_quality(month),
        pending=_pending(month),
        not_eligible=(
            NotEligible("P7", "age_at_index <= 25", undetermined=False),
            NotEligible("P8", "rems_certified", undetermined=True),
        ),
        history=tuple(
            PastPeriod(Period(2018, m), statement_number(CONTRACT, Period(2018, m)), *POSTED[m])
            for m in range(1, month)
        ),
    )


def _header(period: Period, posted: bool) -> Header:
    before = period.plus(-1)
    known = KNOWN_BY[period.month]
    return Header(
        number=statement_number(CONTRACT, period),
        previous_number=statement_number(CONTRACT, before) if period.month > 1 else None,
        contract=CONTRACT,
        title="Tisagenlecleucel, paid for remission by day 30",
        version="sha256:9f2e6d33a3717ee80c5b1a4d7f6e2b9085c4d3a1e7f6082b9d5c4e3f2a1b0c9d",
        manufacturer=Party(
            "Novartis", ("Attn. Managed Markets Finance",), ("Account of Novartis, as in schedule 2",)
        ),
        payers=(
            Party(
                "Example Health Plan", ("Attn. Pharmacy Finance",), ("Account of the plan, as in schedule 2",)
            ),
        ),
        period=period,
        as_of=period.last,
        known_by=known,
        data_cut_off=max(
            day for day in (date(2018, 1, 31), date(2018, 2, 9), date(2018, 4, 12)) if day <= known
        ),
        run_id=f"run-{period.month:04d}" if posted else None,
        posted=posted,
        pay_by=period.last + timedelta(days=38),
    )


def _movement(opening: int, lines: tuple[Line, ...], direction: str) -> Movement:
    current = sum(x.amount_minor for x in lines if x.direction == direction and x.kind == "current")
    prior = sum(x.amount_minor for x in lines if x.direction == direction and x.kind == "prior_period")
    return Movement(opening, current, prior, opening + current + prior)


def _payment(name: str, seq: int) -> Line:
    return Line(
        treatment_id=name, group=None, clause="infusion", clause_paragraph="4.1", direction="payment", n=1,
        due=INDEX[name], entitled_minor=PRICE, posted_before_minor=0, amount_minor=PRICE, kind="current",
        period=Period(2018, 1), because=f"due on the index date, {INDEX[name]}", arithmetic=_PAID,
        why_now=f"It fell due on {INDEX[name]}, within this period.", seq=seq,
    )  # fmt: skip


def _refund(
    name: str, due: date, evidence: tuple[str, ...], why_now: str, seq: int,
    period: Period, *, entitled: int = -PRICE, before: int = 0, corrects: int | None = None, because: str = "",
) -> Line:  # fmt: skip
    month = Period(2018, 3) if due.month == 3 else period
    return Line(
        treatment_id=name, group=None, clause="no_remission", clause_paragraph="4.2", direction="refund", n=1,
        due=due, entitled_minor=entitled, posted_before_minor=before, amount_minor=entitled - before,
        kind="current" if month == period else "prior_period", period=month,
        because=because or f"remission not_met on {due}",
        arithmetic=_BACK if entitled else "nothing is refunded: 0.00 − (649,000.00) = 649,000.00",
        why_now=why_now, evidence=evidence, corrects=corrects, seq=seq,
    )  # fmt: skip


_LINES: dict[int, tuple[Line, ...]] = {
    1: (_payment("P1", 1), _payment("P2", 2), _payment("P3", 3)),
    2: (),
    3: (
        _refund("P2", date(2018, 3, 11), ("r17",),
                "Day 60, 2018-03-11, fell within this period.", 4, Period(2018, 3)),
        _refund("P3", date(2018, 3, 21), (),
                "Day 60, 2018-03-21, fell within this period; no assessment had come.", 5, Period(2018, 3)),
    ),
    4: (
        _refund("P3", date(2018, 3, 21), ("r23",),
                "The report of 2018-02-18 became known on 2018-04-12, after 2018-03 was closed.", 6,
                Period(2018, 4), entitled=0, before=-PRICE, corrects=5, because="remission met on 2018-02-18"),
    ),
    5: (
        _refund("P1", date(2018, 3, 2), (),
                "Record r11 was withdrawn on 2018-05-04; the refund fell due on 2018-03-02 and had never been posted.",
                7, Period(2018, 5)),
    ),
}  # fmt: skip


def _clauses(month: int, lines: tuple[Line, ...]) -> tuple[ClauseSummary, ...]:
    paid = sum(POSTED[m][0] for m in range(1, month))
    back = sum(POSTED[m][1] for m in range(1, month))
    payments, refunds = POSTED[month]
    counts = {name: sum(x.clause == name for x in lines) for name in ("infusion", "no_remission")}
    says = "if remission is not_met: refund_share of paid"
    return (
        ClauseSummary("infusion", "4.1", "payment", "due on the index date: price", counts["infusion"],
                      paid, payments, paid + payments),
        ClauseSummary("no_remission", "4.2", "refund", says, counts["no_remission"],
                      back, refunds, back + refunds),
    )  # fmt: skip


def _to_date(month: int) -> ContractToDate:
    settled = {1: 1, 2: 1}.get(month, 3)
    return ContractToDate(treatments=3, settled=settled, open=3 - settled, list_price_minor=3 * PRICE)


def _evidence(name: str, month: int) -> tuple[Evidence, ...]:
    rows = {"P1": _CR1, "P2": _NR2, "P3": _CR3}
    row = rows[name]
    if row.known_on is None or row.known_on > KNOWN_BY[month]:
        return ()
    if name == "P1" and month == 5:
        note = "entered in error, withdrawn on 2018-05-04"
        return (Evidence(row.record_id, row.measure, row.on, row.value, row.source, row.known_on,
                         row.file, row.line, used=False, note=note),)  # fmt: skip
    return (row,) if row.on <= Period(2018, month).last else ()


def _status(name: str, month: int) -> OutcomeStatus:
    start = INDEX[name]
    rows = [row for row in _evidence(name, month) if row.used]
    met = [row for row in rows if row.value == "CR"]
    day60 = start + timedelta(days=60)
    window = (start, start + timedelta(days=30), day60)
    records = tuple(row.record_id for row in rows)
    if met:
        why = f"{met[0].value} on {met[0].on}, within the window"
        return OutcomeStatus("remission", "3.1", 1, "met", met[0].on, *window, why, records)
    if day60 > Period(2018, month).last:
        why = "no CR or CRi in the window so far"
        return OutcomeStatus("remission", "3.1", 1, "pending", None, *window, why, records)
    why = "no CR or CRi in the window" if rows else "no assessment in the window: missing counts as not met"
    return OutcomeStatus("remission", "3.1", 1, "not_met", day60, *window, why, records)


def _treatment(name: str, month: int) -> Treatment:
    status = _status(name, month)
    events = tuple(Event(row.on, "assessment", row.value or "") for row in _evidence(name, month) if row.used)
    refund = -PRICE if status.status == "not_met" else 0
    return Treatment(
        name, INDEX[name], status.status != "pending", (status,), _evidence(name, month), events,
        PRICE, PRICE, refund,
    )  # fmt: skip


def _pending(month: int) -> tuple[Pending, ...]:
    waiting = [(name, _status(name, month)) for name in INDEX]
    end = Period(2018, month).last
    return tuple(
        Pending(name, "remission", 1, st.decided_day, (end - INDEX[name]).days,
                f"a CR or CRi dated {st.window_last} or before", ("no_remission",), -PRICE, 0)
        for name, st in waiting
        if st.status == "pending"
    )  # fmt: skip


def _quality(month: int) -> DataQuality:
    files = [
        FileAccount("treatments_2018-01.csv", "treatments", "5f0c1be2" * 8, date(2018, 1, 31), 5, 5, 0, 0, 0),
        FileAccount(_FEB, "outcomes", "a41d90e7" * 8, date(2018, 2, 9), 4, 2, 0, 1, 1),
        FileAccount(_APR, "outcomes", "07cc3b12" * 8, date(2018, 4, 12), 1, 1, 0, 0, 0),
    ]
    known = tuple(f for f in files if f.loaded_on and f.loaded_on <= KNOWN_BY[month])
    quarantined = any(f.quarantined for f in known)
    row = QuarantinedRow(_FEB, 5, "effective_date",
                         "'effective_date' is not a date written YYYY-MM-DD of the years 1900 to 2999")  # fmt: skip
    return DataQuality(known, (row,) if quarantined else ())
