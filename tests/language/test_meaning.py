"""Good contracts, each to its exact meaning."""

from datetime import date
from fractions import Fraction

import pytest

from engine.kernel.dates import Shift
from engine.language.meaning import (
    AgeAtIndex,
    And,
    Arithmetic,
    Between,
    Bound,
    Column,
    Compare,
    IfDied,
    InList,
    MoneyClause,
    Number,
    Offset,
    OneOf,
    Outcome,
    Paid,
    Party,
    Pick,
    Settlement,
    StatusIs,
    TermRef,
    TermVersion,
    Text,
    Ties,
    Truth,
    Window,
)
from tests.language.contracts import GOOD, changed, problems, read


def test_the_head_of_a_contract() -> None:
    contract = read(GOOD)
    assert contract.id == "kymriah-us-day30"
    assert contract.title == "Tisagenlecleucel, paid for remission by day 30"
    assert contract.version.startswith("sha256:")
    assert len(contract.version) == len("sha256:") + 64
    assert contract.manufacturer == Party("Novartis")
    assert contract.payers == (Party("Example Health Plan"),)
    assert (contract.currency, contract.product_name, contract.product_codes) == (
        "USD",
        "tisagenlecleucel",
        ("Q2042",),
    )
    assert (contract.in_force_from, contract.in_force_to) == (date(2017, 9, 1), date(2019, 12, 31))
    assert contract.settlement == Settlement(38, "last")
    assert contract.coverage_gap_days == 0
    assert contract.term("price").versions == (TermVersion(date(2017, 9, 1), Fraction(649_000)),)
    assert contract.term("refund_share").versions[0].value == 1


def test_the_version_is_that_of_the_bytes() -> None:
    assert read(GOOD).version != read(GOOD + "\n").version


def test_eligible_is_split_into_its_parts_with_their_words() -> None:
    parts = read(GOOD).eligible
    assert [p.text for p in parts] == [
        "age_at_index <= 25", 'diagnosis in ("C91.00", "C91.02")', "rems_certified",
    ]  # fmt: skip
    assert parts[0].condition == Compare("<=", AgeAtIndex(), Number(Fraction(25)))
    assert parts[1].condition == InList(Column("diagnosis", "text"), (Text("C91.00"), Text("C91.02")))
    assert parts[2].condition == Truth(Column("rems_certified", "truth"))
    joined = read(changed("age_at_index <= 25 and", "(age_at_index <= 25) or x and", GOOD)).eligible
    assert len(joined) == 1


def test_a_term_may_stand_in_eligible() -> None:
    text = changed("  refund_share: 100%", "  refund_share: 100%\n  oldest: 25")
    parts = read(changed("age_at_index <= 25 and", "age_at_index <= oldest and", text)).eligible
    assert parts[0].condition == Compare("<=", AgeAtIndex(), TermRef("oldest"))


def test_a_contract_may_be_in_force_for_a_day() -> None:
    contract = read(changed("to: 2019-12-31", "to: 2017-09-01"))
    assert contract.in_force_from == contract.in_force_to


def test_an_outcome_with_its_defaults() -> None:
    day_0 = Offset("index", Shift(), None, "day 0")
    day_30 = Offset("index", Shift(days=30), None, "day 30")
    assert read(GOOD).outcome("remission") == Outcome(
        name="remission",
        clause="3.1",
        kind="measure",
        source_name="disease_status",
        window=Window(day_0, day_30),
        pick=Pick("any", OneOf(("CR", "CRi"))),
        unit=None,
        decided=Offset("index", Shift(days=60), None, "day 60"),
        if_missing="not_met",
        if_died=IfDied("not_met", "not_evaluable", "not_met"),
        if_coverage_ends="ignore",
        if_tied=None,
        late_evidence="reopen",
    )


def test_an_event_without_met_if_counts_one() -> None:
    relapse = read(GOOD).outcome("relapse")
    assert relapse.pick == Pick("count", None, at_least=1)
    assert relapse.decided == relapse.window.last
    assert relapse.if_missing is None
    assert relapse.clause == ""


