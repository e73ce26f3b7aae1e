"""Cohorts for tests: the day-30 scenario's patients, and closed forms of what they bring."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path

from engine.kernel.dates import Shift
from engine.language import meaning as m
from engine.language.reader import read_contract
from engine.whatif.scenario import (
    Age,
    Agreement,
    Attribute,
    Cohort,
    Curve,
    Distribution,
    Drawn,
    Happening,
    Measured,
    Patients,
    Shares,
    State,
    Uncertain,
    Variant,
)

CONTRACTS = Path(__file__).parents[2] / "contracts"
RELAPSE_FREE = {6: 80, 18: 66, 24: 62, 36: 52, 60: 49}  # percent of those in remission, by month
ALIVE = {6: 90, 12: 76, 18: 70, 24: 66, 36: 63, 60: 55}  # percent of all infused


def contract(name: str = "kymriah-us-day30") -> m.Contract:
    return read_contract(CONTRACTS / name)


def day(number: int) -> m.Offset:
    return m.Offset("index", Shift(days=number))


def months(percent_left: Mapping[int, int | Fraction]) -> Curve:
    return Curve(tuple((Shift(month), Fraction(left) / 100) for month, left in percent_left.items()))


def beta(a: int, b: int) -> Distribution:
    return Distribution("beta", (Fraction(a), Fraction(b)))


def remission(chance: Uncertain = Fraction(52, 63), **more: object) -> Measured:
    return Measured("disease_status", "CR", (day(28),), chance, "NR", **more)  # type: ignore[arg-type]


RELAPSE = Happening("relapse", months(RELAPSE_FREE), after=State("disease_status", "CR"))
DEATH = Happening(
    "death", months(ALIVE), Shares(("related", "unrelated"), (Fraction(9, 10), Fraction(1, 10)))
)


def cohort(patients: int, *outcomes: Drawn, **more: object) -> Cohort:
    """Children of whom all are eligible, infused in 2018."""
    ages = Distribution("triangular", (Fraction(3), Fraction(11), Fraction(25)))
    attributes = (
        Attribute("birth_date", Age(ages)),
        Attribute("diagnosis", Shares(("C91.00", "C91.02"), (Fraction(3, 5), Fraction(2, 5)))),
        Attribute("rems_certified", "true"),
    )
    given = {"attributes": attributes, "outcomes": outcomes or (remission(),), **more}
    return Cohort(Patients(patients), date(2018, 1, 1), date(2018, 12, 31), **given)  # type: ignore[arg-type]


def variant(of: Cohort, agreement: m.Contract | None = None, name: str = "base") -> Variant:
    return Variant(name, Agreement(agreement or contract()), of, {})
