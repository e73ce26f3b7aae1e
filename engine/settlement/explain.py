"""Why: for each clause of a treatment what it says, what decided it, the arithmetic, and what would change it.

Everything is read from the tables that the run left; nothing is worked out a second time but the arithmetic,
which is checked against its line.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.kernel.diagnostics import Exit, nearest, refuse
from engine.language import meaning as m
from engine.language.trees import walk
from engine.plan.values import outcomes_in
from engine.settlement.arithmetic import Arithmetic, amending_clause
from engine.settlement.evidence import name_evidence
from engine.settlement.line_keys import KEY, whole_key
from engine.settlement.looking import evidence_rows, outcome_statuses
from engine.settlement.otherwise import otherwise
from engine.settlement.owed import Owed
from engine.settlement.statement_lines import line_arithmetic
from engine.settlement.statement_parts import Evidence, OutcomeStatus

State = Literal["owed", "held", "scheduled", "not owed"]


@dataclass(frozen=True, slots=True)
class TermRead:
    """A term that a clause read, in the version that governs the treatment."""

    name: str
    value: str
    since: date | None  # None: never changed
    amendment: str = ""  # the id and clause of the amendment that says so, where one does


@dataclass(frozen=True, slots=True)
class LineExplained:
    """One line of a clause, whatever its state. Amounts are signed, in the minor unit."""

    clause: str
    paragraph: str
    n: int
    state: State
    condition: str  # as written; empty where there is none
    due: date | None
    amount_minor: int | None
    because: str
    arithmetic: str
    terms: tuple[TermRead, ...]
    would_change: tuple[str, ...]
    payer: str | None = None  # whose it is, in a contract of several payers


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that a run says of one treatment."""

    contract: str
    version: str
    currency: str
    treatment_id: str
    as_of: date | None
    known_by: date
    index_date: date
    eligible: bool
    failed: str | None
    undetermined: bool
    statuses: tuple[OutcomeStatus, ...]
    evidence: tuple[Evidence, ...]
    lines: tuple[LineExplained, ...]

    @property
    def net_minor(self) -> int:
        return sum(line.amount_minor or 0 for line in self.lines if line.state == "owed")


def explain(owed: Owed, treatment_id: str, clause: str | None = None) -> Explanation:
    """Explain a treatment, or one of its clauses. An unknown treatment or clause is refused."""
    contract = owed.contract
    known = [part.id for part in contract.money_parts]
    if clause is not None and clause not in known:
        raise refuse(
            "unknown_clause", f"the contract has no clause '{clause}'", Exit.REFUSED, nearest(clause, known)
        )
    rows = owed.rows(
        "SELECT index_date, failed, undetermined FROM candidates WHERE treatment_id = $1", [treatment_id]
    )
    if not rows:
        hint = "its index date may lie after the as-of date, or it was not known by then"
        raise refuse("unknown_treatment", "there is no such treatment in these facts", Exit.REFUSED, hint)
    index_date, failed, undetermined = rows[0]
    name_evidence(owed)
    owed.connection.execute(
        "CREATE OR REPLACE TEMP TABLE asked AS SELECT $1::VARCHAR AS treatment_id", [treatment_id]
    )
    statuses = tuple(outcome_statuses(owed, "SELECT treatment_id FROM asked")[treatment_id])
    evidence = tuple(evidence_rows(owed, "SELECT treatment_id FROM asked")[treatment_id])
    return Explanation(
        contract.id, contract.version, contract.currency, treatment_id, owed.run.as_of, owed.run.known_by,
        index_date, failed is None, failed, undetermined, statuses, evidence,
        tuple(x for x in _lines(owed, index_date, statuses) if clause in (None, x.clause)) if failed is None else (),
    )  # fmt: skip


