"""The feed tables as the plan reads them, and what is known about a feed before it is read."""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from engine.plan.tree import Columns, Scan, Type

TREATMENTS: Columns = MappingProxyType(
    {
        "row_no": Type.KEY,
        "treatment_id": Type.TEXT,
        "patient_id": Type.TEXT,
        "product": Type.TEXT,
        "payer": Type.TEXT,
        "index_date": Type.DATE,
        "birth_date": Type.DATE,
        "status": Type.TEXT,
        "known_on": Type.DATE,
    }
)
OUTCOMES: Columns = MappingProxyType(
    {
        "row_no": Type.KEY,
        "record_key": Type.TEXT,
        "record_id": Type.TEXT,
        "patient_id": Type.TEXT,
        "treatment_id": Type.TEXT,
        "measure": Type.TEXT,
        "effective_on": Type.DATE,
        "effective_to": Type.DATE,
        "study_day": Type.INTEGER,
        "value": Type.TEXT,
        "unit": Type.TEXT,
        "source": Type.TEXT,
        "status": Type.TEXT,
        "known_on": Type.DATE,
    }
)
COVERAGE: Columns = MappingProxyType(
    {
        "row_no": Type.KEY,
        "patient_id": Type.TEXT,
        "payer": Type.TEXT,
        "from_date": Type.DATE,
        "to_date": Type.DATE,
        "status": Type.TEXT,
        "known_on": Type.DATE,
    }
)
REPEATED_ROWS: Columns = MappingProxyType(
    {
        "row_no": Type.KEY,
        "source": Type.TEXT,
        "record_key": Type.TEXT,
        "status": Type.TEXT,
        "known_on": Type.DATE,
    }
)


@dataclass(frozen=True, slots=True)
class Traits:
    """What a feed contains, so that a plan carries only what can matter. The default assumes everything."""

    coverage: bool = True  # there are coverage rows
    partial_dates: bool = True  # some effective dates are only a month or a year
    study_days: bool = True  # some rows carry a study day in place of a date
    repeated_treatments: bool = True  # some treatment, span or record stands in more than one row
    repeated_spans: bool = True
    repeated_records: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """The two dates of a run.

    Without `as_of`, the treatments are of many cases, each as of a day of its own: columns `case_id` and `as_of`.
    """

    as_of: date | None
    known_by: date


def scan(table: str, columns: Columns) -> Scan:
    return Scan(table, columns)
