"""What a held line may come to where the row of its table is not known yet: the least and the most of its rows."""

from engine.language import meaning as m
from engine.plan.values import outcomes_in
from engine.settlement.arithmetic import Arithmetic
from engine.settlement.line_keys import KEY, whole_key
from engine.settlement.owed import Owed
from engine.settlement.statement_lines import numbers_read

_SIGN = {"payment": 1, "refund": -1}
_WAITING = """SELECT {key} FROM {held} h WHERE EXISTS (
  SELECT 1 FROM table_reads r JOIN statuses s ON s.outcome = r.outcome OR s.outcome = r.clause || '.' || r.outcome
  WHERE r.clause = h.clause AND s.treatment_id = h.treatment_id AND s.status = 'pending')"""


def mark_exposures(owed: Owed) -> None:
    """Leave the table `exposures`: (treatment_id, clause, n, least, most) of held lines whose table's `by` is pending.

    Signed, in the minor unit, zero among them. Rows that read what is not known yet are left out; so are marginal
    tiers, of which the units are not known.
    """
    run, contract = owed.connection.execute, owed.contract
    columns = "treatment_id VARCHAR, clause VARCHAR, n BIGINT, least BIGINT, most BIGINT"
    run(f"CREATE OR REPLACE TEMP TABLE exposures ({columns})")
    tables = {c.id: c for c in contract.clauses if _waits_for(c)}
    if not tables:
        return
    run("CREATE OR REPLACE TEMP TABLE table_reads (clause VARCHAR, outcome VARCHAR)")
    for clause in tables.values():
        for outcome in _waits_for(clause):
            run("INSERT INTO table_reads VALUES ($1, $2)", [clause.id, outcome])
    worker, found = Arithmetic(contract), {}  # a line once, whichever payers share it
    keys = _WAITING.format(key=KEY, held=whole_key(contract, "held"))
    for (treatment, _, name, n, _), _, numbers in numbers_read(owed, keys, held=True):
        amounts = worker.possible(tables[name], n, numbers)
        signed = [_SIGN[tables[name].direction] * amount for amount in amounts]
        found[treatment, name, n] = (min([0, *signed]), max([0, *signed]))
    if found:
        run(
            "INSERT INTO exposures SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5)",
            [list(column) for column in zip(*((*k, *v) for k, v in found.items()), strict=True)],
        )


def _waits_for(clause: m.MoneyClause) -> tuple[str, ...]:
    """The outcomes that a clause's table, of which one row applies to the whole, is read by."""
    table = clause.amount
    return outcomes_in(table.by) if isinstance(table, m.Table) and table.tiers == "whole" else ()
