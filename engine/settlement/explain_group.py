"""Why a group owes what it owes: each period of a cohort clause with its numbers, each limit with its changes."""

from dataclasses import dataclass
from datetime import date

from engine.kernel.diagnostics import Exit, nearest, refuse
from engine.kernel.money import format_thousands
from engine.plan.limits import limit_words
from engine.settlement.group_words import cohort_periods
from engine.settlement.line_keys import whole_key
from engine.settlement.owed import Owed
from engine.settlement.statement_lines import total_within_bounds
from engine.settlement.statement_parts import CohortPeriod


@dataclass(frozen=True, slots=True)
class LimitChange:
    """What a limit moved on a day; signed, in the minor unit."""

    due: date
    amount_minor: int
    after_minor: int  # all its changes up to that day


@dataclass(frozen=True, slots=True)
class LimitExplained:
    """A limit that may bite in the group, with its bounds in the minor unit where they stand."""

    clause: str
    paragraph: str
    words: str  # `total of refunds per contract, at most 50000`
    total_minor: int  # of what it bounds, unsigned
    at_most_minor: int | None
    at_least_minor: int | None
    patient_first_minor: int | None
    changes: tuple[LimitChange, ...]

    @property
    def amount_minor(self) -> int:
        return sum(change.amount_minor for change in self.changes)


@dataclass(frozen=True, slots=True)
class GroupExplanation:
    """All that a run says of one group: a patient, a year, a quarter, or the contract."""

    contract: str
    version: str
    currency: str
    group: str
    as_of: date | None
    known_by: date
    cohorts: tuple[CohortPeriod, ...]
    limits: tuple[LimitExplained, ...]

    @property
    def net_minor(self) -> int:
        """What the group's own lines come to."""
        owed = sum(p.amount_minor for p in self.cohorts if p.owed)
        return owed + sum(limit.amount_minor for limit in self.limits)


def explain_group(owed: Owed, group: str, clause: str | None = None) -> GroupExplanation:
    """Explain a group, or one clause of it. A group or clause that nothing stands for is refused."""
    contract = owed.contract
    known = [c.id for c in contract.cohorts] + [x.id for x in contract.limits]
    if clause is not None and clause not in known:
        hint = nearest(clause, known) or f"about groups are: {', '.join(known) or 'none of its clauses'}"
        raise refuse(
            "unknown_clause", f"the contract has no clause '{clause}' about groups", Exit.REFUSED, hint
        )
    cohorts = [p for p in cohort_periods(owed) if clause in (None, p.clause)]
    limits = [(name, x) for name, x in _limits(owed) if clause in (None, x.clause)]
    groups = dict.fromkeys([p.group for p in cohorts] + [name for name, _ in limits])
    if group not in groups:
        hint = nearest(group, groups) or f"groups here: {', '.join(list(groups)[:12]) or 'none'}"
        raise refuse("unknown_group", "nothing is owed or held over this group by then", Exit.REFUSED, hint)
    return GroupExplanation(
        contract.id, contract.version, contract.currency, group, owed.run.as_of, owed.run.known_by,
        tuple(p for p in cohorts if p.group == group), tuple(x for name, x in limits if name == group),
    )  # fmt: skip


def _limits(owed: Owed) -> list[tuple[str, LimitExplained]]:
    """(group, limit) of the groups in which a limit moved, in the contract's order."""
    moved: dict[tuple[str, str], list[LimitChange]] = {}
    for group, clause, due, amount in owed.rows(
        f"""SELECT group_name, clause, due, amount FROM {whole_key(owed.contract, "changes")}
        WHERE group_name IS NOT NULL ORDER BY group_name, clause, due"""
    ):
        changes = moved.setdefault((group, clause), [])
        before = changes[-1].after_minor if changes else 0
        changes.append(LimitChange(due, amount, before + amount))
    totals = {
        (group, clause): numbers
        for group, clause, *numbers in owed.rows(
            "SELECT group_name, clause, total, at_most, at_least, patient_first FROM limit_totals "
            "WHERE group_name IS NOT NULL"
        )
    }
    found = []
    for limit in owed.contract.limits:
        for (group, clause), changes in moved.items():
            if clause == limit.id:
                total, most, least, first = totals[group, clause]
                words = limit_words(limit)
                said = LimitExplained(clause, limit.clause, words, total, most, least, first, tuple(changes))
                found.append((group, said))
    return found


def limit_arithmetic(limit: LimitExplained, currency: str) -> str:
    """`total 61,180.00, at most 50,000.00: (11,180.00)`."""
    bounds = (limit.at_most_minor, limit.at_least_minor, limit.patient_first_minor)
    within = total_within_bounds(limit.total_minor, bounds, currency)
    return f"{within}: {format_thousands(limit.amount_minor, currency)}"
