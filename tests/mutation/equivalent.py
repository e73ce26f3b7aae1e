"""Changes that say the same: an earlier due date, where the condition cannot be TRUE before the one as written."""

from dataclasses import replace

from engine.language import meaning as m
from engine.language.windows import could_come_after


def says_the_same(contract: m.Contract, changed: m.Contract) -> bool:
    """A line falls due on the later of its due date and the day its condition became TRUE: all that `changed` does is
    to name earlier due dates of clauses whose condition waits for the day that the contract names, or longer."""
    clauses = tuple(
        replace(new, dues=old.dues)
        if new.id == old.id and _waits(contract, old) and _earlier(old, new)
        else new
        for old, new in zip(contract.clauses, changed.clauses, strict=False)
    )
    same = replace(changed, clauses=clauses, version=contract.version)
    return len(contract.clauses) == len(changed.clauses) and same == contract


def _earlier(old: m.MoneyClause, new: m.MoneyClause) -> bool:
    pairs = [(a, b) for a, b in zip(old.dues, new.dues, strict=False) if a and b]
    return len(pairs) == 1 == len(old.dues) and all(
        (b.anchor, b.outcome) == (a.anchor, a.outcome) and b.shift.months <= a.shift.months
        and b.shift.days <= a.shift.days
        for a, b in pairs
    )  # fmt: skip


def _waits(contract: m.Contract, clause: m.MoneyClause) -> bool:
    """Some part without which the condition is not TRUE holds no earlier than on the due date."""
    parts = clause.condition.parts if isinstance(clause.condition, m.And) else (clause.condition,)
    return any(
        isinstance(part, m.StatusIs) and _never_early(contract.outcome(part.outcome), part.status)
        and _by_then(clause.dues[0], contract.outcome(part.outcome).decided)
        for part in parts
    )  # fmt: skip


def _by_then(due: m.Offset | None, decided: m.Offset) -> bool:
    """The due date never lies after the decided day."""
    fixed = due is not None and due.anchor == decided.anchor == "index"
    return due is not None and fixed and could_come_after([due.shift], [decided.shift]) is None


def _never_early(outcome: m.Outcome, status: str) -> bool:
    """Neither rows, nor a death, nor the end of coverage give this status before the decided day."""
    pick, died = outcome.pick, outcome.if_died
    early = "not_met" if pick.kind in ("all", "none") or pick.at_most is not None else "met"
    by_rows = {early} if pick.kind in ("any", "all", "none", "count") else set()
    others = {died.related, died.unrelated, died.unknown, outcome.if_coverage_ends}
    return status not in by_rows | others
