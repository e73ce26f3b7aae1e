"""Sums of what a plan has left on a connection, draw by draw, with the table `weights` of how often each treatment
was drawn."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import duckdb
import numpy as np

from engine.kernel.dates import Period
from engine.language import meaning as m
from engine.plan.build import status_names
from engine.whatif.per_draw import PRESENT_SCALE, PerDraw, Sums
from engine.whatif.profiles import Weights
from engine.whatif.scenario import Agreement

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


def prepare(connection: duckdb.DuckDBPyConnection, discount: Fraction) -> None:
    """Leave the table `factors`: what one unit so many months after the index date is worth on it."""
    month = float(1 + discount) ** (-1 / 12)
    factors = np.array([round(month**k * _FACTOR_SCALE) for k in range(_MOST_MONTHS)], np.int64)
    connection.register("given", {"months": np.arange(_MOST_MONTHS), "factor": factors})
    connection.execute("CREATE OR REPLACE TEMP TABLE factors AS FROM given")
    connection.unregister("given")


def put_weights(connection: duckdb.DuckDBPyConnection, weights: Weights) -> None:
    """Leave the table `weights`: draw (from 0), treatment_id, times."""
    given = {"draw": weights.draw, "treatment_id": weights.profile, "times": weights.times}
    connection.register("given", given)
    connection.execute("CREATE OR REPLACE TEMP TABLE weights AS FROM given")
    connection.unregister("given")


def summed(
    connection: duckdb.DuckDBPyConnection,
    agreement: Agreement,
    drawn: Sums,
    question: Question,
    by_case: bool,
) -> PerDraw:
    """What an agreement comes to. `drawn`: the patients of each draw. `by_case`: each draw is a case of its own."""
    contract, months, draws = agreement.contract, question.months, len(drawn)
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
    patients, responders = _patients(connection, agreement, draws)
    return PerDraw(
        months, drawn, patients, responders, payments, refunds, present.sum(axis=1),
        _by_clause(connection, draws), _pending(connection, agreement, draws),
    )  # fmt: skip


def _by_clause(connection: duckdb.DuckDBPyConnection, draws: int) -> dict[str, Sums]:
    """Each clause's money in each draw."""
    found = connection.execute(
        "SELECT clause, draw, sum(amount)::BIGINT FROM moved GROUP BY clause, draw ORDER BY clause"
    ).fetchall()
    clauses: dict[str, Sums] = {}
    for clause, draw, minor in found:
        clauses.setdefault(clause, np.zeros(draws, np.int64))[draw] = minor
    return clauses


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


def _patients(connection: duckdb.DuckDBPyConnection, agreement: Agreement, draws: int) -> tuple[Sums, Sums]:
    """Those who are the contract's, and those who respond, in each draw."""
    name, status = agreement.responder
    found = connection.execute(
        """SELECT draw, sum(times)::BIGINT AS patients,
          coalesce(sum(times) FILTER (treatment_id IN (
            SELECT treatment_id FROM statuses WHERE outcome = $name AND n = 1 AND status = $status)), 0)::BIGINT AS own
        FROM weights SEMI JOIN subjects USING (treatment_id) GROUP BY draw""",
        {"name": name or first_outcome(agreement.contract), "status": status},
    ).fetchnumpy()
    patients, responders = (np.zeros(draws, np.int64) for _ in range(2))
    patients[found["draw"]], responders[found["draw"]] = found["patients"], found["own"]
    return patients, responders


def _pending(connection: duckdb.DuckDBPyConnection, agreement: Agreement, draws: int) -> Sums:
    """Patients whose first outcome was open k months after their index date: draws × k, from 0 up."""
    found = connection.execute(
        """SELECT draw, coalesce(datesub('month', s.index_date, t.decided_on), $never) AS months,
          sum(w.times)::BIGINT AS patients
        FROM statuses t JOIN subjects s USING (treatment_id) JOIN weights w USING (treatment_id)
        WHERE t.outcome = $name AND t.n = 1 GROUP BY ALL""",
        {"name": first_outcome(agreement.contract), "never": _MOST_MONTHS},
    ).fetchnumpy()
    months = found["months"].astype(np.int64)
    ages = int(months[months < _MOST_MONTHS].max(initial=-1)) + 1
    decided = np.zeros((draws, ages + 1), np.int64)  # the last column: never
    np.add.at(decided, (found["draw"], np.minimum(months, ages)), found["patients"])
    return np.asarray(decided[:, ::-1].cumsum(axis=1)[:, ::-1][:, :ages])


def first_outcome(contract: m.Contract) -> str:
    """The name under which the first declared outcome stands among the statuses; empty where there is none."""
    if not contract.outcomes:
        return ""
    first = contract.outcomes[0]
    return next((name for (_, o), name in status_names(contract).items() if o == first.name), first.name)
