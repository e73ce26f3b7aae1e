"""Known answers of what has been published or worked out by hand, by scenarios through the engine.

Where patients must respond in an exact share, the scenario is certain of it (chance 0 or 1, weighted by hand) or its
mean is held to 4 standard errors; what needs no chance is held to the cent.
"""

import math
from fractions import Fraction
from pathlib import Path

import pytest

from engine.whatif.reading import read_scenario
from engine.whatif.result import Result
from engine.whatif.running import run
from tests.whatif.cohorts import CONTRACTS


def result(folder: Path, text: str) -> Result:
    file = folder / "scenario.yaml"
    file.write_text(text)
    return run(read_scenario(file), "test")


def shipped(path: str, draws: int = 200) -> Result:
    return run(read_scenario(CONTRACTS / path, draws), "test")


def mean(found: Result, metric: str = "net_price", variant: str = "base") -> float:
    (own,) = (v for v in found.variants if v.name == variant)
    value = own.metrics[metric].mean
    assert value is not None
    return float(value) / 100


def near(found: Result, wanted: float, metric: str = "net_price", variant: str = "base") -> bool:
    """Within 4 standard errors."""
    (own,) = (v for v in found.variants if v.name == variant)
    se = own.metrics[metric].se
    assert se is not None
    return abs(mean(found, metric, variant) - wanted) < 4 * max(se / 100, 0.005)


DAY_30 = """
scenario: refund
contract: kymriah-us-day30
horizon: 1 year
cohort:
  patients: {patients}
  index_dates: {{from: 2018-01-01, to: 2018-12-31}}
  attributes: {{birth_date: {{age: 10}}, diagnosis: C91.00, rems_certified: true}}
  outcomes: [{{measure: disease_status, value: CR, chance: "{chance}", on: day 28, else: NR}}]
draws: {draws}
seed: 7
"""


def test_refund_of_all_without_remission_52_of_63(tmp_path: Path) -> None:
    """649,000 · 52/63 = 535,682.54, and 649,000 a remission. 52/63 = 82.5 %."""
    found = result(tmp_path, DAY_30.format(patients=1000, chance="82.539682539%", draws=400))
    assert near(found, 535_682.54)
    assert mean(found, "cost_per_responder") == 649_000
    assert near(found, 52 / 63 * 100, "response_rate") or abs(mean(found, "response_rate") - 0.0082539) < 1e-4
    assert round(649_000 * 52 / 63, 2) == 535_682.54


def test_the_share_that_responds_in_the_shipped_three_months_scenario_is_52_of_63() -> None:
    """Beta(52, 11) has the mean 52/63 = 82.5 %."""
    found = shipped("kymriah-us-day30/scenarios/three-months.yaml", 1_000)
    rate = found.base.metrics["response_rate"]
    assert rate.mean is not None
    assert rate.se is not None
    assert abs(float(rate.mean) - 52 / 63) < 4 * rate.se
    assert near(found, 649_000 * 52 / 63)


def test_zynteglo_germany_787_467_and_80_percent_free_of_transfusions(tmp_path: Path) -> None:
    """Success price of the arbitration: 787,467 · 0.8 = 629,973.60."""
    found = result(tmp_path, """
scenario: zynteglo-germany
contract: zynteglo-us
set: {currency: EUR, terms.price: 787467, terms.refund_share: 100%}
horizon: 3 years
cohort:
  patients: 1000
  index_dates: {from: 2023-01-01, to: 2023-12-31}
  attributes: {birth_date: {age: 20}, diagnosis: D56.1, transfusion_dependent: true}
  outcomes: [{event: transfusion, survival: {month 13: 100%, month 23: 80%}}]
draws: 300
seed: 7
""")  # fmt: skip
    assert near(found, 629_973.60)


def test_evolocumab_full_refund_for_the_share_with_an_event(tmp_path: Path) -> None:
    """14,100 · (1 - 3.5 %) = 13,606.50. The paper prints 13,620: a rate of 3.40 %, theirs."""
    assert round(14_100 * (1 - 0.0340)) == 13_621
    found = result(tmp_path, """
scenario: evolocumab
contract: repatha-harvard-pilgrim
horizon: 3 years
cohort:
  patients: 1000
  index_dates: {from: 2018-01-01, to: 2018-01-01}
  outcomes:
    - {measure: lab, value: taken, on: index}
    - {event: admission_heart_attack, survival: {month 7: 100%, month 12: 96.5%}}
    - {event: fill, survival: {day 1: 0%}, value: {365: 100%}}
draws: 300
seed: 7
""")  # fmt: skip
    assert near(found, 13_606.50)


def test_gefitinib_catalonia_41_patients_880_each_back(tmp_path: Path) -> None:
    """41 · 880 = 36,080, 4.15 % of a spend of 869,398. All 41 progress by week 8: the 880 of each is paid back."""
    found = result(tmp_path, """
scenario: gefitinib
contract: iressa-catalonia
set: {terms.eight_weeks: 880}
horizon: 1 year
cohort:
  patients: 41
  index_dates: {from: 2012-01-01, to: 2012-12-31}
  attributes: {egfr_positive: true}
  outcomes: [{event: progression, survival: {week 8: 0%}}]
draws: 3
seed: 7
""")  # fmt: skip
    assert mean(found, "refunds") == -36_080
    assert mean(found, "net") == 0
    assert round(36_080 / 0.0415) == 869_398


