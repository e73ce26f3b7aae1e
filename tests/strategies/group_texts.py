"""Random limits and cohort clauses, as the values that their YAML says."""

from collections.abc import Collection

from tests.strategies.choose import Choose, some
from tests.strategies.emit import Quoted, Value
from tests.strategies.outcome_texts import Outcome

WIDE = ["patient", "contract_year", "calendar_year", "contract"]
COMPARED_CODE = "Q7777"
COHORT_AMOUNTS = ["5% of paid", "fee * treatments", "price", "33.3% of paid", "max(0, price - paid)", "0"]


def limits(choose: Choose, ids: dict[str, list[str]], words: Collection[str]) -> list[Value]:
    """None to three limits; `ids` are the clause ids of each direction that has any."""
    wide = "wide_limits" in words
    found: list[Value] = []
    asked_for = wide or "patient_first" in words
    for number in range(choose.number(*((1, 3) if asked_for else (0, 2)))):
        direction = choose.one(sorted(ids))
        some: list[Value] = [*ids[direction][: choose.number(1, len(ids[direction]))]]
        of: Value = direction if choose.yes() else some
        said: dict[str, Value] = {"id": f"limit_{number + 1}", "clause": Quoted(f"5.{number + 1}")}
        if "patient_first" in words and "refunds" in ids and choose.yes():
            of = "refunds" if direction == "payments" else of
            per = choose.one(["treatment", "patient"])
            first = choose.one(["fee", "fee * 3", "50% of price"])
            found.append({**said, "of": of, "per": per, "patient_first": first})
            continue
        said |= {"of": of, "per": choose.one(["treatment", *WIDE]) if wide else "treatment"}
        kind = choose.one(["at_most", "at_least", "both"])
        if kind != "at_least":
            said["at_most"] = choose.one(["price", "50% of price", "120% of price", "fee * 3"])
        if kind != "at_most":
            said["at_least"] = choose.one(["10% of price", "fee", "price * 2"])
        found.append(said)
    return found


def cohorts(choose: Choose, outcomes: list[Outcome], words: Collection[str]) -> list[dict[str, Value]]:
    """One or two cohort clauses where a word asks for them; `outcomes` have one status a treatment."""
    kinds = [word for word in ("cohort", "cohort_by", "against", "per_time") if word in words]
    if not kinds:
        return []
    found = []
    for number in range(1, choose.number(1, 2) + 1):
        said: dict[str, Value] = {"id": f"group_{number}", "clause": Quoted(f"6.{number}")}
        said["per"] = choose.one(["contract_year", "calendar_year", "quarter", "contract"])
        said["decided"] = choose.one(["180 days", "0 days", "1 month"])
        found.append(said | cohort(choose, choose.one(kinds), outcomes))
    return found


def cohort(choose: Choose, kind: str, outcomes: list[Outcome]) -> dict[str, Value]:
    """What a cohort clause tests, and its rows."""
    if kind == "cohort_by":
        return volume(choose)
    by_row = [one for one in outcomes if one.kind != "supply"]  # days covered say nothing of single rows
    name = choose.one((by_row if kind == "per_time" else outcomes) or outcomes).name
    said: dict[str, Value] = {"rate": name}
    bounds = ["30%", "50%", "0.6667", "share"]
    if kind == "per_time" and by_row:
        per, bounds = choose.one([("100 years", ["100", "500", "1500"]), ("1 year", ["0.5", "2", "12"])])
        said["rate"] = {"of": name, "per": per}
    if kind == "against":
        other: Value = {"product": [COMPARED_CODE]}
        against: list[Value] = ["50%", "share", ["60%", "0.4", "25%"], other, other]
        said["against"] = choose.one(against)
        bounds = ["-50%", "-0.1", "0", "10%"]
    minimum = choose.one([None, "1", "2", "3"])
    if minimum is not None:
        said["minimum"] = minimum
    word = choose.one(["refund", "payment"])
    limits = sorted(some(choose, bounds, 1, 3), key=_size)
    rows: list[Value] = []
    for limit in limits:
        rows.append({choose.one(["below", "at_most"]): limit, word: cohort_amount(choose)})
    if kind == "against" and choose.yes():
        word = "payment" if word == "refund" else "refund"
    last: Value = "0" if choose.yes() else {word: cohort_amount(choose)}
    return said | {"rows": [*rows, {"otherwise": last}]}


def cohort_amount(choose: Choose) -> str:
    """What a cohort clause may owe."""
    return choose.one([*COHORT_AMOUNTS, "max(0, rate) * price"])


def volume(choose: Choose) -> dict[str, Value]:
    """Rows over a number of treatments or a sum of money, whole or marginal."""
    by, bounds = choose.one([("treatments", ["1", "2", "5"]), ("paid", ["fee", "1000", "649000", "2000000"])])
    marginal = choose.yes()
    limits = some(choose, bounds, 1, 3)
    word = choose.one(["refund", "payment"])
    amounts = ["1", "0.125", "0", "5%"] if marginal else COHORT_AMOUNTS
    bound = "below" if marginal else choose.one(["below", "at_most"])
    rows: list[Value] = [{bound: limit, word: choose.one(amounts)} for limit in limits]
    rows.append({"otherwise": {word: choose.one(amounts)}})
    said: dict[str, Value] = {"by": by, "rows": rows}
    return said | {"tiers": "marginal"} if marginal else said


def _size(limit: str) -> float:
    """Orders bounds; the names of terms as if they were large."""
    number = float(limit.rstrip("%")) if limit[0] in "-0123456789" else 1e9
    return number / 100 if limit.endswith("%") else number
