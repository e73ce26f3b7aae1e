"""Amounts that can only come out below zero: no line may have one, so a contract that says such an amount is refused.

Told from the numbers alone: each part of an amount lies between two bounds (None: none is known), with the terms put in
as they are in one stretch of time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from engine.kernel.dates import LAST_DAY
from engine.kernel.diagnostics import Place
from engine.language import meaning as m
from engine.language.amended import as_known
from engine.language.notes import Notes
from engine.language.written import ContractForm

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class _Range:
    """What a part can be; None where there is no bound."""

    low: Fraction | None
    high: Fraction | None

    @property
    def is_below_zero(self) -> bool:
        """Below zero whatever the facts are, or never above it and below where it is not nothing."""
        if self.high is None or self.high > 0:
            return False
        return self.high < 0 or self.low is None or self.low < 0


_ANY, _COUNTED = _Range(None, None), _Range(_ZERO, None)


def check_amounts(contract: m.Contract, form: ContractForm, notes: Notes) -> None:
    """Refuse amounts and bounds that can only be below zero, with the day from which that is so."""
    whole = as_known(contract, LAST_DAY)
    places = _places(form)
    for id_, what, value in _amounts(contract):
        day = next((d for d in _days(whole) if _range(value, whole, d).is_below_zero), None)
        if day is None:
            continue
        since = f" for index dates from {day}" if day > contract.in_force_from else ""
        problem = f"{what} of '{id_}' can only come out below zero{since}"
        hint = "amounts are never below zero: a refund is one too; look at the signs of its terms and numbers"
        notes.add("below_zero", problem, places[id_], hint)


def _places(form: ContractForm) -> dict[str, Place]:
    ids = [one.id for one in (*(form.payments or ()), *(form.refunds or ()))]
    ids += [one.id for one in form.limits or ()] + [one.id for one in form.cohort or ()]
    return {said.value: said.place for said in ids}


def _days(contract: m.Contract) -> Iterator[date]:
    """The first day of each stretch in which no term changes, of those in which an index date can lie."""
    last = contract.in_force_to or LAST_DAY
    return (day for day in contract.epochs if day < last + timedelta(days=1))


def _amounts(contract: m.Contract) -> Iterator[tuple[str, str, m.Value]]:
    """What each clause and limit says: its id, which part of it, and the value."""
    for clause in contract.clauses:
        if isinstance(clause.amount, m.Table):
            if clause.amount.tiers == "whole":
                rows = enumerate((row.amount for row in clause.amount.rows), 1)
                yield from ((clause.id, f"the amount of row {k}", amount) for k, amount in rows)
        else:
            yield clause.id, "the amount", clause.amount
    for limit in contract.limits:
        bounds = (limit.at_most, limit.at_least, limit.patient_first)
        yield from ((limit.id, "a bound", bound) for bound in bounds if bound is not None)
    for cohort in contract.cohorts:
        if cohort.tiers == "whole":
            amounts = enumerate((row.amount for row in cohort.rows), 1)
            yield from ((cohort.id, f"the amount of row {k}", amount) for k, amount in amounts)


def _range(value: m.Value, contract: m.Contract, day: date) -> _Range:
    match value:
        case m.Number(x):
            return _Range(x, x)
        case m.TermRef(name):
            term = contract.term(name)
            x = term.on(max(day, term.versions[0].since))
            return _Range(x, x)
        case m.Paid() | m.Treatments() | m.OutcomeField(_, "count" | "covered"):
            return _COUNTED
        case m.Arithmetic(op, left, right):
            return _arithmetic(op, _range(left, contract, day), _range(right, contract, day))
        case m.Extreme(kind, parts):
            return _extreme(kind, [_range(p, contract, day) for p in parts])
    return _ANY


def _arithmetic(op: str, left: _Range, right: _Range) -> _Range:
    match op:
        case "+":
            return _Range(_plus(left.low, right.low), _plus(left.high, right.high))
        case "-":
            return _arithmetic("+", left, _Range(_minus(right.high), _minus(right.low)))
        case "*":
            return _product(left, right)
    if right.low is None or right.low != right.high or right.low == 0:
        return _ANY
    return _product(left, _Range(1 / right.low, 1 / right.low))


def _plus(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one + other


def _minus(bound: Fraction | None) -> Fraction | None:
    return None if bound is None else -bound


def _product(left: _Range, right: _Range) -> _Range:
    """A product with a number that is known; of two that are not, nothing is."""
    if right.low is None or right.low != right.high:
        left, right = right, left
    factor = right.low
    if factor is None or factor != right.high:
        return _ANY
    if factor == 0:
        return _Range(_ZERO, _ZERO)
    bounds = [None if b is None else b * factor for b in (left.low, left.high)]
    return _Range(*(bounds if factor > 0 else reversed(bounds)))


def _extreme(kind: str, parts: list[_Range]) -> _Range:
    """`min` is below each part's upper bound, `max` above each part's lower one."""
    lows, highs = [p.low for p in parts], [p.high for p in parts]
    known_lows, known_highs = [x for x in lows if x is not None], [x for x in highs if x is not None]
    if kind == "min":
        low = min(known_lows) if len(known_lows) == len(parts) else None
        return _Range(low, min(known_highs, default=None))
    high = max(known_highs) if len(known_highs) == len(parts) else None
    return _Range(max(known_lows, default=None), high)
