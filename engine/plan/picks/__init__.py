"""Picks: how the rows of a window become one status. One file for each family of them."""

from engine.language import meaning as m
from engine.plan.picks import chosen, earliest, mean, runs, supply
from engine.plan.picks.base import Folded, Rows

_FAMILIES = {
    "any": earliest.any_row,
    "all": earliest.all_rows,
    "none": earliest.no_row,
    "count": earliest.count,
    "first": chosen.first,
    "last": chosen.last,
    "nearest": chosen.nearest,
    "lowest": chosen.lowest,
    "highest": chosen.highest,
    "mean": mean.mean,
    "consecutive": runs.consecutive,
    "sustained": runs.sustained,
    "days_covered": supply.days_covered,
}


def fold(outcome: m.Outcome, rows: Rows) -> Folded:
    """The aggregates of an outcome's pick over its rows, and what they say."""
    return _FAMILIES[outcome.pick.kind](outcome, rows)


__all__ = ["Folded", "Rows", "fold"]
