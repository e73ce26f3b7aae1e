"""A contract of two payers through the commands: months that add up, each payer's part, and the words for it."""

import json
from pathlib import Path

import pytest

from tests.cli.running import oba
from tests.plan.paying import contract_text

# P1 goes from A to B; P2 stays with A. Five parts of 425,000 each; P1 fails on 2028-01-10 after three of them.
TREATMENTS = """treatment_id,patient_id,product,payer,index_date,known_on
T1,P1,J3399,A,2025-09-15,2025-09-15
T2,P2,J3399,A,2025-10-01,2025-10-01
"""
COVERAGE = """patient_id,payer,from_date,to_date,known_on
P1,A,2025-01-01,,2025-09-01
P2,A,2025-01-01,,2025-09-01
"""
MOVED = """patient_id,payer,from_date,to_date,known_on
P1,A,2025-01-01,2027-06-30,2027-10-20
P1,B,2027-07-01,,2027-10-20
"""
OUTCOMES = """record_id,patient_id,measure,effective_date,value,known_on
f1,P1,failure,2028-01-10,,2028-01-20
"""


@pytest.fixture
def books(tmp_path: Path) -> tuple[Path, Path]:
    """The contract and a store; that P1 moved on 1 July becomes known on 20 October."""
    contract = tmp_path / "contract.yaml"
    contract.write_text(contract_text("successor", "by_paid"))
    store = tmp_path / "store.duckdb"
    files = {"treatments": TREATMENTS, "coverage": COVERAGE, "coverage-late": MOVED, "outcomes": OUTCOMES}
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    loaded = oba("load", *(tmp_path / f"{name}.csv" for name in files), "--store", store)
    assert loaded.code == 0, loaded.err
    return contract, store


def settle(books: tuple[Path, Path], command: str, month: str, day: str) -> dict[str, object]:
    contract, store = books
    extra = ("--skip-earlier", *(("--yes",) if command == "post" else ()))
    which = (contract, "--store", store, "--period", month, "--known-by", day)
    ran = oba(command, *which, "--json", *extra, today="2031-01-01")
    assert ran.code == 0, ran.err
    document: dict[str, object] = json.loads(ran.out)
    return document


# Months in which something happens, each settled on the 5th of the next; what falls between is posted with the next.
KNOWN = ("--known-by", "2028-02-05")
MONTHS = {"2025-09": "2025-10-05", "2026-10": "2026-11-05", "2027-09": "2027-10-05", "2027-10": "2027-11-05",
          "2028-01": "2028-02-05"}  # fmt: skip


def post_until(books: tuple[Path, Path], last: str) -> dict[str, dict[str, object]]:
    return {month: settle(books, "post", month, day) for month, day in MONTHS.items() if month <= last}


def posted(document: dict[str, object]) -> list[tuple[object, ...]]:
    keys = ("treatment_id", "clause", "n", "payer", "amount", "kind")
    return [tuple(line[k] for k in keys) for line in document["lines"]]  # type: ignore[attr-defined]


def test_months_add_up_for_each_payer(books: tuple[Path, Path]) -> None:
    """September's third part is A's by what is known on 5 October; by 5 November it is B's."""
    documents = post_until(books, "2028-01")
    assert posted(documents["2026-10"]) == [
        ("T1", "part", 2, "A", "425000.00", "prior_period"),
        ("T2", "part", 1, "A", "425000.00", "prior_period"),
        ("T2", "part", 2, "A", "425000.00", "current"),
    ]
    assert posted(documents["2027-09"]) == [("T1", "part", 3, "A", "425000.00", "current")]
    assert posted(documents["2027-10"]) == [
        ("T1", "part", 3, "A", "-425000.00", "prior_period"),
        ("T1", "part", 3, "B", "425000.00", "prior_period"),
        ("T2", "part", 3, "A", "425000.00", "current"),
    ]
    undone, moved, _ = documents["2027-10"]["lines"]  # type: ignore[misc]
    assert (undone["because"], undone["corrects"] is not None) == ("now of B", True)
    assert (moved["because"], moved["corrects"]) == ("due by the schedule; B covers 2027-09-15", None)
    assert posted(documents["2028-01"]) == [  # 80 % of 1,275,000 back: two thirds and one third
        ("T1", "back", 1, "A", "-680000.00", "current"),
        ("T1", "back", 1, "B", "-340000.00", "current"),
    ]
    assert documents["2028-01"]["payers"] == [
        {"payer": "A", "opening": "2125000.00", "payments": "0.00", "refunds": "-680000.00", "net": "-680000.00",
         "closing": "1445000.00"},
        {"payer": "B", "opening": "425000.00", "payments": "0.00", "refunds": "-340000.00", "net": "-340000.00",
         "closing": "85000.00"},
        {"payer": "C", "opening": "0.00", "payments": "0.00", "refunds": "0.00", "net": "0.00", "closing": "0.00"},
    ]  # fmt: skip
    contract, store = books
    owed = json.loads(oba("owed", contract, "--store", store, "--as-of", "2028-01-31", *KNOWN, "--json").out)
    totals: dict[str, float] = {}
    for line in owed["lines"]:
        totals[line["payer"]] = totals.get(line["payer"], 0) + float(line["amount"])
    assert totals == {"A": 1_445_000, "B": 85_000}
    again = settle(books, "post", "2028-01", "2028-02-05")
    assert again["lines"] == []


