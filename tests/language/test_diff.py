"""What two versions of a contract say differently, in words."""

import dataclasses
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from engine.kernel.dates import Shift
from engine.kernel.diagnostics import Refusal
from engine.language import meaning as m
from engine.language.diff import changes
from engine.language.reader import read_contract, read_contract_text
from engine.settlement.shipped import shipped_contracts
from tests.language.contracts import GOOD, changed, read
from tests.mutation.numbers import changes as changed_numbers

REFUND = '  - {id: no_remission, clause: "4.2", if: remission is not_met, amount: refund_share of paid}\n'
LIMIT = '  - {id: refund_cap, clause: "4.3", of: refunds, per: treatment, at_most: price}\n'
SECOND = '  - {id: second_cap, clause: "4.4", of: refunds, per: treatment, at_least: 5}\n'


def told(new: str, old: str = GOOD) -> list[str]:
    return [str(change) for change in changes(read(old), read(new))]


CASES = [
    ("[day 0, day 30]", "[day 0, day 60]", "window of remission: day 30 → day 60"),
    ("[day 0, day 30]", "[day 1, day 30]", "first day of the window of remission: day 0 → day 1"),
    ("[day 0, day 30]", "[day 1, week 5]", "window of remission: day 0 to day 30 → day 1 to week 5"),
    ("decided: day 60", "decided: day 90", "decided day of remission: day 60 → day 90"),
    ("refund_share: 100%", "refund_share: 75%", "term refund_share: 100% → 75%"),
    ("price: 649000.00", "price: 475000", "term price: 649,000 → 475,000"),
    ("price: 649000.00", "price: {2017-09-01: 649000, 2019-01-01: 700000}",
     "term price from 2019-01-01: added, 700,000"),
    ("{any: [CR, CRi]}", "{any: [CR]}", "what meets it of remission: any is CR or CRi → any is CR"),
    ("{any: [CR, CRi]}", "{last: [CR, CRi]}",
     "what meets it of remission: any is CR or CRi → last is CR or CRi"),
    ("if_missing: not_met", "if_missing: pending", "status where no assessment came of remission: not met → pending"),
    ("if: remission is not_met", "if: remission is not_met and relapse is met",
     "condition of no_remission: remission is not_met → remission is not_met and relapse is met"),
    ("due: index, amount: price", "due: day 30, amount: price", "due date of infusion: index → day 30"),
    ("due: index, amount: price", "due: index, if: rems_certified, amount: price",
     "condition of infusion: always → rems_certified"),
    ("amount: refund_share of paid", "amount: 80% of paid",
     "amount of no_remission: refund_share of paid → 80% of paid"),
    ("at_most: price", "at_most: 50% of price", "upper bound of refund_cap: price → 50% of price"),
    ("at_most: price", "at_least: price", "upper bound of refund_cap: price → nothing"),
    ("age_at_index <= 25", "age_at_index <= 30", "eligibility: age_at_index <= 25 → age_at_index <= 30"),
    (" and rems_certified", "", "eligibility: taken out, was rems_certified"),
    ("to: 2019-12-31", "to: 2020-12-31", "in force to: 2019-12-31 → 2020-12-31"),
    (", to: 2019-12-31", "", "in force to: 2019-12-31 → open"),
    ("codes: [Q2042]", "codes: [Q2042, Q2043]", "product code: added, Q2043"),
    ("payer: Example Health Plan", "payer: {name: Example Health Plan, codes: [EHP]}",
     "payer: Example Health Plan → Example Health Plan (EHP)"),
    ("amount: refund_share of paid", "amount: refund_share of paid, if_payer_changes: ends",
     "change-of-payer rule of no_remission: original → ends"),
    ("pay_within: 38 days", "pay_within: 45 days", "days to pay: 38 → 45"),
    ("residual: last", "residual: first", "instalment that takes the cents that do not divide: last → first"),
    ("  late_evidence: reopen\n", "  late_evidence: reopen\n  coverage_gap: 30 days\n",
     "days of a gap in coverage that are forgiven: 0 → 30"),
    (REFUND, REFUND + REFUND.replace("no_remission", "relapsed").replace("4.2", "4.4"),
     "refund relapsed: added, refund_share of paid, if remission is not_met"),
    (LIMIT, LIMIT + SECOND, "limit second_cap: added, at least 5 of refunds"),
    ("per: treatment", "per: calendar_year", "whose total is bounded of refund_cap: treatment → calendar year"),
    (", at_most: price", ", patient_first: 1200", "what the patient gets first of refund_cap: nothing → 1200"),
    ("due: index, amount: price", "for_each: relapse, from: 3, amount: price",
     "rows that make a line of infusion: nothing → each relapse from no. 3"),
    ("title:", "amendments: [{id: A1, clause: a, signed: 2018-02-01, effective: 2018-01-01, "
     "set: {terms.refund_share: 75%}}]\ntitle:",
     "amendment A1: added, refund_share 75% from 2018-01-01, signed 2018-02-01"),
    ("met_if: {any: [CR, CRi]}", "met_if: {consecutive: {times: 2, test: [CR]}}",
     "what meets it of remission: any is CR or CRi → 2 in a row that are CR"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "sentence"), CASES, ids=[c[1] or "(taken out)" for c in CASES])
