"""One relation on both backends, with the answers as rows."""

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import polars as pl

from engine.backends.duckdb import run_plan
from engine.backends.polars import run_plan_polars
from engine.plan import tree as t
from engine.plan.build import RESULTS, Plan

Row = tuple[object, ...]
CONNECTION = duckdb.connect(config={"threads": 1})
_NOTHING = t.Values({"x": t.Type.INTEGER}, ((1,),))


def plan_of(*steps: tuple[str, t.Relation]) -> Plan:
    """A plan of the steps, the last of them as its lines; the other results are of no interest."""
    *earlier, (_, last) = steps
    named = [t.Step(name, "a row", relation) for name, relation in earlier]
    rest = [t.Step(name, "a row", _NOTHING) for name in RESULTS if name != "lines"]
    return Plan((*named, t.Step("lines", "a row", last), *rest))


def on_duckdb(plan: Plan) -> list[Row]:
    run_plan(plan, CONNECTION, "facts")
    return CONNECTION.execute("SELECT * FROM temp.lines").fetchall()


def on_polars(plan: Plan, tables: dict[str, pl.DataFrame] | None = None) -> list[Row]:
    return run_plan_polars(plan, tables or {})["lines"].rows()


def both(*steps: tuple[str, t.Relation]) -> list[Row]:
    """The rows of the last step, sorted, after checking that the backends agree."""
    plan = plan_of(*steps)
    first, second = _sorted(on_duckdb(plan)), _sorted(on_polars(plan))
    assert first == second
    return first


def _sorted(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: [(value is not None, str(value)) for value in row])


def values_of(expr: t.Expr, columns: t.Columns, inputs: Sequence[Row]) -> list[object]:
    """An expression over each of some rows, in their order."""
    numbered = {"place": t.Type.INTEGER, **columns}
    source = t.Values(numbered, tuple((k, *row) for k, row in enumerate(inputs)))  # type: ignore[arg-type]
    items = (("place", t.Col("place", t.Type.INTEGER)), ("result", expr))
    rows = both(("given", source), ("lines", t.Select(source, items)))
    return [value for _, value in sorted(rows, key=lambda row: int(str(row[0])))]


def rows_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """The rows of a temporary table or view, by column."""
    relation = connection.sql(f"FROM temp.{table}")
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
