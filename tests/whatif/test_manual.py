"""The manual's scenario can be read, and the families of distributions are SciPy's."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from engine.whatif import families
from engine.whatif.reading import read_scenario
from engine.whatif.words import PARAMETERS

MANUAL = Path(__file__).parents[2] / "engine/whatif/README.md"
SCIPY = {
    "beta": ((52.0, 11.0), stats.beta(52, 11)),
    "gamma": ((2.5, 3.0), stats.gamma(2.5, scale=3)),
    "lognormal": ((0.5, 0.3), stats.lognorm(0.3, scale=np.exp(0.5))),
    "triangular": ((3.0, 11.0, 25.0), stats.triang(8 / 22, loc=3, scale=22)),
    "normal": ((70.0, 12.0), stats.norm(70, 12)),
    "uniform": ((2.0, 5.0), stats.uniform(2, 3)),
    "exponential": ((24.0,), stats.expon(scale=24)),
    "weibull": ((1.2, 30.0), stats.weibull_min(1.2, scale=30)),
}


def test_the_scenario_of_the_manual_is_read(tmp_path: Path) -> None:
    (text,) = re.findall(r"```yaml\n(scenario: .*?)```", MANUAL.read_text(), re.S)
    file = tmp_path / "day30.yaml"
    file.write_text(text)
    found = read_scenario(file)
    assert (len(found.one_at_a_time), len(found.grid), len(found.compared)) == (6, 8, 1)
    assert found.solve is not None
    assert found.solve.target == Fraction(540_000)


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_families_are_those_of_scipy(name: str) -> None:
    parameters, frozen = SCIPY[name]
    at = np.array([1e-9, 0.001, 0.1, 0.3636, 0.5, 0.9, 0.999, 1 - 1e-9])
    values = frozen.ppf(at)
    assert np.allclose(families.quantiles(name, parameters, at), values, rtol=1e-9)
    assert np.allclose(families.below(name, parameters, values), at, rtol=1e-7, atol=1e-12)
    assert families.below(name, parameters, np.array([-1e6, 1e9])).tolist() == [0, 1]
    assert families.mean(name, parameters) == pytest.approx(frozen.mean())


@pytest.mark.parametrize("many", [1, 12, 3_100])
def test_binomial_quantiles_are_those_of_scipy(many: int) -> None:
    at = np.linspace(0.0005, 0.9995, 200)
    for chance in (0.0, 0.001, 0.175, 0.5, 0.999, 1.0):
        found = families.binomial_quantiles(many, np.full(200, chance), at)
        assert np.array_equal(found, stats.binom(many, chance).ppf(at))
