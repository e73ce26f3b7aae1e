"""Hand-worked cohort clauses: rates, volumes, comparisons, events for each stretch of time."""

from datetime import date, timedelta

import pytest

from tests.oracle.cases import ask, but, contract, span
from tests.oracle.evidence import Row
from tests.oracle.groups import group_lines, held_groups, many, seen

LATE = date(2030, 1, 1)
X = "{measure: response, window: [day 0, day 30], decided: day 60, met_if: {any: [CR]}, if_missing: not_met}"


def group(
    words: str, rows: str, per: str = "contract_year", outcome: str = X, decided: str = "180 days"
) -> str:
    """A contract of one payment, 1000 a treatment, and one cohort clause; it begins on 2017-09-01."""
    return contract(
        outcome,
        f"""payments:
  - {{id: p, clause: "1", due: index, amount: 1000}}
cohort:
  - {{id: g, clause: "6", per: {per}, decided: {decided}, {words}, rows: [{rows}]}}""",
    )


def cohort(answers: str, index: str = "2018-01-01", **columns: str) -> dict[str, list[Row]]:
    """A treatment for each letter: met, not met, died of something else (not evaluable), ? (no row)."""
    known = many(*((f"T{n}", index) for n in range(len(answers))), outcomes=[], **columns)
    for n, letter in enumerate(answers):
        if letter == "m":
            known["outcomes"].append(seen(f"P{n}", index, "CR"))
        if letter == "d":
            known["outcomes"].append(seen(f"P{n}", index, "unrelated", "death"))
    return known


GUARANTEE = "{below: 70%, refund: 12% of paid}, {below: 80%, refund: 5% of paid}, {otherwise: 0}"
RATES = [
    # decided on 31 August 2018 + 180 days = 27 February 2019
    ("mmmmmmnnnn", "-1200.00"),  # 60 % of 10: 12 % of 10,000
    ("mmmmmmmnnn", "-500.00"),  # 70 % is not below 70 %
    ("mmmmmmmmnn", ""),
    ("mmmmmmmnnndd", "-600.00"),  # not evaluable counts in neither: 70 % again, 5 % of 12,000
    ("mmnnnnnnn", ""),  # nine that are met or not: fewer than the minimum
    ("mmnnnnnnnd", ""),
    ("dd", ""),
]


@pytest.mark.parametrize(("answers", "expected"), RATES)
def test_rates(answers: str, expected: str) -> None:
    text = group("rate: x, minimum: 10", GUARANTEE)
    known = cohort(answers)
    owed = [f"g contract year 1 2019-02-27 {expected}"] if expected else []
    assert group_lines(ask(text, known, date(2019, 2, 27))) == owed
    before = ask(text, known, date(2019, 2, 26))
    assert (group_lines(before), held_groups(before)) == ([], ["g contract year 1"])
    assert held_groups(ask(text, known, date(2019, 2, 27))) == []


def test_tiers_of_a_rate_over_sales() -> None:
    # sales of 18,000,000 over 250: below 60 % 20 %, 70 % 12 %, 80 % 5 %. 174 of 250 are 69.6 %, 175 are 70 %
    rows = "{below: 60%, refund: 20% of paid}, " + GUARANTEE
    text = group("rate: x", rows).replace("amount: 1000", "amount: 72000")
    for met, expected in ((174, "-2160000.00"), (175, "-900000.00")):
        known = cohort("m" * met + "n" * (250 - met))
        assert group_lines(ask(text, known, LATE)) == [f"g contract year 1 2019-02-27 {expected}"]


