"""Cohort clauses by table: rates and volumes, minimum, the cohort's day, comparisons, rates per person-time."""

from fractions import Fraction

import pytest

from tests.plan.engines import Feed, feed, lines, results, row, treatment

HEAD = """\
contract: c
title: t
parties: {manufacturer: M, payer: P}
currency: USD
in_force: {from: 2018-03-15, to: 2022-03-14}
product: {name: x, codes: [Q1]}
terms:
  sales: 18000000
  floor: {2018-03-15: 70%, 2019-03-15: 60%}
defaults: {if_died: not_evaluable, if_coverage_ends: ignore, if_missing: not_met, if_tied: worst, late_evidence: reopen}
outcomes:
  response: {measure: response, window: [day 0, day 30], met_if: {last: [yes]}, decided: day 60}
  stay: {event: admission, window: [day 1, day 100]}
payments:
  - {id: course, clause: "4", due: index, amount: invoiced}
refunds:
  - {id: back, clause: "5", due: day 100, if: response is not_met, amount: 1}
settlement: {every: month, pay_within: 30 days}
"""


def cohort(keys: str, *rows: str, more: str = "") -> str:
    return f"{HEAD}cohort:\n  - {{id: guarantee, clause: '6.1', {keys}, rows: [{', '.join(rows)}]}}\n{more}"


def enrolled(
    met: int, not_met: int = 0, pending: int = 0, index: str = "2018-05-01", amount: str = "10"
) -> Feed:
    """So many treatments of one day; those pending died, which is not evaluable."""
    names = [f"T{k:03}" for k in range(met + not_met + pending)]
    rows = [row(t, "response", index, "yes") for t in names[:met]]
    rows += [row(t, "response", index, "no") for t in names[met : met + not_met]]
    rows += [row(t, "death", index, "related") for t in names[met + not_met :]]
    return feed([treatment(t, index, amount=amount) for t in names], rows)


RATE = "per: contract_year, rate: response, decided: 180 days"
TIERS = cohort(
    f"{RATE}, minimum: 20",
    "{below: 60%, refund: 20% of sales}",
    "{below: 70%, refund: 12% of sales}",
    "{below: 80%, refund: 5% of sales}",
    "{otherwise: 0}",
)
DAY = "2019-09-10"  # 180 days after 2019-03-14


@pytest.mark.parametrize(
    ("met", "of", "owed"),
    [
        (149, 250, "-3600000.00"), (150, 250, "-2160000.00"), (174, 250, "-2160000.00"), (175, 250, "-900000.00"),
        (199, 250, "-900000.00"), (200, 250, None), (0, 250, "-3600000.00"), (250, 250, None),
        (13, 20, "-2160000.00"), (13, 19, None), (2, 3, None),
    ],
)  # fmt: skip
def test_a_rate_is_compared_exactly_and_needs_its_minimum(met: int, of: int, owed: str | None) -> None:
    found = lines(TIERS, enrolled(met, of - met, pending=7), DAY, "guarantee")
    assert found == ([("contract year 1", "guarantee", DAY, owed)] if owed else [])


def test_a_line_is_held_up_to_its_day_and_owed_from_then_on() -> None:
    facts = enrolled(174, 76)
    before, after = (results(TIERS, facts, day) for day in ("2019-09-09", DAY))
    held = [
        (r["group_name"], str(r["due"]), r["sign"] * r["amount"])
        for r in before["held"]
        if r["clause"] == "guarantee"
    ]
    assert held == [("contract year 1", DAY, -216000000)]
    assert [r for r in before["lines"] if r["clause"] == "guarantee"] == []
    assert [r for r in after["held"] if r["clause"] == "guarantee"] == []
    (line,) = (r for r in after["lines"] if r["clause"] == "guarantee")
    assert (line["treatment_id"], line["n"], line["because"]) == (None, 1, "response met in 174 of 250")


