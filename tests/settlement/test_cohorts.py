"""Settling cohort clauses: on their day, in words, corrected later, both ways."""

import pytest

from tests.plan.engines import Feed, row
from tests.plan.test_cohorts import DAY, RATE, TIERS, cohort, enrolled
from tests.settlement.months import Months


def without_course(posted: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [x for x in posted if x[1] not in ("course", "back")]


def test_a_cohorts_line_is_posted_on_its_day_and_corrected_when_a_late_answer_moves_the_rate() -> None:
    facts = enrolled(174, 76)
    facts["outcomes"].append(row("T174", "response", "2018-05-20", "yes", known_on="2019-11-05"))
    months = Months(TIERS, facts)
    posted = {m: months.settle(m) for m in ("2018-05", "2019-09", "2019-11")}
    assert without_course(posted["2019-09"]) == [
        ("contract year 1", "guarantee", -2160000.0, "current", "2019-09")]  # fmt: skip
    assert without_course(posted["2019-11"]) == [
        ("contract year 1", "guarantee", 1260000.0, "prior_period", "2019-09")]  # fmt: skip
    (line,) = (x for x in months.statement.lines if x.clause == "guarantee")
    assert line.because == "rate 175 of 250 = 70%, below 80%: refund 5% × sales 18,000,000.00 = 900,000.00"
    assert (line.entitled_minor, line.posted_before_minor) == (-90000000, -216000000)
    months.assert_all_posted("2019-11")


TWO_WAYS = cohort(
    f"{RATE}, against: 75%", "{below: 0, refund: 50}", "{at_most: 0, refund: 0}", "{otherwise: {payment: 70}}"
)


def turned() -> Feed:
    """Two of three respond; in November the third turns out to have responded as well."""
    facts = enrolled(2, 1)
    facts["outcomes"].append(row("T002", "response", "2018-05-20", "yes", known_on="2019-11-05"))
    return facts


def test_a_rate_that_turns_takes_back_the_refund_and_owes_a_payment() -> None:
    months = Months(TWO_WAYS, turned())
    posted = {m: months.settle(m) for m in ("2018-05", "2019-09", "2019-11")}
    assert without_course(posted["2019-09"]) == [
        ("contract year 1", "guarantee", -50.0, "current", "2019-09")
    ]
    assert without_course(posted["2019-11"]) == [
        ("contract year 1", "guarantee", 70.0, "prior_period", "2019-09"),
        ("contract year 1", "guarantee", 50.0, "prior_period", "2019-09")]  # fmt: skip
    ways = {x.direction: x for x in months.statement.clauses if x.clause == "guarantee"}
    assert (ways["payment"].closing_minor, ways["refund"].closing_minor) == (7000, 0)
    months.assert_all_posted("2019-11")


@pytest.mark.parametrize(
    ("text", "facts", "words"),
    [
        (TIERS, enrolled(174, 76),
         "rate 174 of 250 = 69.6%, below 70%: refund 12% × sales 18,000,000.00 = 2,160,000.00"),
        (TIERS, enrolled(200, 50), "rate 200 of 250 = 80%, otherwise: nothing is owed"),
        (TIERS, enrolled(12, 3), "rate 12 of 15 = 80%, 15 decided of the 20 that it takes: nothing is owed"),
        (TIERS, enrolled(0, 0, 3), "rate 0 of 0, 0 decided of the 20 that it takes: nothing is owed"),
        (TWO_WAYS, enrolled(2, 1),
         "rate 2 of 3 = 66.66…%, against 75%, difference -8.33…%, below 0: refund 50 = 50.00"),
        (TWO_WAYS, enrolled(3), "rate 3 of 3 = 100%, against 75%, difference 25%, otherwise: payment 70 = 70.00"),
        (
            cohort("per: contract_year, by: treatments, decided: 180 days, tiers: marginal",
                   "{below: 2, refund: 0}", "{otherwise: {refund: 10}}"),
            enrolled(5),
            "treatments 5, otherwise: refund by treatments 5: 2 × 0 (below 2) + 3 × 10 (otherwise) = 30.00",
        ),
        (
            cohort("per: contract_year, rate: {of: stay, per: 100 years}, decided: 180 days",
                   "{otherwise: {refund: 10}}"),
            enrolled(2),
            "0 stay in 200 days of 2 treatments = 0 per 100 years, otherwise: refund 10 = 10.00",
        ),
    ],
)  # fmt: skip
def test_a_period_is_worded_with_its_numbers(text: str, facts: Feed, words: str) -> None:
    months = Months(text, facts)
    months.settle("2019-09")
    assert [p.words for p in months.statement.cohorts] == [words]
    assert months.statement.cohorts[0].due.isoformat() == DAY
