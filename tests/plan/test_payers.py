"""Whose a line is where coverage changes: the worked case, and each rule's boundaries, on both backends."""

import pytest

from tests.plan.paying import LAST, Span, asked, contract_text, held, lines, totals

A_THEN_B: list[Span] = [("A", "2025-01-01", "2027-06-30"), ("B", "2027-07-01", None)]
THIRD = "2027-09-15"  # due day of the third of five parts, 425,000 each


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ("original", {("part", "A"): 5 * 425_000}),
        ("ends", {("part", "A"): 2 * 425_000}),
        ("successor", {("part", "A"): 2 * 425_000, ("part", "B"): 3 * 425_000}),
    ],
)
def test_five_parts_and_a_payer_that_leaves_after_two(rule: str, wanted: dict[tuple[str, str], int]) -> None:
    assert totals(lines(contract_text(rule), A_THEN_B)) == wanted


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [  # 80 % of the three parts paid by then: 1,020,000
        ("original", {("back", "A"): -1_020_000}),
        ("ends", {}),
        ("successor", {("back", "B"): -1_020_000}),
        ("by_paid", {("back", "A"): -680_000, ("back", "B"): -340_000}),
    ],
)
def test_a_refund_after_the_payer_changed(rule: str, wanted: dict[tuple[str, str], int]) -> None:
    found = totals(lines(contract_text("successor", rule), A_THEN_B, failure="2028-01-10"))
    assert {key: amount for key, amount in found.items() if key[0] == "back"} == wanted


