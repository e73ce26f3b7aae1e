"""Warnings about a contract that can be read: what looks wrong in it, each with a history that shows it.

A history is searched for only where the contract's meaning, or its examples, give a reason to. What is printed as an
example was worked out by the engine, so that it passes as it stands.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from engine.kernel.diagnostics import Diagnostic, Refusal
from engine.kernel.money import format_thousands
from engine.language import doubts
from engine.language import meaning as m
from engine.language.examples import Example
from engine.language.places import Places
from engine.settlement.example_reach import reach_of_row, unreached

if TYPE_CHECKING:  # what works histories out is loaded only where there is something to search for
    from engine.settlement.search import Search
    from engine.settlement.trials import Trial, TrialLine


def think(
    contract: m.Contract, examples: Sequence[Example], places: Places, warnings: Sequence[Diagnostic] = ()
) -> list[Diagnostic]:
    """Warnings in the order of the file: the reader's, those of table rows with an example, and further ones."""
    thinker = _Thinker(contract, tuple(examples), places)
    found = [*map(thinker.with_history, warnings), *thinker.all()]
    return sorted(found, key=lambda d: (d.place.line, d.place.column) if d.place else (0, 0))


@dataclass
class _Thinker:
    contract: m.Contract
    examples: tuple[Example, ...]
    places: Places
    names: set[str] = field(default_factory=set)  # of examples, given or made up
    never: set[str] = field(default_factory=set)  # rows of tables that can never apply

    def __post_init__(self) -> None:
        self.names |= {example.name for example in self.examples}

    def all(self) -> Iterator[Diagnostic]:
        yield from self._unused_terms()
        yield from self._unread_outcomes()
        yield from self._refunds()
        yield from self._alike()
        yield from self._unreached()

    @cached_property
    def search(self) -> "Search | None":
        from engine.settlement.search import Search

        try:
            return Search.of(self.contract, self.examples)
        except Refusal:
            return None  # a made-up history that no feed may hold shows nothing

    # --- certain from the meaning

    def _unused_terms(self) -> Iterator[Diagnostic]:
        for name in doubts.unused_terms(self.contract):
            problem = f"nothing uses the term '{name}': whatever it is, the same is owed"
            trial, title = self._find(_owes), f"no line reads {name}"
            yield self._warning("unused_term", problem, name, "use it, or delete it", trial, title)

    def _unread_outcomes(self) -> Iterator[Diagnostic]:
        for name in doubts.unread_outcomes(self.contract):
            trial = self._find(partial(_reaches, goal=f"{name} is met"))
            problem = f"nothing reads the outcome '{name}': whatever becomes of it, the same is owed"
            hint = "name it in an 'if' or an amount, or delete it"
            title = f"{name} is met, and nothing turns on it"
            yield self._warning("unread_outcome", problem, name, hint, trial, title)

    # --- suspicions that a history bears out

    def _refunds(self) -> Iterator[Diagnostic]:
        free = doubts.unbounded_refunds(self.contract)
        if not doubts.may_refund_too_much(self.contract):
            return
        trial = self._find(partial(_above_paid, clauses=free))
        if trial is None:
            return
        largest = min((line for line in trial.lines if line.clause in free), key=lambda line: line.minor)
        paid = sum(line.minor for line in trial.lines if line.minor > 0)
        back = self._money(paid - trial.net_minor)
        problem = f"more can come back than was paid, {back} of {self._money(paid)}, and no limit bounds it"
        hint = f"write a limit: {{id: cap, clause: …, of: [{', '.join(free)}], per: treatment, at_most: …}}"
        title = "more comes back than was paid"
        yield self._warning("refund_above_paid", problem, largest.clause, hint, trial, title)

    def _alike(self) -> Iterator[Diagnostic]:
        for one, two in ((one.id, two.id) for one, two in doubts.alike(self.contract)):
            trial = self._find(partial(_both, one=one, two=two))
            if trial is None:
                continue
            line = next(_shared(trial, one, two))
            problem = (
                f"'{one}' and '{two}' can both be owed for the same thing: "
                f"{self._money(abs(line.minor))} each, due on {line.due}"
            )
            hint = "let their conditions exclude each other, or delete one"
            yield self._warning("paid_twice", problem, two, hint, trial, f"{one} and {two} on one day")

    # --- what no example reaches

    def _unreached(self) -> Iterator[Diagnostic]:
        for goal in self._missing() if self.examples else ():
            trial = self._find(partial(_reaches, goal=goal))
            hint = (
                "put the example of it into examples.yaml"
                if trial
                else "no history that was tried reaches it"
            )
            name = goal.split(" ")[0]
            yield self._warning("unreached", f"no example reaches '{goal}'", name, hint, trial, goal)

    def _missing(self) -> list[str]:
        """What no example reaches, but for what nothing reads and what cannot be reached."""
        unread = doubts.unread_outcomes(self.contract)
        return [
            goal for goal in _missing(self.contract, self.examples)
            if goal.split(" ")[0] not in unread and goal not in self.never
        ]  # fmt: skip

    def with_history(self, warning: Diagnostic) -> Diagnostic:
        """A warning of a row that can never apply, with a history that fits it and goes to another row."""
        if warning.code != "table" or warning.place is None:
            return warning
        key = self.places.row_at(warning.place)
        table = next((c.amount for c in self.contract.clauses if key and c.id == key[0]), None)
        if key is None or not isinstance(table, m.Table):
            return warning
        clause, row = key
        self.never.add(reach_of_row(clause, row, table.rows[row]))
        if self.search is None:
            return warning
        from engine.settlement.search import row_that_never_applies

        trial = row_that_never_applies(self.search, self.examples, clause, row)
        title = f"{clause} row {row + 1} fits, and an earlier row applies"
        return replace(warning, example=self._example(trial, title)) if trial else warning

    # --- helpers

    def _find(self, wanted: "Callable[[Trial], bool]") -> "Trial | None":
        return self.search.smallest(wanted) if self.search else None

    def _money(self, minor: int) -> str:
        return format_thousands(minor, self.contract.currency)

    def _example(self, trial: "Trial", name: str) -> str:
        from engine.settlement.trials import as_example

        return as_example(self.contract, [trial], self._named(name))

    def _named(self, name: str) -> str:
        """A name that no other example has."""
        while name in self.names:
            name += " again"
        self.names.add(name)
        return name

    def _warning(
        self, code: str, problem: str, about: str, hint: str, trial: "Trial | None" = None, name: str = ""
    ) -> Diagnostic:
        example = self._example(trial, name) if trial else ""
        return Diagnostic(code, problem, self.places.of(about), hint, "warning", example)


