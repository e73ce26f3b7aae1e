"""Change from a baseline: which baseline, how change is compared, when it is decided; on both backends."""

from datetime import date, timedelta

import pytest

from engine.feeds.rows import TextRow
from tests.plan.asking import INDEX, Said, asked, contract_of, facts_of, row

DECIDED = INDEX + timedelta(days=120)
DOWN_5 = "last: {change: {at_most: -5}}"
HALF = "last: {percent_change: {at_most: -50%}}"


def outcome_of(pick: str, baseline: str = "last", window: str = "[day -30, day 0]", more: str = "") -> str:
    lines = f"measure: disease_status\nwindow: [day 30, day 100]\nmet_if: {{{pick}}}\ndecided: day 120\n"
    return f"{lines}baseline: {{window: {window}, pick: {baseline}}}\n{more}"


def results(text: str) -> list[TextRow]:
    """`-10 60, 40 55` as assessments of these days; a source may follow."""
    found = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        day, value, *source = part.split()
        found.append(row(int(day), value, **({"source": source[0]} if source else {})))
    return found


def judged(outcome: str, *texts: str, **dates: date) -> list[Said]:
    return asked(contract_of(outcome), facts_of(*(results(text) for text in texts)), **dates)


def table(outcome: str, cases: dict[str, str]) -> None:
    """Each of the cases has its status and the records that it rests on: `met r1 r2`."""
    found = judged(outcome, *cases)
    assert {t: f"{s.status} {s.evidence}".strip() for t, s in zip(cases, found, strict=True)} == cases


def test_the_change_of_a_value() -> None:
    cases = {
        "-10 60, 40 55": "met r1 r2",
        "-10 60, 40 55.000000001": "not_met r1 r2",
        "-10 60.000000001, 40 55": "met r1 r2",
        "-10 59.999999999, 40 55": "not_met r1 r2",
        "-10 -60, 40 -65": "met r1 r2",
        "-10 0, 40 -5": "met r1 r2",  # a change from zero is one
        "-10 999999999999999999, 40 -999999999999999999": "met r1 r2",
        "-10 -999999999999999999, 40 999999999999999999": "not_met r1 r2",
        "-10 60, 40 n/a": "not_met",  # no number: as if missing
        "-10 n/a, 40 55": "not_met",  # no baseline: as if missing
        "40 55": "not_met",
        "-10 60": "not_met",
        "-10 60, 29 50": "not_met",
        "-10 60, 30 50": "met r1 r2",
        "-10 60, 100 50": "met r1 r2",
        "-10 60, 101 50": "not_met",
    }
    table(outcome_of(DOWN_5), cases)
    missing = outcome_of(DOWN_5, more="if_missing: not_evaluable\n")
    said = judged(missing, "-10 60, 40 n/a", "40 55", "-10 60", "-10 60, 40 55")
    assert [(s.status, s.basis) for s in said] == [("not_evaluable", "missing")] * 3 + [("met", "rows")]


def test_the_change_in_percent() -> None:
    cases = {
        "-10 60, 40 30": "met r1 r2",
        "-10 60, 40 30.000000001": "not_met r1 r2",
        "-10 0.000000003, 40 0.000000001": "met r1 r2",  # down by two thirds
        "-10 3, 40 1.5": "met r1 r2",
        "-10 -60, 40 -90": "met r1 r2",  # by |baseline|: down by half of 60
        "-10 -60, 40 -89.999999999": "not_met r1 r2",
        "-10 0, 40 -5": "not_met",  # zero is no baseline of percent
        "-20 60, -10 0, 40 30": "not_met",  # nor does the value before it take its place
        "-10 999999999999999999, 40 -999999999999999999": "met r1 r2",
    }
    for written in ("-50", "-50%"):
        table(outcome_of(f"last: {{percent_change: {{at_most: {written}}}}}"), cases)
    third = "last: {percent_change: {between: [-33.33333334, -33.33333333]}}"  # 2 is a third less than 3
    table(outcome_of(third), {"-10 3, 40 2": "met r1 r2", "-10 30000, 40 20001": "not_met r1 r2"})