TESTED = Bound("at_least", Fraction(5))
PICKS = [
    ("any: {at_least: 5}", Pick("any", TESTED)),
    ("all: {at_most: -1.5}", Pick("all", Bound("at_most", Fraction(-3, 2)))),
    ("none: [PD]", Pick("none", OneOf(("PD",)))),
    ("first: {above: 5}", Pick("first", Bound("above", Fraction(5)))),
    ("last: {below: 0.1}", Pick("last", Bound("below", Fraction(1, 10)))),
    ("lowest: {between: [1, 5]}", Pick("lowest", Between(Fraction(1), Fraction(5)))),
    ("highest: {at_least: 5}", Pick("highest", TESTED)),
    ("mean: {at_least: 5}", Pick("mean", TESTED)),
    ("count: {at_least: 2}", Pick("count", None, at_least=2)),
    ("count: {of: [CR], at_most: 0}", Pick("count", OneOf(("CR",)), at_most=0)),
    (
        "nearest: {to: month 6, test: {at_least: 5}}",
        Pick("nearest", TESTED, Offset("index", Shift(months=6), None, "month 6")),
    ),
]


@pytest.mark.parametrize(("written", "pick"), PICKS, ids=[p[0].partition(":")[0] for p in PICKS])
def test_picks(written: str, pick: Pick) -> None:
    outcome = read(changed("{any: [CR, CRi]}", f"{{{written}}}")).outcome("remission")
    assert outcome.pick == pick
    assert outcome.if_tied == (Ties("worst") if pick.kind in ("first", "last", "nearest") else None)


def test_an_event_with_any_counts_one_that_passes() -> None:
    text = changed("    event: relapse\n", "    event: relapse\n    met_if: {any: [severe]}\n")
    assert read(text).outcome("relapse").pick == Pick("count", OneOf(("severe",)), at_least=1)


def test_an_outcome_may_say_otherwise() -> None:
    text = changed("    decided: day 60\n", "    decided: day 60\n    if_missing: pending\n    late_evidence: stand\n"
                   "    if_died: ignore\n    if_tied: {source: [central_lab, local_lab]}\n"
                   "    if_coverage_ends: not_evaluable\n    unit: g/L\n")  # fmt: skip
    outcome = read(changed("{any: [CR, CRi]}", "{last: [CR]}", text)).outcome("remission")
    assert (outcome.if_missing, outcome.late_evidence) == ("pending", "stand")
    assert (outcome.if_died, outcome.if_coverage_ends) == (
        IfDied("ignore", "ignore", "ignore"),
        "not_evaluable",
    )
    assert outcome.if_tied == Ties("source", ("central_lab", "local_lab"))
    assert outcome.unit == "g/L"


def test_no_tie_needs_no_word_where_none_can_matter() -> None:
    assert problems(changed("  if_tied: worst\n", "")) == ()
    last = changed("{any: [CR, CRi]}", "{last: [CR]}", changed("  if_tied: worst\n", ""))
    assert [d.code for d in problems(last)] == ["left_open"]


def test_a_payment_and_a_refund() -> None:
    payment, refund = read(GOOD).clauses
    assert payment == MoneyClause(
        "infusion",
        "4.1",
        "payment",
        (Offset("index", Shift(), None, "index"),),
        None,
        "",
        TermRef("price"),
        "price",
    )
    assert refund == MoneyClause(
        "no_remission", "4.2", "refund", (None,), StatusIs("remission", "not_met"), "remission is not_met",
        Arithmetic("*", TermRef("refund_share"), Paid()), "refund_share of paid",
    )  # fmt: skip


def test_instalments_are_counted_from_the_anchor() -> None:
    text = changed("due: index,", "instalments: {first: month 1 + 3 days, every: 12 months, count: 3},")
    clause = read(text).clauses[0]
    assert [due.shift for due in clause.dues if due] == [Shift(1, 3), Shift(13, 3), Shift(25, 3)]
    assert clause.shares == (Fraction(1, 3),) * 3
    assert clause.repeated
    assert clause.on_failure is None


def test_shares_and_a_series_after_a_decision() -> None:
    instalments = "{first: remission.decided + 30 days, every: 4 weeks, count: 2, shares: [40%, 0.6]}"
    text = changed("due: index,", f"instalments: {instalments}, if: remission is met, on_failure: stop,")
    clause = read(text).clauses[0]
    assert clause.shares == (Fraction(2, 5), Fraction(3, 5))
    assert clause.on_failure == "stop"
    assert [(d.anchor, d.outcome, d.shift) for d in clause.dues if d] == [
        ("decided", "remission", Shift(0, 30)),
        ("decided", "remission", Shift(0, 58)),
    ]