def test_a_change_is_told_in_words(old: str, new: str, sentence: str) -> None:
    assert sentence in told(changed(old, new))


def test_a_payer_more() -> None:
    old = changed("  late_evidence: reopen\n", "  late_evidence: reopen\n  if_payer_changes: original\n")
    new = changed("payer: Example Health Plan", "payers: [Example Health Plan, B]", old)
    assert told(new, old) == ["payer: Example Health Plan → Example Health Plan, B"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("terms:\n", "# a remark\nterms:\n\n"),
        ("window: [day 1, year 2]", "window: [day 1, month 24]"),
        ("decided: day 60", "decided: index + 60 days"),
        ("refund_share: 100%", "refund_share: 1"),
        ("amount: refund_share of paid", "amount: refund_share * paid"),
        ("currency: USD\n", ""),
    ],
)
def test_another_way_to_say_it_is_no_difference(old: str, new: str) -> None:
    text = changed(old, new) if new else changed(old, "").replace("in_force:", "currency: USD\nin_force:")
    assert told(text) == []


ROWS = "{below: 12, amount: 80% of price}, {otherwise: 0}"
TABLE = changed("amount: price}", f"table: {{by: units, rows: [{ROWS}]}}}}")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("below: 12", "below: 24", "amount (row 1, bound) of infusion: 12 → 24"),
        ("below: 12", "at_most: 12", "amount (row 1, side) of infusion: below → at most"),
        ("80% of price", "70% of price", "amount (row 1) of infusion: 80% of price → 70% of price"),
        ("by: units", "by: amount", "amount (by) of infusion: units → amount"),
    ],
)
def test_a_table_is_told_row_by_row(old: str, new: str, sentence: str) -> None:
    assert told(changed(old, new, TABLE), TABLE) == [sentence]


COHORT = changed(
    "settlement:",
    """cohort:
  - id: guarantee
    clause: "6.1"
    per: contract_year
    rate: remission
    minimum: 20
    decided: 180 days
    rows: [{below: 70%, refund: 12% of paid}, {otherwise: 0}]

settlement:""",
)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("minimum: 20", "minimum: 30", "least number decided of guarantee: 20 → 30"),
        ("decided: 180 days", "decided: 6 months",
         "time from the period's end to the decision of guarantee: 180 days → 6 months"),
        ("below: 70%", "below: 75%", "row 1 (bound) of guarantee: below 70% → below 75%"),
        ("12% of paid", "10% of paid", "row 1 of guarantee: 12% of paid → 10% of paid"),
        ("per: contract_year", "per: quarter", "period of guarantee: contract year → quarter"),
        ("rate: remission", "rate: relapse", "rate of guarantee: rate of remission → rate of relapse"),
        ("rate: remission", "rate: remission\n    against: 80%",
         "what the rate is set against of guarantee: nothing → 80%"),
    ],
)  # fmt: skip
def test_a_cohort_clause_is_told_part_by_part(old: str, new: str, sentence: str) -> None:
    assert sentence in told(changed(old, new, COHORT), COHORT)


