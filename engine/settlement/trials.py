"""Histories run through the very engine that settles, all in one run; and the ones that it judged, as examples."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from engine.kernel.dates import LAST_DAY
from engine.kernel.money import format_minor
from engine.language import meaning as m
from engine.language.examples import Example, ExampleOutcome, ExampleSpan, ExampleTreatment, Expected
from engine.plan.build import status_names
from engine.plan.tables import Run
from engine.settlement.example_reach import reach_of, reach_of_row
from engine.settlement.example_rows import cases_of, facts_of
from engine.settlement.examples import as_known_by_cases
from engine.settlement.histories import NOWHERE
from engine.settlement.owed import Owed, run_contract
from engine.settlement.rows_applied import rows_applied


@dataclass(frozen=True, slots=True)
class TrialLine:
    """A line that is owed; its amount signed, in the minor unit."""

    clause: str
    n: int
    due: date
    minor: int


@dataclass(slots=True)
class Trial:
    """A treatment with its history, and what the engine makes of it as of a day."""

    treatment: ExampleTreatment
    as_of: date
    eligible: bool = False
    failed: bool = False  # an amount could not be worked out
    statuses: dict[tuple[str, int], str] = field(
        default_factory=dict
    )  # by outcome (or CLAUSE.OUTCOME) and number
    lines: list[TrialLine] = field(default_factory=list)
    rows: set[str] = field(default_factory=set)

    @property
    def size(self) -> int:
        return len(self.treatment.outcomes) + len(self.treatment.coverage)

    @property
    def net_minor(self) -> int:
        return sum(line.minor for line in self.lines)

    @property
    def reached(self) -> set[str]:
        """The statuses and rows that it reaches, named as `oba test` names those that no example reaches."""
        return self.rows | {
            reach_of(name.rsplit(".", 1)[-1], status) for (name, _), status in self.statuses.items()
        }


def run_trials(contract: m.Contract, asked: Iterable[tuple[ExampleTreatment, date]]) -> list[Trial]:
    """What the engine makes of each treatment as of a day, in the order given. Refused: what no feed may say."""
    trials = [Trial(treatment, as_of) for treatment, as_of in asked]
    examples = [
        Example(f"trial {k}", NOWHERE, (t.treatment,), (Expected(t.as_of, None, (), NOWHERE),))
        for k, t in enumerate(trials)
    ]
    cases = cases_of(examples)
    by_id = {case.id: trial for case, trial in zip(cases, trials, strict=True)}
    facts = facts_of(contract, cases)
    for known, own in as_known_by_cases(contract, cases):
        owed = run_contract(known, facts, Run(None, LAST_DAY))
        _fill({case.id: by_id[case.id] for case in own}, owed)
    return trials


def _fill(trials: dict[str, Trial], owed: Owed) -> None:
    for (id_,) in owed.rows("SELECT treatment_id FROM subjects"):
        if id_ in trials:
            trials[id_].eligible = True
    for (id_,) in owed.rows("SELECT DISTINCT case_id FROM failures"):
        if id_ in trials:
            trials[id_].failed = True
    for id_, outcome, n, status in owed.rows(
        "SELECT treatment_id, outcome, n, status FROM statuses ORDER BY ALL"
    ):
        if id_ in trials:
            trials[id_].statuses[outcome, n] = status
    for id_, clause, n, due, minor in owed.rows(
        "SELECT case_id, clause, n, due, amount::BIGINT FROM lines ORDER BY ALL"
    ):
        if id_ in trials:
            trials[id_].lines.append(TrialLine(clause, n, due, minor))
    tables = {c.id: c.amount for c in owed.contract.clauses if isinstance(c.amount, m.Table)}
    for id_, (clause, place) in rows_applied(owed):
        if id_ in trials:
            trials[id_].rows.add(reach_of_row(clause, place, tables[clause].rows[place]))


# --- as text ----------------------------------------------------------------------------------------


def as_example(contract: m.Contract, trials: Sequence[Trial], name: str) -> str:
    """One treatment and history as an example, with what the engine gave as of each trial's day."""
    treatment = trials[0].treatment
    columns = [("index_date", treatment.index_date.isoformat()), *treatment.columns]
    text = [f"- name: {_scalar(name)}", f"  treatment: {_mapping(columns)}"]
    if treatment.outcomes:
        text += ["  outcomes:", *(f"    - {_mapping(_row(row))}" for row in treatment.outcomes)]
    if treatment.coverage:
        text += ["  coverage:", *(f"    - {_mapping(_span(span))}" for span in treatment.coverage)]
    text += ["  expect:", *(f"    - {_mapping(_expected(contract, trial))}" for trial in trials)]
    return "\n".join(text) + "\n"


def _row(row: ExampleOutcome) -> list[tuple[str, str]]:
    on = row.on.isoformat() if isinstance(row.on, date) else row.on.text
    pairs = [(row.kind, row.name), ("on", on), ("value", row.value), ("unit", row.unit)]
    return [(key, value) for key, value in pairs if value is not None]


def _span(span: ExampleSpan) -> list[tuple[str, str]]:
    ends = [("from", span.first), ("to", span.last)]
    days = [(k, d.isoformat() if isinstance(d, date) else d.text) for k, d in ends if d is not None]
    return [*days, *([("payer", span.payer)] if span.payer is not None else [])]


def _expected(contract: m.Contract, trial: Trial) -> list[tuple[str, str]]:
    """The statuses, the totals that are not zero, and the net."""
    pairs = [("as_of", trial.as_of.isoformat())]
    pairs += [(_status_key(contract, *key), status) for key, status in trial.statuses.items()]
    totals: dict[str, int] = defaultdict(int)
    for line in trial.lines:
        totals[line.clause] += line.minor
    pairs += [(clause, format_minor(minor, contract.currency)) for clause, minor in totals.items()]
    return [*pairs, ("net", format_minor(trial.net_minor, contract.currency))]


def _status_key(contract: m.Contract, name: str, n: int) -> str:
    """As an example names it: NAME, or NAME.k in a series of several."""
    series = {called: clause for (clause, _), called in status_names(contract).items()}
    clause = next((c for c in contract.clauses if c.id == series.get(name)), None)
    return f"{name}.{n}" if clause is not None and len(clause.dues) > 1 else name


def _mapping(pairs: Iterable[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{key}: {_scalar(value)}" for key, value in pairs) + "}"


def _scalar(text: str) -> str:
    """A text as YAML within brackets; in quotes where it would not be read as it stands."""
    plain = re.fullmatch(r"(?:-(?=[0-9]))?[A-Za-z0-9_.+/][A-Za-z0-9_.+/%-]*(?: [A-Za-z0-9_.+/%-]+)*", text)
    return text if plain and text.lower() != "null" else json.dumps(text, ensure_ascii=False)
