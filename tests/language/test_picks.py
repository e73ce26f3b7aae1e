"""Picks over several results, and tests against a baseline: what they mean, and what is refused."""

from fractions import Fraction

import pytest

from engine.kernel.dates import Shift
from engine.language.meaning import Baseline, Between, Bound, Change, Offset, OneOf, Pick, Ties, Window
from engine.language.wording import outcome_words
from tests.language.contracts import GOOD, changed, place, problems, read, unmarked

PICKS = [
    ("consecutive: {times: 2, test: [CR]}", Pick("consecutive", OneOf(("CR",)), times=2)),
    ("consecutive: {times: 1, test: {below: 3}}", Pick("consecutive", Bound("below", Fraction(3)), times=1)),
    ("sustained: {for: 4 weeks, test: [CR]}", Pick("sustained", OneOf(("CR",)), apart=Shift(days=28))),
    ("sustained: {for: 1 year, test: [CR]}", Pick("sustained", OneOf(("CR",)), apart=Shift(months=12))),
]


@pytest.mark.parametrize(("written", "pick"), PICKS)
def test_picks_of_results_in_a_row(written: str, pick: Pick) -> None:
    outcome = read(changed("{any: [CR, CRi]}", f"{{{written}}}")).outcome("remission")
    assert outcome.pick == pick
    assert outcome.if_tied == Ties("worst")


# what stands for `{any: [CR, CRi]}` (the place of the error marked), code, part of the problem, part of the hint
REFUSED = [
    ("{consecutive: {times: «0», test: [CR]}}", "out_of_range", "0 is not between 1 and", ""),
    ("{consecutive: {times: «1.5», test: [CR]}}", "not_whole", "is not a whole number", ""),
    ("{«consecutive»: {test: [CR]}}", "missing", "consecutive lacks 'times'", "times: 2"),
    ("{«consecutive»: {times: 2}}", "missing", "consecutive lacks 'test'", "test: [CR]"),
    ("{«sustained»: {test: [CR]}}", "missing", "sustained lacks 'for'", "for: 4 weeks"),
    ("{sustained: {for: «4», test: [CR]}}", "not_a_length", "'4' is not a length of time", "'4 weeks'"),
    ("{sustained: {for: «0 days», test: [CR]}}", "sustained", "nothing is sustained for no time", "any"),
    ("{sustained: {for: «101 years», test: [CR]}}", "out_of_range", "1,200 months", ""),
    (
        "{consecutive: {times: 2, test: [CR], «for»: 4 weeks}}",
        "unknown_key",
        "is not a key of consecutive",
        "",
    ),
]


@pytest.mark.parametrize(("met_if", "code", "problem", "hint"), REFUSED)
def test_refused_with_place_words_and_hint(met_if: str, code: str, problem: str, hint: str) -> None:
    text, mark = unmarked(changed("{any: [CR, CRi]}", met_if))
    (found,) = problems(text)
    assert (found.code, problem in found.problem, hint in found.hint) == (code, True, True)
    assert place(found) == mark


@pytest.mark.parametrize(
    "pick", ["consecutive: {times: 2, test: [CR]}", "sustained: {for: 1 year, test: [CR]}"]
)
def test_results_in_a_row_need_to_know_how_ties_are_settled(pick: str) -> None:
    text = changed("{any: [CR, CRi]}", f"{{{pick}}}", changed("  if_tied: worst\n", ""))
    assert [d.code for d in problems(text)] == ["left_open"]
    event = changed("    event: relapse\n", f"    event: relapse\n    met_if: {{{pick}}}\n")
    (found,) = problems(event)
    assert found.problem == f"'{pick.partition(':')[0]}' is not for events"


BASELINE = "{window: [day -30, day 0], pick: last}"
DOWN = "{any: {change: {at_most: -5}}}"


def with_change(met_if: str = DOWN, baseline: str = BASELINE, base: str = GOOD) -> str:
    return changed("{any: [CR, CRi]}", f"{met_if}\n    baseline: {baseline}", base)


CHANGES = [
    ("{change: {at_most: -5}}", Change(Bound("at_most", Fraction(-5)), percent=False)),
    ("{change: {between: [-5, 5]}}", Change(Between(Fraction(-5), Fraction(5)), percent=False)),
    ("{percent_change: {at_most: -50}}", Change(Bound("at_most", Fraction(-50)), percent=True)),
    ("{percent_change: {at_most: -50%}}", Change(Bound("at_most", Fraction(-50)), percent=True)),
    ("{percent_change: {above: 12.5%}}", Change(Bound("above", Fraction(25, 2)), percent=True)),
    ("{percent_change: {between: [-50%, 0]}}", Change(Between(Fraction(-50), Fraction(0)), percent=True)),
]


