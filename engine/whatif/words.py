"""The scalars of scenarios: distributions, shares, curves' points, states; each with its schema."""

import re
from fractions import Fraction

from engine.kernel.dates import Shift
from engine.kernel.diagnostics import nearest
from engine.language.notes import Unfit
from engine.language.offsets import offset_pattern, parse_offset
from engine.language.scalars import number, share, shown
from engine.language.shapes import JSON, Leaf
from engine.whatif.scenario import Distribution, State, Uncertain

# Each distribution: the words for its parameters, and what must hold of them.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "beta": ("a", "b"),
    "gamma": ("shape", "scale"),
    "lognormal": ("mean of the logarithm", "sd of the logarithm"),
    "triangular": ("lowest", "most likely", "highest"),
    "normal": ("mean", "sd"),
    "uniform": ("lowest", "highest"),
    "exponential": ("mean",),
    "weibull": ("shape", "scale"),
}
_ABOVE_ZERO = {
    "beta": (0, 1),
    "gamma": (0, 1),
    "lognormal": (1,),
    "normal": (1,),
    "exponential": (0,),
    "weibull": (0, 1),
}
_TIMES = ("exponential", "weibull", "gamma", "lognormal")
_CALL = re.compile(r"(?:(?P<link>logit|log)\(\s*)?(?P<name>[a-z]+)\((?P<inner>[^()]*)\)\s*(?P<end>\))?")
_CALL_PATTERN = r"(?:(?:logit|log)\( *)?(?:" + "|".join(PARAMETERS) + r")\([^()]*\) *\)?"
_SHARE_PATTERN = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)? ?%?"
_EXAMPLE = "such as beta(52, 11) or triangular(3, 11, 25)"


_WITHIN = re.compile(r"\b[a-z]+\([-0-9.,;% ]*\)")  # a call with numbers alone


def with_semicolons(text: str) -> str:
    """The text of a file with semicolons between the parameters of distributions, which YAML would split at commas
    within braces. Every other character stays in its place."""
    return _WITHIN.sub(lambda call: call[0].replace(",", ";"), text)


def with_commas(text: str) -> str:
    """The text as it was written."""
    return _WITHIN.sub(lambda call: call[0].replace(";", ","), text)


def distribution(text: str) -> Distribution:
    """The distribution that `beta(52, 11)` or `logit(normal(1.5, 0.3))` names. Raises Unfit."""
    found = _CALL.fullmatch(text)
    if found is None or bool(found["link"]) != bool(found["end"]):
        raise Unfit("not_a_distribution", f"'{shown(text)}' is no distribution", _EXAMPLE, 0, len(text))
    name, words = found["name"], [w.strip() for w in re.split("[,;]", found["inner"])]
    if name not in PARAMETERS:
        hint = nearest(name, PARAMETERS) or f"one of {', '.join(PARAMETERS)}"
        raise Unfit(
            "not_a_distribution", f"'{name}' is no distribution", hint, found.start("name"), len(name)
        )
    if found["link"] and name != "normal":
        raise Unfit(
            "not_a_distribution",
            "only a normal is drawn on a link",
            "write logit(normal(1.5, 0.3))",
            0,
            len(text),
        )
    wanted = PARAMETERS[name]
    if len(words) != len(wanted) or not all(words):
        hint = f"write {name}({', '.join(wanted)})"
        raise Unfit(
            "not_a_distribution",
            f"{name} has {len(wanted)} parameters: {', '.join(wanted)}",
            hint,
            0,
            len(text),
        )
    drawn = Distribution(name, tuple(share(w) for w in words), found["link"] or "")
    _check(drawn, text)
    return drawn


def _check(drawn: Distribution, text: str) -> None:
    p, words = drawn.parameters, PARAMETERS[drawn.name]
    low = next((words[k] for k in _ABOVE_ZERO.get(drawn.name, ()) if p[k] <= 0), None)
    if low is not None:
        raise Unfit("out_of_range", f"{low} of {drawn.name} must be above zero", "", 0, len(text))
    if drawn.name in ("triangular", "uniform") and (list(p) != sorted(p) or p[0] == p[-1]):
        raise Unfit("out_of_range", f"the numbers of {drawn.name} must rise", "", 0, len(text))


def uncertain(text: str) -> Uncertain:
    """A number, a share or a distribution. Raises Unfit."""
    return distribution(text) if "(" in text else share(text)


