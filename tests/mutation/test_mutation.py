"""No number of a contract that comes with the program may be one off without an example that notices."""

import os
from pathlib import Path

import pytest

from engine.language.reader import read_contract_text
from engine.settlement.shipped import shipped_contracts
from tests.cli.running import KYMRIAH
from tests.language.contracts import GOOD, changed, read
from tests.mutation.equivalent import says_the_same
from tests.mutation.numbers import changes
from tests.mutation.survival import all_changes, sample, survivors

# Changes tried of each contract: `OBA_MUTATION=all` tries every one, as `python -m tests.mutation` does.
TRIED = 10_000 if os.environ.get("OBA_MUTATION") == "all" else 6


@pytest.mark.parametrize("folder", shipped_contracts(), ids=lambda folder: folder.name)
def test_no_change_survives(folder: Path) -> None:
    assert [str(c) for c in survivors(folder, sample(all_changes(folder), TRIED))] == []


def test_a_change_that_no_example_notices_is_found(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text((KYMRIAH / "contract.yaml").read_text())
    (tmp_path / "examples.yaml").write_text("""- name: nothing was ever reported
  treatment: {index_date: 2018-01-01, birth_date: 2006-05-01, diagnosis: C91.02, rems_certified: true}
  expect:
    - {as_of: 2018-03-01, remission: pending, net: 649000.00}
    - {as_of: 2018-03-02, remission: not_met, net: 0}
""")
    alive = {(c.path, c.before, c.after) for c in survivors(tmp_path)}
    assert ("outcomes.remission.window", "30", "31") in alive
    assert ("eligible", "25", "24") in alive
    assert not [change for change in alive if change[0] == "outcomes.remission.decided"]
    assert ("terms.price", "649000.00", "649001.00") not in alive


def of(text: str) -> list[tuple[str, str, str]]:
    return [(c.path, c.before, c.after) for c in changes(text)]


def test_every_number_that_decides_money_is_changed_and_nothing_else() -> None:
    assert of(GOOD) == [
        ("in_force.from", "2017-09-01", "2017-09-02"),
        ("in_force.from", "2017-09-01", "2017-08-31"),
        ("in_force.to", "2019-12-31", "2020-01-01"),
        ("in_force.to", "2019-12-31", "2019-12-30"),
        ("terms.price", "649000.00", "649001.00"),
        ("terms.price", "649000.00", "648999.00"),
        ("terms.refund_share", "100", "101"),
        ("terms.refund_share", "100", "99"),
        ("eligible", "25", "26"),  # the diagnoses' codes are words
        ("eligible", "25", "24"),
        ("outcomes.remission.window", "0", "1"),  # there is no day below 0 in `day 0`
        ("outcomes.remission.window", "30", "31"),
        ("outcomes.remission.window", "30", "29"),
        ("outcomes.remission.decided", "60", "61"),
        ("outcomes.remission.decided", "60", "59"),
        ("outcomes.relapse.window", "1", "2"),
        ("outcomes.relapse.window", "1", "0"),
        ("outcomes.relapse.window", "2", "3"),
        ("outcomes.relapse.window", "2", "1"),
    ]


def test_the_changed_text_differs_in_that_number_alone() -> None:
    (change,) = [c for c in changes(GOOD) if (c.before, c.after) == ("30", "31")]
    assert change.text == changed("[day 0, day 30]", "[day 0, day 31]")
    assert str(change).startswith("contract.yaml:26:21: ")


def test_dated_terms_shares_and_texts_over_several_lines() -> None:
    text = changed("  price: 649000.00", "  price: {2017-09-01: 475000.5, 2019-01-01: 2}")
    text = changed(
        "due: index, amount: price}",
        "amount: >-\n      price +\n      12.5,\n     "
        " instalments: {first: index, every: 1 year, count: 2, shares: [40%, 60%]}}",
        text,
    ).replace(">-\n", "\n")
    found = of(text)
    assert ("terms.price", "2019-01-01", "2019-01-02") in found
    assert not [f for f in found if f[1] == "2017-09-01" and f[0] == "terms.price"]
    assert ("terms.price.2017-09-01", "475000.5", "475001.5") in found
    assert ("payments.amount", "12.5", "13.5") in found
    assert ("payments.instalments.shares", "40 and 60", "41 and 59") in found
    assert all(c.text.count("\n") == text.count("\n") for c in changes(text))


@pytest.mark.parametrize(
    ("due", "earlier", "same"),
    [
        ("due: day 60, if: remission is not_met", "day 59", True),  # decided on day 60
        ("due: day 60, if: remission is not_met", "day 61", False),
        ("due: day 61, if: remission is not_met", "day 60", False),  # later than the decided day: it counts
        ("due: day 60, if: remission is met", "day 59", False),  # met as soon as it is
        ("due: day 60", "day 59", False),
    ],
)
def test_an_earlier_due_date_says_the_same_only_where_the_condition_waits_longer(
    due: str, earlier: str, same: bool
) -> None:
    base = changed("unrelated: not_evaluable, unknown: not_met", "unrelated: met, unknown: met")
    base = base.replace("related: not_met,", "related: met,")
    old = changed("due: index", due, base)
    new = read_contract_text(old.replace(due.partition(",")[0], f"due: {earlier}"))
    assert says_the_same(read(old), new) == same
