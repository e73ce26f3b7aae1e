"""Runs a plan on DuckDB: a step that is used more than once becomes a temporary table, any other a view."""

from collections import Counter
from collections.abc import Iterator

import duckdb
from sqlglot import exp

from engine.backends.relations import SqlWriter
from engine.plan import tree as t
from engine.plan.build import RESULTS, Plan


def run_plan(plan: Plan, connection: duckdb.DuckDBPyConnection, facts_schema: str) -> None:
    """Leave each of the plan's results as a temporary table or view of its name on the connection."""
    for _, statement in statements(plan, facts_schema):
        connection.execute(statement)


def script(plan: Plan, facts_schema: str | None = None) -> str:
    """The plan as a DuckDB script for people: one commented statement a step, then the lines."""
    parts = [
        f"-- {grain}\n{statement};\n" for grain, statement in statements(plan, facts_schema, pretty=True)
    ]
    return "\n".join([*parts, "SELECT * FROM lines ORDER BY treatment_id, clause, n;\n"])


def statements(plan: Plan, facts_schema: str | None, pretty: bool = False) -> Iterator[tuple[str, str]]:
    """(grain, statement) for each step, in order."""
    uses = Counter(name for step in plan.steps for name in _references(step.relation))
    writer = SqlWriter(facts_schema)
    for step in plan.steps:
        kind = "TABLE" if uses[step.name] > 1 or step.name in RESULTS else "VIEW"
        query = writer.select(step.relation).sql("duckdb", pretty=pretty, identify=False)
        name = exp.to_identifier(step.name).sql("duckdb")
        yield step.grain, f"CREATE OR REPLACE TEMP {kind} {name} AS\n{query}"


def _references(relation: t.Relation) -> Iterator[str]:
    match relation:
        case t.Ref(step, _):
            yield step
        case t.Filter() | t.Select() | t.With() | t.Fold():
            yield from _references(relation.source)
        case t.Join(left, right):
            yield from _references(left)
            yield from _references(right)
        case t.Union(parts):
            for part in parts:
                yield from _references(part)
