"""Worked examples: what they are told of, what of them is refused, and which statuses none reaches."""

import json
from pathlib import Path

import pytest

from engine.language.reader import read_contract
from engine.settlement.example_reach import possible
from tests.cli.running import KYMRIAH, Ran, oba

HEAD = """- name: mine
  treatment: {index_date: 2018-01-01, birth_date: 2006-05-01, diagnosis: C91.02, rems_certified: true}
"""
CR = "  outcomes:\n    - {measure: disease_status, on: day 30, value: CR, known_on: day 40}\n"


def run(tmp_path: Path, examples: str, *changes: tuple[str, str], more: tuple[str, ...] = ("--json",)) -> Ran:
    text = (KYMRIAH / "contract.yaml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "contract.yaml").write_text(text)
    (tmp_path / "examples.yaml").write_text(examples)
    return oba("test", tmp_path, *more)


def checks(ran: Ran) -> list[tuple[object, ...]]:
    keys = ("as_of", "known_by", "key", "expected", "came", "passed", "difference")
    (result,) = json.loads(ran.out)
    return [tuple(c[k] for k in keys) for e in result["examples"] for c in e["expect"]]


def test_each_expect_sees_its_own_day_and_what_was_known_then(tmp_path: Path) -> None:
    expect = """  expect:
    - {as_of: 2018-03-02, known_by: 2018-02-09, remission: not_met, net: 0}
    - {as_of: 2018-03-02, known_by: 2018-02-10, remission: met, net: 649000}
    - {as_of: 2018-03-01, known_by: 2018-02-09, remission: pending}
    - {as_of: 2017-12-31, net: 0}
"""
    # Day 30 is 31 January; known on day 40, 10 February; judged on day 60, 2 March.
    ran = run(tmp_path, HEAD + CR + expect)
    assert (ran.code, {c[5] for c in checks(ran)}) == (0, {True})


def test_what_differs_is_told_with_its_difference(tmp_path: Path) -> None:
    expect = "  expect:\n    - {as_of: 2018-03-02, remission: not_met, infusion: 648999.99, net: 0}\n"
    ran = run(tmp_path, HEAD + CR + expect)
    day = "2018-03-02"
    assert ran.code == 1
    assert checks(ran) == [
        (day, day, "remission", "not_met", "met", False, ""),
        (day, day, "infusion", "648999.99", "649000.00", False, "0.01"),
        (day, day, "net", "0.00", "649000.00", False, "649000.00"),
    ]
    table = run(tmp_path, HEAD + CR + expect, more=())
    assert "What did not come out as expected" in table.out


def test_a_treatment_that_is_not_eligible_has_no_status(tmp_path: Path) -> None:
    expect = "  expect:\n    - {as_of: 2018-03-02, remission: met, net: 0}\n"
    ran = run(tmp_path, HEAD.replace("2006-05-01", "1976-05-01") + expect)
    assert [c[4] for c in checks(ran)] == ["not eligible", "0.00"]


def test_an_amount_that_cannot_be_worked_out_names_the_example(tmp_path: Path) -> None:
    expect = "  expect:\n    - {as_of: 2018-03-02, net: 0}\n"
    change = ("amount: price}", "amount: price / (age_at_index - 11)}")
    ran = run(tmp_path, HEAD + CR + expect, change)
    assert (ran.code, "Traceback" in ran.err) == (2, False)
    assert "examples.yaml:6" in ran.err
    assert "example 'mine' as of 2018-03-02: the amount of 'infusion'" in ran.err


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("  coverage:\n    - {from: day 10, to: day 5}\n", 4),
        ("  outcomes:\n    - {measure: disease_status, on: day 10, value: CR}\n"
         "    - {measure: disease_status, on: day 30, value: CR, record_id: r, known_on: day 40}\n"
         "    - {measure: disease_status, on: day 31, value: NR, record_id: r, known_on: day 40}\n", 5),
    ],
)  # fmt: skip
def test_rows_that_no_feed_may_have_are_refused_with_their_place(
    tmp_path: Path, rows: str, line: int
) -> None:
    expect = "  expect:\n    - {as_of: 2018-03-02, net: 649000}\n    - {as_of: 2018-03-03, net: 649000}\n"
    ran = run(tmp_path, HEAD + rows + expect)
    assert (ran.code, f"examples.yaml:{line}:" in ran.err) == (2, True)
    assert "example 'mine': no feed may say this" in ran.err


def test_statuses_that_no_example_reaches_are_named(tmp_path: Path) -> None:
    expect = "  expect:\n    - {as_of: 2018-03-02, remission: met}\n"
    (result,) = json.loads(run(tmp_path, HEAD + CR + expect).out)
    assert result["unreached"] == [
        "remission is not_met",
        "remission is not_evaluable",
        "remission is pending",
    ]


def test_an_outcome_that_is_decided_on_the_index_date_is_never_pending(tmp_path: Path) -> None:
    text = (KYMRIAH / "contract.yaml").read_text()
    text = text.replace("[day 0, day 30]", "[day -30, day 0]").replace("decided: day 60", "decided: index")
    (tmp_path / "contract.yaml").write_text(text)
    (outcome,) = read_contract(tmp_path).outcomes
    assert possible(outcome) == {"met", "not_met", "not_evaluable"}
    (outcome,) = read_contract(KYMRIAH).outcomes
    assert possible(outcome) == {"met", "not_met", "not_evaluable", "pending"}


def test_a_contract_that_is_refused_does_not_hide_the_others(tmp_path: Path) -> None:
    assert oba("new", tmp_path / "a").code == 0
    assert oba("new", tmp_path / "b").code == 0
    file = tmp_path / "a" / "contract.yaml"
    file.write_text(file.read_text().replace("currency: USD", "currency: USX"))
    ran = oba("test", tmp_path, "--json")
    assert (ran.code, f"{file}:" in ran.err, len(json.loads(ran.out))) == (2, True, 1)
