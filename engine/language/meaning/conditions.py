"""Conditions on statuses and attributes."""

from dataclasses import dataclass
from typing import Literal

from engine.language.meaning.outcomes import FinalStatus
from engine.language.meaning.values import Column, Value


@dataclass(frozen=True, slots=True)
class StatusIs:
    """TRUE or FALSE once the outcome is decided, NULL while it is pending or disputed."""

    outcome: str
    status: FinalStatus


@dataclass(frozen=True, slots=True)
class Compare:
    op: Literal["=", "!=", "<", "<=", ">", ">="]
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class InList:
    value: Value
    options: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """A column of treatments that says true or false."""

    column: Column


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """TRUE when at least `count` of the parts are; FALSE when that can no longer be."""

    count: int
    parts: tuple["Condition", ...]


Condition = StatusIs | Compare | InList | Truth | And | Or | Not | AtLeast
