"""What an example expects: its keys resolved against the contract, its amounts exact."""

from dataclasses import dataclass, replace
from typing import Literal

from engine.kernel.diagnostics import Place, nearest
from engine.kernel.money import minor_digits, to_minor
from engine.language import scalars
from engine.language.clauses import used_outcomes
from engine.language.meaning import Contract, MoneyClause, Outcome
from engine.language.notes import Notes, Unfit
from engine.language.shapes import Said
from engine.language.written_examples import STATUSES
from engine.language.yaml_reader import note_unfit


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expected status or signed total. `expected` is as written; `minor` is the amount in minor units.

    For a status, `name` is the outcome and `n` its number in the series of `clause` (1 and None where the
    outcome does not go by due dates); for an amount, `name` is a clause's or limit's id, or `net`, and `payer` the one
    payer whose total is meant (None: of all).
    """

    key: str
    kind: Literal["status", "money", "net"]
    name: str
    expected: str
    place: Place
    minor: int | None = None
    clause: str | None = None
    n: int = 1
    payer: str | None = None


class Expectations:
    """Reads expectations against one contract."""

    def __init__(self, contract: Contract, notes: Notes) -> None:
        self.contract, self.notes = contract, notes
        self.outcomes = {outcome.name: outcome for outcome in contract.outcomes}
        self.amounts = {"net", *(part.id for part in contract.money_parts)}
        self.users: dict[str, list[MoneyClause]] = {name: [] for name in self.outcomes}
        for clause in contract.clauses:
            for name in dict.fromkeys((*used_outcomes(clause.condition), *used_outcomes(clause.amount))):
                self.users[name].append(clause)

    def read(self, key: Said[str], value: Said[str]) -> Expectation | None:
        """The expectation, or None with the reason in the notes."""
        amount, of_payer, payer = key.value.partition("@")
        if amount in self.amounts:
            return self._of_payer(key, value, amount, payer) if of_payer else self._money(key, value, amount)
        found = self._outcome(key)
        if found is None:
            return None
        outcome, clause, n = found
        if value.value not in STATUSES:
            hint = nearest(value.value, STATUSES) or f"a status is one of {', '.join(STATUSES)}"
            problem = f"'{scalars.shown(value.value)}' is not a status"
            self.notes.add("status", problem, value.place, hint)
            return None
        return Expectation(key.value, "status", outcome.name, value.value, key.place, None, clause, n)

    def _of_payer(self, key: Said[str], value: Said[str], name: str, payer: str) -> Expectation | None:
        """One payer's total, by any of the names under which the payer is known."""
        contract = self.contract
        found = next((p for p in contract.payers if payer.strip() in p.known_as), None)
        if not contract.several_payers:
            problem = "'@' names one of several payers, and this contract has one"
            self.notes.add("payer", problem, key.place, f"write '{name}'")
            return None
        if found is None:
            known = contract.payers_known_as
            hint = nearest(payer, known) or f"payers: {', '.join(known)}"
            problem = f"'{scalars.shown(payer)}' is no payer of this contract"
            self.notes.add("payer", problem, key.node.part(len(name) + 1, len(key.value)), hint)
            return None
        money = self._money(key, value, name)
        return money and replace(money, payer=found.name)

    def _money(self, key: Said[str], value: Said[str], name: str) -> Expectation | None:
        currency = self.contract.currency
        try:
            amount = scalars.number(value.value)
            if (amount * 10 ** minor_digits(currency)).denominator != 1:
                problem = f"{currency} has {minor_digits(currency)} decimals, and this amount has more"
                raise Unfit("money", problem, "", 0, len(value.value))
        except Unfit as unfit:
            note_unfit(self.notes, unfit, value.node)
            return None
        kind: Literal["money", "net"] = "net" if name == "net" else "money"
        minor = to_minor(amount, currency)
        return Expectation(key.value, kind, name, value.value, key.place, minor)

    def _outcome(self, key: Said[str]) -> tuple[Outcome, str | None, int] | None:
        """The outcome, clause and number that NAME, NAME.k or CLAUSE.NAME.k names."""
        words = key.value.split(".")
        number = words.pop() if len(words) > 1 and words[-1].isdigit() else None
        name = words[-1]
        if name not in self.outcomes or len(words) > 2:
            known = [*self.outcomes, *sorted(self.amounts)]
            hint = nearest(key.value, known) or f"expected here: {', '.join(known)}"
            problem = f"'{scalars.shown(key.value)}' is no outcome, clause or limit of this contract"
            self.notes.add("unknown_key", problem, key.place, hint)
            return None
        outcome = self.outcomes[name]
        if not outcome.window.uses_due:
            if number is None and len(words) == 1:
                return outcome, None, 1
            problem = f"'{name}' does not go by due dates: it has one status"
            self.notes.add("series", problem, key.place, f"write '{name}'")
            return None
        clause = self._series(key, outcome, words[0] if len(words) == 2 else None)
        n = self._number(key, clause, number) if clause else None
        return (outcome, clause.id, n) if clause and n else None

    def _series(self, key: Said[str], outcome: Outcome, named: str | None) -> MoneyClause | None:
        users = self.users[outcome.name]
        ids = [clause.id for clause in users]
        if named is None and len(users) == 1:
            return users[0]
        if named is None:
            problem = f"'{outcome.name}' has a status for each due date of {' and of '.join(ids)}"
            self.notes.add("series", problem, key.place, f"write '{ids[0]}.{outcome.name}.1'")
            return None
        if named not in ids:
            hint = nearest(named, ids) or f"clauses that use it: {', '.join(ids)}"
            self.notes.add("series", f"'{named}' does not use '{outcome.name}'", key.place, hint)
            return None
        return users[ids.index(named)]

    def _number(self, key: Said[str], clause: MoneyClause, number: str | None) -> int | None:
        count = len(clause.dues)
        if number is None and count > 1:
            problem = f"'{key.value}' has a status for each of {count} due dates"
            self.notes.add("series", problem, key.place, f"write '{key.value}.1'")
            return None
        n = int(number[:6]) if number else 1
        if not 1 <= n <= count:
            problem = f"there is no {n}. line of '{clause.id}'"
            self.notes.add("series", problem, key.place, f"its lines are 1 to {count}")
            return None
        return n
