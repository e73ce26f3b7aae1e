"""Random whole contracts, valid and within the scope of the oracle."""

from hypothesis import strategies as st

from tests.strategies.clause_texts import clause, limits
from tests.strategies.emit import Quoted, Value, yaml_text
from tests.strategies.outcome_texts import Outcome, defaults, outcomes

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


@st.composite
def contracts(draw: st.DrawFn) -> str:
    """The YAML text of a contract: one to four outcomes, one to four payments and refunds."""
    found = draw(outcomes())
    payments = [draw(clause(f"pay_{n}", "payments", found)) for n in range(1, draw(st.integers(1, 2)) + 1)]
    refunds = [draw(clause(f"back_{n}", "refunds", found)) for n in range(1, draw(st.integers(0, 2)) + 1)]
    ids = {"payments": [str(one["id"]) for one in payments]}
    if refunds:
        ids["refunds"] = [str(one["id"]) for one in refunds]
    payer: list[Value] = ["Plan", {"name": "Plan", "codes": ["PL-1", "PL-2"]}]
    codes: list[Value] = [["Q2042"], ["Q2042", "Q2041"]]
    eligible = draw(st.lists(st.sampled_from(ELIGIBLE), min_size=1, max_size=3, unique=True))
    said: dict[str, Value] = {
        "contract": "random",
        "title": "A random contract",
        "parties": {"manufacturer": "Maker", "payer": draw(st.sampled_from(payer))},
        "currency": draw(st.sampled_from(CURRENCIES)),
        "in_force": {"from": "2017-09-01", "to": "2019-12-31"},
        "product": {"name": "drug", "codes": draw(st.sampled_from(codes))},
        "sources": ["made at random"],
        "terms": draw(terms()),
        "eligible": Quoted(" and ".join(eligible)),
        "defaults": draw(defaults()),
        "outcomes": {
            one.name: one.said for one in found if not one.is_series or used(one, payments + refunds)
        },
        "payments": [*payments],
    }
    if refunds:
        said["refunds"] = [*refunds]
    limited = draw(limits(ids))
    if limited:
        said["limits"] = limited
    residual = draw(st.sampled_from(["last", "first"]))
    said["settlement"] = {"every": "month", "pay_within": "38 days", "residual": residual}
    return yaml_text(said)


def used(series: Outcome, clauses: list[dict[str, Value]]) -> bool:
    """Whether a repeated clause reads the series outcome; without one it has no due dates."""
    return any(f"{series.name} is " in str(one.get("if", "")) for one in clauses)


@st.composite
def terms(draw: st.DrawFn) -> dict[str, Value]:
    """price, share and fee, plain or dated from the first day in force on."""
    values: dict[str, Value] = {}
    for name, choices in (("price", PRICES), ("share", ["100%", "33.3%", "50%"]), ("fee", ["10.00", "0.07"])):
        first, second = draw(st.sampled_from(choices)), draw(st.sampled_from([None, *choices]))
        values[name] = first if second is None else {"2017-09-01": first, "2018-01-31": second}
    return values
