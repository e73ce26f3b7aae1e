"""Amendments: the written form to its meaning."""

from fractions import Fraction

from engine.kernel.diagnostics import nearest
from engine.language.meaning import Amendment
from engine.language.notes import Notes
from engine.language.shapes import Pair, Said
from engine.language.written import ContractForm
from engine.language.written_amendments import AmendmentForm

Claims = dict[tuple[str, str], Pair[str, Said[Fraction]]]  # by term and effective day: who claimed it first


def read_amendments(form: ContractForm, notes: Notes) -> tuple[Amendment, ...]:
    """The amendments that are written; what is wrong with them is in `notes`."""
    terms = {pair.key.value for pair in form.terms or ()}
    ends = form.in_force.to.value if form.has("in_force") and form.in_force.to else None
    ids: dict[str, Said[str]] = {}
    claims: Claims = {}
    found = []
    for written in form.amendments or ():
        first = ids.setdefault(written.id.value, written.id)
        if first is not written.id:
            hint = f"it stands on line {first.place.line} already"
            notes.add("twice", f"there are two amendments '{written.id.value}'", written.id.place, hint)
        if ends and written.effective.value > ends:
            problem = f"it changes nothing: the contract's last index date is {ends}"
            notes.warn("amendment", problem, written.effective.place)
        found.append(_amendment(written, terms, claims, notes))
    return tuple(found)


def _amendment(form: AmendmentForm, terms: set[str], claims: Claims, notes: Notes) -> Amendment:
    sets = []
    for pair in form.set_:
        name = pair.key.value
        if name not in terms:
            hint = nearest(name, terms)
            hint = (
                hint.replace("'", "'terms.", 1)
                if hint
                else "an amendment changes terms that stand under 'terms'"
            )
            notes.add("unknown_name", f"'{name}' is not a term of this contract", pair.key.place, hint)
        elif pair.value is not None:
            _claim(form, Pair(pair.key, pair.value), claims, notes)
            sets.append((name, pair.value.value))
    return Amendment(form.id.value, form.clause.value, form.signed.value, form.effective.value, tuple(sets))


def _claim(form: AmendmentForm, pair: Pair[str, Said[Fraction]], claims: Claims, notes: Notes) -> None:
    """Note a second amendment that sets a term from the very day from which another one does."""
    day = form.effective.value.isoformat()
    first = claims.setdefault((pair.key.value, day), pair)
    if first is not pair:
        problem = f"two amendments set '{pair.key.value}' from {day} on"
        hint = f"the other one is on line {first.key.place.line}: keep one, or give this a later 'effective'"
        notes.add("twice", problem, pair.key.place, hint)
