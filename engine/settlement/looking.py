"""Looking into a run's tables for people: statuses in words, evidence with its place, what is pending."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from engine.kernel.dates import FIRST_DAY
from engine.language import meaning as m
from engine.language.trees import walk
from engine.plan.values import row_key, row_value
from engine.settlement import statement_parts as s
from engine.settlement.evidence import rows_used
from engine.settlement.line_keys import same_line
from engine.settlement.owed import Owed
from engine.settlement.presenting import Basis, why
from engine.settlement.unusable import mark_unusable

# When a row `o` of a treatment `s` took effect, as exactly as its feed says: a day, a month or a year.
ON_TEXT = """CASE WHEN o.effective_to - o.effective_on > 31 THEN strftime(o.effective_on, '%Y')
  WHEN o.effective_to IS NOT NULL THEN strftime(o.effective_on, '%Y-%m')
  ELSE coalesce(o.effective_on, s.index_date + o.study_day)::VARCHAR END"""


def status_words(
    owed: Owed, wanted: str = "SELECT treatment_id FROM subjects"
) -> list[tuple[str, s.OutcomeStatus]]:
    """(treatment, status) of the treatments that the query `wanted` names, by treatment, outcome and n."""
    rows = owed.rows(
        f"""SELECT n.treatment_id, n.outcome, n.n, n.status, n.decided_on, n.first_day, n.last_day, n.decided_day,
          n.basis, n.evidence, o.measure, o.value, {ON_TEXT}
        FROM named_statuses n JOIN ({wanted}) USING (treatment_id) JOIN subjects s USING (treatment_id)
        LEFT JOIN "{owed.facts.schema}".outcomes o ON o.row_no = n.row_no ORDER BY n.treatment_id, n.outcome, n.n"""
    )
    outcomes = {o.name: o for o in owed.contract.outcomes}
    result = []
    for treatment, name, n, status, decided, first, last, day, basis, evidence, measure, value, on in rows:
        outcome = outcomes[name.rsplit(".", 1)[-1]]
        rests_on = Basis(basis, decided, day, owed.run.as_of, measure, value, on, status)
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
            WHEN u.row_no IS NULL THEN 'not what decided: outside a window, or another row came first'
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
    rows = owed.rows(
        """WITH waits AS (
          SELECT h.treatment_id, h.clause, h.n, h.sign * h.amount AS amount, s.outcome, s.n AS outcome_n,
            row_number() OVER (PARTITION BY h.treatment_id, h.clause, h.n
              ORDER BY s.decided_day, s.outcome, s.n) AS place
          FROM held h JOIN clause_reads r USING (clause) JOIN statuses s ON s.treatment_id = h.treatment_id
            AND (s.outcome = r.outcome OR s.outcome = h.clause || '.' || r.outcome) AND s.status = 'pending')
        SELECT s.treatment_id, s.outcome, s.n, s.decided_day, greatest($1 - s.first_day, 0),
          coalesce(list(DISTINCT w.clause ORDER BY w.clause) FILTER (w.clause IS NOT NULL), []),
          coalesce(sum(least(w.amount, 0)) FILTER (w.place = 1), 0)::BIGINT,
          coalesce(sum(greatest(w.amount, 0)) FILTER (w.place = 1), 0)::BIGINT, s.last_day
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


def fields_read(owed: Owed, keys: str) -> Mapping[tuple[str, str, int], Mapping[tuple[str, str], Any]]:
    """What the amounts of the owed lines that the query `keys` names read of outcomes.

    By line, then by outcome and field (date, value, count).
    """
    result: dict[tuple[str, str, int], dict[tuple[str, str], Any]] = defaultdict(dict)
    for clause in owed.contract.clauses:
        for node in dict.fromkeys(walk(clause.amount)):
            if not isinstance(node, m.OutcomeField | m.RowField):
                continue
            step, column, series = _where_it_stands(owed, clause, node)
            number = "f.n" if series else "l.n"
            for treatment, n, value in owed.rows(
                f"""SELECT l.treatment_id, l.n, {column} FROM all_lines l
                JOIN ({keys}) k ON {same_line("l", "k")}
                JOIN subjects s ON s.treatment_id = l.treatment_id JOIN "{step}" f ON f.subject = s.subject AND l.n = {number} WHERE l.clause = $1 AND l.owed""",
                [clause.id],
            ):
                default = 0 if node.field == "count" and value is None else value
                result[treatment, clause.id, n][node.outcome, node.field] = default
    return result


def _where_it_stands(
    owed: Owed, clause: m.MoneyClause, node: m.OutcomeField | m.RowField
) -> tuple[str, str, bool]:
    """The step and column that hold a field, and whether the step has a row for each line."""
    if isinstance(node, m.RowField):
        day = f'key_day(f."{row_key(node.outcome).name}")'
        column = day if node.field == "date" else f'f."{row_value(node.outcome).name}"'
        return f"{node.outcome}_each", column, True
    series = owed.contract.outcome(node.outcome).window.uses_due
    frame = clause.id if series else "main"
    with_values = any(step.name == f"{frame}_values" for step in owed.plan.steps)
    step = f"{frame}_values" if with_values else f"{frame}_statuses"
    return step, f'f."{node.outcome}__{node.field}"', series
