"""What the names in a condition or an amount stand for."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.oracle.contract import Contract
from tests.oracle.dates import years_between
from tests.oracle.evidence import Treatment
from tests.oracle.status import Status


@dataclass(frozen=True)
class Scope:
    """One treatment, the statuses that one line sees by their plain names, and its due day.

    `paid` is in the currency, None where `paid` may not stand. With `terms_too`
    False (in `eligible`) every name is a column.
    """

    contract: Contract
    treatment: Treatment
    statuses: dict[str, Status]
    due: date | None = None
    paid: Fraction | None = None
    terms_too: bool = True

    def column(self, name: str) -> str:
        """A column of the treatment, "" where it is empty; `age_at_index` in completed years."""
        if name == "age_at_index":
            birth = self.treatment.columns.get("birth_date", "")
            if len(birth) < len("2018-01-01"):
                return ""
            return str(years_between(date.fromisoformat(birth), self.treatment.index))
        return self.treatment.columns.get(name, "")

    def term(self, name: str) -> Fraction | None:
        """The term's value in force on the index date; None where there is no such term or value."""
        value = None
        for day, dated in self.contract.terms.get(name, ()) if self.terms_too else ():
            if day <= self.treatment.index:
                value = dated
        return value
