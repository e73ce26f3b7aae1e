"""A whole scenario: every variant over every draw, in batches that fit into memory.

Patients are drawn once for each cohort, and an agreement is settled once for all cohorts: what variants have in common
is not done again for each.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import duckdb

from engine.whatif.drawing import draw, patients_of, side_by_side
from engine.whatif.per_draw import PerDraw, together
from engine.whatif.real import settle_real
from engine.whatif.result import MONEY_METRICS, Result, Solved, Swing, VariantResult
from engine.whatif.scenario import Agreement, Cohort, Patients, RealPatients, Scenario, Variant
from engine.whatif.settling import settle
from engine.whatif.solving import solve
from engine.whatif.summary import list_price_minor, metric, summary
from engine.whatif.sums import Question

MOST_ROWS = 10_000_000  # patients of a batch, all its draws and cohorts together

Progress = Callable[[int, int], None]  # so many of so many are settled


def run(scenario: Scenario, engine_version: str, progress: Progress | None = None) -> Result:
    """The result of a scenario."""
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
        draws=len(found[base.name].drawn),
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
        solved=_solved(scenario, list_minor),
    )


def until(scenario: Scenario, cohort: Cohort) -> date:
    """The last day that counts: the horizon after the last index date."""
    return scenario.horizon.after(cohort.last_index)


def per_draw(scenario: Scenario, variants: Sequence[Variant], progress: Progress) -> dict[str, PerDraw]:
    """What each variant comes to in each draw."""
    found: dict[tuple[str, str], PerDraw] = {}
    keys = {v.name: (_meaning(v.agreement), repr(v.cohort)) for v in variants}
    groups = _groups(variants)
    done, of = 0, sum(len(g.agreements) * len(g.cohorts) for g in groups) * scenario.draws
    for group in groups:
        parts: dict[tuple[str, str], list[PerDraw]] = {}
        for agreement, cohort, part in _of_group(scenario, group):
            parts.setdefault((agreement, cohort), []).append(part)
            done += len(part.drawn)
            progress(done, of)
        found |= {key: together(own) for key, own in parts.items()}
    return {name: found[key] for name, key in keys.items()}


@dataclass(frozen=True, slots=True)
class _Group:
    """Cohorts of one first index date and horizon, and all agreements asked about any of them, by their meaning."""

    cohorts: dict[str, Cohort]
    agreements: dict[str, Agreement]


def _groups(variants: Sequence[Variant]) -> list[_Group]:
    groups: dict[object, _Group] = {}
    for variant in variants:
        cohort = variant.cohort
        real = cohort.patients if isinstance(cohort.patients, RealPatients) else None
        key = (cohort.first_index, cohort.last_index, real)
        group = groups.setdefault(key, _Group({}, {}))
        group.cohorts[repr(cohort)] = cohort
        group.agreements[_meaning(variant.agreement)] = variant.agreement
    return list(groups.values())


def _meaning(agreement: Agreement) -> str:
    """What an agreement means, whatever it was written as: agreements that mean the same are settled once."""
    return repr((replace(agreement.contract, version="", title="", sources=()), agreement.responder))


def _of_group(scenario: Scenario, group: _Group) -> Iterator[tuple[str, str, PerDraw]]:
    """Batches of draws: the agreement and the cohort, and what the one comes to in the other."""
    cohorts, seed = list(group.cohorts.values()), scenario.seed
    question = Question(cohorts[0].first_index, until(scenario, cohorts[0]), scenario.discount)
    agreements = list(group.agreements.values())
    real = cohorts[0].patients
    if isinstance(real, RealPatients):
        draws = range(1 if real.resample is None else scenario.draws)
        for name, part in zip(
            group.agreements, settle_real(real, seed, draws, agreements, question), strict=True
        ):
            yield name, next(iter(group.cohorts)), part
        return
    connection = duckdb.connect()
    for draws in _batches(cohorts, seed, scenario.draws):
        drawn = [draw(cohort, seed, draws, question.until) for cohort in cohorts]
        whole = side_by_side(drawn)
        for alike in [drawn] if whole else [[d] for d in drawn]:
            first = 0 if whole else drawn.index(alike[0])
            settled = settle(connection, whole or alike[0], agreements, question)
            for name, part in zip(group.agreements, settled, strict=True):
                for k, cohort_name in enumerate(list(group.cohorts)[first : first + len(alike)]):
                    yield name, cohort_name, part.part(k * len(draws), (k + 1) * len(draws))


def _batches(cohorts: Sequence[Cohort], seed: int, draws: int) -> Iterator[range]:
    """Draws 0 to `draws` - 1 in runs of few enough patients, one draw at least."""
    counts = [
        patients_of(c.patients, seed, range(draws)) for c in cohorts if isinstance(c.patients, Patients)
    ]
    first, rows = 0, 0
    for number, patients in enumerate(map(sum, zip(*counts, strict=True))):
        if number > first and rows + patients > MOST_ROWS:
            yield range(first, number)
            first, rows = number, 0
        rows += patients
    yield range(first, draws)


def _swings(scenario: Scenario, results: dict[str, VariantResult]) -> tuple[Swing, ...]:
    """The mean net price by each path's values, the path that moves it most first."""
    if scenario.sweep is None:
        return ()
    values: dict[str, list[tuple[str, Fraction]]] = {}
    for variant in scenario.one_at_a_time:
        ((path, value),) = variant.set.items()
        mean = results[variant.name].metrics["net_price"].mean
        if mean is not None:
            values.setdefault(path, []).append((value, mean))
    now = dict(zip((path for path, _ in scenario.sweep.paths), scenario.sweep.now, strict=True))
    swings = [Swing(path, tuple(found), now[path]) for path, found in values.items()]
    return tuple(sorted(swings, key=lambda s: (-s.width, s.path)))


def _solved(scenario: Scenario, list_minor: Fraction | None) -> Solved | None:
    """The answer to `solve`; money in units of the currency, as the target is written."""
    asked, at = scenario.solve, scenario.at
    if asked is None or at is None:
        return None
    money = asked.metric in MONEY_METRICS
    unit = list_price_minor(Fraction(1), scenario.base.contract.currency) if money else None

    def evaluate(value: Fraction) -> Fraction | None:
        variant = at(value)
        found = per_draw(scenario, [variant], lambda done, of: None)[variant.name]
        statistic = metric(found, asked.metric, asked.statistic, list_minor)
        return statistic if statistic is None or unit is None else statistic / unit

    return solve(asked, evaluate)
