"""Which payer bears a line, where the payer of a patient may change."""

from datetime import date
from fractions import Fraction

from tests.oracle.contract import Contract, Payer
from tests.oracle.coverage import coverage_of
from tests.oracle.evidence import Treatment
from tests.oracle.status import Question


class NotYetKnownError(Exception):
    """It depends on whether a gap in coverage will be forgiven."""


def original_payer(contract: Contract, treatment: Treatment) -> Payer:
    """The payer that the treatment names."""
    named = treatment.columns.get("payer", "")
    return next(payer for payer in contract.payers if named in payer.texts)


def bearer(rule: str, due: date, asked: Question) -> Payer | None:
    """The one payer of a line due on a day by `if_payer_changes`; None where it is not owed.

    Raises NotYetKnownError where that cannot be said yet.
    """
    contract = asked.contract
    original = original_payer(contract, asked.treatment)
    spans = asked.evidence.spans(asked.treatment.patient, asked.as_of, asked.known_by)
    if rule == "ends" and spans:
        if not any(span.payer in original.texts and span.holds(asked.treatment.index) for span in spans):
            return None
        cover = coverage_of(
            spans, original.texts, asked.treatment.index, contract.coverage_gap_days, asked.as_of
        )
        if cover.lost is not None and due >= cover.lost:
            return None
        if any(gap.ends is None and due >= gap.opens for gap in cover.gaps):
            raise NotYetKnownError
        return original
    if rule == "successor" and spans:
        for payer in (original, *contract.payers):
            if any(span.payer in payer.texts and span.holds(due) for span in spans):
                return payer
        return None
    return original


def parts_by_paid(minor: int, paid: dict[str, int]) -> dict[str, int]:
    """A refund split by what each payer has paid, in the order listed; not all of `paid` is zero.

    The first k payers together get their share rounded half up, each of them that less the one before.
    """
    total = sum(paid.values())
    parts: dict[str, int] = {}
    before = given = 0
    for payer, amount in paid.items():
        before += amount
        exact = Fraction(minor * before, total)
        together = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
        parts[payer] = together - given
        given = together
    return parts
