"""Picks over several results, and tests against a baseline: what they mean, and what is refused."""

from fractions import Fraction

import pytest

from engine.kernel.dates import Shift
from engine.language.meaning import Bound, OneOf, Pick, Ties
from tests.language.contracts import changed, place, problems, read, unmarked

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
