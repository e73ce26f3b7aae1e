"""Outcomes: the written form to its meaning. What is left open where money moves is refused by name."""

from dataclasses import dataclass
from typing import Any, cast

from engine.language.meaning import (
    Between,
    Bound,
    IfDied,
    Offset,
    OneOf,
    Outcome,
    Pick,
    Test,
    Ties,
    Window,
)
from engine.language.notes import Notes
from engine.language.shapes import Pair, Said
from engine.language.windows import could_come_after
from engine.language.written_outcomes import (
    ChoicesForm,
    DefaultsForm,
    IfDiedForm,
    IfTiedForm,
    OutcomeForm,
    PickForm,
    TestForm,
    TestWritten,
)

_TIED_PICKS = ("first", "last", "nearest")
_NUMBER_PICKS = ("lowest", "highest", "mean")
_EVENT_PICKS = ("any", "none", "count")
_BOUNDS = ("at_least", "at_most", "above", "below")
_LEFT_OPEN = {
    "if_missing": ("what a missing assessment means", "if_missing: not_met"),
    "if_died": (
        "what a death means",
        "if_died: {related: not_met, unrelated: not_evaluable, unknown: not_met}",
    ),
    "if_coverage_ends": ("what the end of coverage means", "if_coverage_ends: ignore"),
    "if_tied": ("which of two results of one day counts", "if_tied: worst"),
    "late_evidence": ("what evidence known after the decided day does", "late_evidence: reopen"),
}


def read_outcome(
    pair: Pair[str, OutcomeForm], defaults: DefaultsForm | None, defaults_broken: bool, notes: Notes
) -> Outcome | None:
    """The outcome that is written, or None with the reasons in `notes`."""
    if pair.value is None:
        return None
    return _Outcome(pair.key, pair.value, defaults, defaults_broken, notes).read()


