"""Sums of what a plan has left on a connection, draw by draw: what a treatment comes to, as often as it was drawn."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.kernel.dates import Period
from engine.language import meaning as m
from engine.plan.build import Read, status_names
from engine.plan.line_key import line_key
from engine.plan.tables import Run
from engine.whatif.per_draw import PRESENT_SCALE, PerDraw, Sums
from engine.whatif.profiles import Weights
from engine.whatif.scenario import Agreement

_FACTOR_SCALE = 10**12
_MOST_MONTHS = 1_500  # of a discount or an age
Matrix = Any  # scipy's sparse matrices of 64-bit integers


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every agreement: the last day that counts, and the yearly rate of discount."""

    first_index: date
    until: date
    discount: Fraction

    @property
    def months(self) -> tuple[str, ...]:
        first, last = (Period(d.year, d.month) for d in (self.first_index, self.until))
        span = (last.year - first.year) * 12 + last.month - first.month
        return tuple(str(first.plus(k)) for k in range(span + 1))


@dataclass(frozen=True, slots=True)
class Drawings:
    """How often each treatment was drawn: `times` is draws × treatments, by their numbers in the table `numbers`.

    `by_case`: each draw is a case of the plan, with lines of its own.
    """

    times: Matrix
    drawn: Sums  # patients of each draw
    by_case: bool

    @staticmethod
    def of(weights: Weights, drawn: Sums, treatments: int, by_case: bool) -> "Drawings":
        where = (weights.times.astype(np.int64), (weights.draw, weights.profile))
        return Drawings(sparse.csr_array(where, shape=(len(drawn), treatments)), drawn, by_case)


def read_of(contract: m.Contract, run: Run) -> Read:
    """The columns of a plan's steps that the sums read."""
    key = frozenset((*(("case_id",) if run.as_of is None else ()), *line_key(contract)))
    money = key | {"due", "amount"}
    return {
        "lines": money,
        "changes": money,
        "failures": key,
        "statuses": frozenset({"treatment_id", "outcome", "n", "status", "decided_on"}),
        "subjects": frozenset({"treatment_id", "index_date"}),
    }