def test_the_statement_says_who_pays_whom(books: tuple[Path, Path], tmp_path: Path) -> None:
    post_until(books, "2027-10")
    contract, store = books
    ran = oba("report", contract, "--store", store, "--period", "2027-10", "--out", tmp_path / "out")
    assert ran.code == 0, ran.err
    folder = tmp_path / "out"
    page, rows, document = (next(folder.glob(f"*.{kind}")).read_text() for kind in ("html", "csv", "json"))
    assert "B pays Maker 425,000.00." in page
    assert "Payments go from A, B and C to Maker" in page
    assert "By payer" in page
    said = json.loads(document)
    assert (said["statement"]["debtor"], [p["name"] for p in said["statement"]["payers"]]) == (
        None,
        ["A", "B", "C"],
    )
    assert [(p["payer"], p["opening"], p["net"], p["closing"]) for p in said["payers"]] == [
        ("A", "2125000.00", "0.00", "2125000.00"),
        ("B", "0.00", "425000.00", "425000.00"),
        ("C", "0.00", "0.00", "0.00"),
    ]
    assert [line["payer"] for line in said["lines"]] == ["A", "B", "A"]
    header, *lines = (row.split(",") for row in rows.splitlines())
    assert [line[header.index("payer")] for line in lines] == ["A", "B", "A"]


def test_explain_says_whose_a_line_is_and_by_what_share(books: tuple[Path, Path]) -> None:
    contract, store = books
    ran = oba("explain", contract, "T1", "--store", store, "--as-of", "2028-02-01", *KNOWN, "--json")
    assert ran.code == 0, ran.err
    lines = json.loads(ran.out)["lines"]
    back = [(line["payer"], line["amount"], line["arithmetic"]) for line in lines if line["clause"] == "back"]
    whole = "share 80% × paid 1,275,000.00 = 1,020,000.00"
    assert back == [
        ("A", "-680000.00", f"{whole}, of which A for 850,000.00 paid of 1,275,000.00 = 680,000.00"),
        ("B", "-340000.00", f"{whole}, of which B for 425,000.00 paid of 1,275,000.00 = 340,000.00"),
    ]
    third = next(line for line in lines if (line["clause"], line["n"]) == ("part", 3))
    assert (third["payer"], third["because"]) == ("B", "due by the schedule; B covers 2027-09-15")


@pytest.mark.parametrize(
    ("rule", "because"),
    [
        ("ends", "not covered by its payer from 2027-07-01 on"),
        ("successor", "no payer of the contract covers 2027-09-15"),
    ],
)
def test_a_line_without_a_payer_is_explained_and_taken_back(
    books: tuple[Path, Path], tmp_path: Path, rule: str, because: str
) -> None:
    """Without a payer for P1 from July on, the third part is taken back in October."""
    contract, store = books
    contract.write_text(
        contract_text(rule, "original", ("payers: [A, {name: B, codes: [b-old]}, C]", "payers: [A, C]"))
    )
    document = post_until(books, "2027-10")["2027-10"]
    undone = document["lines"][0]  # type: ignore[index]
    assert (undone["n"], undone["payer"], undone["amount"]) == (3, "A", "-425000.00")
    assert undone["because"] == f"no longer owed: {because}"
    ran = oba("explain", contract, "T1", "--store", store, "--as-of", "2027-10-31", *KNOWN, "--json")
    third = next(x for x in json.loads(ran.out)["lines"] if (x["clause"], x["n"]) == ("part", 3))
    assert (third["state"], third["amount"], third["because"]) == ("not owed", None, because)


ONE = ("payers: [A, {name: B, codes: [b-old]}, C]", "payer: A")


def test_a_contract_that_gains_a_payer_takes_nothing_back(books: tuple[Path, Path]) -> None:
    """Posted with A alone, then with A and B, then with A under another name: no line is news for that."""
    contract, _ = books
    contract.write_text(contract_text("original", "original", ONE))
    assert posted_without_payer(settle(books, "post", "2025-09", "2025-10-05")) == [
        ("T1", "part", "425000.00")
    ]
    contract.write_text(contract_text("original", "original"))
    assert posted(settle(books, "post", "2025-10", "2025-11-05")) == [
        ("T2", "part", 1, "A", "425000.00", "current")
    ]
    renamed = ("payers: [A, {", "payers: [{name: Plan A, codes: [A]}, {")
    contract.write_text(contract_text("original", "original", renamed))
    assert posted(settle(books, "post", "2025-11", "2025-12-05")) == []
    contract.write_text(contract_text("original", "original", ONE))
    assert posted_without_payer(settle(books, "post", "2025-12", "2026-01-05")) == []


def posted_without_payer(document: dict[str, object]) -> list[tuple[object, ...]]:
    found: list[dict[str, object]] = document["lines"]  # type: ignore[assignment]
    assert all("payer" not in line for line in found)
    return [(line["treatment_id"], line["clause"], line["amount"]) for line in found]


EXAMPLES = """\
- name: from A to B after two parts
  treatment: {index_date: 2025-09-15, payer: A}
  outcomes: [{event: failure, on: 2028-01-10}]
  coverage:
    - {from: 2025-01-01, to: 2027-06-30, payer: A}
    - {from: 2027-07-01, payer: b-old}
  expect:
    - {as_of: 2028-01-09, part@A: 850000.00, part@B: 425000.00, part: 1275000.00, failure: pending}
    - {as_of: 2028-01-10, back@A: -680000.00, back@B: -340000.00, back@C: 0, back: -1020000.00, net@B: 85000.00,
       net: 255000.00, failure: met}
"""


def test_worked_examples_of_each_payer(books: tuple[Path, Path]) -> None:
    contract, _ = books
    (contract.parent / "examples.yaml").write_text(EXAMPLES)
    ran = oba("test", contract, "--json")
    assert (ran.code, ran.err) == (0, ""), ran.out
    (contract.parent / "examples.yaml").write_text(EXAMPLES.replace("back@A: -680000", "back@A: -680001"))
    wrong = oba("test", contract, "--json")
    assert wrong.code == 1
    assert '"difference": "1.00"' in wrong.out
