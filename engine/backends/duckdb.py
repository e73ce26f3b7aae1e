"""Runs a plan on DuckDB: what costs work and is used more than once becomes a temporary table, all else a view."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import duckdb
from sqlglot import exp

from engine.backends.references import compares_rows, costly, references
from engine.backends.relations import SqlWriter
from engine.backends.sql import MACROS
from engine.plan.build import READ, RESULTS, SELDOM, Plan
from engine.plan.line_key import LINE_ORDER
from engine.plan.tree import Step

MOST_READERS = 12  # of a view, counted through the views that read it


@dataclass(slots=True)
class Standing:
    """The steps that the last plan left on a connection, for the next one on the same facts."""

    steps: dict[str, tuple[Step, str]] = field(default_factory=dict)  # with its kind: table or view

    def new_in(self, plan: Plan, kinds: Mapping[str, str]) -> list[Step]:
        """The steps of a plan that do not stand: of another meaning, or reading one that is new."""
        new: dict[str, Step] = {}
        for step in plan.steps:
            same = self.steps.get(step.name) == (step, kinds[step.name])
            if not same or any(name in new for name in references(step.relation)):
                new[step.name] = step
        self.steps = {step.name: (step, kinds[step.name]) for step in plan.steps}
        return list(new.values())


def run_plan(
    plan: Plan, connection: duckdb.DuckDBPyConnection, facts_schema: str, standing: Standing | None = None
) -> set[str]:
    """Leave each step of the plan as a temporary table or view of its name on the connection; gives those made anew.

    What an earlier plan left `standing` on the same facts, of the very same meaning, is not worked out again.
    """
    kinds = _kinds(plan)
    new = (standing or Standing()).new_in(plan, kinds)
    _clear(connection, {step.name for step in new})
    for macro in MACROS.values():
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")
    for _, statement in _written(new, kinds, facts_schema):
        connection.execute(statement)
    return {step.name for step in new}


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
    lines = next(step.relation.columns for step in plan.steps if step.name == "lines")
    order = ", ".join(name for name in LINE_ORDER if name in lines)
    return "\n".join([*macros, *parts, f"SELECT * FROM lines ORDER BY {order};\n"])


def statements(plan: Plan, facts_schema: str | None, pretty: bool = False) -> Iterator[tuple[str, str]]:
    """(grain, statement) for each step, in order."""
    return _written(plan.steps, _kinds(plan), facts_schema, pretty)


def _written(
    steps: Iterable[Step], kinds: Mapping[str, str], facts_schema: str | None, pretty: bool = False
) -> Iterator[tuple[str, str]]:
    writer = SqlWriter(facts_schema)
    for step in steps:
        query = writer.select(step.relation).sql("duckdb", pretty=pretty, identify=False, copy=False)
        name = exp.to_identifier(step.name).sql("duckdb")
        yield step.grain, f"CREATE OR REPLACE TEMP {kinds[step.name]} {name} AS\n{query}"


def _kinds(plan: Plan) -> dict[str, str]:
    tables = _tables(plan)
    return {step.name: "TABLE" if step.name in tables else "VIEW" for step in plan.steps}


def _tables(plan: Plan) -> set[str]:
    """The steps to be kept as tables.

    A view does its work anew wherever it is read, through the views over it too. Where that is little (a few columns,
    a filter) it is done sooner than its results are written down and read.
    """
    tables: set[str] = set()
    readers: Counter[str] = Counter(dict.fromkeys((*RESULTS, *READ), 2))
    for step in reversed(plan.steps):
        if step.name in SELDOM:
            continue
        several = readers[step.name] > 1 and costly(step.relation)
        if several or readers[step.name] > MOST_READERS or compares_rows(step.relation):
            tables.add(step.name)
        times = 1 if step.name in tables else readers[step.name]
        for name in references(step.relation):
            readers[name] += times
    return tables
