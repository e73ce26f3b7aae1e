"""Worked examples: read as strictly as contracts, with keys resolved against the contract."""

from datetime import date

import pytest

from engine.kernel.dates import Shift
from engine.kernel.diagnostics import Diagnostic, Refusal
from engine.language.examples import Example, ExampleSpan, read_examples_text
from engine.language.meaning import Offset
from tests.language.contracts import GOOD, changed, place, read, unmarked

CONTRACT = read(GOOD)
_DUE = changed("[day 1, year 2]", "[due - 12 months, due]")
SERIES = read(
    changed("due: index,", "each: [year 1, year 2], on_failure: stop, if: relapse is not_met,", _DUE)
)
TWICE = read(
    changed(
        "if: remission is not_met",
        "each: [year 1, year 2, year 3], on_failure: stop, if: relapse is met",
        changed("due: index,", "each: [year 1, year 2], on_failure: stop, if: relapse is not_met,", _DUE),
    )
)
EXAMPLES = """\
- name: complete remission exactly on day 30 counts
  treatment: {index_date: 2018-01-01, birth_date: 2006-05-01, diagnosis: C91.02, rems_certified: true, amount: 5.00}
  outcomes:
    - {measure: disease_status, on: day 30, value: CR}
    - {event: death, on: 2018-03-01, value: related, known_on: day 90, source: lab, record_id: r1, status: preliminary}
  coverage: [{from: 2018-01-01, to: day 400}, {from: 2020-01-01, payer: Other}]
  expect:
    - {as_of: 2018-01-30, remission: pending, infusion: 649000.00, no_remission: 0}
    - {as_of: 2018-01-31, known_by: 2018-02-28, net: -5.50}
"""


def read_one(text: str) -> Example:
    (example,) = read_examples_text(text, CONTRACT, "e.yaml")
    return example


def refused(text: str, contract: object = CONTRACT) -> tuple[Diagnostic, ...]:
    with pytest.raises(Refusal) as caught:
        read_examples_text(text, contract, "e.yaml")  # type: ignore[arg-type]
    return caught.value.diagnostics


def test_a_treatment_and_its_rows() -> None:
    example = read_one(EXAMPLES)
    (treatment,) = example.treatments
    assert example.name == "complete remission exactly on day 30 counts"
    assert str(example.place) == "e.yaml:1:9"
    assert treatment.index_date == date(2018, 1, 1)
    assert treatment.columns == (
        ("birth_date", "2006-05-01"), ("diagnosis", "C91.02"), ("rems_certified", "true"), ("amount", "5.00"),
    )  # fmt: skip
    first, second = treatment.outcomes
    assert (first.kind, first.name, first.value, first.status) == ("measure", "disease_status", "CR", "final")
    assert first.on == Offset("index", Shift(days=30), None, "day 30")
    assert (first.known_on, first.source, first.record_id, first.unit) == (None, None, None, None)
    assert (second.kind, second.name, second.on) == ("event", "death", date(2018, 3, 1))
    assert second.known_on == Offset("index", Shift(days=90), None, "day 90")
    assert (second.source, second.record_id, second.status) == ("lab", "r1", "preliminary")
    run, other = treatment.coverage
    assert (run.first, run.payer) == (date(2018, 1, 1), None)
    assert other == ExampleSpan(date(2020, 1, 1), None, "Other", None, other.place)


def test_what_is_expected() -> None:
    first, second = read_one(EXAMPLES).expect
    assert (first.as_of, first.known_by) == (date(2018, 1, 30), None)
    assert [(e.key, e.kind, e.expected, e.minor) for e in first.expectations] == [
        ("remission", "status", "pending", None),
        ("infusion", "money", "649000.00", 64_900_000),
        ("no_remission", "money", "0", 0),
    ]
    assert (second.known_by, second.expectations[0].kind) == (date(2018, 2, 28), "net")
    assert second.expectations[0].minor == -550


def expecting(key: str, value: str = "met") -> str:
    head = "- name: n\n  treatment: {index_date: 2018-01-01}\n  expect:\n"
    return f"{head}    - {{as_of: 2018-01-30, {key}: {value}}}\n"


