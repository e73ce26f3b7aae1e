"""Groups through the commands: owed, explain --group, and an example of several treatments."""

import json
from pathlib import Path

from tests.cli.running import Ran, oba
from tests.plan.engines import Feed
from tests.plan.test_cohorts import DAY, TIERS, enrolled

LIMITS = "limits:\n  - {id: back_cap, clause: '7', of: refunds, per: contract, at_most: 2000000}\n"


def feeds(folder: Path, feed: Feed) -> Path:
    folder.mkdir()
    for name in ("treatments", "outcomes"):
        columns = list(feed[name][0])
        lines = [",".join(columns), *(",".join(row[c] or "" for c in columns) for row in feed[name])]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return folder


def run(tmp_path: Path, command: str, *more: str) -> Ran:
    contract = tmp_path / "contract.yaml"
    contract.write_text(TIERS + LIMITS)
    where = feeds(tmp_path / "feeds", enrolled(174, 76))
    return oba(command, contract, "--feeds", where, "--as-of", DAY, "--json", *more)


def test_lines_of_groups_name_no_treatment(tmp_path: Path) -> None:
    lines = [x for x in json.loads(run(tmp_path, "owed").out)["lines"] if x["treatment_id"] is None]
    assert [(x["group"], x["clause"], x["n"], x["due"], x["amount"]) for x in lines] == [
        ("contract", "back_cap", 1, DAY, "160076.00"),
        ("contract year 1", "guarantee", 1, DAY, "-2160000.00"),
    ]
    assert lines[1]["because"].startswith(
        "rate 174 of 250 = 69.6%, below 70%: refund 12% × sales 18,000,000.00"
    )


def test_a_group_is_explained_with_its_numbers(tmp_path: Path) -> None:
    explained = json.loads(run(tmp_path, "explain", "--group", "contract year 1").out)
    (period,) = explained["cohorts"]
    assert (period["state"], period["row"], period["amount"], period["treatments"]) == (
        "owed", "below 70%", "-2160000.00", 250)  # fmt: skip
    assert explained["net"] == "-2160000.00"


def test_a_limit_is_explained_change_by_change(tmp_path: Path) -> None:
    (limit,) = json.loads(run(tmp_path, "explain", "--group", "contract").out)["limits"]
    assert (limit["total"], limit["at_most"], limit["amount"]) == ("2160076.00", "2000000.00", "160076.00")
    assert limit["changes"] == [{"due": DAY, "amount": "160076.00"}]


def test_a_group_that_is_none_is_refused_with_those_that_are(tmp_path: Path) -> None:
    ran = run(tmp_path, "explain", "--group", "contract year 2")
    assert (ran.code, "did you mean 'contract year 1'?" in ran.err) == (2, True)
    (tmp_path / "other").mkdir()
    assert run(tmp_path / "other", "explain").code == 2


def test_the_tiers_as_a_worked_example(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(TIERS)
    row = "outcomes: [{measure: response, on: day 30, value: 'yes'}]"
    examples = "".join(
        f"""- name: {met} of 250
  treatments:
    - {{index_date: 2018-05-01, amount: 10, times: {met}, {row}}}
    - {{index_date: 2018-05-01, amount: 10, times: {250 - met}}}
  expect:
    - {{as_of: 2019-09-09, guarantee: 0}}
    - {{as_of: {DAY}, guarantee: {owed}, course: 2500}}
"""
        for met, owed in ((149, -3600000), (174, -2160000), (175, -900000), (200, 0))
    )
    (tmp_path / "examples.yaml").write_text(examples)
    (result,) = json.loads(oba("test", tmp_path, "--json").out)
    assert [check for e in result["examples"] for check in e["expect"] if not check["passed"]] == []
    assert not any("guarantee" in missed for missed in result["unreached"])