def test_libmeldy_netherlands_8_patients_less_60_percent(tmp_path: Path) -> None:
    """8 · 2,875,000 · (1 - 60 %) = 9,200,000."""
    found = result(tmp_path, """
scenario: libmeldy
contract: outright-purchase
set: {currency: EUR, terms.price: 2875000, terms.discount: 60%}
horizon: 1 year
cohort: {patients: 8, index_dates: {from: 2023-01-01, to: 2023-12-31}}
draws: 2
seed: 7
""")  # fmt: skip
    assert mean(found, "net") == 9_200_000


@pytest.mark.parametrize(
    ("retained", "paid"),
    [
        ((92.0, 84.5, 79.0, 73.7), 1_824_100),
        ((83.8, 73.1, 65.9, 60.2), 1_627_750),
        ((84.8, 70.3, 56.2, 48.5), 1_529_150),
        ((74.2, 57.4, 43.8, 36.7), 1_326_425),
    ],
)
def test_five_instalments_of_425_000_while_the_family_stays(retained: tuple[float, ...], paid: int) -> None:
    """425,000 · (1 + the shares that stay at months 12, 24, 36, 48), of 2,125,000."""
    assert round(425_000 * (1 + sum(retained) / 100)) == paid
    found = shipped("zolgensma-us-ends/scenarios/retention.yaml", 400)
    left = [f"{Fraction(str(100 - stay)).limit_denominator(10)}" for stay in retained]
    (name,) = (
        v.name
        for v in found.variants
        if all(f"{float(Fraction(part)):.1f}%" in v.name for part in left) and v.name != "base"
    )
    assert near(found, paid, variant=name)


def test_an_annuity_of_475_000_over_5_years_at_3_percent_in_advance(tmp_path: Path) -> None:
    """475,000 / (1 + 1/1.03 + … + 1/1.03⁴) = 100,697.50 a year: the price is solved for, a fifth of it is a payment.

    Instalments are whole cents, so present values are 0.0471 apart: 475,000.016 is the nearest.
    """
    found = result(tmp_path, """
scenario: annuity
contract: zynteglo-eu
horizon: 5 years
discount: 3%
cohort:
  patients: 1
  index_dates: {from: 2020-01-01, to: 2020-01-01}
  attributes: {birth_date: {age: 20}}
draws: 1
seed: 7
solve: {for: terms.price, so_that: mean(net_present) = 475000, between: [400000, 600000], tolerance: 0.05}
""")  # fmt: skip
    assert found.solved is not None
    (one,) = found.solved.solutions
    assert one.exact
    assert round(float(one.value) / 5, 2) == 100_697.50
    assert round(float(one.reached), 3) == 475_000.016
    by_hand = 475_000 / sum(1.03**-k for k in range(5))
    assert math.isclose(by_hand, 100_697.50, abs_tol=0.005)


SHIPPED = sorted(p.relative_to(CONTRACTS).as_posix() for p in CONTRACTS.glob("*/scenarios/*.yaml"))


@pytest.mark.parametrize("path", SHIPPED)
def test_shipped_scenarios_are_read_without_a_warning_and_have_patients(path: str) -> None:
    asked = read_scenario(CONTRACTS / path, 3)
    assert asked.warnings == ()
    found = run(asked, "test")
    for variant in found.variants:
        assert variant.metrics["patients"].mean == variant.metrics["drawn_patients"].mean
        assert variant.metrics["net"].mean


# --- closed forms of the shipped scenarios ----------------------------------------------------------


def exponential_between(points: dict[float, float], month: float) -> float:
    """A survival table, exponential between its points."""
    before, left_before = 0.0, 1.0
    for at, left in points.items():
        if month <= at:
            return left_before * (left / left_before) ** ((month - before) / (at - before))
        before, left_before = at, left
    return left_before


def test_day_30_with_missing_reports() -> None:
    """58 of 75 respond by day 28, and 95 % of that is reported: 649,000 · 58/75 · 0.95."""
    assert near(shipped("kymriah-us-day30/scenarios/medicaid.yaml", 300), 649_000 * 58 / 75 * 0.95)


def test_zynteglo_refund_in_the_us_against_instalments_as_in_europe() -> None:
    """US: 80 % back from the 95 % - 89 % with a transfusion in months 12 to 24. Europe: a fifth at once and on each
    anniversary without a transfusion since day 61."""
    found = shipped("zynteglo-us/scenarios/us-and-europe.yaml", 600)
    assert near(found, 2_800_000 * (1 - 0.8 * (0.95 - 0.89)))
    free = {12.0: 0.95, 24.0: 0.89, 60.0: 0.88}
    early = 1 - exponential_between(free, 60 / 30.4375)
    paid = [exponential_between(free, 12.0 * year) + early for year in range(1, 5)]
    assert near(found, 2_800_000 / 5 * (1 + sum(paid)), variant="instalments as in Europe")
    assert mean(found, variant="outright purchase") == 2_800_000


def test_instalments_in_italy_and_in_spain_on_the_same_patients() -> None:
    """Italy: thirds at once, and at months 6 and 12 in remission. Spain: 52 % at once, 48 % in remission at month 18,
    when a relapse since day 28 has not come."""
    found = shipped("kymriah-italy/scenarios/italy-and-spain.yaml", 400)
    free = {6.0: 0.80, 18.0: 0.66, 24.0: 0.62, 36.0: 0.52}
    kept = {month: 52 / 63 * exponential_between(free, month - 28 / 30.4375) for month in (6, 12, 18)}
    assert near(found, 320_000 / 3 * (1 + kept[6] + kept[12]))
    assert near(found, 320_000 * (0.52 + 0.48 * kept[18]), variant="Spain")
