"""What the expressions of a contract may name, and an expression's text to its meaning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from engine.language.grammar.names import Field, Scope, Use
from engine.language.meaning import Outcome
from engine.language.notes import Notes, Unfit
from engine.language.shapes import Said
from engine.language.yaml_reader import note_unfit

R = TypeVar("R")
TermValues = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Names:
    """What clauses may name: terms, and outcomes, of which those that could not be read are None."""

    outcomes: Mapping[str, Outcome | None]
    terms: frozenset[str]
    term_values: tuple[TermValues, ...] = ()  # every set of values that can govern a treatment

    def scope(self, use: Use, row_of: str | None = None) -> Scope:
        """What may stand in an expression of this use; `row_of`: the outcome that a clause's `for_each` names."""
        return Scope(use, frozenset(self.outcomes), self.terms, row_of, self._with_own_fields())

    def _with_own_fields(self) -> frozenset[tuple[str, Field]]:
        """The fields that only outcomes of their kind have; one that could not be read may have each."""
        found: set[tuple[str, Field]] = set()
        for name, o in self.outcomes.items():
            if o is None or o.baseline:
                found |= {(name, "baseline"), (name, "change")}
            if o is None or o.pick.kind == "days_covered":
                found.add((name, "covered"))
        return frozenset(found)


def expression(said: Said[str], build: Callable[[str, Scope], R], scope: Scope, notes: Notes) -> R | None:
    """What an expression means, or None with the reason in `notes` at its place in the file."""
    try:
        return build(said.value, scope)
    except Unfit as unfit:
        note_unfit(notes, unfit, said.node)
        return None
