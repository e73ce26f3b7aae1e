"""Scenario files: what is read, and what is refused with its place and a hint before anything is drawn."""

from fractions import Fraction
from pathlib import Path

import pytest

from engine.kernel.diagnostics import Diagnostic, Refusal
from engine.whatif import memory
from engine.whatif.reading import read_scenario
from engine.whatif.scenario import Distribution, Happening, Measured, Scenario

WHOLE = """\
scenario: whole
contract: kymriah-us-day30
horizon: 5 years
discount: 3%
cohort:
  patients: {population: 3100, share: beta(20, 80)}
  index_dates: {from: 2018-01-01, to: 2018-12-31}
  attributes: {birth_date: {age: triangular(3, 11, 25)}, diagnosis: {C91.00: 60%, C91.02: 40%}, rems_certified: true}
  outcomes:
    - {measure: disease_status, value: CR, chance: beta(52, 11), on: day 28, else: NR}
    - {event: relapse, after: disease_status CR, survival: {month 6: 80%, month 18: 66%}}
    - {event: death, survival: {month 6: 90%, month 12: 76%}, value: {related: 90%, unrelated: 10%}}
  coverage: {leave: {month 12: 8%, month 24: 15.5%, month 36: 21%}}
  missing: 5%
draws: 1000
seed: 7
"""


def read(folder: Path, text: str) -> Scenario:
    file = folder / "scenario.yaml"
    file.write_text(text)
    return read_scenario(file)


def problems(folder: Path, text: str) -> list[Diagnostic]:
    with pytest.raises(Refusal) as refused:
        read(folder, text)
    assert refused.value.exit_code == 2
    return list(refused.value.diagnostics)


def test_a_whole_scenario(tmp_path: Path) -> None:
    """As the page on what-ifs writes it, with distributions within braces."""
    found = read(tmp_path, WHOLE)
    status, relapse, death = found.base.cohort.outcomes
    assert isinstance(status, Measured)
    assert isinstance(relapse, Happening)
    assert isinstance(death, Happening)
    assert status.chance == Distribution("beta", (Fraction(52), Fraction(11)))
    assert status.missing == Fraction(1, 20)
    assert death.values is not None
    assert death.values.shares == (Fraction(9, 10), Fraction(1, 10))
    assert found.base.cohort.leave is not None
    assert [share for _, share in found.base.cohort.leave.table] == [
        Fraction(p, 1000) for p in (920, 845, 790)
    ]
    assert dict(found.inputs)["cohort.outcomes.0.chance"] == "beta(52, 11)"
    assert (found.draws, found.seed, found.list_price) == (1000, 7, 649_000)


@pytest.mark.parametrize(
    ("was", "is_", "problem", "line"),
    [
        ("chance: beta(52, 11)", "chance: 120%", "'120%' is not a chance from 0% to 100%", 10),
        ("chance: beta(52, 11)", "chance: gamma(2, 1)", "gamma can leave 0% to 100%", 10),
        ("beta(52, 11)", "beta(52)", "beta has 2 parameters: a, b", 10),
        ("beta(52, 11)", "bata(52, 11)", "'bata' is no distribution", 10),
        ("beta(52, 11)", "beta(0, 11)", "a of beta must be above zero", 10),
        ("triangular(3, 11, 25)", "triangular(30, 11, 25)", "the numbers of triangular must rise", 8),
        ("C91.02: 40%", "C91.02: 50%", "the shares make 110%, not 100%", 8),
        ("month 18: 66%", "month 18: 86%", "the share to whom it has not happened rises at 'month 18'", 11),
        ("month 18: 66%", "month 3: 66%", "'month 3' does not come after the point before it", 11),
        ("month 24: 15.5%", "month 24: 5%", "the share that has left falls at 'month 24'", 13),
        ("to: 2018-12-31", "to: 2017-12-31", "'to' is before 'from' (2018-01-01)", 7),
        ("draws: 1000", "draws: 0", "0 is not between 1 and 1000000", 15),
        ("seed: 7", "sead: 7", "'sead' is not a key of the scenario", 16),
        ("after: disease_status CR", "after: disease_status PR", "no item above draws 'disease_status PR'", 11),
        ("contract: kymriah-us-day30", "contract: kymriah-us-day3", "there is no contract 'kymriah-us-day3'", 2),
        ("from: 2018-01-01, to: 2018-12-31", "from: 2020-01-01, to: 2020-12-31", "kymriah-us-day30 is in force", 2),
        (", rems_certified: true", "", "kymriah-us-day30 reads 'rems_certified', and the cohort has no such", 2),
        ("on: day 28", "on: day 28, until: relaps", "no event 'relaps' is drawn", 10),
        ("{event: death,", "{event: death, after: disease_status CR,", "a death is drawn of all patients", 12),
    ],
)  # fmt: skip
def test_what_is_refused_with_its_place(tmp_path: Path, was: str, is_: str, problem: str, line: int) -> None:
    assert was in WHOLE
    found = problems(tmp_path, WHOLE.replace(was, is_, 1))
    (one,) = [d for d in found if d.problem.startswith(problem)]
    assert one.place is not None
    assert one.place.line == line
    assert one.hint or problem.startswith(("0 is not", "a of", "the numbers"))
    assert ";" not in one.place.text  # the line as it was written


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = WHOLE.replace("beta(52, 11)", "120%").replace("draws: 1000", "draws: 0").replace("40%}", "50%}")
    assert [d.place.line for d in problems(tmp_path, text) if d.place] == [8, 10, 15]


