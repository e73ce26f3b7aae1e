"""Cohort clauses and examples of several treatments: what they mean, and every refusal with its place."""

from fractions import Fraction

import pytest

from engine.kernel.dates import Shift
from engine.language import meaning as m
from engine.language.examples import read_examples_text
from tests.language.contracts import changed, place, problems, read, unmarked
from tests.language.test_examples import refused

CLAUSE = """\
cohort:
  - id: guarantee
    clause: "6.1"
    per: contract_year
    rate: remission
    minimum: 20
    decided: 6 months
    rows:
      - {below: 70%, refund: 12% of paid}
      - {otherwise: 0}
"""
BASE = changed("settlement:", CLAUSE + "\nsettlement:")


def test_a_clause_with_every_default_written_out() -> None:
    (clause,) = read(changed("    minimum: 20\n", "", BASE)).cohorts
    twelve = m.Arithmetic("*", m.Number(Fraction(12, 100)), m.Paid())
    rows = (
        m.CohortRow("below", m.Number(Fraction(7, 10)), "refund", twelve, "below 70%", "12% of paid"),
        m.CohortRow("otherwise", None, None, m.Number(Fraction(0)), "otherwise", "0"),
    )
    rate = m.ResponseRate("remission")
    assert clause == m.Cohort(
        "guarantee", "6.1", "contract_year", rate, None, "", None, 1, Shift(months=6), rows, "whole"
    )
    assert clause.direction == "refund"


@pytest.mark.parametrize(
    ("old", "new", "part", "means"),
    [
        ("rate: remission", "rate: {of: relapse, per: 100 years}", "rate", m.PersonTimeRate("relapse", 100)),
        ("rate: remission", "rate: remission\n    against: refund_share", "against",
         m.Curve((m.TermRef("refund_share"),))),
        ("rate: remission", "rate: remission\n    against: [70%, 1]", "against",
         m.Curve((m.Number(Fraction(7, 10)), m.Number(Fraction(1))))),
        ("rate: remission", "rate: remission\n    against: {product: [J1, J2]}", "against", m.Comparator(("J1", "J2"))),
        ("    rate: remission\n    minimum: 20\n", "    by: treatments\n", "by", m.Treatments()),
    ],
)  # fmt: skip
def test_what_is_measured(old: str, new: str, part: str, means: object) -> None:
    assert getattr(read(changed(old, new, BASE)).cohorts[0], part) == means


def test_a_clause_that_goes_both_ways_counts_in_limits_of_either() -> None:
    both = changed("    minimum: 20\n", "    against: 75%\n", BASE).replace(
        "{otherwise: 0}", "{otherwise: {payment: 5}}"
    )
    more = """  - {id: refund_year, clause: x, of: refunds, per: calendar_year, at_most: 5}
  - {id: payment_year, clause: x, of: payments, per: calendar_year, at_most: 5}
"""
    contract = read(changed("\ncohort:", more + "\ncohort:", both) if "\ncohort:" in both else both)
    of = {limit.id: (limit.of, limit.direction) for limit in contract.limits}
    assert contract.cohorts[0].direction is None
    assert of["refund_cap"] == (("no_remission",), "refund")
    assert of["refund_year"] == (("no_remission", "guarantee", "refund_cap"), "refund")
    assert of["payment_year"] == (("infusion", "guarantee"), "payment")


