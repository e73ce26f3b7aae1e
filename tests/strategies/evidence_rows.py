"""Random outcome rows: assessments and events on boundaries, deaths, later versions."""

from datetime import date, timedelta
from fractions import Fraction

from tests.oracle.contract import Contract
from tests.oracle.evidence import Row, cell
from tests.oracle.rules import OutcomeRule
from tests.strategies.choose import Choose
from tests.strategies.days import all_boundaries, baseline_days, boundaries

MANY_ROWS = ("consecutive", "sustained", "days_covered")
SOURCES = ["central_lab", "local_lab", "", "registry"]
TEXTS = ["NR", "CR", "no", "CRi", "PR", ""]
EVENT_VALUES = ["", "severe", "mild", "yes"]
SUPPLIES = ["30", "90", "7", "1", "181", "0", "1.5", "-3", "many", ""]
MEASURED = ["10", "5", "7.5", "4.99", "5.01", "0", "12.5", "-4", "heavy", ""]


def outcome_rows(choose: Choose, contract: Contract, treatments: list[Row]) -> list[Row]:
    """None to six rows for a patient, each for one of the contract's outcomes (twice so many for some picks)."""
    rules = list(contract.outcomes.values())
    many = any(rule.pick in MANY_ROWS or rule.baseline for rule in rules)
    found = []
    for _ in range(choose.number(0, 12 if many else 6)):
        found.append(outcome_row(choose, contract, choose.one(rules), treatments))
        if choose.number(0, 3) == 3:
            found.append(twin(choose, found[-1]))
    return found


def outcome_row(choose: Choose, contract: Contract, rule: OutcomeRule, treatments: list[Row]) -> Row:
    """A row of the outcome's measure on one of its boundaries, known then or later."""
    of = choose.one(treatments)
    index = date.fromisoformat(cell(of, "index_date"))
    days = [boundaries(contract, rule, index)]
    if rule.baseline is not None:
        days.append(baseline_days(contract, rule, index) or days[0])
    day = choose.one(choose.one(days))
    form = choose.one(["date", "date", "date", "study day", "date", "month"])
    unit = choose.one([rule.unit, "", "other"]) if rule.unit else ""
    known = choose.one(_known_days(day, rule, index))
    return {
        "patient_id": cell(of, "patient_id"),
        "treatment_id": choose.one(["", cell(of, "treatment_id")]),
        "measure": rule.measure,
        "effective_date": "" if form == "study day" else str(day)[: 7 if form == "month" else 10],
        "study_day": str((day - index).days) if form == "study day" else "",
        "value": values(choose, rule),
        "unit": unit,
        "source": choose.one(SOURCES),
        "status": choose.one(["final", "", "amended", "final", "preliminary"]),
        "known_on": "" if known is None else str(known),
    }


def _known_days(day: date, rule: OutcomeRule, index: date) -> list[date | None]:
    """The day itself, always, the decided day and the day after (where it counts from index), much later."""
    days: list[date | None] = [day, None, day + timedelta(days=100)]
    if not rule.is_series:
        decided = rule.decided.on(index)
        days += [max(day, decided), max(day, decided + timedelta(days=1))]
    return days


def values(choose: Choose, rule: OutcomeRule) -> str:
    """A value near what the outcome tests."""
    if rule.is_event:
        return choose.one(SUPPLIES if rule.pick == "days_covered" else EVENT_VALUES)
    if rule.baseline is not None:
        return choose.one(MEASURED)
    if not rule.needs_number:
        return choose.one(TEXTS)
    bounds = [bound for _, bound in rule.test.bounds] if rule.test else []
    near = [bound + step for bound in bounds for step in (Fraction(0), Fraction(1, 100), Fraction(-1, 100))]
    texts = [f"{float(number):.2f}" for number in near]  # two decimals each, so exact
    return choose.one([*texts, "6.995", "high", ""])


def twin(choose: Choose, row: Row) -> Row:
    """Another row of the same day, with another value and perhaps another source: a tie."""
    value = choose.one(["CR", "NR", "7.00", "7.5", "severe"])
    return {**row, "value": value, "source": choose.one(SOURCES)}


def days_of(rows: list[Row]) -> list[date]:
    """The full dates of rows: the days on which something else may happen too."""
    texts = [cell(row, "effective_date") for row in rows]
    return [date.fromisoformat(text) for text in texts if len(text) == len("2018-01-01")]


def death_rows(choose: Choose, contract: Contract, treatments: list[Row], reported: list[date]) -> list[Row]:
    """None to two reports of a patient's death, on boundaries or on a day `reported`."""
    index = date.fromisoformat(cell(treatments[-1], "index_date"))
    days = [day for day in all_boundaries(contract, index) if day >= index]
    pools = [days, [day for day in reported if day >= index] or days]
    found: list[Row] = []
    for _ in range(choose.one([0, 0, 1, 2])):
        day = choose.one(choose.one(pools))
        late = choose.one([0, 1, 100])
        found.append(
            {
                "patient_id": cell(treatments[0], "patient_id"),
                "treatment_id": "",
                "measure": "death",
                "effective_date": str(day),
                "study_day": "",
                "value": choose.one(["related", "unrelated", "", "accident"]),
                "unit": "",
                "source": choose.one(SOURCES),
                "status": "final",
                "known_on": str(day + timedelta(days=late)),
            }
        )
    return found


def corrections(choose: Choose, contract: Contract, rows: list[Row], treatments: list[Row]) -> list[Row]:
    """Later versions of some rows: entered in error, amended, moved, preliminary, put back.

    Known some days later, or on or beside a boundary (so on a decided day, or the day after).
    """
    index = date.fromisoformat(cell(choose.one(treatments), "index_date"))
    days = all_boundaries(contract, index)
    found = []
    for row in rows:
        known = date.fromisoformat(cell(row, "known_on")) if cell(row, "known_on") else date(2018, 3, 1)
        changed = row
        for _ in range(choose.one([0, 0, 0, 1, 2])):
            later = [known + timedelta(days=step) for step in (1, 30, 200)]
            on_boundary = [day for day in days if day > known]
            known = choose.one(choose.one([later, on_boundary or later]))
            changed = {**changes(choose, changed), "known_on": str(known)}
            found.append(changed)
    return found


def changes(choose: Choose, row: Row) -> Row:
    """The row as its next version says it."""
    kind = choose.one(["error", "value", "day", "preliminary", "source"])
    if kind == "error":
        return {**row, "status": "entered_in_error"}
    if kind == "value":
        return {
            **row,
            "status": "amended",
            "value": choose.one(["CR", "NR", "7", "0.01", "severe", ""]),
        }
    if kind == "day" and len(cell(row, "effective_date")) == len("2018-01-01"):
        moved = date.fromisoformat(cell(row, "effective_date")) + timedelta(days=choose.one([-1, 1]))
        return {**row, "status": "amended", "effective_date": str(moved)}
    if kind == "preliminary":
        return {**row, "status": "preliminary", "value": "CR"}
    return {**row, "status": "final", "source": "another_source"}
