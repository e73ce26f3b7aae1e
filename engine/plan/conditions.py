"""Conditions of a contract as three-valued truths over the state of a treatment (and due date); see `values`."""

from dataclasses import dataclass

from engine.language import meaning as m
from engine.plan import ratios
from engine.plan.tree import (
    FALSE,
    Expr,
    Lit,
    Type,
    and_,
    call,
    case,
    compare,
    eq,
    in_,
    integer,
    not_,
    or_,
    text,
    truth_of,
)
from engine.plan.values import (
    INDEX_DATE,
    attribute,
    by_epoch,
    date_value,
    decided_on,
    epoch_compilers,
    status,
)

_COMPARISONS = {"=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


@dataclass(frozen=True, slots=True)
class Conditions:
    """Turns conditions into three-valued truths and the day from which each holds."""

    contract: m.Contract

    def truth(self, c: m.Condition) -> Expr:
        """SQL's TRUE, FALSE or NULL."""
        match c:
            case m.StatusIs(outcome, wanted):
                held = in_(status(outcome), (text("pending"), text("disputed")))
                known = eq(status(outcome), text(wanted))
                return case((held, Lit(None, Type.TRUTH)), otherwise=known)
            case m.Compare(op, left, right):
                return self._compare(op, left, right)
            case m.InList(value, options):
                return or_(*(self._compare("=", value, o) for o in options))
            case m.Truth(column):
                return truth_of(attribute(column.name))
            case m.And(parts):
                return and_(*(self.truth(p) for p in parts))
            case m.Or(parts):
                return or_(*(self.truth(p) for p in parts))
            case m.Not(part):
                return not_(self.truth(part))
            case m.AtLeast(count, parts):
                return self._at_least(count, [self.truth(p) for p in parts])
        raise TypeError(f"{type(c).__name__} is no condition")

    def since(self, c: m.Condition, wanted: bool) -> Expr:
        """The day from which the condition is what it is, valid where its truth is `wanted`."""
        match c:
            case m.StatusIs(outcome, _):
                return decided_on(outcome)
            case m.Not(part):
                return self.since(part, not wanted)
            case m.And(parts):
                return self._since_parts(parts, len(parts) if wanted else 1, wanted)
            case m.Or(parts):
                return self._since_parts(parts, 1 if wanted else len(parts), wanted)
            case m.AtLeast(count, parts):
                return self._since_parts(parts, count if wanted else len(parts) - count + 1, wanted)
        return INDEX_DATE

    def _since_parts(self, parts: tuple[m.Condition, ...], needed: int, wanted: bool) -> Expr:
        """The day on which the `needed`-th of the parts that are `wanted` became so."""
        days = []
        for part in parts:
            truth = self.truth(part) if wanted else not_(self.truth(part))
            days.append(case((truth, self.since(part, wanted)), otherwise=Lit(None, Type.DATE)))
        if needed == len(parts):
            return call("greatest", Type.DATE, *(self.since(p, wanted) for p in parts))
        if needed == 1:
            return call("least", Type.DATE, *days)
        return call("kth_smallest", Type.DATE, integer(needed), *days)

    def _at_least(self, count: int, truths: list[Expr]) -> Expr:
        sure = [case((t, integer(1)), otherwise=integer(0)) for t in truths]
        possible = [case((not_(t), integer(0)), otherwise=integer(1)) for t in truths]
        enough = compare("ge", call("add", Type.INTEGER, *sure), integer(count))
        too_few = compare("lt", call("add", Type.INTEGER, *possible), integer(count))
        return case((enough, Lit(True, Type.TRUTH)), (too_few, FALSE), otherwise=Lit(None, Type.TRUTH))

    def _compare(self, op: str, left: m.Value, right: m.Value) -> Expr:
        name = _COMPARISONS[op]
        kinds = {_kind(left), _kind(right)}
        if kinds == {"text"}:
            return compare(name, _text_value(left), _text_value(right))
        if kinds == {"date"}:
            return compare(name, date_value(left), date_value(right))
        whole: m.Value = m.Arithmetic("-", left, right)
        return by_epoch(
            [
                ratios.compare_ratios(name, compiler.ratio(left), compiler.ratio(right))
                for compiler in epoch_compilers(self.contract, whole)
            ]
        )


def _kind(value: m.Value) -> str:
    match value:
        case m.Text() | m.Column(_, "text"):
            return "text"
        case m.Day() | m.IndexDate() | m.Column(_, "date"):
            return "date"
    return "number"


def _text_value(value: m.Value) -> Expr:
    match value:
        case m.Text(x):
            return text(x)
        case m.Column(name, _):
            return attribute(name)
    raise TypeError(f"{type(value).__name__} is no text")
