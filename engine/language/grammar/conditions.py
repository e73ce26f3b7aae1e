"""Conditions: a syntax tree to its meaning, with three-valued logic left to whoever works it out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from engine.kernel.diagnostics import nearest
from engine.language import scalars
from engine.language.grammar.names import Built, known_outcome
from engine.language.grammar.values import KINDS, Values, start_of
from engine.language.meaning import (
    And,
    AtLeast,
    Column,
    Compare,
    Condition,
    FinalStatus,
    InList,
    Not,
    Or,
    StatusIs,
    Truth,
    Value,
)
from engine.language.notes import Unfit

if TYPE_CHECKING:
    from lark import Token, Tree

_STATUSES = ("met", "not_met", "not_evaluable")
_HELD = ("pending", "disputed")
_ORDERED = ("<", "<=", ">", ">=")
Operator = Literal["=", "!=", "<", "<=", ">", ">="]
ValueKind = Literal["number", "text", "date"]


@dataclass(frozen=True)
class Conditions(Values):
    """Builds conditions over values; every step raises Unfit with its place in the text."""

    def as_condition(self, tree: "Tree[Token]", depth: int) -> Condition:
        """The condition that the tree means; a bare column is one that says true or false."""
        built = self.build(tree, depth)
        if built.kind == "condition":
            return cast(Condition, built.value)
        if built.kind == "outcome":
            name = cast(Column, built.value).name
            raise built.unfit("bare_outcome", f"'{name}' alone is not a condition", f"write '{name} is met'")
        if built.kind == "column":
            return Truth(Column(cast(Column, built.value).name, "truth"))
        problem = f"{KINDS[built.kind]} stands where a condition is needed"
        raise built.unfit("not_a_condition", problem, "compare it, such as in 'age_at_index <= 25'")

    def _either(self, tree: Any, depth: int) -> Built:
        parts = tuple(self.as_condition(part, depth + 1) for part in tree.children)
        return self.built("condition", Or(parts), tree)

    def _both(self, tree: Any, depth: int) -> Built:
        parts = tuple(self.as_condition(part, depth + 1) for part in tree.children)
        return self.built("condition", And(parts), tree)

    def _negated(self, tree: Any, depth: int) -> Built:
        return self.built("condition", Not(self.as_condition(tree.children[0], depth + 1)), tree)

    def _at_least(self, tree: Any, depth: int) -> Built:
        token, _, *trees = tree.children
        parts = tuple(self.as_condition(part, depth + 1) for part in trees)
        try:
            count = scalars.whole(str(token), 1, len(parts))
        except Unfit as unfit:
            raise self.moved(unfit, token) from None
        return self.built("condition", AtLeast(count, parts), tree)

    def _status_is(self, tree: Any, depth: int) -> Built:
        subject, token = tree.children
        status, start = str(token), token.start_pos
        if subject.data != "name":
            hint = "write the outcome's name: 'remission is met'"
            raise Unfit("status", "'is' follows the name of an outcome", hint, start_of(subject), 1)
        name = str(subject.children[0])
        if self.scope.use == "eligible":
            hint = "eligibility is about the treatment's own attributes, before any outcome is known"
            raise Unfit(
                "status", "an outcome's status cannot stand in 'eligible'", hint, start_of(tree), len(name)
            )
        known_outcome(name, self.scope, start_of(subject))
        if status in _HELD:
            hint = "while an outcome is pending or disputed, every condition on it waits"
            raise Unfit("status", f"'is {status}' cannot be asked: it is NULL then", hint, start, len(status))
        if status not in _STATUSES:
            close = nearest(status, _STATUSES) or "a status is met, not_met or not_evaluable"
            raise Unfit("status", f"'{scalars.shown(status)}' is not a status", close, start, len(status))
        return self.built("condition", StatusIs(name, cast(FinalStatus, status)), tree)

    def _compared(self, tree: Any, depth: int) -> Built:
        left_tree, operator, right_tree = tree.children
        op = "=" if operator == "==" else str(operator)
        if (truth := self._truth_word(right_tree)) is not None and op in ("=", "!="):
            column = Not(self.as_condition(left_tree, depth + 1))
            asked = truth == (op == "=")
            return self.built("condition", column.part if asked else column, tree)
        left, right = self.build(left_tree, depth + 1), self.build(right_tree, depth + 1)
        kind = self._common_kind((left, right), op)
        if kind == "text" and op in _ORDERED:
            raise right.unfit(
                "wrong_type", f"'{op}' compares numbers and dates, not texts", "write '=' or '!='"
            )
        compare = Compare(cast(Operator, op), self.typed(left, kind), self.typed(right, kind))
        return self.built("condition", compare, tree)

    @staticmethod
    def _truth_word(tree: Any) -> bool | None:
        word = str(tree.children[0]) if tree.data == "name" else ""
        return {"true": True, "false": False}.get(word)

    def _common_kind(self, sides: tuple[Built, ...], op: str) -> ValueKind:
        """The type in which values are compared: that of the ones whose type is known."""
        for side in sides:
            if side.kind == "condition":
                raise side.unfit(
                    "wrong_type", "a condition cannot be compared", "join conditions with and, or, not"
                )
        known = [side.kind for side in sides if side.kind in KINDS]
        if known:
            return cast(ValueKind, known[0])
        names = [cast(Column, side.value).name for side in sides]
        if sides[-1].kind == "column" and sides[0].kind == "column":
            numbers = f"numbers: {names[0]} - {names[-1]} {op} 0"
            hint = f'a text stands in quotes: {names[0]} {op} "{names[-1]}"; {numbers}'
            problem = f"it cannot be told whether '{names[0]}' and '{names[-1]}' are numbers or texts"
            raise sides[-1].unfit("unclear", problem, hint)
        bare = next(side for side in sides if side.kind == "outcome")
        name = cast(Column, bare.value).name
        raise bare.unfit("bare_outcome", f"'{name}' is an outcome and has a status", f"write '{name} is met'")

    def _in_list(self, tree: Any, depth: int) -> Built:
        sides = tuple(self.build(part, depth + 1) for part in tree.children)
        kind = self._common_kind(sides, "=")
        values: list[Value] = [self.typed(side, kind) for side in sides]
        return self.built("condition", InList(values[0], tuple(values[1:])), tree)

    def _not_in_list(self, tree: Any, depth: int) -> Built:
        inner = cast(Condition, self._in_list(tree, depth).value)
        return self.built("condition", Not(inner), tree)
