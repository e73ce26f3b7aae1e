"""Who pays: the contract's parties, and whose a clause's lines are where another payer covers the patient."""

from dataclasses import dataclass
from typing import cast

from engine.language.meaning import Party, PayerRule
from engine.language.notes import Notes
from engine.language.shapes import Said
from engine.language.written import ContractForm, MoneyForm, PartiesForm, PartyWritten

_HINT = "write 'if_payer_changes: original', 'ends' or 'successor'{}, here or under 'defaults'"


def party(written: PartyWritten) -> Party:
    if isinstance(written, Said):
        return Party(written.value)
    return Party(written.name.value, tuple(said.value for said in written.codes or ()))


def payers(form: PartiesForm) -> tuple[Party, ...]:
    """The contract's payers in the order written."""
    written = form.payers or ((form.payer,) if form.payer else ())
    return tuple(party(p) for p in written)


def check_payers(form: ContractForm, notes: Notes) -> None:
    """Refuse two payers that a feed could not tell apart."""
    taken: dict[str, str] = {}
    for written in (form.parties.payers or ()) if form.has("parties") else ():
        name = written if isinstance(written, Said) else written.name
        codes = () if isinstance(written, Said) else (written.codes or ())
        for said in (name, *codes):
            if said.value in taken:
                problem = f"'{said.value}' is a name of payer '{taken[said.value]}' already"
                notes.add("twice", problem, said.place, "feeds must be able to tell the payers apart")
            taken.setdefault(said.value, name.value)


@dataclass(frozen=True, slots=True)
class PayerRules:
    """Reads `if_payer_changes`: of a clause itself, else as under `defaults`."""

    contract: ContractForm
    notes: Notes

    @property
    def several(self) -> bool:
        return self.contract.has("parties") and self.contract.parties.payers is not None

    def check_default(self) -> None:
        """Refuse a default that no contract of one payer can mean."""
        defaults = self.contract.defaults
        if defaults and defaults.if_payer_changes:
            self._check_one_payer(defaults.if_payer_changes)

    def rule(self, form: MoneyForm, direction: str) -> PayerRule:
        """The clause's rule; where there is none, or one that cannot be, the reason is noted."""
        if not form.left_open("if_payer_changes"):
            return self._own(form, direction)
        defaults = self.contract.defaults
        broken = "defaults" in self.contract.broken or (
            defaults is not None and "if_payer_changes" in defaults.broken
        )
        said = defaults.if_payer_changes if defaults else None
        if said and (said.value != "by_paid" or direction == "refund"):
            return cast(PayerRule, said.value)
        if self.several and not broken:
            self._left_open(form, direction, said)
        return "original"

    def _own(self, form: MoneyForm, direction: str) -> PayerRule:
        said = form.if_payer_changes
        if said is None:
            return "original"  # it could not be read, and that has been said
        self._check_one_payer(said)
        if said.value == "by_paid" and direction == "payment":
            problem = "'by_paid' is for refunds: it shares by what was paid"
            hint = "write 'original', 'ends' or 'successor'"
            self.notes.add("payer_rule", problem, said.place, hint)
        return cast(PayerRule, said.value)

    def _left_open(self, form: MoneyForm, direction: str, default: Said[str] | None) -> None:
        problem = f"'{form.id.value}' leaves open whose it is where the payer changes: "
        problem += "'by_paid' is for refunds only" if default else "'if_payer_changes' is missing"
        hint = _HINT.format(" (refunds: 'by_paid' too)" if direction == "refund" else "")
        self.notes.add("left_open", problem, form.id.place, hint)

    def _check_one_payer(self, said: Said[str]) -> None:
        known = self.contract.has("parties")
        if known and not self.several and said.value in ("successor", "by_paid"):
            problem = f"'{said.value}' needs several payers, and this contract has one"
            hint = "name them: 'payers: [A, B]', or write 'original' or 'ends'"
            self.notes.add("payer_rule", problem, said.place, hint)
