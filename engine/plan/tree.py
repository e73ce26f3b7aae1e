"""The plan's own small language: typed columns over typed relations, with no engine in mind.

Every expression has a type; every relation knows its columns. There is no float: money and numbers are
integers, of the currency's minor unit or scaled. A backend turns the tree into SQL or Polars expressions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import MappingProxyType


class Type(Enum):
    """What a column holds. WIDE is a 128-bit integer, KEY a packed evidence key of 63 bits."""

    DATE = "date"
    INTEGER = "integer"
    MONEY = "money"
    WIDE = "wide"
    TEXT = "text"
    TRUTH = "truth"
    KEY = "key"


Constant = date | int | str | bool | None
INTEGERS = frozenset({Type.INTEGER, Type.MONEY, Type.WIDE, Type.KEY})

# --- expressions ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Col:
    """A column of the relation that the expression stands over."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Lit:
    """A constant; None is NULL of its type."""

    value: Constant
    type: Type


@dataclass(frozen=True, slots=True)
class Call:
    """An operation on expressions; the names are those of OPERATIONS."""

    op: str
    args: tuple["Expr", ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Over:
    """A value from neighbouring rows: those of the same `by`, in the order of `order`.

    `lead`: of the next row; `max_before`: the largest of all rows before; `sum_to`: the sum up to this row;
    `max_to`: the largest up to this row.
    """

    op: str
    value: "Expr"
    by: tuple[str, ...]
    order: tuple[str, ...]
    type: Type


Expr = Col | Lit | Call | Over

OPERATIONS = frozenset(
    """and or not eq ne lt le gt ge is_null coalesce case least greatest in kth_smallest
    add sub mul div_floor abs widen narrow add_months add_days days_between months_between
    pack key_day key_row key_satisfied number truth_of date_of concat text""".split()
)


def call(op: str, type_: Type, *args: Expr) -> Expr:
    """An operation, checked to exist."""
    if op not in OPERATIONS:
        raise ValueError(f"{op} is not an operation of the plan")
    return Call(op, args, type_)


def null(type_: Type) -> Expr:
    return Lit(None, type_)


def text(value: str) -> Lit:
    return Lit(value, Type.TEXT)


def integer(value: int) -> Lit:
    return Lit(value, Type.INTEGER)


def wide(value: int) -> Lit:
    return Lit(value, Type.WIDE)


def day(value: date) -> Lit:
    return Lit(value, Type.DATE)


TRUE = Lit(True, Type.TRUTH)
FALSE = Lit(False, Type.TRUTH)
UNKNOWN = Lit(None, Type.TRUTH)


def and_(*parts: Expr) -> Expr:
    """SQL's AND of any number of truths; of none, TRUE."""
    kept = tuple(p for p in parts if p != TRUE)
    return TRUE if not kept else kept[0] if len(kept) == 1 else Call("and", kept, Type.TRUTH)


def or_(*parts: Expr) -> Expr:
    """SQL's OR of any number of truths; of none, FALSE."""
    kept = tuple(p for p in parts if p != FALSE)
    return FALSE if not kept else kept[0] if len(kept) == 1 else Call("or", kept, Type.TRUTH)


def not_(part: Expr) -> Expr:
    return call("not", Type.TRUTH, part)


def compare(op: str, left: Expr, right: Expr) -> Expr:
    return call(op, Type.TRUTH, left, right)


def eq(left: Expr, right: Expr) -> Expr:
    return compare("eq", left, right)


def le(left: Expr, right: Expr) -> Expr:
    return compare("le", left, right)


def lt(left: Expr, right: Expr) -> Expr:
    return compare("lt", left, right)


def is_null(value: Expr) -> Expr:
    return call("is_null", Type.TRUTH, value)


def is_not_null(value: Expr) -> Expr:
    return not_(is_null(value))


def in_(value: Expr, options: Iterable[Expr]) -> Expr:
    return call("in", Type.TRUTH, value, *options)


def case(*branches: tuple[Expr, Expr], otherwise: Expr) -> Expr:
    """The value of the first branch whose truth is TRUE, else `otherwise`."""
    if not branches:
        return otherwise
    args = tuple(x for branch in branches for x in branch)
    return Call("case", (*args, otherwise), branches[0][1].type)


def coalesce(*values: Expr) -> Expr:
    return values[0] if len(values) == 1 else call("coalesce", values[0].type, *values)


def least(*values: Expr) -> Expr:
    """The smallest that is not NULL."""
    return values[0] if len(values) == 1 else call("least", values[0].type, *values)


def greatest(*values: Expr) -> Expr:
    """The largest that is not NULL."""
    return values[0] if len(values) == 1 else call("greatest", values[0].type, *values)


def add_days(value: Expr, days: int | Expr) -> Expr:
    if days == 0:
        return value
    return call("add_days", Type.DATE, value, integer(days) if isinstance(days, int) else days)


def add_months(value: Expr, months: int | Expr) -> Expr:
    if months == 0:
        return value
    return call("add_months", Type.DATE, value, integer(months) if isinstance(months, int) else months)


def truth_of(value: Expr) -> Expr:
    """`true` or `false` in any case as a truth; NULL for any other text."""
    return call("truth_of", Type.TRUTH, value)


def date_of(value: Expr) -> Expr:
    """An ISO date as a date; NULL for any other text."""
    return call("date_of", Type.DATE, value)


def concat(*parts: Expr) -> Expr:
    """Texts joined; NULL counts as empty. Dates and integers are written as `text` does."""
    return call("concat", Type.TEXT, *parts)


# --- relations --------------------------------------------------------------------------------------

Columns = Mapping[str, Type]


@dataclass(frozen=True, slots=True)
class Scan:
    """A feed table, with the columns that the plan reads."""

    table: str
    columns: Columns


@dataclass(frozen=True, slots=True)
class Ref:
    """An earlier step of the plan."""

    step: str
    columns: Columns


@dataclass(frozen=True, slots=True)
class Values:
    """A few constant rows."""

    columns: Columns
    rows: tuple[tuple[Constant, ...], ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """The rows for which the truth is TRUE."""

    source: "Relation"
    where: Expr

    @property
    def columns(self) -> Columns:
        return self.source.columns


@dataclass(frozen=True, slots=True)
class Select:
    """One row a row of the source, with just these columns."""

    source: "Relation"
    items: tuple[tuple[str, Expr], ...]

    @property
    def columns(self) -> Columns:
        return {name: expr.type for name, expr in self.items}


@dataclass(frozen=True, slots=True)
class With:
    """The source and further columns over it."""

    source: "Relation"
    items: tuple[tuple[str, Expr], ...]

    @property
    def columns(self) -> Columns:
        return {**self.source.columns, **{name: expr.type for name, expr in self.items}}


@dataclass(frozen=True, slots=True)
class Join:
    """Pairs of rows that agree on `on` and pass `where` (over the columns of both sides).

    `inner`; `left` keeps each left row, and is for right sides of at most one row a key; `cross` has no `on`.
    The right side's columns must not repeat a left one's, but for those of `on`.
    """

    left: "Relation"
    right: "Relation"
    on: tuple[str, ...]
    how: str = "inner"
    where: Expr | None = None

    @property
    def columns(self) -> Columns:
        return {**self.left.columns, **self.right.columns}


@dataclass(frozen=True, slots=True)
class Agg:
    """A value of a group, over its rows that pass `where`.

    `min`, `max`, `sum`, `count` (no value), `any_true`, `kth` (the k-th smallest), `value_of_min` (the value of
    the row that is smallest by `order`, ascending; a row with a NULL in its order or value is passed over).
    """

    op: str
    value: Expr | None
    type: Type
    where: Expr | None = None
    order: tuple[Expr, ...] = ()
    k: int = 1


@dataclass(frozen=True, slots=True)
class Fold:
    """One row a group."""

    source: "Relation"
    by: tuple[str, ...]
    aggs: tuple[tuple[str, Agg], ...]

    @property
    def columns(self) -> Columns:
        known = self.source.columns
        return {**{name: known[name] for name in self.by}, **{name: agg.type for name, agg in self.aggs}}


@dataclass(frozen=True, slots=True)
class Union:
    """The rows of all parts, which have the same columns in the same order."""

    parts: tuple["Relation", ...]

    @property
    def columns(self) -> Columns:
        return self.parts[0].columns


Relation = Scan | Ref | Values | Filter | Select | With | Join | Fold | Union


def column(relation: Relation, name: str) -> Col:
    """The column `name` of `relation`; KeyError where it has none."""
    return Col(name, relation.columns[name])


def rename(relation: Relation, names: Mapping[str, str]) -> Select:
    """Just the columns `names`, each under its new name."""
    return Select(relation, tuple((new, column(relation, old)) for old, new in names.items()))


# --- plans ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A named relation. `grain` says what one row is."""

    name: str
    grain: str
    relation: Relation


@dataclass(slots=True)
class PlanBuilder:
    """Collects steps; each name is given once."""

    steps: dict[str, Step] = field(default_factory=dict)
    prefix: str = ""

    def within(self, prefix: str) -> "PlanBuilder":
        """The same plan, for a part that is worked out apart: its steps' names begin with `prefix`."""
        return PlanBuilder(self.steps, self.prefix + prefix)

    def add(self, name: str, grain: str, relation: Relation) -> Ref:
        """Name a relation as a step and refer to it from now on."""
        name = self.prefix + name
        if name in self.steps:
            raise ValueError(f"the plan has a step {name} already")
        self.steps[name] = Step(name, grain, relation)
        return Ref(name, MappingProxyType(dict(relation.columns)))

    def once(self, name: str, grain: str, relation: Relation) -> Ref:
        """A step that several parts of the plan share: named by the first of them."""
        known = self.steps.get(self.prefix + name)
        if known is None:
            return self.add(name, grain, relation)
        return Ref(self.prefix + name, known.relation.columns)
