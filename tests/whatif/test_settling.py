"""What drawn patients come to: closed forms, the same cents as by feed files and months, variants on the same draws."""

import csv
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import duckdb
import numpy as np
import pytest

from engine.kernel.dates import Period
from engine.language import meaning as m
from engine.plan.tables import Run
from engine.settlement.owed import run_contract
from engine.whatif import facts
from engine.whatif.drawing import draw
from engine.whatif.per_draw import PerDraw
from engine.whatif.reading_of import reading_of
from engine.whatif.scenario import Agreement, Cohort, Distribution, Late, Variant
from engine.whatif.settling import settle
from engine.whatif.sums import Question
from tests.whatif.cohorts import (
    CONTRACTS,
    DEATH,
    RELAPSE,
    beta,
    cohort,
    contract,
    day,
    months,
    remission,
    variant,
)

UNTIL = date(2023, 12, 31)
PRICE = 64_900_000


def settled(variants: list[Variant], draws: int, discount: Fraction = Fraction(0)) -> dict[str, PerDraw]:
    of = variants[0].cohort
    question = Question(of.first_index, UNTIL, discount)
    agreements = [v.agreement for v in variants]
    found = settle(duckdb.connect(), draw(of, 7, range(draws), UNTIL), agreements, question)
    return {v.name: each for v, each in zip(variants, found, strict=True)}


def one(of: Cohort, draws: int, agreement: m.Contract | None = None) -> PerDraw:
    return settled([variant(of, agreement)], draws)["base"]


def one_of(found: Iterator[PerDraw]) -> PerDraw:
    (each,) = found
    return each


def with_terms(agreement: m.Contract, **values: Fraction) -> m.Contract:
    terms = tuple(
        replace(t, versions=(replace(t.versions[0], value=values[t.name]),)) if t.name in values else t
        for t in agreement.terms
    )
    return replace(agreement, terms=terms)


def test_each_patient_costs_the_price_or_nothing() -> None:
    """A draw's net is the price of each responder, its payments of each patient; refunds come in a later month."""
    found = one(cohort(200), 50)
    assert np.array_equal(found.net, found.responders * PRICE)
    assert np.array_equal(found.payments.sum(axis=1), np.full(50, 200 * PRICE))
    assert {c: int(sums.sum()) for c, sums in found.by_clause.items()} == {
        "infusion": int(found.payments.sum()), "no_remission": int(found.refunds.sum())
    }  # fmt: skip
    assert found.months[0] == "2018-01"
    assert found.refunds[:, 0].sum() == 0  # decided on day 60
    assert (found.payments[:, :12] > 0).all()
    assert not found.payments[:, 12:].any()


def test_the_mean_is_that_of_the_closed_form() -> None:
    """52 of 63 of 649,000.00: 535,682.54 a patient, within 4 standard errors of 200,000 patients."""
    found = one(cohort(2_000), 100)
    error = PRICE * math.sqrt(52 / 63 * 11 / 63 / 200_000)
    assert abs(found.net.sum() / 200_000 - PRICE * 52 / 63) < 4 * error


def test_four_times_the_draws_halve_the_error() -> None:
    """The spread of means of 25 and of 100 draws, over 40 of each."""
    net = one(cohort(40), 4_000).net / 40
    small, large = net[:1_000].reshape(40, 25).mean(axis=1), net.reshape(40, 100).mean(axis=1)
    assert 1.4 < small.std() / large.std() < 2.8


def test_uncertain_chances_widen_the_spread_of_the_draws() -> None:
    """Beta(52, 11) has a deviation of 0.0475, beside that of 1,000 patients of 0.0120."""
    known, uncertain = (one(cohort(1_000, remission(c)), 300).net for c in (Fraction(52, 63), beta(52, 11)))
    assert abs(known.std() / 1_000 / PRICE / 0.0120 - 1) < 0.15
    assert abs(uncertain.std() / 1_000 / PRICE / math.hypot(0.0475, 0.0120) - 1) < 0.15


