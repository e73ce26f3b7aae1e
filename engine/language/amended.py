"""Amendments put into the terms: the values that hold as known on a day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from engine.language.meaning import Amendment, Contract, Term, TermVersion


def as_known(contract: Contract, known_by: date) -> Contract:
    """The contract with the amendments signed by a day in its terms, and without those signed later."""
    signed = signed_by(contract.amendments, known_by)
    return replace(contract, terms=amended(contract.terms, signed), amendments=signed)


def signed_by(amendments: Sequence[Amendment], day: date) -> tuple[Amendment, ...]:
    """Those that a run as known on `day` sees."""
    return tuple(a for a in amendments if a.signed <= day)


def amended(terms: Sequence[Term], amendments: Sequence[Amendment]) -> tuple[Term, ...]:
    """The terms with the amendments' values.

    From an amendment's effective day on its value holds, whatever dated values say, until a later amendment's.
    """
    return tuple(_amended(term, amendments) for term in terms)


def _amended(term: Term, amendments: Sequence[Amendment]) -> Term:
    new = sorted(
        (
            TermVersion(a.effective, value, a.id)
            for a in amendments
            for name, value in a.sets
            if name == term.name
        ),
        key=lambda version: version.since,
    )
    if not new:
        return term
    kept = tuple(version for version in term.versions if version.since < new[0].since)
    return Term(term.name, (*kept, *new))
