"""Values of a contract as expressions over the state of a treatment (and due date), or of a cohort's period.

Columns expected of the state: `index_date`, `birth_date`, the attributes, `epoch`, and of each outcome
`NAME__status`, `NAME__decided_on`, `NAME__date`, `NAME__value`, `NAME__count`; where a clause has a line for each row
of an outcome, `NAME__each_key` and `NAME__each_value`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.kernel.money import minor_digits
from engine.language import meaning as m
from engine.language.trees import walk
from engine.plan import ratios
from engine.plan.field_numbers import field_number
from engine.plan.ratios import Ratio
from engine.plan.rows import NUMBER_SCALE, number
from engine.plan.rows_of_table import table_amount
from engine.plan.status_columns import outcome_column
from engine.plan.tree import (
    Col,
    Expr,
    Type,
    call,
    case,
    compare,
    date_of,
    day,
    eq,
    integer,
)

INDEX_DATE = Col("index_date", Type.DATE)
PAID = Col("paid", Type.MONEY)
_DATES = {"index_date": INDEX_DATE, "birth_date": Col("birth_date", Type.DATE)}


def attribute(name: str) -> Col:
    """A column of treatments as text: under a name of its own, so that it never hides one of the plan's."""
    fixed = ("product", "payer", "treatment_id", "patient_id")
    return Col(name if name in fixed else f"attribute__{name}", Type.TEXT)


def status(outcome: str) -> Col:
    return outcome_column(outcome, "status")


def decided_on(outcome: str) -> Col:
    return outcome_column(outcome, "decided_on", Type.DATE)


def row_key(outcome: str) -> Col:
    """The evidence key of the row that a line of a `for_each` clause stands for."""
    return outcome_column(outcome, "each_key", Type.KEY)


def row_value(outcome: str) -> Col:
    """That row's value, as text."""
    return outcome_column(outcome, "each_value")


def row_day(outcome: str) -> Expr:
    """That row's date."""
    return call("key_day", Type.DATE, row_key(outcome))


def outcomes_in(node: object) -> tuple[str, ...]:
    """Names of the outcomes that a condition or value reads, in the order of reading, each once."""
    found = [n.outcome for n in walk(node) if isinstance(n, m.StatusIs | m.OutcomeField)]
    return tuple(dict.fromkeys(found))


def reads(node: object, kind: type) -> bool:
    return any(isinstance(part, kind) for part in walk(node))


def attribute_names(nodes: object) -> frozenset[str]:
    """Columns of treatments, beyond the fixed ones, that the nodes read."""
    names = {n.name for n in walk(nodes) if isinstance(n, m.Column)}
    if reads(nodes, m.Invoiced):
        names.add("amount")
    fixed = {"treatment_id", "patient_id", "product", "payer", "index_date", "birth_date"}
    return frozenset(names - fixed)


def months_between(start: Expr, end: Expr) -> Expr:
    return call("months_between", Type.INTEGER, start, end)


def years_between(start: Expr, end: Expr) -> Expr:
    """Completed years, twelve completed months each; negative where `end` comes first."""
    months, back = months_between(start, end), months_between(end, start)
    whole = call("div_floor", Type.INTEGER, months, integer(12))
    reverse = call("sub", Type.INTEGER, integer(0), call("div_floor", Type.INTEGER, back, integer(12)))
    return case((compare("lt", end, start), reverse), otherwise=whole)


@dataclass(frozen=True, slots=True)
class ValueCompiler:
    """Turns values into exact ratios, with the terms of one epoch put in."""

    contract: m.Contract
    terms: Mapping[str, Fraction]

    def ratio(self, value: m.Value) -> Ratio:
        match value:
            case m.Number(x):
                return ratios.constant(x)
            case m.TermRef(name):
                return ratios.constant(self.terms[name])
            case m.Arithmetic(op, left, right):
                return self._arithmetic(op, self.ratio(left), self.ratio(right))
            case m.Extreme(kind, parts):
                return ratios.extreme(kind, [self.ratio(p) for p in parts])
            case m.Elapsed(unit, start, end):
                return ratios.of_integer(_elapsed(unit, date_value(start), date_value(end)))
        return self._read(value)

    def _read(self, value: m.Value) -> Ratio:
        """A value that stands in columns."""
        match value:
            case m.Paid():
                return ratios.of_integer(PAID, 10 ** minor_digits(self.contract.currency))
            case m.Invoiced():
                return ratios.of_integer(number(attribute("amount")), NUMBER_SCALE)
            case m.AgeAtIndex():
                return ratios.of_integer(years_between(_DATES["birth_date"], INDEX_DATE))
            case m.Column(name, _):
                return ratios.of_integer(number(attribute(name)), NUMBER_SCALE)
            case m.OutcomeField(outcome, field):
                return field_number(self.contract.outcome(outcome), field)
            case m.RowField(outcome, "value"):
                return ratios.of_integer(number(row_value(outcome)), NUMBER_SCALE)
            case m.Treatments():
                return ratios.of_integer(Col("treatments", Type.INTEGER))
            case m.CohortRate():
                return Ratio(Col("tested_over", Type.WIDE), Col("tested_under", Type.WIDE))
        raise TypeError(f"{type(value).__name__} is no number")

    @staticmethod
    def _arithmetic(op: str, left: Ratio, right: Ratio) -> Ratio:
        match op:
            case "+":
                return ratios.add(left, right)
            case "-":
                return ratios.add(left, right, "sub")
            case "*":
                return ratios.multiply(left, right)
        return ratios.divide(left, right)


def _elapsed(unit: str, start: Expr, end: Expr) -> Expr:
    match unit:
        case "days":
            return call("days_between", Type.INTEGER, start, end)
        case "months":
            return months_between(start, end)
    return years_between(start, end)


def date_value(value: m.Value) -> Expr:
    match value:
        case m.Day(d):
            return day(d)
        case m.IndexDate():
            return INDEX_DATE
        case m.Column(name, _):
            return _DATES.get(name) or date_of(attribute(name))
        case m.OutcomeField(outcome, "date"):
            return outcome_column(outcome, "date", Type.DATE)
        case m.RowField(outcome, "date"):
            return row_day(outcome)
    raise TypeError(f"{type(value).__name__} is no date")


def minor_amount(contract: m.Contract, value: m.Amount) -> Expr:
    """The value as MONEY, rounded half up once, with the terms of the treatment's epoch.

    NULL where a part is or where divided by zero, -1 where it is below zero.
    """
    scale = 10 ** minor_digits(contract.currency)
    branches = [
        table_amount(value, compiler.ratio, scale)
        if isinstance(value, m.Table)
        else ratios.rounded(compiler.ratio(value), scale)
        for compiler in epoch_compilers(contract, value)
    ]
    return by_epoch(branches)


def by_epoch(branches: Sequence[Expr]) -> Expr:
    """The k-th of the branches in the terms' k-th epoch; a single one in all of them."""
    epoch = Col("epoch", Type.INTEGER)
    cases = [(eq(epoch, integer(k)), branch) for k, branch in enumerate(branches)]
    return case(*cases[1:], otherwise=branches[0])


def epoch_compilers(contract: m.Contract, value: object) -> list[ValueCompiler]:
    """A compiler for each epoch of the terms; just one where the value reads no dated term."""
    read = {n.name for n in walk(value) if isinstance(n, m.TermRef)}
    terms = [t for t in contract.terms if t.name in read]
    dated = any(len(t.versions) > 1 for t in terms)
    days = contract.epochs if dated else contract.epochs[:1]
    return [ValueCompiler(contract, {t.name: t.on(max(d, t.versions[0].since)) for t in terms}) for d in days]
