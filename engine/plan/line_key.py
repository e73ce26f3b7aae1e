"""What identifies a line, said once for plan, ledger, settlement and statements.

A treatment's line has its `treatment_id` and no `group_name`; a line over a group the other way round.
"""

LINE_KEY = ("treatment_id", "group_name", "clause", "n")
LINE_ORDER = ("treatment_id", "clause", "n", "group_name")  # of every list of lines; groups come last
