"""The rows of worked examples: each `expect` becomes a copy of its example's treatment, under ids of its own."""

from collections.abc import Iterator, Sequence
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
    """One `expect` of one example. The ids of its treatments begin with its `id`; no other case has it."""

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
        for one in _treatments(case):
            for table, made in _rows_of(contract, one).items():
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


@dataclass(frozen=True, slots=True)
class _One:
    """One treatment of a case, under an id of its own."""

    id: str
    patient_id: str
    case: Case
    treatment: ExampleTreatment

    @property
    def index(self) -> date:
        return self.treatment.index_date


def case_of(treatment_id: str) -> str:
    """The case that a treatment's id belongs to."""
    return treatment_id.partition("/")[0]


def _treatments(case: Case) -> Iterator[_One]:
    """Each treatment as often as it is to be; a patient of its own unless it names one."""
    if not case.example.is_cohort:
        yield _One(case.id, case.id, case, case.example.treatments[0])
        return
    copies = [t for t in case.example.treatments for _ in range(t.times)]
    for number, treatment in enumerate(copies, 1):
        named = dict(treatment.columns).get("patient_id")
        own = f"{case.id}/{number}"
        yield _One(own, f"{case.id}:{named}" if named else own, case, treatment)


def _rows_of(contract: m.Contract, one: _One) -> dict[str, list[tuple[Row, Place]]]:
    """The feed rows of a treatment by table, each with its place in the file."""
    treatment = one.treatment
    return {
        "treatments": [(_treatment(contract, one), treatment.place or one.case.example.place)],
        "outcomes": [
            (_outcome(one, outcome, k), outcome.place) for k, outcome in enumerate(treatment.outcomes)
        ],
        "coverage": [(_span(contract, one, span), span.place) for span in treatment.coverage],
    }


def _treatment(contract: m.Contract, one: _One) -> Row:
    own: Row = {
        "product": contract.product_codes[0],
        "payer": contract.payers[0].name,
        **dict(one.treatment.columns),
    }
    return own | {
        "treatment_id": one.id,
        "patient_id": one.patient_id,
        "index_date": one.index.isoformat(),
        "case_id": one.case.id,
        "as_of": one.case.expect.as_of.isoformat(),
    }


def _outcome(one: _One, outcome: ExampleOutcome, k: int) -> Row:
    on = _day(outcome.on, one.index)
    known = _day(outcome.known_on, one.index) if outcome.known_on else on
    return {
        "record_id": f"{one.id}-{outcome.record_id}" if outcome.record_id else f"{one.id}#{k}",
        "patient_id": one.patient_id,
        "treatment_id": one.id,
        "measure": outcome.name,
        "effective_date": on.isoformat(),
        "value": outcome.value,
        "unit": outcome.unit,
        "source": outcome.source,
        "status": outcome.status,
        "known_on": known.isoformat(),
    }


def _span(contract: m.Contract, one: _One, span: ExampleSpan) -> Row:
    first = _day(span.first, one.index)
    known = _day(span.known_on, one.index) if span.known_on else first
    return {
        "patient_id": one.patient_id,
        "payer": span.payer or contract.payers[0].name,
        "from_date": first.isoformat(),
        "to_date": _day(span.last, one.index).isoformat() if span.last else None,
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
