"""Picks and their tests: the written form to its meaning."""

from dataclasses import dataclass
from typing import Any, cast

from engine.kernel.dates import Shift
from engine.language.meaning import Between, Bound, Change, OneOf, Pick, Test
from engine.language.notes import Notes
from engine.language.shapes import Said
from engine.language.written_outcomes import (
    BOUNDS,
    CountForm,
    NumberTestForm,
    OutcomeForm,
    PickForm,
    SustainedForm,
    TestForm,
    TestWritten,
)

_NUMBER_PICKS = ("lowest", "highest", "mean")
_EVENT_PICKS = ("any", "none", "count", "days_covered")


@dataclass(frozen=True, slots=True)
class PickReader:
    """Reads `met_if` of an outcome; what is wrong goes into `notes`."""

    name: Said[str]
    form: OutcomeForm
    notes: Notes

    def read(self) -> Pick | None:
        """The pick, an event's own where it says none; None with the reasons in `notes`."""
        form = self.form
        if form.met_if is None:
            if form.event and form.left_open("met_if"):
                return Pick("count", None, at_least=1)
            if form.measure and form.left_open("met_if"):
                problem = f"outcome '{self.name.value}' lacks 'met_if'"
                hint = "say which results meet it: 'met_if: {any: [CR, CRi]}'"
                self.notes.add("missing", problem, self.name.place, hint)
            return None
        chosen = form.met_if.chosen
        if form.event and chosen not in _EVENT_PICKS:
            hint = "an event has any, none, count or days_covered"
            self.notes.add("pick", f"'{chosen}' is not for events", form.met_if.at(chosen), hint)
            return None
        if form.measure and chosen == "days_covered":
            hint = "write 'event:'; its value is the days of supply"
            self.notes.add("pick", "'days_covered' is for events", form.met_if.at(chosen), hint)
            return None
        return self._chosen(form.met_if, chosen)

    def _chosen(self, form: PickForm, chosen: str) -> Pick | None:
        if form.count is not None:
            return self._count(form.count)
        if form.nearest is not None:
            test = self._test(form.nearest.test)
            return Pick("nearest", test, form.nearest.to.value) if test else None
        if form.consecutive is not None:
            test = self._test(form.consecutive.test)
            return Pick("consecutive", test, times=form.consecutive.times.value) if test else None
        if form.sustained is not None:
            return self._sustained(form.sustained)
        if form.days_covered is not None:
            share = self._of_numbers(form.days_covered)
            return Pick("days_covered", share) if share else None
        test = self._test(cast(TestWritten, getattr(form, chosen)))
        if test is None:
            return None
        if chosen in _NUMBER_PICKS and isinstance(test, OneOf):
            problem = f"'{chosen}' needs numbers, and this test lists words"
            hint = f"write a bound, such as '{chosen}: {{at_least: 5}}'"
            self.notes.add("pick", problem, form.at(chosen), hint)
            return None
        if self.form.event and chosen == "any":
            return Pick("count", test, at_least=1)
        return Pick(cast(Any, chosen), test)

    def _count(self, form: CountForm) -> Pick | None:
        of = self._test(form.of) if form.of is not None else None
        if of is None and not form.left_open("of"):
            return None
        most, least = form.at_most, form.at_least
        return Pick("count", of, None, least.value if least else None, most.value if most else None)

    def _sustained(self, form: SustainedForm) -> Pick | None:
        test, apart = self._test(form.test), form.apart.value
        if apart == Shift():
            hint = "write a length such as '4 weeks'; for any one assessment that passes: 'any'"
            self.notes.add("sustained", "nothing is sustained for no time", form.apart.place, hint)
            return None
        return Pick("sustained", test, apart=apart) if test else None

    def _test(self, written: TestWritten) -> Test | None:
        if not isinstance(written, TestForm):
            return OneOf(tuple(said.value for said in written)) if written else None
        change = written.change or written.percent_change
        if change is None:
            return self._of_numbers(written)
        test = self._of_numbers(change)
        if self.form.event:
            problem = "a change is one of assessments, and this is an event"
            place = written.at("change" if written.change else "percent_change")
            self.notes.add("pick", problem, place, "test its value, or count it")
            return None
        return Change(test, percent=written.change is None) if test else None

    def _of_numbers(self, written: NumberTestForm) -> Bound | Between | None:
        if written.between is not None:
            if len(written.between) != 2:
                return None
            low, high = written.between
            if low.value > high.value:
                problem = "'between' runs backwards: its first number is the larger one"
                self.notes.add("between", problem, low.place, "write the smaller one first")
                return None
            return Between(low.value, high.value)
        kind = next(name for name in BOUNDS if getattr(written, name) is not None)
        return Bound(cast(Any, kind), getattr(written, kind).value)
