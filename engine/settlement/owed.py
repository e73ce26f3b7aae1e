"""`owed`: everything that has ever fallen due on a contract, by the facts known by a day. Posts nothing."""

from dataclasses import dataclass
from typing import Any

import duckdb

from engine.backends.duckdb import run_plan
from engine.feeds.facts import Facts
from engine.kernel.diagnostics import Diagnostic, Exit, Refusal, nearest, refuse
from engine.language import meaning as m
from engine.language.amended import as_known
from engine.plan.build import Plan, build_plan
from engine.plan.tables import Run, Traits
from engine.plan.values import attribute_names
from engine.settlement.line_keys import ORDER, whole_key


@dataclass(frozen=True, slots=True)
class Owed:
    """The results of a run, as temporary tables of `connection`: see `RESULTS` of the plan."""

    contract: m.Contract
    run: Run
    plan: Plan
    connection: duckdb.DuckDBPyConnection
    facts: Facts

    def rows(self, query: str, parameters: list[object] | None = None) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, parameters or []).fetchall()


def work_out(contract: m.Contract, facts: Facts, run: Run) -> Owed:
    """Run the contract's plan on the facts.

    Refused: a column that the contract names and the feed lacks; a line that falls due whose amount is NULL,
    divided by zero or below zero, by treatment and clause; an amount that no 128-bit integer holds.
    """
    try:
        owed = run_contract(contract, facts, run)
        refuse_failures(owed)
    except (duckdb.OutOfRangeException, duckdb.ConversionException):
        problem = f"an amount of {contract.id} is too large to be worked out exactly (over 18 digits, or 38 on the way)"
        raise refuse(
            "too_large", problem, Exit.PROBLEMS, "look at the terms and columns that it multiplies"
        ) from None
    return owed


def run_contract(contract: m.Contract, facts: Facts, run: Run) -> Owed:
    """Run the contract's plan on the facts; lines without an amount are left to the caller, in `failures`.

    The contract of what is owed is as known by the run's day, with its amendments in its terms.
    """
    contract = as_known(contract, run.known_by)
    check_columns(contract, facts)
    plan = build_plan(contract, run, traits_of(facts))
    run_plan(plan, facts.connection, facts.schema)
    return Owed(contract, run, plan, facts.connection, facts)


def check_columns(contract: m.Contract, facts: Facts) -> None:
    wanted = attribute_names((contract.eligible, contract.clauses, contract.limits))
    missing = sorted(wanted - facts.attributes)
    if missing:
        known = sorted(facts.attributes)
        raise Refusal(
            [
                Diagnostic(
                    "unknown_column",
                    f"the contract reads '{name}', and the treatments of this feed have no such column",
                    hint=nearest(name, known) or f"the feed has: {', '.join(known) or 'no further columns'}",
                )
                for name in missing
            ],
            Exit.REFUSED,
        )


def refuse_failures(owed: Owed, most: int = 20) -> None:
    query = (
        f"SELECT coalesce('treatment ' || treatment_id, group_name), clause, n FROM "
        f"{whole_key(owed.contract, 'failures')} ORDER BY {ORDER}"
    )
    failures = owed.connection.execute(query).fetchmany(most + 1)
    if failures:
        clauses = {part.id: part.clause for part in owed.contract.money_parts}
        problems = [
            Diagnostic(
                "no_amount",
                f"{whose}, clause {clause} ({clauses.get(clause, '')}), line {n}: the amount cannot "
                "be worked out: a part of it is empty, divided by zero, or it falls below zero",
                hint="look at the columns and outcomes that the amount reads, or guard the clause by an `if`",
            )
            for whose, clause, n in failures[:most]
        ]
        raise Refusal(problems, Exit.PROBLEMS)


def traits_of(facts: Facts) -> Traits:
    """What the facts contain, by a few cheap questions."""
    schema = facts.schema

    def some(query: str) -> bool:
        return facts.connection.execute(query.format(schema=f'"{schema}"')).fetchone() is not None

    def repeated(table: str, query: str) -> bool:
        return some(query) if facts.repeated is None else table in facts.repeated

    return Traits(
        coverage=some("SELECT 1 FROM {schema}.coverage LIMIT 1"),
        partial_dates=some("SELECT 1 FROM {schema}.outcomes WHERE effective_to IS NOT NULL LIMIT 1"),
        study_days=some("SELECT 1 FROM {schema}.outcomes WHERE study_day IS NOT NULL LIMIT 1"),
        repeated_treatments=repeated(
            "treatments",
            "SELECT 1 FROM {schema}.treatments GROUP BY treatment_id HAVING count(*) > 1 LIMIT 1",
        ),
        repeated_spans=facts.repeated is None or "coverage" in facts.repeated,
        repeated_records=repeated("outcomes", "SELECT 1 FROM {schema}.repeated_rows LIMIT 1"),
    )
