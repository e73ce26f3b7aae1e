"""Periods of a contract: which one a day lies in, its first and last day, its name.

A period is a whole number: a contract year's from 1, a calendar year itself, a quarter's counted from 1900, 1 for
the whole contract. What lies before `in_force.from` belongs to the first contract year.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.language import meaning as m
from engine.plan.tree import (
    Expr,
    Type,
    add_days,
    add_months,
    call,
    concat,
    day,
    greatest,
    integer,
    text,
)
from engine.plan.values import months_between

Kind = Literal["contract_year", "calendar_year", "quarter", "contract"]
_ORIGIN = date(1900, 1, 1)
_MONTHS = {"contract_year": 12, "calendar_year": 12, "quarter": 3}


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of one kind in a contract."""

    kind: Kind
    contract: m.Contract

    def number(self, on: Expr) -> Expr:
        """The period that a day lies in."""
        if self.kind == "contract":
            return integer(1)
        whole = _div(months_between(day(self._origin), on), _MONTHS[self.kind])
        match self.kind:
            case "contract_year":
                return _add(greatest(whole, integer(0)), 1)
            case "calendar_year":
                return _add(whole, _ORIGIN.year)
        return whole

    def first_day(self, number: Expr) -> Expr:
        if self.kind == "contract":
            return day(self.contract.in_force_from)
        return self._begins(number, 0)

    def last_day(self, number: Expr) -> Expr:
        """Of the whole contract the last day in force; ValueError where it is open."""
        if self.kind == "contract":
            if self.contract.in_force_to is None:
                raise ValueError("a contract that is open has no last day")
            return day(self.contract.in_force_to)
        return add_days(self._begins(number, 1), -1)

    def name(self, number: Expr) -> Expr:
        """`contract year 1`, `2018`, `2018-Q1`, `contract`."""
        match self.kind:
            case "contract":
                return text("contract")
            case "contract_year":
                return concat(text("contract year "), number)
            case "calendar_year":
                return concat(number)
        year, quarter = self._year_and_quarter(number)
        return concat(year, text("-Q"), quarter)

    def ordinal(self, number: Expr) -> Expr:
        """How many periods of the contract there have been, this one included."""
        if self.kind in ("contract", "contract_year"):
            return number
        start = self.contract.in_force_from
        first = start.year
        if self.kind == "quarter":
            first = (start.year - _ORIGIN.year) * 4 + (start.month - 1) // 3
        return _add(number, 1 - first)

    @property
    def _origin(self) -> date:
        return self.contract.in_force_from if self.kind == "contract_year" else _ORIGIN

    def _begins(self, number: Expr, later: int) -> Expr:
        """The day on which the period `later` after this one begins."""
        shift = {"contract_year": later - 1, "calendar_year": later - _ORIGIN.year, "quarter": later}[
            self.kind
        ]
        months = call("mul", Type.INTEGER, _add(number, shift), integer(_MONTHS[self.kind]))
        return add_months(day(self._origin), months)

    @staticmethod
    def _year_and_quarter(number: Expr) -> tuple[Expr, Expr]:
        years = _div(number, 4)
        quarter = call("sub", Type.INTEGER, _add(number, 1), call("mul", Type.INTEGER, years, integer(4)))
        return _add(years, _ORIGIN.year), quarter


def _add(number: Expr, more: int) -> Expr:
    return number if more == 0 else call("add", Type.INTEGER, number, integer(more))


def _div(number: Expr, by: int) -> Expr:
    return call("div_floor", Type.INTEGER, number, integer(by))
