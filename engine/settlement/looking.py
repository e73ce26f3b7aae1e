"""Looking into a run's tables for people: statuses in words, evidence with its place, what is pending."""

from collections import defaultdict

from engine.kernel.dates import FIRST_DAY
from engine.language import meaning as m
from engine.plan.status_columns import counts_supply, further_keys, row_columns
from engine.settlement import statement_parts as s
from engine.settlement.evidence import rows_used
from engine.settlement.exposure import mark_exposures
from engine.settlement.owed import Owed
from engine.settlement.presenting import Basis, why
from engine.settlement.together import mark_together
from engine.settlement.unusable import mark_unusable


def on_text(row: str = "o") -> str:
    """SQL for when a row of a treatment `s` took effect, as exactly as its feed says: a day, a month or a year."""
    return f"""CASE WHEN {row}.effective_to - {row}.effective_on > 31 THEN strftime({row}.effective_on, '%Y')
      WHEN {row}.effective_to IS NOT NULL THEN strftime({row}.effective_on, '%Y-%m')
      ELSE coalesce({row}.effective_on, s.index_date + {row}.study_day)::VARCHAR END"""


def status_words(
    owed: Owed, wanted: str = "SELECT treatment_id FROM subjects"
) -> list[tuple[str, s.OutcomeStatus]]:
    """(treatment, status) of the treatments that the query `wanted` names, by treatment, outcome and n."""
    further = row_columns(owed.contract.outcomes)[1:]
    texts = "".join(f", {column}.value || ' on ' || {on_text(column)}" for column in further)
    covered = "n.covered" if counts_supply(owed.contract.outcomes) else "NULL"
    joins = " ".join(
        f'LEFT JOIN "{owed.facts.schema}".outcomes {column} ON {column}.row_no = n.{column}'
        for column in further
    )
    rows = owed.rows(
        f"""SELECT n.treatment_id, n.outcome, n.n, n.status, n.decided_on, n.first_day, n.last_day, n.decided_day,
          n.basis, n.evidence, o.measure, o.value, {on_text()}, {covered}{texts}
        FROM named_statuses n JOIN ({wanted}) USING (treatment_id) JOIN subjects s USING (treatment_id)
        LEFT JOIN "{owed.facts.schema}".outcomes o ON o.row_no = n.row_no {joins}
        ORDER BY n.treatment_id, n.outcome, n.n"""
    )
    outcomes = {o.name: o for o in owed.contract.outcomes}
    result = []
    for (
        treatment,
        name,
        n,
        status,
        decided,
        first,
        last,
        day,
        basis,
        evidence,
        measure,
        value,
        on,
        days,
        *others,
    ) in rows:
        outcome = outcomes[name.rsplit(".", 1)[-1]]
        keys = further_keys(outcome)
        baseline = others[keys.index("baseline_key")] if "baseline_key" in keys else None
        supply = None if days is None else f"{days} of {(last - first).days + 1} days covered"
        rests_on = Basis(basis, decided, day, owed.run.as_of, measure, value, on, status, baseline, supply)
        words = s.OutcomeStatus(
            name,
            outcome.clause,
            n,
            status,
            decided,
            first,
            last,
            day,
            why(outcome, rests_on),
            tuple(evidence),
        )
        result.append((treatment, words))
    return result


def outcome_statuses(owed: Owed, wanted: str) -> dict[str, list[s.OutcomeStatus]]:
    """Statuses of the treatments that the query `wanted` names, by treatment."""
    result: dict[str, list[s.OutcomeStatus]] = defaultdict(list)
    for treatment, status in status_words(owed, wanted):
        result[treatment].append(status)
    return result


