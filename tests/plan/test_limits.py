"""Limits by table: per treatment, patient, year and contract; caps, floors, the patient's share; each change's day."""

import pytest

from tests.plan.engines import changes, feed, lines, results, row, treatment

HEAD = """\
contract: c
title: t
parties: {manufacturer: M, payer: P}
currency: USD
in_force: {from: 2018-03-15, to: 2022-03-14}
product: {name: x, codes: [Q1]}
terms:
  cap: {2018-03-15: 100.00, 2019-03-15: 80.00, 2020-01-01: 60.00}
defaults: {if_died: ignore, if_coverage_ends: ignore, if_missing: not_met, late_evidence: reopen}
outcomes:
  gone: {event: relapse, window: [day 0, year 3]}
payments:
  - {id: course, clause: "4", due: index, amount: invoiced}
refunds:
  - {id: back, clause: "5", if: gone is met, amount: 50% of invoiced}
settlement: {every: month, pay_within: 30 days}
limits:
"""


def limited(*limits: str) -> str:
    return HEAD + "".join(f"  - {{clause: '6', {limit}}}\n" for limit in limits)


def bought(*days: tuple[str, str], **columns: str) -> dict[str, list[dict[str, str | None]]]:
    """One treatment a day and amount."""
    return feed([treatment(f"T{k}", day, amount=a, **columns) for k, (day, a) in enumerate(days, 1)])


THREE = bought(("2018-04-01", "70"), ("2018-04-10", "50"), ("2018-05-01", "20"))


@pytest.mark.parametrize(
    ("as_of", "line", "moves"),
    [
        ("2018-04-09", [], []),
        ("2018-04-10", [("2018-04-10", "-20.00")], [("2018-04-10", "-20.00")]),
        ("2018-04-30", [("2018-04-10", "-20.00")], [("2018-04-10", "-20.00")]),
        ("2018-05-01", [("2018-05-01", "-40.00")], [("2018-04-10", "-20.00"), ("2018-05-01", "-20.00")]),
    ],
)
def test_a_cap_moves_on_the_day_of_the_line_that_passes_it(
    as_of: str, line: list[tuple[str, str]], moves: list[tuple[str, str]]
) -> None:
    text = limited("id: most, of: payments, per: contract, at_most: 100")
    assert lines(text, THREE, as_of, "most") == [("contract", "most", *x) for x in line]
    assert changes(text, THREE, as_of) == [("contract", "most", *x) for x in moves]


def test_a_total_just_at_the_bound_stands() -> None:
    text = limited("id: most, of: payments, per: contract, at_most: 140, at_least: 140")
    assert lines(text, THREE, "2018-05-01", "most") == []
    assert changes(text, THREE, "2018-05-01") == [
        ("contract", "most", "2018-04-01", "70.00"),
        ("contract", "most", "2018-04-10", "-50.00"),
        ("contract", "most", "2018-05-01", "-20.00"),
    ]


@pytest.mark.parametrize(
    ("per", "due", "group"),
    [
        ("contract_year", "2018-03-15", "contract year 1"),
        ("contract_year", "2019-03-14", "contract year 1"),
        ("contract_year", "2019-03-15", "contract year 2"),
        ("contract_year", "2020-03-14", "contract year 2"),
        ("contract_year", "2020-03-15", "contract year 3"),
        ("calendar_year", "2018-12-31", "2018"),
        ("calendar_year", "2019-01-01", "2019"),
        ("calendar_year", "2020-12-31", "2020"),
        ("contract", "2021-01-01", "contract"),
    ],
)
def test_a_line_belongs_to_the_year_in_which_it_falls_due(per: str, due: str, group: str) -> None:
    text = limited(f"id: most, of: payments, per: {per}, at_most: 0")
    assert lines(text, bought((due, "7")), "2022-12-31", "most") == [(group, "most", due, "-7.00")]


@pytest.mark.parametrize(
    ("as_of", "owed"),
    [
        ("2018-12-30", []),
        ("2018-12-31", [("2018", "2018-12-31", "30.00")]),
        ("2019-12-30", [("2018", "2018-12-31", "30.00")]),
        ("2019-12-31", [("2018", "2018-12-31", "30.00"), ("2019", "2019-12-31", "90.00")]),
    ],
)
def test_a_floor_of_a_year_falls_due_at_its_end(as_of: str, owed: list[tuple[str, str, str]]) -> None:
    text = limited("id: least, of: payments, per: calendar_year, at_least: 100")
    paid = bought(("2018-12-31", "70"), ("2019-01-01", "10"))
    assert lines(text, paid, as_of, "least") == [(g, "least", *rest) for g, *rest in owed]


def test_the_floor_of_a_contract_year_falls_due_on_the_eve_of_the_anniversary() -> None:
    text = limited("id: least, of: payments, per: contract_year, at_least: 100")
    assert lines(text, bought(("2018-03-15", "70")), "2019-03-13", "least") == []
    owed = [("contract year 1", "least", "2019-03-14", "30.00")]
    assert lines(text, bought(("2018-03-15", "70")), "2019-03-14", "least") == owed


