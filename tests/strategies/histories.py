"""Random facts that sit on the boundaries of one contract's windows."""

from datetime import date, timedelta

from tests.oracle.contract import Contract, read_contract
from tests.oracle.evidence import Facts, Row, cell
from tests.strategies.choose import Choose
from tests.strategies.days import all_boundaries
from tests.strategies.evidence_rows import corrections, days_of, death_rows, outcome_rows
from tests.strategies.group_texts import COMPARED_CODE

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


def history(choose: Choose, contract_text: str, patients: tuple[int, int] = (1, 8)) -> Facts:
    """Facts of so many patients (least and most), with one or two treatments each."""
    contract = read_contract(contract_text)
    treatments: list[Row] = []
    coverage: list[Row] = []
    outcomes: list[Row] = []
    for number in range(1, choose.number(*patients) + 1):
        patient = f"P{number}"
        own = [treatment(choose, contract, patient, n) for n in range(1, choose.number(1, 2) + 1)]
        treatments += own
        rows = outcome_rows(choose, contract, own)
        reported = days_of(rows)
        rows += death_rows(choose, contract, own, reported)
        rows = [{**row, "record_id": f"{patient}-r{n}"} for n, row in enumerate(rows)]
        outcomes += rows + corrections(choose, contract, rows, own)
        coverage += spans(choose, contract, patient, own, reported)
    return {"treatments": treatments, "outcomes": without_ids(choose, outcomes), "coverage": coverage}


def treatment(choose: Choose, contract: Contract, patient: str, number: int) -> Row:
    """A treatment, most often the contract's; any attribute may be empty."""
    rare = choose.number(0, 19)
    codes = sorted(contract.product_codes)
    if any(clause.against_products for clause in contract.cohorts) and choose.yes():
        codes = [COMPARED_CODE]
    index = choose.one(OUT_OF_FORCE if rare == 19 else INDEX_DATES)
    row: Row = {
        "treatment_id": f"{patient}-T{number}",
        "patient_id": patient,
        "product": "Q9999" if rare == 18 else choose.one(codes),
        "index_date": index,
        "payer": "Other" if rare == 17 else choose.one(sorted(contract.payer_names)),
        "birth_date": mostly(
            choose, "2006-05-01", "1992-01-01", "1992-01-02", "1992-02-29", "1991-12-31", ""
        ),
        "diagnosis": mostly(choose, "C91.00", "C91.02", "C92", ""),
        "amount": mostly(choose, "1000", "999", "649000", "0", ""),
        "units": mostly(choose, "1", "3", "2.5", "0", ""),
        "site": choose.one(["A", "B", "C", ""]),
        "certified": mostly(choose, "true", "TRUE", "false", "yes", ""),
        "prior_therapy": mostly(choose, "false", "False", "true", ""),
        "weight_kg": mostly(choose, "10.50", "10.49", "11", "100.25", "heavy", ""),
        "known_on": "",
    }
    if choose.number(0, 4) == 4:
        row["known_on"] = str(date.fromisoformat(index) + timedelta(days=choose.number(0, 40)))
    return row


def mostly(choose: Choose, usual: str, *others: str) -> str:
    """The usual value nine times of ten."""
    return choose.one(others) if choose.number(0, 9) == 9 else usual


def spans(
    choose: Choose, contract: Contract, patient: str, treatments: list[Row], reported: list[date]
) -> list[Row]:
    """None, or spans of the payer with a gap or without, and perhaps another payer's.

    They end on boundaries, or so that the first day without one is a day `reported`.
    """
    if choose.yes():
        return []
    index = date.fromisoformat(cell(treatments[0], "index_date"))
    start = index - timedelta(days=choose.one([400, 0, 100, 400, 400, -1]))
    found: list[Row] = []
    payers = sorted(contract.payer_names)
    payer = choose.one(payers)
    for _ in range(choose.number(1, 3)):
        if len(contract.payers) > 1 and choose.yes():
            payer = choose.one(payers)
        last = choose.one(choose.one(_ends(contract, start, index, reported)))
        found.append(_span(patient, payer, start, last))
        if choose.yes():
            found[-1]["known_on"] = str(max(start, last or start) + timedelta(days=choose.number(0, 90)))
        if last is None:
            break
        start = last + timedelta(days=1 + choose.one([0, 1, 10, 11, 30, 31]))
    if choose.number(0, 3) == 3:
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


def without_ids(choose: Choose, rows: list[Row]) -> list[Row]:
    """The rows, some that stand alone without their record id.

    Only where no other row of the same patient, treatment, measure, day and source could be the same.
    """
    columns = ("patient_id", "measure", "effective_date", "study_day", "source")
    keys = [tuple(cell(row, column) for column in columns) for row in rows]
    ids = [(cell(row, "record_id"), cell(row, "source")) for row in rows]
    found = []
    for row, key, record in zip(rows, keys, ids, strict=True):
        alone = keys.count(key) == 1 and ids.count(record) == 1 and key[3] == ""
        found.append({**row, "record_id": ""} if alone and choose.yes() else row)
    return found
