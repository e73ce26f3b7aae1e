"""Writes the feed of `oba demo`: 63 treatments of kymriah-us-day30 in six months of 2018, all made up.

    python -m benchmarks.demo_data [--out engine/demo_data]

52 reach remission by day 30, 11 do not: 63 × 649,000.00 = 40,887,000.00 paid, 11 × 649,000.00 = 7,139,000.00
refunded, 33,748,000.00 net. Two treatments more are not the contract's. Files go by the month in which their
rows became known. The same seed gives the same bytes.
"""

import argparse
import csv
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from benchmarks.demo_stories import INFUSIONS, NOBODY_KNOWS, STORIES, TOO_OLD, Report, Story

SEED = 649
PAYER, PRODUCT = "Example Health Plan", "Q2042"
SITES = ("S-01", "S-02", "S-03", "S-04", "S-05")
TREATMENT_COLUMNS = (
    "treatment_id", "patient_id", "product", "payer", "site", "index_date", "birth_date", "diagnosis",
    "rems_certified", "known_on",
)  # fmt: skip
OUTCOME_COLUMNS = (
    "record_id", "patient_id", "treatment_id", "measure", "effective_date", "value", "unit", "source", "status",
    "known_on",
)  # fmt: skip
Row = dict[str, str]


@dataclass(slots=True)
class Feed:
    """The rows so far, each with the day on which it became known (of a bad row too)."""

    draw: random.Random
    treatments: list[tuple[date, Row]] = field(default_factory=list)
    outcomes: list[tuple[date, Row]] = field(default_factory=list)


def make_feed(seed: int = SEED) -> Feed:
    feed = Feed(random.Random(seed))
    number = 0
    for month, stories in enumerate(STORIES, 1):
        days = sorted(feed.draw.sample(range(1, 28), INFUSIONS[month - 1] - len(stories)))
        ordinary = [Story(day=day, reports=_remission(feed.draw)) for day in days]
        for story in sorted([*stories, *ordinary], key=lambda s: s.day):
            number += 1
            _tell(feed, number, date(2018, month, story.day), story)
    _tell(feed, number + 1, date(2018, 3, 14), TOO_OLD)
    _tell(feed, number + 2, date(2018, 4, 17), NOBODY_KNOWS)
    return feed


def _remission(draw: random.Random) -> tuple[Report, ...]:
    """An ordinary course: perhaps an early NR, then CR or CRi in the fourth week."""
    early = (Report(day=draw.randint(12, 16), value="NR"),) if draw.random() < 0.25 else ()
    value = "CRi" if draw.random() < 0.3 else "CR"
    return (*early, Report(day=draw.randint(26, 30), value=value, known_after=draw.randint(1, 9)))


def _tell(feed: Feed, number: int, index: date, story: Story) -> None:
    """The rows of one treatment."""
    draw, ids = feed.draw, (f"T-{number:04d}", f"P-{number:04d}")
    birth = date(2018 - draw.randint(4, 22), draw.randint(1, 12), draw.randint(1, 28))
    birth_date = birth.isoformat() if story.birth_date is None else story.birth_date
    known_on = index + timedelta(days=story.known_after)
    site, diagnosis = draw.choice(SITES), "C91.02" if draw.random() < 0.7 else "C91.00"
    values = (
        *ids,
        PRODUCT,
        PAYER,
        site,
        index.isoformat(),
        birth_date,
        diagnosis,
        "true",
        known_on.isoformat(),
    )
    feed.treatments.append((known_on, dict(zip(TREATMENT_COLUMNS, values, strict=True))))
    for report in (*_laboratory(draw), *story.reports):
        _report(feed, ids, index, report)


def _laboratory(draw: random.Random) -> tuple[Report, ...]:
    """Values that the contract does not ask for."""
    ferritin = f"{draw.randint(2, 90) * 100 + draw.randint(0, 99)}.{draw.randint(0, 9)}"
    crs = Report(day=draw.randint(2, 8), measure="crs_grade", value=str(draw.choice((0, 1, 1, 2, 3))))
    lab = Report(
        day=7,
        measure="ferritin",
        value=ferritin,
        unit="ug/L",
        source="central_lab",
        known_after=draw.randint(1, 5),
    )
    return (crs, lab) if draw.random() < 0.5 else (lab,)


def _report(feed: Feed, ids: tuple[str, str], index: date, report: Report) -> None:
    on = index + timedelta(days=report.day)
    known_on = report.known_on or on + timedelta(days=report.known_after)
    day = report.bad_date or on.isoformat()
    record = report.record or f"{'LAB' if report.source == 'central_lab' else 'REG'}-?"
    said = (
        report.measure,
        day,
        report.value,
        report.unit,
        report.source,
        report.status,
        known_on.isoformat(),
    )
    values = (record, ids[1], ids[0], *said)
    feed.outcomes.append((known_on, dict(zip(OUTCOME_COLUMNS, values, strict=True))))


def _numbered(outcomes: Iterable[tuple[date, Row]]) -> list[tuple[date, Row]]:
    """By day known, with record ids that count up in that order; a record named by its story keeps one id."""
    ids: dict[str, str] = {}
    counts = {"REG": 0, "LAB": 0}
    rows = sorted(outcomes, key=lambda pair: (pair[0], pair[1]["treatment_id"], pair[1]["measure"]))
    for _, row in rows:
        name = row["record_id"]
        kind = "LAB" if row["source"] == "central_lab" else "REG"
        if name not in ids or name.endswith("?"):
            counts[kind] += 1
            ids[name] = f"{kind}-{counts[kind]:04d}"
        row["record_id"] = ids[name]
    return rows


def write(feed: Feed, out: Path) -> list[Path]:
    """One file a table and month; gives their paths."""
    out.mkdir(parents=True, exist_ok=True)
    tables = (
        (
            "treatments",
            TREATMENT_COLUMNS,
            sorted(feed.treatments, key=lambda p: (p[0], p[1]["treatment_id"])),
        ),
        ("outcomes", OUTCOME_COLUMNS, _numbered(feed.outcomes)),
    )
    paths = []
    for table, columns, rows in tables:
        for month in sorted({f"{known_on:%Y-%m}" for known_on, _ in rows}):
            path = out / f"{table}-{month}.csv"
            _write_file(path, columns, [row for known_on, row in rows if f"{known_on:%Y-%m}" == month])
            paths.append(path)
    return paths


def _write_file(path: Path, columns: Sequence[str], rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the feed of `oba demo`.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "engine" / "demo_data")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    for path in write(make_feed(arguments.seed), arguments.out):
        print(path.name)


if __name__ == "__main__":
    main()
