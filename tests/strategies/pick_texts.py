"""Random picks of `met_if`, as the values that their YAML says."""

from collections.abc import Collection
from dataclasses import dataclass

from tests.strategies.choose import Choose
from tests.strategies.emit import Value

TEXT_TESTS: list[Value] = [["CR", "CRi"], ["CR"], ["PR", "no"]]
NUMBER_TESTS: list[Value] = [
    {"at_most": "7.0"},
    {"at_least": "7.5"},
    {"below": "6.5"},
    {"above": "0"},
    {"between": ["6.50", "7.5"]},
    {"at_least": "-1.5"},
]
CHANGE_TESTS: list[Value] = [
    {"change": {"at_most": "-2.5"}},
    {"change": {"above": "0"}},
    {"change": {"between": ["-5", "2.5"]}},
    {"percent_change": {"at_most": "-50%"}},
    {"percent_change": {"at_least": "25"}},
    {"percent_change": {"between": ["-33.3", "33.3%"]}},
]
SHARE_TESTS: list[Value] = [
    {"at_least": "80%"},
    {"at_least": "0.25"},
    {"below": "1"},
    {"above": "0"},
    {"between": ["10%", "33.3%"]},
]
LENGTHS = ["4 weeks", "30 days", "1 month", "1 day", "5 months"]


@dataclass(frozen=True)
class Pick:
    """What `met_if` says (None: nothing), and whether the row that makes it met is a single one of one day."""

    said: dict[str, Value] | None
    dated: bool


def measure_pick(choose: Choose, kind: str, last: str, words: Collection[str]) -> Pick:
    """A pick for assessments of a kind (text, number, change)."""
    tests = {"text": TEXT_TESTS, "number": NUMBER_TESTS, "change": CHANGE_TESTS}[kind]
    test = choose.one(tests)
    runs = [word for word in ("consecutive", "sustained") if word in words]
    if runs and choose.number(0, 2):
        word = choose.one(runs)
        if word == "consecutive":
            return Pick({word: {"times": str(choose.number(1, 3)), "test": test}}, False)
        return Pick({word: {"for": choose.one(LENGTHS), "test": test}}, False)
    plain = ["any", "last", "first", "all", "none", "nearest", "count"]
    word = choose.one(plain if kind == "text" else [*plain, "lowest", "highest", "mean"])
    if word == "nearest":
        to = choose.one([f"{last} - 10 days", last])
        return Pick({"nearest": {"to": to, "test": test}}, True)
    if word == "count":
        return count(choose, test)
    return Pick({word: test}, word in ("any", "last", "first"))


def count(choose: Choose, test: Value) -> Pick:
    """`count`, with a test or without, in either direction."""
    bound = choose.one(["at_least", "at_most"])
    number = str(choose.number(*((1, 3) if bound == "at_least" else (0, 2))))
    # a count of changes must say of which
    has_test = isinstance(test, dict) and bool({"change", "percent_change"} & set(test))
    said: dict[str, Value] = {"of": test} if has_test or choose.yes() else {}
    return Pick({"count": {**said, bound: number}}, False)


def event_pick(choose: Choose) -> Pick:
    """Picks that an event can have: it occurs, it does not, or it is counted."""
    word = choose.one(["occurs", "none", "any", "count"])
    if word == "occurs":
        return Pick(None, True)
    severe: Value = ["severe", "yes"]
    if word == "count":
        return count(choose, severe)
    return Pick({word: severe}, word == "any")


def supply_pick(choose: Choose) -> Pick:
    """`days_covered`, with a share."""
    return Pick({"days_covered": choose.one(SHARE_TESTS)}, False)
