"""Turns the data set bmt (137 patients after a bone-marrow transplant) into feeds.

The data have days from transplant and no dates. Transplants are put two days apart from 2018-01-01; an event is
reported ten days after it happened. `t1` is death or the last contact (`d1` 1 where it was death), `t2` relapse
where `d2` is 1. Follow-up is coverage: open at first, with its end once the last contact is known.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

FIRST_TRANSPLANT = date(2018, 1, 1)
REPORTED_AFTER = timedelta(days=10)
PAYER = "Example Registry Plan"
GROUPS = {"1": "ALL", "2": "AML low risk", "3": "AML high risk"}


def write_feeds(source: Path, folder: Path) -> None:
    """Write treatments.csv, outcomes.csv and coverage.csv of the patients in `source` into `folder`."""
    with source.open(newline="") as file:
        patients = list(csv.DictReader(file))
    folder.mkdir(parents=True, exist_ok=True)
    treatments, outcomes, coverage = [], [], []
    for patient in patients:
        number = int(patient["rownames"])
        name = f"K-{number:03d}"
        index = FIRST_TRANSPLANT + timedelta(days=2 * (number - 1))
        last, relapse = int(patient["t1"]), int(patient["t2"])
        treatments.append((name, name, "BMT", PAYER, index, GROUPS[patient["group"]], index))
        coverage.append((name, PAYER, index, "", index))
        if patient["d2"] == "1":
            outcomes.append((f"{name}-R", name, "relapse", relapse, "", _reported(index, relapse)))
        if patient["d1"] == "1":
            outcomes.append((f"{name}-D", name, "death", last, "unknown", _reported(index, last)))
        else:
            end = index + timedelta(days=last)
            coverage.append((name, PAYER, index, end, end + REPORTED_AFTER))
    _write(
        folder / "treatments.csv",
        "treatment_id patient_id product payer index_date disease known_on",
        treatments,
    )
    _write(folder / "outcomes.csv", "record_id patient_id measure study_day value known_on", outcomes)
    _write(folder / "coverage.csv", "patient_id payer from_date to_date known_on", coverage)


def _reported(index: date, day: int) -> date:
    return index + timedelta(days=day) + REPORTED_AFTER


def _write(path: Path, columns: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns.split())
        writer.writerows(rows)
