"""Why a status is what it is, in words; and that no example of any contract leaves a hole in them."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from engine.kernel.dates import LAST_DAY, Shift
from engine.language import meaning as m
from engine.language.examples import read_examples
from engine.language.reader import read_contract
from engine.plan.tables import Run
from engine.settlement.evidence import name_evidence
from engine.settlement.example_rows import cases_of, facts_of
from engine.settlement.looking import status_words
from engine.settlement.owed import run_contract
from engine.settlement.presenting import Basis, ordinal, why
from engine.settlement.shipped import shipped_contracts
from tests.cli.running import KYMRIAH

(MEASURE,) = read_contract(KYMRIAH).outcomes
EVENT = replace(MEASURE, kind="event", source_name="relapse")
CR, HIGH = m.OneOf(("CR",)), m.Bound("at_least", Fraction(12))
DAY_60 = date(2018, 3, 2)


def basis(word: str, value: str | None = "CR", as_of: date = date(2018, 2, 1), measure: str = "x") -> Basis:
    return Basis(word, DAY_60, DAY_60, as_of, measure, value, "2018-01-29")


def pick(kind: str, **more: object) -> m.Pick:
    return m.Pick(kind, **{"test": HIGH, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "rests_on", "words"),
    [
        (MEASURE, basis("early"), "CR on 2018-01-29, in the window"),
        (MEASURE, basis("rows", "NR"), "last assessment in the window NR"),
        (MEASURE, basis("missing"), "no assessment in the window by 2018-03-02"),
        (MEASURE, basis("death"), "death on 2018-01-29, before the outcome was decided"),
        (MEASURE, basis("coverage"), "coverage ended; decided on 2018-03-02"),
        (MEASURE, basis("waiting"), "pending until 2018-03-02"),
        (MEASURE, basis("waiting", as_of=date(2018, 3, 1)), "pending until 2018-03-02"),
        (
            MEASURE,
            basis("waiting", as_of=DAY_60),
            "still pending after 2018-03-02: waits for evidence or coverage",
        ),
        (EVENT, basis("early", None, measure="relapse"), "relapse on 2018-01-29, in the window"),
        (EVENT, basis("no_event"), "no such event in the window by 2018-03-02"),
        (
            replace(EVENT, pick=pick("count", test=None, at_least=2)),
            basis("early", None, measure="relapse"),
            "relapse on 2018-01-29, in the window, the 2nd that counts",
        ),
        (
            replace(EVENT, pick=pick("count", test=None, at_least=2)),
            basis("rows", None, measure="relapse"),
            "fewer than 2 that count; last relapse in the window on 2018-01-29",
        ),
        (
            replace(MEASURE, pick=pick("count", at_most=2)),
            basis("early", "13"),
            "13 on 2018-01-29, in the window, the 3rd that counts",
        ),
        (
            replace(MEASURE, pick=pick("count", at_most=2)),
            basis("rows", "13"),
            "no more than 2 that count; last assessment in the window 13",
        ),
        (replace(MEASURE, pick=pick("first")), basis("rows"), "first assessment in the window CR"),
        (
            replace(MEASURE, pick=pick("lowest")),
            basis("rows", "9"),
            "lowest value in the window 9 on 2018-01-29",
        ),
        (
            replace(MEASURE, pick=pick("mean")),
            basis("rows", "9"),
            "mean of the assessments in the window, the last on 2018-01-29",
        ),
        (
            replace(MEASURE, pick=pick("nearest", to=m.Offset("index", Shift(0, 30), None, "day 30"))),
            basis("rows"),
            "assessment nearest to day 30 CR on 2018-01-29",
        ),
    ],
)
def test_words(outcome: m.Outcome, rests_on: Basis, words: str) -> None:
    assert why(outcome, rests_on) == words


def test_ordinals() -> None:
    said = [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)]
    assert said == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"]


@pytest.mark.parametrize("folder", shipped_contracts(), ids=lambda folder: folder.name)
def test_every_status_of_every_example_has_its_words(folder: object) -> None:
    contract = read_contract(folder)  # type: ignore[arg-type]
    cases = cases_of(read_examples(folder, contract))  # type: ignore[arg-type]
    owed = run_contract(contract, facts_of(contract, cases), Run(None, LAST_DAY))
    name_evidence(owed)
    said = status_words(owed)
    assert bool(said) == bool(contract.outcomes)
    assert [s.why for _, s in said if "None" in s.why] == []
