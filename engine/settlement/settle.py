"""A period's settlement: what is owed by its end, less what the ledger holds, line by line.

Differences stand in the temporary table `differences`, one row a line that changes; a settlement posts them.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

from engine.feeds.facts import Facts
from engine.kernel.dates import Period
from engine.kernel.diagnostics import Exit, refuse
from engine.language import meaning as m
from engine.ledger.postings import Ledger, RunRecord
from engine.plan.tables import Run
from engine.settlement.differences import find_differences
from engine.settlement.evidence import name_evidence
from engine.settlement.line_keys import DIFFERENCE_ORDER, KEY
from engine.settlement.owed import Owed, work_out


@dataclass(frozen=True, slots=True)
class Settlement:
    """A period worked out against the ledger. `posted` names the run that posted it, where one has."""

    owed: Owed
    period: Period
    through_batch: int
    lines: int
    opening_minor: int
    payments_minor: int  # of this period
    refunds_minor: int
    posted: RunRecord | None

    @property
    def net_minor(self) -> int:
        return self.payments_minor + self.refunds_minor


def preview(
    contract: m.Contract, facts: Facts, ledger: Ledger, period: Period, known_by: date, through_batch: int
) -> Settlement:
    """What settling the period would post, by the facts of batches up to `through_batch`."""
    return _worked_out(
        contract, facts, ledger, period, Run(period.last, known_by), through_batch, period.plus(1)
    )


def recall(contract: m.Contract, facts: Facts, ledger: Ledger, run: RunRecord) -> Settlement:
    """A posted period as it was settled: its differences are the lines that its run posted."""
    dates = Run(run.as_of, run.known_by)
    return _worked_out(contract, facts, ledger, run.period, dates, run.through_batch, run.period)


def _worked_out(
    contract: m.Contract,
    facts: Facts,
    ledger: Ledger,
    period: Period,
    run: Run,
    through_batch: int,
    before: Period,
) -> Settlement:
    owed = work_out(contract, facts, run)
    name_evidence(owed)
    find_differences(owed, ledger, before, period)
    lines, payments, refunds = owed.rows(
        """SELECT count(*), coalesce(sum(amount) FILTER (direction = 'payment'), 0)::BIGINT,
        coalesce(sum(amount) FILTER (direction = 'refund'), 0)::BIGINT FROM differences"""
    )[0]
    opening = sum(r.payments_minor + r.refunds_minor for r in ledger.runs(contract.id) if r.period < before)
    posted = next((r for r in ledger.runs(contract.id) if r.period == period), None)
    return Settlement(owed, period, through_batch, lines, opening, payments, refunds, posted)


def check_order(
    contract: m.Contract, ledger: Ledger, period: Period, today: date, skip_earlier: bool
) -> None:
    """Refuse (Exit.LEDGER_RULE) a period that is not over, lies before a posted one, or leaves one out."""
    if period.last >= today:
        raise refuse(
            "not_over",
            f"{period} is not over: it ends on {period.last}",
            Exit.LEDGER_RULE,
            "settle it after that day",
        )
    runs = ledger.runs(contract.id)
    if not runs or any(r.period == period for r in runs):
        return
    last = max(r.period for r in runs)
    if period < last:
        raise refuse(
            "out_of_order",
            f"{last} of {contract.id} is posted already; {period} lies before it and was never settled",
            Exit.LEDGER_RULE,
            f"what belongs to {period} is posted as prior period with {last.plus(1)}",
        )
    if period > last.plus(1) and not skip_earlier:
        raise refuse(
            "out_of_order",
            f"{last.plus(1)} of {contract.id} has not been settled",
            Exit.LEDGER_RULE,
            f"settle {last.plus(1)} first, or say --skip-earlier: its lines are then posted here as prior period",
        )


def check_first(settlement: Settlement, ledger: Ledger, skip_earlier: bool) -> None:
    """Refuse a contract's first settlement where lines fell due in earlier months."""
    contract = settlement.owed.contract
    if skip_earlier or ledger.runs(contract.id):
        return
    first = settlement.owed.rows("SELECT min(due) FROM differences")[0][0]
    if first is not None and first < settlement.period.first:
        earlier = Period.of(first)
        raise refuse(
            "out_of_order",
            f"{earlier} of {contract.id} has not been settled, and lines fell due in it",
            Exit.LEDGER_RULE,
            f"settle {earlier} first, or say --skip-earlier: its lines are then posted here as prior period",
        )


def check_open(settlement: Settlement) -> None:
    """Refuse news for a posted period; what arrives later belongs to the next open one."""
    posted = settlement.posted
    if posted is not None and settlement.lines:
        raise refuse(
            "closed",
            f"{settlement.period} of {posted.contract} is closed: it was posted on {posted.posted_on} as known by "
            f"{posted.known_by}, and {settlement.lines} lines have changed since",
            Exit.LEDGER_RULE,
            "settle the next period: they are posted there as prior period",
        )


def fingerprint(settlement: Settlement, ledger: Ledger) -> str:
    """A digest of what would be posted and on what; a plan whose fingerprint has changed is stale."""
    seq, head = ledger.head()
    parts = [
        settlement.owed.contract.version,
        str(settlement.period),
        str(settlement.owed.run.known_by),
        str(seq),
        head,
    ]
    rows = settlement.owed.rows(
        f"SELECT {KEY}, due, amount, kind, line_period, corrects FROM differences ORDER BY ALL"
    )
    return "sha256:" + hashlib.sha256(repr((parts, rows)).encode()).hexdigest()


def post(settlement: Settlement, ledger: Ledger, source: str, posted_on: date) -> RunRecord:
    """Append the differences as the period's run. To be called within a transaction."""
    owed, contract = settlement.owed, settlement.owed.contract
    runs = ledger.runs()
    run_no = runs[-1].run_no + 1 if runs else 1
    first_seq = ledger.head()[0] + 1
    owed.connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE new_postings AS
        SELECT $first + row_number() OVER (ORDER BY {DIFFERENCE_ORDER}) - 1 AS seq, $run_no::BIGINT AS run_no,
          $contract AS contract, $version AS version, $period AS period, {KEY}, direction,
          due, amount, kind, line_period, corrects, because, evidence,
          $as_of::DATE AS as_of, $known_by::DATE AS known_by
        FROM differences""",
        {
            "first": first_seq, "run_no": run_no, "contract": contract.id, "version": contract.version,
            "period": str(settlement.period), "as_of": owed.run.as_of, "known_by": owed.run.known_by,
        },
    )  # fmt: skip
    ledger.keep_contract(contract.version, contract.id, source, posted_on)
    record = RunRecord(
        run_no, "", contract.id, contract.version, settlement.period, settlement.period.last, owed.run.known_by,
        settlement.through_batch, posted_on, first_seq, settlement.lines, settlement.payments_minor,
        settlement.refunds_minor, "",
    )  # fmt: skip
    ledger.append(record, "new_postings")
    return ledger.runs()[-1]