def test_histories_that_are_equal_are_settled_once_and_come_to_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of = cohort(60, remission(beta(52, 11)), RELAPSE, DEATH, late=Late(Fraction(1, 5), Fraction(40)))
    once = one(of, 6)
    monkeypatch.setattr("engine.whatif.settling.reading_of", lambda c: replace(reading_of(c), together=True))
    each = one(of, 6)
    for name in ("drawn", "patients", "responders", "payments", "refunds", "present", "pending"):
        assert np.array_equal(getattr(once, name), getattr(each, name)), name
    assert all(np.array_equal(once.clause(c), each.clause(c)) for c in once.by_clause | each.by_clause)


def test_a_patient_who_is_not_eligible_costs_nothing() -> None:
    """Ages from 20 to 30, evenly: those up to 25 completed years, 72 of 120 months, are the contract's."""
    of = cohort(5_000)
    ages = Distribution("uniform", (Fraction(20), Fraction(30)))
    attributes = tuple(
        replace(a, value=replace(a.value, years=ages)) if a.name == "birth_date" else a
        for a in of.attributes  # type: ignore[type-var,arg-type]
    )
    found = one(replace(of, attributes=attributes), 4)
    assert found.drawn.tolist() == [5_000] * 4
    assert abs(found.patients.sum() / 20_000 - 0.6) < 4 * math.sqrt(0.24 / 20_000)
    assert found.payments.sum() == found.patients.sum() * PRICE


def test_variants_share_the_patients() -> None:
    """A half price halves all; who responds is the same; only what a term changes is worked out again."""
    of, whole = cohort(100), contract()
    half = with_terms(whole, price=Fraction(324_500))
    none = with_terms(whole, refund_share=Fraction(0))
    found = settled([variant(of), variant(of, half, "half"), variant(of, none, "none")], 20)
    assert np.array_equal(found["half"].net * 2, found["base"].net)
    assert np.array_equal(found["none"].net, np.full(20, 100 * PRICE))
    assert all(np.array_equal(f.responders, found["base"].responders) for f in found.values())
    alone = settled([variant(of, none, "none")], 20)["none"]
    assert np.array_equal(alone.payments, found["none"].payments)


def test_the_present_value_is_discounted_to_each_patients_own_index_date() -> None:
    """Refunds fall due on day 60, one completed month after the index date (two where two months are shorter)."""
    of = cohort(1_000, remission(Fraction(0)))
    found = settled([variant(of)], 5, Fraction(3, 100))["base"]
    per_patient = found.present.sum() / 5_000 / 10_000 / PRICE
    assert 1 - 1.03 ** (-1 / 12) < per_patient < 1 - 1.03 ** (-2 / 12)


def test_patients_whose_outcome_is_open_by_age() -> None:
    """Responders are decided on day 28, within the month (February has 28 days); the others on day 60."""
    found = one(cohort(500), 20)
    pending = found.pending.sum(axis=0)
    assert pending[0] == 10_000
    failures = 10_000 - found.responders.sum()
    assert failures <= pending[1] < 10_000
    assert pending[1] - failures < 0.2 * found.responders.sum()


def test_coverage_that_ends_stops_instalments() -> None:
    """Five yearly parts of 425,000 while the plan covers: 92.0, 84.5, 79.0, 73.7 % stay: 1,824,100 of 2,125,000."""
    agreement = contract("zolgensma-us-ends")
    of = Cohort(
        cohort(4_000).patients, date(2019, 6, 1), date(2020, 5, 31),
        (replace(cohort(1).attributes[0], value=replace(cohort(1).attributes[0].value, years=Fraction(1))),  # type: ignore[type-var]
         replace(cohort(1).attributes[2], name="smn1_biallelic")),
        (),
        leave=months({12: 92, 24: Fraction(169, 2), 36: 79, 48: Fraction(737, 10)}),
    )  # fmt: skip
    question = Question(of.first_index, date(2026, 1, 1), Fraction(0))
    drawn = draw(of, 7, range(20), question.until)
    found = one_of(settle(duckdb.connect(), drawn, [Agreement(agreement)], question))
    wanted = 182_410_000  # 425,000.00 · (1 + 0.92 + 0.845 + 0.79 + 0.737)
    sd = 42_500_000 * 1.6  # of the number of parts, at most
    assert abs(found.net.sum() / 80_000 - wanted) < 4 * sd / math.sqrt(80_000)


