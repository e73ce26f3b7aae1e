"""The rows of worked examples: each `expect` becomes a copy of its example's treatment, under ids of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.feeds.facts import Facts
from engine.feeds.rows import facts_from_rows
from engine.kernel.diagnostics import Diagnostic, Exit, Place, Refusal
from engine.language import meaning as m
from engine.language.examples import Example, ExampleOutcome, ExampleSpan, ExampleTreatment, Expected

Row = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Case:
    """One `expect` of one example. `id` is its treatment's and patient's; no other case has it."""

    id: str
    example: Example
    expect: Expected

    @property
    def known_by(self) -> date:
        return self.expect.known_by or self.expect.as_of


def cases_of(examples: Sequence[Example]) -> list[Case]:
    return [
        Case(f"example{k}.{j}", example, expect)
        for k, example in enumerate(examples, 1)
        for j, expect in enumerate(example.expect, 1)
    ]


def facts_of(contract: m.Contract, cases: Sequence[Case]) -> Facts:
    """Facts that hold all cases: of each only what was known by its day, its as-of date in a column `as_of`.

    Refused, with their places: rows that a feed's reader would put into quarantine.
    """
    rows: dict[str, list[Row]] = {"treatments": [], "outcomes": [], "coverage": []}
    places: dict[str, list[tuple[str, Place]]] = {name: [] for name in rows}
    for case in cases:
        treatment = case.example.treatments[0]
        found = {
            "treatments": [(_treatment(contract, case, treatment), case.example.place)],
            "outcomes": [
                (_outcome(case, treatment.index_date, outcome, k), outcome.place)
                for k, outcome in enumerate(treatment.outcomes)
            ],
            "coverage": [
                (_span(contract, case, treatment.index_date, span), span.place) for span in treatment.coverage
            ],
        }
        for table, made in found.items():
            known = [(row, place) for row, place in made if _known(row) <= case.known_by]
            rows[table] += [row for row, _ in known]
            places[table] += [(case.example.name, place) for _, place in known]
    facts, report = facts_from_rows(rows)
    problems = {}
    for bad in report.quarantine:
        name, place = places[bad.file][bad.line - 1]
        problems[place, bad.sentence] = Diagnostic(
            "bad_example", f"example '{name}': no feed may say this: {bad.sentence}", place
        )
    if problems:
        raise Refusal(list(problems.values()), Exit.REFUSED)
    return _with_dates(facts)


def _treatment(contract: m.Contract, case: Case, treatment: ExampleTreatment) -> Row:
    own: Row = {
        "product": contract.product_codes[0],
        "payer": contract.payers[0].name,
        **dict(treatment.columns),
    }
    return own | {
        "treatment_id": case.id,
        "patient_id": case.id,
        "index_date": treatment.index_date.isoformat(),
        "case_id": case.id,
        "as_of": case.expect.as_of.isoformat(),
    }


def _outcome(case: Case, index: date, outcome: ExampleOutcome, k: int) -> Row:
    on = _day(outcome.on, index)
    known = _day(outcome.known_on, index) if outcome.known_on else on
    return {
        "record_id": f"{case.id}-{outcome.record_id}" if outcome.record_id else f"{case.id}#{k}",
        "patient_id": case.id,
        "treatment_id": case.id,
        "measure": outcome.name,
        "effective_date": on.isoformat(),
        "value": outcome.value,
        "unit": outcome.unit,
        "source": outcome.source,
        "status": outcome.status,
        "known_on": known.isoformat(),
    }


def _span(contract: m.Contract, case: Case, index: date, span: ExampleSpan) -> Row:
    first = _day(span.first, index)
    known = _day(span.known_on, index) if span.known_on else first
    return {
        "patient_id": case.id,
        "payer": span.payer or contract.payers[0].name,
        "from_date": first.isoformat(),
        "to_date": _day(span.last, index).isoformat() if span.last else None,
        "known_on": known.isoformat(),
    }


def _known(row: Row) -> date:
    """The day on which a row became known; one that is no day is kept, and refused by the reader."""
    try:
        return date.fromisoformat(row.get("known_on") or date.min.isoformat())
    except ValueError:
        return date.min


def _day(day: date | m.Offset, index: date) -> date:
    return day if isinstance(day, date) else day.shift.after(index)


def _with_dates(facts: Facts) -> Facts:
    """The facts with the treatments' `as_of` as a date, in a schema of their own."""
    facts.connection.execute(
        f"""CREATE OR REPLACE SCHEMA cases;
        CREATE VIEW cases.treatments AS SELECT * REPLACE (CAST(as_of AS DATE) AS as_of)
        FROM "{facts.schema}".treatments;
        CREATE VIEW cases.outcomes AS FROM "{facts.schema}".outcomes;
        CREATE VIEW cases.coverage AS FROM "{facts.schema}".coverage;
        CREATE VIEW cases.repeated_rows AS FROM "{facts.schema}".repeated_rows"""
    )
    return Facts(facts.connection, "cases", facts.attributes)
