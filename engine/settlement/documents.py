"""Runs and settlements as documents: the JSON that scripts and the other party rely on."""

from engine.kernel.money import format_minor
from engine.language import meaning as m
from engine.settlement.evidence import name_evidence
from engine.settlement.line_keys import DIFFERENCE_ORDER, KEY, ORDER
from engine.settlement.looking import status_words
from engine.settlement.owed import Owed
from engine.settlement.payers import payer_balances
from engine.settlement.settle import Settlement
from engine.settlement.totals import Document, totals_document
from engine.settlement.unusable import unusable_rows


def owed_document(owed: Owed) -> Document:
    """The JSON of `owed`: all lines by treatment, clause and n, all statuses, who is not eligible."""
    name_evidence(owed)
    currency = owed.contract.currency
    document = totals_document(owed)
    document["lines"] = [
        line_head(owed.contract, *key) | {"due": due.isoformat(),
         "amount": format_minor(amount, currency), "because": because, "evidence": evidence}
        for *key, due, amount, because, evidence in owed.rows(
            f"SELECT {KEY}, due, amount, because, evidence FROM named_lines ORDER BY {ORDER}"
        )
    ]  # fmt: skip
    document["statuses"] = statuses_document(owed)
    document["not_eligible"] = [
        {"treatment_id": treatment, "failed": failed, "undetermined": undetermined}
        for treatment, failed, undetermined in owed.rows(
            "SELECT treatment_id, failed, undetermined FROM not_eligible ORDER BY 1"
        )
    ]
    document["unusable"] = unusable_document(owed)
    return document


def line_head(
    contract: m.Contract, treatment: str | None, group: str | None, clause: str, n: int, payer: str | None
) -> Document:
    """What identifies a line. `group` stands for a group's, `payer` where the contract has several."""
    whose = {"treatment_id": treatment} | ({} if group is None else {"group": group})
    return whose | {"clause": clause, "n": n} | ({"payer": payer} if contract.several_payers else {})


def unusable_document(owed: Owed) -> list[Document]:
    """Rows of the feed that count as absent, by file and line, with the reason."""
    return [
        {"file": row.file, "line": row.line, "column": row.column, "problem": row.sentence}
        for row in unusable_rows(owed)
    ]


def statuses_document(owed: Owed) -> list[Document]:
    return [
        {"treatment_id": treatment, "outcome": s.outcome, "n": s.n, "status": s.status,
         "decided_on": s.decided_on.isoformat() if s.decided_on else None, "evidence": list(s.evidence), "why": s.why}
        for treatment, s in status_words(owed)
    ]  # fmt: skip


def settlement_document(settlement: Settlement) -> Document:
    """The JSON of `settle` and `post`: the period's lines, its net, the opening and closing balances."""
    owed, currency = settlement.owed, settlement.owed.contract.currency
    document = totals_document(owed)
    money = {
        "net": settlement.net_minor,
        "payments": settlement.payments_minor,
        "refunds": settlement.refunds_minor,
        "opening": settlement.opening_minor,
        "closing": settlement.opening_minor + settlement.net_minor,
    }
    document |= {name: format_minor(amount, currency) for name, amount in money.items()}
    if owed.contract.several_payers:
        document["payers"] = [
            {
                "payer": part.payer,
                "opening": format_minor(part.opening_minor, currency),
                "payments": format_minor(part.payments_minor, currency),
                "refunds": format_minor(part.refunds_minor, currency),
                "net": format_minor(part.period_minor, currency),
                "closing": format_minor(part.closing_minor, currency),
            }
            for part in payer_balances(owed)
        ]
    document |= {
        "period": str(settlement.period),
        "posted": settlement.posted is not None,
        "run": settlement.posted.run_id if settlement.posted else None,
    }
    document["lines"] = [
        line_head(owed.contract, *key) | {"due": due.isoformat(),
         "amount": format_minor(amount, currency), "kind": kind, "period": period, "corrects": corrects,
         "because": because, "evidence": evidence}
        for *key, due, amount, kind, period, corrects, because, evidence in owed.rows(
            f"""SELECT {KEY}, due, amount, kind, line_period, corrects, because, evidence
            FROM differences ORDER BY {DIFFERENCE_ORDER}"""
        )
    ]  # fmt: skip
    document["statuses"] = statuses_document(owed)
    document["not_eligible"] = [
        {"treatment_id": treatment, "failed": failed, "undetermined": undetermined}
        for treatment, failed, undetermined in owed.rows(
            "SELECT treatment_id, failed, undetermined FROM not_eligible ORDER BY 1"
        )
    ]
    return document
