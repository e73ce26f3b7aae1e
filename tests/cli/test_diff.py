"""diff: two versions in words, and whom and how much it moves; on feeds and on a store."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.running import KYMRIAH, Ran, oba, worked_feeds, worked_store

AS_OF = ("--as-of", "2018-12-31")


def version(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    text = (KYMRIAH / "contract.yaml").read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file = folder / f"{name}.yaml"
    file.write_text(text)
    return file


def diff(tmp_path: Path, *changes: tuple[str, str], more: tuple[object, ...] = ()) -> Ran:
    old, new = version(tmp_path, "old"), version(tmp_path, "new", *changes)
    return oba("diff", old, new, *more)


def test_in_words_alone(tmp_path: Path) -> None:
    ran = diff(tmp_path, ("[day 0, day 30]", "[day 0, day 60]"), more=("--json",))
    document = json.loads(ran.out)
    assert (ran.code, [c["sentence"] for c in document["changes"]]) == (
        1,
        ["window of remission: day 30 → day 60"],
    )
    assert "lines" not in document
    assert document["old"]["version"] != document["new"]["version"]


@pytest.mark.parametrize("facts", ["feeds", "store"])
def test_whom_and_how_much_it_moves(tmp_path: Path, facts: str) -> None:
    """As known on 31 May, P1's CR is withdrawn and P2 had NR: both are refunded. P3's CR of day 29 falls
    out of a window that ends on day 28."""
    source = worked_feeds(tmp_path / "feeds") if facts == "feeds" else worked_store(tmp_path)
    more = (f"--{facts}", source, "--as-of", "2018-05-31", "--known-by", "2018-05-31", "--json")
    ran = diff(
        tmp_path,
        ("[day 0, day 30]", "[day 0, day 28]"),
        ("refund_share: 100%", "refund_share: 50%"),
        more=more,
    )
    document = json.loads(ran.out)
    assert ran.code == 1
    assert document["lines"] == [
        {"treatment_id": p, "clause": "no_remission", "n": 1, "old_due": due, "new_due": new_due,
         "old": old, "new": "-324500.00", "difference": difference}
        for p, due, new_due, old, difference in (
            ("P1", "2018-03-02", "2018-03-02", "-649000.00", "324500.00"),
            ("P2", "2018-03-11", "2018-03-11", "-649000.00", "324500.00"),
            ("P3", None, "2018-03-21", "0.00", "-324500.00"),
        )
    ]  # fmt: skip
    assert document["clauses"] == [
        {"clause": "no_remission", "patients": 3, "lines": 3, "old": "-1298000.00", "new": "-973500.00",
         "difference": "324500.00"}
    ]  # fmt: skip
    # 3 × 649,000 − 2 × 649,000; 3 × 649,000 − 3 × 324,500
    assert document["net"] == {"old": "649000.00", "new": "973500.00", "difference": "324500.00"}
    assert document["statuses"] == [
        {"treatment_id": "P3", "outcome": "remission", "n": 1, "old": "met", "new": "not_met"}
    ]
    assert document["patients"] == 3


def test_a_patient_with_two_treatments_counts_once(tmp_path: Path) -> None:
    feeds = worked_feeds(tmp_path / "feeds")
    file = feeds / "treatments.csv"
    file.write_text(file.read_text().replace("P2,p2,", "P2,p1,"))
    more = ("--feeds", feeds, "--as-of", "2018-01-31", "--json")
    document = json.loads(diff(tmp_path, ("price: 649000.00", "price: 649001.00"), more=more).out)
    ((clause,), patients) = (document["clauses"], document["patients"])
    assert (clause["patients"], clause["lines"], patients) == (2, 3, 2)


def test_who_falls_out(tmp_path: Path) -> None:
    more = ("--feeds", worked_feeds(tmp_path / "feeds"), *AS_OF)
    change = ("age_at_index <= 25", "age_at_index <= 10")
    document = json.loads(diff(tmp_path, change, more=(*more, "--json")).out)
    assert document["eligibility"] == [
        {"treatment_id": p, "old": "eligible", "new": "not eligible"} for p in ("P1", "P2", "P3")
    ]
    assert document["statuses"] == []  # of treatments that both have
    assert {line["new"] for line in document["lines"]} == {"0.00"}
    said = diff(tmp_path, change, more=more).out
    assert "Treatments that come in or fall out" in said
    assert "eligibility" in said


def test_a_due_date_alone_is_a_difference(tmp_path: Path) -> None:
    more = ("--feeds", worked_feeds(tmp_path / "feeds"), *AS_OF, "--format", "csv")
    ran = diff(tmp_path, ("due: index, amount", "due: day 1, amount"), more=more)
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert ran.code == 1
    moved = [r for r in rows if r["clause"] == "infusion"]
    assert next((r["old_due"], r["new_due"], r["difference"]) for r in moved) == (
        "2018-01-01",
        "2018-01-02",
        "0.00",
    )


@pytest.mark.parametrize("facts", [False, True])
def test_nothing_differs(tmp_path: Path, facts: bool) -> None:
    more = ("--feeds", worked_feeds(tmp_path / "feeds"), *AS_OF) if facts else ()
    ran = diff(tmp_path, ("terms:\n", "# a remark\nterms:\n"), more=more)
    assert (ran.code, ran.err) == (0, "nothing differs\n")
    assert ran.out.splitlines()[2:3] == (
        ["net            0      0  649,000.00  649,000.00        0.00"] if facts else []
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--as-of", "2018-12-31"), "name the facts"),
        (("--feeds", "nowhere"), "--as-of"),
        (("--feeds", "nowhere", "--store", "nowhere", "--as-of", "2018-12-31"), "name the facts"),
    ],
)
def test_half_a_question_is_refused(tmp_path: Path, more: tuple[str, ...], said: str) -> None:
    ran = diff(tmp_path, more=more)
    assert (ran.code, said in ran.err) == (2, True)


def test_amounts_of_two_currencies_are_not_compared(tmp_path: Path) -> None:
    change = ("currency: USD", "currency: EUR")
    assert (
        "currency: USD → EUR"
        in json.loads(diff(tmp_path, change, more=("--json",)).out)["changes"][0]["sentence"]
    )
    ran = diff(tmp_path, change, more=("--feeds", worked_feeds(tmp_path / "feeds"), *AS_OF))
    assert (ran.code, "cannot be compared" in ran.err) == (2, True)
