"""A contract settled month by month in memory, each month twice, with what each posts."""

from datetime import date
from typing import Any

import duckdb

from engine.feeds.rows import facts_from_rows
from engine.kernel.dates import Period
from engine.language.reader import read_contract_text
from engine.ledger.postings import Ledger
from engine.plan.tables import Run
from engine.settlement.building import build_statement
from engine.settlement.line_keys import KEY, ORDER, whole_key
from engine.settlement.owed import work_out
from engine.settlement.settle import post, preview, recall
from engine.settlement.statement import DataQuality, Statement
from tests.plan.engines import Feed

LONG_AFTER = date(2035, 1, 1)


class Months:
    """The books of one contract over one feed."""

    def __init__(self, text: str, feed: Feed) -> None:
        self.contract = read_contract_text(text, "k.yaml")
        self.connection = duckdb.connect(config={"threads": 1})
        self.facts, report = facts_from_rows(feed, connection=self.connection)
        assert not report.quarantine
        self.ledger = Ledger(self.connection)
        self.ledger.prepare()

    def settle(self, month: str) -> list[tuple[Any, ...]]:
        """Post a month: (treatment or group, clause, amount, kind, period it belongs to) of each line."""
        period = Period.parse(month)
        assert period is not None
        settlement = preview(self.contract, self.facts, self.ledger, period, period.last, 0)
        draft = build_statement(settlement, self.ledger, DataQuality())
        run = post(settlement, self.ledger, "", LONG_AFTER)
        again = preview(self.contract, self.facts, self.ledger, period, period.last, 0)
        assert (again.lines, again.net_minor) == (0, 0)
        recalled = build_statement(
            recall(self.contract, self.facts, self.ledger, run), self.ledger, DataQuality()
        )
        assert [_bare(x) for x in recalled.lines] == [_bare(x) for x in draft.lines]
        assert recalled.roll_forward == draft.roll_forward
        self.statement: Statement = recalled
        return self.connection.execute(
            f"""SELECT coalesce(treatment_id, group_name), clause, amount::DOUBLE / 100, kind, line_period
            FROM ledger.postings WHERE period = $1 ORDER BY {ORDER}, kind DESC""",
            [month],
        ).fetchall()

    def settle_through(self, first: str, last: str) -> dict[str, list[tuple[Any, ...]]]:
        """Post month after month, both ends included; gives those that posted something."""
        month, end, found = Period.parse(first), Period.parse(last), {}
        assert month is not None
        assert end is not None
        while month <= end:
            if posted := self.settle(str(month)):
                found[str(month)] = posted
            month = month.plus(1)
        return found

    def assert_all_posted(self, last: str) -> None:
        """What all months posted is what is owed at the end, line by line."""
        period = Period.parse(last)
        assert period is not None
        owed = work_out(self.contract, self.facts, Run(period.last, period.last))
        lines = whole_key(self.contract, "lines")
        by_line = f"""SELECT {KEY}, sum(amount)::BIGINT FROM {{}} GROUP BY ALL HAVING sum(amount) <> 0 ORDER BY ALL"""
        assert owed.rows(by_line.format("ledger.postings")) == owed.rows(by_line.format(lines))
        assert list(self.ledger.broken_links()) == []


def _bare(line: Any) -> tuple[Any, ...]:
    return (line.treatment_id, line.group, line.clause, line.n, line.due, line.entitled_minor,
            line.posted_before_minor, line.amount_minor, line.kind, line.period, line.because)  # fmt: skip
