"""check thinks: what it warns of, with a history that passes when it is put into examples.yaml; silent when fine."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from engine.language.examples import read_examples_text
from engine.language.places import Places
from engine.language.reader import read_contract
from engine.settlement.example_reach import unreached, unreached_rows
from engine.settlement.examples import run_examples
from engine.settlement.search import Search
from engine.settlement.shipped import shipped_contracts
from engine.settlement.thinking import think
from tests.cli.running import KYMRIAH, Ran, oba
from tests.language.contracts import GOOD, changed, read
from tests.strategies import contracts

REFUND = '  - {id: no_remission, clause: "4.2", if: remission is not_met, amount: refund_share of paid}\n'
LIMIT = 'limits:\n  - {id: refund_cap, clause: "4.3", of: refunds, per: treatment, at_most: price}\n'
RELAPSE = "  relapse:\n    event: relapse\n    window: [day 1, year 2]\n"
FINE = changed(RELAPSE, "")
FREE = changed(LIMIT, "", FINE)
TREATMENT = (
    "  treatment: {index_date: 2018-01-01, birth_date: 2006-05-01, diagnosis: C91.02, rems_certified: true}\n"
)


def check(folder: Path, text: str, examples: str = "", more: tuple[str, ...] = ("--json",)) -> Ran:
    (folder / "contract.yaml").write_text(text)
    if examples:
        (folder / "examples.yaml").write_text(examples)
    return oba("check", folder, *more)


def warned(folder: Path, text: str, examples: str = "") -> dict[str, str]:
    """The example of each warning by its code; every one passes as it was printed."""
    found = json.loads(check(folder, text, examples).out)
    assert {w["severity"] for w in found} <= {"warning"}
    printed = "".join(w["example"] for w in found)
    if printed:
        contract = read(text)
        result = run_examples(contract, read_examples_text(printed, contract))
        assert result.passed, printed
    return {w["code"]: w["example"] for w in found}


def with_refund(line: str, base: str = FREE) -> str:
    return changed(REFUND, REFUND + line, base)


def table(*rows: str) -> str:
    listed = "".join(f"        - {row}\n" for row in rows)
    return (
        '  - id: tabled\n    clause: "4.6"\n    if: remission is met\n    table:\n'
        f"      by: days_between(index, remission.date)\n      rows:\n{listed}"
    )


TWICE = '  - {id: again, clause: "4.5", if: remission is not_met, amount: refund_share of paid}\n'
OTHER = '  - {id: again, clause: "4.5", if: remission is not_evaluable, amount: refund_share of paid}\n'
FIXED = '  - {id: fee, clause: "4.5", if: remission is not_met, amount: 1.00}\n'


def test_a_contract_that_is_fine_is_met_with_silence(tmp_path: Path) -> None:
    ran = check(tmp_path, FINE, more=())
    assert (ran.code, ran.out, ran.err) == (0, "", "")


CASES = [
    ("term", changed("refund_share: 100%", "refund_share: 100%\n  idle: 5", FINE), {"unused_term"}),
    ("outcome", GOOD, {"unread_outcome"}),
    ("an outcome read by its date", GOOD.replace(
        "amount: price}", "amount: price}\n  - {id: late, clause: x, if: relapse is met, amount: 1}", 1), set()),
    ("an outcome read by its decided day", changed("due: index", "due: relapse.decided", GOOD), set()),
    ("a term read by a limit alone", changed("amount: price", "amount: 5", FINE), set()),
    ("two refunds of all", with_refund(TWICE), {"refund_above_paid", "paid_twice"}),
    ("two refunds of all that exclude each other", with_refund(OTHER), set()),
    ("two refunds of all under a limit", with_refund(TWICE, FINE), {"paid_twice"}),
    ("two refunds of all under a wide limit", changed(
        "at_most: price", "at_most: 2 * price", with_refund(TWICE, FINE)), {"paid_twice"}),
    ("a fee beside the refund", with_refund(FIXED), {"refund_above_paid"}),
    ("a fee beside a part", changed("refund_share: 100%", "refund_share: 99%", with_refund(FIXED)), set()),
    ("more than all", changed("refund_share: 100%", "refund_share: 101%", FREE), {"refund_above_paid"}),
    ("more than all, bounded by itself", changed(
        "amount: refund_share of paid", 'amount: "min(2 * paid, 700000)"', FREE), {"unused_term"}),
    ("a row that never applies", with_refund(
        table("{below: 20, amount: 5}", "{below: 10, amount: 7}", "{otherwise: 0}"), FINE), {"table"}),
    ("rows that all apply", with_refund(
        table("{below: 10, amount: 7}", "{below: 20, amount: 5}", "{otherwise: 0}"), FINE), set()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "codes"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_is_warned_of(tmp_path: Path, text: str, codes: set[str]) -> None:
    found = warned(tmp_path, text)
    assert set(found) == codes
    assert all(found.values()), "each has its history"


def test_the_history_shows_what_the_warning_says(tmp_path: Path) -> None:
    found = warned(tmp_path, with_refund(TWICE))
    for code in ("refund_above_paid", "paid_twice"):
        assert "again: -649000.00" in found[code]
        assert "no_remission: -649000.00, net: -649000.00" in found[code]
    found = warned(tmp_path, {c[0]: c[1] for c in CASES}["a row that never applies"])
    assert "tabled: -5.00" in found["table"]


EXAMPLES = f"- name: mine\n{TREATMENT}  expect:\n    - {{as_of: 2018-03-02, remission: not_met, net: 0}}\n"


def test_statuses_that_no_example_reaches_come_with_an_example(tmp_path: Path) -> None:
    found = json.loads(check(tmp_path, FINE, EXAMPLES).out)
    assert [w["problem"] for w in found] == [
        f"no example reaches 'remission is {status}'" for status in ("met", "not_evaluable", "pending")
    ]
    assert {w["line"] for w in found} == {FINE.splitlines().index("  remission:") + 1}
    (tmp_path / "examples.yaml").write_text(EXAMPLES + "".join(w["example"] for w in found))
    again = oba("check", tmp_path)
    assert (again.code, again.out, again.err) == (0, "", "")
    assert oba("test", tmp_path).code == 0


def test_what_is_printed_can_be_put_at_the_end_of_the_examples(tmp_path: Path) -> None:
    ran = check(tmp_path, FINE, EXAMPLES, more=())
    assert ran.code == 0
    assert ran.out.count("- name: ") == 3
    assert ran.err.count("warning: no example reaches") == 3
    with (tmp_path / "examples.yaml").open("a") as file:
        file.write(ran.out)
    assert oba("test", tmp_path).code == 0


def test_rows_that_no_example_reaches_come_with_an_example(tmp_path: Path) -> None:
    text = with_refund(table("{below: 10, amount: 7}", "{otherwise: 0}"), FINE)
    found = json.loads(check(tmp_path, text, EXAMPLES).out)
    rows = [w for w in found if "row" in w["problem"]]
    assert [w["problem"] for w in rows] == [
        "no example reaches 'tabled row 1 (below 10)'", "no example reaches 'tabled row 2 (otherwise)'"
    ]  # fmt: skip
    assert all(w["example"] for w in rows)


@pytest.mark.parametrize(
    ("text", "strict", "code"),
    [(FINE, True, 0), (GOOD, False, 0), (GOOD, True, 1), (changed("due: index", "due: indx"), True, 2)],
)
def test_warnings_refuse_nothing_unless_asked_to(tmp_path: Path, text: str, strict: bool, code: int) -> None:
    assert check(tmp_path, text, more=("--strict",) if strict else ()).code == code


def test_a_plain_check_loads_no_engine() -> None:
    script = (
        "import sys\nfrom engine.cli.main import main\n"
        f"sys.argv = ['oba', 'check', {str(KYMRIAH)!r}]\n"
        "try: main()\nexcept SystemExit: pass\nprint([m for m in ('duckdb', 'sqlglot', 'polars') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")


def test_of_several_payers_the_treatment_and_its_coverage_name_one(tmp_path: Path) -> None:
    two = changed("payer: Example Health Plan", "payers: [One Plan, Another Plan]", with_refund(TWICE))
    two = changed("late_evidence: reopen", "late_evidence: reopen\n  if_payer_changes: original", two)
    for loss in ("not_evaluable", "ignore"):
        found = warned(tmp_path, changed("if_coverage_ends: ignore", f"if_coverage_ends: {loss}", two))
        assert "payer: One Plan" in found["paid_twice"]


@pytest.mark.parametrize("folder", shipped_contracts()[::5], ids=lambda folder: folder.name)
def test_a_history_is_found_for_every_status_and_row_of_the_library(folder: Path) -> None:
    """Without the examples: from what the contract itself says. A history has one treatment, and so no cohort."""
    contract = replace(read_contract(folder), cohorts=())
    search = Search.of(contract, ())
    assert search is not None
    several = search.combined if len(contract.outcomes) > 1 else []
    reached = {goal for trial in (*search.singles, *several) for goal in trial.reached}
    goals = {*unreached(contract, ()), *unreached_rows(contract, ())}
    assert goals - reached == set()


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(contracts())
def test_whatever_is_printed_passes(text: str) -> None:
    contract = read(text)
    printed = "".join(w.example for w in think(contract, (), Places("k.yaml")))
    if printed:
        result = run_examples(contract, read_examples_text(printed, contract))
        assert result.passed, printed