def test_a_cohort_clause_in_a_line() -> None:
    (change,) = told(COHORT)
    assert change == (
        "cohort guarantee: added, rate of remission, per contract year, decided 180 days after it, of at least 20: "
        "below 70%: refund 12% of paid; otherwise: 0"
    )


def test_a_renamed_outcome_is_told_as_such() -> None:
    text = GOOD.replace("remission is not_met", "response is not_met").replace("  remission:", "  response:")
    assert told(text) == [
        "outcome remission: that name → response",
        "condition of no_remission: remission is not_met → response is not_met",
    ]


def test_the_order_of_limits_matters() -> None:
    first = changed(
        LIMIT,
        LIMIT.replace("of: refunds", "of: [no_remission]") + SECOND.replace("refunds", "[no_remission]"),
    )
    second = changed(
        LIMIT,
        SECOND.replace("refunds", "[no_remission]") + LIMIT.replace("of: refunds", "of: [no_remission]"),
    )
    assert "order of limits: refund_cap, second_cap → second_cap, refund_cap" in told(second, first)


def test_a_long_series_is_told_by_the_due_date_that_differs() -> None:
    days = [f"month {n}" for n in range(1, 13)]
    old = changed("due: index, amount", f"each: [{', '.join(days)}], amount")
    new = old.replace("month 11,", "month 11 + 1 day,")
    assert told(new, old) == ["due date of infusion: month 11 → month 11 + 1 day"]
    assert "(11 in all)" in told(old.replace(", month 12", ""), old)[0]


@pytest.mark.parametrize("folder", shipped_contracts(), ids=lambda folder: folder.name)
def test_no_change_of_a_number_goes_untold(folder: Any) -> None:
    old = read_contract(folder)
    for change in changed_numbers((folder / "contract.yaml").read_text()):
        try:
            new = read_contract_text(change.text)
        except Refusal:
            continue
        assert changes(old, new), change
        assert all("otherwise" not in str(told) for told in changes(old, new))


# --- every field of the meaning ---------------------------------------------------------------------


def another(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return {"met": "not_met", "not_met": "met"}.get(value, value + "_x")
    if isinstance(value, int | Fraction):
        return value + 1
    if isinstance(value, date):
        return value.replace(year=value.year + 1)
    if isinstance(value, Shift):
        return Shift(value.months, value.days + 1)
    return value


def mutants(part: Any) -> list[Any]:
    """The part with one leaf of its tree changed, for every leaf that is not a mere text, nor the day on which
    a term begins: the first holds from the contract's beginning."""
    if dataclasses.is_dataclass(part) and not isinstance(part, type | Shift):
        names = [f.name for f in dataclasses.fields(part) if f.name not in ("text", "version", "since")]
        names = [name for name in names if not name.endswith("_text")]
        return [
            dataclasses.replace(part, **{name: new}) for name in names for new in mutants(getattr(part, name))
        ]
    if isinstance(part, tuple):
        return [(*part[:k], new, *part[k + 1 :]) for k, item in enumerate(part) for new in mutants(item)]
    other = another(part)
    return [] if part is None or other == part else [other]


def test_every_field_of_the_meaning_is_compared() -> None:
    contract = read(GOOD)
    found = mutants(contract)
    assert len(found) > 80
    for other in found:
        assert changes(contract, other), [
            f.name
            for f in dataclasses.fields(contract)
            if getattr(contract, f.name) != getattr(other, f.name)
        ]


def test_nothing_differs_from_itself() -> None:
    contract = read(GOOD)
    assert changes(contract, contract) == ()
    assert isinstance(contract, m.Contract)
