"""A statement that does not add up cannot be built."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.kernel.dates import Period
from engine.settlement.statement import DoesNotTieOut, PastPeriod, Pending, Statement
from tests.statements.larger import many, series
from tests.statements.worked import PRICE, worked

MARCH = worked(3)
LINE = MARCH.lines[0]
ROLL = MARCH.roll_forward


@pytest.mark.parametrize(
    ("month", "opening", "net", "closing"),
    [  # in thousands: the table "Worked settlement"
        (1, 0, 1947, 1947),  # +649 × 3
        (2, 1947, 0, 1947),  # no news
        (3, 1947, -1298, 649),  # 1,947 - 2 × 649
        (4, 649, 649, 1298),  # P3 comes back
        (5, 1298, -649, 649),  # P1 goes: 3 × 649 - 2 × 649
    ],
)
def test_the_worked_settlement(month: int, opening: int, net: int, closing: int) -> None:
    made = worked(month)
    balance = made.roll_forward.net
    assert [balance.opening_minor, made.net_minor, balance.closing_minor] == [
        amount * 1000 * 100 for amount in (opening, net, closing)
    ]
    assert sum(line.amount_minor for line in made.lines) == made.net_minor


def test_who_pays() -> None:
    assert (worked(1).debtor, worked(1).creditor) == (MARCH.header.payers[0], MARCH.header.manufacturer)
    assert (MARCH.debtor, MARCH.creditor) == (MARCH.header.manufacturer, MARCH.header.payers[0])
    assert (worked(2).debtor, worked(2).creditor) == (None, None)


BROKEN: dict[str, tuple[Callable[[], Statement], str]] = {
    "a line is missing": (
        lambda: replace(MARCH, lines=MARCH.lines[1:]),
        "current lines, current: -649000.00 is not -1298000.00",
    ),
    "a cent too much": (
        lambda: replace(MARCH, lines=(replace(LINE, amount_minor=LINE.amount_minor + 1), *MARCH.lines[1:])),
        "entitled - posted before, amount: -649000.00 is not -648999.99",
    ),
    "the closing balance is off": (
        lambda: replace(MARCH, roll_forward=replace(ROLL, refunds=replace(ROLL.refunds, closing_minor=0))),
        "opening + current + prior period, closing",
    ),
    "a line stands twice": (lambda: replace(MARCH, lines=(LINE, LINE)), "stands 2 times"),
    "current, but of another period": (
        lambda: replace(MARCH, lines=(replace(LINE, period=Period(2018, 2)), *MARCH.lines[1:])),
        "is current and belongs to 2018-02",
    ),
    "prior period, but of this one": (
        lambda: replace(MARCH, lines=(replace(LINE, kind="prior_period"), *MARCH.lines[1:])),
        "is prior_period and belongs to 2018-03",
    ),
    "neither treatment nor group": (
        lambda: replace(MARCH, lines=(replace(LINE, treatment_id=None), *MARCH.lines[1:])),
        "must name a treatment or a group",
    ),
    "a clause is missing": (lambda: replace(MARCH, clauses=MARCH.clauses[:1]), "is not among the clauses"),
    "a clause is off": (
        lambda: replace(MARCH, clauses=(replace(MARCH.clauses[0], opening_minor=1), MARCH.clauses[1])),
        "clause infusion: opening + period, closing",
    ),
    "a treatment is not shown": (
        lambda: replace(MARCH, treatments=MARCH.treatments[:1]),
        "treatment P2 has a line",
    ),
    "treatments do not add up": (
        lambda: replace(MARCH, to_date=replace(MARCH.to_date, open=1)),
        "3 treatments, but 3 settled and 1 open",
    ),
    "history is not the opening": (
        lambda: replace(MARCH, history=(PastPeriod(Period(2018, 1), "STM", PRICE, 0),)),
        "payments: history, opening: 649000.00 is not 1947000.00",
    ),
    "a row is lost": (
        lambda: replace(
            MARCH,
            data_quality=replace(
                MARCH.data_quality, files=(replace(MARCH.data_quality.files[0], accepted=4),)
            ),
        ),
        "rows read are not rows accepted",
    ),
    "exposure upside down": (
        lambda: replace(MARCH, pending=(Pending("P1", "x", 1, None, 0, "", (), 1, 0),)),
        "the least is above the most",
    ),
    "posted by nobody": (
        lambda: replace(MARCH, header=replace(MARCH.header, run_id=None)),
        "posted by no run",
    ),
    "no such currency": (lambda: replace(MARCH, currency="XXZ"), "'XXZ' is no currency"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_refused(case: str) -> None:
    build, says = BROKEN[case]
    with pytest.raises(DoesNotTieOut) as caught:
        build()
    assert says in str(caught.value)
    assert str(caught.value).startswith("STM-2018-03-kymriah-us-day30: ")


def test_every_problem_is_told() -> None:
    with pytest.raises(DoesNotTieOut) as caught:
        replace(MARCH, lines=(), clauses=())
    assert len(caught.value.problems) >= 3


def test_exposure_adds_up() -> None:
    assert worked(2).exposure_minor == (-2 * PRICE, 0)  # P2 and P3 pending
    assert series().exposure_minor == (0, 2 * 31_500_000)
    assert many(3).exposure_minor == (0, 0)
