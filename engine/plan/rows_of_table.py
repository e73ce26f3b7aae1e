"""Rows with bounds as expressions: the value of the first that fits, or each unit by the band in which it lies.

Only the row that fits is worked out: a NULL or a division by zero in another one is no error.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.language import meaning as m
from engine.plan import ratios
from engine.plan.ratios import Ratio
from engine.plan.tree import Expr, Lit, Type, case, is_null, lt, null, wide

_COMPARISONS = {"below": "lt", "at_most": "le", "above": "gt", "at_least": "ge"}
BELOW_ZERO = Lit(-1, Type.MONEY)  # as an amount that falls below zero is given


@dataclass(frozen=True, slots=True)
class Fitting:
    """A row's bound, put in; `otherwise` has none."""

    kind: str
    bound: Ratio | None


def of_first_fitting(by: Ratio, rows: Sequence[Fitting], values: Sequence[Expr]) -> Expr:
    """The value of the first row that `by` fits; NULL where `by` is not known. The rows leave no number out."""
    branches: list[tuple[Expr, Expr]] = []
    for row, value in zip(rows, values, strict=True):
        if row.bound is None:
            return _chosen(by, branches, value)
        branches.append((ratios.compare_ratios(_COMPARISONS[row.kind], by, row.bound), value))
    return _chosen(by, branches[:-1], branches[-1][1])


def _chosen(by: Ratio, branches: list[tuple[Expr, Expr]], last: Expr) -> Expr:
    unknown = [] if isinstance(by.over, Lit) and by.over.value is not None else [is_null(by.over)]
    return case(*((u, null(last.type)) for u in unknown), *branches, otherwise=last)


def by_bands(by: Ratio, rows: Sequence[Fitting], rates: Sequence[Ratio]) -> list[Ratio]:
    """For each row, what all units up to `by` come to where `by` lies in its band: rate × units, band by band."""
    result, before, start = [], ratios.constant(0), ratios.constant(0)
    for row, rate in zip(rows, rates, strict=True):
        within = ratios.multiply(rate, ratios.add(by, start, "sub"))
        result.append(ratios.add(before, within))
        if row.bound is not None:
            full = ratios.multiply(rate, ratios.add(row.bound, start, "sub"))
            before, start = ratios.add(before, full), row.bound
    return result


def rows_amount(by: Ratio, rows: Sequence[Fitting], parts: Sequence[Ratio], tiers: str, scale: int) -> Expr:
    """What the rows come to as MONEY, rounded once; -1 where it, or the `by` of marginal tiers, falls below zero.

    `parts`: of each row its amount, or with marginal tiers its rate for each unit in its band.
    """
    if tiers == "marginal":
        parts = by_bands(by, rows, parts)
    amount = of_first_fitting(by, rows, [ratios.rounded(part, scale) for part in parts])
    if tiers == "whole":
        return amount
    return case((lt(by.over, wide(0)), BELOW_ZERO), otherwise=amount)


def table_amount(table: m.Table, ratio: Callable[[m.Value], Ratio], scale: int) -> Expr:
    """The table's amount; see `rows_amount`."""
    rows = [Fitting(row.kind, None if row.bound is None else ratio(row.bound)) for row in table.rows]
    return rows_amount(ratio(table.by), rows, [ratio(row.amount) for row in table.rows], table.tiers, scale)
