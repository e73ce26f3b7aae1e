"""The manual's blocks are read, or refused where it says so."""

import re
from pathlib import Path

import pytest

from engine.language.examples import read_examples_text
from engine.language.written import CONTRACT
from engine.language.written_examples import EXAMPLES
from tests.language.contracts import GOOD, problems, read

MANUAL = (Path(__file__).parents[2] / "engine" / "language" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml( refused)?\n(.*?)```", MANUAL, re.DOTALL)


def sections(text: str) -> dict[str, str]:
    """Top-level keys with their lines."""
    parts = re.split(r"^(?=[a-z_]+:)", text, flags=re.MULTILINE)
    return {part.partition(":")[0]: part for part in parts if re.match("[a-z_]+:", part)}


def whole(block: str) -> str:
    """A block as a contract: what it leaves out is that of the tests' contract."""
    return block if block.startswith("contract:") else "\n".join((sections(GOOD) | sections(block)).values())


@pytest.mark.parametrize(("refused", "block"), BLOCKS, ids=range(len(BLOCKS)))
def test_a_block(refused: str, block: str) -> None:
    if block.startswith("- name"):
        assert read_examples_text(block, read(GOOD))
        return
    text = whole(block)
    assert bool(problems(text)) == bool(refused)


def test_there_are_blocks_of_each_kind() -> None:
    assert len(BLOCKS) >= 8
    assert sum(bool(refused) for refused, _ in BLOCKS) == 6


def test_every_key_stands_in_the_manual() -> None:
    words = set(re.findall(r"[a-z_]+", MANUAL))
    for record in (CONTRACT, EXAMPLES.item):
        missing: set[str] = set()
        defs: dict[str, object] = {}
        record.schema(defs)
        for definition in defs.values():
            assert isinstance(definition, dict)
            missing |= set(definition["properties"]) - words
        assert not missing
