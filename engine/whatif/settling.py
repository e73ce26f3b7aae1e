"""Drawn patients through the plan that settles, and what comes out summed up draw by draw.

Where a contract looks at each treatment by itself, equal histories are settled once and counted as often as they were
drawn; where it looks at several together (cohort clauses, yearly limits), every patient is a treatment of the case of
its draw. Either way the plan is the one that `oba owed` runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.backends.duckdb import Standing, run_plan
from engine.feeds.facts import Facts
from engine.kernel.dates import Period
from engine.language import meaning as m
from engine.plan.build import Plan, build_plan
from engine.plan.tables import Run
from engine.settlement.owed import Owed, check_columns, refuse_failures
from engine.whatif import facts as drawn_facts
from engine.whatif.drawing import Column, Drawn
from engine.whatif.per_draw import PRESENT_SCALE, PerDraw
from engine.whatif.profiles import Weights, counted, profiles
from engine.whatif.reading_of import Reading, reading_of
from engine.whatif.scenario import Variant

_FACTOR_SCALE = 10**12
_MOST_MONTHS = 1_500


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every variant: the last day that counts, and the yearly rate of discount."""

    first_index: date
    until: date
    discount: Fraction

    @property
    def months(self) -> tuple[str, ...]:
        first, last = (Period(d.year, d.month) for d in (self.first_index, self.until))
        span = (last.year - first.year) * 12 + last.month - first.month
        return tuple(str(first.plus(k)) for k in range(span + 1))


def settle(
    connection: duckdb.DuckDBPyConnection, drawn: Drawn, variants: Sequence[Variant], question: Question
) -> dict[str, PerDraw]:
    """What each variant comes to in the draws of `drawn`. All variants are of the cohort that was drawn."""
    _factors(connection, question.discount)
    groups: dict[Reading, list[Variant]] = {}
    for variant in variants:
        groups.setdefault(reading_of(variant.contract), []).append(variant)
    found = {}
    for reading, own in groups.items():
        one = _load(connection, drawn, reading, own[0].contract, question)
        for variant in own:
            found[variant.name] = _settled(one, variant, drawn, question)
    return found


