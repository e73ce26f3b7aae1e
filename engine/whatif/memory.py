"""How much memory a scenario takes, before anything is drawn."""

import os

from engine.whatif.scenario import Cohort, Measured, Patients, Scenario

MOST_ROWS = 10_000_000  # patients of a batch, all its draws and cohorts together
_PLAN_BYTES = 400  # of a treatment in the plan, with its reports, statuses and lines
_RANDOM_BYTES = 40  # of a patient while a quantity is drawn


def available_bytes() -> int:
    """The machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def batch_bytes(scenario: Scenario) -> int:
    """Of the largest batch: patients of as many draws as go together, of one draw at least."""
    cohorts = {repr(v.cohort): v.cohort for v in scenario.variants}.values()
    one_draw = sum(_patients(c) for c in cohorts)
    rows = max(one_draw, min(MOST_ROWS, one_draw * scenario.draws))
    return rows * (max(_row_bytes(c) for c in cohorts) + _PLAN_BYTES // 4)


def result_bytes(scenario: Scenario) -> int:
    """Of what all variants come to in all draws."""
    first, last = scenario.base.cohort.first_index, scenario.horizon.after(scenario.base.cohort.last_index)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return len(scenario.variants) * scenario.draws * (2 * months + 20) * 8


def _patients(cohort: Cohort) -> int:
    """The most that a draw may have; real patients are as many as their files hold, which is not known yet."""
    return (
        cohort.patients.population if isinstance(cohort.patients, Patients) else cohort.patients.resample or 0
    )


def _row_bytes(cohort: Cohort) -> int:
    reports = sum(len(o.on) if isinstance(o, Measured) else 1 for o in cohort.outcomes)
    columns = 2 + len(cohort.attributes) + 3 * reports
    return _RANDOM_BYTES + 4 * columns
