"""Amounts and other values: a syntax tree to its meaning, typed, with every name resolved."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from engine.kernel.diagnostics import nearest
from engine.language import scalars
from engine.language.grammar.names import Built, Kind, Scope, resolve, resolve_field
from engine.language.grammar.parse import too_deep
from engine.language.meaning import (
    Arithmetic,
    Column,
    Condition,
    Day,
    Elapsed,
    Extreme,
    Number,
    Text,
    Value,
)
from engine.language.notes import Unfit

if TYPE_CHECKING:
    from lark import Token, Tree

MAX_DEPTH = 60  # of the meaning: a chain of 20 sums counts 20
_FUNCTIONS = ("min", "max", "months_between", "days_between", "years_between")
KINDS = {"number": "a number", "text": "a text", "date": "a date", "condition": "a condition"}
Unit = Literal["days", "months", "years"]


def start_of(tree: Any) -> int:
    return int(tree.meta.start_pos)


def end_of(tree: Any) -> int:
    return int(tree.meta.end_pos)


@dataclass(frozen=True)
class Values:
    """Builds values; every step raises Unfit with its place in the text. `Conditions` adds the rest."""

    scope: Scope

    def as_number(self, tree: "Tree[Token]", depth: int) -> Value:
        """The number that the tree means."""
        return self.typed(self.build(tree, depth), "number")

    def _as_date(self, tree: "Tree[Token]", depth: int) -> Value:
        return self.typed(self.build(tree, depth), "date")

    def typed(self, built: Built, kind: Literal["number", "text", "date"]) -> Value:
        """The value as one of this type; a column becomes a column of it."""
        if built.kind == kind:
            return cast(Value, built.value)
        if built.kind == "column":
            return Column(cast(Column, built.value).name, kind)
        if built.kind == "outcome":
            name = cast(Column, built.value).name
            hint = f"write '{name}.date', '{name}.value' or '{name}.count'"
            if self.scope.use in ("eligible", "if"):
                hint = f"write '{name} is met'"
            raise built.unfit("bare_outcome", f"'{name}' is an outcome, not {KINDS[kind]}", hint)
        problem = f"{KINDS[built.kind]} stands where {KINDS[kind]} is needed"
        hint = "dates stand in months_between, days_between and years_between" if built.kind == "date" else ""
        raise built.unfit("wrong_type", problem, hint)

    def build(self, tree: "Tree[Token]", depth: int) -> Built:
        """The meaning of a tree, by the name of its rule."""
        if depth > MAX_DEPTH:
            raise too_deep(start_of(tree))
        method: Callable[[Any, int], Built] = getattr(self, f"_{tree.data}")
        return method(tree, depth)

    def built(self, kind: Kind, value: Value | Condition, tree: "Tree[Token]") -> Built:
        return Built(kind, value, start_of(tree), end_of(tree) - start_of(tree))

    def _number(self, tree: Any, depth: int) -> Built:
        return self.built("number", Number(self.literal(tree.children[0])), tree)

    def _negative(self, tree: Any, depth: int) -> Built:
        return self.built("number", Number(-self.literal(tree.children[1])), tree)

    def literal(self, token: "Token") -> Any:
        try:
            return scalars.share(str(token))
        except Unfit as unfit:
            raise self.moved(unfit, token) from None

    def moved(self, unfit: Unfit, token: "Token") -> Unfit:
        return Unfit(unfit.code, unfit.problem, unfit.hint, token.start_pos or 0, len(token))

    def _text(self, tree: Any, depth: int) -> Built:
        return self.built("text", Text(str(tree.children[0])[1:-1]), tree)

    def _date(self, tree: Any, depth: int) -> Built:
        try:
            return self.built("date", Day(scalars.day(str(tree.children[0]))), tree)
        except Unfit as unfit:
            raise self.moved(unfit, tree.children[0]) from None

    def _name(self, tree: Any, depth: int) -> Built:
        return resolve(str(tree.children[0]), self.scope, start_of(tree))

    def _field(self, tree: Any, depth: int) -> Built:
        outcome, field = tree.children
        return resolve_field(str(outcome), str(field), self.scope, outcome.start_pos, field.start_pos)

    def _group(self, tree: Any, depth: int) -> Built:
        inner = self.build(tree.children[0], depth + 1)
        return inner._replace(start=start_of(tree), length=end_of(tree) - start_of(tree))

    def _sum(self, tree: Any, depth: int) -> Built:
        return self._chain(tree, depth)

    def _product(self, tree: Any, depth: int) -> Built:
        return self._chain(tree, depth)

    def _chain(self, tree: Any, depth: int) -> Built:
        """`a - b + c` from left to right."""
        operands, operators = tree.children[::2], tree.children[1::2]
        result = self.as_number(operands[0], depth + len(operators))
        for i, (operator, operand) in enumerate(zip(operators, operands[1:], strict=True)):
            if operator == "of" and i and operators[i - 1] == "/" and operands[i].data != "number":
                problem = "'of' after a division can be read in two ways"
                hint = "put parentheses: '(a / b) of c' or 'a / (b of c)'"
                raise Unfit("unclear", problem, hint, operator.start_pos, 2)
            right = self.as_number(operand, depth + 1)
            if operator == "/" and isinstance(right, Number) and right.value == 0:
                raise Unfit("zero", "a division by zero", "", start_of(operand), 1)
            sign = "*" if operator == "of" else str(operator)
            result = Arithmetic(cast(Literal["+", "-", "*", "/"], sign), result, right)
        return self.built("number", result, tree)

    def _unfit(self, tree: Any, problem: str, hint: str) -> Unfit:
        return Unfit("arguments", problem, hint, start_of(tree), end_of(tree) - start_of(tree))

    def _call(self, tree: Any, depth: int) -> Built:
        function, *arguments = tree.children
        if function not in _FUNCTIONS:
            close = nearest(str(function), _FUNCTIONS) or f"functions: {', '.join(_FUNCTIONS)}"
            problem = f"'{scalars.shown(str(function))}' is not a function"
            raise Unfit("unknown_function", problem, close, function.start_pos, len(function))
        if function in ("min", "max"):
            if len(arguments) < 2:
                hint = f"write '{function}(a, b)'"
                raise self._unfit(tree, f"'{function}' needs two amounts", hint)
            parts = tuple(self.as_number(argument, depth + 1) for argument in arguments)
            return self.built("number", Extreme(cast(Literal["min", "max"], str(function)), parts), tree)
        if len(arguments) != 2:
            hint = f"write '{function}(index, relapse.date)'"
            raise self._unfit(tree, f"'{function}' needs two dates", hint)
        start, end = (self._as_date(argument, depth + 1) for argument in arguments)
        unit = cast(Unit, str(function).partition("_")[0])
        return self.built("number", Elapsed(unit, start, end), tree)