def _owes(trial: "Trial") -> bool:
    return bool(trial.lines)


def _reaches(trial: "Trial", goal: str) -> bool:
    return goal in trial.reached


def _above_paid(trial: "Trial", clauses: tuple[str, ...]) -> bool:
    return trial.net_minor < 0 and any(line.clause in clauses for line in trial.lines)


def _both(trial: "Trial", one: str, two: str) -> bool:
    return next(_shared(trial, one, two), None) is not None


def _shared(trial: "Trial", one: str, two: str) -> "Iterator[TrialLine]":
    """Lines of the one clause that the other one has too: of one amount, on one day."""
    other = {(line.due, line.minor) for line in trial.lines if line.clause == two}
    return (line for line in trial.lines if line.clause == one and (line.due, line.minor) in other)


def _missing(contract: m.Contract, examples: Sequence[Example]) -> tuple[str, ...]:
    """The statuses and rows that no example reaches. Examples are run only where what they expect leaves some open."""
    expected = {
        (e.name, e.expected)
        for example in examples for day in example.expect for e in day.expectations if e.kind == "status"
    }  # fmt: skip
    tables = any(isinstance(clause.amount, m.Table) for clause in contract.clauses)
    if not tables and not unreached(contract, expected):
        return ()
    from engine.settlement.examples import run_examples

    try:
        return run_examples(contract, examples).unreached
    except Refusal:
        return ()  # an example that cannot be worked out is told by `oba test`
