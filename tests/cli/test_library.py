"""library: what comes with the program, in a list and one by one; new starts from one under a name of its own."""

import csv
import io
import json
from pathlib import Path

import pytest

from engine.cli.new import renamed
from engine.language.reader import read_contract
from engine.settlement.library import read_readme
from engine.settlement.shipped import shipped_contracts
from tests.cli.running import KYMRIAH, oba


def test_the_list_names_every_agreement_and_all_that_is_asked() -> None:
    rows = json.loads(oba("library", "--json").out)
    assert [r["name"] for r in rows] == [folder.name for folder in shipped_contracts()]
    (row,) = [r for r in rows if r["name"] == "kymriah-spain"]
    assert (row["kind"], row["product"], row["country"]) == (
        "payment on success",
        "tisagenlecleucel",
        "Spain",
    )
    assert row["price_basis"] == "€320,000.00 an infusion; public"
    assert row["how_money_moves"].startswith("The health system pays 52 %")
    assert all(all(r.values()) for r in rows)


def test_the_list_for_people_and_as_csv() -> None:
    table = oba("library").out
    assert all(
        word in table for word in ("kind", "country", "price basis", "how money moves", "kymriah-us-day30")
    )
    rows = list(csv.DictReader(io.StringIO(oba("library", "--format", "csv").out)))
    assert {"name", "kind", "product", "country"} <= set(rows[0])


def test_one_in_full() -> None:
    document = json.loads(oba("library", "kymriah-us-day30", "--json").out)
    assert document["terms"][0] == {"name": "price", "value": "649,000"}
    assert document["clauses"][1] == {
        "clause": "4.2", "name": "no_remission", "kind": "refund",
        "says": "refund_share of paid, if remission is not_met",
    }  # fmt: skip
    (outcome,) = document["outcomes"]
    assert outcome["says"] == "disease_status, day 0 to day 30: any is CR or CRi"
    assert outcome["silence"].startswith("no assessment: not met; death: not met if related, ")
    assert {"question", "chosen", "why"} == set(document["chosen"][0])
    assert document["sources"]
    assert any("`price`" in figure for figure in document["illustrative"])
    assert document["not_modelled"]
    said = oba("library", "kymriah-us-day30").out
    assert "Chosen where the public terms are silent" in said


def test_an_unknown_one_is_refused_with_the_nearest() -> None:
    ran = oba("library", "kymriah-spian")
    assert (ran.code, "did you mean 'kymriah-spain'?" in ran.err) == (2, True)


def test_a_readme_that_says_little(tmp_path: Path) -> None:
    assert read_readme(tmp_path / "README.md").facts == {}
    (tmp_path / "README.md").write_text(
        "# Mine\n\n## Sources\n\nA **plain** text,\nin two lines.\n\nAnother.\n"
    )
    readme = read_readme(tmp_path / "README.md")
    assert (readme.heading, readme.items("Sources")) == ("Mine", ("A plain text, in two lines.", "Another."))
    assert readme.items("Not modelled") == ()


@pytest.mark.parametrize(
    ("folder", "id_", "title"),
    [
        ("my-agreement", "my-agreement", "My agreement"),
        ("Deal of 2027 (draft)", "Deal-of-2027-draft", "Deal of 2027 draft"),
        ("null", "null", "Null"),
        ("договор", "new-contract", "New contract"),
    ],
)
def test_a_new_contract_is_named_after_its_folder(tmp_path: Path, folder: str, id_: str, title: str) -> None:
    ran = oba("new", tmp_path / folder, "--like", "kymriah-spain")
    assert (ran.code, f"named {id_}" in ran.err) == (0, True)
    contract = read_contract(tmp_path / folder)
    assert (contract.id, contract.title) == (id_, title)
    assert oba("test", tmp_path / folder).code == 0
    readme = (tmp_path / folder / "README.md").read_text()
    assert readme.startswith(f"# {title}\n\nStarted from kymriah-spain")


def test_a_title_over_several_lines_is_left_as_it_stands() -> None:
    text = (KYMRIAH / "contract.yaml").read_text().replace("title: Tis", "title: >-\n  Tis")
    assert renamed(text, "mine", "Mine") == text
