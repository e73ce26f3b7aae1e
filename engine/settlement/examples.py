"""Worked examples run through the very engine that settles: all cases of a contract in one run.

Each `expect` becomes a copy of its example's treatment with an as-of date of its own and only the rows known by
its known-by date, so that one plan answers all of them.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.feeds.facts import Facts
from engine.feeds.rows import facts_from_rows
from engine.kernel.dates import LAST_DAY
from engine.kernel.diagnostics import Exit, refuse
from engine.kernel.money import format_minor
from engine.language import meaning as m
from engine.language.examples import Example, ExampleTreatment, Expected, read_examples
from engine.language.expectations import Expectation
from engine.language.reader import read_contract
from engine.plan.build import status_names
from engine.plan.tables import Run
from engine.settlement.owed import Owed, work_out

Row = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation and what came; `difference` is of money, came less expected."""

    as_of: date
    known_by: date
    key: str
    expected: str
    came: str
    difference: str

    @property
    def passed(self) -> bool:
        return self.expected == self.came


@dataclass(frozen=True, slots=True)
class ExampleResult:
    name: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return all(c.passed for c in self.checks)


@dataclass(frozen=True, slots=True)
class ContractResult:
    """A contract's examples; `unreached` names statuses that an outcome can have and no example reaches."""

    contract: str
    examples: tuple[ExampleResult, ...]
    unreached: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "contract": self.contract,
            "passed": all(e.passed for e in self.examples),
            "examples": [
                {
                    "name": e.name,
                    "passed": e.passed,
                    "expect": [
                        {"as_of": c.as_of.isoformat(), "known_by": c.known_by.isoformat(), "key": c.key,
                         "expected": c.expected, "came": c.came, "passed": c.passed, "difference": c.difference}
                        for c in e.checks
                    ],
                }
                for e in self.examples
            ],
            "unreached": list(self.unreached),
        }  # fmt: skip


def test_contract(file: Path) -> ContractResult:
    """Run the examples beside a contract file; one without any is refused."""
    contract = read_contract(file)
    examples = read_examples(file.parent, contract)
    if not examples:
        raise refuse("no_examples", f"'{file.parent}' has no worked examples", Exit.REFUSED)
    return run_examples(contract, examples)


def run_examples(contract: m.Contract, examples: tuple[Example, ...]) -> ContractResult:
    cases = [
        (f"x{k}e{j}", example, expect)
        for k, example in enumerate(examples)
        for j, expect in enumerate(example.expect)
    ]
    rows: dict[str, list[Row]] = {"treatments": [], "outcomes": [], "coverage": []}
    for name, example, expect in cases:
        _add_case(contract, rows, name, example.treatments[0], expect)
    facts, report = facts_from_rows(rows)
    if report.quarantine:
        bad = report.quarantine[0]
        number = int(str(rows[bad.file][bad.line - 1]["treatment_id"] or "x0e0").split("e")[0][1:])
        problem = f"example '{examples[number].name}': {bad.sentence}"
        raise refuse("bad_example", problem, Exit.REFUSED)
    owed = work_out(contract, _with_as_of(facts), Run(None, LAST_DAY))
    answers = _Answers.read(owed)
    results = []
    for k, example in enumerate(examples):
        checks = [
            answers.check(contract, f"x{k}e{j}", expect, e)
            for j, expect in enumerate(example.expect)
            for e in expect.expectations
        ]
        results.append(ExampleResult(example.name, tuple(checks)))
    return ContractResult(contract.id, tuple(results), answers.unreached(contract))


