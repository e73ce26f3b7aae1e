"""The entrance to expressions: text and the names it may use, to meaning."""

from typing import TYPE_CHECKING, cast

from engine.language.grammar.conditions import Conditions
from engine.language.grammar.names import Scope
from engine.language.grammar.parse import parse
from engine.language.grammar.values import end_of, start_of
from engine.language.meaning import Condition, EligiblePart, Value

if TYPE_CHECKING:
    from lark import Token, Tree


def condition(text: str, scope: Scope) -> Condition:
    """The condition that `text` says. Raises Unfit."""
    return Conditions(scope).as_condition(parse(text), 0)


def amount(text: str, scope: Scope) -> Value:
    """The amount that `text` says. Raises Unfit."""
    return Conditions(scope).as_number(parse(text), 0)


def eligible_parts(text: str, scope: Scope) -> tuple[EligiblePart, ...]:
    """The top-level `and`-parts of `text`, each with its words. Raises Unfit."""
    tree = parse(text)
    trees = cast("list[Tree[Token]]", tree.children if tree.data == "both" else [tree])
    builder = Conditions(scope)
    return tuple(
        EligiblePart(" ".join(text[start_of(part) : end_of(part)].split()), builder.as_condition(part, 1))
        for part in trees
    )
