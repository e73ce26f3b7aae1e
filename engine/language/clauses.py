"""Payments and refunds: the written form to its meaning, with conditions and amounts as trees."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, cast

from engine.kernel.dates import Shift
from engine.kernel.diagnostics import nearest
from engine.language.for_each import read_for_each
from engine.language.grammar.build import amount, condition
from engine.language.grammar.names import Scope
from engine.language.meaning import (
    Amount,
    Condition,
    MoneyClause,
    Offset,
    Outcome,
    OutcomeField,
    StatusIs,
    Table,
)
from engine.language.naming import Names, expression
from engine.language.notes import Notes
from engine.language.scalars import MAX_DAYS, MAX_MONTHS, plus, times
from engine.language.shapes import Said
from engine.language.tables import read_table
from engine.language.windows import could_come_after
from engine.language.written import InstalmentsForm, MoneyForm

Direction = Literal["payment", "refund"]


def read_clause(form: MoneyForm, direction: Direction, names: Names, notes: Notes) -> MoneyClause | None:
    """The payment or refund that is written, or None with the reasons in `notes`."""
    return _Clause(form, direction, names, notes).read()


def used_outcomes(tree: Any) -> Iterator[str]:
    """The outcomes that a condition or an amount names."""
    if isinstance(tree, StatusIs | OutcomeField):
        yield tree.outcome
    elif isinstance(tree, tuple):
        for part in tree:
            yield from used_outcomes(part)
    elif dataclasses.is_dataclass(tree):
        for field in dataclasses.fields(tree):
            yield from used_outcomes(getattr(tree, field.name))


@dataclass(frozen=True)
class _Clause:
    form: MoneyForm
    direction: Direction
    names: Names
    notes: Notes

    def read(self) -> MoneyClause | None:
        form, notes, before = self.form, self.notes, len(self.notes.found)
        asked = expression(form.if_, condition, self.names.scope("if"), notes) if form.if_ else None
        scope = self.names.scope(self.direction, form.for_each.value if form.for_each else None)
        each = read_for_each(form, self.names, notes)
        owed = self._amount(scope)
        dues = self._dues()
        shares = self._shares(form.instalments) if form.instalments else None
        self._check_dues(dues)
        self._check_on_failure()
        self._check_due_windows(asked, owed, dues)
        if len(notes.found) > before or owed is None or not dues or form.broken:
            return None
        repeated = form.instalments is not None or form.each is not None or each is not None
        on_failure = form.on_failure.value if form.on_failure else None
        return MoneyClause(
            id=form.id.value,
            clause=form.clause.value,
            direction=self.direction,
            dues=dues,
            condition=asked,
            condition_text=" ".join(form.if_.value.split()) if form.if_ else "",
            amount=owed,
            amount_text=self._amount_text(owed),
            shares=shares,
            on_failure=cast(Literal["stop", "skip"] | None, on_failure),
            repeated=repeated,
            for_each=each,
        )

    # --- the amount

    def _amount(self, scope: Scope) -> Amount | None:
        form = self.form
        if isinstance(form.amount, Said):
            return expression(form.amount, amount, scope, self.notes)
        table = form.amount.table if form.amount else form.table
        return read_table(table, scope, self.names, self.notes) if table else None

    def _amount_text(self, owed: Amount) -> str:
        if isinstance(owed, Table):
            return owed.text
        return " ".join(self.form.amount.value.split()) if isinstance(self.form.amount, Said) else ""

    # --- due dates

    def _dues(self) -> tuple[Offset | None, ...]:
        """One entry a line; empty where they cannot be told."""
        form = self.form
        if not form.left_open("for_each"):
            return (form.due.value if form.due else Offset("due", text="due"),)
        ways = [name for name in ("due", "each", "instalments") if not form.left_open(name)]
        for extra in ways[1:]:
            problem = f"'{extra}' and '{ways[0]}' cannot both stand in {form.called}"
            self.notes.add("two_choices", problem, form.at(extra), "keep one of them")
        if not ways:
            if form.left_open("if"):
                hint = "write 'due: index', or an 'if': then it falls due on the day that becomes true"
                self.notes.add("missing", f"'{form.id.value}' lacks 'due'", form.id.place, hint)
            return (None,)
        if form.due:
            return (form.due.value,)
        if form.each:
            return tuple(said.value for said in form.each)
        return self._instalments(form.instalments) if form.instalments else ()

    def _instalments(self, form: InstalmentsForm) -> tuple[Offset | None, ...]:
        first, every, count = form.first.value, form.every.value, form.count.value
        if every == Shift() and count > 1:
            self.notes.add("every", "the instalments would all fall due on one day", form.every.place)
            return ()
        last = plus(first.shift, times(every, count - 1))
        if abs(last.months) > MAX_MONTHS or abs(last.days) > MAX_DAYS:
            problem = (
                f"the last of {count} instalments would fall due over a hundred years from the first anchor"
            )
            self.notes.add("out_of_range", problem, form.count.place)
            return ()
        dues = []
        for k in range(count):
            text = f"{first.text} + {k} × {form.every.node.text}" if k else first.text
            shift = plus(first.shift, times(every, k))
            dues.append(Offset(first.anchor, shift, first.outcome, text))
        return tuple(dues)

    def _shares(self, form: InstalmentsForm) -> tuple[Fraction, ...] | None:
        count = form.count.value
        if form.shares is None:
            return (Fraction(1, count),) * count if form.left_open("shares") else None
        values = tuple(said.value for said in form.shares)
        if len(values) != len(getattr(form.node.entry("shares"), "value").items):  # noqa: B009
            return None
        for said in form.shares:
            if said.value < 0:
                self.notes.add("shares", "a share is below zero", said.place)
        if len(values) != count:
            problem = f"{len(values)} shares for {count} instalments"
            self.notes.add("shares", problem, form.at("shares"), "give one share for each instalment")
        elif sum(values) != 1:
            total = float(sum(values) * 100)
            problem = f"the shares make {total:.10g} %, not 100 %"
            self.notes.add("shares", problem, form.at("shares"), "leave them out for equal parts")
        return values

    def _check_dues(self, dues: tuple[Offset | None, ...]) -> None:
        for said in (self.form.due, *(self.form.each or ()), self._first()):
            if said is not None and said.value.anchor == "decided":
                self._check_decided(said)
        pairs = zip(self.form.each or (), (self.form.each or ())[1:], strict=False)
        for one, two in pairs:
            same = (one.value.anchor, one.value.outcome) == (two.value.anchor, two.value.outcome)
            if same and could_come_after([one.value.shift], [two.value.shift], or_equal=True):
                problem = f"'{two.value.text}' does not always come after '{one.value.text}'"
                self.notes.add("each", problem, two.place, "write the due dates in order, each once")

    def _first(self) -> Said[Offset] | None:
        return self.form.instalments.first if self.form.instalments else None

    def _check_decided(self, said: Said[Offset]) -> None:
        name = said.value.outcome or ""
        if name not in self.names.outcomes:
            hint = nearest(name, self.names.outcomes)
            problem = f"'{name}' is not an outcome of this contract"
            self.notes.add("unknown_outcome", problem, said.node.part(0, len(name)), hint)
            return
        outcome = self.names.outcomes[name]
        if outcome and outcome.window.uses_due:
            problem = f"'{name}' is decided once for each due date, so '{name}.decided' names no one day"
            self.notes.add(
                "due_window", problem, said.place, "name an outcome whose window does not use 'due'"
            )

    # --- what belongs together

    def _check_on_failure(self) -> None:
        form = self.form
        repeated = not (form.left_open("each") and form.left_open("instalments"))
        conditional = not form.left_open("if")
        if repeated and conditional and form.left_open("on_failure"):
            problem = f"'{form.id.value}' leaves open what a failure does to the later lines: 'on_failure' is missing"
            hint = "write 'on_failure: stop' (one failure ends the series) or 'on_failure: skip' (each stands alone)"
            self.notes.add("left_open", problem, form.id.place, hint)
        alone = form.left_open("for_each")  # which has said so
        if alone and not (repeated and conditional) and not form.left_open("on_failure"):
            problem = "'on_failure' is for a series with an 'if'"
            self.notes.add("on_failure", problem, form.at("on_failure"), "delete it")

    def _check_due_windows(
        self, asked: Condition | None, owed: Amount | None, dues: tuple[Offset | None, ...]
    ) -> None:
        """Outcomes by due date need due dates that are fixed, and windows in order for each."""
        for name in dict.fromkeys((*used_outcomes(asked), *used_outcomes(owed))):
            outcome = self.names.outcomes.get(name)
            if outcome is None or not outcome.window.uses_due:
                continue
            fixed = [due for due in dues if due is not None and due.anchor == "index"]
            if len(fixed) < len(dues):
                problem = f"'{name}' goes by due dates, and those of '{self.form.id.value}' are not fixed"
                hint = "write 'due', 'each' or 'instalments' reckoned from the index date"
                if not self.form.left_open("for_each"):
                    hint = "with 'for_each', name an outcome whose window does not use 'due'"
                self.notes.add("due_window", problem, self.form.id.place, hint)
                continue
            self._check_order(outcome, fixed)

    def _check_order(self, outcome: Outcome, dues: list[Offset]) -> None:
        windows = [("the window", outcome.window)]
        if outcome.baseline:
            windows.append(("the baseline's window", outcome.baseline.window))
        checks = [
            check
            for called, window in windows
            for check in (
                (window.first, window.last, f"{called} of '{{}}' would run backwards"),
                (window.last, outcome.decided, f"{called} of '{{}}' could end after its decided day"),
            )
        ]
        for one, other, problem in checks:
            if one.anchor == other.anchor:
                continue  # checked with the outcome
            for due in dues:
                if clash := could_come_after(_chain(one, due), _chain(other, due)):
                    text = f"{problem.format(outcome.name)} for the due date '{due.text}': "
                    text += f"from an index date of {clash.index}, {clash.one} comes after {clash.other}"
                    self.notes.add("window_backwards", text, self.form.id.place)
                    break


def _chain(offset: Offset, due: Offset) -> list[Shift]:
    return [due.shift, offset.shift] if offset.anchor == "due" else [offset.shift]
