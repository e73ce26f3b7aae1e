"""Random facts that sit on the boundaries of one contract's windows."""

from datetime import date, timedelta

from hypothesis import strategies as st

from tests.oracle.contract import Contract, read_contract
from tests.oracle.evidence import Facts, Row, cell
from tests.strategies.days import all_boundaries
from tests.strategies.evidence_rows import corrections, days_of, death_rows, outcome_rows

INDEX_DATES = [
    "2018-01-01",
    "2018-08-31",
    "2018-01-31",
    "2018-01-29",
    "2017-09-01",
    "2019-12-31",
    "2018-01-30",
]
OUT_OF_FORCE = ["2017-08-31", "2020-01-01"]


@st.composite
def histories(draw: st.DrawFn, contract_text: str) -> Facts:
    """Facts of one to eight patients, with one or two treatments each."""
    contract = read_contract(contract_text)
    treatments: list[Row] = []
    coverage: list[Row] = []
    outcomes: list[Row] = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        patient = f"P{number}"
        own = [draw(treatment(contract, patient, n)) for n in range(1, draw(st.integers(1, 2)) + 1)]
        treatments += own
        rows = draw(outcome_rows(contract, own))
        reported = days_of(rows)
        rows += draw(death_rows(contract, own, reported))
        rows = [{**row, "record_id": f"{patient}-r{n}"} for n, row in enumerate(rows)]
        outcomes += rows + draw(corrections(contract, rows, own))
        coverage += draw(spans(contract, patient, own, reported))
    return {"treatments": treatments, "outcomes": draw(without_ids(outcomes)), "coverage": coverage}


@st.composite
def treatment(draw: st.DrawFn, contract: Contract, patient: str, number: int) -> Row:
    """A treatment, most often the contract's; any attribute may be empty."""
    rare = draw(st.integers(0, 19))
    index = draw(st.sampled_from(OUT_OF_FORCE if rare == 19 else INDEX_DATES))
    row: Row = {
        "treatment_id": f"{patient}-T{number}",
        "patient_id": patient,
        "product": "Q9999" if rare == 18 else draw(st.sampled_from(sorted(contract.product_codes))),
        "index_date": index,
        "payer": "Other" if rare == 17 else draw(st.sampled_from(sorted(contract.payer_names))),
        "birth_date": draw(mostly("2006-05-01", "1992-01-01", "1992-01-02", "1992-02-29", "1991-12-31", "")),
        "diagnosis": draw(mostly("C91.00", "C91.02", "C92", "")),
        "amount": draw(mostly("1000", "999", "649000", "0", "")),
        "units": draw(mostly("1", "3", "2.5", "0", "")),
        "site": draw(st.sampled_from(["A", "B", "C", ""])),
        "certified": draw(mostly("true", "TRUE", "false", "yes", "")),
        "prior_therapy": draw(mostly("false", "False", "true", "")),
        "weight_kg": draw(mostly("10.50", "10.49", "11", "100.25", "heavy", "")),
        "known_on": "",
    }
    if draw(st.integers(0, 4)) == 4:
        row["known_on"] = str(date.fromisoformat(index) + timedelta(days=draw(st.integers(0, 40))))
    return row


@st.composite
def mostly(draw: st.DrawFn, usual: str, *others: str) -> str:
    """The usual value nine times of ten."""
    return draw(st.sampled_from(others)) if draw(st.integers(0, 9)) == 9 else usual


@st.composite
def spans(
    draw: st.DrawFn, contract: Contract, patient: str, treatments: list[Row], reported: list[date]
) -> list[Row]:
    """None, or spans of the payer with a gap or without, and perhaps another payer's.

    They end on boundaries, or so that the first day without one is a day `reported`.
    """
    if draw(st.booleans()):
        return []
    index = date.fromisoformat(cell(treatments[0], "index_date"))
    start = index - timedelta(days=draw(st.sampled_from([400, 0, 100, 400, 400, -1])))
    found: list[Row] = []
    payer = draw(st.sampled_from(sorted(contract.payer_names)))
    for _ in range(draw(st.integers(1, 3))):
        last = draw(st.sampled_from(draw(st.sampled_from(_ends(contract, start, index, reported)))))
        found.append(_span(patient, payer, start, last))
        if draw(st.booleans()):
            found[-1]["known_on"] = str(max(start, last or start) + timedelta(days=draw(st.integers(0, 90))))
        if last is None:
            break
        start = last + timedelta(days=1 + draw(st.sampled_from([0, 1, 10, 11, 30, 31])))
    if draw(st.integers(0, 3)) == 3:
        found.append(_span(patient, "Other", index, None))
    return found


def _ends(contract: Contract, start: date, index: date, reported: list[date]) -> list[list[date | None]]:
    """Last days that a span may have, after its start: on boundaries or still running, before a day reported."""
    boundaries: list[date | None] = [None, *(day for day in all_boundaries(contract, index) if day >= start)]
    before = [day - timedelta(days=1) for day in reported]
    return [boundaries, [day for day in before if day >= start] or boundaries]


def _span(patient: str, payer: str, first: date, last: date | None) -> Row:
    to = "" if last is None else str(last)
    return {"patient_id": patient, "payer": payer, "from_date": str(first), "to_date": to, "known_on": ""}


@st.composite
def without_ids(draw: st.DrawFn, rows: list[Row]) -> list[Row]:
    """The rows, some that stand alone without their record id.

    Only where no other row of the same patient, treatment, measure, day and source could be the same.
    """
    columns = ("patient_id", "measure", "effective_date", "study_day", "source")
    keys = [tuple(cell(row, column) for column in columns) for row in rows]
    ids = [(cell(row, "record_id"), cell(row, "source")) for row in rows]
    found = []
    for row, key, record in zip(rows, keys, ids, strict=True):
        alone = keys.count(key) == 1 and ids.count(record) == 1 and key[3] == ""
        found.append({**row, "record_id": ""} if alone and draw(st.booleans()) else row)
    return found