@dataclass(frozen=True)
class _Outcome:
    name: Said[str]
    form: OutcomeForm
    defaults: DefaultsForm | None
    defaults_broken: bool
    notes: Notes

    def read(self) -> Outcome | None:
        form, before = self.form, len(self.notes.found)
        source = form.measure or form.event
        window, decided = self._window()
        pick = self._pick()
        if pick and pick.to and pick.to.anchor == "due" and window and not window.uses_due:
            self._refuse_due("nearest")
        missing = self._if_missing()
        died, tied = self._if_died(), self._if_tied(pick)
        ends, late = self._choice("if_coverage_ends"), self._choice("late_evidence")
        if len(self.notes.found) > before or not (window and decided and pick and died and source):
            return None
        return Outcome(
            name=self.name.value,
            clause=form.clause.value if form.clause else "",
            kind="measure" if form.measure else "event",
            source_name=source.value,
            window=window,
            pick=pick,
            unit=form.unit.value if form.unit else None,
            decided=decided,
            if_missing=missing,
            if_died=died,
            if_coverage_ends=ends,
            if_tied=tied,
            late_evidence=late,
        )

    # --- days

    def _window(self) -> tuple[Window | None, Offset | None]:
        """The window and the decided day, where neither can be out of order."""
        form = self.form
        if len(form.window) != 2:
            return None, None
        first, last = form.window
        window = Window(first.value, last.value)
        decided = form.decided.value if form.decided else last.value
        same = first.value.anchor == last.value.anchor
        if same and (clash := could_come_after([first.value.shift], [last.value.shift])):
            problem = f"the window can run backwards: from an index date of {clash.index}"
            problem += f" it would go from {clash.one} to {clash.other}"
            self.notes.add("window_backwards", problem, first.place, "write the earlier day first")
        if decided.anchor == "due" and not window.uses_due:
            self._refuse_due("decided")
        elif last.value.anchor == decided.anchor and form.decided:
            self._check_decided(last.value, form.decided)
        return window, decided

    def _check_decided(self, last: Offset, decided: Said[Offset]) -> None:
        if clash := could_come_after([last.shift], [decided.value.shift]):
            problem = (
                f"the window could end after its decided day: from {clash.index} it ends on {clash.one},"
            )
            problem += f" and would be decided on {clash.other}"
            hint = f"write a later day, such as 'decided: {last.text} + 30 days', or leave it out"
            self.notes.add("window_after_decided", problem, decided.place, hint)

    def _refuse_due(self, key: str) -> None:
        problem = f"'{key}' names 'due', and the window does not"
        hint = "an outcome goes by due dates where its window does: [due - 12 months, due]"
        self.notes.add("due", problem, self.form.at(key if key == "decided" else "met_if"), hint)

    # --- picks and tests

    def _pick(self) -> Pick | None:
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
            hint = "an event has any, none or count"
            self.notes.add("pick", f"'{chosen}' is not for events", form.met_if.at(chosen), hint)
            return None
        return self._chosen_pick(form.met_if, chosen)

    def _chosen_pick(self, form: PickForm, chosen: str) -> Pick | None:
        if form.count is not None:
            of = self._test(form.count.of) if form.count.of is not None else None
            if of is None and not form.count.left_open("of"):
                return None
            most, least = form.count.at_most, form.count.at_least
            return Pick("count", of, None, least.value if least else None, most.value if most else None)
        if form.nearest is not None:
            near = self._test(form.nearest.test)
            return Pick("nearest", near, form.nearest.to.value) if near else None
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

    def _test(self, written: TestWritten) -> Test | None:
        if not isinstance(written, TestForm):
            return OneOf(tuple(said.value for said in written)) if written else None
        if written.between is not None:
            if len(written.between) != 2:
                return None
            low, high = written.between
            if low.value > high.value:
                problem = "'between' runs backwards: its first number is the larger one"
                self.notes.add("between", problem, low.place, "write the smaller one first")
                return None
            return Between(low.value, high.value)
        kind = next(name for name in _BOUNDS if getattr(written, name) is not None)
        return Bound(cast(Any, kind), getattr(written, kind).value)

    # --- how silence is read

    def _written(self, key: str) -> ChoicesForm | None:
        """Where a choice is made: in the outcome, else under `defaults`; noted where it is left open."""
        if not self.form.left_open(key):
            return self.form
        if self.defaults and not self.defaults.left_open(key):
            return self.defaults
        if not self.defaults_broken:
            what, example = _LEFT_OPEN[key]
            problem = f"outcome '{self.name.value}' leaves open {what}: '{key}' is missing"
            hint = f"write '{example}' in the outcome or under 'defaults'"
            self.notes.add("left_open", problem, self.name.place, hint)
        return None

    def _choice(self, key: str) -> Any:
        form = self._written(key)
        said = getattr(form, key) if form else None
        return said.value if said else None

    def _if_missing(self) -> Any:
        if self.form.measure:
            return self._choice("if_missing")
        if not self.form.left_open("if_missing"):
            hint = "an event that never came did not happen; delete the line"
            place = self.form.at("if_missing")
            self.notes.add("event_missing", "'if_missing' is for measures, and this is an event", place, hint)
        return None

    def _if_died(self) -> IfDied | None:
        form = self._written("if_died")
        written = form.if_died if form else None
        if isinstance(written, IfDiedForm):
            causes: Any = (written.related.value, written.unrelated.value, written.unknown.value)
            return IfDied(*causes)
        if written is None:
            return None
        status: Any = written.value
        return IfDied(status, status, status)

    def _if_tied(self, pick: Pick | None) -> Ties | None:
        if pick is None or pick.kind not in _TIED_PICKS:
            return None
        form = self._written("if_tied")
        written = form.if_tied if form else None
        if isinstance(written, IfTiedForm):
            return Ties("source", tuple(said.value for said in written.source))
        rule: Any = written.value if written else None
        return Ties(rule) if rule else None