@pytest.mark.parametrize(("written", "test"), CHANGES)
def test_tests_of_change(written: str, test: Change) -> None:
    outcome = read(with_change(f"{{any: {written}}}")).outcome("remission")
    first, last = (Offset("index", Shift(days=n), None, f"day {n}") for n in (-30, 0))
    assert (outcome.pick, outcome.baseline) == (Pick("any", test), Baseline(Window(first, last), "last"))
    assert outcome.if_tied == Ties("worst")


def test_a_tie_can_matter_for_one_row_of_the_first_or_last_day_only() -> None:
    untied = changed("  if_tied: worst\n", "")
    for pick, codes in (
        ("first", ["left_open"]),
        ("last", ["left_open"]),
        ("lowest", []),
        ("highest", []),
        ("mean", []),
    ):
        text = with_change(baseline=f"{{window: [day -30, day 0], pick: {pick}}}", base=untied)
        assert [d.code for d in problems(text)] == codes


# `met_if` and `baseline` (the place of the error marked), code, part of the problem, part of the hint
REFUSED_CHANGES = [
    (DOWN, "{window: [day -30, day 0]«»}", "missing", "baseline lacks 'pick'", "pick: last"),
    (DOWN, "{pick: last«»}", "missing", "baseline lacks 'window'", "window: [day -30, day 0]"),
    (DOWN, "{window: [day -30, day 0], pick: «nearest»}", "unknown_word", "'nearest' is not known here", ""),
    (DOWN, "{window: [«day 0», day -1], pick: last}", "window_backwards",
     "the baseline's window can run backwards", ""),
    (DOWN, "{window: [day 0, «day 61»], pick: last}", "window_after_decided", "could end after the decided day",
     "day 61 + 30 days"),
    (DOWN, "{window: [day 0, «month 2»], pick: last}", "window_after_decided", "could end after the decided day", ""),
    (DOWN, "{«window»: [due - 30 days, due], pick: last}", "due", "and the outcome's does not", ""),
    ("{any: {«change»: [CR]}}", BASELINE, "wrong_shape", "expected a test of numbers", ""),
    ("{any: {change: {at_most: «5%»}}}", BASELINE, "not_a_number", "is a percentage", "the number alone"),
    ("{any: {change: {«change»: {at_most: 5}}}}", BASELINE, "unknown_key", "not a key of a test of numbers", ""),
    ("{any: {change: {between: [«5», 1]}}}", BASELINE, "between", "runs backwards", ""),
    ("{any: {percent_change: {at_most: «12345.12345678»}}}", BASELINE, "out_of_range", "too many digits", "11 digits"),
    ("{any: {percent_change: {at_most: «0.123456789%»}}}", BASELINE, "out_of_range", "too many digits", ""),
    ("{any: {change: {at_most: 5}, «at_most»: 5}}", BASELINE, "two_choices", "cannot both stand in a test", ""),
]  # fmt: skip


@pytest.mark.parametrize(("met_if", "baseline", "code", "problem", "hint"), REFUSED_CHANGES)
def test_refused_changes(met_if: str, baseline: str, code: str, problem: str, hint: str) -> None:
    text, mark = unmarked(with_change(met_if, baseline))
    (found,) = problems(text)
    assert (found.code, problem in found.problem, hint in found.hint) == (code, True, True)
    if mark and mark[2]:
        assert place(found) == mark


def test_a_change_needs_a_baseline_and_a_baseline_a_change() -> None:
    (found,) = problems(changed("{any: [CR, CRi]}", DOWN))
    assert (found.code, found.hint) == ("left_open", f"write 'baseline: {BASELINE}'")
    (found,) = problems(with_change("{any: [CR, CRi]}"))
    assert (found.code, place(found)) == ("baseline", (28, 5, 8))
    event = changed(
        "    event: relapse\n", f"    event: relapse\n    met_if: {DOWN}\n    baseline: {BASELINE}\n"
    )
    assert [d.problem for d in problems(event)] == ["a change is one of assessments, and this is an event"]


@pytest.mark.parametrize("field", ["baseline", "change"])
def test_fields_of_change_need_a_test_of_change(field: str) -> None:
    amount = ("amount: refund_share of paid", f"amount: remission.{field} of paid")
    assert problems(with_change(base=changed(*amount))) == ()
    text, mark = unmarked(changed(amount[0], f"amount: «remission.{field}» of paid"))
    (found,) = problems(text)
    assert (found.code, place(found)) == ("no_field", mark)


