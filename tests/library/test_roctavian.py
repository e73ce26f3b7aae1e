"""The four readings of "pro-rated": contracts that say the same but for one line, and pay four amounts."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Of 2,900,000 over four years, infused on 2024-02-15 and lost on 2026-11-03:
PAID_BACK = {
    "months": "-966666.67",  # 48 - 32 = 16 of 48 completed months
    "days": "-930937.71",  # 1,461 - 992 = 469 of 1,461 days
    "years": "-725000.00",  # 1 of 4 years, the whole one to come
    "year-of-loss": "-1450000.00",  # 2 of 4 years, the year of loss among them
}


def _folder(reading: str) -> Path:
    return ROOT / "contracts" / f"roctavian-us-{reading}"


def _lines(reading: str) -> list[str]:
    """The contract's lines without its name and title."""
    lines = (_folder(reading) / "contract.yaml").read_text().splitlines()
    return [line for line in lines if not line.startswith(("contract:", "title:"))]


@pytest.mark.parametrize("reading", [r for r in PAID_BACK if r != "months"])
def test_a_reading_differs_in_one_line(reading: str) -> None:
    pairs = list(zip(_lines("months"), _lines(reading), strict=True))
    different = [(ours, theirs) for ours, theirs in pairs if ours != theirs]
    assert len(different) == 1
    assert all(line.startswith("    amount: paid * ") for line in different[0])


@pytest.mark.parametrize("reading", PAID_BACK)
def test_each_reading_expects_its_own_amount_of_the_case_worked_by_hand(reading: str) -> None:
    text = (_folder(reading) / "examples.yaml").read_text()
    case = text.split("worked by hand: lost on 2026-11-03")[1].split("- name:")[0]
    assert f"as_of: 2026-11-03, lost: met, response_lost: {PAID_BACK[reading]}," in case
