"""Several payers in the ledger: under the names they have now, why a line is no longer one's, what each comes to."""

from engine.language import meaning as m
from engine.settlement.owed import Owed
from engine.settlement.statement_parts import PayerBalance


def payers_as_now(contract: m.Contract, lines: str) -> str:
    """SQL for lines of an earlier day, `payer` as this version of the contract says it; reads `names_as_now`.

    Where it has one payer, that payer's lines name none; where it has several now and had one, a treatment's lines are
    its original payer's. So a contract that gains a payer, or calls one otherwise, takes nothing back for that alone.
    """
    if not contract.several_payers:
        return f"SELECT * REPLACE (if(list_contains($known, payer), NULL, payer) AS payer) FROM {lines}"
    now = "coalesce($names[list_position($known, p.payer)], p.payer, $payers[s.payer_no])"
    return f"SELECT p.* REPLACE ({now} AS payer) FROM {lines} p LEFT JOIN subjects s USING (treatment_id)"


def names_as_now(contract: m.Contract) -> dict[str, list[str]]:
    """Every name under which a payer is known, each payer's name beside it, and the payers in order."""
    pairs = [(known, payer.name) for payer in contract.payers for known in payer.known_as]
    if not contract.several_payers:
        return {"known": [known for known, _ in pairs]}
    return {
        "known": [known for known, _ in pairs],
        "names": [name for _, name in pairs],
        "payers": [payer.name for payer in contract.payers],
    }


def name_payer_reasons(owed: Owed) -> None:
    """Leave the view `payer_reasons` by treatment, clause and n: why a posted line is not this payer's, or not owed."""
    parts = []
    if any(step.name == "without_payer" for step in owed.plan.steps):
        parts.append(
            "SELECT treatment_id, clause, n, 'no longer owed: ' || because AS because FROM without_payer"
        )
    if owed.contract.several_payers:
        parts.append(
            """SELECT treatment_id, clause, n, 'now of ' || string_agg(payer, ' and ' ORDER BY payer) AS because
            FROM lines WHERE payer IS NOT NULL GROUP BY ALL"""
        )
    nothing = """SELECT NULL::VARCHAR AS treatment_id, NULL::VARCHAR AS clause, NULL::BIGINT AS n,
    NULL::VARCHAR AS because WHERE FALSE"""
    view = " UNION ALL ".join(parts) or nothing
    owed.connection.execute(f"CREATE OR REPLACE TEMP VIEW payer_reasons AS {view}")


def payer_balances(owed: Owed) -> tuple[PayerBalance, ...]:
    """Each payer's part, in the contract's order; then any of an earlier version's, and what is theirs together.

    Nothing in a contract of one payer.
    """
    if not owed.contract.several_payers:
        return ()
    opening = dict(owed.rows("SELECT payer, sum(amount)::BIGINT FROM posted_parts GROUP BY ALL"))
    period = {
        (payer, direction): amount
        for payer, direction, amount in owed.rows(
            "SELECT payer, direction, sum(amount)::BIGINT FROM differences GROUP BY ALL"
        )
    }
    names = dict.fromkeys(payer.name for payer in owed.contract.payers)
    others = {*opening, *(payer for payer, _ in period)} - set(names)
    shown = (*names, *sorted(others, key=lambda name: (name is None, name or "")))
    return tuple(
        PayerBalance(
            name, opening.get(name, 0), period.get((name, "payment"), 0), period.get((name, "refund"), 0)
        )
        for name in shown
    )
