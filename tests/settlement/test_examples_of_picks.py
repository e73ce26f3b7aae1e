"""Worked examples of picks over several rows, run as both parties would sign them."""

from engine.language.examples import read_examples_text
from engine.settlement.examples import run_examples
from tests.language.contracts import changed, read

OUTCOMES = """  remission:
    measure: disease_status
    window: [day 1, day 100]
    met_if: {consecutive: {times: 2, test: [CR]}}
  lasting:
    measure: disease_status
    window: [day 1, day 100]
    met_if: {sustained: {for: 4 weeks, test: [CR]}}
  improved:
    measure: score
    window: [day 30, day 100]
    met_if: {any: {percent_change: {at_most: -50%}}}
    baseline: {window: [day -30, day 0], pick: last}
  adherence:
    event: fill
    window: [day 1, day 100]
    met_if: {days_covered: {at_least: 80%}}
"""
EXAMPLES = """- name: two in a row of which the second came four weeks later, half the score, supply for 82 days
  treatment: {index_date: 2018-01-01, birth_date: 2006-05-01, diagnosis: C91.02, rems_certified: true}
  outcomes:
    - {measure: disease_status, on: day 20, value: CR}
    - {measure: disease_status, on: day 48, value: CR, known_on: day 120}
    - {measure: score, on: day -5, value: 40}
    - {measure: score, on: day 60, value: 20}
    - {event: fill, on: day 1, value: 60}
    - {event: fill, on: day 31, value: 22}
  expect:
    - {as_of: day 59, improved: pending}
    - {as_of: day 60, improved: met, no_remission: 0}
    - {as_of: day 99, remission: pending, lasting: pending, adherence: pending}
    - {as_of: day 100, remission: not_met, lasting: not_met, adherence: met, fee: 102.00}
    - {as_of: day 120, remission: met, lasting: met, no_remission: 0}
- name: each of them missed by a little
  treatment: {index_date: 2018-01-01, birth_date: 2006-05-01, diagnosis: C91.02, rems_certified: true}
  outcomes:
    - {measure: disease_status, on: day 20, value: CR}
    - {measure: disease_status, on: day 47, value: CR}
    - {measure: score, on: day -5, value: 40}
    - {measure: score, on: day 60, value: 20.01}
    - {event: fill, on: day 1, value: 79}
  expect:
    - {as_of: day 100, remission: met, lasting: not_met, improved: not_met, adherence: not_met, fee: 0}
"""


def test_worked_examples_of_picks_over_several_rows() -> None:
    text = changed("  relapse:\n    event: relapse\n    window: [day 1, year 2]\n", "")
    start, end = text.index("  remission:\n"), text.index("payments:\n")
    text = f"{text[:start]}{OUTCOMES}\n{text[end:]}"
    amount = "100 * adherence.covered - improved.change"
    fee = f'{{id: fee, clause: "4.4", if: adherence is met and improved is met, amount: {amount}}}'
    contract = read(changed("payments:\n", f"payments:\n  - {fee}\n", text))
    dated = EXAMPLES
    for day, date in (
        (59, "2018-03-01"),
        (60, "2018-03-02"),
        (99, "2018-04-10"),
        (100, "2018-04-11"),
        (120, "2018-05-01"),
    ):
        dated = dated.replace(f"as_of: day {day},", f"as_of: {date},")
    result = run_examples(contract, read_examples_text(dated, contract))
    failed = [(e.name, c.as_of, c.key, c.came) for e in result.examples for c in e.checks if not c.passed]
    assert failed == []
