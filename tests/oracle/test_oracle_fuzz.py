"""The oracle on random contracts and histories: it answers, adds up, and does not mind the order of rows."""

import random
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.oracle import AmountError, Facts, owed
from tests.strategies import as_ofs, contracts, histories


def answered(
    text: str, facts: Facts, as_of: date, known_by: date
) -> tuple[dict[str, Any] | None, tuple[str | None, str] | None]:
    """The answer, or the treatment and clause of an amount that is none."""
    try:
        return owed(text, facts, as_of, known_by), None
    except AmountError as refused:
        return None, (refused.treatment_id, refused.clause)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_net_is_the_sum_of_lines_and_order_does_not_matter(data: st.DataObject) -> None:
    text = data.draw(contracts())
    note(text)
    facts = data.draw(histories(text))
    as_of, known_by = data.draw(as_ofs(text, facts))
    shuffled = {table: random.Random(7).sample(rows, len(rows)) for table, rows in facts.items()}
    answer, refused = answered(text, facts, as_of, known_by)
    assert answered(text, shuffled, as_of, known_by) == (answer, refused)
    if answer is None:
        return
    amounts = [Fraction(line["amount"]) for line in answer["lines"]]
    assert Fraction(answer["net"]) == sum(amounts)
    assert Fraction(answer["payments"]) + Fraction(answer["refunds"]) == Fraction(answer["net"])
    assert all(line["due"] <= str(as_of) for line in answer["lines"])
    assert all((one["decided_on"] or "") <= str(as_of) for one in answer["statuses"])
    listed = {(identity(one), one["payer"]) for one in answer["lines"]}
    assert len(listed) == len(answer["lines"])
    assert not {one for one, _ in listed} & {identity(one) for one in answer["held"]}


def identity(row: dict[str, Any]) -> tuple[Any, ...]:
    """What makes a line the same line, the payer apart."""
    return (row["treatment_id"], row["clause"], row["n"], row["group"])
