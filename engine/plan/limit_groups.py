"""The groups of a limit: whose lines count together, and which of them can be out of bounds."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.language import meaning as m
from engine.plan.line_parts import CASE_COLUMNS, context_columns
from engine.plan.payers import payer_name
from engine.plan.periods import Periods
from engine.plan.subjects import PAYER_NO, epoch
from engine.plan.tree import (
    TRUE,
    Agg,
    Col,
    Expr,
    Filter,
    Fold,
    Join,
    Lit,
    Ref,
    Relation,
    Select,
    Type,
    With,
    and_,
    call,
    case,
    coalesce,
    greatest,
    integer,
    is_not_null,
    least,
    lt,
    null,
    or_,
    rename,
)
from engine.plan.values import INDEX_DATE, minor_amount

_ZERO = Lit(0, Type.MONEY)
_TOTAL, _AMOUNT = Col("total", Type.MONEY), Col("amount", Type.MONEY)
_PERIOD, _COUNTS = Col("period", Type.INTEGER), Col("counts", Type.INTEGER)
_BOUNDS = ("at_most", "at_least", "patient_first")


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one limit. `subjects` are the enrolled treatments; with `case_id`, each case is apart."""

    contract: m.Contract
    limit: m.Limit
    subjects: Ref

    @property
    def cases(self) -> tuple[str, ...]:
        return tuple(CASE_COLUMNS) if "case_id" in self.subjects.columns else ()

    @property
    def keys(self) -> tuple[str, ...]:
        """What tells the groups apart."""
        match self.limit.per:
            case "treatment":
                return ("subject",)
            case "patient":
                return (*self.cases, "patient_id")
        return (*self.cases, "period")

    @property
    def identity(self) -> dict[str, str]:
        """Columns that say which group it is, in a row of its own: name by name."""
        payer = ("payer",) if self.contract.several_payers else ()
        treatment = ("subject", "patient_id", "treatment_id", *payer)
        own = treatment if self.limit.per == "treatment" else ("group_name",)
        patient = ("patient_id",) if self.limit.per == "patient" else ()
        return {n: n for n in (*self.cases, *patient, *own)}

    @property
    def context(self) -> dict[str, Type]:
        """The columns of every line that say whose it is."""
        return context_columns(bool(self.cases), self.contract.several_payers)

    @property
    def floor_with_lines(self) -> bool:
        """Whether a floor counts with each line, and not at the year's end."""
        return self.limit.at_least is not None and not self.limit.is_yearly

    @property
    def by_day(self) -> bool:
        """Whether the lines of a day are added up before they are put in order.

        Where many fall into a group it is faster. With a floor it must be: two running sums over lines of one day may
        take them in different orders, and where the first line stands would not fit the total.
        """
        return self.limit.per not in ("treatment", "patient") or self.floor_with_lines

    @property
    def _periods(self) -> Periods:
        kind = self.limit.per
        if kind in ("treatment", "patient"):
            raise ValueError(f"a limit per {kind} has no periods")
        return Periods(kind, self.contract)  # type: ignore[arg-type]

    def key(self, name: str) -> Expr:
        """A part of the key, over a line."""
        if name == "period":
            return self._periods.number(Col("due", Type.DATE))
        return Col(name, self.context[name])

    def kept(self, totals: Ref) -> dict[str, str]:
        """What the changes need of the totals: the identity, the bounds, the key."""
        names = (*self.keys, *self.identity, *_BOUNDS)
        return {n: n for n in totals.columns if n in names}

    def completed(self, rows: Relation, more: Mapping[str, Expr]) -> Select:
        """Rows of groups with all columns that say whose a line is, and more."""
        own = (*self.identity, "as_of")
        items = [(n, Col(n, t) if n in own else null(t)) for n, t in self.context.items()]
        return Select(rows, (*items, *more.items()))

    def out_of_bounds(self, counted: Relation) -> Relation:
        """One row a group whose lines may not all stand, with its bounds.

        A cap that is not reached moves nothing; a floor may have moved even where the total is above it now.
        `unknown` is TRUE where a bound is NULL or below zero, else NULL.
        """
        aggs = (
            ("total", Agg("sum", _AMOUNT, Type.MONEY)),
            ("last_due", Agg("max", Col("due", Type.DATE), Type.DATE, lt(integer(0), _COUNTS))),
        )
        rows = self._described(Fold(counted, self.keys, aggs))
        bounds = [(n, self._bound(getattr(self.limit, n))) for n in _BOUNDS]
        rows = With(rows, tuple(bounds))
        unknown = or_(*(coalesce(lt(Col(n, Type.MONEY), _ZERO), TRUE) for n in self._stated))
        rows = With(rows, (("unknown", case((unknown, TRUE), otherwise=null(Type.TRUTH))),))
        begun = is_not_null(Col("last_due", Type.DATE))
        return Filter(rows, and_(begun, or_(is_not_null(Col("unknown", Type.TRUTH)), *self._may_bite())))

    @property
    def _stated(self) -> tuple[str, ...]:
        return tuple(n for n in _BOUNDS if getattr(self.limit, n) is not None)

    def _may_bite(self) -> list[Expr]:
        cap = [lt(Col("at_most", Type.MONEY), _TOTAL)] if self.limit.at_most is not None else []
        others = [n for n in self._stated if n != "at_most"]
        return cap + [lt(_ZERO, Col(n, Type.MONEY)) for n in others]

    def _bound(self, value: m.Value | None) -> Expr:
        return null(Type.MONEY) if value is None else minor_amount(self.contract, value)

    def _described(self, totals: Fold) -> Relation:
        """The totals with the group's name and the epoch of the terms that bound it."""
        match self.limit.per:
            case "treatment":
                joined = Join(self._treatments, totals, self.keys)
                return With(joined, (("group_name", null(Type.TEXT)), *self._no_year()))
            case "contract_year" | "calendar_year":
                first, last = (d(_PERIOD) for d in (self._periods.first_day, self._periods.last_day))
                dated = With(totals, (("last_day", last), ("epoch", epoch(self.contract, first))))
                return self._named(dated, self._periods.name(_PERIOD))
        subjects: Relation = self.subjects
        name: Expr = Col("patient_id", Type.TEXT)
        if self.limit.per == "contract":
            subjects = With(subjects, (("period", integer(1)),))
            name = self._periods.name(_PERIOD)
        first_index = (("first_index", Agg("min", INDEX_DATE, Type.DATE)),)
        joined = Join(Fold(subjects, self.keys, first_index), totals, self.keys)
        since = epoch(self.contract, Col("first_index", Type.DATE))
        return self._named(With(joined, (("epoch", since), *self._no_year())), name)

    @property
    def _treatments(self) -> Relation:
        """The treatments, of several payers each with its own as the contract calls it."""
        if not self.contract.several_payers:
            return self.subjects
        others = {n: n for n in self.subjects.columns if n != "payer"}
        return With(rename(self.subjects, others), (("payer", payer_name(self.contract, PAYER_NO)),))

    @staticmethod
    def _no_year() -> tuple[tuple[str, Expr], ...]:
        return (("last_day", null(Type.DATE)),)

    def _named(self, rows: Relation, name: Expr) -> Relation:
        payer = (("payer", null(Type.TEXT)),) if self.contract.several_payers else ()
        return With(rows, (("group_name", name), ("treatment_id", null(Type.TEXT)), *payer))


