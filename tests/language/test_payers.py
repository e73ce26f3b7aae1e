"""Several payers: what is read, what is refused, and what examples may expect of one of them."""

import pytest

from engine.kernel.diagnostics import Refusal
from engine.language.examples import read_examples_text
from engine.language.meaning import Party
from tests.language.contracts import changed, problems, read

TWO = changed("payer: Example Health Plan}", "payers: [A, {name: B, codes: [b-old]}]}")
SAID = changed("  late_evidence: reopen\n", "  late_evidence: reopen\n  if_payer_changes: successor\n", TWO)
REFUND = "amount: refund_share of paid}"


def rules(text: str) -> list[str]:
    return [clause.if_payer_changes for clause in read(text).clauses]


def test_payers_in_order_and_a_rule_from_defaults_or_of_its_own() -> None:
    assert read(SAID).payers == (Party("A"), Party("B", ("b-old",)))
    assert rules(SAID) == ["successor", "successor"]
    own = changed(REFUND, "amount: refund_share of paid, if_payer_changes: by_paid}", SAID)
    assert rules(own) == ["successor", "by_paid"]


def test_one_payer_is_the_original_where_nothing_is_said() -> None:
    assert rules(changed("title: T", "title: T")) == ["original", "original"]
    for rule in ("original", "ends"):
        text = changed(REFUND, f"amount: refund_share of paid, if_payer_changes: {rule}}}")
        assert rules(text) == ["original", rule]


def test_each_payment_and_refund_must_say() -> None:
    found = problems(TWO)
    assert [(d.code, d.problem.split()[0]) for d in found] == [
        ("left_open", "'infusion'"),
        ("left_open", "'no_remission'"),
    ]
    assert "'by_paid' too" in found[1].hint
    assert "'by_paid' too" not in found[0].hint


def test_by_paid_is_for_refunds() -> None:
    default = SAID.replace("if_payer_changes: successor", "if_payer_changes: by_paid")
    (found,) = problems(default)
    assert (found.code, "'by_paid' is for refunds only" in found.problem) == ("left_open", True)
    own = changed("amount: price}", "amount: price, if_payer_changes: original}", default)
    assert rules(own) == ["original", "by_paid"]
    bad = changed("amount: price}", "amount: price, if_payer_changes: by_paid}", SAID)
    assert [d.code for d in problems(bad)] == ["payer_rule"]


def test_a_rule_that_cannot_be_read_is_one_problem() -> None:
    broken = SAID.replace("if_payer_changes: successor", "if_payer_changes: follow")
    assert [d.code for d in problems(broken)] == ["unknown_word"]
    broken = changed(REFUND, "amount: refund_share of paid, if_payer_changes: follow}", SAID)
    assert [d.code for d in problems(broken)] == ["unknown_word"]


@pytest.mark.parametrize(
    "payers", ["[A, A]", "[A, {name: B, codes: [A]}]", "[{name: A, codes: [x]}, {name: B, codes: [x]}]"]
)
def test_payers_that_a_feed_could_not_tell_apart(payers: str) -> None:
    found = problems(SAID.replace("[A, {name: B, codes: [b-old]}]", payers))
    assert [d.code for d in found] == ["twice"]
    assert "of payer 'A' already" in found[0].problem


EXAMPLE = """\
- name: it goes on
  treatment: {index_date: 2018-01-01, payer: A, birth_date: 2006-05-01, diagnosis: C91.02, rems_certified: true}
  coverage: [{from: 2017-01-01, payer: A}]
  expect:
    - {as_of: 2018-01-30, infusion@b-old: 0, "infusion@A": 649000.00, net@A: 649000.00, net: 649000.00}
"""


def refused(text: str, contract: str = SAID) -> list[str]:
    try:
        read_examples_text(text, read(contract))
    except Refusal as refusal:
        return [f"{d.code}: {d.problem}" for d in refusal.diagnostics]
    return []


def test_examples_name_the_payer_of_an_amount() -> None:
    (example,) = read_examples_text(EXAMPLE, read(SAID))
    found = [(e.name, e.payer) for e in example.expect[0].expectations]
    assert found == [("infusion", "B"), ("infusion", "A"), ("net", "A"), ("net", None)]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (", payer: A, birth", ", birth", "payer: the treatment lacks 'payer', and the contract has several"),
        (
            "2017-01-01, payer: A",
            "2017-01-01",
            "payer: this span lacks 'payer', and the contract has several",
        ),
        ("net@A", "net@C", "payer: 'C' is no payer of this contract"),
        (
            "net@A",
            "remission@A",
            "unknown_key: 'remission@A' is no outcome, clause or limit of this contract",
        ),
    ],
)
def test_examples_refused(old: str, new: str, problem: str) -> None:
    assert refused(changed(old, new, EXAMPLE)) == [problem]


def test_one_payer_has_no_totals_of_payers() -> None:
    found = refused(EXAMPLE, changed("title: T", "title: T"))
    assert set(found) == {"payer: '@' names one of several payers, and this contract has one"}