# what is replaced, by what (the place marked), code, part of the problem, part of the hint
REFUSED = [
    ("rate: remission", "rate: «remision»", "unknown_outcome", "'remision' is not an outcome", "'remission'?"),
    ("rate: remission", "rate: {of: relapse, per: «6 months»}", "person_time", "is no number of years", "100 years"),
    ("rate: remission", "rate: remission\n    «by»: treatments", "two_choices", "cannot both stand", ""),
    ("    rate: remission\n    minimum: 20\n", "    «by»: rate\n", "rate", "stands in a clause that has none", ""),
    ("    rate: remission\n", "    by: paid\n", "two_choices", "'minimum' is for a rate", ""),
    ("    rate: remission\n    minimum: 20\n", "    by: paid\n    «against»: 5\n", "two_choices",
     "'against' is for a rate", ""),
    ("rate: remission", "rate: remission\n    «tiers»: marginal", "tiers", "'tiers' is for a volume", "by: treatments"),
    ("rate: remission", "rate: remission\n    against: «prise»", "unknown_name", "is not a term", "'price'?"),
    ("per: contract_year", "per: «year»", "unknown_word", "'year' is not known here", ""),
    ("decided: 6 months", "decided: «month 6»", "not_a_length", "is not a length of time", ""),
    ("    decided: 6 months\n", "", "missing", "a cohort clause lacks 'decided'", "decided: 180 days"),
    ("minimum: 20", "minimum: «0»", "out_of_range", "", ""),
    ("refund: 12% of paid", "refund: 12% of «invoiced»", "unknown_name", "cannot stand in a cohort clause",
     "treatments"),
    ("refund: 12% of paid", "refund: 12% of «weight_kg»", "unknown_name", "cannot stand in a cohort clause", "paid"),
    ("refund: 12% of paid", "refund: «remission.count»", "outcome_field", "is one treatment's", "terms"),
    ("- {below: 70%, refund: 12% of paid}", "- «»{below: 70%}", "missing", "a row lacks 'refund'", "12% of paid"),
    ("refund: 12% of paid", "refund: 1, payment: 2", "missing", "a refund or a payment, and not both", ""),
    ("{otherwise: 0}", "{otherwise: «5»}", "direction", "does not say which way", "otherwise: {refund: 5}"),
    ("{otherwise: 0}", "{otherwise: 0, «refund»: 5}", "two_choices", "stands beside 'otherwise'", ""),
    ("{otherwise: 0}", "{otherwise: {payment: 5}}", "direction", "some rows owe refunds and others payments",
     "against"),
    ("      - {otherwise: 0}\n", "      - {above: 70%, refund: 0}\n", "table", "can fall through", "otherwise: 0"),
    ("id: guarantee", "id: «infusion»", "twice", "the name 'infusion' is taken", ""),
    ("of: refunds, per: treatment", "of: [«guarantee»], per: treatment", "wider_limit", "about a period's treatments",
     ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "problem", "hint"), REFUSED, ids=lambda v: v[:24])
def test_refused_with_its_place(old: str, new: str, code: str, problem: str, hint: str) -> None:
    text, mark = unmarked(changed(old, new, BASE))
    found = next(d for d in problems(text) if d.code == code)
    assert problem in found.problem
    assert hint in found.hint
    if mark and mark[2]:
        assert place(found) == mark


def test_a_contract_without_an_end_has_no_period_of_its_own() -> None:
    whole = changed("per: contract_year", "per: contract", BASE)
    assert read(whole).cohorts[0].per == "contract"
    (found,) = problems(changed(", to: 2019-12-31}", "}", whole))
    assert (found.code, "never ends" in found.problem) == ("open_period", True)


COLUMNS = "index_date: 2018-01-01, birth_date: 2006-05-01, diagnosis: C91.02, rems_certified: true"
EXAMPLE = f"""\
- name: many
  treatments:
    - {{{COLUMNS}, times: 3, outcomes: [{{measure: disease_status, on: day 30, value: CR}}]}}
    - {{treatment: {{{COLUMNS}, patient_id: p1}}, coverage: [{{from: 2018-01-01}}]}}
  expect: [{{as_of: 2018-03-02, guarantee: 0, net: 5}}]
"""


def test_an_example_of_several_treatments() -> None:
    (example,) = read_examples_text(EXAMPLE, read(BASE))
    one, two = example.treatments
    assert (one.times, len(one.outcomes), two.times, len(two.coverage)) == (3, 1, 1, 1)
    assert dict(two.columns)["patient_id"] == "p1"
    assert example.is_cohort


@pytest.mark.parametrize(
    ("old", "new", "code", "problem"),
    [
        ("times: 3", "times: «0»", "out_of_range", ""),
        ("guarantee: 0", "«remission»: met", "status", "is of one treatment"),
        ("  expect:", "  «coverage»: [{from: 2018-01-01}]\n  expect:", "whose_rows", "names none of them"),
        (
            "  expect:",
            "  «treatment»: {index_date: 2018-01-01}\n  expect:",
            "two_choices",
            "cannot both stand",
        ),
    ],
)
def test_examples_that_are_refused(old: str, new: str, code: str, problem: str) -> None:
    text, mark = unmarked(changed(old, new, EXAMPLE))
    found = next(d for d in refused(text, read(BASE)) if d.code == code)
    assert problem in found.problem
    assert place(found) == mark
