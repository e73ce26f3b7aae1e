"""What would have given an outcome another status, in words."""

from engine.kernel.dates import Shift
from engine.kernel.money import format_fraction
from engine.language import meaning as m
from engine.language.wording import in_words
from engine.settlement.statement_parts import OutcomeStatus


def otherwise(outcome: m.Outcome, status: OutcomeStatus) -> str:
    """What would have changed the status, such as `an assessment of response that is CR dated 2018-01-01 to …`."""
    kind = "an assessment of" if outcome.kind == "measure" else "an event"
    row = f"{kind} {outcome.source_name}{tested(outcome.pick.test, 'is')}"
    window = f"dated {status.window_first} to {status.window_last}"
    if status.status == "pending":
        return f"not decided yet; what counts is {_several(outcome) or row} {window}"
    if status.status == "not_evaluable":
        return f"had this not come about: {status.why}"
    if several := _several(outcome):
        return f"had there not been {several} {window}" if status.status == "met" else f"{several} {window}"
    pick = outcome.pick
    if pick.kind not in ("any", "count", "none", "all"):
        return f"another {outcome.source_name} chosen as the {pick.kind} {window}; met is one{tested(pick.test, 'is')}"
    if pick.kind == "all":
        failing = f"a row of {outcome.source_name} {window} that fails"
        return failing if status.status == "met" else f"no failing row {window}"
    bad = pick.kind == "none" or pick.at_most is not None
    absent = (status.status == "met") != bad
    number = f"{pick.at_least} of " if (pick.at_least or 1) > 1 else ""
    return f"had there not been {number}{row} {window}" if absent else f"{number}{row} {window}"


def _several(outcome: m.Outcome) -> str:
    """What `consecutive`, `sustained` and `days_covered` ask for; empty for other picks."""
    pick, passing = outcome.pick, tested(outcome.pick.test, "are")
    if pick.kind == "consecutive":
        return f"{pick.times} assessments in a row of {outcome.source_name}{passing}"
    if pick.kind == "sustained" and pick.apart is not None:
        apart = length_words(pick.apart)
        return f"two assessments of {outcome.source_name}{passing} at least {apart} apart, none between that fails,"
    if pick.kind == "days_covered":
        return f"supply of {outcome.source_name} with {in_words(pick)},"
    return ""


def tested(test: m.Test | None, verb: str) -> str:
    """The test as the end of a phrase: ` that is CR or CRi`, ` at least 5`; empty without one."""
    match test:
        case m.OneOf(values):
            return f" that {verb} {' or '.join(values)}"
        case m.Bound(kind, bound):
            return f" {kind.replace('_', ' ')} {format_fraction(bound)}"
        case m.Between(low, high):
            return f" between {format_fraction(low)} and {format_fraction(high)}"
        case m.Change(inner, percent):
            each = "" if verb == "is" else " each"
            return f"{each} changed by{tested(inner, verb)}{' percent' if percent else ''} from its baseline"
    return ""


def length_words(length: Shift) -> str:
    """A length of time: `4 weeks`, `1 month`, `6 months and 1 day`."""
    weeks, days = divmod(length.days, 7)
    rest = (weeks, "week") if days == 0 else (length.days, "day")
    parts = [f"{n} {unit}{'s' if n > 1 else ''}" for n, unit in ((length.months, "month"), rest) if n]
    return " and ".join(parts)
