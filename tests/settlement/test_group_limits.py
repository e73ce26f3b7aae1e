"""Settling limits: each change in the period to which it belongs, late facts as prior period, all adding up."""

import pytest

from tests.plan.engines import feed, row, treatment
from tests.plan.test_limits import limited
from tests.settlement.months import Months


def cap(per: str) -> str:
    return limited(f"id: most, of: refunds, per: {per}, at_most: 1000000")


def failing(
    *cases: tuple[str, str], known: dict[str, str] | None = None
) -> dict[str, list[dict[str, str | None]]]:
    """Treatments of 1,298,000 each, of which half is refunded from the day of relapse on."""
    treatments = [treatment(t, "2018-04-01", amount="1298000", patient_id="p" + t) for t, _ in cases]
    rows = [row("p" + t, "relapse", day, known_on=(known or {}).get(t, day)) for t, day in cases]
    return feed(treatments, rows)


def refunds(posted: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [line for line in posted if line[1] != "course"]


@pytest.mark.parametrize("per", ["contract", "contract_year", "calendar_year"])
def test_a_cap_reached_and_passed_moves_in_each_month(per: str) -> None:
    group = {"contract": "contract", "contract_year": "contract year 1", "calendar_year": "2018"}[per]
    months = Months(cap(per), failing(("A", "2018-05-10"), ("B", "2018-06-10"), ("C", "2018-07-10")))
    posted = months.settle_through("2018-04", "2018-09")
    assert {m: refunds(x) for m, x in posted.items() if refunds(x)} == {
        "2018-05": [("A", "back", -649000.0, "current", "2018-05")],
        "2018-06": [
            ("B", "back", -649000.0, "current", "2018-06"),
            (group, "most", 298000.0, "current", "2018-06"),
        ],
        "2018-07": [
            ("C", "back", -649000.0, "current", "2018-07"),
            (group, "most", 649000.0, "current", "2018-07"),
        ],
    }
    months.assert_all_posted("2018-09")


def test_a_late_failure_under_a_cap_is_split_into_prior_period_and_current() -> None:
    """A failed in April but is heard of in June; B fails in May, C in June. The cap is 1,000,000."""
    facts = failing(("A", "2018-04-20"), ("B", "2018-05-10"), ("C", "2018-06-10"), known={"A": "2018-06-20"})
    months = Months(cap("contract"), facts)
    posted = months.settle_through("2018-04", "2018-07")
    assert refunds(posted["2018-05"]) == [("B", "back", -649000.0, "current", "2018-05")]
    assert refunds(posted["2018-06"]) == [
        ("A", "back", -649000.0, "prior_period", "2018-04"),
        ("C", "back", -649000.0, "current", "2018-06"),
        ("contract", "most", 298000.0, "prior_period", "2018-05"),
        ("contract", "most", 649000.0, "current", "2018-06"),
    ]
    lines = {(x.kind, x.clause): x for x in months.statement.lines}
    assert not lines  # July has no news
    assert "2018-07" not in posted
    months.assert_all_posted("2018-07")


def test_a_failure_taken_back_gives_the_cap_back_in_the_prior_period() -> None:
    facts = failing(("A", "2018-04-20"), ("B", "2018-05-10"))
    facts["outcomes"][0] |= {"record_id": "r", "known_on": "2018-04-20"}
    facts["outcomes"].append({**facts["outcomes"][0], "status": "entered_in_error", "known_on": "2018-06-05"})
    months = Months(cap("contract"), facts)
    posted = months.settle_through("2018-04", "2018-06")
    assert refunds(posted["2018-05"])[-1] == ("contract", "most", 298000.0, "current", "2018-05")
    assert refunds(posted["2018-06"]) == [
        ("A", "back", 649000.0, "prior_period", "2018-04"),
        ("contract", "most", -298000.0, "prior_period", "2018-05"),
    ]
    (line,) = (x for x in months.statement.lines if x.clause == "most")
    assert (line.corrects, line.entitled_minor, line.posted_before_minor) == (5, 0, 29800000)
    months.assert_all_posted("2018-06")


def test_a_change_by_treatment_splits_the_same_way() -> None:
    text = limited("id: most, of: payments, per: treatment, at_most: 100").replace(
        "due: index, amount: invoiced", "each: [index, month 1, month 2], amount: invoiced"
    )
    facts = feed([treatment("A", "2018-04-10", amount="60", known_on="2018-06-02")])
    months = Months(text, facts)
    posted = months.settle_through("2018-04", "2018-06")
    assert [x for x in posted["2018-06"] if x[1] == "most"] == [
        ("A", "most", -20.0, "prior_period", "2018-05"), ("A", "most", -60.0, "current", "2018-06")]  # fmt: skip
    prior, current = (x for x in months.statement.lines if x.clause == "most")
    assert (prior.entitled_minor, prior.posted_before_minor) == (-2000, 0)
    assert (current.entitled_minor, current.posted_before_minor) == (-8000, -2000)
    months.assert_all_posted("2018-06")


def test_a_floor_moves_up_and_down_over_the_months() -> None:
    text = limited("id: least, of: payments, per: contract, at_least: 100")
    facts = feed(
        [
            treatment(t, day, amount="40")
            for t, day in (("A", "2018-04-10"), ("B", "2018-05-10"), ("C", "2018-07-10"))
        ]
    )
    months = Months(text, facts)
    posted = months.settle_through("2018-04", "2018-08")
    moves = [(m, x[2], x[3]) for m, lines in posted.items() for x in lines if x[1] == "least"]
    assert moves == [
        ("2018-04", 60.0, "current"),
        ("2018-05", -40.0, "current"),
        ("2018-07", -20.0, "current"),
    ]
    months.assert_all_posted("2018-08")


def test_late_correction_of_an_uncapped_refund() -> None:
    """Two failures in the first quarter; on 20 June a success is corrected to a failure, and there is a new one."""
    facts = failing(
        ("A", "2018-04-05"),
        ("B", "2018-05-05"),
        ("C", "2018-05-20"),
        ("D", "2018-06-10"),
        known={"C": "2018-06-20"},
    )
    months = Months(limited("id: most, of: refunds, per: contract, at_most: 9000000"), facts)
    posted = months.settle_through("2018-04", "2018-07")
    total = {m: sum(x[2] for x in refunds(lines)) for m, lines in posted.items()}
    assert total == {"2018-04": -649000.0, "2018-05": -649000.0, "2018-06": -1298000.0}
    assert sum(x[2] for x in refunds(posted["2018-06"]) if x[3] == "prior_period") == -649000.0
