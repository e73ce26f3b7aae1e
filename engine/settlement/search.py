"""A search among small histories of a patient for one that bears a doubt out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice, product

from engine.language import meaning as m
from engine.language.examples import Example, ExampleTreatment
from engine.settlement.example_reach import reach_of_row
from engine.settlement.histories import History, horizon, single_histories
from engine.settlement.trial_treatments import treatments
from engine.settlement.trials import Trial, run_trials

MOST_COMBINED = 400  # histories in which several outcomes are decided at once


@dataclass(slots=True)
class Search:
    """Trials of a contract: those of one kind of thing at a time first, then several at once where that is asked."""

    contract: m.Contract
    index: date
    treatment: ExampleTreatment
    singles: list[Trial]
    _combined: list[Trial] | None = field(default=None)

    @staticmethod
    def of(contract: m.Contract, examples: tuple[Example, ...]) -> "Search | None":
        """None where no treatment that was thought of is the contract's."""
        found = treatments(contract, examples)
        tried = run_trials(contract, [(t, t.index_date) for t in found])
        fit = next((trial.treatment for trial in tried if trial.eligible), None)
        if fit is None:
            return None
        index = fit.index_date
        last = horizon(contract, index)
        asked = [(h.on(fit), last) for h in single_histories(contract, index)]
        trials = run_trials(contract, [(fit, index), *asked])
        return Search(contract, index, fit, [t for t in trials if t.eligible and not t.failed])

    @property
    def combined(self) -> list[Trial]:
        """Every choice of one history for each outcome, by the statuses that they give; up to so many."""
        if self._combined is None:
            last = horizon(self.contract, self.index)
            chosen = islice(product(*self._by_outcome()), MOST_COMBINED)
            histories = dict.fromkeys(_joined(some) for some in chosen)
            trials = run_trials(self.contract, [(h.on(self.treatment), last) for h in histories])
            self._combined = [t for t in trials if t.eligible and not t.failed]
        return self._combined

    def smallest(self, wanted: Callable[[Trial], bool]) -> Trial | None:
        """The trial with the fewest rows of which `wanted` holds."""
        for trials in (self.singles, self.combined if len(self.contract.outcomes) > 1 else []):
            found = sorted((t for t in trials if wanted(t)), key=lambda t: t.size)
            if found:
                return found[0]
        return None

    def _by_outcome(self) -> list[list[History]]:
        """For each outcome a history for each way in which it comes out, the shortest; nothing at all first."""
        ways = []
        for outcome in self.contract.outcomes:
            found: dict[tuple[tuple[int, str], ...], Trial] = {}
            for trial in sorted(self.singles, key=lambda t: t.size):
                own = trial.treatment.outcomes
                if all(row.name in (outcome.source_name, "death") for row in own):
                    came = tuple(
                        (n, s)
                        for (name, n), s in trial.statuses.items()
                        if name.rsplit(".", 1)[-1] == outcome.name
                    )
                    found.setdefault(came, trial)
            ways.append([History(t.treatment.outcomes, t.treatment.coverage) for t in found.values()])
        return ways


def _joined(histories: Iterable[History]) -> History:
    whole = History()
    for history in histories:
        whole = whole.with_(history)
    return whole


def row_that_never_applies(
    search: Search, examples: tuple[Example, ...], clause: str, place: int
) -> Trial | None:
    """A trial that fits a row of a clause's table, though an earlier row applies; found by putting the row first."""
    contract = search.contract
    row = next(c.amount for c in contract.clauses if c.id == clause)
    assert isinstance(row, m.Table)
    goal = reach_of_row(clause, 0, row.rows[place])
    other = Search.of(_row_first(contract, clause, place), examples)
    found = other.smallest(lambda trial: goal in trial.reached) if other else None
    if found is None:
        return None
    same = [
        t
        for t in (*search.singles, *search.combined)
        if (t.treatment, t.as_of) == (found.treatment, found.as_of)
    ]
    return same[0] if same else None


def _row_first(contract: m.Contract, clause: str, place: int) -> m.Contract:
    """The contract with that row first in its clause's table, so that whatever fits it comes to it."""

    def changed(one: m.MoneyClause) -> m.MoneyClause:
        if one.id != clause or not isinstance(one.amount, m.Table):
            return one
        rows = one.amount.rows
        first = (rows[place], *rows[:place], *rows[place + 1 :])
        return replace(one, amount=replace(one.amount, rows=first))

    return replace(contract, clauses=tuple(map(changed, contract.clauses)))
