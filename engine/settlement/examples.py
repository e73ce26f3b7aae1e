"""Worked examples run through the very engine that settles: all cases of a contract in one run.

Each `expect` is a case of its own with its own as-of date (see `example_rows`), so that one plan answers all.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.feeds.facts import Facts
from engine.kernel.dates import LAST_DAY
from engine.kernel.diagnostics import Diagnostic, Exit, Refusal, refuse
from engine.kernel.money import format_minor
from engine.language import meaning as m
from engine.language.amended import as_known, signed_by
from engine.language.examples import Example, read_examples
from engine.language.expectations import Expectation
from engine.language.reader import read_contract
from engine.plan.build import status_names
from engine.plan.tables import Run
from engine.settlement.example_reach import unreached, unreached_rows
from engine.settlement.example_rows import Case, case_of, cases_of, facts_of
from engine.settlement.line_keys import whole_key
from engine.settlement.owed import Owed, run_contract
from engine.settlement.rows_applied import reached_rows


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation and what came; `difference` is of money, came less expected, and empty where none."""

    as_of: date
    known_by: date
    key: str
    expected: str
    came: str
    difference: str

    @property
    def passed(self) -> bool:
        return self.expected == self.came

    def as_json(self) -> dict[str, object]:
        return {
            "key": self.key,
            "expected": self.expected,
            "came": self.came,
            "passed": self.passed,
            "difference": self.difference,
        }


@dataclass(frozen=True, slots=True)
class ExampleResult:
    name: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return all(c.passed for c in self.checks)

    def as_json(self) -> dict[str, object]:
        dates = [{"as_of": c.as_of.isoformat(), "known_by": c.known_by.isoformat()} for c in self.checks]
        checks = [{**d, **c.as_json()} for d, c in zip(dates, self.checks, strict=True)]
        return {"name": self.name, "passed": self.passed, "expect": checks}


@dataclass(frozen=True, slots=True)
class ContractResult:
    """A contract's examples; `unreached` names statuses of outcomes and rows of tables that no example reaches."""

    contract: str
    examples: tuple[ExampleResult, ...]
    unreached: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return all(e.passed for e in self.examples)

    def as_json(self) -> dict[str, object]:
        examples = [e.as_json() for e in self.examples]
        return {
            "contract": self.contract,
            "passed": self.passed,
            "examples": examples,
            "unreached": list(self.unreached),
        }


def test_contract(file: Path) -> ContractResult:
    """Run the examples beside a contract file; one without any is refused."""
    contract = read_contract(file)
    examples = read_examples(file.parent, contract)
    if not examples:
        raise refuse("no_examples", f"'{file.parent}' has no worked examples", Exit.REFUSED)
    return run_examples(contract, examples)


def run_examples(
    contract: m.Contract, examples: Sequence[Example], facts: Facts | None = None
) -> ContractResult:
    """Run examples of a contract. One that makes a line fall due without an amount is refused.

    `facts` are those of the very examples, where they are at hand: of another version of the contract.
    """
    cases = cases_of(examples)
    facts = facts or facts_of(contract, cases)
    checks: dict[str, list[Check]] = {}
    statuses, rows = set[tuple[str, str]](), set[tuple[str, int]]()
    for known, own in as_known_by_cases(contract, cases):
        owed = run_contract(known, facts, Run(None, LAST_DAY))
        _refuse_failures(owed, own)
        answers = _Answers.read(owed)
        for case in own:
            checks[case.id] = [answers.check(case, e) for e in case.expect.expectations]
        ids = {case.id for case in own}
        statuses |= {(outcome, s) for (t, outcome, _), s in answers.statuses.items() if case_of(t) in ids}
        rows |= reached_rows(owed, ids)
    results = tuple(
        ExampleResult(e.name, tuple(c for case in cases if case.example is e for c in checks[case.id]))
        for e in examples
    )
    missed = unreached(contract, statuses) + unreached_rows(contract, rows)
    return ContractResult(contract.id, results, missed)


def as_known_by_cases(contract: m.Contract, cases: Sequence[Case]) -> list[tuple[m.Contract, list[Case]]]:
    """The contract with the amendments that each case's `known_by` sees; one where there are no amendments."""
    groups: dict[tuple[m.Amendment, ...], list[Case]] = {}
    for case in cases:
        groups.setdefault(signed_by(contract.amendments, case.known_by), []).append(case)
    return [(as_known(contract, own[0].known_by), own) for own in groups.values()]


def _refuse_failures(owed: Owed, cases: Sequence[Case]) -> None:
    by_id = {case.id: case for case in cases}
    problems = []
    for case_id, clause, n in owed.rows("SELECT case_id, clause, n FROM failures ORDER BY ALL"):
        if case_id not in by_id:
            continue  # known by another day, and judged with the amendments of that
        case = by_id[case_id]
        problem = (
            f"example '{case.example.name}' as of {case.expect.as_of}: the amount of '{clause}', line {n}, cannot "
            "be worked out: a part of it is empty, divided by zero, or it falls below zero"
        )
        hint = "give the example what the amount reads, or guard the clause by an `if`"
        problems.append(Diagnostic("no_amount", problem, case.expect.place, hint))
    if problems:
        raise Refusal(problems, Exit.PROBLEMS)


@dataclass(frozen=True, slots=True)
class _Answers:
    """What the run gave, by case."""

    contract: m.Contract
    names: dict[tuple[str, str], str]
    statuses: dict[tuple[str, str, int], str]
    totals: dict[tuple[str, str, str | None], int]  # by case, clause or `net`, and payer (None: of all)

    @staticmethod
    def read(owed: Owed) -> "_Answers":
        statuses = owed.rows("SELECT treatment_id, outcome, n, status FROM statuses")
        totals: dict[tuple[str, str, str | None], int] = defaultdict(int)
        lines = whole_key(owed.contract, "lines")
        for case_id, clause, payer, amount in owed.rows(
            f"SELECT case_id, clause, payer, sum(amount)::BIGINT FROM {lines} GROUP BY ALL"
        ):
            for name in (clause, "net"):
                for whose in {payer, None}:
                    totals[case_id, name, whose] += amount
        return _Answers(
            owed.contract,
            status_names(owed.contract),
            {(t, o, n): s for t, o, n, s in statuses},
            totals,
        )

    def check(self, case: Case, e: Expectation) -> Check:
        days = (case.expect.as_of, case.known_by)
        if e.kind == "status":
            name = e.name if e.clause is None else self.names.get((e.clause, e.name), e.name)
            came = self.statuses.get((case.id, name, e.n), "not eligible")
            return Check(*days, e.key, e.expected, came, "")
        minor = self.totals.get((case.id, e.name, e.payer), 0)
        expected, currency = e.minor or 0, self.contract.currency
        difference = format_minor(minor - expected, currency) if minor != expected else ""
        wanted, got = format_minor(expected, currency), format_minor(minor, currency)
        return Check(*days, e.key, wanted, got, difference)