def test_each_of_one_is_a_series_of_one() -> None:
    clause = read(
        changed("due: index,", "each: [year 1], if: relapse is not_met, on_failure: skip,")
    ).clauses[0]
    assert clause.repeated
    assert len(clause.dues) == 1
    assert clause.on_failure == "skip"


def test_limits_hold_ids_and_the_earlier_limits_within() -> None:
    text = changed("refunds:\n", 'refunds:\n  - {id: other, clause: "5", due: month 1, amount: 5}\n')
    text = changed(
        "settlement:",
        '  - {id: second, clause: "6", of: [other], per: treatment, at_most: 3}\n'
        '  - {id: third, clause: "7", of: refunds, per: treatment, at_most: 2 * price, at_least: 0}\n\nsettlement:',
        text,
    )
    first, second, third = read(text).limits
    assert first.of == ("other", "no_remission")
    assert second.of == ("other",)
    assert third.of == ("other", "no_remission", "refund_cap", "second")
    assert (first.direction, third.at_least) == ("refund", Number(Fraction(0)))
    assert (third.of_text, third.bound_text) == ("refunds", "at most 2 * price and at least 0")


@pytest.mark.parametrize(
    ("narrow", "wide", "counts"),
    [
        ("treatment", "treatment", True), ("treatment", "patient", True), ("treatment", "contract_year", True),
        ("treatment", "contract", True), ("patient", "treatment", False), ("patient", "patient", True),
        ("patient", "calendar_year", True), ("contract_year", "patient", False),
        ("contract_year", "calendar_year", True), ("calendar_year", "contract_year", True),
        ("calendar_year", "contract", True), ("contract", "contract_year", False), ("contract", "contract", True),
    ],
)  # fmt: skip
def test_an_earlier_limit_counts_where_its_groups_lie_within(narrow: str, wide: str, counts: bool) -> None:
    text = changed("per: treatment", f"per: {narrow}")
    text = changed(
        "settlement:", f"  - {{id: x, clause: x, of: refunds, per: {wide}, at_most: 5}}\nsettlement:", text
    )
    assert ("refund_cap" in read(text).limits[1].of) is counts


def test_dated_terms() -> None:
    text = changed("price: 649000.00", "price: {2019-01-01: 649000.00, 2017-09-01: 475000.00}")
    term = read(text).term("price")
    assert term.versions == (
        TermVersion(date(2017, 9, 1), Fraction(475_000)),
        TermVersion(date(2019, 1, 1), Fraction(649_000)),
    )
    assert term.on(date(2018, 12, 31)) == 475_000
    assert term.on(date(2019, 1, 1)) == 649_000


def test_a_term_may_have_more_decimals_than_the_currency() -> None:
    assert read(changed("price: 649000.00", "price: 0.123456789")).term("price").versions[
        0
    ].value == Fraction(123_456_789, 10**9)


def test_due_windows() -> None:
    text = changed("[day 1, year 2]", "[due - 12 months + 1 day, due]")
    text = changed(
        "if: remission is not_met", "each: [year 1, year 2], on_failure: stop, if: relapse is met", text
    )
    outcome = read(text).outcome("relapse")
    assert outcome.window == Window(
        Offset("due", Shift(-12, 1), None, "due - 12 months + 1 day"), Offset("due", Shift(), None, "due")
    )
    assert outcome.decided.anchor == "due"


def test_parties_with_codes_and_what_may_be_left_out() -> None:
    text = changed("payer: Example Health Plan", "payer: {name: Example Health Plan, codes: [EHP, 0042]}")
    for line in ("sources: [press release of 2017-08-30]\n", ", to: 2019-12-31"):
        text = changed(line, "", text)
    text = changed("  if_missing", "  coverage_gap: 30 days\n  if_missing", text)
    text = changed(", residual: last", "", text)
    contract = read(text)
    assert contract.payers == (Party("Example Health Plan", ("EHP", "0042")),)
    assert contract.in_force_to is None
    assert contract.coverage_gap_days == 30
    assert contract.sources == ()
    assert contract.settlement.residual == "last"


def test_labels_stay_text() -> None:
    contract = read(changed('clause: "4.1"', "clause: 4.10"))
    assert contract.clauses[0].clause == "4.10"


def test_a_condition_of_many_outcomes() -> None:
    text = changed("if: remission is not_met", "if: remission is not_met and relapse is met")
    assert read(text).clauses[1].condition == And(
        (StatusIs("remission", "not_met"), StatusIs("relapse", "met"))
    )
