"""Every refusal of a contract: its code, its exact place (marked «so»), its words and its hint."""

import pytest

from tests.language.contracts import GOOD, changed, place, problems, unmarked

# what is replaced, by what (the place of the error marked), code, part of the problem, part of the hint
CASES = [
    # --- keys
    ("    measure: disease", "    «dsease_status»: disease", "unknown_key",
     "'dsease_status' is not a key of an outcome", "did you mean 'measure'?"),
    ("currency: USD", "«curency»: USD", "unknown_key", "'curency' is not a key of a contract",
     "did you mean 'currency'?"),
    ("residual: last", "«residul»: last", "unknown_key", "is not a key of settlement", "did you mean 'residual'?"),
    ("sources:", "«zzzz»:", "unknown_key", "is not a key of a contract", "keys of a contract: contract, title"),
    ("title: Tis", "«contract»: Tis", "duplicate_key", "the key 'contract' stands twice",
     "it stands on line 1 already"),
    ("title:", "«interest»:", "not_yet", "'interest' is not supported yet", ""),
    ("every: month", "every: «quarter»", "not_yet", "'quarter' is not supported yet", "for now: 'month'"),
    # --- left open where money moves
    ("  if_missing: not_met\n", "", "left_open", "outcome 'remission' leaves open what a missing assessment means: "
     "'if_missing' is missing", "write 'if_missing: not_met'"),
    ("  if_coverage_ends: ignore\n", "", "left_open", "'if_coverage_ends' is missing", "'if_coverage_ends: ignore'"),
    ("  late_evidence: reopen\n", "", "left_open", "'late_evidence' is missing", "write 'late_evidence: reopen'"),
    ("  if_died: {related: not_met, unrelated: not_evaluable, unknown: not_met}\n", "", "left_open",
     "'if_died' is missing", "if_died: {related: not_met, unrelated: not_evaluable, unknown: not_met}"),
    ("if_died: {related: not_met, unrelated: not_evaluable, unknown: not_met}",
     "«if_died»: {related: not_met, unrelated: met}", "missing", "if_died lacks 'unknown'", "write 'unknown: not_met'"),
    ("{id: infusion, clause: \"4.1\", due: index,",
     "{id: «infusion», clause: \"4.1\", each: [year 1, year 2], if: relapse is not_met,", "left_open",
     "'on_failure' is missing", "write 'on_failure: stop'"),
    ("    met_if: {any: [CR, CRi]}\n", "", "missing", "outcome 'remission' lacks 'met_if'", "met_if: {any:"),
    # --- several payers
    ("payer: Example Health Plan}", "«payers»: [X]}", "list_length", "1 stand here; at least 2 may", ""),
    ("payer: Example Health Plan}", "payer: A, «payers»: [A, B]}", "two_choices", "cannot both stand in parties",
     "keep one of them"),
    ("manufacturer: Novartis, payer: Example Health Plan", "manufacturer: Novartis", "missing",
     "parties lacks 'payer' or 'payers'", "write one of them"),
    ("refund_share of paid}", "refund_share of paid, if_payer_changes: «successor»}", "payer_rule",
     "'successor' needs several payers", "'payers: [A, B]'"),
    ("refund_share of paid}", "refund_share of paid, if_payer_changes: «by_paid»}", "payer_rule",
     "'by_paid' needs several payers", "or write 'original' or 'ends'"),
    ("  late_evidence: reopen\n", "  late_evidence: reopen\n  if_payer_changes: «successor»\n", "payer_rule",
     "needs several payers", ""),
    ("refund_share of paid}", "refund_share of paid, if_payer_changes: «follow»}", "unknown_word",
     "expected 'original', 'ends', 'successor' or 'by_paid'", ""),
    # --- words and values
    ("currency: USD", "currency: «US$»", "currency", "'US$' is not a currency of ISO 4217", "did you mean 'USD'?"),
    ("currency: USD", "currency: «usd»", "currency", "'usd' is not", "did you mean 'USD'?"),
    ("currency: USD", "currency: «UDS»", "currency", "'UDS' is not", "did you mean"),
    ("late_evidence: reopen", "late_evidence: «repoen»", "unknown_word", "'repoen' is not known here",
     "did you mean 'reopen'?"),
    ("if_missing: not_met", "if_missing: «no»", "unknown_word", "expected 'met', 'not_met'", ""),
    ("contract: kymriah-us-day30", "contract: «kymriah us»", "not_a_word", "cannot be a contract's name", ""),
    ("  remission:\n", "  «Remission»:\n", "not_a_word", "'Remission' cannot be a name", "small letter"),
    ("  refund_share: 100%", "  «paid»: 100%", "reserved", "'paid' has a meaning of its own", ""),
    ("  refund_share: 100%", "  «remission»: 100%", "twice", "'remission' is an outcome too", "on line 23"),
    ("id: refund_cap", "id: «infusion»", "twice", "the name 'infusion' is taken", "a payment on line 34"),
    ("id: no_remission", "id: «remission»", "twice", "the name 'remission' is taken", "an outcome on line 23"),
    ("title: Tisagenlecleucel, paid for remission by day 30", "title: «»", "empty_value", "nothing stands here", ""),
    ("currency: USD", "currency: «null»", "empty_value", "nothing stands here", ""),
    ("currency: USD", "«currency»: [USD]", "wrong_shape", "a list stands here; expected a currency", ""),
    ("terms:\n", "terms:\n  «list»: [1, 2]\n", "wrong_shape",
     "a list stands here; expected a number, a percentage", ""),
    ("to: 2019-12-31", "to: «2019-02-30»", "not_a_date", "there is no day 2019-02-30", ""),
    ("to: 2019-12-31", "to: «31.12.2019»", "not_a_date", "'31.12.2019' is not a date", "2018-01-31"),
    ("to: 2019-12-31", "to: «2017-08-31»", "in_force", "'to' is before 'from'", ""),
    ("pay_within: 38 days", "pay_within: «2 months»", "not_a_length", "'2 months' is not a number of days",
     "30 days"),
    ("pay_within: 38 days", "pay_within: «38»", "not_a_length", "'38' is not a length of time", "'30 days'"),
    # --- numbers
    ("price: 649000.00", "price: «6.49e5»", "not_a_number", "exponents are refused", "write all digits"),
    ("price: 649000.00", "price: «1e5»", "not_a_number", "exponents are refused", "write all digits"),
    ("price: 649000.00", "price: «0x10»", "not_a_number", "only decimal digits", "write it as a decimal"),
    ("price: 649000.00", "price: «0o17»", "not_a_number", "only decimal digits", ""),
    ("price: 649000.00", "price: «017»", "not_a_number", "leading zeros", ""),
    ("price: 649000.00", "price: «649_000»", "not_a_number", "underscores", "write the digits alone"),
    ("price: 649000.00", "price: «649,000.00»", "not_a_number", "thousands", "write the digits alone"),
    ("price: 649000.00", "price: «649000,00»", "not_a_number", "the decimal sign is a point", ""),
    ("price: 649000.00", "price: «.5»", "not_a_number", "before the point", "write 0.5, not .5"),
    ("price: 649000.00", "price: «.inf»", "not_a_number", "is no number", ""),
    ("price: 649000.00", "price: «true»", "not_a_number", "'true' is not a number", "such as 649000.00"),
    ("price: 649000.00", "price: «USD 5»", "not_a_number", "'USD 5' is not a number", ""),
    ("price: 649000.00", f"price: «{'9' * 19}»", "number_too_large", "more than 18 digits", ""),
    ("price: 649000.00", f"price: «{'9' * 100_000}»", "number_too_large", "more than 18 digits", ""),
    ("price: 649000.00", "price: «0.1234567890»", "number_too_fine", "more than 9 decimals", ""),
    ("amount: price", "amount: «1e5»", "not_a_number", "exponents are refused", ""),
    ("price: 649000.00", "price: {«2018-01-01»: 5, 2019-01-01: 6}", "term_late",
     "no value before 2018-01-01, and the contract is in force from 2017-09-01", "from 2017-09-01 or before"),
    ("price: 649000.00", "«price»: {}", "list_length", "nothing stands here", ""),
    # --- days and windows
    ("[day 0, day 30]", "[«day 30», day 0]", "window_backwards", "the window can run backwards",
     "the earlier day first"),
    ("[day 0, day 30]", "[«day 30», month 1]", "window_backwards", "the window can run backwards", ""),
    ("decided: day 60", "decided: «day 29»", "window_after_decided", "could end after its decided day",
     "day 30 + 30 days"),
    ("window: [day 0, day 30]\n    met_if: {any: [CR, CRi]}\n    decided: day 60",
     "window: [day 0, month 1]\n    met_if: {any: [CR, CRi]}\n    decided: «day 30»", "window_after_decided",
     "could end after its decided day", ""),
    ("window: [day 0, day 30]\n    met_if: {any: [CR, CRi]}\n    decided: day 60",
     "window: [day 0, year 1]\n    met_if: {any: [CR, CRi]}\n    decided: «day 365»", "window_after_decided",
     "could end after its decided day", ""),
    ("[day 0, day 30]", "[day 0, «30 days»]", "offset", "'30 days' is a length of time", "write 'day 30'"),
    ("[day 0, day 30]", "[day 0, «days 30»]", "offset", "'days 30' is not a day", "write 'day 30'"),
    ("[day 0, day 30]", "[day 0, «dya 30»]", "offset", "'dya 30' is not a day", "did you mean 'day'?"),
    ("[day 0, day 30]", "[day 0, «2018-01-31»]", "offset", "is a date", "day 30"),
    ("[day 0, day 30]", "[day 0, day 30« + 10»]", "offset", "'+ 10' is not a length of time", "'+ 30 days'"),
    ("[day 0, day 30]", "[day 0, day «40000»]", "out_of_range", "", ""),
    ("[day 0, day 30]", "[day 0, «year 101»]", "out_of_range", "over 36,500 days or 1,200 months", ""),
    ("window: [day 0, day 30]", "«window»: [day 0]", "list_length", "1 stand here; at least 2 may", ""),
    ("[day 0, day 30]", "[day 0, «relapse.decided»]", "offset", "cannot be the anchor here", ""),
    ("decided: day 60", "«decided»: due", "due", "'decided' names 'due', and the window does not", ""),
    ("due: index", "due: «due»", "offset", "'due' cannot be the anchor here", "with 'for_each' it is each row's date"),
    ("due: index", "due: «remision».decided", "unknown_outcome", "'remision' is not an outcome", "'remission'?"),
    ("due: index", "due: «remission.met»", "offset", "is not a day", "write 'remission.decided'"),
    # --- picks and tests
    ("{any: [CR, CRi]}", "{any: «CR»}", "wrong_shape", "'CR' stands here; expected a test, such as [CR, CRi]", ""),
    ("{any: [CR, CRi]}", "{«lowest»: [CR]}", "pick", "'lowest' needs numbers", "lowest: {at_least: 5}"),
    ("{any: [CR, CRi]}", "{any: [CR], «all»: [CR]}", "two_choices",
     "'all' and 'any' cannot both stand in met_if", ""),
    ("{any: [CR, CRi]}", "{«ani»: [CR]}", "unknown_key", "'ani' is not a key of met_if", "did you mean 'any'?"),
    ("met_if: {any: [CR, CRi]}", "«met_if»: {}", "missing", "met_if lacks 'any', 'all'", ""),
    ("{any: [CR, CRi]}", "{any: {at_least: «8%»}}", "not_a_number", "is a percentage", "the number alone"),
    ("{any: [CR, CRi]}", "{any: {between: [«5», 1]}}", "between", "'between' runs backwards", ""),
    ("{any: [CR, CRi]}", "{count: {at_least: «0»}}", "out_of_range", "0 is not between 1 and", ""),
    ("{any: [CR, CRi]}", "{«count»: {of: [CR]}}", "missing", "count lacks 'at_least' or 'at_most'", ""),
    ("    event: relapse\n", "    event: relapse\n    «if_missing»: met\n", "event_missing", "is for measures", ""),
    ("    event: relapse\n", "    event: relapse\n    met_if: {«last»: [CR]}\n", "pick", "'last' is not for events",
     "any, none, count or days_covered"),
    ("    event: relapse\n", "    event: relapse\n    «measure»: relapse\n", "two_choices", "cannot both stand", ""),
    ("    event: relapse\n", "", "missing", "an outcome lacks 'measure' or 'event'", "write one of them"),
    # --- conditions and amounts
    ("if: remission is not_met", "if: «remission»", "bare_outcome", "'remission' alone is not a condition",
     "write 'remission is met'"),
    ("if: remission is not_met", "if: remission is «pending»", "status", "it is NULL then", "waits"),
    ("if: remission is not_met", "if: remission is «not» met", "expression", "'not' stands where a name",
     "is not_met"),
    ("if: remission is not_met", "if: «remision» is met", "unknown_outcome", "is not an outcome", "'remission'?"),
    ("if: remission is not_met", "if: «remission.value» > 3", "outcome_field", "cannot stand in a condition", ""),
    ("if: remission is not_met", "if: remission is met «AND» x", "expression", "'AND' stands", "write 'and'"),
    ("if: remission is not_met", "if: «paid» > 3", "paid", "'paid' cannot stand in a condition", ""),
    ("rems_certified\n", "«remission» is met\n", "status", "cannot stand in 'eligible'", ""),
    ("amount: price", "amount: «paid»", "paid", "'paid' cannot stand in a payment", "refund"),
    ("amount: price", "amount: «prcie»", "unknown_name", "'prcie' is not a term", "did you mean 'price'?"),
    ("amount: price", "amount: 2 * «remission»", "bare_outcome", "is an outcome, not a number", "remission.value"),
    ("amount: price", "amount: remission.«vlaue»", "unknown_field", "an outcome has no '.vlaue'", "'value'?"),
    # --- clauses
    ("{id: infusion, clause: \"4.1\", due: index,", "{id: «infusion», clause: \"4.1\",", "missing",
     "'infusion' lacks 'due'", "write 'due: index'"),
    ("due: index,", "due: index, «each»: [year 1],", "two_choices", "'each' and 'due' cannot both stand", ""),
    ("due: index,", "due: index, «on_failure»: stop,", "on_failure", "is for a series with an 'if'", "delete it"),
    ("due: index,", "instalments: {first: index, every: 12 months, count: 2, «shares»: [50%, 40%]},", "shares",
     "the shares make 90 %, not 100 %", "equal parts"),
    ("due: index,", "instalments: {first: index, every: 12 months, count: 3, «shares»: [50%, 50%]},", "shares",
     "2 shares for 3 instalments", ""),
    ("due: index,", "instalments: {first: index, every: 12 months, count: 2, shares: [«-50%», 150%]},", "shares",
     "below zero", ""),
    ("due: index,", "instalments: {first: index, every: 12 months, count: «601»},", "out_of_range",
     "601 is not between 1 and 600", ""),
    ("due: index,", "instalments: {first: index, every: 12 months, count: «0»},", "out_of_range",
     "0 is not between", ""),
    ("due: index,", "instalments: {first: index, every: 12 months, count: «102»},", "out_of_range",
     "over a hundred", ""),
    ("due: index,", "instalments: {first: index, every: «0 days», count: 2},", "every", "on one day", ""),
    ("due: index,", "each: [year 1, «month 12»],", "each", "does not always come after 'year 1'", "each once"),
    ("due: index,", "each: [year 2, «year 1»],", "each", "does not always come after 'year 2'", "in order"),
    ("due: index,", "each: [day 30, «month 1»],", "each", "'month 1' does not always come after 'day 30'", ""),
    # --- limits
    ("of: refunds", "of: «refund»", "unknown_id", "is not a payment, refund or limit here",
     "did you mean 'refunds'?"),
    ("of: refunds", "of: [«no_remision»]", "unknown_id", "'no_remision' is not", "did you mean 'no_remission'?"),
    ("of: refunds", "«of»: [infusion, no_remission]", "mixed_limit", "payments and refunds are mixed", ""),
    ("of: refunds", "of: «refund_cap»", "limit_order", "'refund_cap' is not an earlier limit", "order"),
    ("of: refunds", "of: [no_remission, «no_remission»]", "twice", "stands in 'of' already", ""),
    (", at_most: price", "", "missing", "limit 'refund_cap' has no bound", "at_most: price"),
    ("at_most: price", "at_most: 1, «at_least»: 2", "limit_bounds", "the lower bound is above", ""),
    ("per: treatment", "per: «year»", "unknown_word", "'year' is not known here", ""),
    ("at_most: price", "at_most: «paid»", "paid", "'paid' cannot stand in a limit", "min(price, 80% of paid)"),
    ("per: treatment, at_most: price", "per: contract, at_most: «invoiced»", "limit_column",
     "a bound per contract reads a column of treatments", "per: treatment"),
    ("per: treatment, at_most: price", "per: patient, at_most: «2 * doses»", "limit_column", "a bound per patient", ""),
    ("at_most: price", "«at_most»: price, patient_first: 5", "two_choices", "cannot both stand in a limit",
     "two limits"),
    ("per: treatment, at_most: price", "per: contract, «patient_first»: 5", "patient_first", "names no patient",
     "per: patient"),
    ("of: refunds, per: treatment, at_most: price", "of: payments, per: treatment, «patient_first»: 5",
     "patient_first", "'patient_first' needs refunds", "comes out of refunds"),
    ("settlement:", "  - {id: all_back, clause: x, of: refunds, per: contract, at_most: 5}\n"
     "  - {id: each_back, clause: x, of: [no_remission, «all_back»], per: treatment, at_most: 5}\nsettlement:",
     "wider_limit", "'all_back' is per contract, and cannot count in a limit per treatment", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "problem", "hint"),
    [pytest.param(*case, id=f"{i}-{case[2]}") for i, case in enumerate(CASES) if case[2]],
)
def test_refused_with_place_words_and_hint(old: str, new: str, code: str, problem: str, hint: str) -> None:
    text, mark = unmarked(changed(old, new))
    found = problems(text)
    assert code in [d.code for d in found]
    first = next(d for d in found if d.code == code and problem in d.problem)
    assert hint in first.hint
    if mark and mark[2]:
        assert place(first) == mark


