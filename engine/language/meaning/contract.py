"""Terms, parties, and the whole contract."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from engine.language.meaning.clauses import Cohort, Limit, MoneyClause
from engine.language.meaning.conditions import Condition
from engine.language.meaning.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class TermVersion:
    """A term's value from a day on (the first one's from the contract's beginning)."""

    since: date
    value: Fraction
    amendment: str | None = None  # the id of the amendment that says so, where one does


@dataclass(frozen=True, slots=True)
class Term:
    name: str
    versions: tuple[TermVersion, ...]  # by `since`

    def on(self, day: date) -> Fraction:
        """The value in force on `day`."""
        return self.version(day).value

    def version(self, day: date) -> TermVersion:
        """The version in force on `day`."""
        return next(v for v in reversed(self.versions) if v.since <= day)


@dataclass(frozen=True, slots=True)
class Amendment:
    """Values of terms from `effective` on; it counts in every run as known on or after the day it was signed."""

    id: str
    clause: str
    signed: date
    effective: date
    sets: tuple[tuple[str, Fraction], ...]  # term and value


@dataclass(frozen=True, slots=True)
class EligiblePart:
    """One top-level `and`-part of `eligible`, with the words it was written in."""

    text: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    codes: tuple[str, ...] = ()

    @property
    def known_as(self) -> tuple[str, ...]:
        return (self.name, *self.codes)


@dataclass(frozen=True, slots=True)
class Settlement:
    pay_within_days: int
    residual: Literal["first", "last"] = "last"


@dataclass(frozen=True, slots=True)
class Contract:
    """An agreement, ready to be planned. `version` is `sha256:` and the digest of the file's bytes.

    Terms stand as first agreed; `amended.as_known` puts the amendments in that a day knows of.
    """

    id: str
    title: str
    version: str
    manufacturer: Party
    payers: tuple[Party, ...]  # in the order written; one where the contract says `payer`
    currency: str
    in_force_from: date
    in_force_to: date | None
    product_name: str
    product_codes: tuple[str, ...]
    sources: tuple[str, ...]
    terms: tuple[Term, ...]
    eligible: tuple[EligiblePart, ...]
    coverage_gap_days: int
    outcomes: tuple[Outcome, ...]
    clauses: tuple[MoneyClause, ...]  # payments, then refunds, each in the order written
    limits: tuple[Limit, ...]
    settlement: Settlement
    amendments: tuple[Amendment, ...] = ()  # in the order written
    cohorts: tuple[Cohort, ...] = ()

    @property
    def money_parts(self) -> tuple[MoneyClause | Cohort | Limit, ...]:
        """All that moves money, in the order in which it works; each has an `id`, a `clause` and a `direction`."""
        return (*self.clauses, *self.cohorts, *self.limits)

    @property
    def several_payers(self) -> bool:
        return len(self.payers) > 1

    @property
    def payers_known_as(self) -> tuple[str, ...]:
        """Every name under which feeds know one of the payers."""
        return tuple(name for payer in self.payers for name in payer.known_as)

    def term(self, name: str) -> Term:
        return next(t for t in self.terms if t.name == name)

    def outcome(self, name: str) -> Outcome:
        return next(o for o in self.outcomes if o.name == name)

    @property
    def epochs(self) -> tuple[date, ...]:
        """The days on which some term's value changes, the first version's first."""
        days = {v.since for term in self.terms for v in term.versions} | {self.in_force_from}
        return tuple(sorted(d for d in days if d >= self.in_force_from))
