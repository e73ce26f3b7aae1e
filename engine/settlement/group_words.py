"""What a cohort clause found in each period, in words: `rate 174 of 250 = 69.6%, below 70%: refund …`."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from engine.kernel.money import format_fraction, format_thousands, to_minor
from engine.language import meaning as m
from engine.settlement.arithmetic import Arithmetic, LineNumbers
from engine.settlement.owed import Owed
from engine.settlement.statement_parts import CohortPeriod, Pending

SHOWN_DECIMALS = 2  # of a percentage that has no end


def cohort_words(cohort: m.Cohort) -> str:
    """A cohort clause in a line: `rate of response per contract year: below 70% refund 12% of paid; …`."""
    match cohort.rate:
        case m.ResponseRate(outcome):
            what = f"rate of {outcome}"
        case m.PersonTimeRate(outcome, years):
            what = f"{outcome} per {years} years"
        case None:
            what = cohort.by_text
    rows = "; ".join(
        " ".join((r.bound_text, r.direction or "", r.amount_text)).replace("  ", " ") for r in cohort.rows
    )
    return f"{what} per {cohort.per.replace('_', ' ')}: {rows}"


def cohort_periods(owed: Owed) -> tuple[CohortPeriod, ...]:
    """Every period with a treatment of every cohort clause, in the contract's order, then by its day.

    An amount that is not the line's is a fault of ours.
    """
    cohorts = {cohort.id: cohort for cohort in owed.contract.cohorts}
    if not cohorts:
        return ()
    found = [_period(owed, cohorts[row["clause"]], row) for row in _rows(owed)]
    order = list(cohorts)
    return tuple(sorted(found, key=lambda p: (order.index(p.clause), p.first_day)))


def pending_cohorts(owed: Owed, periods: tuple[CohortPeriod, ...]) -> tuple[Pending, ...]:
    """The periods whose day has not come, with what they would owe by what is known so far."""
    as_of = owed.run.as_of
    return tuple(
        Pending(
            None, p.clause, 1, p.due, max((as_of - p.first_day).days, 0) if as_of else 0,
            f"{p.group} is judged on {p.due}; so far: {p.words}", (p.clause,),
            min(p.amount_minor, 0), max(p.amount_minor, 0),
        )
        for p in sorted((p for p in periods if not p.owed), key=lambda p: p.due)
    )  # fmt: skip


def _rows(owed: Owed) -> Iterator[dict[str, Any]]:
    cursor = owed.connection.execute("SELECT * FROM cohorts")
    names = [column[0] for column in cursor.description or ()]
    return (dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def _period(owed: Owed, cohort: m.Cohort, row: dict[str, Any]) -> CohortPeriod:
    contract = owed.contract
    tested = Fraction(row["tested_over"], row["tested_under"]) if row["enough"] else None
    first_index = max(row["first_day"], contract.in_force_from)
    numbers = LineNumbers(first_index, paid_minor=row["paid"], treatments=row["treatments"], rate=tested)
    words, minor = _worked(contract, cohort, row["fits"], tested, numbers)
    if row["owed"] and minor is not None and minor != row["amount"]:
        raise AssertionError(f"the arithmetic of clause {cohort.id} says otherwise than its line")
    chosen = cohort.rows[row["fits"] - 1] if row["fits"] else None
    return CohortPeriod(
        cohort.id, cohort.clause, row["group_name"], row["first_day"], row["last_day"], row["due"], row["owed"],
        row["enough"], row["treatments"], row["sign"] * (row["amount"] or 0),
        _measured(contract, cohort, row, tested, numbers),
        chosen.bound_text if chosen else "", words,
    )  # fmt: skip


def _worked(
    contract: m.Contract, cohort: m.Cohort, fits: int | None, tested: Fraction | None, numbers: LineNumbers
) -> tuple[str, int | None]:
    """The arithmetic of what the fitting row owes, and the amount; no words where that is nothing."""
    if fits is None or tested is None:
        return "", 0
    worker, currency = Arithmetic(contract), contract.currency
    worked = worker.worked(_as_table(cohort) or cohort.rows[fits - 1].amount, numbers)
    if worked.value is None:
        return worked.words, None
    minor = to_minor(worked.value, currency)
    amount = format_thousands(minor, currency)
    return (f"{worked.words} = {amount}" if worked.words != amount else amount) if minor else "", minor


def _as_table(cohort: m.Cohort) -> m.Table | None:
    """The bands of a volume as a table; None where one row applies to the whole."""
    if cohort.by is None or cohort.tiers == "whole":
        return None
    rows = tuple(
        m.TableRow(r.kind, r.bound, r.amount, f"{r.bound_text}: {r.amount_text}") for r in cohort.rows
    )
    return m.Table(cohort.by, cohort.by_text, rows, "marginal")


def _measured(
    contract: m.Contract, cohort: m.Cohort, row: dict[str, Any], tested: Fraction | None, numbers: LineNumbers
) -> str:
    """What was counted, and what it comes to."""
    if cohort.rate is None:
        assert cohort.by is not None
        words = Arithmetic(contract).worked(cohort.by, numbers).words
        plain = isinstance(cohort.by, m.Treatments | m.Paid | m.TermRef)
        return words if plain or tested is None else f"{words} = {format_fraction(tested)}"
    own = _counted(cohort.rate, row, "")
    compared = isinstance(cohort.against, m.Comparator)
    if not row["enough"]:
        few = [_few(cohort, row, "")] + ([_few(cohort, row, "other_")] if compared else [])
        return f"{own}, {' and '.join(few)} decided of the {cohort.minimum} that it takes"
    if cohort.against is None or tested is None:
        return own
    if compared:
        other = _counted(cohort.rate, row, "other_")
        return f"{own}, of the other product {other}, difference {_shown(cohort.rate, tested)}"
    level = _rate(cohort.rate, row, "") - tested
    return f"{own}, against {_shown(cohort.rate, level)}, difference {_shown(cohort.rate, tested)}"


def _few(cohort: m.Cohort, row: dict[str, Any], prefix: str) -> str:
    return str(row[f"{prefix}decided"])


def _rate(rate: m.ResponseRate | m.PersonTimeRate, row: dict[str, Any], prefix: str) -> Fraction:
    met = row[f"{prefix}met"]
    if isinstance(rate, m.PersonTimeRate):
        return Fraction(met * rate.years * 36525, 100 * row[f"{prefix}days"])
    return Fraction(met, row[f"{prefix}decided"])


def _counted(rate: m.ResponseRate | m.PersonTimeRate, row: dict[str, Any], prefix: str) -> str:
    met, decided, days = (row[prefix + n] for n in ("met", "decided", "days"))
    if isinstance(rate, m.PersonTimeRate):
        head = f"{met} {rate.outcome} in {days} days of {decided} treatments"
        return head if not days else f"{head} = {_shown(rate, _rate(rate, row, prefix))}"
    head = f"rate {met} of {decided}"
    return head if not decided else f"{head} = {_shown(rate, _rate(rate, row, prefix))}"


def _shown(rate: m.ResponseRate | m.PersonTimeRate, value: Fraction) -> str:
    """`69.6%`; cut off and marked where it has no end: `66.66…%`, which never looks like more than it is."""
    if isinstance(rate, m.PersonTimeRate):
        return f"{_cut(value)} per {rate.years} years"
    return f"{_cut(value * 100)}%"


def _cut(value: Fraction) -> str:
    exact = format_fraction(value)
    if "/" not in exact and len(exact.partition(".")[2]) <= 2 * SHOWN_DECIMALS:
        return exact
    magnitude = abs(value) * 10**SHOWN_DECIMALS
    digits = str(int(magnitude)).rjust(SHOWN_DECIMALS + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-SHOWN_DECIMALS]}.{digits[-SHOWN_DECIMALS:]}…"
