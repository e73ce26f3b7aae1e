"""What the names in a condition or an amount stand for."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tests.oracle.contract import Contract
from tests.oracle.dates import years_between
from tests.oracle.evidence import Result, Treatment
from tests.oracle.status import Status


@dataclass(frozen=True)
class Scope:
    """One treatment (None: a group of them), the statuses that one line sees by their plain names, its due day.

    Terms are read as of `terms_on`. `given` are values worked out elsewhere: `paid` in the currency where it
    may stand, in a cohort clause `treatments` and `rate`. `row` is the one that `for_each` is at, of the
    outcome it names. With `terms_too` False (in `eligible`) every name is a column.
    """

    contract: Contract
    terms_on: date
    treatment: Treatment | None
    statuses: dict[str, Status]
    due: date | None = None
    given: dict[str, Fraction] = field(default_factory=dict)
    row: tuple[str, Result] | None = None
    terms_too: bool = True

    @property
    def index(self) -> date:
        """The treatment's index date; groups have none."""
        assert self.treatment is not None, "conditions and days are of treatments"
        return self.treatment.index

    def column(self, name: str) -> str:
        """A column of the treatment, "" where it is empty; `age_at_index` in completed years."""
        if self.treatment is None:
            return ""
        if name == "age_at_index":
            birth = self.treatment.columns.get("birth_date", "")
            if len(birth) < len("2018-01-01"):
                return ""
            return str(years_between(date.fromisoformat(birth), self.treatment.index))
        return self.treatment.columns.get(name, "")

    def term(self, name: str) -> Fraction | None:
        """The term's value in force; None where there is no such term or value."""
        return self.contract.terms.value(name, self.terms_on) if self.terms_too else None


def of_treatment(contract: Contract, treatment: Treatment, statuses: dict[str, Status]) -> Scope:
    """The scope of one treatment: terms are those of its index date."""
    return Scope(contract, treatment.index, treatment, statuses)
