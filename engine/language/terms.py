"""Terms: named values, dated where they change."""

from datetime import date

from engine.language.amended import amended, signed_by
from engine.language.meaning import Amendment, Term, TermVersion
from engine.language.naming import TermValues
from engine.language.notes import Notes
from engine.language.shapes import Pair, Said
from engine.language.written import ContractForm, TermValue


def read_terms(form: ContractForm, notes: Notes) -> tuple[Term, ...]:
    """The terms that are written; ones that cannot be used are left out, with the reason in `notes`."""
    begins = form.in_force.from_.value if form.has("in_force") else None
    terms = (_term(pair, begins, notes) for pair in form.terms or ())
    return tuple(term for term in terms if term is not None)


def term_values(
    form: ContractForm, terms: tuple[Term, ...], amendments: tuple[Amendment, ...]
) -> tuple[TermValues, ...]:
    """Every set of values that can govern a treatment, whichever amendments are known: one for each change."""
    begins = form.in_force.from_.value if form.has("in_force") else date.max
    found = []
    for signed in sorted({date.min, *(a.signed for a in amendments)}):
        known = amended(terms, signed_by(amendments, signed))
        days = sorted({begins, *(v.since for term in known for v in term.versions if v.since > begins)})
        found += [{term.name: term.on(day) for term in known} for day in days]
    return tuple(found)


def _term(pair: Pair[str, TermValue], begins: date | None, notes: Notes) -> Term | None:
    if pair.value is None:
        return None
    name = pair.key.value
    if isinstance(pair.value, Said):
        return Term(name, (TermVersion(begins or date.min, pair.value.value),))
    dated = sorted((v for v in pair.value if v.value is not None), key=lambda v: v.key.value)
    if begins and dated and dated[0].key.value > begins:
        problem = (
            f"'{name}' has no value before {dated[0].key.value}, and the contract is in force from {begins}"
        )
        hint = f"give it a value from {begins} or before"
        notes.add("term_late", problem, dated[0].key.place, hint)
        return None
    versions = tuple(TermVersion(v.key.value, v.value.value) for v in dated if v.value)
    return Term(name, versions) if versions else None
