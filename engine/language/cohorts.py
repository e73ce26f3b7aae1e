"""Cohort clauses: the written form to its meaning."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from engine.kernel.diagnostics import nearest
from engine.language.bounds import Bound, Side, read_bound
from engine.language.for_each import tests_each_row
from engine.language.grammar.build import amount
from engine.language.meaning import (
    Cohort,
    CohortRate,
    CohortRow,
    Comparator,
    Curve,
    Number,
    PersonTimeRate,
    ResponseRate,
    Value,
)
from engine.language.naming import Names, expression
from engine.language.notes import Notes
from engine.language.shapes import Said
from engine.language.tables import check_bands, check_covered, check_otherwise_last
from engine.language.trees import walk
from engine.language.written import ContractForm
from engine.language.written_cohorts import CohortForm, CohortRowForm, OwedForm, PersonTimeForm

Direction = Literal["payment", "refund"]
Kind = Literal["below", "at_most", "above", "at_least", "otherwise"]
PerCohort = Literal["contract_year", "calendar_year", "quarter", "contract"]


def read_cohorts(form: ContractForm, names: Names, notes: Notes) -> tuple[Cohort, ...]:
    """The cohort clauses that are written; those that could not be read are left out, with reasons in `notes`."""
    is_open = form.has("in_force") and form.in_force.to is None
    found = (_Cohort(clause, names, is_open, notes).read() for clause in form.cohort or ())
    return tuple(clause for clause in found if clause is not None)


@dataclass(frozen=True)
class _Cohort:
    form: CohortForm
    names: Names
    is_open: bool  # the contract has no last day
    notes: Notes

    def read(self) -> Cohort | None:
        form, before = self.form, len(self.notes.found)
        by = expression(form.by, amount, self.names.scope("cohort"), self.notes) if form.by else None
        rate, against = self._rate(), self._against()
        rows = [self._row(row) for row in form.rows]
        self._check_keys()
        self._check_values(by, rows)
        if len(self.notes.found) > before or form.broken:
            return None
        whole = tuple(row for row in rows if row is not None)
        self._check_rows(whole)
        if len(self.notes.found) > before:
            return None
        return Cohort(
            id=form.id.value,
            clause=form.clause.value,
            per=cast(PerCohort, form.per.value),
            rate=rate,
            by=by,
            by_text=" ".join(form.by.value.split()) if form.by else "",
            against=against,
            minimum=form.minimum.value if form.minimum else 1,
            decided=form.decided.value,
            rows=whole,
            tiers=self._tiers,
        )

    @property
    def _tiers(self) -> Literal["whole", "marginal"]:
        return "marginal" if self.form.tiers and self.form.tiers.value == "marginal" else "whole"

    # --- what is measured

    def _rate(self) -> ResponseRate | PersonTimeRate | None:
        said = self.form.rate
        if said is None:
            return None
        if not isinstance(said, PersonTimeForm):
            return ResponseRate(said.value) if self._is_outcome(said) else None
        length = said.per.value
        if length.days or length.months % 12 or length.months <= 0:
            problem = f"'{said.per.node.text}' is no number of years"
            self.notes.add("person_time", problem, said.per.place, "write 'per: 100 years'")
            return None
        if not self._is_outcome(said.of):
            return None
        outcome = self.names.outcomes[said.of.value]
        if outcome is not None and not tests_each_row(outcome):
            problem = f"'{outcome.name}' tests its window as a whole, so that no row satisfies it by itself"
            self.notes.add("person_time", problem, said.of.place, "name an outcome with a test of each row")
        return PersonTimeRate(said.of.value, length.months // 12)

    def _is_outcome(self, said: Said[str]) -> bool:
        name, known = said.value, self.names.outcomes
        if name not in known:
            hint = nearest(name, known) or f"outcomes here: {', '.join(known) or 'none'}"
            self.notes.add(
                "unknown_outcome", f"'{name}' is not an outcome of this contract", said.place, hint
            )
            return False
        outcome = known[name]
        if outcome is not None and outcome.window.uses_due:
            problem = f"'{name}' goes by due dates, and a treatment has many of them"
            hint = "name an outcome whose window is reckoned from the index date"
            self.notes.add("due_window", problem, said.place, hint)
        return outcome is not None

    def _against(self) -> Curve | Comparator | None:
        said = self.form.against
        if said is None:
            return None
        if isinstance(said, Said | tuple):
            values = (said,) if isinstance(said, Said) else said
            bounds = [read_bound(value, self.names, self.notes) for value in values]
            return Curve(tuple(b for b in bounds if b is not None))
        return Comparator(tuple(code.value for code in said.product))

    # --- rows

    def _row(self, row: CohortRowForm) -> CohortRow | None:
        bound: Bound | None = read_bound(row.bound, self.names, self.notes) if row.bound else None
        found = self._owed(row)
        if found is None or (row.chosen != "otherwise" and bound is None):
            return None
        direction, owed, words = found
        head = f"{row.chosen.replace('_', ' ')} {row.bound.node.text}" if row.bound else "otherwise"
        return CohortRow(cast(Kind, row.chosen), bound, direction, owed, head, words)

    def _owed(self, row: CohortRowForm) -> tuple[Direction | None, Value, str] | None:
        """Which way, how much, and in which words; None where that is not said well."""
        form: CohortRowForm | OwedForm = row
        beside = [n for n in ("refund", "payment") if not row.left_open(n)]
        if row.chosen == "otherwise":
            for name in beside:
                hint = f"write 'otherwise: {{{name}: …}}'"
                self.notes.add("two_choices", f"'{name}' stands beside 'otherwise'", row.at(name), hint)
            if isinstance(row.otherwise, Said):
                return self._nothing(row.otherwise)
            if row.otherwise is None:
                return None
            form = row.otherwise
        elif len(beside) != 1:
            problem = "a row owes a refund or a payment, and not both" if beside else "a row lacks 'refund'"
            self.notes.add("missing", problem, row.node.named, "write 'refund: 12% of paid', or 'payment: …'")
            return None
        said, direction = (form.refund, "refund") if form.refund else (form.payment, "payment")
        owed = expression(said, amount, self.names.scope("cohort"), self.notes) if said else None
        if said is None or owed is None:
            return None
        return cast(Direction, direction), owed, " ".join(said.value.split())

    def _nothing(self, said: Said[str]) -> tuple[None, Value, str] | None:
        owed = expression(said, amount, self.names.scope("cohort"), self.notes)
        if owed is not None and owed != Number(0):  # type: ignore[arg-type]
            problem = "this amount does not say which way it goes"
            hint = f"write 'otherwise: {{refund: {said.value}}}', or 'payment'"
            self.notes.add("direction", problem, said.place, hint)
            return None
        return None if owed is None else (None, owed, "0")

    # --- what belongs together

    def _check_keys(self) -> None:
        form, notes = self.form, self.notes
        if form.per.value == "contract" and self.is_open:
            hint = "give 'in_force' a 'to', or choose another period"
            notes.add(
                "open_period", "the contract has no last day, so its period never ends", form.per.place, hint
            )
        if form.left_open("by"):
            if not form.left_open("tiers"):
                hint = "delete it, or write 'by: treatments'"
                notes.add("tiers", "'tiers' is for a volume, and a rate has no units", form.at("tiers"), hint)
            return
        for name in ("against", "minimum"):
            if not form.left_open(name):
                problem = f"'{name}' is for a rate, and 'by' is none"
                notes.add("two_choices", problem, form.at(name), "delete it, or write a rate")

    def _check_values(self, by: Value | None, rows: list[CohortRow | None]) -> None:
        """`rate` in an amount needs one."""
        if self.form.left_open("by"):
            return
        parts = [by, *(row.amount for row in rows if row)]
        if any(isinstance(node, CohortRate) for part in parts for node in walk(part)):
            hint = "name the volume itself, such as 'treatments'"
            self.notes.add("rate", "'rate' stands in a clause that has none", self.form.at("by"), hint)

    def _check_rows(self, rows: tuple[CohortRow, ...]) -> None:
        form, notes, names = self.form, self.notes, self.names
        check_otherwise_last(form.rows, notes)
        directions = list(dict.fromkeys(_directions(rows)))
        if not directions:
            notes.add(
                "direction", "no row owes anything", form.at("rows"), "write 'refund: 12% of paid' in one"
            )
        if len(directions) > 1 and form.against is None:
            problem = "some rows owe refunds and others payments"
            hint = "a clause that goes both ways says what the rate is compared with: 'against: 75%'"
            notes.add("direction", problem, form.at("rows"), hint)
        if notes.found:
            return
        sides = [Side(row.kind, row.bound) for row in rows]
        if self._tiers == "marginal":
            check_bands(form.rows, sides, names, notes)
        else:
            check_covered(form.rows, form.at("rows"), sides, names, notes)


def _directions(rows: tuple[CohortRow, ...]) -> Iterator[Direction]:
    return (row.direction for row in rows if row.direction is not None)
