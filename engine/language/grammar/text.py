"""Conditions and values back as text, such as a contract could say them: reading it gives the same meaning."""

import re
from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction
from typing import Any

from engine.kernel.money import format_fraction
from engine.language import meaning as m
from engine.language.scalars import MAX_DECIMALS

# How tightly a construct binds; a looser one within a tighter one stands in brackets.
_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _ATOM = range(7)


def expression_text(tree: object) -> str:
    """A condition or a value as text: `remission is not_met and age_at_index <= 25`, `80% of price`."""
    return _said(tree)[0]


def percent(value: Fraction) -> str:
    """`80%`; a share without an exact decimal as `1/3`."""
    exact = format_fraction(value * 100)
    return format_fraction(value) if "/" in exact else f"{exact}%"


def number_text(value: Fraction) -> str:
    """A number as a contract may say it: `649000`, `0.5`; a percentage where a decimal would be too fine."""
    exact = format_fraction(value)
    return percent(value) if len(exact.partition(".")[2]) > MAX_DECIMALS else exact


def _said(tree: object) -> tuple[str, int]:
    """The text, and how tightly its outermost construct binds."""
    say = _WAYS.get(type(tree))
    return say(tree) if say else (_unknown(tree), _ATOM)


def _within(tree: object, binding: int) -> str:
    text, own = _said(tree)
    return text if own >= binding else f"({text})"


def _unknown(tree: object) -> str:
    """A word of the language without a text of its own: its name, and what it is made of."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(tree).__name__).lower()
    parts = [getattr(tree, f.name) for f in fields(tree)]  # type: ignore[arg-type]
    said = [part if isinstance(part, str) else expression_text(part) for part in parts if part is not None]
    return f"{name}({', '.join(said)})" if said else name


def _arithmetic(tree: m.Arithmetic) -> tuple[str, int]:
    binding = _PRODUCT if tree.op in "*/" else _SUM
    left, right = _within(tree.left, binding), _within(tree.right, binding + 1)
    share = tree.left.value if isinstance(tree.left, m.Number) else None
    if tree.op == "*" and share is not None and 0 < share < 1:
        return f"{percent(share)} of {right}", _PRODUCT
    return f"{left} {tree.op} {right}", binding


def _joined(word: str, parts: tuple[m.Condition, ...], binding: int) -> tuple[str, int]:
    return f" {word} ".join(_within(part, binding + 1) for part in parts), binding


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


def _listed(parts: tuple[Any, ...]) -> str:
    return ", ".join(expression_text(part) for part in parts)


_WAYS: dict[type, Callable[[Any], tuple[str, int]]] = {
    m.Number: lambda t: (number_text(t.value), _ATOM),
    m.Text: lambda t: (_quoted(t.value), _ATOM),
    m.Day: lambda t: (t.value.isoformat(), _ATOM),
    m.TermRef: lambda t: (t.name, _ATOM),
    m.IndexDate: lambda t: ("index", _ATOM),
    m.Column: lambda t: (t.name, _ATOM),
    m.OutcomeField: lambda t: (f"{t.outcome}.{t.field}", _ATOM),
    m.RowField: lambda t: (f"{t.outcome}.{t.field}", _ATOM),
    m.Arithmetic: _arithmetic,
    m.Extreme: lambda t: (f"{t.kind}({_listed(t.parts)})", _ATOM),
    m.Elapsed: lambda t: (f"{t.unit}_between({_listed((t.start, t.end))})", _ATOM),
    m.StatusIs: lambda t: (f"{t.outcome} is {t.status}", _COMPARE),
    m.Compare: lambda t: (f"{_within(t.left, _SUM)} {t.op} {_within(t.right, _SUM)}", _COMPARE),
    m.InList: lambda t: (f"{_within(t.value, _SUM)} in ({_listed(t.options)})", _COMPARE),
    m.Truth: lambda t: (t.column.name, _ATOM),
    m.And: lambda t: _joined("and", t.parts, _AND),
    m.Or: lambda t: _joined("or", t.parts, _OR),
    m.Not: lambda t: (f"not {_within(t.part, _COMPARE)}", _NOT),
    m.AtLeast: lambda t: (f"at_least {t.count} of ({_listed(t.parts)})", _ATOM),
}
