"""Each agreement's README has the form that `oba library` reads, and agrees with its contract."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from engine.language import meaning as m
from engine.language.trees import walk
from engine.plan.values import outcomes_in
from engine.settlement.library import FACTS, README, SECTIONS, Agreement, agreements
from engine.settlement.shipped import shipped

ALL = agreements()
each = pytest.mark.parametrize("agreement", ALL, ids=lambda a: a.name)


def clauses(contract: m.Contract, direction: str) -> list[Any]:
    return [c for c in contract.clauses if c.direction == direction]


def on_outcome(clause: Any) -> bool:
    return bool(
        outcomes_in((clause.condition, clause.amount, clause.dues)) or getattr(clause, "for_each", None)
    )


def cohorts(contract: m.Contract) -> list[Any]:
    return list(getattr(contract, "cohort", None) or getattr(contract, "cohorts", ()))


def limits_per_period(contract: m.Contract) -> bool:
    return any(
        getattr(x, "per", "treatment") in ("contract_year", "calendar_year", "contract")
        for x in contract.limits
    )


def by_use(contract: m.Contract) -> bool:
    """A price per row, or by the number of rows, or a bound on payments."""
    counts = [o.pick.kind for o in contract.outcomes if o.pick.kind == "count"]
    fields = [n for n in walk(contract.clauses) if isinstance(n, m.OutcomeField) and n.field == "count"]
    units = [n for n in walk(contract.clauses) if isinstance(n, m.Column) and n.name == "units"]
    rows = any(getattr(c, "for_each", None) for c in contract.clauses)
    return bool(rows or counts or fields or units or contract.limits)


KINDS: dict[str, Callable[[m.Contract], bool]] = {
    "refund on failure": lambda c: any(map(on_outcome, clauses(c, "refund"))),
    "payment on success": lambda c: any(map(on_outcome, clauses(c, "payment"))),
    "instalments while it works": lambda c: (
        sum(len(x.dues) for x in clauses(c, "payment") if on_outcome(x)) > 1
    ),
    "instalments": lambda c: any(len(x.dues) > 1 for x in clauses(c, "payment")),
    "utilisation": by_use,
    "adherence": lambda c: bool(c.outcomes),
    "indemnity": lambda c: any(map(on_outcome, clauses(c, "refund"))),
    "subscription": limits_per_period,
    "cohort guarantee": lambda c: bool(cohorts(c)),
    "outright purchase": lambda c: not c.outcomes and not any(clauses(c, "refund")),
    "price by volume": lambda c: bool(cohorts(c)) or any(isinstance(x.amount, m.Table) for x in c.clauses),
}


def money(text: str) -> list[Fraction]:
    """The sums of money in a text: `€320,000.00`, `$14,100`, `₩70.9 bn`."""
    scales = {"": 1, "m": 10**6, "million": 10**6, "bn": 10**9, "billion": 10**9}
    found = re.findall(r"[€$£₩] ?([0-9][0-9,]*(?:\.[0-9]+)?)(?: ?(million|billion|bn|m)\b)?", text)
    return [Fraction(number.replace(",", "")) * scales[scale] for number, scale in found]


def numbers(agreement: Agreement) -> set[Fraction]:
    """Every number of the contract and its examples, as written."""
    texts = [(agreement.folder / f"{name}.yaml").read_text() for name in ("contract", "examples")]
    return {abs(Fraction(n)) for text in texts for n in re.findall(r"-?[0-9]+(?:\.[0-9]+)?", text)}


def illustrative_terms(agreement: Agreement) -> list[str]:
    """The terms that their line in the contract marks `# illustrative`."""
    text = (agreement.folder / "contract.yaml").read_text()
    block = re.search(r"^terms:.*\n((?:[ #].*\n|\n)*)", text, re.MULTILINE)
    lines = re.findall(r"^  ([a-z][a-z0-9_]*):.*#.*illustrative", block[1] if block else "", re.MULTILINE)
    return list(lines)


@each
def test_the_top(agreement: Agreement) -> None:
    readme = agreement.readme
    assert re.fullmatch(r"[^:]+, [^:]+, [^:]+: .+", readme.heading), "# NAME, COUNTRY, YEAR: what it is"
    assert tuple(readme.facts) == FACTS
    assert all(readme.facts.values())


@each
def test_the_sections_stand_in_order(agreement: Agreement) -> None:
    found = [title for title in agreement.readme.sections if title in SECTIONS]
    assert tuple(found) == SECTIONS
    assert tuple(agreement.readme.sections)[: len(SECTIONS)] == SECTIONS, "sections of one's own come last"
    assert agreement.chosen
    assert agreement.readme.items("Not modelled")
    assert agreement.readme.items("Sources")
    assert agreement.contract.sources


@each
def test_the_contract_has_clauses_of_its_kinds(agreement: Agreement) -> None:
    assert agreement.kinds
    for kind in agreement.kinds:
        assert kind in KINDS, f"'{kind}' is none of {', '.join(KINDS)}"
        assert KINDS[kind](agreement.contract), f"no clause of the contract is of the kind '{kind}'"


@each
def test_the_price_basis_says_whether_it_is_public(agreement: Agreement) -> None:
    assert re.search(r"(public|illustrative|as invoiced)$", agreement.price_basis)


@each
def test_sums_of_money_are_those_of_the_contract(agreement: Agreement) -> None:
    said = money(agreement.price_basis + " " + agreement.money)
    assert [str(n) for n in said if n not in numbers(agreement)] == []


@each
def test_illustrative_terms_are_listed(agreement: Agreement) -> None:
    listed = " ".join(agreement.readme.items("Illustrative figures"))
    assert [name for name in illustrative_terms(agreement) if f"`{name}`" not in listed] == []
    if agreement.price_basis.endswith("illustrative"):
        assert illustrative_terms(agreement)


@each
def test_the_contract_is_named_after_its_folder(agreement: Agreement) -> None:
    assert agreement.contract.id == agreement.name


def test_the_kinds_are_those_of_the_page_on_contracts() -> None:
    page = (shipped("contracts") / README).read_text()
    assert re.findall(r"^\| `([a-z ]+)` \|", page, re.MULTILINE) == list(KINDS)
    assert all(f"| {fact} |" in page for fact in FACTS)
    assert all(f"## {section}\n" in page for section in SECTIONS)


def test_marks_and_sums_are_found() -> None:
    """So that the tests above cannot pass for want of finding anything."""
    (kymriah,) = [a for a in ALL if a.name == "kymriah-us-day30"]
    assert illustrative_terms(kymriah) == ["price"]
    assert money("€1,575,000.00, then ₩70.9 bn and $2.125 million.") == [1575000, 70_900_000_000, 2_125_000]
    assert Fraction(649000) in numbers(kymriah)
    assert README == "README.md"
