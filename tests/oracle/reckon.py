"""`owed`: contract and facts, to treatments, statuses, lines, cohorts, limits, to what is owed."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.oracle.clauses import Clause
from tests.oracle.cohorts import cohort_lines
from tests.oracle.contract import Contract, read_contract
from tests.oracle.eligibility import failed_part
from tests.oracle.errors import AmountError
from tests.oracle.evidence import Evidence, Facts, Treatment
from tests.oracle.limits import limit_lines
from tests.oracle.lines import Found, Held, Line, clause_lines
from tests.oracle.money import money_text
from tests.oracle.occasions import Enrolled, enrol, occasions, series_statuses, series_used
from tests.oracle.status import Question, Status


@dataclass
class Owed:
    """All that was found so far, over treatments."""

    lines: list[Line] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    failures: list[AmountError] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    not_eligible: list[dict[str, Any]] = field(default_factory=list)

    def add(self, found: list[Found]) -> None:
        """Puts lines, held lines and failures where they belong."""
        self.lines += [one for one in found if isinstance(one, Line)]
        self.held += [one for one in found if isinstance(one, Held)]
        self.failures += [one for one in found if isinstance(one, AmountError)]


def owed(contract_text: str, facts: Facts, as_of: date, known_by: date) -> dict[str, Any]:
    """Every line that has fallen due by `as_of`, by the facts known on `known_by`.

    `facts` has the tables treatments, outcomes and coverage, rows of text as in their files. The result
    has the keys of the program's JSON (net, payments, refunds, lines, statuses, not_eligible) and `held`:
    lines that wait for something pending. Money is text in the contract's currency.
    Raises AmountError.
    """
    contract, found = reckon(contract_text, facts, as_of, known_by)
    if found.failures:
        raise min(found.failures, key=lambda one: (one.treatment_id is None, one.treatment_id or ""))
    return result(contract, found)


def reckon(contract_text: str, facts: Facts, as_of: date, known_by: date) -> tuple[Contract, Owed]:
    """The contract as known, and all that was found, amounts that are none among it."""
    contract = read_contract(contract_text).known_by(known_by)
    evidence, found = Evidence(facts), Owed()
    enrolled: list[Enrolled] = []
    compared: dict[frozenset[str], list[Enrolled]] = {one.against_products: [] for one in contract.cohorts}
    for treatment in evidence.treatments(as_of, known_by):
        asked = Question(contract, evidence, treatment, None, as_of, known_by)
        spans = evidence.spans(treatment.patient, as_of, known_by)
        failed = failed_part(contract, treatment, spans, contract.product_codes)
        if failed is None:
            enrolled.append(enrol(asked))
            _one_treatment(enrolled[-1], found)
            continue
        of = [codes for codes in compared if failed_part(contract, treatment, spans, codes) is None]
        for codes in of:
            compared[codes].append(enrol(asked))
        if not of:
            found.not_eligible.append(
                {"treatment_id": treatment.id, "failed": failed.part, "undetermined": failed.undetermined}
            )
    found.add(cohort_lines(contract, enrolled, compared, found.lines, as_of))
    found.add([*limit_lines(contract, found.lines, enrolled, as_of)])
    return contract, found


def _one_treatment(one: Enrolled, found: Owed) -> None:
    """Adds an eligible treatment's statuses, lines and held lines."""
    contract, treatment = one.asked.contract, one.treatment
    for name, status in one.statuses.items():
        found.statuses.append(_status_row(treatment, name, 1, status))
    payments: list[Line] = []
    for clause in contract.clauses:
        series = series_statuses(clause, one)
        for k, statuses in enumerate(series):
            for name, status in statuses.items():
                full_name = _series_name(contract, clause, name)
                found.statuses.append(_status_row(treatment, full_name, k + 1, status))
        its = clause_lines(clause, occasions(clause, one, series), one, payments)
        if clause.direction == "payments":
            payments += [line for line in its if isinstance(line, Line)]
        found.add(its)


def _series_name(contract: Contract, clause: Clause, name: str) -> str:
    """The outcome's own name where one clause uses it, CLAUSE.NAME where several do."""
    users = [one for one in contract.clauses if name in series_used(contract, one)]
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


def result(contract: Contract, found: Owed) -> dict[str, Any]:
    """The answer as plain values, sorted; refunds negative, zero lines left out."""
    totals = {"payments": 0, "refunds": 0}
    rows = []
    for line in sorted(found.lines, key=_identity):
        signed = line.minor if line.direction == "payments" else -line.minor
        totals[line.direction] += signed
        if signed != 0:
            rows.append(_line_row(contract, line, signed))
    held = sorted(found.held, key=lambda one: (one.treatment_id or "", one.clause, one.n, one.group))
    return {
        "net": money_text(totals["payments"] + totals["refunds"], contract.currency),
        "payments": money_text(totals["payments"], contract.currency),
        "refunds": money_text(totals["refunds"], contract.currency),
        "lines": rows,
        "statuses": sorted(found.statuses, key=lambda one: (one["treatment_id"], one["outcome"], one["n"])),
        "not_eligible": found.not_eligible,
        "held": [
            {"treatment_id": one.treatment_id, "clause": one.clause, "n": one.n, "group": one.group or None}
            for one in held
        ],
    }


def _identity(line: Line) -> tuple[str, str, int, str, str]:
    return (line.treatment.id if line.treatment else "", line.clause, line.n, line.group, line.payer)


def _line_row(contract: Contract, line: Line, signed: int) -> dict[str, Any]:
    """A line; the payer is named where the contract has several."""
    return {
        "treatment_id": line.treatment.id if line.treatment else None,
        "clause": line.clause,
        "n": line.n,
        "group": line.group or None,
        "payer": (line.payer or None) if len(contract.payers) > 1 else None,
        "due": line.due.isoformat(),
        "amount": money_text(signed, contract.currency),
    }
