"""Real patients in place of drawn ones: a folder of feed files, as it is or drawn from with replacement."""

from collections.abc import Sequence

import duckdb
import numpy as np

from engine.backends.duckdb import Standing, run_plan
from engine.feeds.facts import Facts
from engine.feeds.folder import open_folder
from engine.kernel.diagnostics import Exit, refuse
from engine.plan.build import build_plan
from engine.plan.tables import Run
from engine.settlement.owed import Owed, check_columns, refuse_failures, traits_of
from engine.whatif.per_draw import PerDraw
from engine.whatif.profiles import Weights
from engine.whatif.reading_of import reading_of
from engine.whatif.scenario import Agreement, RealPatients
from engine.whatif.streams import Streams
from engine.whatif.sums import Drawings, Question, people, prepare, read_of, summed


def settle_real(
    patients: RealPatients,
    seed: int,
    draws: Sequence[int],
    agreements: Sequence[Agreement],
    question: Question,
) -> list[PerDraw]:
    """What each agreement comes to: in each draw as many patients as are to be resampled, or all of them once.

    Refused: files that no feed's reader takes, rows in quarantine among them; a resample of patients whom a contract
    looks at together.
    """
    facts, report = open_folder(patients.folder)
    if report.quarantine:
        first = report.quarantine[0]
        problem = f"{len(report.quarantine)} rows of {patients.folder} cannot be read, the first is {first.sentence}"
        raise refuse(
            "bad_feed", problem, Exit.FEED_REFUSED, "mend the files, or load them and look at the quarantine"
        )
    prepare(facts.connection, question.discount)
    drawings = _drawings(
        facts.connection, facts, patients, Streams(seed, draws, [patients.resample or 0] * len(draws))
    )
    standing, found = Standing(), []
    for agreement in agreements:
        if patients.resample is not None and reading_of(agreement.contract).together:
            problem = f"{agreement.contract.id} looks at patients together, and so cannot be asked of resampled ones"
            raise refuse("together", problem, Exit.REFUSED, "leave out `resample`, or draw the patients")
        check_columns(agreement.contract, facts)
        run = Run(question.until, question.until)
        plan = build_plan(agreement.contract, run, traits_of(facts), read_of(agreement.contract, run))
        run_plan(plan, facts.connection, facts.schema, standing)
        refuse_failures(Owed(agreement.contract, run, plan, facts.connection, facts))
        who = people(facts.connection, agreement, drawings)
        found.append(summed(facts.connection, agreement, drawings, who, question))
    return found


def _drawings(
    connection: duckdb.DuckDBPyConnection, facts: Facts, patients: RealPatients, streams: Streams
) -> Drawings:
    """How often each treatment is of a draw; leaves the table `numbers` of treatments."""
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE numbers AS
        SELECT treatment_id, row_number() OVER (ORDER BY treatment_id) - 1 AS number,
          dense_rank() OVER (ORDER BY patient_id) - 1 AS place
        FROM (SELECT DISTINCT patient_id, treatment_id FROM "{facts.schema}".treatments)"""
    )
    place = connection.execute("SELECT place FROM numbers ORDER BY number").fetchnumpy()["place"]
    many, draws = int(place.max(initial=-1)) + 1, len(streams.draws)
    if patients.resample is None:
        times = np.ones((draws, many), np.int64)
    else:
        chosen = (streams.uniform("resample") * many).astype(np.int64)
        own = np.repeat(np.arange(draws), patients.resample) * many + chosen
        times = np.bincount(own, minlength=draws * many).reshape(draws, many)
    draw, number = np.nonzero(times[:, place])
    return Drawings.of(
        Weights(draw, number, times[draw, place[number]]), times.sum(axis=1), len(place), by_case=False
    )
