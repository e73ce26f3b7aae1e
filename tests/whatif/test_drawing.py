"""Who is drawn: by seed, quantity, draw and place alone; curves exact at their points; deaths and relapses together."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.kernel.dates import Shift
from engine.whatif.columns import Drawn
from engine.whatif.drawing import draw, patients_of
from engine.whatif.scenario import Curve, Distribution, Happening, Late, Number, Patients, State
from tests.whatif.cohorts import (
    ALIVE,
    DEATH,
    RELAPSE,
    RELAPSE_FREE,
    beta,
    cohort,
    day,
    months,
    remission,
)

UNTIL = date(2030, 1, 1)
BY_REPORT = {"disease_status": 0, "relapse": 1, "death": 2}


def flat(drawn: Drawn) -> dict[str, NDArray[np.int32]]:
    """All columns by name."""
    found = {"index": drawn.index.codes, **{n: c.codes for n, c in drawn.attributes.items()}}
    for k, report in enumerate(drawn.reports):
        parts = {"day": report.day, "value": report.value, "late": report.late}
        found |= {f"{report.measure}.{k}.{n}": c.codes for n, c in parts.items() if c is not None}
    return found


def same(one: Drawn, other: Drawn, but: tuple[str, ...] = ()) -> bool:
    left, right = flat(one), flat(other)
    return all(np.array_equal(left[name], right[name]) for name in left if name not in but)


def test_the_same_seed_gives_the_same_patients_and_another_seed_others() -> None:
    whole = cohort(50, remission(beta(52, 11)), RELAPSE, DEATH)
    assert same(draw(whole, 7, range(20), UNTIL), draw(whole, 7, range(20), UNTIL))
    assert not same(draw(whole, 7, range(20), UNTIL), draw(whole, 8, range(20), UNTIL))


def test_draws_do_not_depend_on_the_batch_that_they_are_drawn_in() -> None:
    whole = cohort(50, remission(beta(52, 11)), RELAPSE, DEATH)
    together = flat(draw(whole, 7, range(20), UNTIL))
    parts = [flat(draw(whole, 7, draws, UNTIL)) for draws in (range(3), range(3, 19), range(19, 20))]
    assert all(np.array_equal(together[n], np.concatenate([p[n] for p in parts])) for n in together)


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    many = draw(cohort(50), 7, range(20), UNTIL)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert same(many, draw(cohort(50), 7, range(20), UNTIL))


def test_more_patients_leave_those_before_as_they_were() -> None:
    few, more = (draw(cohort(n), 7, range(4), UNTIL) for n in (30, 40))
    firsts = np.concatenate([np.arange(30) + 40 * k for k in range(4)])
    assert all(np.array_equal(codes, flat(more)[name][firsts]) for name, codes in flat(few).items())


def test_a_changed_chance_moves_no_other_quantity_and_only_one_way() -> None:
    """With a greater chance nobody loses a response (common random numbers)."""
    low, high = (draw(cohort(2_000, remission(Fraction(p, 100))), 7, range(1), UNTIL) for p in (63, 82))
    assert same(low, high, but=("disease_status.0.value",))
    responds = [d.reports[0].value.codes == 0 for d in (low, high)]  # type: ignore[union-attr]
    assert (responds[1] | ~responds[0]).all()
    assert responds[0].sum() < responds[1].sum()


def test_shares_ages_and_days_are_those_asked_for() -> None:
    """By 100,000 patients each mean within 4 standard errors: index 182 days, age (3 + 11 + 25) / 3 years less half a
    month, which rounding down takes, C91.02 40 %, response 52/63."""
    drawn = draw(cohort(100_000), 7, range(1), UNTIL)
    wanted = {
        "index": (182, 365 / math.sqrt(12)),
        "birth_date": (13 * 12 - 0.5, 12 * 4.55),
        "diagnosis": (0.4, 0.49),
        "disease_status.0.value": (11 / 63, 0.38),
    }
    for name, (mean, sd) in wanted.items():
        assert abs(flat(drawn)[name].mean() - mean) < 4 * sd / math.sqrt(100_000), name
    months_old = flat(drawn)["birth_date"]
    assert months_old.min() >= 36
    assert months_old.max() < 300


def test_a_drawn_share_of_a_population_is_uncertain_twice() -> None:
    """Beta(20, 80) of 3,100: mean 620, variance 3100·E[p(1-p)] + 3100²·V[p] = 490.1 + 15,220.2; sd 125.3."""
    counts = np.array(patients_of(Patients(3_100, beta(20, 80)), 7, range(4_000)))
    assert abs(counts.mean() - 620) < 4 * 125.3 / math.sqrt(4_000)
    assert abs(counts.std() / 125.3 - 1) < 0.05


# --- curves -----------------------------------------------------------------------------------------


def by_month(drawn: Drawn, report: int, month: int, start_day: int = 0) -> NDArray[np.bool_]:
    """Whether each patient's report is of a day up to `month` months after the anchor, by each one's own calendar."""
    anchors = [drawn.first_index + timedelta(days=k + start_day) for k in range(365)]
    last = np.array([(Shift(month).after(a) - a).days + start_day for a in anchors])[drawn.index.codes]
    days = drawn.reports[report].day.codes
    return (days > 0) & (days - 1 <= last)


def within(share: float, wanted: float, many: int, errors: float = 4) -> bool:
    return abs(share - wanted) < errors * math.sqrt(wanted * (1 - wanted) / many)


@pytest.mark.parametrize("chance", [Fraction(52, 63), beta(52, 11), Fraction(1)])
def test_deaths_and_relapses_together_follow_both_curves(chance: Fraction | Distribution) -> None:
    """300,000 patients: at every point both curves within 4 standard errors, and no relapse after a death."""
    drawn = draw(cohort(3_000, remission(chance), RELAPSE, DEATH), 7, range(100), UNTIL)
    status, relapse, death = drawn.reports
    for month, alive in ALIVE.items():
        if chance != 1:  # where all respond, only the relapsed can die
            assert within(1 - by_month(drawn, 2, month).mean(), alive / 100, 300_000), month
    responds = (status.day.codes > 0) & (status.value.codes == 0)  # type: ignore[union-attr]
    for month, free in RELAPSE_FREE.items():
        left = 1 - by_month(drawn, 1, month, 28)[responds].mean()
        assert within(left, free / 100, int(responds.sum())), month
    both = (relapse.day.codes > 0) & (death.day.codes > 0)
    assert both.any()
    assert (relapse.day.codes[both] <= death.day.codes[both]).all()
    assert not ((relapse.day.codes > 0) & ~responds).any()


def test_a_death_on_its_own_ends_all_reports() -> None:
    """Half are dead by month 1, nobody of them is assessed later, and all others are."""
    drawn = draw(
        cohort(20_000, replace(remission(), on=(day(31),)), Happening("death", months({1: 50}))),
        7,
        range(1),
        UNTIL,
    )
    status, death = drawn.reports
    assert within(1 - by_month(drawn, 1, 1).mean(), 0.5, 20_000)
    dead = (death.day.codes > 0) & (death.day.codes <= 32)
    assert np.array_equal(status.day.codes == 0, dead)


@pytest.mark.parametrize(
    ("time", "left_after_a_year"),
    [
        (Distribution("exponential", (Fraction(24),)), math.exp(-0.5)),
        (Distribution("weibull", (Fraction(2), Fraction(24))), math.exp(-0.25)),
    ],
)
def test_times_by_a_distribution(time: Distribution, left_after_a_year: float) -> None:
    """By day 365 of months of 30.4375 days: a year has 11.992 of them."""
    for cured, ratio in ((Fraction(0), Fraction(1)), (Fraction(3, 10), Fraction(2))):
        event = Happening("relapse", Curve(time=time, cured=cured, hazard_ratio=ratio))
        days = draw(cohort(50_000, event), 7, range(1), UNTIL).reports[0].day.codes
        scale = {"exponential": 1.0, "weibull": 2.0}[time.name]
        susceptible = left_after_a_year ** (float(ratio) * (365 / 365.25) ** scale)
        wanted = float(cured) + (1 - float(cured)) * susceptible
        assert within(1 - ((days > 0) & (days - 1 <= 365)).mean(), wanted, 50_000)


def test_a_hazard_ratio_raises_a_table_to_its_power() -> None:
    event = Happening("relapse", replace(months({12: 80}), hazard_ratio=Fraction(2)))
    drawn = draw(cohort(50_000, event), 7, range(1), UNTIL)
    assert within(1 - by_month(drawn, 0, 12).mean(), 0.64, 50_000)


def test_nothing_happens_after_the_last_point() -> None:
    drawn = draw(cohort(5_000, Happening("relapse", months({12: 80}))), 7, range(1), UNTIL)
    assert np.array_equal(by_month(drawn, 0, 12), drawn.reports[0].day.codes > 0)


# --- reports ----------------------------------------------------------------------------------------


def test_missing_and_late_reports() -> None:
    """5 % never come; of the others 10 % are 30 days late."""
    whole = cohort(
        50_000, replace(remission(), missing=Fraction(1, 20)), late=Late(Fraction(1, 10), Fraction(30))
    )
    report = draw(whole, 7, range(1), UNTIL).reports[0]
    there = report.day.codes > 0
    assert report.late is not None
    assert within(1 - there.mean(), 0.05, 50_000)
    assert set(np.unique(report.late.codes)) == {0, 30}
    assert within((report.late.codes[there] == 30).mean(), 0.1, int(there.sum()))


def test_a_value_lasts_until_an_event() -> None:
    """Checked every half year: CR as long as no relapse, then PD; those without CR at day 28 have PD all along."""
    later = replace(
        remission(Fraction(1)), on=(day(183), day(365)), after=State("disease_status", "CR"), until="relapse",
        otherwise="PD", measure="check",
    )  # fmt: skip
    drawn = draw(cohort(3_000, remission(), RELAPSE, later), 7, range(1), UNTIL)
    status, relapse, *checks = drawn.reports
    for check, on in zip(checks, (183, 365), strict=True):
        lasts = (status.value.codes == 0) & ~((relapse.day.codes > 0) & (relapse.day.codes - 1 <= on))  # type: ignore[union-attr]
        assert np.array_equal(check.value.codes == 0, lasts)  # type: ignore[union-attr]
        assert (check.day.codes == on + 1).all()
    assert [r.measure for r in drawn.reports] == ["disease_status", "relapse", "check", "check"]


def test_numbers_are_rounded_to_their_decimals() -> None:
    """Normal(70, 12) to one decimal: mean 70, sd 12, texts such as 69.9."""
    drawn_numbers = Number(Distribution("normal", (Fraction(70), Fraction(12))), 1)
    report = draw(
        cohort(50_000, replace(remission(Fraction(1)), value=drawn_numbers)), 7, range(1), UNTIL
    ).reports[0]
    assert report.value is not None
    words: Callable[[int], str | None] = (report.value.words or ()).__getitem__
    values = np.array([float(words(code) or "") for code in report.value.codes])
    assert abs(values.mean() - 70) < 4 * 12 / math.sqrt(50_000)
    assert abs(values.std() / 12 - 1) < 0.02
    assert {len((words(c) or "").partition(".")[2]) for c in report.value.codes[:100]} <= {0, 1}


def test_nothing_is_drawn_after_the_last_day_of_interest() -> None:
    drawn = draw(cohort(2_000, DEATH), 7, range(1), date(2019, 3, 1))
    days = drawn.reports[0].day.codes
    last = (date(2019, 3, 1) - date(2018, 1, 1)).days
    assert (drawn.index.codes + days - 1)[days > 0].max() <= last
