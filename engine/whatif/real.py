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
from engine.whatif.per_draw import PerDraw, Sums
from engine.whatif.reading_of import reading_of
from engine.whatif.scenario import Agreement, RealPatients
from engine.whatif.streams import Streams
from engine.whatif.sums import Question, prepare, summed


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
    counts = _weights(
        facts.connection, facts, patients, Streams(seed, draws, [patients.resample or 0] * len(draws))
    )
    standing, found = Standing(), []
    for agreement in agreements:
        if patients.resample is not None and reading_of(agreement.contract).together:
            problem = f"{agreement.contract.id} looks at patients together, and so cannot be asked of resampled ones"
            raise refuse("together", problem, Exit.REFUSED, "leave out `resample`, or draw the patients")
        check_columns(agreement.contract, facts)
        run = Run(question.until, question.until)
        plan = build_plan(agreement.contract, run, traits_of(facts))
        run_plan(plan, facts.connection, facts.schema, standing)
        refuse_failures(Owed(agreement.contract, run, plan, facts.connection, facts))
        found.append(summed(facts.connection, agreement, counts, question, by_case=False))
    return found


def _weights(
    connection: duckdb.DuckDBPyConnection, facts: Facts, patients: RealPatients, streams: Streams
) -> Sums:
    """Leave the table `weights`: how often each treatment is of a draw; gives the number of patients of each."""
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE people AS
        SELECT patient_id, row_number() OVER (ORDER BY patient_id) - 1 AS place
        FROM (SELECT DISTINCT patient_id FROM "{facts.schema}".treatments)"""
    )
    ((people,),) = connection.execute("SELECT count(*) FROM people").fetchall()
    draws = len(streams.draws)
    if patients.resample is None:
        times = np.ones((draws, people), np.int64)
    else:
        chosen = (streams.uniform("resample") * people).astype(np.int64)
        own = np.repeat(np.arange(draws), patients.resample) * people + chosen
        times = np.bincount(own, minlength=draws * people).reshape(draws, people)
    draw, place = np.nonzero(times)
    connection.register("given", {"draw": draw, "place": place, "times": times[draw, place]})
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE weights AS
        SELECT draw, treatment_id, times FROM given JOIN people USING (place)
        JOIN (SELECT DISTINCT patient_id, treatment_id FROM "{facts.schema}".treatments) USING (patient_id)"""
    )
    connection.unregister("given")
    return np.asarray(times.sum(axis=1), np.int64)