def chance(text: str) -> Uncertain:
    """A share from 0 to 1, or a distribution that stays within. Raises Unfit."""
    drawn = uncertain(text)
    if isinstance(drawn, Fraction):
        if not 0 <= drawn <= 1:
            hint = "write it as 80% or as 0.8"
            raise Unfit(
                "out_of_range", f"'{shown(text)}' is not a chance from 0% to 100%", hint, 0, len(text)
            )
        return drawn
    p = drawn.parameters
    within = drawn.name in ("triangular", "uniform") and p[0] >= 0 and p[-1] <= 1
    if not (within or drawn.name == "beta" or drawn.link == "logit"):
        hint = "use beta(…), logit(normal(…)), or triangular(…) within 0 and 1"
        raise Unfit(
            "out_of_range", f"{drawn.name} can leave 0% to 100%, and this is a chance", hint, 0, len(text)
        )
    return drawn


def above_zero(text: str) -> Uncertain:
    """A number above zero, or a distribution of such. Raises Unfit."""
    drawn = uncertain(text)
    low = drawn if isinstance(drawn, Fraction) else Fraction(1)
    if (
        isinstance(drawn, Distribution)
        and drawn.name in ("normal", "triangular", "uniform")
        and not drawn.link
    ):
        low = drawn.parameters[0] if drawn.name != "normal" else Fraction(0)
    if low <= 0:
        raise Unfit(
            "out_of_range",
            f"'{shown(text)}' is not always above zero",
            "such as lognormal(0, 0.2)",
            0,
            len(text),
        )
    return drawn


def time(text: str) -> Distribution:
    """A distribution of a time until something happens. Raises Unfit."""
    drawn = distribution(text)
    if drawn.name not in _TIMES or drawn.link:
        raise Unfit(
            "not_a_distribution",
            f"{drawn.name} is no distribution of a time here",
            f"one of {', '.join(_TIMES)}",
            0,
            len(text),
        )
    return drawn


def number_or_distribution(text: str) -> Fraction | Distribution:
    return distribution(text) if "(" in text else number(text)


def weight(text: str) -> Fraction:
    """A number above zero. Raises Unfit."""
    value = number(text)
    if value <= 0:
        raise Unfit("out_of_range", f"'{shown(text)}' is not above zero", "", 0, len(text))
    return value


def point(text: str) -> Shift:
    """A point of a survival table, such as `month 6`. Raises Unfit."""
    shift = parse_offset(text, ("index",)).shift
    if shift.months < 0 or shift.days < 0 or shift == Shift():
        raise Unfit(
            "out_of_range", f"'{shown(text)}' is not after the beginning", "such as month 6", 0, len(text)
        )
    return shift


def state(text: str) -> State:
    """A measure and its value, such as `disease_status CR`. Raises Unfit."""
    measure, _, value = text.strip().partition(" ")
    if not value.strip():
        raise Unfit(
            "not_a_state",
            f"'{shown(text)}' names no measure and value",
            "such as disease_status CR",
            0,
            len(text),
        )
    return State(measure, value.strip())


def _schema(*patterns: str) -> JSON:
    texts: list[JSON] = [{"type": "string", "pattern": f"^(?:{p})$"} for p in patterns]
    return {"anyOf": [{"type": "number"}, *texts]}


CHANCE = Leaf(
    "a share or a distribution of one, such as 15% or beta(52, 11)",
    chance,
    _schema(_SHARE_PATTERN, _CALL_PATTERN),
)
WEIGHT = Leaf("a number above zero", weight, _schema(_SHARE_PATTERN))
FACTOR = Leaf(
    "a number or a distribution above zero, such as lognormal(0, 0.2)",
    above_zero,
    _schema(_SHARE_PATTERN, _CALL_PATTERN),
)
TIME = Leaf("a distribution of a time, such as weibull(1.2, 30)", time, _schema(_CALL_PATTERN))
DISTRIBUTION = Leaf(f"a distribution, {_EXAMPLE}", distribution, _schema(_CALL_PATTERN))
NUMBER_OR_DISTRIBUTION = Leaf(
    f"a number or a distribution, {_EXAMPLE}", number_or_distribution, _schema(_SHARE_PATTERN, _CALL_PATTERN)
)
POINT = Leaf(
    "a point in time, such as month 6",
    point,
    {"type": "string", "pattern": f"^(?:{offset_pattern(('index',))})$"},
)
STATE = Leaf(
    "a measure and its value, such as disease_status CR", state, {"type": "string", "pattern": r"^\S+ \S"}
)
