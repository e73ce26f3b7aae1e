"""Random outcomes of a contract, as the values that its YAML says."""

from collections.abc import Collection
from dataclasses import dataclass

from tests.strategies.choose import Choose
from tests.strategies.emit import Quoted, Value
from tests.strategies.pick_texts import Pick, event_pick, measure_pick, supply_pick

MEASURES = {
    "text": ["disease_status"],
    "number": ["hba1c", "weight"],
    "change": ["weight"],
    "event": ["relapse", "admission"],
    "supply": ["fill"],
}
NAMES = ("remission", "score", "relapse", "visit")
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

# windows that end on or before every decided day above, and one that ends after some window's first
BASELINES = [("day -30", "day 0"), ("day -10", "index"), ("day 0", "day 14")]
SERIES_BASELINES = [("due - 12 months", "due - 6 months"), ("due - 60 days", "due"), ("day -30", "index")]


@dataclass(frozen=True)
class Outcome:
    """An outcome's name, what it says, and what its fields can safely be read for.

    `dated`: `.date` is of one row whenever it is met by rows. `numeric`: so is `.value`, a number. `kind` is
    text, number, change, event or supply.
    """

    name: str
    said: dict[str, Value]
    is_series: bool
    dated: bool
    numeric: bool
    kind: str


def defaults(choose: Choose) -> dict[str, Value]:
    """The whole of `defaults`, so that outcomes need say nothing."""
    said: dict[str, Value] = {
        "if_missing": choose.one(["not_met", "not_evaluable", "met", "pending"]),
        "if_died": died(choose),
        "if_coverage_ends": ends(choose),
        "if_tied": tied(choose),
        "late_evidence": choose.one(["reopen", "stand"]),
    }
    gap = choose.one([None, "30 days", "1 day", "10 days"])
    return said if gap is None else said | {"coverage_gap": gap}


def died(choose: Choose) -> Value:
    """One word, or one for each cause."""
    words = ["not_met", "not_evaluable", "ignore", "met"]
    if choose.yes():
        return {cause: choose.one(words) for cause in ("related", "unrelated", "unknown")}
    return choose.one(words)


def ends(choose: Choose) -> str:
    """What loss of coverage makes of an outcome."""
    return choose.one(["ignore", "not_evaluable", "not_met"])


def tied(choose: Choose) -> Value:
    """The three ways to break a tie."""
    ways: list[Value] = ["worst", "best", {"source": ["central_lab", "local_lab"]}]
    return choose.one(ways)


def outcomes(choose: Choose, words: Collection[str]) -> list[Outcome]:
    """One to four outcomes; at most one of them, never the first, is a series."""
    found: list[Outcome] = []
    for name in NAMES[: choose.number(1, 4)]:
        may_repeat = bool(found) and not any(one.is_series for one in found)
        found.append(outcome(choose, name, words, is_series=may_repeat and choose.yes()))
    return found


def outcome(choose: Choose, name: str, words: Collection[str], *, is_series: bool) -> Outcome:
    """One outcome with a window that ends on or before its decided day."""
    first, last, decided = choose.one(SERIES_OFFSETS if is_series else OFFSETS)
    kind = kinds(choose, words)
    if kind in ("event", "supply"):
        pick = (
            supply_pick(
                choose,
            )
            if kind == "supply"
            else event_pick(choose)
        )
    else:
        pick = measure_pick(choose, kind, last, words)
    word = "event" if kind in ("event", "supply") else "measure"
    said: dict[str, Value] = {
        "clause": Quoted(f"3.{NAMES.index(name) + 1}"),
        word: choose.one(MEASURES[kind]),
        "window": [first, last],
    }
    if pick.said is not None:
        said["met_if"] = pick.said
    if decided is not None:
        said["decided"] = decided
    if kind == "change":
        window = choose.one(SERIES_BASELINES if is_series else BASELINES)
        word = choose.one(["last", "first", "lowest", "highest", "mean"])
        said["baseline"] = {"window": [*window], "pick": word}
    if kind in ("number", "change") and choose.yes():
        said["unit"] = Quoted("mmol/mol")
    said |= overrides(choose, kind, pick)
    numeric = pick.dated and kind in ("number", "change")
    return Outcome(name, said, is_series, pick.dated, numeric, kind)


def kinds(choose: Choose, words: Collection[str]) -> str:
    """What an outcome is about; those that a word needs come often where it is asked for."""
    plain = ["text", "number", "event"]
    asked_for = [kind for word, kind in (("change", "change"), ("days_covered", "supply")) if word in words]
    return choose.one([*plain, *(asked_for * 2)])


def overrides(choose: Choose, kind: str, pick: Pick) -> dict[str, Value]:
    """Some of the defaults said otherwise, only where they mean something."""
    said: dict[str, Value] = {}
    if kind not in ("event", "supply") and choose.yes():
        said["if_missing"] = choose.one(["not_met", "not_evaluable", "met", "pending"])
    if choose.yes():
        said["if_died"] = died(choose)
    if choose.yes():
        said["if_coverage_ends"] = ends(choose)
    if set(pick.said or ()) & {"first", "last", "nearest", "consecutive", "sustained"} and choose.yes():
        said["if_tied"] = tied(choose)
    if choose.yes():
        said["late_evidence"] = choose.one(["stand", "reopen"])
    return said
