"""What a period changes: what is owed by its end less what the ledger holds, line by line.

A limit's line moves on many days. What moved it before the period is set against what was posted (part `before`),
what moves it in the period stands by itself (part `within`): each of the two may differ. Any other line is one part,
and once posted is corrected in the period to which it belongs.
"""

from engine.kernel.dates import Period
from engine.language import meaning as m
from engine.ledger.postings import Ledger
from engine.plan.limits import limit_words
from engine.plan.values import outcomes_in
from engine.settlement.line_keys import KEY, key_of, key_of_either, same_line, whole_key
from engine.settlement.owed import Owed
from engine.settlement.payers import name_payer_reasons, names_as_now, payers_as_now


def find_differences(owed: Owed, ledger: Ledger, before: Period, period: Period) -> None:
    """Leave the table `differences`: what is owed less what periods before `before` posted, where not the same.

    Besides the key: direction, due, entitled and posted_before (amount is their difference), kind, line_period,
    corrects, because, evidence.
    """
    dates = {"period": str(period)}
    _clause_tables(owed)
    name_payer_reasons(owed)
    _posted_before(owed, ledger, before, period)
    _owed_parts(owed, period)
    owed.connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE differences AS
        WITH sides AS (
          SELECT {key_of_either("o", "p")}, coalesce(o.direction, p.direction) AS direction,
            coalesce(o.part, p.part) AS part, coalesce(o.due, p.due) AS due, o.because, o.evidence,
            coalesce(o.base, 0) AS base, coalesce(o.amount, 0) AS owed, coalesce(p.amount, 0) AS posted,
            p.last_seq, p.line_period
          FROM owed_parts o FULL JOIN posted_parts p
            ON {same_line("o", "p")} AND o.direction = p.direction AND o.part = p.part),
        placed AS (
          SELECT *, coalesce(line_period, strftime(due, '%Y-%m')) AS belongs_to FROM sides WHERE owed <> posted)
        SELECT {key_of("p")}, direction, due, (base + owed)::BIGINT AS entitled,
          (base + posted)::BIGINT AS posted_before, (owed - posted)::BIGINT AS amount,
          belongs_to AS line_period, last_seq AS corrects,
          if(belongs_to = $period, 'current', 'prior_period') AS kind,
          coalesce(p.because, m.because, r.because,
            if(p.treatment_id IS NULL, 'no longer owed: nothing of its group is owed',
            'no longer owed: the treatment is no longer reported')) AS because,
          coalesce(p.evidence, r.evidence, []::VARCHAR[]) AS evidence
        FROM placed p LEFT JOIN reversal_reasons r USING (treatment_id, clause)
        LEFT JOIN payer_reasons m ON m.treatment_id = p.treatment_id AND m.clause = p.clause AND m.n = p.n""",
        dates,
    )


def _owed_parts(owed: Owed, period: Period) -> None:
    """The view `owed_parts`: what is owed, a limit's line in what moved it before the period and within it.

    `base` is what a part adds to: what stands in the part before it.
    """
    first = f"DATE '{period.first.isoformat()}'"
    earlier, later = f"FILTER (due < {first})", f"FILTER (due >= {first})"
    moves = whole_key(owed.contract, "changes")
    split = f"""SELECT {KEY}, {{}} AS amount, {{}} AS base, {{}} AS due, {{}} AS part FROM {moves} GROUP BY {KEY}"""
    none = "coalesce(sum(amount) {}, 0)::BIGINT"
    before = split.format(none.format(earlier), "0", f"max(due) {earlier}", "'before'")
    within = split.format(none.format(later), none.format(earlier), f"max(due) {later}", "'within'")
    owed.connection.execute(
        f"""CREATE OR REPLACE TEMP VIEW owed_parts AS
        SELECT {KEY}, coalesce(direction, if(amount > 0, 'payment', 'refund')) AS direction, 'whole' AS part, due,
          l.because, evidence, 0 AS base, amount
        FROM named_lines l JOIN clause_words USING (clause) WHERE NOT is_limit
        UNION ALL
        SELECT {KEY}, direction, part, due, because, []::VARCHAR[], base, amount
        FROM ({before} UNION ALL {within}) JOIN clause_words USING (clause) WHERE due IS NOT NULL"""
    )


def _posted_before(owed: Owed, ledger: Ledger, before: Period, period: Period) -> None:
    """The table `posted_parts`: each line's total in the ledger before a period, by part, and its last posting."""
    columns = (
        "treatment_id VARCHAR, group_name VARCHAR, clause VARCHAR, n BIGINT, payer VARCHAR, direction VARCHAR, "
        "part VARCHAR, amount BIGINT, last_seq BIGINT, line_period VARCHAR, due DATE"
    )
    owed.connection.execute(f"CREATE OR REPLACE TEMP TABLE posted_parts ({columns})")
    if ledger.exists:
        limits = [limit.id for limit in owed.contract.limits]
        postings = payers_as_now(owed.contract, "ledger.postings")
        owed.connection.execute(
            f"""INSERT INTO posted_parts
            SELECT {KEY}, direction, CASE WHEN NOT list_contains($limits::VARCHAR[], clause) THEN 'whole'
                WHEN line_period < $period THEN 'before' ELSE 'within' END AS part,
              sum(amount)::BIGINT, max(seq), arg_max(line_period, seq), arg_max(due, seq)
            FROM ({postings}) WHERE contract = $contract AND period < $before GROUP BY ALL""",
            {"contract": owed.contract.id, "before": str(before), "period": str(period), "limits": limits}
            | names_as_now(owed.contract),
        )


def _clause_tables(owed: Owed) -> None:
    """The tables `clause_words` (a clause) and `reversal_reasons` (a treatment and clause no longer owed)."""
    contract, connection = owed.contract, owed.connection
    words = [
        (part.id, part.direction, True, limit_words(part))
        if isinstance(part, m.Limit)
        else (part.id, part.direction, False, "")
        for part in contract.money_parts
    ]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE clause_words AS SELECT unnest($1) AS clause, unnest($2) AS direction, "
        "unnest($3) AS is_limit, unnest($4) AS because",
        [list(column) for column in zip(*words, strict=True)] or [[], [], [], []],
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
