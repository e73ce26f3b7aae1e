"""The statement of a settlement: what the run left in its tables, put into words and order."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from engine.kernel.money import to_minor
from engine.language import meaning as m
from engine.ledger.postings import Ledger
from engine.plan.limits import limit_words
from engine.settlement import statement as s
from engine.settlement.group_words import cohort_periods, cohort_words, pending_cohorts
from engine.settlement.looking import evidence_rows, outcome_statuses, pending_rows
from engine.settlement.owed import Owed
from engine.settlement.payers import payer_balances
from engine.settlement.settle import Settlement
from engine.settlement.statement_lines import statement_lines
from engine.settlement.statement_parts import EventKind

SHOWN_TREATMENTS = 500  # above this, only treatments with a line in the period are shown


def build_statement(settlement: Settlement, ledger: Ledger, quality: s.DataQuality) -> s.Statement:
    """The whole statement; a contradiction between its parts is refused by the statement itself."""
    owed = settlement.owed
    _mark_open(owed)
    roll = _roll_forward(settlement, ledger)
    lines = statement_lines(settlement)
    cohorts = cohort_periods(owed)
    return s.Statement(
        header=_header(settlement, ledger),
        currency=owed.contract.currency,
        roll_forward=roll,
        to_date=_to_date(owed),
        clauses=_clauses(settlement, lines),
        lines=lines,
        treatments=_treatments(settlement),
        data_quality=quality,
        pending=(*pending_rows(owed), *pending_cohorts(owed, cohorts)),
        cohorts=cohorts,
        not_eligible=tuple(
            s.NotEligible(*row)
            for row in owed.rows("SELECT treatment_id, failed, undetermined FROM not_eligible ORDER BY 1")
        ),
        history=tuple(
            s.PastPeriod(
                r.period, s.statement_number(r.contract, r.period), r.payments_minor, r.refunds_minor
            )
            for r in _earlier(settlement, ledger)
        ),
        payers=payer_balances(owed),
    )


def _earlier(settlement: Settlement, ledger: Ledger) -> list[Any]:
    runs = ledger.runs(settlement.owed.contract.id)
    return sorted((r for r in runs if r.period < settlement.period), key=lambda r: r.period)


def _header(settlement: Settlement, ledger: Ledger) -> s.Header:
    owed, contract = settlement.owed, settlement.owed.contract
    earlier = _earlier(settlement, ledger)
    cut_off = owed.rows(
        f"""SELECT max(known_on) FROM (SELECT known_on FROM "{owed.facts.schema}".outcomes
        UNION ALL SELECT known_on FROM "{owed.facts.schema}".treatments)
        WHERE known_on <= $1 AND known_on > '1900-01-01'""",
        [owed.run.known_by],
    )[0][0]
    return s.Header(
        number=s.statement_number(contract.id, settlement.period),
        previous_number=s.statement_number(contract.id, earlier[-1].period) if earlier else None,
        contract=contract.id,
        title=contract.title,
        version=contract.version,
        manufacturer=s.Party(contract.manufacturer.name),
        payers=tuple(s.Party(payer.name) for payer in contract.payers),
        period=settlement.period,
        as_of=settlement.period.last,
        known_by=owed.run.known_by,
        data_cut_off=cut_off,
        run_id=settlement.posted.run_id if settlement.posted else None,
        posted=settlement.posted is not None,
        pay_by=settlement.period.last + timedelta(days=contract.settlement.pay_within_days),
    )


def _roll_forward(settlement: Settlement, ledger: Ledger) -> s.RollForward:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for direction, kind, amount in settlement.owed.rows(
        "SELECT direction, kind, sum(amount)::BIGINT FROM differences GROUP BY ALL"
    ):
        sums[direction, kind] = amount
    earlier = _earlier(settlement, ledger)

    def movement(direction: str, opening: int) -> s.Movement:
        current, prior = sums[direction, "current"], sums[direction, "prior_period"]
        return s.Movement(opening, current, prior, opening + current + prior)

    return s.RollForward(
        movement("payment", sum(r.payments_minor for r in earlier)),
        movement("refund", sum(r.refunds_minor for r in earlier)),
    )


def _to_date(owed: Owed) -> s.ContractToDate:
    total, settled = owed.rows(
        """SELECT count(*), count(*) FILTER (NOT is_open) FROM (
        SELECT s.treatment_id, bool_or(o.treatment_id IS NOT NULL) AS is_open FROM subjects s
        LEFT JOIN open_treatments o USING (treatment_id) GROUP BY ALL)"""
    )[0]
    by_day = owed.rows("SELECT index_date, count(*) FROM subjects GROUP BY ALL")
    prices = [(_list_price(owed.contract, day), number) for day, number in by_day]
    known = [price * number for price, number in prices if price is not None]
    list_price = sum(known) if known and len(known) == len(prices) else None
    return s.ContractToDate(total, settled, total - settled, list_price)


def _list_price(contract: m.Contract, index_date: date) -> int | None:
    """The term `list_price` or `price` on the index date, in the minor unit."""
    for name in ("list_price", "price"):
        if any(t.name == name for t in contract.terms):
            return to_minor(contract.term(name).on(index_date), contract.currency)
    return None


def _mark_open(owed: Owed) -> None:
    """Leave the table `open_treatments`: those with something pending, disputed or still to fall due.

    One whose rows are lines of a clause is open until the window in which they may come has ended.
    """
    owed.connection.execute(
        """CREATE OR REPLACE TEMP TABLE open_treatments AS
        SELECT treatment_id FROM statuses WHERE status IN ('pending', 'disputed')
        UNION SELECT treatment_id FROM all_lines WHERE NOT owed AND treatment_id IS NOT NULL
        UNION SELECT treatment_id FROM scheduled
        UNION SELECT treatment_id FROM statuses JOIN clause_rows USING (outcome) WHERE last_day > $1""",
        [owed.run.as_of],
    )


def _clauses(settlement: Settlement, lines: Iterable[s.Line]) -> tuple[s.ClauseSummary, ...]:
    """Each clause, a cohort clause that goes both ways once for either; then those of earlier versions."""
    contract = settlement.owed.contract
    period: dict[tuple[str, s.Direction], int] = defaultdict(int)
    count: dict[tuple[str, s.Direction], int] = defaultdict(int)
    for line in lines:
        period[line.clause, line.direction] += line.amount_minor
        count[line.clause, line.direction] += 1
    posted = settlement.owed.rows(
        "SELECT clause, direction, sum(amount)::BIGINT FROM posted_parts GROUP BY ALL"
    )
    opening = {(clause, direction): amount for clause, direction, amount in posted}
    words = [
        (part.id, part.clause, direction, _says(part))
        for part in contract.money_parts
        for direction in (part.directions if isinstance(part, m.Cohort) else (part.direction,))
    ]
    known = {(clause, direction) for clause, _, direction, _ in words}
    words += [(c, "", d, "of an earlier version") for c, d in sorted({*opening, *period} - known)]
    return tuple(
        s.ClauseSummary(
            clause, paragraph, direction, says, count[clause, direction], opening.get((clause, direction), 0),
            period[clause, direction], opening.get((clause, direction), 0) + period[clause, direction],
        )
        for clause, paragraph, direction, says in words
    )  # fmt: skip


def _says(part: m.MoneyClause | m.Cohort | m.Limit) -> str:
    if isinstance(part, m.Limit):
        return limit_words(part)
    if isinstance(part, m.Cohort):
        return cohort_words(part)
    condition = f"if {part.condition_text}: " if part.condition is not None else ""
    parts = f", in {len(part.dues)} instalments" if part.shares else ""
    if part.for_each:
        parts = f", for each {part.for_each.outcome}"
    return f"{condition}{part.amount_text}{parts}"


def _treatments(settlement: Settlement) -> tuple[s.Treatment, ...]:
    owed = settlement.owed
    all_shown = owed.rows("SELECT count(*) FROM subjects")[0][0] <= SHOWN_TREATMENTS
    wanted = (
        "SELECT treatment_id FROM subjects"
        if all_shown
        else "SELECT DISTINCT treatment_id FROM differences WHERE treatment_id IS NOT NULL"
    )
    statuses = outcome_statuses(owed, wanted)
    evidence = evidence_rows(owed, wanted)
    open_ones = {t for (t,) in owed.rows("SELECT treatment_id FROM open_treatments")}
    money = {
        t: (payments, refunds)
        for t, payments, refunds in owed.rows(
            """SELECT treatment_id, coalesce(sum(amount) FILTER (direction = 'payment'), 0)::BIGINT,
            coalesce(sum(amount) FILTER (direction = 'refund'), 0)::BIGINT
            FROM named_lines JOIN clause_words USING (clause) GROUP BY ALL"""
        )
    }
    rows = owed.rows(
        f"""SELECT treatment_id, index_date FROM ({wanted}) LEFT JOIN subjects USING (treatment_id)
        ORDER BY treatment_id"""
    )
    gone = dict(owed.rows("SELECT treatment_id, min(due) FROM differences GROUP BY ALL"))
    return tuple(
        s.Treatment(
            treatment, index or gone[treatment], treatment not in open_ones, tuple(statuses[treatment]),
            tuple(evidence[treatment]), _events(evidence[treatment]),
            None if index is None else _list_price(owed.contract, index), *money.get(treatment, (0, 0)),
        )
        for treatment, index in rows
    )  # fmt: skip


def _events(evidence: Iterable[s.Evidence]) -> tuple[s.Event, ...]:
    """Marks of a timeline: the rows that decided something, each day and word once."""
    marks = {
        (e.on, _event_kind(e), e.measure if e.measure == "death" else e.value or e.measure)
        for e in evidence
        if e.used
    }
    return tuple(s.Event(on, kind, label) for on, kind, label in sorted(marks))


def _event_kind(evidence: s.Evidence) -> EventKind:
    if evidence.measure == "death":
        return "death"
    return "event" if evidence.value is None else "assessment"
