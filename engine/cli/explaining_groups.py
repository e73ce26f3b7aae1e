"""An explanation of a group as tables for people and as a document."""

from typing import Any

from engine.cli.output import Table
from engine.kernel.money import format_minor, format_thousands
from engine.settlement.explain_group import GroupExplanation, limit_arithmetic


def group_document(x: GroupExplanation) -> dict[str, Any]:
    """The explanation as JSON: dates as ISO, amounts as exact decimals."""

    def money(minor: int | None) -> str | None:
        return None if minor is None else format_minor(minor, x.currency)

    return {
        "contract": x.contract,
        "version": x.version,
        "group": x.group,
        "as_of": x.as_of.isoformat() if x.as_of else None,
        "known_by": x.known_by.isoformat(),
        "currency": x.currency,
        "net": money(x.net_minor),
        "cohorts": [
            {"clause": p.clause, "paragraph": p.paragraph, "first_day": p.first_day.isoformat(),
             "last_day": p.last_day.isoformat(), "due": p.due.isoformat(), "state": "owed" if p.owed else "held",
             "treatments": p.treatments, "measured": p.measured, "row": p.row, "arithmetic": p.arithmetic,
             "amount": money(p.amount_minor), "because": p.words}
            for p in x.cohorts
        ],
        "limits": [
            {"clause": limit.clause, "paragraph": limit.paragraph, "because": limit.words,
             "total": money(limit.total_minor), "at_most": money(limit.at_most_minor),
             "at_least": money(limit.at_least_minor), "patient_first": money(limit.patient_first_minor),
             "amount": money(limit.amount_minor),
             "changes": [{"due": c.due.isoformat(), "amount": money(c.amount_minor)} for c in limit.changes]}
            for limit in x.limits
        ],
    }  # fmt: skip


def group_tables(x: GroupExplanation) -> list[Table]:
    head = f"{x.group} under {x.contract}, as of {x.as_of}, known by {x.known_by}"
    lines: list[tuple[object, ...]] = [
        (p.paragraph, p.clause, "owed" if p.owed else "held", p.due, format_thousands(p.amount_minor, x.currency),
         p.words)
        for p in x.cohorts
    ]  # fmt: skip
    lines += [
        (limit.paragraph, limit.clause, "owed", limit.changes[-1].due,
         format_thousands(limit.amount_minor, x.currency),
         f"{limit.words}: {limit_arithmetic(limit, x.currency)}")
        for limit in x.limits
    ]  # fmt: skip
    changes: list[tuple[object, ...]] = [
        (
            limit.clause,
            change.due,
            *(format_thousands(m, x.currency) for m in (change.amount_minor, change.after_minor)),
        )
        for limit in x.limits
        for change in limit.changes
    ]
    tables = [Table(head, ("clause", "name", "state", "due", "amount #", "because"), lines)]
    if changes:
        tables.append(Table("What moved the limits", ("name", "due", "change #", "in all #"), changes))
    return tables
