"""Values and conditions of a contract as expressions over the state of a treatment (and due date).

Columns expected of the state: `index_date`, `birth_date`, the attributes, `epoch`, and of each outcome
`NAME__status`, `NAME__decided_on`, `NAME__date`, `NAME__value`, `NAME__count`; where a clause has a line for each row
of an outcome, `NAME__each_key` and `NAME__each_value`.
"""

from collections.abc import Mapping
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
    FALSE,
    Col,
    Expr,
    Lit,
    Type,
    and_,
    call,
    case,
    compare,
    date_of,
    day,
    eq,
    in_,
    integer,
    not_,
    or_,
    text,
    truth_of,
)

INDEX_DATE = Col("index_date", Type.DATE)
PAID = Col("paid", Type.MONEY)
_DATES = {"index_date": INDEX_DATE, "birth_date": Col("birth_date", Type.DATE)}
_COMPARISONS = {"=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


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


@dataclass(frozen=True, slots=True)
class Conditions:
    """Turns conditions into three-valued truths and the day from which each holds."""

    contract: m.Contract

    def truth(self, c: m.Condition) -> Expr:
        """SQL's TRUE, FALSE or NULL."""
        match c:
            case m.StatusIs(outcome, wanted):
                held = in_(status(outcome), (text("pending"), text("disputed")))
                known = eq(status(outcome), text(wanted))
                return case((held, Lit(None, Type.TRUTH)), otherwise=known)
            case m.Compare(op, left, right):
                return self._compare(op, left, right)
            case m.InList(value, options):
                return or_(*(self._compare("=", value, o) for o in options))
            case m.Truth(column):
                return truth_of(attribute(column.name))
            case m.And(parts):
                return and_(*(self.truth(p) for p in parts))
            case m.Or(parts):
                return or_(*(self.truth(p) for p in parts))
            case m.Not(part):
                return not_(self.truth(part))
            case m.AtLeast(count, parts):
                return self._at_least(count, [self.truth(p) for p in parts])
        raise TypeError(f"{type(c).__name__} is no condition")

    def since(self, c: m.Condition, wanted: bool) -> Expr:
        """The day from which the condition is what it is, valid where its truth is `wanted`."""
        match c:
            case m.StatusIs(outcome, _):
                return decided_on(outcome)
            case m.Not(part):
                return self.since(part, not wanted)
            case m.And(parts):
                return self._since_parts(parts, len(parts) if wanted else 1, wanted)
            case m.Or(parts):
                return self._since_parts(parts, 1 if wanted else len(parts), wanted)
            case m.AtLeast(count, parts):
                return self._since_parts(parts, count if wanted else len(parts) - count + 1, wanted)
        return INDEX_DATE

    def _since_parts(self, parts: tuple[m.Condition, ...], needed: int, wanted: bool) -> Expr:
        """The day on which the `needed`-th of the parts that are `wanted` became so."""
        days = []
        for part in parts:
            truth = self.truth(part) if wanted else not_(self.truth(part))
            days.append(case((truth, self.since(part, wanted)), otherwise=Lit(None, Type.DATE)))
        if needed == len(parts):
            return call("greatest", Type.DATE, *(self.since(p, wanted) for p in parts))
        if needed == 1:
            return call("least", Type.DATE, *days)
        return call("kth_smallest", Type.DATE, integer(needed), *days)

    def _at_least(self, count: int, truths: list[Expr]) -> Expr:
        sure = [case((t, integer(1)), otherwise=integer(0)) for t in truths]
        possible = [case((not_(t), integer(0)), otherwise=integer(1)) for t in truths]
        enough = compare("ge", call("add", Type.INTEGER, *sure), integer(count))
        too_few = compare("lt", call("add", Type.INTEGER, *possible), integer(count))
        return case((enough, Lit(True, Type.TRUTH)), (too_few, FALSE), otherwise=Lit(None, Type.TRUTH))

    def _compare(self, op: str, left: m.Value, right: m.Value) -> Expr:
        name = _COMPARISONS[op]
        kinds = {_kind(left), _kind(right)}
        if kinds == {"text"}:
            return compare(name, _text_value(left), _text_value(right))
        if kinds == {"date"}:
            return compare(name, date_value(left), date_value(right))
        whole: m.Value = m.Arithmetic("-", left, right)
        answers = []
        for compiler in epoch_compilers(self.contract, whole):
            answers.append(ratios.compare_ratios(name, compiler.ratio(left), compiler.ratio(right)))
        epoch = Col("epoch", Type.INTEGER)
        cases = [(eq(epoch, integer(k)), answer) for k, answer in enumerate(answers)]
        return case(*cases[1:], otherwise=answers[0])


def _kind(value: m.Value) -> str:
    match value:
        case m.Text() | m.Column(_, "text"):
            return "text"
        case m.Day() | m.IndexDate() | m.Column(_, "date"):
            return "date"
    return "number"


def _text_value(value: m.Value) -> Expr:
    match value:
        case m.Text(x):
            return text(x)
        case m.Column(name, _):
            return attribute(name)
    raise TypeError(f"{type(value).__name__} is no text")
