"""The two ways in which the oracle gives no answer."""


class AmountError(Exception):
    """An amount on a line that falls due is NULL, divides by zero or is below zero.

    Names the treatment and the id of the clause, and nothing of the patient.
    """

    def __init__(self, treatment_id: str, clause: str) -> None:
        super().__init__(f"treatment {treatment_id}, clause {clause}: the amount is no amount")
        self.treatment_id = treatment_id
        self.clause = clause


class NotInOracle(Exception):  # noqa: N818 - a limit of the oracle, no fault
    """The contract says something that this oracle does not read (yet)."""