def prepare(connection: duckdb.DuckDBPyConnection, discount: Fraction) -> None:
    """Leave the table `factors`: what one unit so many months after the index date is worth on it."""
    month = float(1 + discount) ** (-1 / 12)
    factors = [round(month**k * _FACTOR_SCALE) for k in range(_MOST_MONTHS)]
    # As a parameter: a connection on which files were just read may hold an answer that nobody fetched to its end,
    # and registers nothing before that.
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE factors AS
        SELECT unnest(range(len($factors))) AS months, unnest($factors::BIGINT[]) AS factor""",
        {"factors": factors},
    )


@dataclass(frozen=True, slots=True)
class People:
    """What the statuses alone decide; see PerDraw."""

    patients: Sums
    responders: Sums
    pending: Sums


def people(connection: duckdb.DuckDBPyConnection, agreement: Agreement, drawings: Drawings) -> People:
    """Patients, responders, and those whose first outcome is open, in each draw; of a series the last counts."""
    name, status = agreement.responder
    found = connection.execute(
        """SELECT number, bool_or(coalesce(t.outcome = $responder AND t.status = $status, FALSE)) AS responds,
          max(coalesce(datesub('month', s.index_date, t.decided_on), $never)) FILTER (t.outcome = $first) AS months
        FROM subjects s JOIN numbers USING (treatment_id)
        LEFT JOIN (
          SELECT t.* FROM statuses t JOIN (
            SELECT outcome, max(n) AS n FROM statuses WHERE outcome IN ($responder, $first) GROUP BY outcome
          ) USING (outcome, n)) t USING (treatment_id) GROUP BY number""",
        {
            "responder": name or first_outcome(agreement), "status": status,
            "first": first_outcome(agreement), "never": _MOST_MONTHS,
        },
    ).fetchnumpy()  # fmt: skip
    numbers, size = found["number"], drawings.times.shape[1]
    of_one = np.zeros((2, size), np.int64)
    of_one[0, numbers], of_one[1, numbers] = 1, found["responds"]
    asked = ~np.ma.getmaskarray(found["months"])
    months = np.ma.filled(found["months"], 0).astype(np.int64)[asked]
    ages = int(months[months < _MOST_MONTHS].max(initial=-1)) + 1
    decided = (np.ones(len(months), np.int64), (numbers[asked], np.minimum(months, ages)))
    by_age = (drawings.times @ sparse.csr_array(decided, shape=(size, ages + 1))).toarray()
    pending = by_age[:, ::-1].cumsum(axis=1)[:, ::-1][:, :ages]
    return People(drawings.times @ of_one[0], drawings.times @ of_one[1], pending)


def summed(
    connection: duckdb.DuckDBPyConnection,
    agreement: Agreement,
    drawings: Drawings,
    who: People,
    question: Question,
) -> PerDraw:
    """What an agreement comes to."""
    contract, months = agreement.contract, question.months
    clauses = [part.id for part in contract.money_parts]
    money = _monthly(connection, agreement, question, drawings.by_case)
    codes = {clause: k for k, clause in enumerate(clauses)}
    clause_no = np.array([codes[c] for c in money["clause"]], np.int64)
    column = (clause_no * 2 + money["payment"].astype(np.int64)) * len(months) + money["month"]
    whole = _product(drawings, money, column, money["amount"], len(clauses) * 2 * len(months))
    by_kind = whole.reshape(-1, len(clauses), 2, len(months))
    present = _product(drawings, money, np.zeros_like(column), money["present"], 1)[:, 0]
    by_clause = by_kind.sum(axis=(2, 3))
    return PerDraw(
        months=months,
        drawn=drawings.drawn,
        patients=who.patients,
        responders=who.responders,
        payments=by_kind[:, :, 1].sum(axis=1),
        refunds=by_kind[:, :, 0].sum(axis=1),
        present=present,
        by_clause={c: by_clause[:, k] for k, c in enumerate(clauses) if by_clause[:, k].any()},
        pending=who.pending,
    )


def _product(
    drawings: Drawings, money: dict[str, NDArray[Any]], column: Sums, amount: NDArray[Any], columns: int
) -> Sums:
    """Draws × columns: each amount as often as what it is of was drawn."""
    rows = len(drawings.drawn) if drawings.by_case else drawings.times.shape[1]
    one = sparse.csr_array((amount.astype(np.int64), (money["whose"], column)), shape=(rows, columns))
    return np.asarray(one.toarray() if drawings.by_case else (drawings.times @ one).toarray())


def _monthly(
    connection: duckdb.DuckDBPyConnection, agreement: Agreement, question: Question, by_case: bool
) -> dict[str, NDArray[Any]]:
    """Money by whose it is (a treatment's number, or a draw), clause and month from 0; a limit's as it moves."""
    contract = agreement.contract
    ways = {part.id: part.direction for part in contract.money_parts}
    case, whose = ("case_id", "draw") if by_case else ("NULL", "number")
    return connection.execute(
        f"""WITH single AS (
          SELECT {case} AS draw, treatment_id, clause, due, amount FROM lines WHERE NOT list_contains($limits, clause)
          UNION ALL SELECT {case}, treatment_id, clause, due, amount FROM changes)
        SELECT {whose} AS whose, clause, datediff('month', $first::DATE, due) AS month,
          list_contains($payments, clause) OR (list_contains($either, clause) AND amount > 0) AS payment,
          sum(amount)::BIGINT AS amount,
          (sum(amount::HUGEINT * coalesce(f.factor, $scale)) // ($scale // $parts))::BIGINT AS present
        FROM single LEFT JOIN (SELECT treatment_id, index_date FROM subjects) s USING (treatment_id)
        LEFT JOIN numbers USING (treatment_id)
        LEFT JOIN factors f ON f.months = greatest(0, datesub('month', s.index_date, due))
        GROUP BY ALL""",
        {
            "limits": [limit.id for limit in contract.limits],
            "payments": [i for i, way in ways.items() if way == "payment"],
            "either": [i for i, way in ways.items() if way is None],
            "first": date(question.first_index.year, question.first_index.month, 1),
            "scale": _FACTOR_SCALE,
            "parts": PRESENT_SCALE,
        },
    ).fetchnumpy()


def first_outcome(agreement: Agreement) -> str:
    """The name under which the first declared outcome stands among the statuses; empty where there is none."""
    contract = agreement.contract
    if not contract.outcomes:
        return ""
    first = contract.outcomes[0]
    return next((name for (_, o), name in status_names(contract).items() if o == first.name), first.name)