@pytest.mark.parametrize(
    ("index", "window", "met"),
    [  # day 60 of these lies on the day before the cohort's, on it, on the day after
        ("2018-12-01", "month 9 + 8 days", 1), ("2018-12-01", "month 9 + 9 days", 1),
        ("2018-12-01", "month 9 + 10 days", 0),
    ],
)  # fmt: skip
def test_a_status_counts_that_was_decided_by_the_cohorts_day(index: str, window: str, met: int) -> None:
    text = cohort(RATE, "{otherwise: {refund: 5}}").replace("decided: day 60", f"decided: {window}")
    found = lines(text, enrolled(1, index=index), "2020-01-01", "guarantee")
    assert len(found) == met


@pytest.mark.parametrize(
    ("per", "index", "group", "due"),
    [
        ("contract_year", "2018-03-15", "contract year 1", "2019-04-13"),
        ("contract_year", "2019-03-14", "contract year 1", "2019-04-13"),
        ("contract_year", "2019-03-15", "contract year 2", "2020-04-13"),
        ("contract_year", "2022-03-14", "contract year 4", "2022-04-13"),
        ("calendar_year", "2018-12-31", "2018", "2019-01-30"),
        ("calendar_year", "2019-01-01", "2019", "2020-01-30"),
        ("quarter", "2018-03-31", "2018-Q1", "2018-04-30"),
        ("quarter", "2018-04-01", "2018-Q2", "2018-07-30"),
        ("quarter", "2018-12-31", "2018-Q4", "2019-01-30"),
        ("contract", "2019-12-31", "contract", "2022-04-13"),
    ],
)
def test_treatments_belong_to_the_period_of_their_index_date(
    per: str, index: str, group: str, due: str
) -> None:
    text = cohort(
        f"per: {per}, by: treatments, decided: 30 days",
        "{at_least: 1, refund: 5 * treatments}",
        "{otherwise: 0}",
    )
    two = enrolled(2, index=index)
    assert lines(text, two, due, "guarantee") == [(group, "guarantee", due, "-10.00")]
    assert all(x[1] != "guarantee" for x in lines(text, two, str(due)[:-2] + "01"))


def test_paid_is_what_fell_due_by_the_cohorts_day_before_limits() -> None:
    text = cohort(
        "per: quarter, rate: response, decided: 1 month",
        "{below: 100%, refund: 10% of paid}",
        "{otherwise: 0}",
        more="limits:\n  - {id: small, clause: x, of: payments, per: treatment, at_most: 3}\n",
    ).replace("due: index", "each: [index, day 90, day 91]")  # the second on 2018-07-30, the third on 07-31
    facts = enrolled(0, 2, amount="100")
    assert lines(text, facts, "2018-07-30", "guarantee") == [("2018-Q2", "guarantee", "2018-07-30", "-40.00")]
    assert lines(text, facts, "2018-09-30", "guarantee") == [("2018-Q2", "guarantee", "2018-07-30", "-40.00")]


def test_terms_are_those_of_the_periods_first_day() -> None:
    text = cohort(RATE, "{below: floor, refund: 100 * treatments}", "{otherwise: 0}")
    both = enrolled(13, 7)
    assert lines(text, both, DAY, "guarantee") == [("contract year 1", "guarantee", DAY, "-2000.00")]
    assert lines(text, enrolled(13, 7, index="2019-05-01"), "2021-01-01", "guarantee") == []


@pytest.mark.parametrize(
    ("count", "tiers", "owed"),
    [
        (10, "whole", None), (11, "whole", "-110.00"), (20, "whole", "-200.00"), (21, "whole", "-420.00"),
        (10, "marginal", None), (11, "marginal", "-10.00"), (20, "marginal", "-100.00"), (21, "marginal", "-120.00"),
    ],
)  # fmt: skip
def test_a_volume_by_rows_or_by_bands(count: int, tiers: str, owed: str | None) -> None:
    keys = f"per: contract_year, by: treatments, decided: 180 days, tiers: {tiers}"
    each = "" if tiers == "marginal" else " * treatments"
    bounds = (10, 20) if tiers == "marginal" else (11, 21)
    rows = (
        f"{{below: {bounds[0]}, refund: 0}}",
        f"{{below: {bounds[1]}, refund: 10{each}}}",
        f"{{otherwise: {{refund: 20{each}}}}}",
    )
    if count == 20 and tiers == "whole":
        owed = "-200.00"
    found = lines(cohort(keys, *rows), enrolled(count), DAY, "guarantee")
    assert [x[3] for x in found] == ([owed] if owed else [])


