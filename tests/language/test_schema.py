"""The JSON Schema takes every contract that the reader takes, and rejects what is misspelt or of a wrong form."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from engine.language.notes import Notes
from engine.language.schema import contract_schema, examples_schema
from engine.language.yaml_reader import Mapping, Node, Scalar, read_list, read_tree
from tests.language.contracts import GOOD, changed, read
from tests.language.test_manual import BLOCKS, whole
from tests.strategies.contracts import contracts

CONTRACTS = sorted((Path(__file__).parents[2] / "contracts").glob("*/contract.yaml"))
CONTRACT = Draft202012Validator(contract_schema())
EXAMPLES = Draft202012Validator(examples_schema())


def plain(node: Node) -> Any:
    """The tree as an editor reads it, by the core schema of YAML 1.2."""
    if isinstance(node, Mapping):
        return {entry.key.text: plain(entry.value) for entry in node.entries}
    if not isinstance(node, Scalar):
        return [plain(item) for item in node.items]
    if node.quoted:
        return node.text
    if node.is_null:
        return None
    if node.text in ("true", "false"):
        return node.text == "true"
    if re.fullmatch(r"[-+]?[0-9]+", node.text):
        return int(node.text)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", node.text):
        return float(node.text)
    return node.text


def instance(text: str) -> Any:
    tree = read_tree(text.encode(), Notes("f"))
    assert tree is not None
    return plain(tree)


def test_the_schemas_are_schemas() -> None:
    for schema in (contract_schema(), examples_schema()):
        Draft202012Validator.check_schema(schema)
        assert json.loads(json.dumps(schema)) == schema


def test_every_key_is_described() -> None:
    for schema in (contract_schema(), examples_schema()):
        for definition in schema["$defs"].values():
            assert all(key["description"] for key in definition["properties"].values())


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda f: f.parent.name)
def test_it_takes_the_contracts_that_come_with_the_program(file: Path) -> None:
    CONTRACT.validate(instance(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda f: f.parent.name)
def test_it_takes_their_examples(file: Path) -> None:
    tree = read_list(file.with_name("examples.yaml").read_bytes(), Notes("f"))
    assert tree is not None
    EXAMPLES.validate(plain(tree))


@pytest.mark.parametrize("block", [b for refused, b in BLOCKS if not refused and not b.startswith("- name")])
def test_it_takes_the_blocks_of_the_manual(block: str) -> None:
    CONTRACT.validate(instance(whole(block)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contracts())
def test_it_takes_whatever_the_reader_takes(text: str) -> None:
    read(text)
    CONTRACT.validate(instance(text))


BROKEN = [
    ("currency: USD", "curency: USD"),
    ("currency: USD", "currency: US$"),
    ("title: Tisagenlecleucel, paid for remission by day 30\n", ""),
    ("    measure: disease_status", "    dsease_status: disease_status"),
    ("    measure: disease_status", "    measure: disease_status\n    event: relapse"),
    ("{any: [CR, CRi]}", "{any: [CR], all: [CR]}"),
    ("{any: [CR, CRi]}", "{any: CR}"),
    ("{any: [CR, CRi]}", "{consecutive: {test: [CR]}}"),
    ("{any: [CR, CRi]}", "{sustained: {for: 4, test: [CR]}}"),
    ("[day 0, day 30]", "[day 0, 30 days]"),
    ("[day 0, day 30]", "[day 0]"),
    ("to: 2019-12-31", "to: 31.12.2019"),
    ("late_evidence: reopen", "late_evidence: repoen"),
    (
        "if_died: {related: not_met, unrelated: not_evaluable, unknown: not_met}",
        "if_died: {related: not_met}",
    ),
    ("id: infusion", "id: Infusion"),
    ("per: treatment", "per: year"),
    ("every: month", "every: quarter"),
    ("pay_within: 38 days", "pay_within: 38"),
    ("price: 649000.00", "price: [1]"),
    ("price: 649000.00", "price: 1_000"),
    ("amount: price}", "table: {by: units}}"),
    ("amount: price}", "table: {by: units, rows: []}}"),
    ("amount: price}", "table: {by: units, rows: [{below: 1, above: 2, amount: 1}]}}"),
    ("amount: price}", "table: {by: units, rows: [{below: [1], amount: 1}]}}"),
    ("amount: price}", "table: {by: units, tiers: some, rows: [{otherwise: 1}]}}"),
    ("amount: price}", "amount: {table: {by: units}}}"),
    ("amount: price}", "amount: price, table: {by: units, rows: [{otherwise: 1}]}}"),
    ("amount: price}", "amount: price, from: 0}"),
    ("title:", "amendments: [{id: A1, clause: c, signed: 2018-01-01, effective: 2018-01-01}]\ntitle:"),
    (
        "title:",
        "amendments: [{id: A1, clause: c, signed: 2018-01-01, effective: 2018-01-01, set: {price: 1}}]\ntitle:",
    ),
    ("title:", "cohort: []\ntitle:"),
]


@pytest.mark.parametrize(("old", "new"), BROKEN, ids=[b[1] for b in BROKEN])
def test_it_rejects_what_is_broken(old: str, new: str) -> None:
    assert CONTRACT.is_valid(instance(GOOD))
    assert not CONTRACT.is_valid(instance(changed(old, new)))
