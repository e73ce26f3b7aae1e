"""What a contract file says, as frozen values. The file is taken to be valid; refusals are not ours."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import yaml

from tests.oracle.clauses import Clause, read_clause
from tests.oracle.cohort_rules import CohortClause, read_cohort
from tests.oracle.dates import parse_length
from tests.oracle.rules import OutcomeRule, read_outcome
from tests.oracle.syntax import Node, parse
from tests.oracle.terms import Terms, read_terms


@dataclass(frozen=True)
class Payer:
    """A payer: its name, and all texts by which a feed may name it."""

    name: str
    texts: frozenset[str]


@dataclass(frozen=True)
class Limit:
    """A cap, a floor, or a patient's own first share, on totals of some clauses of one direction."""

    id: str
    direction: str
    of: frozenset[str]
    per: str
    at_most: Node | None
    at_least: Node | None
    patient_first: Node | None


@dataclass(frozen=True)
class Contract:
    """A contract. `payers` are in the order listed."""

    currency: str
    payers: tuple[Payer, ...]
    product_codes: frozenset[str]
    from_date: date | None
    to_date: date | None
    eligible: Node | None
    eligible_text: str
    coverage_gap_days: int
    terms: Terms
    outcomes: dict[str, OutcomeRule]
    clauses: tuple[Clause, ...]
    limits: tuple[Limit, ...]
    cohorts: tuple[CohortClause, ...]
    residual: str

    @property
    def payer_names(self) -> frozenset[str]:
        """All texts by which a feed may name one of the payers."""
        return frozenset(text for payer in self.payers for text in payer.texts)

    def known_by(self, day: date) -> "Contract":
        """The contract without the amendments signed after the day."""
        return replace(self, terms=self.terms.known_by(day))


def read_contract(text: str) -> Contract:
    """The contract that a YAML text says."""
    said: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    defaults = said.get("defaults") or {}
    in_force, eligible = said.get("in_force") or {}, said.get("eligible", "")
    clauses = tuple(
        read_clause(one, direction, defaults)
        for direction in ("payments", "refunds")
        for one in said.get(direction) or []
    )
    cohorts = tuple(read_cohort(one) for one in said.get("cohort") or [])
    parties = said["parties"]
    return Contract(
        currency=said["currency"],
        payers=tuple(_payer(one) for one in parties.get("payers") or [parties["payer"]]),
        product_codes=frozenset(said["product"]["codes"]),
        from_date=_day_or_none(in_force.get("from")),
        to_date=_day_or_none(in_force.get("to")),
        eligible=parse(eligible) if eligible else None,
        eligible_text=eligible.strip(),
        coverage_gap_days=parse_length(defaults.get("coverage_gap", "0 days")).days,
        terms=read_terms(said),
        outcomes={
            name: read_outcome(name, {**defaults, **one})
            for name, one in (said.get("outcomes") or {}).items()
        },
        clauses=clauses,
        limits=tuple(_limit(one, clauses, cohorts) for one in said.get("limits") or []),
        cohorts=cohorts,
        residual=(said.get("settlement") or {}).get("residual", "last"),
    )


def _payer(said: Any) -> Payer:
    if isinstance(said, str):
        return Payer(said, frozenset([said]))
    return Payer(said["name"], frozenset([said["name"], *said.get("codes", [])]))


def _day_or_none(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _limit(said: dict[str, Any], clauses: tuple[Clause, ...], cohorts: tuple[CohortClause, ...]) -> Limit:
    """The limit; one per treatment or patient takes in no lines of cohorts."""
    of = said["of"]
    named = [of] if isinstance(of, str) else of
    directions = {one.id: {one.direction} for one in clauses}
    if said["per"] not in ("treatment", "patient"):
        directions |= {one.id: one.directions for one in cohorts}
    limited = [name for name, its in directions.items() if name in named or its & set(named)]
    direction = named[0] if named[0] in ("payments", "refunds") else next(iter(directions[limited[0]]))
    return Limit(
        id=said["id"],
        direction=direction,
        of=frozenset(limited),
        per=said["per"],
        at_most=_node(said, "at_most"),
        at_least=_node(said, "at_least"),
        patient_first=_node(said, "patient_first"),
    )


def _node(said: dict[str, Any], word: str) -> Node | None:
    return parse(said[word]) if word in said else None
