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
from engine.plan.values import outcomes_in
from engine.settlement.evidence import name_evidence
from engine.settlement.line_keys import KEY, ORDER, key_of_either, same_line
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
    _find_differences(owed, ledger, before, period)
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
        SELECT $first + row_number() OVER (ORDER BY {ORDER}) - 1 AS seq, $run_no::BIGINT AS run_no,
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


def _find_differences(owed: Owed, ledger: Ledger, before: Period, period: Period) -> None:
    """Leave the table `differences`: what is owed less what periods before `before` posted, where not the same.

    A limit's line grows with the lines that it bounds, so that its news belongs to the period in which it falls
    due; any other posted line that changes is corrected in the period to which it belongs.
    """
    _posted_before(owed, ledger, before)
    _clause_table(owed)
    owed.connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE differences AS
        WITH sides AS (
          SELECT {key_of_either("o", "p")}, o.due AS owed_due, p.due AS posted_due, o.because, o.evidence,
            coalesce(o.amount, 0) AS entitled, coalesce(p.amount, 0) AS posted_before, p.last_seq, p.line_period
          FROM named_lines o FULL JOIN posted_before p ON {same_line("o", "p")}),
        changed AS (
          SELECT s.*, coalesce(owed_due, posted_due) AS due, entitled - posted_before AS amount, w.direction,
            coalesce(w.is_limit AND owed_due >= $first, FALSE) AS grows
          FROM sides s LEFT JOIN clause_words w USING (clause) WHERE entitled <> posted_before),
        placed AS (
          SELECT c.*, CASE WHEN grows OR c.line_period IS NULL THEN strftime(c.due, '%Y-%m')
            ELSE c.line_period END AS belongs_to FROM changed c)
        SELECT {KEY}, coalesce(direction, if(posted_before > 0, 'payment', 'refund')) AS direction,
          due, entitled::BIGINT AS entitled, posted_before::BIGINT AS posted_before, amount::BIGINT AS amount,
          belongs_to AS line_period, if(grows, NULL, last_seq) AS corrects,
          if(belongs_to = $period, 'current', 'prior_period') AS kind,
          coalesce(p.because, r.because, if(treatment_id IS NULL, 'no longer owed: nothing of its group is owed',
            'no longer owed: the treatment is no longer reported')) AS because,
          coalesce(p.evidence, r.evidence, []::VARCHAR[]) AS evidence
        FROM placed p LEFT JOIN reversal_reasons r USING (treatment_id, clause)""",
        {"period": str(period), "first": period.first},
    )


def _posted_before(owed: Owed, ledger: Ledger, before: Period) -> None:
    """The table `posted_before`: each line's total in the ledger before a period, and its last posting."""
    columns = (
        "treatment_id VARCHAR, group_name VARCHAR, clause VARCHAR, n BIGINT, amount BIGINT, last_seq BIGINT"
    )
    columns += ", line_period VARCHAR, due DATE"
    owed.connection.execute(f"CREATE OR REPLACE TEMP TABLE posted_before ({columns})")
    if ledger.exists:
        owed.connection.execute(
            f"""INSERT INTO posted_before
            SELECT {KEY}, sum(amount)::BIGINT, max(seq), arg_max(line_period, seq), arg_max(due, seq)
            FROM ledger.postings WHERE contract = $contract AND period < $before GROUP BY ALL""",
            {"contract": owed.contract.id, "before": str(before)},
        )


def _clause_table(owed: Owed) -> None:
    """The tables `clause_words` (a clause) and `reversal_reasons` (a treatment and clause no longer owed)."""
    contract, connection = owed.contract, owed.connection
    words = [(c.id, c.direction, False) for c in contract.clauses]
    words += [(limit.id, limit.direction, True) for limit in contract.limits]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE clause_words AS SELECT unnest($1) AS clause, unnest($2) AS direction, "
        "unnest($3) AS is_limit",
        [[w[0] for w in words], [w[1] for w in words], [w[2] for w in words]],
    )
    reads = [(c.id, o) for c in contract.clauses for o in outcomes_in((c.condition, c.dues, c.amount))]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE clause_reads (clause VARCHAR, outcome VARCHAR)",
    )
    if reads:
        connection.execute(
            "INSERT INTO clause_reads SELECT unnest($1), unnest($2)",
            [[c for c, _ in reads], [o for _, o in reads]],
        )
    connection.execute("CREATE OR REPLACE TEMP TABLE clause_rows (clause VARCHAR, outcome VARCHAR)")
    for clause in contract.clauses:
        if clause.for_each:
            connection.execute(
                "INSERT INTO clause_rows VALUES ($1, $2)", [clause.id, clause.for_each.outcome]
            )
    connection.execute(
        """CREATE OR REPLACE TEMP VIEW reversal_reasons AS
        SELECT treatment_id, clause,
          'no longer owed: ' || string_agg(s.outcome || ' ' || status || coalesce(' on ' || decided_on, ''), '; '
            ORDER BY s.outcome, n) AS because,
          flatten(list(evidence ORDER BY s.outcome, n)) AS evidence
        FROM named_statuses s JOIN clause_reads r
          ON s.outcome = r.outcome OR s.outcome = r.clause || '.' || r.outcome
        GROUP BY ALL
        UNION ALL
        SELECT treatment_id, clause, 'no longer owed: fewer rows count as ' || outcome, []::VARCHAR[]
        FROM subjects CROSS JOIN clause_rows WHERE clause NOT IN (SELECT clause FROM clause_reads)
        UNION ALL
        SELECT treatment_id, clause, 'no longer owed: the treatment is not eligible, ' || failed, []::VARCHAR[]
        FROM not_eligible CROSS JOIN (SELECT DISTINCT clause FROM clause_words)"""
    )
