"""Hand-worked limits per patient, year and contract, patients' own shares, and limits over limits."""

from datetime import date

import pytest

from tests.oracle.cases import amounts, ask, but, contract, facts, result, treatment
from tests.oracle.evidence import Row
from tests.oracle.groups import group_lines, many

LATE = date(2030, 1, 1)


def limited(
    limits: str, clauses: str = 'payments:\n  - {id: p, clause: "1", due: index, amount: invoiced}'
) -> str:
    """A contract of one payment a treatment and some limits; it begins on 2017-09-01."""
    return contract(clauses=f"{clauses}\nlimits:\n{limits}")


def sales(*rows: tuple[str, str, str]) -> dict[str, list[Row]]:
    """A treatment for each (id, index date, invoiced)."""
    known = many(*((name, index) for name, index, _ in rows))
    known["treatments"] = [but(row, amount=rows[n][2]) for n, row in enumerate(known["treatments"])]
    return known


def test_louisiana() -> None:
    # 56,400,000 by November and 2,950,000 in December: at most 58,000,000 a year. The payer
    # pays 1,600,000 of December, the other 1,350,000 come back
    text = limited('  - {id: cap, clause: "2", of: payments, per: calendar_year, at_most: 58000000}')
    year = sales(
        ("T1", "2018-01-15", "50000000"), ("T2", "2018-11-20", "6400000"), ("T3", "2018-12-10", "2950000")
    )
    assert group_lines(ask(text, year, date(2018, 12, 9))) == []
    assert group_lines(ask(text, year, date(2018, 12, 10))) == ["cap 2018 2018-12-10 -1350000.00"]
    assert ask(text, year, date(2018, 12, 31))["net"] == "58000000.00"
    year["treatments"].append(
        but(treatment(), treatment_id="T4", patient_id="P4", index_date="2019-01-01", amount="9")
    )
    assert ask(text, year, date(2019, 1, 1))["net"] == "58000009.00"


YEARS = [
    # contract years begin on 1 September
    ("contract_year", "2018-08-31", "contract year 1"),
    ("contract_year", "2018-09-01", "contract year 2"),
    ("calendar_year", "2017-12-31", "2017"),
    ("calendar_year", "2018-01-01", "2018"),
    ("contract", "2018-01-01", "contract"),
    ("patient", "2018-01-01", "P1"),
]


@pytest.mark.parametrize(("per", "index", "group"), YEARS)
def test_groups(per: str, index: str, group: str) -> None:
    text = limited(f'  - {{id: cap, clause: "2", of: payments, per: {per}, at_most: 60}}')
    assert group_lines(ask(text, sales(("T1", index, "100")), LATE)) == [f"cap {group} {index} -40.00"]


def test_a_patient_with_two_treatments() -> None:
    text = limited('  - {id: cap, clause: "2", of: payments, per: patient, at_most: 150}')
    known = sales(("T1", "2018-01-01", "100"), ("T2", "2018-03-01", "100"), ("T3", "2018-02-01", "100"))
    known["treatments"][1]["patient_id"] = "P1"
    assert group_lines(ask(text, known, date(2018, 2, 28))) == []
    assert group_lines(ask(text, known, LATE)) == ["cap P1 2018-03-01 -50.00"]


def test_a_floor_of_a_year_counts_on_its_last_day() -> None:
    limits = '  - {id: both, clause: "2", of: payments, per: contract_year, at_least: 150, at_most: 180}'
    known = sales(("T1", "2018-01-01", "100"))
    assert group_lines(ask(limited(limits), known, date(2018, 8, 30))) == []
    assert group_lines(ask(limited(limits), known, date(2018, 8, 31))) == [
        "both contract year 1 2018-08-31 50.00"
    ]
    assert (
        group_lines(ask(limited(limits), sales(("T1", "2018-01-01", "0")), LATE)) == []
    )  # no line, no floor
    over = sales(("T1", "2018-01-01", "100"), ("T2", "2018-02-01", "100"))
    assert group_lines(ask(limited(limits), over, LATE)) == ["both contract year 1 2018-02-01 -20.00"]


def test_a_floor_of_a_contract_counts_with_each_line() -> None:
    text = limited('  - {id: floor, clause: "2", of: payments, per: contract, at_least: 150}')
    known = sales(("T1", "2018-01-01", "100"), ("T2", "2018-02-01", "30"), ("T3", "2018-03-01", "30"))
    assert group_lines(ask(text, known, date(2018, 1, 1))) == ["floor contract 2018-01-01 50.00"]
    assert group_lines(ask(text, known, date(2018, 2, 1))) == ["floor contract 2018-02-01 20.00"]
    assert group_lines(ask(text, known, date(2018, 3, 1))) == []  # 160 is above the floor: it has gone