BOUNDS = [
    ("at_least: 5", "65", "64.9"), ("above: 5", "65.1", "65"), ("at_most: 5", "65", "65.1"),
    ("below: 5", "64.9", "65"), ("between: [-1, 5]", "59", "58.9"), ("between: [-1, 5]", "65", "65.1"),
]  # fmt: skip


@pytest.mark.parametrize(("bound", "passes", "fails"), BOUNDS)
def test_each_bound_from_both_sides(bound: str, passes: str, fails: str) -> None:
    cases = {f"-10 60, 40 {passes}": "met r1 r2", f"-10 60, 40 {fails}": "not_met r1 r2"}
    table(outcome_of(f"last: {{change: {{{bound}}}}}"), cases)


# how the baseline is picked; rows before, a value of day 40; what it rests on. Met is 5 less.
WINDOW_CASES = {
    "last": {"-31 70, -30 60, 40 55": "met r2 r3", "0 60, 1 70, 40 55": "met r1 r3", "-20 60, -10 50, 40 55":
             "not_met r2 r3", "-10 50, -20 60, 40 55": "not_met r1 r3"},
    "first": {"-31 70, -30 60, -20 90, 40 55": "met r2 r4", "-20 60, -10 50, 40 55": "met r1 r3",
              "-31 70, 40 55": "not_met"},
    "lowest": {"-20 60, -10 61, 40 55": "met r1 r3", "-20 60, -10 59, 40 55": "not_met r2 r3",
               "-31 10, -20 60, 40 55": "met r2 r3"},
    "highest": {"-20 60, -10 10, 40 55": "met r1 r3", "-20 59, -10 58, 40 55": "not_met r1 r3",
                "-20 59, 1 90, 40 55": "not_met r1 r3"},
    "mean": {"-20 59, -10 61, 40 55": "met r3", "-20 59, -10 60.999999999, 40 55": "not_met r3",
             "-20 60, 40 55": "met r2", "-31 90, -20 59, 40 55": "not_met r3", "40 55": "not_met"},
}  # fmt: skip


@pytest.mark.parametrize("pick", WINDOW_CASES)
def test_each_way_to_pick_a_baseline(pick: str) -> None:
    table(outcome_of(DOWN_5, pick), WINDOW_CASES[pick])


def test_the_mean_of_thirds_is_exact() -> None:
    # (1 + 2 + 2) / 3 = 5/3; half of it is 5/6
    outcome = outcome_of(HALF, "mean")
    table(
        outcome,
        {"-3 1, -2 2, -1 2, 40 0.833333333": "met r4", "-3 1, -2 2, -1 2, 40 0.833333334": "not_met r4"},
    )
    both = outcome_of("mean: {change: {at_most: -1}}", "mean")  # mean of the window less mean of the baseline
    table(
        both,
        {"-3 1, -2 2, -1 2, 40 0.666666666, 50 0.666666667": "met r5", "-3 2, 40 1, 50 1.1": "not_met r3"},
    )


LABS = "{source: [central, local]}"
# how ties are settled; two baselines of one day; the value that is 5 less than the one that counts
TIES = [
    ("best", "-9 60, -9 61", 61), ("worst", "-9 60, -9 61", 60), ("best", "-9 60, -9 60", 60),
    (LABS, "-9 60 local, -9 61 central", 61), (LABS, "-9 60 central, -9 61 local", 60),
    (LABS, "-9 60 other, -9 61 local", 61), (LABS, "-9 60 central, -9 61 central", 60),  # it contradicts itself
    (LABS, "-9 61 other, -9 60 another", 60),
]  # fmt: skip


