"""Monthly settlements: each twice posts once, and all of them add up to what is owed at the end."""

from datetime import date

import duckdb
import pytest
from hypothesis import given, reject, seed
from hypothesis import strategies as st

from engine.feeds.rows import facts_from_rows
from engine.kernel.dates import Period
from engine.kernel.diagnostics import Refusal
from engine.language.meaning import Contract
from engine.language.reader import read_contract_text
from engine.ledger.postings import Ledger
from engine.plan.tables import Run
from engine.settlement.owed import work_out
from engine.settlement.settle import post, preview
from tests.properties.profile import examples
from tests.strategies import contracts, histories

LONG_AFTER = date(2030, 1, 1)
MONTHS = 24
PARTS = 3  # that many tests, so that they spread over the processors
EACH = 2  # cases in each


@pytest.mark.parametrize("part", range(PARTS))
def test_monthly_settlements_add_up_to_what_is_owed_at_the_end(part: int) -> None:
    seed(part)(examples(EACH)(given(st.data())(_add_up)))()


def _add_up(data: st.DataObject) -> None:
    text = data.draw(contracts())
    rows = data.draw(histories(text))
    contract = read_contract_text(text, "contract.yaml")
    first = _first_period(rows)
    connection = duckdb.connect(config={"threads": 1})
    facts, _ = facts_from_rows(rows, connection=connection)
    last = first.plus(MONTHS - 1)
    ledger = Ledger(connection)
    ledger.prepare()
    try:
        for k in range(MONTHS):
            _settle_twice(contract, facts, ledger, first.plus(k))
    except Refusal:  # an amount that cannot be worked out: such a month is not settled
        reject()
    owed = work_out(contract, facts, Run(last.last, last.last))
    by_line = """SELECT treatment_id, clause, n, sum(amount)::BIGINT FROM {} GROUP BY ALL
    HAVING sum(amount) <> 0 ORDER BY ALL"""
    assert owed.rows(by_line.format("ledger.postings")) == owed.rows(by_line.format("lines"))
    assert list(ledger.broken_links()) == []


def _settle_twice(contract: Contract, facts: object, ledger: Ledger, period: Period) -> None:
    settlement = preview(contract, facts, ledger, period, period.last, 0)  # type: ignore[arg-type]
    post(settlement, ledger, "", LONG_AFTER)
    again = preview(contract, facts, ledger, period, period.last, 0)  # type: ignore[arg-type]
    assert again.posted is not None
    assert (again.lines, again.net_minor) == (0, 0)
    kinds = set(
        again.owed.rows(
            "SELECT kind, line_period = period FROM ledger.postings WHERE contract = $1", [contract.id]
        )
    )
    assert kinds <= {("current", True), ("prior_period", False)}


def _first_period(rows: dict[str, list[dict[str, str | None]]]) -> Period:
    days = [date.fromisoformat(r["index_date"]) for r in rows["treatments"] if r.get("index_date")]
    return Period.of(min(days, default=date(2018, 1, 1))).plus(-1)