OWED_BY_A, OWED_BY_B, OWED_BY_C, NOBODYS = "A", "B", "C", None
# Spans, who owes the third part by `ends`, and by `successor`.
SPANS: list[tuple[str, list[Span], str | None, str | None]] = [
    ("no spans at all", [], "A", "A"),
    ("still covered", [("A", "2025-01-01", None)], "A", "A"),
    ("its last day is the due day", [("A", "2025-01-01", THIRD)], "A", "A"),
    ("its last day is the day before", [("A", "2025-01-01", "2027-09-14")], None, None),
    ("another from the due day on", [("A", "2025-01-01", "2027-09-14"), ("B", THIRD, None)], None, "B"),
    ("another from the day after on", [("A", "2025-01-01", "2027-09-14"), ("B", "2027-09-16", None)], None, None),
    ("both on the due day", [("A", "2025-01-01", THIRD), ("B", THIRD, None)], "A", "A"),
    ("two others at once: in order", [("A", "2025-01-01", "2026-12-31"), ("C", "2027-01-01", None),
     ("B", "2027-03-01", None)], None, "B"),
    ("the other's last day", [("A", "2025-01-01", "2026-12-31"), ("B", "2027-01-01", THIRD)], None, "B"),
    ("the day after the other's", [("A", "2025-01-01", "2026-12-31"), ("B", "2027-01-01", "2027-09-14")], None, None),
    ("by the other's old name", [("A", "2025-01-01", "2026-12-31"), ("b-old", "2027-01-01", None)], None, "B"),
    ("one that is no party", [("A", "2025-01-01", "2026-12-31"), ("X", "2027-01-01", None)], None, None),
    ("back again after a day", [("A", "2025-01-01", "2027-03-30"), ("A", "2027-04-01", None)], None, "A"),
    ("spans that touch", [("A", "2025-01-01", "2027-03-31"), ("A", "2027-04-01", None)], "A", "A"),
    ("spans that overlap", [("A", "2025-01-01", "2027-05-31"), ("A", "2027-04-01", None)], "A", "A"),
    ("another fills the hole", [("A", "2025-01-01", "2027-03-30"), ("B", "2027-03-31", "2027-03-31"),
     ("A", "2027-04-01", None)], None, "A"),
    ("only another on the index date", [("B", "2025-01-01", None)], None, "B"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spans", "ends", "successor"), [case[1:] for case in SPANS], ids=[c[0] for c in SPANS]
)
def test_who_owes_the_third_part(spans: list[Span], ends: str | None, successor: str | None) -> None:
    for rule, wanted in (("ends", ends), ("successor", successor)):
        found = lines(contract_text(rule), spans, as_of=THIRD)
        assert [payer for _, n, payer, _, _ in found if n == 3] == ([wanted] if wanted else [])
        why = [
            row["because"]
            for row in asked(contract_text(rule), spans, "without_payer", THIRD)
            if row["n"] == 3
        ]
        assert len(why) == (0 if wanted else 1)


def test_words_for_what_is_without_payer() -> None:
    spans = A_THEN_B[:1]
    (ends,) = (r for r in asked(contract_text("ends"), spans, "without_payer", THIRD) if r["n"] == 3)
    assert ends["because"] == "not covered by its payer from 2027-07-01 on"
    (nobody,) = asked(contract_text("successor"), spans, "without_payer", THIRD)
    assert (nobody["n"], nobody["because"]) == (3, "no payer of the contract covers 2027-09-15")
    (third,) = (r for r in asked(contract_text("successor"), A_THEN_B, "lines", THIRD) if r["n"] == 3)
    assert third["because"] == "due by the schedule; B covers 2027-09-15"


@pytest.mark.parametrize(("rule", "payer"), [("ends", "A"), ("successor", "A")])
def test_coverage_known_late(rule: str, payer: str) -> None:
    """The end of A's coverage is known on 1 October, B's on the 5th: before, the part is A's."""
    text = contract_text(rule)
    spans: list[Span] = [("A", "2025-01-01", None), ("A", "2025-01-01", "2027-06-30", "2027-10-01"),
                         ("B", "2027-07-01", None, "2027-10-05")]  # fmt: skip

    def third(known_by: str) -> list[str | None]:
        return [who for _, n, who, _, _ in lines(text, spans, "2027-12-31", known_by) if n == 3]

    assert (third("2027-09-30"), third("2027-10-01"), third("2027-10-04")) == ([payer], [], [])
    assert third("2027-10-05") == ([] if rule == "ends" else ["B"])


def test_a_span_that_begins_after_the_as_of_day_does_not_count_yet() -> None:
    """On its own day the third part is B's; the day before it is not owed."""
    spans: list[Span] = [("A", "2025-01-01", "2027-09-14"), ("B", THIRD, None)]
    assert [n for _, n, *_ in lines(contract_text("successor"), spans, "2027-09-14")] == [1, 2]
    assert [n for _, n, *_ in lines(contract_text("successor"), spans, THIRD)] == [1, 2, 3]


GAP = ("defaults:\n", "defaults:\n  coverage_gap: 30 days\n")


@pytest.mark.parametrize(
    ("back_on", "as_of", "owed", "waits"),
    [  # A covers to 2027-08-31; 30 uncovered days are 1 to 30 September
        (None, "2027-09-15", [1, 2], True),
        (None, "2027-09-30", [1, 2], True),
        (None, "2027-10-01", [1, 2], False),
        ("2027-10-01", "2027-09-30", [1, 2], True),
        ("2027-10-01", "2027-10-01", [1, 2, 3], False),
        ("2027-10-02", "2027-10-01", [1, 2], False),
        ("2027-10-02", "2027-10-02", [1, 2], False),
    ],
)
def test_a_forgiven_gap_holds_the_line(back_on: str | None, as_of: str, owed: list[int], waits: bool) -> None:
    spans: list[Span] = [("A", "2025-01-01", "2027-08-31")]
    spans += [("A", back_on, None)] if back_on else []
    text = contract_text("ends", "original", GAP)
    assert [n for _, n, *_ in lines(text, spans, as_of, as_of)] == owed
    assert (("part", 3) in held(text, spans, as_of)) == waits
    assert ("part", 4) not in held(text, spans, as_of)


def test_a_line_whose_day_is_to_come_does_not_wait_for_a_gap_to_close() -> None:
    """In a gap open since 1 September the third part waits from its own day on, the 15th."""
    text, spans = contract_text("ends", "original", GAP), [("A", "2025-01-01", "2027-08-31")]
    assert [("part", 3) in held(text, spans, day) for day in ("2027-09-14", THIRD)] == [False, True]


def test_a_forgiven_gap_does_not_matter_to_a_successor() -> None:
    spans: list[Span] = [("A", "2025-01-01", "2027-08-31"), ("A", "2027-09-20", None)]
    assert [n for _, n, *_ in lines(contract_text("successor", "original", GAP), spans, THIRD)] == [1, 2]


def test_outcomes_mind_the_coverage_of_all_payers() -> None:
    """A change from one payer to another is no loss of coverage; a gap between them is."""
    text = contract_text(
        "successor", "original", ("if_coverage_ends: ignore", "if_coverage_ends: not_evaluable")
    )
    gap: list[Span] = [("A", "2025-01-01", "2027-06-30"), ("B", "2027-07-02", None)]
    for spans, wanted in ((A_THEN_B, ("pending", None)), (gap, ("not_evaluable", "2027-07-01"))):
        (status,) = asked(text, spans, "statuses", THIRD)
        assert (status["status"], status["decided_on"] and str(status["decided_on"])) == wanted


def test_a_line_without_a_payer_was_not_paid() -> None:
    """80 % of two parts where A left and nobody came; the refund is A's own."""
    for rule in ("ends", "successor"):
        found = lines(contract_text(rule, "original"), A_THEN_B[:1], failure="2028-01-10")
        assert totals(found)["back", "A"] == -680_000


def test_a_single_payment_goes_by_its_payer_too() -> None:
    """As above with one payment at month 24: not owed, so nothing to refund."""
    once = ("instalments: {first: index, every: 12 months, count: 5}", "due: month 24")
    found = lines(contract_text("ends", "original", once), A_THEN_B, failure="2028-01-10")
    assert found == []
    found = lines(contract_text("successor", "by_paid", once), A_THEN_B, failure="2028-01-10")
    assert totals(found) == {("part", "B"): 2_125_000, ("back", "B"): -1_700_000}


def test_a_refund_held_by_its_condition_is_one_line_without_a_payer() -> None:
    text = contract_text("successor", "by_paid")
    found = [r for r in asked(text, A_THEN_B, "held", THIRD, THIRD) if r["clause"] == "back"]
    assert [(r["n"], r["payer"], r["amount"]) for r in found] == [(1, None, 102_000_000)]


def test_a_line_that_waits_for_an_outcome_waits_whatever_coverage_does() -> None:
    """The condition is not known, and the fixed due day lies after A's coverage."""
    text = contract_text("ends", "ends", ("if: failure is met,", "due: year 3, if: failure is met,"))
    assert ("back", 1) in held(text, A_THEN_B, "2028-12-31")
    assert [
        r["n"] for r in asked(text, A_THEN_B, "without_payer", "2028-12-31") if r["clause"] == "back"
    ] == []


def test_the_original_payer_is_the_treatments() -> None:
    assert totals(lines(contract_text("original"), [], payer="b-old")) == {("part", "B"): 2_125_000}
    assert lines(contract_text("original"), [], payer="X") == []


# --- shares by what was paid: amounts in minor units


def by_paid(spans: list[Span], amount: str, failure: str = "2028-01-10") -> list[tuple[object, object]]:
    text = contract_text("successor", "by_paid", ("amount: share of paid", f"amount: {amount}"))
    found = asked(text, spans, "lines", LAST, LAST, failure)
    return sorted((row["payer"], row["amount"]) for row in found if row["clause"] == "back")


ONE_EACH: list[Span] = [
    ("A", "2025-01-01", "2026-06-30"),
    ("B", "2026-07-01", "2027-06-30"),
    ("C", "2027-07-01", None),
]


@pytest.mark.parametrize(
    ("spans", "amount", "parts"),
    [
        (A_THEN_B, "0.01", [("A", -1)]),  # 2/3 of a cent is one
        (A_THEN_B, "0.02", [("A", -1), ("B", -1)]),  # 1.33 is 1
        (A_THEN_B, "1.00", [("A", -67), ("B", -33)]),
        (ONE_EACH, "1.00", [("A", -33), ("B", -34), ("C", -33)]),  # together 33.33, 66.67, 100
        (ONE_EACH, "0.01", [("B", -1)]),  # together 0.33, 0.67, 1
        (A_THEN_B[:1], "1.00", [("A", -100)]),
        (A_THEN_B, "0 of paid", []),
    ],
)  # fmt: skip
def test_parts_add_up_and_none_is_below_zero(
    spans: list[Span], amount: str, parts: list[tuple[str, int]]
) -> None:
    assert by_paid(spans, amount) == parts


def test_by_paid_where_nothing_was_paid_is_the_own_payers() -> None:
    """The failure is on the index date, the first part due later."""
    text = contract_text("successor", "by_paid", ("first: index", "first: day 1"),
                         ("amount: share of paid", "amount: 5.00"))  # fmt: skip
    found = lines(text, A_THEN_B, failure="2025-09-15")
    assert [line for line in found if line[0] == "back"] == [("back", 1, "A", "2025-09-15", -5)]


def test_by_paid_counts_what_fell_due_by_the_refunds_day() -> None:
    """On the third part's own day it counts, the day before it does not."""
    assert by_paid(A_THEN_B, "share of paid", THIRD) == [("A", -68_000_000), ("B", -34_000_000)]
    assert by_paid(A_THEN_B, "share of paid", "2027-09-14") == [("A", -68_000_000)]


def test_a_shared_refund_without_an_amount_is_told_once() -> None:
    text = contract_text("successor", "by_paid", ("amount: share of paid", "amount: 1 / failure.value"))
    found = asked(text, A_THEN_B, "failures", LAST, LAST, "2028-01-10")
    assert [(row["clause"], row["n"]) for row in found] == [("back", 1)]


@pytest.mark.parametrize(
    ("spans", "failure", "decided_on"),
    [  # within a gap, which then closes; before the index date, on which a gap closes
        ([("A", "2025-01-01", "2026-01-05"), ("A", "2026-01-20", None)], "2026-01-10", "2026-01-20"),
        ([("A", "2025-01-01", "2025-08-31"), ("A", "2025-09-15", None)], "2025-09-10", "2025-09-10"),
    ],
)
def test_a_gap_before_the_index_date_holds_nothing(spans: list[Span], failure: str, decided_on: str) -> None:
    """Whoever is covered on the index date has not been lost before it."""
    ends = ("if_coverage_ends: ignore", "if_coverage_ends: not_evaluable\n  coverage_gap: 30 days")
    text = contract_text(
        "original", "original", ends, ("window: [day 0, year 5]", "window: [day -30, year 5]")
    )
    (status,) = asked(text, spans, "statuses", LAST, failure=failure)
    assert str(status["decided_on"]) == decided_on


@pytest.mark.parametrize("payer", ["A", "B"])
def test_who_never_covered_owes_nothing_that_falls_due_before_the_index_date_either(payer: str) -> None:
    """A part due a month before the index date, on which only B covers."""
    text = contract_text(
        "ends", "original", ("instalments: {first: index, every: 12 months, count: 5}", "due: day -30")
    )
    found = lines(text, [("B", "2025-01-01", None)], payer=payer)
    assert [clause for clause, *_ in found] == (["part"] if payer == "B" else [])
