"""Random outcome rows: assessments and events on boundaries, deaths, later versions."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st

from tests.oracle.contract import Contract
from tests.oracle.evidence import Row, cell
from tests.oracle.rules import OutcomeRule
from tests.strategies.days import all_boundaries, boundaries

SOURCES = ["central_lab", "local_lab", "", "registry"]
TEXTS = ["NR", "CR", "no", "CRi", "PR", ""]
EVENT_VALUES = ["", "severe", "mild", "yes"]


@st.composite
def outcome_rows(draw: st.DrawFn, contract: Contract, treatments: list[Row]) -> list[Row]:
    """None to six rows for a patient, each for one of the contract's outcomes."""
    rules = list(contract.outcomes.values())
    found = []
    for _ in range(draw(st.integers(0, 6))):
        found.append(draw(outcome_row(contract, draw(st.sampled_from(rules)), treatments)))
        if draw(st.integers(0, 3)) == 3:
            found.append(draw(twin(found[-1])))
    return found


@st.composite
def outcome_row(draw: st.DrawFn, contract: Contract, rule: OutcomeRule, treatments: list[Row]) -> Row:
    """A row of the outcome's measure on one of its boundaries, known then or later."""
    of = draw(st.sampled_from(treatments))
    index = date.fromisoformat(cell(of, "index_date"))
    day = draw(st.sampled_from(boundaries(contract, rule, index)))
    form = draw(st.sampled_from(["date", "date", "date", "study day", "date", "month"]))
    unit = draw(st.sampled_from([rule.unit, "", "other"])) if rule.unit else ""
    known = draw(st.sampled_from(_known_days(day, rule, index)))
    return {
        "patient_id": cell(of, "patient_id"),
        "treatment_id": draw(st.sampled_from(["", cell(of, "treatment_id")])),
        "measure": rule.measure,
        "effective_date": "" if form == "study day" else str(day)[: 7 if form == "month" else 10],
        "study_day": str((day - index).days) if form == "study day" else "",
        "value": draw(values(rule)),
        "unit": unit,
        "source": draw(st.sampled_from(SOURCES)),
        "status": draw(st.sampled_from(["final", "", "amended", "final", "preliminary"])),
        "known_on": "" if known is None else str(known),
    }


def _known_days(day: date, rule: OutcomeRule, index: date) -> list[date | None]:
    """The day itself, always, the decided day and the day after (where it counts from index), much later."""
    days: list[date | None] = [day, None, day + timedelta(days=100)]
    if not rule.is_series:
        decided = rule.decided.on(index)
        days += [max(day, decided), max(day, decided + timedelta(days=1))]
    return days


@st.composite
def values(draw: st.DrawFn, rule: OutcomeRule) -> str:
    """A value near what the outcome tests."""
    if rule.is_event:
        return draw(st.sampled_from(EVENT_VALUES))
    if not rule.needs_number:
        return draw(st.sampled_from(TEXTS))
    bounds = [bound for _, bound in rule.test.bounds] if rule.test else []
    near = [bound + step for bound in bounds for step in (Fraction(0), Fraction(1, 100), Fraction(-1, 100))]
    texts = [f"{float(number):.2f}" for number in near]  # two decimals each, so exact
    return draw(st.sampled_from([*texts, "6.995", "high", ""]))


@st.composite
def twin(draw: st.DrawFn, row: Row) -> Row:
    """Another row of the same day, with another value and perhaps another source: a tie."""
    value = draw(st.sampled_from(["CR", "NR", "7.00", "7.5", "severe"]))
    return {**row, "value": value, "source": draw(st.sampled_from(SOURCES))}


def days_of(rows: list[Row]) -> list[date]:
    """The full dates of rows: the days on which something else may happen too."""
    texts = [cell(row, "effective_date") for row in rows]
    return [date.fromisoformat(text) for text in texts if len(text) == len("2018-01-01")]


@st.composite
def death_rows(draw: st.DrawFn, contract: Contract, treatments: list[Row], reported: list[date]) -> list[Row]:
    """None to two reports of a patient's death, on boundaries or on a day `reported`."""
    index = date.fromisoformat(cell(treatments[-1], "index_date"))
    days = [day for day in all_boundaries(contract, index) if day >= index]
    pools = [days, [day for day in reported if day >= index] or days]
    found: list[Row] = []
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        day = draw(st.sampled_from(draw(st.sampled_from(pools))))
        late = draw(st.sampled_from([0, 1, 100]))
        found.append(
            {
                "patient_id": cell(treatments[0], "patient_id"),
                "treatment_id": "",
                "measure": "death",
                "effective_date": str(day),
                "study_day": "",
                "value": draw(st.sampled_from(["related", "unrelated", "", "accident"])),
                "unit": "",
                "source": draw(st.sampled_from(SOURCES)),
                "status": "final",
                "known_on": str(day + timedelta(days=late)),
            }
        )
    return found


@st.composite
def corrections(draw: st.DrawFn, contract: Contract, rows: list[Row], treatments: list[Row]) -> list[Row]:
    """Later versions of some rows: entered in error, amended, moved, preliminary, put back.

    Known some days later, or on or beside a boundary (so on a decided day, or the day after).
    """
    index = date.fromisoformat(cell(draw(st.sampled_from(treatments)), "index_date"))
    days = all_boundaries(contract, index)
    found = []
    for row in rows:
        known = date.fromisoformat(cell(row, "known_on")) if cell(row, "known_on") else date(2018, 3, 1)
        changed = row
        for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
            later = [known + timedelta(days=step) for step in (1, 30, 200)]
            on_boundary = [day for day in days if day > known]
            known = draw(st.sampled_from(draw(st.sampled_from([later, on_boundary or later]))))
            changed = {**draw(changes(changed)), "known_on": str(known)}
            found.append(changed)
    return found


@st.composite
def changes(draw: st.DrawFn, row: Row) -> Row:
    """The row as its next version says it."""
    kind = draw(st.sampled_from(["error", "value", "day", "preliminary", "source"]))
    if kind == "error":
        return {**row, "status": "entered_in_error"}
    if kind == "value":
        return {
            **row,
            "status": "amended",
            "value": draw(st.sampled_from(["CR", "NR", "7", "0.01", "severe", ""])),
        }
    if kind == "day" and len(cell(row, "effective_date")) == len("2018-01-01"):
        moved = date.fromisoformat(cell(row, "effective_date")) + timedelta(
            days=draw(st.sampled_from([-1, 1]))
        )
        return {**row, "status": "amended", "effective_date": str(moved)}
    if kind == "preliminary":
        return {**row, "status": "preliminary", "value": "CR"}
    return {**row, "status": "final", "source": "another_source"}
