"""The JSON Schema takes every contract that the reader takes, and rejects what is misspelt or of a wrong form."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from engine.kernel.diagnostics import Refusal
from engine.language.examples import read_examples_text
from engine.language.notes import Notes
from engine.language.schema import contract_schema, examples_schema
from engine.language.yaml_reader import Mapping, Node, Scalar, read_list, read_tree
from tests.language.contracts import GOOD, changed, problems, read
from tests.language.test_manual import BLOCKS, whole
from tests.strategies import contracts

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
            assert all(key["description"].endswith((".", "?")) for key in definition["properties"].values())


def test_choices_are_enumerated() -> None:
    text = json.dumps(contract_schema())
    for words in (["met", "not_met", "not_evaluable", "pending"], ["best", "worst"], ["first", "last"]):
        assert json.dumps({"enum": words})[1:-1] in text


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
    ("amount: price}", "amount: price, from: 2}"),
    ("amount: price}", "amount: price, on_failure: stop}"),
    ("due: index, amount: price}", "amount: price}"),
    ("due: index, amount: price}", "due: index, each: [year 1], amount: price}"),
    ("due: index, amount: price}", "each: [year 1, year 2], if: rems_certified, amount: price}"),
    ("due: index, amount: price}", "for_each: remission, each: [year 1], amount: price}"),
    ("due: index", "due: due"),
    ("due: index", "due: remission.met"),
    ("due: index", "due: 2018-01-31"),
    ("due: index", "due: day 1.5"),
    ("due: index", "due: day 30 + 1"),
    ("decided: day 60", "decided: remission.decided"),
    ("    event: relapse", "    event: relapse\n    if_missing: not_met"),
    ("    met_if: {any: [CR, CRi]}\n", ""),
    ("  if_missing: not_met\n", ""),
    ("  late_evidence: reopen\n", ""),
    ("  late_evidence: reopen", "  late_evidence: reopen\n  coverage_gap: 1 month"),
    ("  price: 649000.00", "  Price: 649000.00"),
    ("  price: 649000.00", "  paid: 649000.00"),
    ("price: 649000.00", "price: 649,000.00"),
    ("price: 649000.00", 'price: "0649"'),
    ("price: 649000.00", 'price: "649000.0000000001"'),
    ("price: 649000.00", 'price: "80 percent"'),
    ("price: 649000.00", "price: {2017: 649000.00}"),
    ("contract: kymriah-us-day30", "contract: kymriah us"),
    ("title: Tisagenlecleucel, paid for remission by day 30", 'title: " "'),
    ("at_most: price}", "}"),
    ("of: refunds", "of: []"),
    ("codes: [Q2042]", "codes: []"),
    ("from: 2017-09-01", "from: 2017-9-1"),
    ("manufacturer: Novartis, ", ""),
]


@pytest.mark.parametrize(("old", "new"), BROKEN, ids=[b[1] or f"no {b[0].strip()}" for b in BROKEN])
def test_it_rejects_what_is_broken_as_the_reader_does(old: str, new: str) -> None:
    text = changed(old, new)
    assert CONTRACT.is_valid(instance(GOOD))
    assert not CONTRACT.is_valid(instance(text))
    assert problems(text)


BROKEN_EXAMPLES = [
    ("- name: mine\n", "- nmae: mine\n"),
    ("- name: mine\n", "- name:\n"),
    ("index_date: 2018-01-01, ", ""),
    ("index_date: 2018-01-01", "index_date: 1 January 2018"),
    ("birth_date: 2006-05-01", "birth_date: 2006"),
    ("rems_certified: true}", "rems-certified: true}"),
    ("rems_certified: true}", "amount: 1_000}"),
    ("measure: disease_status, ", ""),
    ("measure: disease_status", "measure: disease_status, event: relapse"),
    ("on: day 30", "on: 30 days"),
    ("on: day 30", "on: due"),
    ("on: day 30, ", ""),
    ("known_on: day 40", "known: day 40"),
    ("known_on: day 40", "status: finished"),
    ("{from: 2017-01-01}", "{to: 2017-01-01}"),
    ("as_of: 2018-03-02, ", ""),
    ("as_of: 2018-03-02", "as_of: day 60"),
    ("as_of: 2018-03-02, remission: met, net: 649000.00", "as_of: 2018-03-02"),
    ("as_of: 2018-03-02, remission: met, net: 649000.00", "as_of: 2018-03-02, known_by: 2018-03-02"),
    ("remission: met", "remission: mett"),
    ("net: 649000.00", "net: met"),
    ("net: 649000.00", "infusion: 649,000"),
]
EXAMPLE = """- name: mine
  treatment: {index_date: 2018-01-01, birth_date: 2006-05-01, rems_certified: true}
  outcomes: [{measure: disease_status, on: day 30, value: CR, known_on: day 40}]
  coverage: [{from: 2017-01-01}]
  expect: [{as_of: 2018-03-02, remission: met, net: 649000.00}]
