"""What identifies a line, said once for plan, ledger, settlement and statements.

A treatment's line has its `treatment_id` and no `group_name`; a line over a group the other way round. `payer` is
filled where the contract has several and the line is one payer's; lines of a plan for one payer lack the column.
"""

from engine.language import meaning as m

LINE_KEY = ("treatment_id", "group_name", "clause", "n", "payer")
LINE_ORDER = (
    "treatment_id",
    "clause",
    "n",
    "group_name",
    "payer",
)  # of every list of lines; groups come last


def line_key(contract: m.Contract) -> tuple[str, ...]:
    """The key's columns in the plan of a contract."""
    return LINE_KEY if contract.several_payers else LINE_KEY[:-1]
