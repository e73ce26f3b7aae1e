"""137 real leukaemia patients: 57 failures, 79 free beyond day 365, 1 lost before; three years month by month."""

import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from engine.feeds.folder import open_folder
from engine.kernel.dates import Period
from engine.language.reader import read_contract
from engine.ledger.store import Store
from engine.plan.tables import Run
from engine.settlement.books import open_books
from engine.settlement.owed import work_out
from tests.real.bmt_klein_feeds import write_feeds

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("OBA_SHARED_DATA", ROOT.parent / "shared" / "data"))
SOURCE = SHARED / "bmt-klein" / "bmt.csv"
CONTRACT = ROOT / "contracts" / "bmt-klein-day365"
LATER = date(2026, 1, 1)
PRICE = 10_000_000  # 100,000.00 in the minor unit

pytestmark = pytest.mark.skipif(not SOURCE.exists(), reason="the data set bmt is not at hand")


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    write_feeds(SOURCE, tmp_path / "feeds")
    return tmp_path / "feeds"


def test_statuses_by_group(feeds: Path) -> None:
    facts, report = open_folder(feeds)
    assert report.total("quarantined") == 0
    owed = work_out(read_contract(CONTRACT), facts, Run(LATER, LATER))
    rows = owed.rows(
        f'SELECT disease, statuses.status FROM statuses JOIN "{facts.schema}".treatments USING (treatment_id)'
    )
    by_group = Counter(rows)
    assert Counter(status for _, status in rows) == {"met": 57, "not_met": 79, "not_evaluable": 1}
    expected = {"ALL": (17, 20, 1), "AML low risk": (12, 42, 0), "AML high risk": (28, 17, 0)}
    for group, counts in expected.items():
        assert tuple(by_group[group, s] for s in ("met", "not_met", "not_evaluable")) == counts


def test_three_years_month_by_month(feeds: Path, tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    with Store.open(path, create=True) as store:
        store.load(sorted(feeds.iterdir()), LATER)
    with open_books(CONTRACT, path, read_only=False) as books:
        for k in range(36):
            month = Period(2018, 1).plus(k)
            books.post(books.preview(month, month.last, LATER), LATER)
        runs = books.ledger.runs("bmt-klein-day365")
        assert list(books.ledger.broken_links()) == []
    assert len(runs) == 36
    # 137 × 100,000 paid, 57 × 100,000 back.
    assert sum(r.payments_minor for r in runs) == 137 * PRICE
    assert sum(r.refunds_minor for r in runs) == -57 * PRICE
