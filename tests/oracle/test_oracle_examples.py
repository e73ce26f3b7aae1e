"""The shipped contracts' worked examples, by a second reading of the language."""

from pathlib import Path

import pytest

from tests.oracle.examples import expectations, unmet

FOLDERS = sorted(path.parent for path in Path(__file__).parents[2].glob("contracts/*/examples.yaml"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_oracle_agrees_with_the_examples(folder: Path) -> None:
    found = [f"{name}: {what}" for name, one in expectations(folder) for what in unmet(one)]
    assert found == []
