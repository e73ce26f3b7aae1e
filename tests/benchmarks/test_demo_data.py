"""The demo's feed: what its script writes, and what it settles to, month by month."""

import calendar
from datetime import date
from pathlib import Path

import pytest

from benchmarks import demo_data
from engine.feeds.folder import open_folder
from engine.language.reader import read_contract
from engine.plan.tables import Run
from engine.settlement.owed import Owed, work_out

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "engine" / "demo_data"
PRICE = 649_000_00


def owed_by(month: int) -> Owed:
    contract = read_contract(ROOT / "contracts" / "kymriah-us-day30" / "contract.yaml")
    day = date(2018, month, calendar.monthrange(2018, month)[1])
    return work_out(contract, open_folder(SHIPPED)[0], Run(day, day))


def test_the_files_are_what_the_script_writes(tmp_path: Path) -> None:
    written = {path.name: path.read_bytes() for path in demo_data.write(demo_data.make_feed(), tmp_path)}
    assert written == {path.name: path.read_bytes() for path in SHIPPED.glob("*.csv")}


def test_every_row_stands_in_the_file_of_the_month_in_which_it_became_known() -> None:
    for path in SHIPPED.glob("*.csv"):
        month = path.stem.split("-", 1)[1]
        rows = path.read_text(encoding="utf-8").splitlines()[1:]
        assert rows
        assert all(row.rsplit(",", 1)[1].startswith(month) for row in rows)


# payments and refunds so far, in treatments
@pytest.mark.parametrize(
    ("month", "paid", "refunded"),
    [
        (1, 7, 0),
        (2, 17, 1),
        (3, 27, 3),
        (4, 39, 4),
        (5, 51, 6),
        (6, 63, 8),
        (7, 63, 10),
        (8, 63, 11),
        (9, 63, 11),
    ],
)
def test_what_is_owed_by_the_end_of_each_month(month: int, paid: int, refunded: int) -> None:
    by_clause = dict(owed_by(month).rows("SELECT clause, sum(amount)::BIGINT FROM lines GROUP BY clause"))
    assert by_clause.get("infusion", 0) == paid * PRICE
    assert by_clause.get("no_remission", 0) == -refunded * PRICE


def test_the_truth_at_the_end() -> None:
    owed = owed_by(9)
    assert owed.rows("SELECT status, count(*) FROM statuses GROUP BY status ORDER BY status") == [
        ("met", 52),
        ("not_met", 11),
    ]
    # 63 × 649,000.00 − 11 × 649,000.00 = 40,887,000.00 − 7,139,000.00
    assert owed.rows("SELECT sum(amount)::BIGINT FROM lines") == [(33_748_000_00,)]
    assert owed.rows("SELECT treatment_id, undetermined FROM not_eligible ORDER BY ALL") == [
        ("T-0064", False),
        ("T-0065", True),
    ]


def test_three_rows_go_to_quarantine() -> None:
    report = open_folder(SHIPPED)[1]
    assert [(row.column, str(row.reason)) for row in report.quarantine] == [
        ("value", "decimal_comma"),
        ("effective_date", "not_a_date"),
        ("status", "unknown_status"),
    ]
