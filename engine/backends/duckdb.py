"""Runs a plan on DuckDB: a step that is used more than once becomes a temporary table, any other a view."""

from collections import Counter
from collections.abc import Iterator

import duckdb
from sqlglot import exp

from engine.backends.references import references
from engine.backends.relations import SqlWriter
from engine.backends.sql import MACROS
from engine.plan.build import RESULTS, Plan


def run_plan(plan: Plan, connection: duckdb.DuckDBPyConnection, facts_schema: str) -> None:
    """Leave each step of the plan as a temporary table or view of its name on the connection."""
    _clear(connection, {step.name for step in plan.steps})
    for macro in MACROS.values():
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")
    for _, statement in statements(plan, facts_schema):
        connection.execute(statement)


def _clear(connection: duckdb.DuckDBPyConnection, names: set[str]) -> None:
    """Drop what an earlier run left: a view cannot be replaced by a table, nor a table by a view."""
    found = connection.execute(
        """SELECT 'VIEW', view_name FROM duckdb_views() WHERE temporary AND NOT internal
        UNION ALL SELECT 'TABLE', table_name FROM duckdb_tables() WHERE temporary"""
    ).fetchall()
    for kind, name in found:
        if name in names:
            quoted = exp.to_identifier(name, quoted=True).sql("duckdb")
            connection.execute(f"DROP {kind} IF EXISTS temp.{quoted}")


def script(plan: Plan, facts_schema: str | None = None) -> str:
    """The plan as a DuckDB script for people: one commented statement a step, then the lines."""
    parts = [
        f"-- {grain}\n{statement};\n" for grain, statement in statements(plan, facts_schema, pretty=True)
    ]
    macros = [f"-- {what}\nCREATE OR REPLACE TEMP MACRO {macro};\n" for what, macro in MACROS.items()]
    return "\n".join([*macros, *parts, "SELECT * FROM lines ORDER BY treatment_id, clause, n;\n"])


def statements(plan: Plan, facts_schema: str | None, pretty: bool = False) -> Iterator[tuple[str, str]]:
    """(grain, statement) for each step, in order."""
    uses = Counter(name for step in plan.steps for name in references(step.relation))
    writer = SqlWriter(facts_schema)
    for step in plan.steps:
        kind = "TABLE" if uses[step.name] > 1 or step.name in RESULTS else "VIEW"
        query = writer.select(step.relation).sql("duckdb", pretty=pretty, identify=False, copy=False)
        name = exp.to_identifier(step.name).sql("duckdb")
        yield step.grain, f"CREATE OR REPLACE TEMP {kind} {name} AS\n{query}"
