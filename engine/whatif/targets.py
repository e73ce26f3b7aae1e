"""What is solved for: the target as written, the range, how fine the values are."""

import re
from fractions import Fraction

from engine.kernel.diagnostics import Diagnostic, Exit, Place, Refusal, nearest
from engine.kernel.money import minor_digits, parse_decimal
from engine.language import scalars
from engine.language.notes import Unfit
from engine.language.shapes import Said
from engine.language.yaml_reader import Node, Scalar
from engine.whatif.result import COUNT_METRICS, MONEY_METRICS, PERCENTILES, SHARE_METRICS
from engine.whatif.scenario import Solve
from engine.whatif.written import SolveForm

_TARGET = re.compile(r"(?P<statistic>[a-z0-9]+)\(\s*(?P<metric>[a-z_]+)\s*\)\s*=\s*(?P<target>\S+)")
_METRICS = (*MONEY_METRICS, *COUNT_METRICS, *SHARE_METRICS)
_STATISTICS = ("mean", *(f"p{p}" for p in PERCENTILES))


def refusal(code: str, problem: str, place: Place, hint: str = "") -> Refusal:
    """A scenario refused with one problem."""
    return Refusal(Diagnostic(code, problem, place, hint), Exit.REFUSED)


def solve_of(form: SolveForm, now: Node, currency: str) -> Solve:
    """The question that a form asks of the number that stands at its path. Raises Refusal.

    Left out, the range is that of shares for a percentage, else from 0 to twice the number; the tolerance is a
    hundredth of money, a ten-thousandth of others.
    """
    value, percent = _number_at(now, form.for_), isinstance(now, Scalar) and now.text.endswith("%")
    statistic, metric, target = _target(form.so_that)
    low, high = (s.value for s in form.between) if form.between else ((0, 1) if percent else (0, 2 * value))
    if low >= high:
        raise refusal("range", "the range must rise", form.at("between"), "write between: [0%, 100%]")
    tolerance = Fraction(1, 100 if metric in MONEY_METRICS else 10_000)
    step = Fraction(1, 10**6) if percent else Fraction(1, 10 ** minor_digits(currency))
    return Solve(
        path=form.for_.value,
        statistic=statistic,
        metric=metric,
        target=target,
        between=(Fraction(low), Fraction(high)),
        tolerance=form.tolerance.value if form.tolerance else tolerance,
        step=step,
    )


def _target(said: Said[str]) -> tuple[str, str, Fraction]:
    """Statistic, metric and target of `mean(net_price) = 540000`."""
    found = _TARGET.fullmatch(said.value)
    if found is None:
        raise refusal("target", "this is no target", said.place, "write mean(net_price) = 540000")
    for word, known in ((found["statistic"], _STATISTICS), (found["metric"], _METRICS)):
        if word not in known:
            hint = nearest(word, known) or f"one of {', '.join(known)}"
            raise refusal("target", f"'{word}' is not known here", said.place, hint)
    try:
        return found["statistic"], found["metric"], scalars.share(found["target"])
    except Unfit as unfit:
        raise refusal(unfit.code, unfit.problem, said.place, unfit.hint) from None


def _number_at(node: Node, path: Said[str]) -> Fraction:
    value = parse_decimal(node.text.removesuffix("%").strip()) if isinstance(node, Scalar) else None
    if value is None:
        problem = f"what stands at '{path.value}' is not a number"
        raise refusal("not_a_number", problem, path.place, "solve for a price, a share, a chance")
    return value / 100 if isinstance(node, Scalar) and node.text.endswith("%") else value