def test_a_limit_is_due_on_the_day_of_its_last_change() -> None:
    text = limited(
        '  - {id: floor, clause: "2", of: payments, per: treatment, at_least: 100}',
        """payments:
  - {id: a, clause: "1", due: index, amount: 40}
  - {id: b, clause: "1", due: day 10, amount: 70}
  - {id: c, clause: "1", due: day 20, amount: 5}""",
    )
    assert "floor.1 2018-01-01 60.00" in amounts(ask(text, facts(), 9))
    assert not any("floor" in line for line in amounts(ask(text, facts(), 10)))
    capped = text.replace("at_least: 100", "at_most: 100")
    assert "floor.1 2018-01-11 -10.00" in amounts(ask(capped, facts(), 19))
    assert "floor.1 2018-01-21 -15.00" in amounts(ask(capped, facts(), 20))
    first = text.replace("at_least: 100", "at_most: 35").replace("amount: 70", "amount: 0")
    assert "floor.1 2018-01-01 -5.00" in amounts(ask(first, facts(), 19))


def test_terms_of_a_limit() -> None:
    limits = '  - {id: cap, clause: "2", of: payments, per: %s, at_most: price}'
    dated = "price: {2017-09-01: 50, 2018-05-01: 70, 2018-09-01: 80}"
    known = sales(("T1", "2018-01-01", "100"), ("T2", "2018-10-01", "100"))
    first = {
        # the contract's first index date; a year's first day, 2017 as of 1 September 2017
        "contract": ["cap contract 2018-10-01 -150.00"],
        "contract_year": ["cap contract year 1 2018-01-01 -50.00", "cap contract year 2 2018-10-01 -20.00"],
        "calendar_year": ["cap 2018 2018-10-01 -150.00"],
        "patient": ["cap P1 2018-01-01 -50.00", "cap P2 2018-10-01 -20.00"],
    }
    for per, lines in first.items():
        text = limited(limits % per).replace("price: 649000.00", dated)
        assert group_lines(ask(text, known, LATE)) == lines
    text = limited(limits % "calendar_year").replace("price: 649000.00", dated)
    assert group_lines(ask(text, sales(("T1", "2017-10-01", "100")), LATE)) == ["cap 2017 2017-10-01 -50.00"]


def test_doses_a_whole_and_the_patient_first() -> None:
    # doses of 15,900, 17,250, 16,480 and 12,300, at most 16,500 each: 61,180; at most 50,000 in all: cap 11,180;
    # the patient paid 1,200: 48,800 for the plan
    text = contract(
        "{event: dose, window: [day 0, day 99]}",
        """refunds:
  - {id: doses, clause: "1", for_each: x, amount: "min(x.value, 16500)"}
limits:
  - {id: cap, clause: "2", of: refunds, per: patient, at_most: 50000}
  - {id: share, clause: "3", of: refunds, per: patient, patient_first: 1200}""",
    )
    given = ((0, "15900"), (10, "17250"), (20, "16480"), (30, "12300"))

    rows = [result(on, value, "dose") for on, value in given]
    answer = ask(text, facts(rows), 99)
    assert answer["net"] == "-48800.00"
    assert group_lines(answer) == ["cap P1 2018-01-31 11180.00", "share P1 2018-01-01 1200.00"]
    # 15,900 + 16,500 + 16,480 = 48,880: no cap yet
    assert ask(text, facts(rows), 29)["net"] == "-47680.00"
    little = ask(text.replace("patient_first: 1200", "patient_first: 20000"), facts(rows), 9)
    assert little["net"] == "0.00"


def test_limits_over_limits() -> None:
    limits = """  - {id: each, clause: "2", of: [p], per: treatment, at_most: 80}
  - {id: year, clause: "3", of: payments, per: contract_year, at_least: 300}
  - {id: all, clause: "4", of: payments, per: contract, at_most: 400}
  - {id: again, clause: "5", of: payments, per: treatment, at_most: 70}"""
    known = sales(("T1", "2018-01-01", "100"), ("T2", "2018-02-01", "90"), ("T3", "2018-09-01", "90"))
    answer = ask(limited(limits), known, date(2018, 9, 1))
    # year 1: 80 + 80, the floor adds 140 on 31 August; in all 300, then 80 more are 380
    assert group_lines(answer) == ["year contract year 1 2018-08-31 140.00"]
    # of one treatment: only the treatment's earlier limit counts: 80 - 10
    assert [line for line in amounts(answer) if "again" in line] == [
        "again.1 2018-01-01 -10.00",
        "again.1 2018-02-01 -10.00",
        "again.1 2018-09-01 -10.00",
    ]
    later = ask(limited(limits), known, date(2019, 8, 31))
    # year 2: 80, the floor adds 220; in all 600, 200 too many; the contract's cap is not of the year
    assert group_lines(later) == [
        "all contract 2019-08-31 -200.00",
        "year contract year 1 2018-08-31 140.00",
        "year contract year 2 2019-08-31 220.00",
    ]


def test_an_earlier_limit_counts_only_where_the_later_holds_all_of_it() -> None:
    clauses = """payments:
  - {id: a, clause: "1", due: index, amount: 100}
  - {id: b, clause: "1", due: index, amount: 100}"""
    limits = """  - {id: both, clause: "2", of: payments, per: treatment, at_most: 150}
  - {id: one, clause: "3", of: [b], per: treatment, at_most: 90}"""
    assert amounts(ask(limited(limits, clauses), facts(), 0))[2:] == [
        "both.1 2018-01-01 -50.00",
        "one.1 2018-01-01 -10.00",
    ]