def test_a_baseline_between_index_and_due_is_tried_for_each_due_date() -> None:
    own = "window: [due - 30 days, due]\n    met_if: {any: {change: {below: 0}}}\n    decided: due\n"
    own += "    baseline: {window: "
    text = changed(
        "window: [day 0, day 30]\n    met_if: {any: [CR, CRi]}\n    decided: day 60",
        own + "[day 0, day 90], pick: mean}",
    )
    text = changed(
        "if: remission is not_met", "each: [day 89, year 1], if: remission is met, on_failure: skip", text
    )
    (found,) = problems(text)
    assert found.code == "window_backwards"
    assert (
        "the baseline's window of 'remission' could end after its decided day for the due date 'day 89'"
        in found.problem
    )
    assert problems(text.replace("day 89", "day 90")) == ()


WORDS = [
    ("{consecutive: {times: 2, test: [CR, CRi]}}", "2 in a row that are CR or CRi"),
    ("{sustained: {for: 1 year, test: [CR]}}", "two at least 12 months apart, and all between, that are CR"),
    ("{any: {change: {at_most: -5}}}", "any is changed by at most -5 from its baseline"),
    ("{last: {percent_change: {at_most: -50%}}}", "last is changed by at most -50 percent from its baseline"),
]


@pytest.mark.parametrize(("met_if", "words"), WORDS)
def test_picks_in_words(met_if: str, words: str) -> None:
    changes = "change" in met_if
    text = with_change(met_if) if changes else changed("{any: [CR, CRi]}", met_if)
    baseline = "; baseline the last of day -30 to day 0" if changes else ""
    assert (
        outcome_words(read(text).outcome("remission"))
        == f"disease_status, day 0 to day 30: {words}{baseline}"
    )


SUPPLY = "{days_covered: {at_least: 80%}}"


def with_supply(met_if: str = SUPPLY, base: str = GOOD) -> str:
    return changed("    event: relapse\n", f"    event: relapse\n    met_if: {met_if}\n", base)


SHARES = [
    ("{at_least: 80%}", Bound("at_least", Fraction(4, 5))),
    ("{above: 0.8}", Bound("above", Fraction(4, 5))),
    ("{at_most: 0}", Bound("at_most", Fraction(0))),
    ("{below: 100%}", Bound("below", Fraction(1))),
    ("{between: [50%, 0.8]}", Between(Fraction(1, 2), Fraction(4, 5))),
]


@pytest.mark.parametrize(("written", "test"), SHARES)
def test_shares_of_days_covered(written: str, test: Bound | Between) -> None:
    outcome = read(with_supply(f"{{days_covered: {written}}}")).outcome("relapse")
    assert (outcome.pick, outcome.if_tied, outcome.if_missing) == (Pick("days_covered", test), None, None)


REFUSED_SHARES = [
    (
        "{days_covered: {at_least: «80»}}",
        "out_of_range",
        "'80' is not a share from 0% to 100%",
        "80% or as 0.8",
    ),
    ("{days_covered: {at_least: «100.1%»}}", "out_of_range", "is not a share", ""),
    ("{days_covered: {at_least: «-1%»}}", "out_of_range", "is not a share", ""),
    ("{days_covered: {between: [«80%», 50%]}}", "between", "runs backwards", ""),
    ("{«days_covered»: [CR]}", "wrong_shape", "expected a test of the days covered", ""),
    (
        "{days_covered: {«change»: {at_least: 5}}}",
        "unknown_key",
        "is not a key of a test of the days covered",
        "",
    ),
]


@pytest.mark.parametrize(("met_if", "code", "problem", "hint"), REFUSED_SHARES)
def test_refused_shares(met_if: str, code: str, problem: str, hint: str) -> None:
    text, mark = unmarked(with_supply(met_if))
    (found,) = problems(text)
    assert (found.code, problem in found.problem, hint in found.hint) == (code, True, True)
    assert place(found) == mark


def test_days_covered_are_of_events_and_so_is_their_field() -> None:
    text, mark = unmarked(changed("{any: [CR, CRi]}", "{«days_covered»: {at_least: 80%}}"))
    (found,) = problems(text)
    assert (found.problem, place(found)) == ("'days_covered' is for events", mark)
    reads = changed("refund_share of paid", "relapse.covered of paid")
    assert [d.code for d in problems(reads)] == ["no_field"]
    assert problems(with_supply(base=reads)) == ()
    assert (
        outcome_words(read(with_supply()).outcome("relapse"))
        == "relapse, day 1 to year 2: days covered at least 80%"
    )