@pytest.mark.parametrize("tied", ["best", "worst", LABS])
@pytest.mark.parametrize("pick", ["first", "last"])
def test_baselines_of_one_day_that_differ(pick: str, tied: str) -> None:
    outcome = outcome_of("all: {change: {between: [-5, -5]}}", pick, more=f"if_tied: {tied}\n")
    cases = [f"{rows}, 40 {baseline - 5}" for how, rows, baseline in TIES if how == tied]
    assert {text: s.status for text, s in zip(cases, judged(outcome, *cases), strict=True)} == dict.fromkeys(
        cases, "met"
    )


def test_every_pick_reads_a_change() -> None:
    cases = {
        "any": ["not_met", "met", "met"], "all": ["not_met", "not_met", "met"], "none": ["met", "not_met", "not_met"],
        "first": ["not_met", "met", "met"], "last": ["not_met", "not_met", "met"],
        "lowest": ["not_met", "met", "met"], "highest": ["not_met", "not_met", "met"],
        "mean": ["not_met", "not_met", "met"],
    }  # fmt: skip
    more = {
        "count: {at_least: 2, of: {change: {at_most: -5}}}": ["not_met", "not_met", "met"],
        "count: {at_most: 0, of: {change: {at_most: -5}}}": ["met", "not_met", "not_met"],
        "nearest: {to: day 90, test: {change: {at_most: -5}}}": ["not_met", "not_met", "met"],
        "consecutive: {times: 2, test: {change: {at_most: -5}}}": ["not_met", "not_met", "met"],
        "sustained: {for: 30 days, test: {change: {at_most: -5}}}": ["not_met", "not_met", "met"],
    }
    written = {f"{pick}: {{change: {{at_most: -5}}}}": statuses for pick, statuses in cases.items()} | more
    rows = ["-10 60, 40 56, 80 57", "-10 60, 40 55, 80 56", "-10 60, 40 55, 80 54"]
    for pick, statuses in written.items():
        assert [s.status for s in judged(outcome_of(pick), *rows)] == statuses, pick


def test_nothing_is_decided_early_before_the_baseline_window_ends() -> None:
    outcome = outcome_of("any: {change: {at_most: -5}}", "highest", "[day 0, day 60]")
    said = judged(outcome, "10 60, 40 55", "10 60, 70 55", "10 60, 60 55", "10 59, 40 55, 60 61")
    assert [(s.status, s.decided_on, s.basis) for s in said] == [
        ("met", INDEX + timedelta(days=60), "early"),
        ("met", INDEX + timedelta(days=70), "early"),
        ("met", INDEX + timedelta(days=60), "early"),
        ("met", INDEX + timedelta(days=60), "early"),  # the baseline of day 60 makes day 40 a change of 6
    ]
    day_before = INDEX + timedelta(days=59)
    assert [s.status for s in judged(outcome, "10 60, 40 55", as_of=day_before)] == ["pending"]
    # a row that was enough is not, once the baseline has changed
    lowest = outcome_of("any: {change: {at_most: -5}}", "lowest", "[day 0, day 60]")
    (said_later,) = judged(lowest, "10 60, 40 55, 55 50")
    assert (said_later.status, said_later.decided_on) == ("not_met", DECIDED)


def test_a_death_before_the_baseline_window_ends_governs() -> None:
    outcome = outcome_of("any: {change: {at_most: -5}}", "highest", "[day 0, day 60]")
    deaths = [row(day, "unrelated", measure="death") for day in (59, 60, 61)]
    patients = [[*results("10 60, 40 55"), death] for death in deaths]
    said = asked(contract_of(outcome), facts_of(*patients))
    assert [(s.status, s.basis) for s in said] == [
        ("not_evaluable", "death"),
        ("met", "early"),
        ("met", "early"),
    ]


def test_what_is_known_when_and_what_stands() -> None:
    late = {"known_on": (DECIDED + timedelta(days=1)).isoformat()}
    correction = row(-10, "50", record_id="r1", **late)
    patients = [
        [row(-10, "60"), row(40, "55"), correction],
        [row(-10, "60", **late), row(40, "55")],
        [row(-10, "60"), row(40, "55"), row(-5, "50", **late)],
    ]
    reopened, standing = outcome_of(DOWN_5), outcome_of(DOWN_5, more="late_evidence: stand\n")

    def said(outcome: str, **dates: date) -> list[str]:
        return [s.status for s in asked(contract_of(outcome), facts_of(*patients), **dates)]

    assert said(reopened) == ["not_met", "met", "not_met"]
    assert said(standing) == ["met", "not_met", "met"]
    assert said(reopened, known_by=DECIDED) == ["met", "not_met", "met"]


