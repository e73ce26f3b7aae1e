"""`owed`: contract and facts, to treatments, to statuses, to lines, to limits, to what is owed."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tests.oracle.contract import Clause, Contract, read_contract
from tests.oracle.eligibility import failed_part
from tests.oracle.errors import NotInOracle
from tests.oracle.evidence import Facts, Treatment, spans, treatments
from tests.oracle.limits import limit_lines
from tests.oracle.lines import Held, Line, clause_lines
from tests.oracle.money import money_text
from tests.oracle.scope import Scope
from tests.oracle.status import Question, Status, status_of
from tests.oracle.syntax import outcomes_read


@dataclass
class Owed:
    """All that was found so far, over treatments."""

    lines: list[Line] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    not_eligible: list[dict[str, Any]] = field(default_factory=list)


def owed(contract_text: str, facts: Facts, as_of: date, known_by: date) -> dict[str, Any]:
    """Every line that has fallen due by `as_of`, by the facts known on `known_by`.

    `facts` has the tables treatments, outcomes and coverage, rows of text as in their files. The result
    has the keys of the program's JSON (net, payments, refunds, lines, statuses, not_eligible) and `held`:
    lines that wait for something pending. Money is text in the contract's currency.
    Raises AmountError, and NotInOracle for words outside the oracle's scope.
    """
    contract = read_contract(contract_text)
    found = Owed()
    for treatment in treatments(facts, as_of, known_by):
        failed = failed_part(contract, treatment, spans(facts, treatment.patient, as_of, known_by))
        if failed is None:
            _one_treatment(Question(contract, facts, treatment, None, as_of, known_by), found)
        else:
            found.not_eligible.append(
                {"treatment_id": treatment.id, "failed": failed.part, "undetermined": failed.undetermined}
            )
    return _result(contract, found)


def _one_treatment(asked: Question, found: Owed) -> None:
    """Adds an eligible treatment's statuses, lines and held lines."""
    contract, treatment = asked.contract, asked.treatment
    plain = {rule.name: status_of(rule, asked) for rule in contract.outcomes.values() if not rule.is_series}
    for name, status in plain.items():
        found.statuses.append(_status_row(treatment, name, 1, status))
    own: list[Line] = []
    for clause in contract.clauses:
        series = _series_statuses(clause, asked)
        scopes = []
        for k, statuses in enumerate(series):
            for name, status in statuses.items():
                full_name = _series_name(contract, clause, name)
                found.statuses.append(_status_row(treatment, full_name, k + 1, status))
            due = _index_due(clause, k, treatment)
            scopes.append(Scope(contract, treatment, {**plain, **statuses}, due))
        payments = [line for line in own if line.direction == "payments"]
        for one in clause_lines(clause, scopes, payments, contract.residual, asked.as_of):
            if isinstance(one, Held):
                found.held.append(one)
            else:
                own.append(one)
    found.lines += own
    found.lines += limit_lines(contract.limits, own, Scope(contract, treatment, plain))


def _index_due(clause: Clause, k: int, treatment: Treatment) -> date | None:
    """The k-th due date where it counts from the index date, else None."""
    offset = clause.dues[k]
    return offset.on(treatment.index) if offset is not None and offset.anchor == "index" else None


def _series_used(contract: Contract, clause: Clause) -> list[str]:
    """The series outcomes that a repeated clause reads, in its condition or amount."""
    if not clause.repeated:
        return []
    read = outcomes_read(clause.amount)
    if clause.condition is not None:
        read = read | outcomes_read(clause.condition)
    return [name for name, rule in contract.outcomes.items() if rule.is_series and name in read]


def _series_statuses(clause: Clause, asked: Question) -> list[dict[str, Status]]:
    """For each number in the series, the statuses of the series outcomes that the clause uses."""
    contract = asked.contract
    found: list[dict[str, Status]] = []
    for k in range(len(clause.dues)):
        statuses = {}
        for name in _series_used(contract, clause):
            due = _index_due(clause, k, asked.treatment)
            if due is None:
                raise NotInOracle("a series that counts from a decided day")
            statuses[name] = status_of(contract.outcomes[name], replace(asked, due=due))
        found.append(statuses)
    return found


def _series_name(contract: Contract, clause: Clause, name: str) -> str:
    """The outcome's own name where one clause uses it, CLAUSE.NAME where several do."""
    users = [one for one in contract.clauses if name in _series_used(contract, one)]
    return name if len(users) == 1 else f"{clause.id}.{name}"


def _status_row(treatment: Treatment, name: str, n: int, status: Status) -> dict[str, Any]:
    decided_on = status.decided_on.isoformat() if status.decided_on else None
    return {
        "treatment_id": treatment.id,
        "outcome": name,
        "n": n,
        "status": status.status,
        "decided_on": decided_on,
    }


def _result(contract: Contract, found: Owed) -> dict[str, Any]:
    """The answer as plain values, sorted; refunds negative, zero lines left out."""
    totals = {"payments": 0, "refunds": 0}
    rows = []
    for line in sorted(found.lines, key=lambda one: (one.treatment_id, one.clause, one.n)):
        signed = line.minor if line.direction == "payments" else -line.minor
        totals[line.direction] += signed
        if signed != 0:
            rows.append(
                {
                    "treatment_id": line.treatment_id,
                    "clause": line.clause,
                    "n": line.n,
                    "due": line.due.isoformat(),
                    "amount": money_text(signed, contract.currency),
                }
            )
    held = sorted(found.held, key=lambda one: (one.treatment_id, one.clause, one.n))
    return {
        "net": money_text(totals["payments"] + totals["refunds"], contract.currency),
        "payments": money_text(totals["payments"], contract.currency),
        "refunds": money_text(totals["refunds"], contract.currency),
        "lines": rows,
        "statuses": sorted(found.statuses, key=lambda one: (one["treatment_id"], one["outcome"], one["n"])),
        "not_eligible": found.not_eligible,
        "held": [{"treatment_id": one.treatment_id, "clause": one.clause, "n": one.n} for one in held],
    }