def test_the_base_is_fine() -> None:
    assert problems(GOOD) == ()


def test_all_problems_are_told_at_once_in_order() -> None:
    text = changed("currency: USD", "curency: USD")
    text = changed("  if_missing: not_met\n", "", text)
    text = changed("amount: price", "amount: prce", text)
    text = changed("of: refunds", "of: refnds", text)
    found = problems(text)
    assert [d.code for d in found] == ["missing", "unknown_key", "left_open", "unknown_name", "unknown_id"]
    assert [d.place.line for d in found if d.place] == sorted(d.place.line for d in found if d.place)


def test_an_outcome_that_cannot_be_read_is_no_second_problem_where_it_is_named() -> None:
    assert [d.code for d in problems(changed("[day 0, day 30]", "[day 0, day thirty]"))] == ["offset"]


def test_a_due_window_needs_fixed_due_dates_and_a_clause() -> None:
    late = changed("window: [day 1, year 2]", "window: [due - 12 months, due]")
    assert [d.code for d in problems(late)] == ["due_window"]
    used = changed("if: remission is not_met", "if: relapse is met", late)
    assert "those of 'no_remission' are not fixed" in problems(used)[0].problem
    fixed = changed("if: remission is not_met", "due: year 1, if: relapse is met", late)
    assert problems(fixed) == ()
    decided = changed("if: remission is not_met", "due: remission.decided, if: relapse is met", late)
    assert "are not fixed" in problems(decided)[0].problem
    named = changed("due: index", "due: relapse.decided", fixed)
    assert "names no one day" in problems(named)[0].problem


def test_one_due_date_that_is_not_fixed_is_enough() -> None:
    late = changed("window: [day 1, year 2]", "window: [due - 12 months, due]")
    series = "each: [year 1, remission.decided], on_failure: stop, if: relapse is met"
    assert [d.code for d in problems(changed("if: remission is not_met", series, late))] == ["due_window"]


def test_a_window_between_index_and_due_is_tried_for_each_due_date() -> None:
    text = changed("window: [day 1, year 2]", "window: [day 61, due]")
    text = changed(
        "if: remission is not_met", "each: [day 60, year 1], if: relapse is met, on_failure: stop", text
    )
    found = problems(text)
    assert [d.code for d in found] == ["window_backwards"]
    assert "for the due date 'day 60'" in found[0].problem


def test_message_for_people() -> None:
    found = problems(changed("    measure: disease_status", "    dsease_status: disease_status"))
    assert found[0].for_people() == (
        "k.yaml:25:5: error: 'dsease_status' is not a key of an outcome\n"
        "  25 |     dsease_status: disease_status\n"
        "     |     ^^^^^^^^^^^^^\n"
        "  help: did you mean 'measure'?"
    )
    assert len(found) == 1
