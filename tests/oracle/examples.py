"""The worked examples that stand beside a contract, asked of the oracle."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from tests.oracle import Facts
from tests.oracle.contract import Contract, read_contract
from tests.oracle.dates import parse_offset
from tests.oracle.evidence import Row
from tests.oracle.reckon import owed


@dataclass(frozen=True)
class Expectation:
    """What one line under `expect` of an example says, with the example's facts."""

    contract: str
    facts: Facts
    as_of: date
    known_by: date
    said: dict[str, str]


def expectations(folder: Path) -> Iterator[tuple[str, Expectation]]:
    """Each expectation of a contract's folder, with the name of its example."""
    text = (folder / "contract.yaml").read_text(encoding="utf-8")
    contract = read_contract(text)
    examples = yaml.load((folder / "examples.yaml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    for example in examples:
        facts = _facts(contract, example)
        for said in example["expect"]:
            as_of = date.fromisoformat(said["as_of"])
            known_by = date.fromisoformat(said.get("known_by") or said["as_of"])
            rest = {key: value for key, value in said.items() if key not in ("as_of", "known_by")}
            yield example["name"], Expectation(text, facts, as_of, known_by, rest)


def unmet(one: Expectation) -> list[str]:
    """What the oracle says otherwise."""
    answer = owed(one.contract, one.facts, one.as_of, one.known_by)
    totals: dict[str, Fraction] = {"net": Fraction(answer["net"])}
    for line in answer["lines"]:
        names = [line["clause"], f"{line['clause']}.{line['n']}"]
        if line["payer"]:
            names += [f"{line['clause']}@{line['payer']}", f"net@{line['payer']}"]
        for name in names:
            totals[name] = totals.get(name, Fraction(0)) + Fraction(line["amount"])
    statuses = {}
    for row in answer["statuses"]:
        statuses[f"{row['outcome']}.{row['n']}"] = statuses[row["outcome"]] = row["status"]
    found = []
    for name, value in one.said.items():
        is_amount = value.replace(".", "").removeprefix("-").isdigit()
        got = str(float(totals.get(name, Fraction(0)))) if is_amount else statuses.get(name)
        same = Fraction(value) == totals.get(name, Fraction(0)) if is_amount else value == got
        if not same:
            found.append(f"as of {one.as_of} {name}: {value} is expected, the oracle says {got}")
    return found


def _facts(contract: Contract, example: dict[str, Any]) -> Facts:
    """The example's rows, as a feed would bring them."""
    facts: Facts = {"treatments": [], "outcomes": [], "coverage": []}
    if "treatment" in example:
        _add(facts, contract, example["treatment"], example)
    for said in example.get("treatments", []):
        treatment = said.get("treatment") or {
            key: value for key, value in said.items() if key not in ("outcomes", "coverage", "times")
        }
        for _ in range(int(said.get("times", 1))):
            _add(facts, contract, treatment, said)
    return facts


def _add(facts: Facts, contract: Contract, treatment: dict[str, str], said: dict[str, Any]) -> None:
    """Adds one treatment, of a patient of its own unless it names one, with its outcomes and coverage."""
    number = len(facts["treatments"]) + 1
    payer = contract.payers[0].name
    row: Row = {"treatment_id": f"T{number}", "patient_id": f"P{number}", "payer": payer}
    row |= {"product": min(contract.product_codes)} | treatment
    facts["treatments"].append(row)
    index = date.fromisoformat(treatment["index_date"])
    for one in said.get("outcomes") or []:
        facts["outcomes"].append(_outcome(one, row, index, f"r{len(facts['outcomes'])}"))
    for one in said.get("coverage") or []:
        span: Row = {"patient_id": row["patient_id"], "payer": one.get("payer", payer)}
        facts["coverage"].append(span | {"from_date": one["from"], "to_date": one.get("to", "")})


def _outcome(said: dict[str, str], treatment: Row, index: date, record_id: str) -> Row:
    on = _day(said["on"], index)
    row: Row = {
        "patient_id": treatment["patient_id"],
        "treatment_id": treatment["treatment_id"],
        "measure": said.get("measure") or said["event"],
        "effective_date": on,
        "known_on": _day(said["known_on"], index) if "known_on" in said else on if len(on) == 10 else "",
    }
    columns = ("value", "unit", "source", "status")
    return (
        row | {name: said.get(name, "") for name in columns} | {"record_id": said.get("record_id", record_id)}
    )


def _day(text: str, index: date) -> str:
    """A date as it stands (whole, or only a month or year), or an offset as a date."""
    return text if text[:4].isdigit() else str(parse_offset(text).on(index))