def counted_lines(groups: Groups, lines: Relation) -> Select:
    """Lines, or an earlier limit's changes, as a limit counts them: the group's key, day, amount, and if above zero."""
    items = [(name, groups.key(name)) for name in groups.keys]
    above_zero = case((lt(_ZERO, _AMOUNT), integer(1)), otherwise=integer(0))
    return Select(
        lines, (*items, ("due", Col("due", Type.DATE)), ("amount", _AMOUNT), ("counts", above_zero))
    )


def day_by_day(groups: Groups, counted: Relation) -> Fold:
    """The same with the lines of a day as one; it `counts` where one of them does."""
    sums = (
        ("amount", Agg("sum", _AMOUNT, Type.MONEY)),
        ("counts", Agg("max", _COUNTS, Type.INTEGER)),
    )
    return Fold(counted, (*groups.keys, "due"), sums)


def bounded(limit: m.Limit, total: Expr, with_floor: bool) -> Expr:
    """What the bounds make of a total: a floor comes first, then the cap, so that the cap holds where they clash."""
    if limit.patient_first is not None:
        rest = call("sub", Type.MONEY, total, Col("patient_first", Type.MONEY))
        return greatest(rest, _ZERO)
    result = total
    if limit.at_least is not None and with_floor:
        result = greatest(result, Col("at_least", Type.MONEY))
    if limit.at_most is not None:
        result = least(result, Col("at_most", Type.MONEY))
    return result
