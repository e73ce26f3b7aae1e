"""Terms that can be read in several ways: contracts that say the same but for one line, and pay different amounts."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Of 2,900,000 over four years, infused on 2024-02-15 and lost on 2026-11-03:
PRO_RATED = {
    "roctavian-us-months": "-966666.67",  # 48 - 32 = 16 of 48 completed months
    "roctavian-us-days": "-930937.71",  # 1,461 - 992 = 469 of 1,461 days
    "roctavian-us-years": "-725000.00",  # 1 of 4 years, the whole one to come
    "roctavian-us-year-of-loss": "-1450000.00",  # 2 of 4 years, the year of loss among them
}
# Five instalments of 425,000 from 2025-09-15 on; Plan A covers to 2027-06-30, then Plan B:
CHANGE_OF_PAYER = {
    "zolgensma-us": "net@Plan A: 850000.00, net@Plan B: 1275000.00",
    "zolgensma-us-original": "net@Plan A: 2125000.00, net@Plan B: 0",
    "zolgensma-us-ends": "net@Plan A: 850000.00, net@Plan B: 0",
}
READINGS = [
    (*pair, line)
    for folders, line in ((PRO_RATED, "    amount: paid * "), (CHANGE_OF_PAYER, "  if_payer_changes: "))
    for pair in ((next(iter(folders)), other) for other in list(folders)[1:])
]


def _lines(folder: str) -> list[str]:
    """The contract's lines without its name, its title and the comment above them."""
    lines = (ROOT / "contracts" / folder / "contract.yaml").read_text().splitlines()
    return [line for line in lines if not line.startswith(("contract:", "title:", "# "))]


@pytest.mark.parametrize(("first", "second", "line"), READINGS)
def test_readings_differ_in_one_line(first: str, second: str, line: str) -> None:
    pairs = [(a, b) for a, b in zip(_lines(first), _lines(second), strict=True) if a != b]
    assert len(pairs) == 1
    assert all(side.startswith(line) for side in pairs[0])


def _case(folder: str, name: str) -> str:
    text = (ROOT / "contracts" / folder / "examples.yaml").read_text()
    return text.split(name)[1].split("- name:")[0]


@pytest.mark.parametrize("folder", PRO_RATED)
def test_each_reading_of_pro_rated_expects_its_amount_of_the_case_worked_by_hand(folder: str) -> None:
    case = _case(folder, "worked by hand: lost on 2026-11-03")
    assert f"as_of: 2026-11-03, lost: met, response_lost: {PRO_RATED[folder]}," in case


@pytest.mark.parametrize("folder", CHANGE_OF_PAYER)
def test_each_reading_of_a_change_of_payer_expects_its_amounts_of_the_case_worked_by_hand(
    folder: str,
) -> None:
    case = _case(folder, "worked by hand: Plan A to 2027-06-30, then Plan B")
    assert CHANGE_OF_PAYER[folder] in case.replace("\n       ", " ")