def _lines(owed: Owed, index_date: date, statuses: tuple[OutcomeStatus, ...]) -> list[LineExplained]:
    contract = owed.contract
    lines_of = whole_key(contract, "all_lines")
    keys = f"SELECT {KEY} FROM {lines_of} JOIN asked USING (treatment_id)"
    arithmetic = {(c, n, payer): words for (_, _, c, n, payer), words in line_arithmetic(owed, keys).items()}
    found = _states(owed, lines_of)
    lines = []
    for clause in contract.clauses:
        for n in _numbers(clause, found):
            for payer, state, due, amount, because in found.get((clause.id, n), [_NOT_OWED]):
                words = arithmetic.get((clause.id, n, payer), clause.amount_text)
                terms = _terms(contract, clause.amount, index_date)
                lines.append(
                    LineExplained(
                        clause.id, clause.clause, n, state, clause.condition_text, due, amount, because,
                        words, terms, _would_change(contract, clause, n, statuses), payer,
                    )
                )  # fmt: skip
    for limit in contract.limits:
        for payer, state, due, amount, because in found.get((limit.id, 1), ()):
            bounds = _terms(contract, limit.at_most, index_date) + _terms(
                contract, limit.at_least, index_date
            )
            lines.append(
                LineExplained(
                    limit.id, limit.clause, 1, state, "", due, amount, because, "", bounds, (), payer
                )
            )
    return lines


def _numbers(clause: m.MoneyClause, found: Collection[tuple[str, int]]) -> Iterable[int]:
    """The numbers of a clause's lines: all of its schedule, or one for each row that came."""
    if clause.for_each is None:
        return range(1, len(clause.dues) + 1)
    return sorted(n for name, n in found if name == clause.id)


_Found = tuple[str | None, State, date | None, int | None, str]  # payer, state, due, amount, because
_NOT_OWED: _Found = (None, "not owed", None, None, "its condition is FALSE")


def _states(owed: Owed, lines_of: str) -> dict[tuple[str, int], list[_Found]]:
    """What a treatment's lines are, by clause and n; of one line several where payers share it."""
    queries = [
        f"""SELECT clause, n, payer, CASE WHEN owed THEN 'owed' WHEN held THEN 'held' ELSE 'scheduled' END, due,
        sign * amount, because
        FROM (FROM {lines_of} UNION ALL BY NAME SELECT *, FALSE AS owed, FALSE AS held FROM scheduled)
        JOIN asked USING (treatment_id)"""
    ]
    if any(step.name == "without_payer" for step in owed.plan.steps):
        queries.append(
            """SELECT clause, n, NULL, 'not owed', due, NULL, because
            FROM without_payer JOIN asked USING (treatment_id)"""
        )
    found: dict[tuple[str, int], list[_Found]] = defaultdict(list)
    for clause, n, *rest in owed.rows(f"{' UNION ALL '.join(queries)} ORDER BY 1, 2, 3"):
        found[clause, n].append((rest[0], rest[1], rest[2], rest[3], rest[4]))
    return found


def _terms(contract: m.Contract, value: m.Amount | None, index_date: date) -> tuple[TermRead, ...]:
    names = dict.fromkeys(node.name for node in walk(value) if isinstance(node, m.TermRef))
    found = []
    for name in names:
        term = contract.term(name)
        version = term.version(index_date)
        since = version.since if len(term.versions) > 1 else None
        clause = amending_clause(contract, version)
        by = f"amendment {version.amendment}, {clause}" if version.amendment else ""
        found.append(TermRead(name, Arithmetic(contract).term(version.value), since, by))
    return tuple(found)


def _would_change(
    contract: m.Contract, clause: m.MoneyClause, n: int, statuses: tuple[OutcomeStatus, ...]
) -> tuple[str, ...]:
    """For each outcome that the clause rests on, what would have given it another status."""
    changes = []
    for name in outcomes_in((clause.condition, clause.dues)):
        outcome = contract.outcome(name)
        numbers = (n,) if outcome.window.uses_due else (1,)
        own = [s for s in statuses if s.outcome.rsplit(".", 1)[-1] == name and s.n in numbers]
        changes += [f"{s.outcome}: {otherwise(outcome, s)}" for s in own]
    return tuple(dict.fromkeys(changes))
