"""What every pick is given and gives."""

from collections.abc import Callable
from dataclasses import dataclass

from engine.plan.tree import Agg, Col, Expr, Relation, Type, call, integer


@dataclass(frozen=True, slots=True)
class Rows:
    """Columns of the rows that a pick folds, one row a report and treatment (and due date).

    `counted`: it is an assessment (or event) of the outcome, in the window and to be seen. `passes`: it
    satisfies the test. `key`: its evidence key (day, passes, row), so that the smallest is the first row.
    """

    counted: Expr
    passes: Expr
    on_day: Expr
    key: Expr
    value: Expr  # WIDE, the number; only where the test is about numbers
    source: Expr
    row: Expr
    near: Expr  # the day that `nearest` is near to


Beside = Callable[[Relation, tuple[str, ...]], Relation]
"""From a frame's marked rows and its keys, columns that no plain fold gives: at most one row of the keys."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A pick after folding, over the aggregates' columns (one row a treatment, or due date).

    `early_key`: of the row that decided before the decided day, to the status `early`; NULL where none did.
    `final`: the status on the decided day given that some row counted (`seen`); `final_key`: the row it rests
    on; `single`: whether it rests on that row alone, so that `.date` and `.value` are its. `further` are more
    columns of what it rests on, by the names of `status_columns.further`. `beside` is joined to the fold.
    """

    aggs: tuple[tuple[str, Agg], ...]
    seen: Expr
    final: Expr
    final_key: Expr
    single: bool
    early_key: Expr | None = None
    early: str = ""
    beside: Beside | None = None
    further: tuple[tuple[str, Expr], ...] = ()


def column(outcome: str, part: str, type_: Type = Type.KEY) -> Col:
    return Col(f"{outcome}__{part}", type_)


def order(distance: Expr, rank: Expr, last_choice: Expr, row: Expr) -> Expr:
    """One integer that sorts by distance in days, then rank of source, then FALSE before TRUE, then row."""
    from_bits = integer(1 << 43), integer(1 << 39), integer(1 << 38)
    parts = [
        call("mul", Type.INTEGER, distance, from_bits[0]),
        call("mul", Type.INTEGER, rank, from_bits[1]),
        call("case", Type.INTEGER, last_choice, from_bits[2], integer(0)),
        row,
    ]
    return call("add", Type.INTEGER, *parts)
