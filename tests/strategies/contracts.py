"""Random whole contracts, valid and within the scope of the oracle."""

from collections.abc import Collection

from tests.strategies.choose import Choose, some
from tests.strategies.clause_texts import clause
from tests.strategies.emit import Quoted, Value, yaml_text
from tests.strategies.group_texts import cohorts, limits
from tests.strategies.outcome_texts import Outcome, defaults, outcomes
from tests.strategies.words import chosen_words

ELIGIBLE = [
    "age_at_index <= 25",
    'diagnosis in ("C91.00", "C91.02")',
    "certified",
    "not prior_therapy",
    "(certified or weight_kg >= 10.5)",
    "at_least 1 of (certified, prior_therapy)",
    "weight_kg < 100.25",
]
CURRENCIES = ["USD", "EUR", "JPY", "KWD", "CLF"]
PRICES = ["649000.00", "1000.01", "999.99", "475000"]


PAYER: list[Value] = ["Plan", {"name": "Plan", "codes": ["PL-1", "PL-2"]}]
PAYERS: list[Value] = ["Plan", {"name": "Second", "codes": ["S-1"]}, "Third"]
CODES: list[Value] = [["Q2042"], ["Q2042", "Q2041"]]
AMENDED = {"price": ["700000", "999.99"], "share": ["75%", "12.5%"], "fee": ["20", "0.005"]}


def contract_text(choose: Choose, words: Collection[str] | None = None) -> str:
    """The YAML text of a contract: one to four outcomes, one to four payments and refunds.

    It uses up to five of the `words` of `tests.strategies.words` (None: all of them).
    """
    allowed = sorted(chosen_words() if words is None else words)
    used_words = set(some(choose, allowed, 0, 5)) if allowed else set()
    found = outcomes(choose, used_words)
    payments = [clause(choose, f"pay_{n}", "payments", found, used_words) for n in numbers(choose, 1, 2)]
    refunds = [clause(choose, f"back_{n}", "refunds", found, used_words) for n in numbers(choose, 0, 2)]
    groups = cohorts(choose, [one for one in found if not one.is_series], used_words)
    said = heading(choose, used_words)
    said["outcomes"] = {
        one.name: one.said for one in found if not one.is_series or used(one, payments + refunds)
    }
    said["payments"] = [*payments]
    if refunds:
        said["refunds"] = [*refunds]
    if groups:
        said["cohort"] = [*groups]
    ids = {"payments": [str(one["id"]) for one in payments]}
    if refunds:
        ids["refunds"] = [str(one["id"]) for one in refunds]
    limited = limits(choose, ids, used_words)
    if limited:
        said["limits"] = limited
    residual = choose.one(["last", "first"])
    said["settlement"] = {"every": "month", "pay_within": "38 days", "residual": residual}
    return yaml_text(said)


def numbers(choose: Choose, least: int, most: int) -> range:
    """1, 2 … up to a number between the two."""
    return range(1, choose.number(least, most) + 1)


def heading(choose: Choose, words: Collection[str]) -> dict[str, Value]:
    """All that stands before the outcomes, and what amends it."""
    parties: dict[str, Value] = {"manufacturer": "Maker"}
    if "payers" in words:
        parties["payers"] = PAYERS[: choose.number(2, 3)]
    else:
        parties["payer"] = choose.one(PAYER)
    eligible = some(choose, ELIGIBLE, 1, 3)
    said: dict[str, Value] = {
        "contract": "random",
        "title": "A random contract",
        "parties": parties,
        "currency": choose.one(CURRENCIES),
        "in_force": {"from": "2017-09-01", "to": "2019-12-31"},
        "product": {"name": "drug", "codes": choose.one(CODES)},
        "sources": ["made at random"],
        "terms": terms(choose),
    }
    if "amendments" in words:
        said["amendments"] = amendments(choose)
    return said | {"eligible": Quoted(" and ".join(eligible)), "defaults": defaults(choose)}


def amendments(choose: Choose) -> list[Value]:
    """One to three, each for a term from a day that no other one of it has."""
    found: list[Value] = []
    taken: set[tuple[str, str]] = set()
    for number in numbers(choose, 1, 3):
        name = choose.one(sorted(AMENDED))
        effective = choose.one(["2018-01-30", "2018-01-31", "2017-09-01", "2019-01-01"])
        signed = choose.one(["2018-01-15", "2018-06-01", "2019-03-01"])
        if (name, effective) in taken:
            continue
        taken.add((name, effective))
        one: dict[str, Value] = {"id": f"A{number}", "clause": Quoted(f"A{number}")}
        value = choose.one(AMENDED[name])
        found.append(one | {"signed": signed, "effective": effective, "set": {f"terms.{name}": value}})
    return found


def used(series: Outcome, clauses: list[dict[str, Value]]) -> bool:
    """Whether a repeated clause reads the series outcome; without one it has no due dates."""
    return any(f"{series.name} is " in str(one.get("if", "")) for one in clauses)


def terms(choose: Choose) -> dict[str, Value]:
    """price, share and fee, plain or dated from the first day in force on."""
    values: dict[str, Value] = {}
    for name, choices in (("price", PRICES), ("share", ["100%", "33.3%", "50%"]), ("fee", ["10.00", "0.07"])):
        first, second = choose.one(choices), choose.one([None, *choices])
        values[name] = first if second is None else {"2017-09-01": first, "2018-01-31": second}
    return values