def test_only_what_is_decided_and_paid_by_the_cohorts_day_counts() -> None:
    # treated on 31 December 2017, judged on that day + 50: missing is decided on day 60, a CR at once
    text = group(
        "rate: x", "{at_least: 1, refund: paid}, {otherwise: {refund: 1}}", "calendar_year", decided="50 days"
    )
    known = cohort("mn", "2017-12-31")
    assert group_lines(ask(text, known, LATE)) == ["g 2017 2018-02-19 -2000.00"]
    later = text.replace("decided: 50 days", "decided: 60 days")
    assert group_lines(ask(later, known, LATE)) == ["g 2017 2018-03-01 -1.00"]
    paid_later = text.replace("due: index, amount: 1000", "due: day 51, amount: 1000")
    assert group_lines(ask(paid_later, known, LATE)) == []
    paid_then = text.replace("due: index, amount: 1000", "due: day 50, amount: 1000")
    assert group_lines(ask(paid_then, known, LATE)) == ["g 2017 2018-02-19 -2000.00"]


PERIODS = [
    ("quarter", "2018-03-31", "2018-Q1", "2018-03-31"),
    ("quarter", "2018-04-01", "2018-Q2", "2018-06-30"),
    ("calendar_year", "2017-12-31", "2017", "2017-12-31"),
    ("contract_year", "2018-08-31", "contract year 1", "2018-08-31"),
    ("contract_year", "2018-09-01", "contract year 2", "2019-08-31"),
    (
        "contract_year",
        "2019-12-31",
        "contract year 3",
        "2020-08-31",
    ),  # the whole year, beyond the last day in force
    ("contract", "2018-04-01", "contract", "2019-12-31"),
]


@pytest.mark.parametrize(("per", "index", "label", "last"), PERIODS)
def test_periods(per: str, index: str, label: str, last: str) -> None:
    text = group("rate: x", "{below: 1, refund: 7}, {otherwise: 0}", per, decided="100 days")
    day = date.fromisoformat(last) + timedelta(days=100)
    assert group_lines(ask(text, cohort("n", index), LATE)) == [f"g {label} {day} -7.00"]


def test_terms_and_names_of_a_cohort() -> None:
    rows = "{below: 1, refund: price * treatments + paid / 100}, {otherwise: {payment: rate * 3}}"
    text = group("rate: x", rows).replace(
        "price: 649000.00", "price: {2017-09-01: 5, 2018-06-01: 6, 2018-09-01: 7}"
    )
    assert group_lines(ask(text, cohort("mn"), LATE)) == ["g contract year 1 2019-02-27 -30.00"]  # 10 + 20
    assert group_lines(ask(text, cohort("mn", "2018-09-01"), LATE)) == ["g contract year 2 2020-02-27 -34.00"]
    assert group_lines(ask(text, cohort("mm"), LATE)) == ["g contract year 1 2019-02-27 3.00"]


def test_volumes() -> None:
    rows = "{below: 3, refund: 0}, {below: 5, refund: 10% of paid}, {otherwise: {refund: 20% of paid}}"
    for count, expected in ((2, []), (3, ["-300.00"]), (5, ["-1000.00"])):
        lines = group_lines(ask(group("by: treatments", rows), cohort("n" * count), LATE))
        assert lines == [f"g contract year 1 2019-02-27 {amount}" for amount in expected]
    marginal = group("by: paid, tiers: marginal", "{below: 3000, refund: 0}, {otherwise: {refund: 10%}}")
    # 10 % of what lies above 3,000
    assert group_lines(ask(marginal, cohort("n" * 4), LATE)) == ["g contract year 1 2019-02-27 -100.00"]
    assert group_lines(ask(marginal, cohort("n" * 3), LATE)) == []


TWO_SIDED = "{below: -10%, refund: 100}, {at_most: 10%, refund: 0}, {otherwise: {payment: 50}}"
AGAINST = [
    ("50%", "mmnnn", []),  # 40 - 50 = -10 %, not below it
    ("50.1%", "mmnnn", ["-100.00"]),
    ("0.3", "mmnnn", []),  # 10 % is at most 10 %
    ("29.9%", "mmnnn", ["50.00"]),
    ("[60%, 30%]", "mmnnn", ["-100.00"]),  # the first period's
]