@pytest.mark.parametrize(
    ("vary", "problem"),
    [
        ("terms.prise: [1, 2]", "'terms' has no 'prise'"),
        ("outcomes.remission.windo: [[day 0, day 1]]", "'windo' is not a key of an outcome"),
        ("outcomes.remisson.window: [[day 0, day 1]]", "'outcomes' has no 'remisson'"),
        ("cohort.outcomes.9.chance: [1%]", "'cohort.outcomes' has no '9'"),
        ("terms.price: 649000", "a list of values stands here"),
        ("terms.price: [a]", "'a' is not a number"),
        ("draws: [1, 2]", "'draws' is the same for all variants of a scenario"),
        ("cohort.outcomes.0.chance: [120%]", "'120%' is not a chance from 0% to 100%"),
    ],
)
def test_a_path_or_value_that_cannot_be_varied(tmp_path: Path, vary: str, problem: str) -> None:
    (one,) = problems(tmp_path, f"{WHOLE}vary:\n  {vary}\n")
    assert one.problem.startswith(problem)
    assert one.place is not None
    assert one.place.line == 18


def test_vary_makes_single_variants_and_all_combinations(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE + """\
vary:
  terms.price: [475000, 649000]
  outcomes.remission.window: [[day 0, day 30], [day 0, day 90]]
  outcomes.remission.if_missing: [not_met, met]
  refunds.no_remission.amount: [50% of paid]
""")  # fmt: skip
    assert dict(found.one_at_a_time[0].set) == {"terms.price": "475000"}
    assert (len(found.one_at_a_time), len(found.grid), len(found.variants)) == (7, 8, 16)
    assert found.sweep is not None
    assert found.sweep.now == ("649000.00", "[day 0, day 30]", "not_met", "refund_share of paid")
    versions = {v.contract.version for v in found.variants}
    assert len(versions) == 16
    last = found.grid[-1].contract
    assert (last.outcomes[0].window.last.text, last.outcomes[0].if_missing) == ("day 90", "met")
    assert last.outcomes[0].decided.text == "day 120"  # day 60 was 30 days after the window, and still is


def test_a_decided_day_that_is_set_does_not_move_with_the_window(tmp_path: Path) -> None:
    always = "set: {outcomes.remission.window: [day 0, day 90], outcomes.remission.decided: day 100}\n"
    found = read(tmp_path, WHOLE + always + "vary: {outcomes.remission.window: [[day 0, day 40]]}\n")
    assert found.base.contract.outcomes[0].decided.text == "day 100"
    assert found.one_at_a_time[0].contract.outcomes[0].decided.text == "day 100"


