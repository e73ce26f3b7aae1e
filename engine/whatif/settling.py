"""Drawn patients through the plan that settles, and what comes out summed up draw by draw.

Where a contract looks at each treatment by itself, equal histories are settled once and counted as often as they were
drawn; where it looks at several together (cohort clauses, yearly limits), every patient is a treatment of the case of
its draw. Either way the plan is the one that `oba owed` runs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.backends.duckdb import Standing, run_plan
from engine.feeds.facts import Facts
from engine.language import meaning as m
from engine.plan.build import Plan, build_plan
from engine.plan.tables import Run
from engine.settlement.owed import Owed, check_columns, refuse_failures
from engine.whatif import facts as drawn_facts
from engine.whatif.columns import Column, Drawn
from engine.whatif.per_draw import PerDraw
from engine.whatif.profiles import Weights, counted, profiles
from engine.whatif.reading_of import Reading, reading_of
from engine.whatif.scenario import Agreement
from engine.whatif.sums import Drawings, People, Question, people, prepare, read_of, summed


def settle(
    connection: duckdb.DuckDBPyConnection, drawn: Drawn, agreements: Sequence[Agreement], question: Question
) -> Iterator[PerDraw]:
    """What each agreement comes to in the draws of `drawn`, in their order."""
    prepare(connection, question.discount)
    readings = [reading_of(a.contract) for a in agreements]
    found: dict[int, PerDraw] = {}
    for reading in dict.fromkeys(readings):
        own = sorted(
            (k for k, r in enumerate(readings) if r == reading), key=lambda k: _closeness(agreements[k])
        )
        loaded = _load(connection, drawn, reading, agreements[own[0]].contract, question)
        for k in own:
            found[k] = _settled(loaded, agreements[k], question)
    yield from (found[k] for k in range(len(agreements)))


def _closeness(agreement: Agreement) -> tuple[str, str, str]:
    """An order in which neighbours differ in as few and as late steps of their plans as may be."""
    contract = agreement.contract
    return repr((contract.eligible, contract.outcomes)), repr(contract.clauses), repr(contract.terms)


@dataclass(slots=True)
class _Loaded:
    """Facts on a connection, and what agreements that are settled on them one after another share."""

    facts: Facts
    run: Run
    coverage: bool
    drawings: Drawings
    standing: Standing = field(default_factory=Standing)
    who: People | None = None
    responder: tuple[str, str] = ("", "met")


def _load(
    connection: duckdb.DuckDBPyConnection, drawn: Drawn, reading: Reading, contract: m.Contract, question: Question
) -> _Loaded:  # fmt: skip
    """Facts, and the table `weights`: in which draw (from 0) how many patients are as a treatment is."""
    numbers = np.repeat(np.arange(len(drawn.draws), dtype=np.int32), drawn.patients)
    connection.execute(f"DROP SCHEMA IF EXISTS {drawn_facts.SCHEMA} CASCADE")
    if reading.together:
        rows = np.arange(len(numbers))
        weights = Weights(numbers.astype(np.int64), rows, np.ones(len(numbers), np.int64))
        cases: NDArray[np.int32] | None = numbers
    else:
        enrolled = _enrolled(connection, drawn, reading, contract, question)
        found = profiles(_read_columns(drawn, reading, enrolled), len(numbers))
        rows, cases = found.first, None
        weights = counted(numbers, len(drawn.draws), found.of_row, len(rows))
    facts = drawn_facts.load(connection, drawn, rows, reading, contract, cases, question.until)
    patients = np.asarray(drawn.patients, np.int64)
    drawings = Drawings.of(weights, patients, len(rows), reading.together)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE numbers AS
        SELECT treatment_id, row_no AS number FROM {drawn_facts.SCHEMA}.treatments"""
    )
    run = Run(None if reading.together else question.until, question.until)
    return _Loaded(facts, run, reading.coverage and drawn.leave is not None, drawings)


def _enrolled(
    connection: duckdb.DuckDBPyConnection, drawn: Drawn, reading: Reading, contract: m.Contract, question: Question
) -> Column:  # fmt: skip
    """Whether each patient is the contract's, by the plan's own judgement of those that differ in what it reads."""
    judged = [drawn.index, *(drawn.attributes[n] for n in sorted(reading.judged) if n in drawn.attributes)]
    found = profiles(judged, len(drawn.index.codes))
    nothing = Reading(reading.enrolment, reading.judged, reading.priced, frozenset(), False, False)
    facts = drawn_facts.load(connection, drawn, found.first, nothing, contract, None, question.until)
    check_columns(contract, facts)
    plan = build_plan(contract, Run(question.until, question.until), drawn_facts.TRAITS)
    names = [step.name for step in plan.steps]
    run_plan(Plan(plan.steps[: names.index("candidates") + 1]), connection, facts.schema)
    eligible = connection.execute(
        "SELECT failed IS NULL AS own FROM candidates ORDER BY treatment_id"
    ).fetchnumpy()
    connection.execute(f"DROP SCHEMA {drawn_facts.SCHEMA} CASCADE")
    return Column(eligible["own"].astype(np.int32)[found.of_row], 2)


def _read_columns(drawn: Drawn, reading: Reading, enrolled: Column) -> list[Column]:
    """All that the contract reads of a patient beyond its enrolment."""
    columns = [drawn.index, enrolled]
    columns += [drawn.attributes[n] for n in sorted(reading.priced) if n in drawn.attributes]
    for report in drawn.reports:
        if report.measure in reading.reports:
            columns += [c for c in (report.day, report.value, report.late) if c is not None]
    if reading.coverage and drawn.leave is not None:
        columns.append(drawn.leave)
    return columns


def _settled(loaded: _Loaded, agreement: Agreement, question: Question) -> PerDraw:
    contract, connection = agreement.contract, loaded.facts.connection
    check_columns(contract, loaded.facts)
    plan = build_plan(
        contract, loaded.run, drawn_facts.traits(loaded.coverage), read_of(contract, loaded.run)
    )
    new = run_plan(plan, connection, loaded.facts.schema, loaded.standing)
    refuse_failures(Owed(contract, loaded.run, plan, connection, loaded.facts))
    if loaded.who is None or {"statuses", "subjects"} & new or agreement.responder != loaded.responder:
        loaded.who, loaded.responder = people(connection, agreement, loaded.drawings), agreement.responder
    return summed(connection, agreement, loaded.drawings, loaded.who, question)