def test_units_and_dates_of_a_month() -> None:
    outcome = outcome_of(DOWN_5, more="unit: points\n")
    rows = [row(-10, "60", unit="points"), row(-5, "50", unit="percent"), row(40, "55")]
    assert [s.status for s in asked(contract_of(outcome), facts_of(rows))] == ["met"]
    # December 2017 lies before the index date from day -31 on, and the window begins on day -30
    patients = [[row("2017-12", "60"), row(40, "55")], [row("2017-12", "50"), row(-20, "60"), row(40, "55")]]
    said = asked(contract_of(outcome_of(DOWN_5)), facts_of(*patients))
    assert [s.status for s in said] == ["not_evaluable", "not_evaluable"]
    wide = outcome_of(DOWN_5, window="[day -31, day 0]")
    assert [s.status for s in asked(contract_of(wide), facts_of(*patients))] == ["met", "not_evaluable"]


REFUND = "if: remission is not_met, amount: refund_share of paid"


def lines(outcome: str, condition: str, amount: str, *texts: str) -> list[str | None]:
    contract = contract_of(outcome, (REFUND, f'if: {condition}, amount: "{amount}"'))
    patients = [results(text) for text in texts]
    return [s.lines.get("no_remission") for s in asked(contract, facts_of(*patients))]


def test_what_amounts_read() -> None:
    last = outcome_of("last: {change: {below: 0}}")
    rows = ("-10 60, 40 57.5", "-10 -1, 40 -1.01")
    assert lines(last, "remission is met", "max(remission.baseline, 0) * 10", *rows) == ["-600.00", None]
    assert lines(last, "remission is met", "0 - 100 * remission.change", *rows) == ["-250.00", "-1.00"]
    any_ = outcome_of("any: {percent_change: {at_most: -50}}")
    assert lines(any_, "remission is met", "0 - remission.change", "-10 60, 40 20, 50 10") == ["-40.00"]
    mean = outcome_of("last: {change: {below: 0}}", "mean")  # a baseline of 5/3
    assert lines(mean, "remission is met", "3 * remission.baseline", "-3 1, -2 2, -1 2, 40 1") == ["-5.00"]
    assert lines(mean, "remission is met", "0 - 3 * remission.change", "-3 1, -2 2, -1 2, 40 1") == ["-2.00"]


def test_by_due_dates_each_has_its_own_baseline() -> None:
    outcome = (
        "measure: disease_status\nwindow: [due - 10 days, due]\nmet_if: {last: {change: {at_most: -5}}}\n"
    )
    outcome += "baseline: {window: [due - 30 days, due - 11 days], pick: last}\n"
    series = 'each: [day 60, day 120], on_failure: skip, if: remission is met, amount: "remission.baseline"'
    contract = contract_of(outcome, (REFUND, series))
    said = asked(
        contract, facts_of(results("30 60, 50 55, 100 80, 120 70"), results("49 60, 60 55, 109 50, 115 46"))
    )
    assert [s.lines.get("no_remission") for s in said] == ["-140.00", "-60.00"]


def test_a_line_for_each_row_that_has_changed() -> None:
    outcome = outcome_of("any: {change: {at_most: -5}}")
    contract = contract_of(outcome, (REFUND, 'for_each: remission, amount: "remission.value"'))
    texts = ("-10 60, 40 55, 50 56, 60 54", "40 55", "-10 50, 40 55, 50 45")
    said = asked(contract, facts_of(*(results(text) for text in texts)))
    assert [s.lines.get("no_remission") for s in said] == ["-109.00", None, "-45.00"]
