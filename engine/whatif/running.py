"""A whole scenario: every variant over every draw, in batches that fit into memory."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction

import duckdb

from engine.whatif.drawing import draw, patients_of
from engine.whatif.per_draw import PerDraw, together
from engine.whatif.real import settle_real
from engine.whatif.result import Result, Swing, VariantResult
from engine.whatif.scenario import Cohort, Patients, RealPatients, Scenario, Variant
from engine.whatif.settling import settle
from engine.whatif.summary import list_price_minor, summary
from engine.whatif.sums import Question

MOST_ROWS = 10_000_000  # patients of a batch, all its draws together

Progress = Callable[[int, int], None]  # settled draws of variants, of so many


def run(scenario: Scenario, engine_version: str, progress: Progress | None = None) -> Result:
    """The result of a scenario whose patients are drawn."""
    found = per_draw(scenario, scenario.variants, progress or (lambda done, of: None))
    list_minor = list_price_minor(scenario.list_price, scenario.base.contract.currency)
    results = {v.name: summary(v, found[v.name], list_minor) for v in scenario.variants}
    base = scenario.base
    return Result(
        scenario=scenario.name,
        title=scenario.title,
        scenario_version=scenario.version,
        engine_version=engine_version,
        contract=base.contract.id,
        currency=base.contract.currency,
        draws=scenario.draws,
        seed=scenario.seed,
        first_index=base.cohort.first_index,
        last_index=base.cohort.last_index,
        horizon_end=until(scenario, base.cohort),
        discount=scenario.discount,
        list_price=list_minor,
        members=scenario.members,
        inputs=scenario.inputs,
        sources=scenario.sources,
        variants=tuple(results.values()),
        compared=tuple(v.name for v in scenario.compared),
        swings=_swings(scenario, results),
        grid=scenario.sweep.paths if scenario.sweep and scenario.grid else (),
        solved=None,
    )


def until(scenario: Scenario, cohort: Cohort) -> date:
    """The last day that counts: the horizon after the last index date."""
    return scenario.horizon.after(cohort.last_index)


def per_draw(scenario: Scenario, variants: Sequence[Variant], progress: Progress) -> dict[str, PerDraw]:
    """What each variant comes to in each draw. Variants of one cohort share its patients: they are drawn once."""
    cohorts: dict[str, list[Variant]] = {}
    for variant in variants:
        cohorts.setdefault(repr(variant.cohort), []).append(variant)
    done, parts = 0, {v.name: list[PerDraw]() for v in variants}
    for own in cohorts.values():
        for draws, found in _of_cohort(scenario, own):
            for name, part in found.items():
                parts[name].append(part)
            done += draws * len(own)
            progress(done, scenario.draws * len(variants))
    return {name: together(of_variant) for name, of_variant in parts.items()}


def _of_cohort(scenario: Scenario, own: Sequence[Variant]) -> Iterator[tuple[int, dict[str, PerDraw]]]:
    """Batches of draws of one cohort: how many, and what each variant comes to in them."""
    cohort, seed = own[0].cohort, scenario.seed
    question = Question(cohort.first_index, until(scenario, cohort), scenario.discount)
    if isinstance(cohort.patients, RealPatients):
        draws = range(1 if cohort.patients.resample is None else scenario.draws)
        yield len(draws), settle_real(cohort.patients, seed, draws, own, question)
        return
    connection = duckdb.connect()
    for draws in _batches(cohort, seed, scenario.draws):
        yield len(draws), settle(connection, draw(cohort, seed, draws, question.until), own, question)


def _batches(cohort: Cohort, seed: int, draws: int) -> Iterator[range]:
    """Draws 0 to `draws` - 1 in runs of few enough patients, one draw at least."""
    assert isinstance(cohort.patients, Patients)
    first, rows = 0, 0
    for number, patients in enumerate(patients_of(cohort.patients, seed, range(draws))):
        if number > first and rows + patients > MOST_ROWS:
            yield range(first, number)
            first, rows = number, 0
        rows += patients
    yield range(first, draws)


def _swings(scenario: Scenario, results: dict[str, VariantResult]) -> tuple[Swing, ...]:
    """The mean net price by each path's values, the path that moves it most first."""
    values: dict[str, list[tuple[str, Fraction]]] = {}
    for variant in scenario.one_at_a_time:
        ((path, value),) = variant.set.items()
        mean = results[variant.name].metrics["net_price"].mean
        if mean is not None:
            values.setdefault(path, []).append((value, mean))
    swings = [Swing(path, tuple(found), "") for path, found in values.items()]
    return tuple(sorted(swings, key=lambda s: (-s.width, s.path)))