@pytest.mark.parametrize(("against", "answers", "expected"), AGAINST)
def test_against_a_number(against: str, answers: str, expected: list[str]) -> None:
    text = group(f"rate: x, against: {against}", TWO_SIDED)
    assert [line.split()[-1] for line in group_lines(ask(text, cohort(answers), LATE))] == expected


def test_against_a_curve() -> None:
    text = group("rate: x, against: [0%, 40%, 80%]", TWO_SIDED, "calendar_year")
    for index, expected in (("2017-12-01", "50.00"), ("2018-02-01", ""), ("2019-02-01", "-100.00")):
        lines = group_lines(ask(text, cohort("mn", index), LATE))  # 50 - 0, 50 - 40 (at most 10 %), 50 - 80
        assert [line.split()[-1] for line in lines] == ([expected] if expected else [])
    text = text.replace("to: 2019-12-31", "to: 2021-12-31")  # the last of the list holds on
    assert group_lines(ask(text, cohort("mn", "2021-02-01"), LATE)) == ["g 2021 2022-06-29 -100.00"]


def test_against_another_product() -> None:
    text = group("rate: x, minimum: 2, against: {product: [Q9]}", TWO_SIDED)
    mine, theirs = cohort("mn"), cohort("mmmm", product="Q9")
    for row in theirs["treatments"] + theirs["outcomes"]:
        row["patient_id"] = f"Q{row['patient_id']}"
        if "treatment_id" in row:
            row["treatment_id"] = f"Q{row['treatment_id']}"
    both = {name: mine[name] + theirs[name] for name in mine}
    answer = ask(text, both, LATE)
    assert group_lines(answer) == ["g contract year 1 2019-02-27 -100.00"]  # 50 % - 100 %
    assert (answer["not_eligible"], len(answer["statuses"])) == ([], 2)
    assert group_lines(ask(text, mine, LATE)) == []  # nothing to compare with
    for row in theirs["treatments"][1:]:
        row["index_date"] = "2018-09-01"  # another period
    assert group_lines(ask(text, both, LATE)) == []
    theirs["treatments"][0]["barred"] = "true"
    assert [one["failed"] for one in ask(text, both, LATE)["not_eligible"]] == ["product"]


EVENTS = "{event: admission, window: [day 1, day 100], met_if: {count: {at_least: 1}}}"


def timed(per: str, bound: str) -> str:
    """1 is owed where the events for each stretch of time are at least the bound."""
    return group(
        f"rate: {{of: x, per: {per}}}", f"{{at_least: {bound}, refund: 1}}, {{otherwise: 0}}", outcome=EVENTS
    )


def owes(text: str, known: dict[str, list[Row]]) -> bool:
    return group_lines(ask(text, known, LATE)) != []


def test_events_for_each_stretch_of_time() -> None:
    known = cohort("nn")
    known["outcomes"] = [
        seen("P0", on, "", "admission") for on in ("2018-01-01", "2018-01-02", "2018-04-11", "2018-04-12")
    ]
    # two of the four lie in days 1 to 100; 200 days: 2 / 200 x 36,525 = 365.25 for 100 years
    assert owes(timed("100 years", "365.25"), known)
    assert not owes(timed("100 years", "365.26"), known)
    assert owes(timed("50 days", "0.5"), known)
    assert not owes(timed("1 year", "3.66"), known)
    # the second dies on day 50: 150 days; 2 / 150 x 36,525 = 487
    died = [*known["outcomes"], seen("P1", "2018-02-20", "unrelated", "death")]
    assert owes(timed("100 years", "487"), {**known, "outcomes": died})
    assert not owes(timed("100 years", "487.01"), {**known, "outcomes": died})
    # the first is covered to day 20: 20 + 100 days, and its event of day 100 is out
    covered = [but(span(0, 20), patient_id="P0")]
    assert owes(timed("120 days", "1"), {**known, "coverage": covered})
    assert not owes(timed("119 days", "1"), {**known, "coverage": covered})
    # one that dies before the window gives no days
    assert not owes(timed("1 year", "0"), {**cohort("d")})