def test_combine(tmp_path: Path) -> None:
    vary = "vary: {terms.price: [1, 2, 3, 4, 5, 6], terms.refund_share: [1%, 2%, 3%, 4%, 5%, 6%]}\n"
    assert len(read(tmp_path, WHOLE + vary + "combine: one at a time\n").grid) == 0
    drawn = read(tmp_path, WHOLE + vary + "combine: random 10\n").grid
    assert 5 <= len(drawn) <= 10
    assert {v.name for v in drawn} == {
        v.name for v in read(tmp_path, WHOLE + vary + "combine: random 10\n").grid
    }
    (one,) = problems(tmp_path, WHOLE + "combine: all\n")
    assert one.hint == "write 'one at a time', 'grid' or 'random 200'"


def test_compare_asks_for_one_currency_and_names_of_their_own(tmp_path: Path) -> None:
    euros = (
        "compare: [{contract: kymriah-italy, set: {in_force.from: 2018-01-01, in_force.to: 2018-12-31}}]\n"
    )
    named = [d.problem for d in problems(tmp_path, WHOLE.replace("true}", "true, amount: 1}") + euros)]
    assert named == ["kymriah-italy is in EUR, the scenario's agreement in USD"]
    twice = "compare: [outright-purchase, outright-purchase]\n"
    assert [d.problem for d in problems(tmp_path, WHOLE + twice)] == ["the name 'outright-purchase' is taken"]
    two = (
        "compare: [outright-purchase, {contract: outright-purchase, name: less, set: {terms.discount: 5%}}]\n"
    )
    assert [v.name for v in read(tmp_path, WHOLE + two).compared] == ["outright-purchase", "less"]


@pytest.mark.parametrize(
    ("solve", "problem"),
    [
        ("{for: terms.prise, so_that: mean(net_price) = 1}", "'terms' has no 'prise'"),
        ("{for: outcomes.remission.window, so_that: mean(net_price) = 1}", "what stands at"),
        ("{for: terms.price, so_that: mean(price) = 1}", "'price' is not known here"),
        ("{for: terms.price, so_that: average(net_price) = 1}", "'average' is not known here"),
        ("{for: terms.price, so_that: cheap}", "this is no target"),
        ("{for: terms.price, so_that: mean(net_price) = 1, between: [2, 1]}", "the range must rise"),
    ],
)  # fmt: skip
def test_what_cannot_be_solved(tmp_path: Path, solve: str, problem: str) -> None:
    (one,) = problems(tmp_path, f"{WHOLE}solve: {solve}\n")
    assert one.problem.startswith(problem)


def test_solve_for_a_share(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE + "solve: {for: terms.refund_share, so_that: mean(net_price) = 540000}\n")
    assert found.solve is not None
    assert (found.solve.between, found.solve.step) == ((0, 1), Fraction(1, 10**6))
    assert found.at is not None
    assert found.at(Fraction(1, 8)).contract.terms[1].versions[0].value == Fraction(1, 8)


def test_what_memory_would_not_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: 100_000_000)
    (one,) = problems(tmp_path, WHOLE)
    assert "this machine has 0 GB" in one.problem
    assert one.place is not None
    assert one.place.line == 6


def test_a_contract_that_does_not_load_is_refused_with_its_own_places(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "contract.yaml").write_text("contract: broken\n")
    found = problems(tmp_path, WHOLE.replace("contract: kymriah-us-day30", "contract: broken"))
    assert all(d.place and d.place.path.endswith("broken/contract.yaml") for d in found)


def test_a_measure_that_nobody_draws_is_a_warning(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        WHOLE.replace("measure: disease_status", "measure: status").replace("disease_status CR", "status CR"),
    )
    assert [w.problem for w in found.warnings] == [
        "kymriah-us-day30 reads 'disease_status' for remission, and the cohort draws none"
    ]


def test_more_deaths_than_there_are_patients_at_risk_is_a_warning(tmp_path: Path) -> None:
    """82.5 % in remission from day 28 on, of whom 9.3 % have relapsed by month 12; 60 % are to have died by then."""
    rare = WHOLE.replace("month 6: 80%, month 18: 66%", "month 12: 90%")
    (warning,) = read(tmp_path, rare.replace("month 6: 90%, month 12: 76%", "month 12: 40%")).warnings
    relapsed = 1 - 0.9 ** ((12 - 28 / 30.4375) / 12)
    short = 0.6 - (1 - 52 / 63) - 52 / 63 * relapsed
    assert warning.problem.startswith(f"by the death curve {short:.1%} of the patients")
    assert read(tmp_path, WHOLE).warnings == ()
