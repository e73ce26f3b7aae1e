"""A whole scenario: every variant over every draw, in batches that fit into memory.

Patients are drawn once for each cohort, and an agreement is settled once for all cohorts: what variants have in common
is not done again for each.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import duckdb

from engine.whatif.columns import side_by_side
from engine.whatif.drawing import draw_all, patients_of
from engine.whatif.memory import MOST_ROWS
from engine.whatif.per_draw import PerDraw, together
from engine.whatif.real import settle_real
from engine.whatif.result import MONEY_METRICS, Result, Solved, Swing, VariantResult
from engine.whatif.saved import Saved, digest_of_files, digest_of_program
from engine.whatif.scenario import Agreement, Cohort, Patients, RealPatients, Scenario, Variant
from engine.whatif.settling import settle
from engine.whatif.solving import solve
from engine.whatif.summary import list_price_minor, metric, summary
from engine.whatif.sums import Question

Progress = Callable[[int, int], None]  # so many of so many are settled


def run(
    scenario: Scenario, engine_version: str, progress: Progress | None = None, save: Path | None = None
) -> Result:
    """The result of a scenario. What `save` keeps from earlier runs is not worked out again."""
    saved = Saved(save) if save else None
    found = per_draw(scenario, scenario.variants, progress or (lambda done, of: None), saved)
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
        solved=_solved(scenario, list_minor, saved),
    )


def until(scenario: Scenario, cohort: Cohort) -> date:
    """The last day that counts: the horizon after the last index date."""
    return scenario.horizon.after(cohort.last_index)


Pair = tuple[str, str]  # the meaning of an agreement, and of a cohort


@dataclass(frozen=True, slots=True)
class Kept:
    """Results that are kept between runs of the same program, for one group.

    `asked` is all that decides what the group's pairs come to in a draw, beside the pair.
    """

    saved: Saved
    asked: tuple[str, ...]
    months: tuple[str, ...]

    @staticmethod
    def of(saved: Saved, scenario: Scenario, group: "_Group") -> "Kept":
        question, real = group.question(scenario), group.real
        files = digest_of_files(real.folder) if real else ""
        return Kept(saved, (digest_of_program(), str(scenario.seed), repr(question), files), question.months)

    def find_all(self, pairs: Sequence[Pair]) -> dict[Pair, PerDraw]:
        found = {pair: self.saved.find((*self.asked, *pair), self.months) for pair in pairs}
        return {pair: own for pair, own in found.items() if own is not None}

    def keep_all(self, found: Mapping[Pair, PerDraw]) -> None:
        for pair, own in found.items():
            self.saved.keep((*self.asked, *pair), own)


@dataclass(frozen=True, slots=True)
class _Group:
    """Cohorts of the same index dates, and all agreements asked about any of them, by their meaning."""

    cohorts: dict[str, Cohort]
    agreements: dict[str, Agreement]

    @property
    def pairs(self) -> list[Pair]:
        return [(agreement, cohort) for agreement in self.agreements for cohort in self.cohorts]

    @property
    def _first(self) -> Cohort:
        return next(iter(self.cohorts.values()))

    def question(self, scenario: Scenario) -> Question:
        return Question(self._first.first_index, until(scenario, self._first), scenario.discount)

    @property
    def real(self) -> RealPatients | None:
        patients = self._first.patients
        return patients if isinstance(patients, RealPatients) else None

    def draws(self, scenario: Scenario) -> int:
        """One where real patients are taken as they are."""
        return 1 if self.real and self.real.resample is None else scenario.draws

    def only(self, pairs: Sequence[Pair]) -> "_Group":
        """The agreements and cohorts of some pairs."""
        agreements, cohorts = {a for a, _ in pairs}, {c for _, c in pairs}
        return _Group(
            {name: c for name, c in self.cohorts.items() if name in cohorts},
            {name: a for name, a in self.agreements.items() if name in agreements},
        )


def per_draw(
    scenario: Scenario, variants: Sequence[Variant], progress: Progress, saved: Saved | None = None
) -> dict[str, PerDraw]:
    """What each variant comes to in each draw."""
    found: dict[Pair, PerDraw] = {}
    pairs = {v.name: (_meaning(v.agreement), repr(v.cohort)) for v in variants}
    groups = _groups(variants)
    done, of = 0, sum(len(g.agreements) * len(g.cohorts) for g in groups) * scenario.draws
    for group in groups:
        question = group.question(scenario)
        kept = Kept.of(saved, scenario, group) if saved else None
        had = kept.find_all(group.pairs) if kept else {}
        open_ = [p for p in group.pairs if p not in had or len(had[p].drawn) < group.draws(scenario)]
        first = min((len(had[p].drawn) if p in had else 0 for p in open_), default=0)
        parts: dict[Pair, list[PerDraw]] = {p: [had[p].part(0, first)] if first else [] for p in open_}
        done += (len(group.pairs) - len(open_)) * scenario.draws
        for pair, part in _of_group(scenario, group.only(open_), question, first):
            if pair in parts:
                parts[pair].append(part)
            done += len(part.drawn)
            progress(min(done, of), of)
        worked_out = {pair: together(own) for pair, own in parts.items()}
        if kept:
            kept.keep_all(worked_out)
        found |= {p: own.part(0, group.draws(scenario)) for p, own in (had | worked_out).items()}
    return {name: found[pair] for name, pair in pairs.items()}


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


def _of_group(
    scenario: Scenario, group: _Group, question: Question, first: int
) -> Iterator[tuple[Pair, PerDraw]]:
    """What each agreement comes to in each cohort, in batches of draws from `first` on."""
    cohorts, agreements = list(group.cohorts.values()), list(group.agreements.values())
    if not cohorts:
        return
    if group.real:
        draws = range(first, group.draws(scenario))
        settled = settle_real(group.real, scenario.seed, draws, agreements, question)
        yield from zip(group.pairs, settled, strict=True)
        return
    connection = duckdb.connect()
    for draws in _batches(cohorts, scenario.seed, first, scenario.draws):
        drawn = draw_all(cohorts, scenario.seed, draws, question.until)
        whole = side_by_side(drawn)
        names = list(group.cohorts)
        for alike, own in [(whole, names)] if whole else zip(drawn, ([n] for n in names), strict=True):
            come_to = settle(connection, alike, agreements, question)
            for agreement, part in zip(group.agreements, come_to, strict=True):
                for k, cohort in enumerate(own):
                    yield (agreement, cohort), part.part(k * len(draws), (k + 1) * len(draws))


def _batches(cohorts: Sequence[Cohort], seed: int, start: int, draws: int) -> Iterator[range]:
    """Draws `start` to `draws` - 1 in runs of few enough patients, one draw at least."""
    every = range(start, draws)
    counts = [patients_of(c.patients, seed, every) for c in cohorts if isinstance(c.patients, Patients)]
    first, rows = start, 0
    for number, patients in zip(every, map(sum, zip(*counts, strict=True)), strict=True):
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


def _solved(scenario: Scenario, list_minor: Fraction | None, saved: Saved | None) -> Solved | None:
    """The answer to `solve`; money in units of the currency, as the target is written."""
    asked, at = scenario.solve, scenario.at
    if asked is None or at is None:
        return None
    money = asked.metric in MONEY_METRICS
    unit = list_price_minor(Fraction(1), scenario.base.contract.currency) if money else None

    def evaluate(values: Sequence[Fraction]) -> list[Fraction | None]:
        variants = [at(value) for value in values]
        found = per_draw(scenario, variants, lambda done, of: None, saved)
        statistics = [metric(found[v.name], asked.metric, asked.statistic, list_minor) for v in variants]
        return [s if s is None or unit is None else s / unit for s in statistics]

    return solve(asked, evaluate)
