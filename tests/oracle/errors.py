"""How the oracle gives no answer."""


class AmountError(Exception):
    """An amount on a line that falls due is NULL, divides by zero or is below zero.

    Names the treatment (None: a group of them) and the id of the clause, and nothing of the patient.
    """

    def __init__(self, treatment_id: str | None, clause: str) -> None:
        super().__init__(f"treatment {treatment_id}, clause {clause}: the amount is no amount")
        self.treatment_id = treatment_id
        self.clause = clause
