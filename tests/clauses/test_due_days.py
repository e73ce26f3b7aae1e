"""Due dates reckoned from the day on which an outcome was decided, alone and in a series."""

import pytest

from tests.clauses.answers import HEAD, answers, outcome, treatment

OUTCOMES = """outcomes:
  response: {measure: tumour, window: [day 0, day 30], met_if: {any: [CR]}, decided: day 60}
  relapse: {event: relapse, window: [day 0, day 90]}
"""
T = [treatment()]
CR = outcome("tumour", "2018-01-10", "CR")  # decided on that day
BACK = outcome("relapse", "2018-02-20")


def paying(clause: str) -> str:
    return f"{HEAD}{OUTCOMES}payments:\n  - {{id: p, clause: '1', amount: 10, {clause}}}\n"


# when it falls due, and the days with CR on 2018-01-10 and a relapse on 2018-02-20
DAYS = [
    ("due: response.decided + 5 days", ["2018-01-15"]),
    ("instalments: {first: response.decided + 5 days, every: 1 month, count: 2}", ["2018-01-15", "2018-02-15"]),
    ("each: [response.decided + 1 month, response.decided + 1 year]", ["2018-02-10", "2019-01-10"]),
    ("each: [response.decided + 1 month, day 60, relapse.decided + 1 day]", ["2018-02-10", "2018-03-02", "2018-02-21"]),
    ("instalments: {first: response.decided, every: 1 month, count: 2}, if: relapse is met, on_failure: skip",
     ["2018-02-20", "2018-02-20"]),
    ("instalments: {first: response.decided, every: 1 month, count: 3}, if: relapse is met, on_failure: stop",
     ["2018-02-20", "2018-02-20", "2018-03-10"]),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "days"), DAYS)
def test_a_due_date_is_reckoned_from_the_decided_day(clause: str, days: list[str]) -> None:
    assert [due for _, due, _ in answers(paying(clause), T, [CR, BACK]).of("p")] == days


@pytest.mark.parametrize(("as_of", "held", "owed"), [("2018-03-01", [1, 2], []), ("2018-03-02", [], [1])])
def test_a_series_waits_for_the_decision(as_of: str, held: list[int], owed: list[int]) -> None:
    text = paying("instalments: {first: response.decided, every: 1 month, count: 2}")
    given = answers(text, T, as_of=as_of)
    assert ([n for _, n in given.held], [n for n, _, _ in given.of("p")]) == (held, owed)


def test_only_the_lines_that_wait_are_held() -> None:
    given = answers(paying("each: [day 5, response.decided + 1 year]"), T, as_of="2018-01-06")
    assert (given.of("p"), given.held) == ([(1, "2018-01-06", "10.00")], [("p", 2)])
