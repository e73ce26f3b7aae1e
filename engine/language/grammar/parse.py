"""An expression's text to its syntax tree, with limits on length and depth, and errors in words."""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from engine.language.notes import Unfit
from engine.language.scalars import shown

if TYPE_CHECKING:
    from lark import Lark, Token, Tree, UnexpectedCharacters, UnexpectedToken

MAX_CHARACTERS = 2_000
MAX_NESTING = 30
_SIGNS = {
    **dict(zip("≤≥≠×·÷−–", ("<=", ">=", "!=", "*", "*", "/", "-", "-"), strict=True)),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("‘’", "'"),
    **{"&": "and", "|": "or", "!": "not"},
}
_WORDS = {
    **{"NAME": "a name", "NUMBER": "a number", "STRING": "a text in quotes", "DATE": "a date"},
    **{
        "LPAR": "'('",
        "RPAR": "')'",
        "COMMA": "','",
        "DOT": "'.'",
        "COMPARE": "a comparison",
        "$END": "the end",
    },
    **{"_AND": "'and'", "_OR": "'or'", "_NOT": "'not'", "_IS": "'is'", "_IN": "'in'", "OF": "'of'"},
    **{"PLUS": "'+'", "MINUS": "'-'", "TIMES": "'*'", "DIVIDED": "'/'", "_AT_LEAST": "'at_least'"},
}
_SHOWN_FIRST = ("NAME", "NUMBER", "LPAR", "_AND", "_OR", "_IS", "COMPARE", "OF", "COMMA", "RPAR", "$END")


@cache
def _parser() -> "Lark":
    from lark import Lark  # late: a command that reads no contract does not pay for it

    grammar = Path(__file__).with_name("expressions.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", propagate_positions=True, maybe_placeholders=False)


def parse(text: str) -> "Tree[Token]":
    """The syntax tree of an expression; every leaf knows its place in `text`. Raises Unfit."""
    from lark import UnexpectedCharacters, UnexpectedToken

    _refuse_too_much(text)
    try:
        return _parser().parse(text)
    except UnexpectedCharacters as error:
        raise _odd_character(text, error) from None
    except UnexpectedToken as error:
        raise _odd_token(text, error) from None


def _refuse_too_much(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        problem = f"an expression of {len(text):,} characters; {MAX_CHARACTERS:,} are read at most"
        raise Unfit("too_long", problem, "split it: name parts of it as outcomes, terms or clauses")
    depth = 0
    for match in re.finditer(r"\"[^\"\n]*\"|'[^'\n]*'|[()]", text):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth > MAX_NESTING:
            raise too_deep(match.start())


def too_deep(start: int) -> Unfit:
    """The refusal of an expression that is nested too deep."""
    return Unfit("nesting", f"an expression nested more than {MAX_NESTING} deep", "", start, 1)


def _odd_character(text: str, error: "UnexpectedCharacters") -> Unfit:
    at = error.pos_in_stream or 0
    char = text[at]
    if char in "\"'":
        return Unfit(
            "expression", "a text in quotes does not end", f"close it with {char}", at, len(text) - at
        )
    if char in _SIGNS:
        return Unfit("expression", f"'{char}' is not read here", f"write {_SIGNS[char]}", at, 1)
    if char == "%":
        hint = "a percentage is written as a number and its sign: 80%"
        return Unfit("expression", "'%' stands alone", hint, at, 1)
    return Unfit("expression", f"'{char}' is not read here", "", at, 1)


def _odd_token(text: str, error: "UnexpectedToken") -> Unfit:
    token, expected = error.token, set(error.expected)
    at_end = token.type == "$END"
    at = len(text) if at_end else (token.start_pos or 0)
    here = "the end comes" if at_end else f"'{shown(str(token))}' stands"
    length = 1 if at_end else len(token)
    problem = f"{here} where {_expected_words(expected)} was expected"
    return Unfit("expression", problem, _syntax_hint(text[:at].rstrip(), token, expected), at, length)


def _expected_words(expected: set[str]) -> str:
    if "NUMBER" in expected and "NAME" in expected:
        expected = {"NAME", "NUMBER", "LPAR"}
    if "_AND" in expected:
        expected -= {"LPAR", "COMMA", "RPAR"}
    words = [_WORDS[name] for name in _SHOWN_FIRST if name in expected]
    words = words or sorted(_WORDS.get(name, name) for name in expected)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _syntax_hint(before: str, token: "Token", expected: set[str]) -> str:
    word = str(token)
    if token.type == "$END" and before.count("(") > before.count(")"):
        return "close the bracket; and within { } or [ ], a text with a comma stands in quotes"
    if word.lower() in ("and", "or", "not", "in", "is", "of") and word != word.lower():
        return f"write '{word.lower()}'"
    if token.type == "_NOT" and before.endswith(" is"):
        return "write 'X is not_met' (it was decided so) or 'not (X is met)'"
    if word in ("met", "not_met", "not_evaluable") and token.type == "NAME":
        return f"write 'X is {word}'"
    if token.type == "COMPARE" and "COMPARE" not in expected:
        return "one comparison at a time: write 'a <= x and x <= b'"
    if token.type == "_AND" and re.search(r"\bbetween\b", before):
        return "write 'a <= x and x <= b'"
    if word == "if":
        return "an amount has no 'if': write two clauses, each with its own"
    return ""
