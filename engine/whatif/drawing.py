"""Who is drawn: the patients of some draws of a cohort, by the seed, the draw and nothing else."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from fractions import Fraction

import numpy as np

from engine.whatif import distributions as dist
from engine.whatif import families
from engine.whatif.columns import Column, Drawn, side_by_side
from engine.whatif.curves import NEVER
from engine.whatif.drawn_reports import reports
from engine.whatif.quantities import Work, day_column, event_days, number, stepped, words
from engine.whatif.scenario import Age, Attribute, Cohort, Number, Patients, Shares
from engine.whatif.streams import Floats, Streams

_PART = 200_000  # patients that are drawn at a time
_MOST_KEPT = 2_000_000  # patients of a batch up to which its random numbers are kept for the next cohort


def patients_of(patients: Patients, seed: int, draws: Sequence[int]) -> list[int]:
    """How many are treated in each draw."""
    if patients.share == 1:
        return [patients.population] * len(draws)
    streams = Streams(seed, draws, [0] * len(draws))
    share = dist.parameter(patients.share, "patients/share", streams)
    counts = families.binomial_quantiles(patients.population, share, streams.parameter("patients"))
    return [int(n) for n in counts]


def draw_all(cohorts: Sequence[Cohort], seed: int, draws: Sequence[int], until: date) -> list[Drawn]:
    """The patients of some draws of each cohort: common random numbers, drawn once for all where there is room."""
    kept: dict[tuple[int, ...], dict[str, Floats]] = {}
    found = []
    for cohort in cohorts:
        assert isinstance(cohort.patients, Patients)
        counts = patients_of(cohort.patients, seed, draws)
        if len(cohorts) > 1 and sum(counts) < _MOST_KEPT:
            own = kept.setdefault(tuple(counts), {})
            found.append(_draw(cohort, Streams(seed, draws, counts, own), until))
        else:
            found.append(_draw_in_parts(cohort, Streams(seed, draws, counts), until))
    return found


def _draw_in_parts(cohort: Cohort, streams: Streams, until: date) -> Drawn:
    """A few draws at a time, on all processors: what a processor works on stays within its reach."""
    parts = list(streams.parts(_PART))
    if len(parts) == 1:
        return _draw(cohort, streams, until)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        drawn = list(pool.map(lambda part: _draw(cohort, part, until), parts))
    whole = side_by_side(drawn)
    assert whole is not None  # parts of one cohort have the same columns
    return whole


def draw(cohort: Cohort, seed: int, draws: Sequence[int], until: date) -> Drawn:
    """The patients of some draws of a cohort that is drawn; the same whatever other draws are asked for.

    What would be reported of days after `until` is left out.
    """
    (drawn,) = draw_all([cohort], seed, draws, until)
    return drawn


def _draw(cohort: Cohort, streams: Streams, until: date) -> Drawn:
    counts, draws = streams.patients, streams.draws
    days = (cohort.last_index - cohort.first_index).days + 1
    index = (streams.uniform("index_date") * days).astype(np.int32)
    rows = np.repeat(np.arange(len(draws)), counts)
    last = (until - cohort.first_index).days
    work = Work(cohort, streams, index, rows, last, np.full(len(index), NEVER, np.int32))
    attributes = {a.name: _attribute(a, work) for a in cohort.attributes}
    reported = reports(work)
    leave = None
    if cohort.leave is not None:
        gone = event_days(cohort.leave, "leave", np.zeros(len(index), np.int32), work)
        leave = day_column(gone, work)
    return Drawn(draws, counts, cohort.first_index, Column(index, days), attributes, reported, leave)


def _attribute(attribute: Attribute, work: Work) -> Column:
    """A column of words; a birth date by its months of age, a number by its multiple of the last decimal."""
    name, value = f"attribute/{attribute.name}", attribute.value
    match value:
        case str():
            return Column(np.zeros(len(work.index), np.int32), 1, (value,))
        case Shares():
            return words(value, name, work)
        case Age(years):
            if isinstance(years, Fraction):
                months = round(years * 12)
                return Column(np.full(len(work.index), months, np.int32), months + 1)
            return stepped(years, name, Fraction(1, 12), True, work)
        case Number():
            return number(value, name, work)
