"""What a contract reads of its patients: histories that do not differ in it need to be settled only once."""

from dataclasses import dataclass

from engine.language import meaning as m
from engine.language.trees import walk
from engine.plan.values import attribute_names


@dataclass(frozen=True, slots=True)
class Reading:
    """Of the facts of a patient, those that can matter. `enrolment`: the contract's parts that decide who is its own.

    `judged` and `priced` are columns of the treatments read to enrol and to work out amounts, `birth_date` among
    them where the age is. `together`: some clause or limit looks at several patients of a draw at once.
    """

    enrolment: object
    judged: frozenset[str]
    priced: frozenset[str]
    reports: frozenset[str]
    coverage: bool
    together: bool


def reading_of(contract: m.Contract) -> Reading:
    """What a contract reads."""
    money = (contract.clauses, contract.limits, contract.cohorts)
    together = bool(contract.cohorts) or any(
        limit.per not in ("treatment", "patient") for limit in contract.limits
    )
    reports = {o.source_name for o in contract.outcomes}
    if contract.cohorts or any(o.if_died.matters for o in contract.outcomes):
        reports.add("death")
    covered = any(o.if_coverage_ends != "ignore" for o in contract.outcomes) or any(
        c.if_payer_changes != "original" for c in contract.clauses
    )
    identity = (contract.product_codes, contract.payers, contract.in_force_from, contract.in_force_to)
    asked = {n.name for n in walk(contract.eligible) if isinstance(n, m.TermRef)}
    terms = tuple(t for t in contract.terms if t.name in asked)
    return Reading(
        enrolment=(identity, contract.eligible, terms, contract.amendments if asked else ()),
        judged=_columns(contract.eligible),
        priced=_columns(money),
        reports=frozenset(reports),
        coverage=covered or bool(contract.cohorts),
        together=together,
    )


def _columns(nodes: object) -> frozenset[str]:
    ages = {"birth_date"} if any(isinstance(n, m.AgeAtIndex) for n in walk(nodes)) else set()
    named = {n.name for n in walk(nodes) if isinstance(n, m.Column)} & {"birth_date", "payer", "product"}
    return attribute_names(nodes) | ages | named