# --- the same by feed files -------------------------------------------------------------------------


def write_feed(folder: Path, drawn_connection: duckdb.DuckDBPyConnection) -> None:
    """The drawn facts on a connection as three CSV files."""
    for table, columns in {
        "treatments": "treatment_id, patient_id, product, payer, index_date, birth_date, diagnosis, "
        "rems_certified, known_on",
        "outcomes": "'r' || row_no AS record_id, patient_id, treatment_id, measure, "
        "effective_on AS effective_date, value, unit, source, known_on",
        "coverage": "patient_id, payer, from_date, to_date, known_on",
    }.items():
        found = drawn_connection.execute(f"SELECT {columns} FROM {facts.SCHEMA}.{table} ORDER BY row_no")
        names = [d[0] for d in found.description or ()]
        with (folder / f"{table}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(names)
            writer.writerows([("" if v is None else v for v in row) for row in found.fetchall()])


def test_a_drawn_cohort_settled_from_feed_files_month_by_month_comes_to_the_same_cents(
    tmp_path: Path,
) -> None:
    from typer.testing import CliRunner

    from engine.cli.main import app

    of = cohort(
        40, remission(Fraction(3, 5), missing=Fraction(1, 10)), RELAPSE, DEATH,
        late=Late(Fraction(1, 3), Distribution("exponential", (Fraction(60),))), leave=months({12: 50}),
    )  # fmt: skip
    question = Question(of.first_index, date(2019, 6, 30), Fraction(0))
    drawn = draw(of, 7, range(1), question.until)
    connection = duckdb.connect()
    found = one_of(settle(connection, drawn, [Agreement(contract())], question))
    rows, everything = np.arange(40), replace(reading_of(contract()), coverage=True)
    connection.execute(f"DROP SCHEMA {facts.SCHEMA} CASCADE")
    facts.load(connection, drawn, rows, everything, contract(), None, question.until)
    write_feed(tmp_path, connection)

    def oba(*words: str) -> str:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == 0, done.output
        return done.output

    store = str(tmp_path / "store.duckdb")
    tables = ("treatments", "outcomes", "coverage")
    oba("load", *(str(tmp_path / f"{table}.csv") for table in tables), "--store", store)
    net = []
    for k in range(18):
        period = Period(2018, 1).plus(k)
        days = ("--period", str(period), "--known-by", str(period.last))
        oba("post", str(CONTRACTS / "kymriah-us-day30"), "--store", store, *days, "--yes", "--quiet")
        with duckdb.connect(store, read_only=True) as ledger:
            query = "SELECT coalesce(sum(amount), 0)::BIGINT FROM ledger.postings"
            net.append(ledger.execute(query).fetchall()[0][0])
    assert net[-1] == found.net[0]
    assert net[-1] not in (0, 40 * PRICE)


# --- contracts that look at several patients --------------------------------------------------------


def test_a_clause_over_all_patients_looks_at_each_draw_by_itself() -> None:
    """Each draw's net is that of its patients alone, run as `oba owed` runs them; and the draws differ."""
    agreement = contract("response-guarantee")
    first = agreement.in_force_from
    measured = replace(remission(Fraction(7, 10)), on=(day(160),))
    of = replace(
        cohort(30, measured), first_index=first, last_index=date(first.year, first.month, 28), attributes=()
    )
    question = Question(of.first_index, date(first.year + 4, 1, 1), Fraction(0))
    drawn = draw(of, 7, range(6), question.until)
    together = one_of(settle(duckdb.connect(), drawn, [Agreement(agreement)], question))
    net = []
    for number in range(6):
        connection = duckdb.connect()
        own = facts.load(
            connection, draw(of, 7, [number], question.until), np.arange(30), reading_of(agreement), agreement, None,
            question.until,
        )  # fmt: skip
        owed = run_contract(agreement, own, Run(question.until, question.until))
        net.append(owed.rows("SELECT sum(amount)::BIGINT FROM lines")[0][0])
    assert together.net.tolist() == net
    assert len(set(net)) > 1
