"""Random outcomes of a contract, as the values that its YAML says."""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.strategies.emit import Quoted, Value

NAMES = ("remission", "score", "relapse", "visit")
TEXT_TESTS: list[Value] = [["CR", "CRi"], ["CR"], ["PR", "no"]]
NUMBER_TESTS: list[Value] = [
    {"at_most": "7.0"},
    {"at_least": "7.5"},
    {"below": "6.5"},
    {"above": "0"},
    {"between": ["6.50", "7.5"]},
    {"at_least": "-1.5"},
]
OFFSETS = [
    # first, last, decided (None: left out) ; always first <= last <= decided
    ("day 0", "day 30", "day 60"),
    ("day 0", "day 30", None),
    ("index", "month 6", "month 6 + 30 days"),
    ("day -10", "month 1", "month 2"),
    ("day 1", "month 6 - 1 day", None),
    ("month 11", "month 12 + 2 weeks", "month 13"),
    ("week 2", "week 12", "week 12"),
    ("month 6 - 30 days", "month 6", "month 7"),
    ("month 1", "year 1", None),
]
SERIES_OFFSETS = [
    ("due - 12 months + 1 day", "due", None),
    ("due - 60 days", "due", "due + 60 days"),
    ("due - 1 month", "due + 1 month", "due + 2 months"),
]


@dataclass(frozen=True)
class Outcome:
    """An outcome's name, what it says, and what its fields can safely be read for.

    `dated`: `.date` is of one row whenever it is met by rows. `numeric`: so is `.value`, a number.
    """

    name: str
    said: dict[str, Value]
    is_series: bool
    dated: bool
    numeric: bool


@st.composite
def defaults(draw: st.DrawFn) -> dict[str, Value]:
    """The whole of `defaults`, so that outcomes need say nothing."""
    said: dict[str, Value] = {
        "if_missing": draw(st.sampled_from(["not_met", "not_evaluable", "met", "pending"])),
        "if_died": draw(died()),
        "if_coverage_ends": draw(ends()),
        "if_tied": draw(tied()),
        "late_evidence": draw(st.sampled_from(["reopen", "stand"])),
    }
    gap = draw(st.sampled_from([None, "30 days", "1 day", "10 days"]))
    return said if gap is None else said | {"coverage_gap": gap}


def died() -> st.SearchStrategy[Value]:
    """One word, or one for each cause."""
    words = ["not_met", "not_evaluable", "ignore", "met"]
    word = st.sampled_from(words)
    each = st.fixed_dictionaries({"related": word, "unrelated": word, "unknown": word})
    return st.one_of(word, each)


def ends() -> st.SearchStrategy[str]:
    """What loss of coverage makes of an outcome."""
    return st.sampled_from(["ignore", "not_evaluable", "not_met"])


def tied() -> st.SearchStrategy[Value]:
    """The three ways to break a tie."""
    ways: list[Value] = ["worst", "best", {"source": ["central_lab", "local_lab"]}]
    return st.sampled_from(ways)


@st.composite
def outcomes(draw: st.DrawFn) -> list[Outcome]:
    """One to four outcomes; at most one of them, never the first, is a series."""
    count = draw(st.integers(1, 4))
    found: list[Outcome] = []
    for name in NAMES[:count]:
        may_repeat = bool(found) and not any(one.is_series for one in found)
        found.append(draw(outcome(name, is_series=may_repeat and draw(st.booleans()))))
    return found


@st.composite
def outcome(draw: st.DrawFn, name: str, *, is_series: bool) -> Outcome:
    """One outcome with a window that ends on or before its decided day."""
    first, last, decided = draw(st.sampled_from(SERIES_OFFSETS if is_series else OFFSETS))
    kind = draw(st.sampled_from(["text", "number", "event"]))
    pick, dated = draw(event_pick() if kind == "event" else measure_pick(kind, last))
    word = "event" if kind == "event" else "measure"
    measure = {"text": ["disease_status"], "number": ["hba1c", "weight"], "event": ["relapse", "admission"]}
    said: dict[str, Value] = {
        "clause": Quoted(f"3.{NAMES.index(name) + 1}"),
        word: draw(st.sampled_from(measure[kind])),
        "window": [first, last],
    }
    if pick is not None:
        said["met_if"] = pick
    if decided is not None:
        said["decided"] = decided
    if kind == "number" and draw(st.booleans()):
        said["unit"] = Quoted("mmol/mol")
    said |= draw(overrides(kind, pick))
    return Outcome(name, said, is_series, dated, dated and kind == "number")


@st.composite
def overrides(draw: st.DrawFn, kind: str, pick: Value | None) -> dict[str, Value]:
    """Some of the defaults said otherwise, only where they mean something."""
    said: dict[str, Value] = {}
    if kind != "event" and draw(st.booleans()):
        said["if_missing"] = draw(st.sampled_from(["not_met", "not_evaluable", "met", "pending"]))
    if draw(st.booleans()):
        said["if_died"] = draw(died())
    if draw(st.booleans()):
        said["if_coverage_ends"] = draw(ends())
    if isinstance(pick, dict) and set(pick) & {"first", "last", "nearest"} and draw(st.booleans()):
        said["if_tied"] = draw(tied())
    if draw(st.booleans()):
        said["late_evidence"] = draw(st.sampled_from(["stand", "reopen"]))
    return said


@st.composite
def measure_pick(draw: st.DrawFn, kind: str, last: str) -> tuple[Value | None, bool]:
    """A pick for assessments, and whether the row that makes it met is a single one of one day."""
    test = draw(st.sampled_from(TEXT_TESTS if kind == "text" else NUMBER_TESTS))
    words = ["any", "last", "first", "all", "none", "nearest", "count"]
    word = draw(st.sampled_from(words if kind == "text" else [*words, "lowest", "highest", "mean"]))
    if word == "nearest":
        to = draw(st.sampled_from([f"{last} - 10 days", last]))
        return {"nearest": {"to": to, "test": test}}, True
    if word == "count":
        return draw(count(test))
    return {word: test}, word in ("any", "last", "first")


@st.composite
def count(draw: st.DrawFn, test: Value) -> tuple[Value | None, bool]:
    """`count`, with a test or without, in either direction."""
    bound = draw(st.sampled_from(["at_least", "at_most"]))
    number = str(draw(st.integers(1, 3) if bound == "at_least" else st.integers(0, 2)))
    said: dict[str, Value] = {"of": test} if draw(st.booleans()) else {}
    return {"count": {**said, bound: number}}, False


@st.composite
def event_pick(draw: st.DrawFn) -> tuple[Value | None, bool]:
    """Picks that an event can have: it occurs, it does not, or it is counted."""
    word = draw(st.sampled_from(["occurs", "none", "any", "count"]))
    if word == "occurs":
        return None, True
    severe: Value = ["severe", "yes"]
    if word == "count":
        return draw(count(severe))
    return {word: severe}, word == "any"
