"""One outcome put to both backends: its status for a patient's rows, read as a feed's would be."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from engine.backends.duckdb import run_plan
from engine.backends.polars import facts_frames, run_plan_polars
from engine.feeds.facts import Facts
from engine.feeds.rows import TextRow, facts_from_rows
from engine.kernel.money import format_minor
from engine.language import meaning as m
from engine.language.reader import read_contract_text
from engine.plan.build import RESULTS, build_plan
from engine.plan.tables import Run
from engine.settlement.owed import traits_of
from tests.backends.both import rows_of
from tests.language.contracts import GOOD, changed

CONNECTION = duckdb.connect(config={"threads": 1})
INDEX = date(2018, 1, 1)
LATE = date(2030, 1, 1)
_OUTCOME = """    measure: disease_status
    window: [day 0, day 30]
    met_if: {any: [CR, CRi]}
    decided: day 60
"""


@dataclass(frozen=True)
class Said:
    """What both backends say of a treatment's outcome; `evidence` are the record ids that it rests on."""

    status: str
    decided_on: date | None
    basis: str
    evidence: str
    lines: dict[str, str]


def contract_of(outcome: str, *changes: tuple[str, str]) -> m.Contract:
    """The tests' contract with `outcome`, lines at the margin, in place of how its remission is judged."""
    own = "".join(f"    {line}\n" for line in outcome.strip().splitlines())
    text = changed(_OUTCOME, own)
    for old, new in changes:
        text = changed(old, new, text)
    return read_contract_text(text, "k.yaml")


def row(on: int | str | date, value: str = "", **more: str) -> TextRow:
    """An assessment on a day after the index date (or a date, or a month): known that day unless it says otherwise."""
    day = INDEX + timedelta(days=on) if isinstance(on, int) else on
    known = {} if isinstance(day, str) else {"known_on": day.isoformat()}
    return {"measure": "disease_status", "value": value, "effective_date": str(day), **known, **more}


def facts_of(*patients: Sequence[TextRow], spans: Sequence[TextRow] = (), **treatment: str) -> Facts:
    """A treatment for each patient's rows, T1, T2, …; record ids are r1, r2, … in the order of a patient's rows."""
    common = {
        "product": "Q2042", "payer": "Example Health Plan", "index_date": INDEX.isoformat(),
        "birth_date": "2006-05-01", "diagnosis": "C91.02", "rems_certified": "true", **treatment,
    }  # fmt: skip
    tables: dict[str, list[TextRow]] = {"treatments": [], "outcomes": [], "coverage": []}
    for n, rows in enumerate(patients, 1):
        who = {"patient_id": f"p{n}"}
        tables["treatments"].append({"treatment_id": f"T{n}", **who, **common})
        records = [{"record_id": f"r{k}", **r} for k, r in enumerate(rows, 1)]
        tables["outcomes"] += [{**r, **who, "record_id": f"p{n}.{r['record_id']}"} for r in records]
        tables["coverage"] += [{**who, "payer": "Example Health Plan", **s} for s in spans]
    facts, report = facts_from_rows(tables, connection=CONNECTION)
    assert not report.quarantine, report.quarantine
    return facts


def asked(contract: m.Contract, facts: Facts, as_of: date = LATE, known_by: date = LATE) -> list[Said]:
    """What the engine says of each patient's `remission`, after checking that both backends say the same."""
    plan = build_plan(contract, Run(as_of, known_by), traits_of(facts))
    run_plan(plan, facts.connection, facts.schema)
    tables = {name: rows_of(facts.connection, name) for name in RESULTS}
    for name, frame in run_plan_polars(plan, facts_frames(facts)).items():
        assert sorted(frame.to_dicts(), key=repr) == sorted(tables[name], key=repr), name
    assert not tables["failures"]
    names = facts.connection.sql(f"SELECT row_no, split_part(record_id, '.', 2) FROM {facts.schema}.outcomes")
    records = dict(names.fetchall())
    owed: dict[str, dict[str, int]] = defaultdict(dict)
    for line in tables["lines"]:
        own = owed[line["treatment_id"]]
        own[line["clause"]] = own.get(line["clause"], 0) + line["amount"]
    said = {}
    for r in tables["statuses"]:
        if r["outcome"] == "remission":
            rows = {records[r[n]] for n in r if n.startswith("row_no") and r[n] is not None}
            evidence = " ".join(sorted(rows))
            treatment = r["treatment_id"]
            lines = {c: format_minor(a, contract.currency) for c, a in owed[treatment].items()}
            said[treatment] = Said(r["status"], r["decided_on"], r["basis"], evidence, lines)
    return [said[f"T{n}"] for n in range(1, len(said) + 1)]


__all__ = ["GOOD", "INDEX", "LATE", "Said", "asked", "contract_of", "facts_of", "row"]