@pytest.mark.parametrize(
    ("contract", "key", "clause", "n"),
    [
        (CONTRACT, "relapse", None, 1),
        (SERIES, "relapse.1", "infusion", 1),
        (SERIES, "relapse.2", "infusion", 2),
        (SERIES, "infusion.relapse.2", "infusion", 2),
        (TWICE, "infusion.relapse.2", "infusion", 2),
        (TWICE, "no_remission.relapse.3", "no_remission", 3),
    ],
)
def test_statuses_of_series(contract: object, key: str, clause: str | None, n: int) -> None:
    (example,) = read_examples_text(expecting(key), contract)  # type: ignore[arg-type]
    expectation = example.expect[0].expectations[0]
    assert (expectation.name, expectation.clause, expectation.n) == ("relapse", clause, n)


@pytest.mark.parametrize(
    ("contract", "key", "problem", "hint"),
    [
        (CONTRACT, "remision", "is no outcome, clause or limit", "did you mean 'remission'?"),
        (CONTRACT, "remission.1", "does not go by due dates", "write 'remission'"),
        (SERIES, "relapse", "a status for each of 2 due dates", "write 'relapse.1'"),
        (SERIES, "relapse.0", "there is no 0. line", "1 to 2"),
        (SERIES, "relapse.3", "there is no 3. line", "1 to 2"),
        (SERIES, "no_remission.relapse.1", "'no_remission' does not use 'relapse'", "infusion"),
        (
            TWICE,
            "relapse.1",
            "for each due date of infusion and of no_remission",
            "write 'infusion.relapse.1'",
        ),
        (SERIES, "a.b.relapse.1", "is no outcome", ""),
    ],
)
def test_keys_that_name_nothing(contract: object, key: str, problem: str, hint: str) -> None:
    (found,) = refused(expecting(key), contract)
    assert problem in found.problem
    assert hint in found.hint
    assert place(found) == (4, 27, len(key))


# what is replaced, by what (the place marked), code, part of the problem
REFUSED = [
    ("  treatment: {index_date: 2018-01-01, ", "  «treatment»: {", "missing", "lacks 'index_date'"),
    ("index_date: 2018-01-01", "index_date: «2018-13-01»", "not_a_date", "there is no day"),
    ("birth_date: 2006-05-01", "birth_date: «May 2006»", "not_a_date", "is not a date"),
    ("amount: 5.00", "amount: «5e3»", "not_a_number", "exponents"),
    ("on: day 30", "on: «30 days»", "offset", "is a length of time"),
    ("on: day 30", "«om»: day 30", "unknown_key", "'om' is not a key of an outcome of an example"),
    ("on: 2018-03-01", "on: «2018-02-30»", "not_a_date", "there is no day"),
    ("status: preliminary", "status: «prelim»", "unknown_word", "'prelim' is not known here"),
    ("from: 2018-01-01, to: day 400", "from: 2018-01-01, to: «2017-01-01»", "span", "'to' is before 'from'"),
    ("remission: pending", "remission: «pendng»", "status", "is not a status"),
    ("infusion: 649000.00", "infusion: «649000.005»", "money", "USD has 2 decimals"),
    ("infusion: 649000.00", "infusion: «1e5»", "not_a_number", "exponents"),
    ("as_of: 2018-01-30, ", "", "missing", "lacks 'as_of'"),
    ("known_by: 2018-02-28, net: -5.50", "known_by: 2018-02-28", "missing", "nothing is expected here"),
    (
        "  treatment:",
        "  «treatments»:",
        "wrong_shape",
        "a mapping stands here; expected a list of treatments",
    ),
    ("- name: complete", "- nam: complete", "missing", "an example lacks 'name'"),
]


@pytest.mark.parametrize(
    ("old", "new", "code", "problem"), [r for r in REFUSED if r[2]], ids=lambda v: v[:30]
)
def test_refused(old: str, new: str, code: str, problem: str) -> None:
    text, mark = unmarked(changed(old, new, EXAMPLES))
    found = next(d for d in refused(text) if d.code == code)
    assert problem in found.problem
    if mark:
        assert place(found) == mark


def test_two_examples_of_one_name() -> None:
    assert [d.code for d in refused(expecting("remission") * 2)] == ["twice"]


@pytest.mark.parametrize(("text", "code"), [("", "empty"), ("a: 1", "not_a_list"), ("[]", "list_length")])
def test_files_that_are_none(text: str, code: str) -> None:
    assert [d.code for d in refused(text)] == [code]


def test_an_attribute_may_be_empty() -> None:
    text = changed("diagnosis: C91.02", "diagnosis: ", EXAMPLES)
    assert ("diagnosis", "") in read_one(text).treatments[0].columns