def evidence_rows(owed: Owed, wanted: str) -> dict[str, list[s.Evidence]]:
    """The rows of the feed about the treatments that `wanted` names, those passed over with the reason."""
    schema = owed.facts.schema
    mark_unusable(owed)
    mark_together(owed, wanted)
    measures = sorted({o.source_name for o in owed.contract.outcomes} | {"death"})
    rows = owed.rows(
        f"""WITH known AS (
          SELECT *, lead(known_on) OVER (PARTITION BY source, record_key ORDER BY known_on, row_no) AS known_until
          FROM "{schema}".outcomes WHERE known_on <= $1),
        used AS (SELECT DISTINCT row_no FROM ({rows_used(owed)}))
        SELECT s.treatment_id, coalesce(k.record_id, 'row ' || k.row_no), k.measure,
          coalesce(k.effective_on, s.index_date + k.study_day) AS on_day, k.value, k.source, k.known_on, f.file,
          f.line,
          CASE WHEN k.effective_to - k.effective_on > 31 THEN strftime(k.effective_on, '%Y')
            WHEN k.effective_to IS NOT NULL THEN strftime(k.effective_on, '%Y-%m') ELSE '' END AS on_text,
          CASE WHEN k.status = 'entered_in_error' THEN 'entered in error'
            WHEN k.status = 'preliminary' THEN 'preliminary: moves nothing'
            WHEN k.known_until IS NOT NULL THEN 'replaced by a later version'
            WHEN coalesce(k.effective_on, s.index_date + k.study_day) > $2 THEN 'after the as-of date'
            WHEN x.row_no IS NOT NULL THEN x.sentence
            WHEN u.row_no IS NULL AND NOT EXISTS (SELECT 1 FROM together g WHERE g.treatment_id = s.treatment_id
              AND g.measure = k.measure AND k.value IS NOT NULL
              AND coalesce(k.effective_on, s.index_date + k.study_day) BETWEEN g.first_day AND g.last_day)
            THEN 'not what decided: outside a window, or another row came first'
            ELSE '' END AS note
        FROM subjects s JOIN ({wanted}) w USING (treatment_id) JOIN known k ON k.patient_id = s.patient_id
          AND (k.treatment_id IS NULL OR k.treatment_id = s.treatment_id)
        LEFT JOIN used u ON u.row_no = k.row_no
        LEFT JOIN (SELECT row_no, min(sentence) AS sentence FROM unusable GROUP BY ALL) x ON x.row_no = k.row_no
        LEFT JOIN "{schema}".places f ON f.table_name = 'outcomes' AND f.row_no = k.row_no
        WHERE list_contains($3, k.measure) ORDER BY 1, on_day, 2, k.known_on""",
        [owed.run.known_by, owed.run.as_of, measures],
    )
    result: dict[str, list[s.Evidence]] = defaultdict(list)
    for treatment, record, measure, on, value, source, known_on, file, line, on_text, note in rows:
        known = None if known_on == FIRST_DAY else known_on
        result[treatment].append(
            s.Evidence(record, measure, on, value, source or "", known, file, line, on_text, not note, note)
        )
    return result


def pending_rows(owed: Owed) -> tuple[s.Pending, ...]:
    """Undecided outcomes with what they hold; each held line is counted with the first outcome it waits for."""
    mark_exposures(owed)
    rows = owed.rows(
        """WITH waits AS (
          SELECT h.treatment_id, h.clause, h.n, s.outcome, s.n AS outcome_n,
            coalesce(e.least, least(h.sign * h.amount, 0)) AS least,
            coalesce(e.most, greatest(h.sign * h.amount, 0)) AS most,
            row_number() OVER (PARTITION BY h.treatment_id, h.clause, h.n
              ORDER BY s.decided_day, s.outcome, s.n) AS place
          FROM held h JOIN clause_reads r USING (clause) JOIN statuses s ON s.treatment_id = h.treatment_id
            AND (s.outcome = r.outcome OR s.outcome = h.clause || '.' || r.outcome) AND s.status = 'pending'
          LEFT JOIN exposures e ON e.treatment_id = h.treatment_id AND e.clause = h.clause AND e.n = h.n)
        SELECT s.treatment_id, s.outcome, s.n, s.decided_day, greatest($1 - s.first_day, 0),
          coalesce(list(DISTINCT w.clause ORDER BY w.clause) FILTER (w.clause IS NOT NULL), []),
          coalesce(sum(w.least) FILTER (w.place = 1), 0)::BIGINT,
          coalesce(sum(w.most) FILTER (w.place = 1), 0)::BIGINT, s.last_day
        FROM statuses s LEFT JOIN waits w
          ON w.treatment_id = s.treatment_id AND w.outcome = s.outcome AND w.outcome_n = s.n
        WHERE s.status = 'pending' GROUP BY ALL ORDER BY s.decided_day, s.treatment_id, s.outcome, s.n""",
        [owed.run.as_of],
    )
    return tuple(
        s.Pending(
            treatment,
            outcome,
            n,
            day,
            waiting,
            _missing(owed.contract, outcome, last),
            tuple(clauses),
            least,
            most,
        )
        for treatment, outcome, n, day, waiting, clauses, least, most, last in rows
    )


def _missing(contract: m.Contract, outcome: str, last_day: object) -> str:
    o = contract.outcome(outcome.rsplit(".", 1)[-1])
    what = "an assessment of" if o.kind == "measure" else "an event"
    return f"{what} {o.source_name} dated {last_day} or before that settles it"