CURVE = "against: [80%, floor, 50%]"


@pytest.mark.parametrize(
    ("index", "met", "owed"),
    [  # of 20; the curve says 80 %, then the floor of that year (60 %), then 50 % for good
        ("2018-05-01", 15, "-5.00"), ("2018-05-01", 16, None), ("2018-05-01", 17, "7.00"),
        ("2019-05-01", 11, "-5.00"), ("2019-05-01", 12, None), ("2019-05-01", 13, "7.00"),
        ("2020-05-01", 9, "-5.00"), ("2021-05-01", 10, None), ("2021-05-01", 11, "7.00"),
    ],
)  # fmt: skip
def test_a_rate_set_against_a_curve_goes_both_ways(index: str, met: int, owed: str | None) -> None:
    text = cohort(
        f"{RATE}, {CURVE}", "{below: 0, refund: 5}", "{at_most: 0, refund: 0}", "{otherwise: {payment: 7}}"
    )
    found = lines(text, enrolled(met, 20 - met, index=index), "2023-01-01", "guarantee")
    assert [x[3] for x in found] == ([owed] if owed else [])


def test_the_difference_may_be_read_in_the_amount() -> None:
    text = cohort(
        f"{RATE}, against: 75%", "{below: 0, refund: 0 - rate * 1000}", "{otherwise: {payment: rate * 300}}"
    )
    assert lines(text, enrolled(2, 1), DAY, "guarantee") == [("contract year 1", "guarantee", DAY, "-83.33")]
    assert lines(text, enrolled(6, 1), DAY, "guarantee") == [("contract year 1", "guarantee", DAY, "32.14")]


@pytest.mark.parametrize(
    ("ours", "theirs", "owed"),
    [
        ((7, 3), (7, 3), None),
        ((7, 3), (5, 2), "-5.00"),
        ((5, 2), (7, 3), "7.00"),
        ((3, 0), (1, 1), None),
        ((4, 0), (0, 3), None),
    ],
)
def test_a_rate_set_against_another_products(
    ours: tuple[int, int], theirs: tuple[int, int], owed: str | None
) -> None:
    """5 of 7 is more than 7 of 10; fewer than four on either side owe nothing."""
    text = cohort(
        f"{RATE}, minimum: 4, against: {{product: [Q7, Q8]}}",
        "{below: 0, refund: 5}",
        "{at_most: 0, refund: 0}",
        "{otherwise: {payment: 7}}",
    )
    facts, others = enrolled(*ours), enrolled(*theirs)
    for k, theirs_row in enumerate(others["treatments"]):
        own = {"treatment_id": f"O{k}", "patient_id": f"O{k}", "product": "Q7" if k % 2 else "Q8"}
        for r in others["outcomes"]:
            if r["patient_id"] == theirs_row["patient_id"]:
                r["patient_id"] = f"O{k}"
        theirs_row.update(own)
    facts["treatments"] += others["treatments"]
    facts["outcomes"] += others["outcomes"]
    found = lines(text, facts, DAY)
    assert [x[3] for x in found if x[1] == "guarantee"] == ([owed] if owed else [])
    assert not any(str(x[0]).startswith("O") for x in found)


def stays(*days: str, patient: str = "A") -> list[dict[str, str | None]]:
    return [row(patient, "admission", day, record_id=f"{patient}{day}") for day in days]


PERSON_TIME = cohort(
    "per: contract_year, rate: {of: stay, per: 100 years}, decided: 1 day", "{otherwise: {refund: rate}}"
)


def per_hundred_years(events: int, days: int) -> str:
    exact = Fraction(events * 100 * 36525, 100 * days) * 100
    return f"-{(2 * exact.numerator + exact.denominator) // (2 * exact.denominator) / 100:.2f}"


