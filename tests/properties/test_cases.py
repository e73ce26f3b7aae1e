"""Cases follow from their seeds, use every word, and are made small without losing what made them fail."""

from collections.abc import Callable

import pytest

from tests.oracle.contract import Contract, read_contract
from tests.properties.cases import case_of
from tests.strategies import Seeded, contract_text
from tests.strategies.reduce import Case, reduced
from tests.strategies.words import ALL


def test_a_seed_gives_the_same_case_each_time() -> None:
    assert case_of("a") == case_of("a") != case_of("b")


def has(pick: str) -> Callable[[Contract], bool]:
    return lambda contract: any(rule.pick == pick for rule in contract.outcomes.values())


USES: dict[str, Callable[[Contract], bool]] = {
    "table": lambda contract: any(hasattr(one.amount, "rows") for one in contract.clauses),
    "tiers": lambda contract: any(getattr(one.amount, "marginal", False) for one in contract.clauses),
    "consecutive": has("consecutive"),
    "sustained": has("sustained"),
    "change": lambda contract: any(rule.baseline for rule in contract.outcomes.values()),
    "days_covered": has("days_covered"),
    "for_each": lambda contract: any(one.for_each for one in contract.clauses),
    "decided_series": lambda contract: any(
        one.repeated and due is not None and due.anchor not in ("index", "due")
        for one in contract.clauses
        for due in one.dues
    ),
    "amendments": lambda contract: bool(contract.terms.amendments),
    "ends": lambda contract: any(one.if_payer_changes == "ends" for one in contract.clauses),
    "payers": lambda contract: len(contract.payers) > 1,
    "wide_limits": lambda contract: any(limit.per != "treatment" for limit in contract.limits),
    "patient_first": lambda contract: any(limit.patient_first for limit in contract.limits),
    "cohort": lambda contract: any(one.outcome and not one.per_days for one in contract.cohorts),
    "cohort_by": lambda contract: any(one.by for one in contract.cohorts),
    "against": lambda contract: any(one.against or one.against_products for one in contract.cohorts),
    "per_time": lambda contract: any(one.per_days for one in contract.cohorts),
}


@pytest.mark.parametrize("word", ALL)
def test_every_word_is_reached_often(word: str) -> None:
    texts = [contract_text(Seeded(f"reach-{n}"), [word]) for n in range(60)]
    assert sum(USES[word](read_contract(text)) for text in texts) >= 6
    assert not any(USES[word](read_contract(contract_text(Seeded(f"reach-{n}"), []))) for n in range(20))


def test_a_case_is_made_small() -> None:
    def fails(case: Case) -> bool:
        contract = read_contract(case.contract)  # raises KeyError where nothing is left of it
        values = [row["value"] for row in case.facts["outcomes"]]
        return len(contract.clauses) > 0 and "severe" in values and len(case.facts["treatments"]) > 1

    def safely(case: Case) -> bool:
        try:
            return fails(case)
        except (KeyError, TypeError, ValueError, StopIteration, IndexError):
            return False

    large = next(case for case in map(case_of, map(str, range(100))) if safely(case))
    small = reduced(large, safely)
    assert safely(small)
    assert len(read_contract(small.contract).clauses) == len(small.facts["outcomes"]) == 1
    assert len(small.facts["treatments"]) == 2
    assert small.facts["coverage"] == []