def _add_case(
    contract: m.Contract, rows: dict[str, list[Row]], name: str, treatment: ExampleTreatment, expect: Expected
) -> None:
    """The example's rows under ids of this case, those not known by its known-by date left out."""
    index, known_by = treatment.index_date, expect.known_by or expect.as_of
    own: Row = {"product": contract.product_codes[0], "payer": contract.payer.name, **dict(treatment.columns)}
    own |= {
        "treatment_id": name,
        "patient_id": name,
        "index_date": index.isoformat(),
        "as_of": expect.as_of.isoformat(),
    }
    rows["treatments"].append(own)
    for k, outcome in enumerate(treatment.outcomes):
        on = _day(outcome.on, index)
        known = _day(outcome.known_on, index) if outcome.known_on else on
        if known <= known_by:
            rows["outcomes"].append(
                {"record_id": f"{name}-{outcome.record_id}" if outcome.record_id else f"{name}#{k}",
                 "patient_id": name, "treatment_id": name, "measure": outcome.name, "effective_date": on.isoformat(),
                 "value": outcome.value, "unit": outcome.unit, "source": outcome.source, "status": outcome.status,
                 "known_on": known.isoformat()}
            )  # fmt: skip
    for span in treatment.coverage:
        first = _day(span.first, index)
        known = _day(span.known_on, index) if span.known_on else first
        if known <= known_by:
            rows["coverage"].append(
                {"patient_id": name, "payer": span.payer or contract.payer.name, "from_date": first.isoformat(),
                 "to_date": _day(span.last, index).isoformat() if span.last else None, "known_on": known.isoformat()}
            )  # fmt: skip


def _day(day: date | m.Offset, index: date) -> date:
    return day if isinstance(day, date) else day.shift.after(index)


def _with_as_of(facts: Facts) -> Facts:
    """The facts with the treatments' `as_of` as a date, in a schema of their own."""
    facts.connection.execute(
        f"""CREATE OR REPLACE SCHEMA cases;
        CREATE VIEW cases.treatments AS SELECT * REPLACE (CAST(as_of AS DATE) AS as_of)
        FROM "{facts.schema}".treatments;
        CREATE VIEW cases.outcomes AS FROM "{facts.schema}".outcomes;
        CREATE VIEW cases.coverage AS FROM "{facts.schema}".coverage;
        CREATE VIEW cases.repeated_records AS FROM "{facts.schema}".repeated_records"""
    )
    return Facts(facts.connection, "cases", facts.attributes)


@dataclass(frozen=True, slots=True)
class _Answers:
    """What the run gave, by case."""

    currency: str
    statuses: dict[tuple[str, str, int], str]
    totals: dict[tuple[str, str], int]

    @staticmethod
    def read(owed: Owed) -> "_Answers":
        statuses = owed.rows("SELECT treatment_id, outcome, n, status FROM statuses")
        totals = owed.rows("SELECT treatment_id, clause, sum(amount)::BIGINT FROM lines GROUP BY ALL")
        return _Answers(
            owed.contract.currency,
            {(t, o, n): s for t, o, n, s in statuses},
            {(t, c): a for t, c, a in totals},
        )

    def check(self, contract: m.Contract, case: str, expect: Expected, e: Expectation) -> Check:
        known_by = expect.known_by or expect.as_of
        if e.kind == "status":
            name = e.name if e.clause is None else status_names(contract).get((e.clause, e.name), e.name)
            came = self.statuses.get((case, name, e.n), "not eligible")
            return Check(expect.as_of, known_by, e.key, e.expected, came, "")
        minor = sum(a for (t, c), a in self.totals.items() if t == case and e.kind == "net")
        if e.kind == "money":
            minor = self.totals.get((case, e.name), 0)
        expected = e.minor or 0
        difference = format_minor(minor - expected, self.currency) if minor != expected else ""
        wanted, came = format_minor(expected, self.currency), format_minor(minor, self.currency)
        return Check(expect.as_of, known_by, e.key, wanted, came, difference)

    def unreached(self, contract: m.Contract) -> tuple[str, ...]:
        reached = {(outcome.rsplit(".", 1)[-1], status) for (_, outcome, _), status in self.statuses.items()}
        return tuple(
            f"{o.name} is {status}"
            for o in contract.outcomes
            for status in sorted(_possible(o))
            if (o.name, status) not in reached
        )


def _possible(outcome: m.Outcome) -> set[str]:
    """The statuses that an outcome can have."""
    by_death = {outcome.if_died.related, outcome.if_died.unrelated, outcome.if_died.unknown}
    words: set[str] = {
        "met",
        "not_met",
        "pending",
        outcome.if_missing or "",
        outcome.if_coverage_ends,
        *by_death,
    }
    return words - {"", "ignore"}
