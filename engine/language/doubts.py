"""What looks wrong in a contract although it can be read: told from its meaning alone, nothing is worked out.

Some doubts are certain (a term that nothing uses); others are a suspicion that a history has to bear out.
"""

import dataclasses
from collections.abc import Iterator
from itertools import combinations

from engine.language import meaning as m
from engine.language.trees import walk

# Fields of which no word is the name of something else in the contract.
_TEXTS = frozenset(
    "id title version clause sources text product_name product_codes currency manufacturer payer payers".split()
)


def unused_terms(contract: m.Contract) -> tuple[str, ...]:
    """Terms that nothing in the contract names."""
    named = _names_in(contract, leaving_out={"terms", "amendments"})
    return tuple(term.name for term in contract.terms if term.name not in named)


def unread_outcomes(contract: m.Contract) -> tuple[str, ...]:
    """Outcomes whose status and properties move no money and no date."""
    named = _names_in(contract, leaving_out={"outcomes"})
    return tuple(outcome.name for outcome in contract.outcomes if outcome.name not in named)


def may_refund_too_much(contract: m.Contract) -> bool:
    """Whether the refunds could come to more than was paid: more than one line, or one that is no share of `paid`."""
    refunds = [c for c in contract.clauses if c.direction == "refund" and not _bounded(contract, c)]
    if not refunds:
        return False
    lines = sum(len(clause.dues) if clause.shares is None else 1 for clause in refunds)
    lines += sum(clause.for_each is not None for clause in refunds)  # as many as there are rows
    capped = any(limit.direction == "payment" for limit in contract.limits)
    return lines > 1 or capped or not all(_share_of_paid(contract, c.amount) for c in refunds)


def unbounded_refunds(contract: m.Contract) -> tuple[str, ...]:
    """Refunds that neither a limit nor their own amount bounds."""
    return tuple(c.id for c in contract.clauses if c.direction == "refund" and not _bounded(contract, c))


def alike(contract: m.Contract) -> tuple[tuple[m.MoneyClause, m.MoneyClause], ...]:
    """Pairs of clauses that pay the same amount in the same direction, and may do so on one day."""
    return tuple(
        (one, two)
        for one, two in combinations(contract.clauses, 2)
        if (one.direction, one.shares, one.amount) == (two.direction, two.shares, two.amount)
        and _may_meet(one, two)
    )


def _may_meet(one: m.MoneyClause, two: m.MoneyClause) -> bool:
    """They share a due date or a condition, or a part of it where one of them falls due with its own."""
    days = [{d and (d.anchor, d.outcome, d.shift) for d in clause.dues} for clause in (one, two)]
    if days[0] & days[1] or (one.condition is not None and one.condition == two.condition):
        return True
    waits = [{n for n in walk(clause.condition) if isinstance(n, m.StatusIs)} for clause in (one, two)]
    return bool(waits[0] & waits[1]) and None in days[0] | days[1]


def _bounded(contract: m.Contract, clause: m.MoneyClause) -> bool:
    held = any(clause.id in limit.of and limit.at_most is not None for limit in contract.limits)
    itself = isinstance(clause.amount, m.Extreme) and clause.amount.kind == "min"
    return held or itself


def _share_of_paid(contract: m.Contract, amount: object) -> bool:
    if isinstance(amount, m.Arithmetic) and amount.op == "*":
        sides = (amount.left, amount.right)
        shares = [side for side in sides if not isinstance(side, m.Paid)]
        return len(shares) == 1 and _at_most_one(contract, shares[0])
    return isinstance(amount, m.Paid)


def _at_most_one(contract: m.Contract, share: object) -> bool:
    if isinstance(share, m.TermRef):
        amended = [v for a in contract.amendments for name, v in a.sets if name == share.name]
        return all(v <= 1 for v in (*(v.value for v in contract.term(share.name).versions), *amended))
    return isinstance(share, m.Number) and share.value <= 1


def _names_in(part: object, leaving_out: frozenset[str] | set[str] = frozenset()) -> set[str]:
    """Every word in a part of the meaning that could name something."""
    return set(_words(part, leaving_out))


def _words(part: object, leaving_out: frozenset[str] | set[str]) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from _words(item, frozenset())
    elif dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            if field.name not in _TEXTS | leaving_out and not field.name.endswith("_text"):
                yield from _words(getattr(part, field.name), frozenset())