def test_a_cap_holds_where_it_lies_below_the_floor() -> None:
    text = limited("id: both, of: payments, per: calendar_year, at_most: invoice_cap, at_least: 100")
    text = text.replace("terms:\n", "terms:\n  invoice_cap: 60\n")
    paid = bought(("2018-04-01", "70"), ("2018-04-02", "5"))
    assert changes(text, paid, "2018-12-31") == [
        ("2018", "both", "2018-04-01", "-10.00"), ("2018", "both", "2018-04-02", "-5.00")]  # fmt: skip


@pytest.mark.parametrize("per", ["treatment", "patient", "contract"])
def test_a_floor_counts_with_each_line_but_not_without_any(per: str) -> None:
    text = limited(f"id: least, of: payments, per: {per}, at_least: 100")
    one = feed([treatment("T1", "2018-04-01", amount="30"), treatment("T0", "2018-05-01", amount="0")])
    group = {"treatment": "T1", "patient": "T1", "contract": "contract"}[per]
    assert lines(text, one, "2018-06-01", "least") == [(group, "least", "2018-04-01", "70.00")]
    assert lines(text, one, "2018-03-31", "least") == []


def test_a_line_that_passes_a_floor_takes_back_what_it_added() -> None:
    text = limited("id: least, of: payments, per: patient, at_least: 100")
    both = feed(
        [
            treatment("T1", "2018-04-01", amount="30", patient_id="p"),
            treatment("T2", "2018-05-01", amount="50", patient_id="p"),
            treatment("T3", "2018-06-01", amount="50", patient_id="p"),
        ]
    )
    assert lines(text, both, "2018-05-01", "least") == [("p", "least", "2018-05-01", "20.00")]
    assert lines(text, both, "2018-06-01", "least") == []
    assert changes(text, both, "2018-06-01") == [
        ("p", "least", "2018-04-01", "70.00"), ("p", "least", "2018-05-01", "-50.00"),
        ("p", "least", "2018-06-01", "-20.00")]  # fmt: skip


def test_lines_of_one_day_are_counted_together() -> None:
    text = limited("id: least, of: payments, per: contract, at_least: 100, at_most: 110")
    same_day = bought(*[("2018-04-01", str(a)) for a in (5, 90, 40)])
    assert changes(text, same_day, "2018-04-01") == [("contract", "least", "2018-04-01", "-25.00")]


DOSES = bought(
    ("2018-04-01", "15900"), ("2018-04-11", "17250"), ("2018-04-21", "16480"), ("2018-05-01", "12300")
)


def test_doses_capped_each_then_in_all_then_the_patient_first() -> None:
    text = limited(
        "id: dose_cap, of: payments, per: treatment, at_most: 16500",
        "id: cap_in_all, of: payments, per: contract, at_most: 50000",
    )
    assert lines(text, DOSES, "2018-05-01", "dose_cap") == [("T2", "dose_cap", "2018-04-11", "-750.00")]
    assert sum(float(str(x[3])) for x in lines(text, DOSES, "2018-05-01", "course", "dose_cap")) == 61180
    assert lines(text, DOSES, "2018-05-01", "cap_in_all") == [
        ("contract", "cap_in_all", "2018-05-01", "-11180.00")]  # fmt: skip


def test_the_patients_share_comes_out_of_what_the_payer_receives() -> None:
    text = limited(
        "id: cap_in_all, of: refunds, per: patient, at_most: 50000",
        "id: own_share, of: refunds, per: patient, patient_first: 1200",
    ).replace("50% of invoiced", "'min(invoiced, 16500)'")
    doses = [("a", "15900"), ("b", "17250"), ("c", "16480"), ("d", "12300")]
    given = [treatment(t, "2018-04-01", amount=a, patient_id="p") for t, a in doses]
    gone = [row("p", "relapse", f"2018-04-{k}0", treatment_id=t) for k, t in ((1, "a"), (2, "b"))]
    gone += [row("p", "relapse", f"2018-05-{k}0", treatment_id=t) for k, t in ((1, "c"), (2, "d"))]
    rows = feed(given, gone)
    net = [x for x in lines(text, rows, "2018-05-20") if x[1] != "course"]
    assert net == [
        ("a", "back", "2018-04-10", "-15900.00"), ("b", "back", "2018-04-20", "-16500.00"),
        ("c", "back", "2018-05-10", "-16480.00"), ("d", "back", "2018-05-20", "-12300.00"),
        ("p", "cap_in_all", "2018-05-20", "11180.00"), ("p", "own_share", "2018-04-10", "1200.00")]  # fmt: skip
    assert sum(float(str(x[3])) for x in net) == -48800
    # a first refund below the share goes to the patient whole, the next one makes it up
    small = feed(given, [row("p", "relapse", "2018-04-05", treatment_id="a"), *gone[1:]])
    small["treatments"][0]["amount"] = "700"
    assert changes(text, small, "2018-04-20", "own_share") == [
        ("p", "own_share", "2018-04-05", "700.00"), ("p", "own_share", "2018-04-20", "500.00")]  # fmt: skip