"""


def listed(text: str) -> Any:
    tree = read_list(text.encode(), Notes("f"))
    assert tree is not None
    return plain(tree)


@pytest.mark.parametrize(("old", "new"), BROKEN_EXAMPLES, ids=[b[1] or f"no {b[0]}" for b in BROKEN_EXAMPLES])
def test_it_rejects_broken_examples_as_the_reader_does(old: str, new: str) -> None:
    text = changed(old, new, EXAMPLE)
    assert EXAMPLES.is_valid(listed(EXAMPLE))
    assert not EXAMPLES.is_valid(listed(text))
    with pytest.raises(Refusal):
        read_examples_text(text, read(GOOD))


# --- every key of the library, misspelt, and of a wrong shape ---------------------------------------

FREE = ("terms", "outcomes", "set")  # mappings whose keys the contract chooses


def spots(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, str]]:
    """Each mapping with a key of it, and the keys above, names that the contract chooses left out."""
    if isinstance(node, dict):
        free = bool(path) and path[-1] in FREE
        for key in node:
            named = "*" if free or re.match("[0-9]{4}-", key) else key
            yield (*path, named), node, key
            yield from spots(node[key], (*path, named))
    elif isinstance(node, list):
        for item in node:
            yield from spots(item, path)


def each_spot() -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Every kind of key that the library uses, once, with a contract that uses it."""
    seen = set()
    for file in CONTRACTS:
        for path, _, _ in spots(instance(file.read_text(encoding="utf-8"))):
            if path not in seen:
                seen.add(path)
                yield file, path


SPOTS = list(each_spot())


def broken_at(file: Path, path: tuple[str, ...], put: Callable[[Any, str], None]) -> Any:
    top = instance(file.read_text(encoding="utf-8"))
    node, key = next((node, key) for found, node, key in spots(top) if found == path)
    put(node, key)
    return top


@pytest.mark.parametrize(("file", "path"), SPOTS, ids=[".".join(path) for _, path in SPOTS])
def test_a_misspelt_key_of_the_library_is_rejected(file: Path, path: tuple[str, ...]) -> None:
    def misspell(node: Any, key: str) -> None:
        node[f"{key}X"] = node.pop(key)  # names have small letters only

    assert not CONTRACT.is_valid(broken_at(file, path, misspell))


@pytest.mark.parametrize(("file", "path"), SPOTS, ids=[".".join(path) for _, path in SPOTS])
def test_a_value_of_the_library_in_a_wrong_shape_is_rejected(file: Path, path: tuple[str, ...]) -> None:
    def misplace(node: Any, key: str) -> None:
        node[key] = {"no": "such key"} if not isinstance(node[key], dict) else 5

    whole = broken_at(file, path, misplace)
    if path == ("terms", "*"):
        whole["terms"] = 5
    assert not CONTRACT.is_valid(whole)


def test_there_are_many_keys() -> None:
    assert len(SPOTS) > 60