@dataclass(frozen=True, slots=True)
class _Loaded:
    facts: Facts
    run: Run
    coverage: bool
    standing: Standing = field(default_factory=Standing)  # so that variants share what they have in common


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
    connection.register(
        "given", {"draw": weights.draw, "treatment_id": weights.profile, "times": weights.times}
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE weights AS FROM given")
    connection.unregister("given")
    run = Run(None if reading.together else question.until, question.until)
    return _Loaded(facts, run, reading.coverage and drawn.leave is not None)


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


def _settled(loaded: _Loaded, variant: Variant, drawn: Drawn, question: Question) -> PerDraw:
    contract, connection = variant.contract, loaded.facts.connection
    check_columns(contract, loaded.facts)
    plan = build_plan(contract, loaded.run, drawn_facts.traits(loaded.coverage))
    run_plan(plan, connection, loaded.facts.schema, loaded.standing)
    refuse_failures(Owed(contract, loaded.run, plan, connection, loaded.facts))
    return _summed(connection, variant, drawn, question, loaded.run.as_of is None)


# --- sums -------------------------------------------------------------------------------------------


def _factors(connection: duckdb.DuckDBPyConnection, discount: Fraction) -> None:
    """The table `factors`: what one unit so many months after the index date is worth on it."""
    month = float(1 + discount) ** (-1 / 12)
    factors = np.array([round(month**k * _FACTOR_SCALE) for k in range(_MOST_MONTHS)], np.int64)
    connection.register("given", {"months": np.arange(_MOST_MONTHS), "factor": factors})
    connection.execute("CREATE OR REPLACE TEMP TABLE factors AS FROM given")
    connection.unregister("given")


def _summed(
    connection: duckdb.DuckDBPyConnection, variant: Variant, drawn: Drawn, question: Question, by_case: bool
) -> PerDraw:
    contract, months, draws = variant.contract, question.months, len(drawn.draws)
    _moved(connection, contract, question, by_case)
    money = connection.execute(
        """SELECT draw, month, sum(amount) FILTER (payment)::BIGINT AS payments,
        sum(amount) FILTER (NOT payment)::BIGINT AS refunds, (sum(present) // $scale)::BIGINT AS present
        FROM moved GROUP BY draw, month""",
        {"scale": _FACTOR_SCALE // PRESENT_SCALE},
    ).fetchnumpy()
    payments, refunds, present = (np.zeros((draws, len(months)), np.int64) for _ in range(3))
    place = (money["draw"].astype(np.int64), money["month"].astype(np.int64))
    for sums, name in ((payments, "payments"), (refunds, "refunds"), (present, "present")):
        sums[place] = np.ma.filled(money[name], 0)
    clauses = connection.execute(
        "SELECT clause, sum(amount)::BIGINT FROM moved GROUP BY clause ORDER BY 1"
    ).fetchall()
    patients, responders = _patients(connection, variant, draws)
    return PerDraw(
        months, np.asarray(drawn.patients, np.int64), patients, responders, payments, refunds,
        present.sum(axis=1), dict(clauses), _pending(connection, variant),
    )  # fmt: skip


def _moved(
    connection: duckdb.DuckDBPyConnection, contract: m.Contract, question: Question, by_case: bool
) -> None:
    """The table `moved`: money by draw, month (from 0) and clause; a limit's on the days on which it moves."""
    ways = {part.id: part.direction for part in contract.money_parts}
    given = {
        "limits": [limit.id for limit in contract.limits],
        "payments": [i for i, way in ways.items() if way == "payment"],
        "either": [i for i, way in ways.items() if way is None],
        "first": date(question.first_index.year, question.first_index.month, 1),
    }
    case = "case_id" if by_case else "NULL"
    own = "m.draw, 1 AS times" if by_case else "w.draw, w.times"
    weights = "" if by_case else "JOIN weights w USING (treatment_id)"
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE moved AS
        WITH single AS (
          SELECT {case} AS draw, treatment_id, clause, due, amount FROM lines WHERE NOT list_contains($limits, clause)
          UNION ALL SELECT {case}, treatment_id, clause, due, amount FROM changes),
        monthly AS (
          SELECT draw, treatment_id, clause, datediff('month', $first::DATE, due) AS month,
            sum(amount) AS amount, sum(amount::HUGEINT * coalesce(f.factor, $scale)) AS present
          FROM single LEFT JOIN (SELECT treatment_id, index_date FROM subjects) s USING (treatment_id)
          LEFT JOIN factors f ON f.months = greatest(0, datesub('month', s.index_date, due))
          GROUP BY ALL)
        SELECT draw, month, clause,
          list_contains($payments, clause) OR (list_contains($either, clause) AND amount > 0) AS payment,
          sum(amount * times) AS amount, sum(present * times) AS present
        FROM (SELECT m.* EXCLUDE (draw), {own} FROM monthly m {weights}) GROUP BY draw, month, clause, payment""",
        {**given, "scale": _FACTOR_SCALE},
    )


def _patients(
    connection: duckdb.DuckDBPyConnection, variant: Variant, draws: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Those who are the contract's, and those who respond, in each draw."""
    name, status = variant.responder
    found = connection.execute(
        """SELECT draw, sum(times)::BIGINT AS patients,
          coalesce(sum(times) FILTER (treatment_id IN (
            SELECT treatment_id FROM statuses WHERE outcome = $name AND n = 1 AND status = $status)), 0)::BIGINT AS own
        FROM weights SEMI JOIN subjects USING (treatment_id) GROUP BY draw""",
        {"name": name or first_outcome(variant.contract), "status": status},
    ).fetchnumpy()
    patients, responders = (np.zeros(draws, np.int64) for _ in range(2))
    patients[found["draw"]], responders[found["draw"]] = found["patients"], found["own"]
    return patients, responders


def _pending(connection: duckdb.DuckDBPyConnection, variant: Variant) -> NDArray[np.int64]:
    """Patients of all draws whose first outcome was open k months after their index date, for k from 0 up."""
    found = connection.execute(
        """SELECT datesub('month', s.index_date, t.decided_on) AS months, sum(w.times)::BIGINT AS patients
        FROM statuses t JOIN subjects s USING (treatment_id) JOIN weights w USING (treatment_id)
        WHERE t.outcome = $name AND t.n = 1 GROUP BY months ORDER BY months""",
        {"name": first_outcome(variant.contract)},
    ).fetchall()
    decided = {months: patients for months, patients in found if months is not None}
    open_now, ages = sum(patients for _, patients in found), []
    for k in range(max(decided, default=-1) + 1):
        ages.append(open_now)
        open_now -= decided.get(k, 0)
    return np.array(ages, np.int64)


def first_outcome(contract: m.Contract) -> str:
    """The name under which the first declared outcome stands among the statuses; empty where there is none."""
    from engine.plan.build import status_names

    if not contract.outcomes:
        return ""
    first = contract.outcomes[0]
    return next((name for (_, o), name in status_names(contract).items() if o == first.name), first.name)