def test_louisiana_pays_at_most_so_much_a_year() -> None:
    text = limited("id: year_cap, of: payments, per: calendar_year, at_most: 58000000")
    spent = bought(("2019-11-01", "56400000"), ("2019-12-10", "2950000"), ("2020-01-05", "100"))
    assert lines(text, spent, "2019-11-30", "year_cap") == []
    assert lines(text, spent, "2020-01-31", "year_cap") == [("2019", "year_cap", "2019-12-10", "-1350000.00")]
    december = [x for x in lines(text, spent, "2019-12-31") if str(x[2]) > "2019-11-30"]
    assert sum(float(str(x[3])) for x in december) == 1600000


@pytest.mark.parametrize(
    ("per", "days", "bound"),
    [
        # of the group's first index date, whoever fell due when
        ("contract", ["2019-03-14", "2020-05-01"], "100"),
        ("contract", ["2019-03-15", "2020-05-01"], "80"),
        ("treatment", ["2019-03-15"], "80"),
        # of the year's first day; before the contract's beginning, its first value
        ("calendar_year", ["2018-06-01"], "100"),
        ("calendar_year", ["2019-06-01"], "100"),
        ("calendar_year", ["2020-06-01"], "60"),
        ("contract_year", ["2020-03-14"], "80"),
        ("contract_year", ["2020-03-15"], "60"),
    ],
)
def test_a_bound_reads_its_terms_as_of_the_groups_beginning(per: str, days: list[str], bound: str) -> None:
    text = limited(f"id: most, of: payments, per: {per}, at_most: cap")
    paid = bought(*[(day, "500") for day in days])
    (line,) = lines(text, paid, "2022-12-31", "most")
    assert float(str(line[3])) == float(bound) - 500 * len(days)


def test_a_later_limit_counts_what_an_earlier_one_changed_on_its_own_day() -> None:
    text = limited(
        "id: each, of: payments, per: treatment, at_most: 60",
        "id: yearly, of: payments, per: calendar_year, at_most: 100",
        "id: whole, of: payments, per: contract, at_most: 120",
    )
    paid = bought(("2018-04-01", "70"), ("2018-12-31", "70"), ("2019-01-01", "70"))
    assert changes(text, paid, "2019-01-01") == [
        ("2018", "yearly", "2018-12-31", "-20.00"), ("T1", "each", "2018-04-01", "-10.00"),
        ("T2", "each", "2018-12-31", "-10.00"), ("T3", "each", "2019-01-01", "-10.00"),
        ("contract", "whole", "2019-01-01", "-40.00")]  # fmt: skip


def test_an_earlier_wider_limit_does_not_count_in_a_narrower_one() -> None:
    text = limited(
        "id: whole, of: payments, per: contract, at_most: 50",
        "id: each, of: payments, per: treatment, at_most: 60",
    )
    paid = bought(("2018-04-01", "70"))
    assert changes(text, paid, "2018-04-01") == [
        ("T1", "each", "2018-04-01", "-10.00"), ("contract", "whole", "2018-04-01", "-20.00")]  # fmt: skip


def test_a_bound_that_cannot_be_worked_out_is_a_failure_of_its_group() -> None:
    text = limited("id: most, of: payments, per: treatment, at_most: ceiling")
    rows = feed(
        [treatment("T1", "2018-04-01", amount="5"), treatment("T2", "2018-04-01", amount="5", ceiling="4")]
    )
    rows["treatments"][0]["ceiling"] = None
    found = results(text, rows, "2018-05-01")
    assert [(f["treatment_id"], f["clause"]) for f in found["failures"]] == [("T1", "most")]
    text = limited("id: most, of: payments, per: contract, at_most: cap / (cap - 60)")
    found = results(text, bought(("2020-04-01", "5")), "2020-05-01")
    assert [(f["group_name"], f["clause"]) for f in found["failures"]] == [("contract", "most")]


def test_a_floor_over_an_earlier_floor_moves_nothing_among_many_treatments() -> None:
    # The line and what the first floor adds fall on one day: 4 + 46 in any order is 50, which both floors let stand.
    many = bought(*[("2018-04-01", "4")] * 200)
    text = limited("id: first, of: payments, per: treatment, at_least: 50").rstrip("\n")
    text += "\n  - {clause: '6', id: second, of: payments, per: treatment, at_most: 90, at_least: 10}\n"
    assert len(lines(text, many, "2018-05-01", "first")) == 200
    assert lines(text, many, "2018-05-01", "second") == []