@pytest.mark.parametrize(
    ("end", "extra", "events", "days"),
    [
        ("", [], 3, 100),  # the window: day 1 to day 100
        ("death 2018-05-31", [], 2, 30),  # the day of death is observed
        ("death 2018-05-30", [], 1, 29),
        ("death 2018-05-01", [], None, 0),  # before the window's first day: no days, no rate
        ("death 2018-05-02", [], 0, 1),
        ("cover 2018-05-31", [], 2, 30),
        ("cover 2018-05-30", [], 1, 29),
        ("", ["2018-05-01", "2018-08-10"], 3, 100),  # outside of the window
        ("", ["2018-05-02", "2018-08-09"], 5, 100),
    ],
)
def test_events_per_person_time(end: str, extra: list[str], events: int | None, days: int) -> None:
    outcomes = stays("2018-05-03", "2018-05-31", "2018-06-01", *extra)
    kind, _, on = end.partition(" ")
    coverage = []
    if kind == "death":
        outcomes.append(row("A", "death", on, "related"))
    elif kind == "cover":
        coverage = [{"patient_id": "A", "payer": "P", "from_date": "2017-01-01", "to_date": on}]
    facts = feed([treatment("A", "2018-05-01", amount="1")], outcomes, coverage)
    found = [x[3] for x in lines(PERSON_TIME, facts, "2019-03-15", "guarantee")]
    if kind == "death" and on == "2018-05-31":
        events = 2
    assert found == ([per_hundred_years(events, days)] if events else [])


def test_person_time_ends_with_the_cohorts_day_and_adds_up_over_treatments() -> None:
    """B's window would last to 2019-06-08; the period is judged on 2019-03-15: 15 days from 2019-03-01 on."""
    outcomes = stays("2018-05-03") + stays("2019-03-15", "2019-03-16", patient="B")
    facts = feed(
        [treatment("A", "2018-05-01", amount="1"), treatment("B", "2019-02-28", amount="1")], outcomes
    )
    found = [x[3] for x in lines(PERSON_TIME, facts, "2019-12-31", "guarantee")]
    assert found == [per_hundred_years(2, 100 + 15)]


def test_limits_take_in_cohort_lines_that_go_their_way() -> None:
    limits = """limits:
  - {id: back_cap, clause: '7', of: refunds, per: calendar_year, at_most: 1000000}
  - {id: own, clause: '8', of: [guarantee], per: contract, at_most: 900000}
  - {id: each, clause: '9', of: refunds, per: treatment, at_most: 0}
"""
    found = lines(TIERS + limits, enrolled(174, 76), "2019-12-31", "back_cap", "own", "each")
    owed = [("2019", "back_cap", DAY, "1160000.00"), ("contract", "own", DAY, "1260000.00")]
    assert [x for x in found if x[1] != "each"] == owed
    assert {x[3] for x in found if x[1] == "each"} == {"1.00"}
    text = cohort(f"{RATE}, against: 75%", "{below: 0, refund: 50}", "{otherwise: {payment: 70}}", more=limits[:8] + """
  - {id: refund_cap, clause: '7', of: refunds, per: contract, at_most: 40}
  - {id: payment_cap, clause: '8', of: payments, per: contract, at_most: 150}
""")  # fmt: skip
    assert [x[3] for x in lines(text, enrolled(0, 1), DAY, "refund_cap")] == ["11.00"]  # of 50 and 1
    assert [x[3] for x in lines(text, enrolled(9), DAY, "payment_cap")] == ["-10.00"]  # of 90 and 70


def test_an_amount_that_cannot_be_worked_out_is_a_failure_of_its_period() -> None:
    text = cohort(RATE, "{below: 100%, refund: sales / rate}", "{otherwise: 0}")
    found = results(text, enrolled(0, 5), DAY)["failures"]
    assert [(f["group_name"], f["clause"]) for f in found] == [("contract year 1", "guarantee")]
    text = cohort(RATE, "{below: 100%, refund: paid - sales}", "{otherwise: 0}")
    assert len(results(text, enrolled(0, 5), DAY)["failures"]) == 1
