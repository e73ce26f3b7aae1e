"""Outcomes: the written form to its meaning. What is left open where money moves is refused by name."""

from dataclasses import dataclass
from typing import Any

from engine.language.baselines import BaselineReader
from engine.language.meaning import Baseline, IfDied, Offset, Outcome, Pick, Ties, Window
from engine.language.notes import Notes
from engine.language.picks import PickReader
from engine.language.shapes import Pair, Said
from engine.language.windows import could_come_after, read_window
from engine.language.written_outcomes import (
    ChoicesForm,
    DefaultsForm,
    IfDiedForm,
    IfTiedForm,
    OutcomeForm,
)

_TIED_PICKS = ("first", "last", "nearest", "consecutive", "sustained")
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
        pick = PickReader(self.name, form, self.notes).read()
        if pick and pick.to and pick.to.anchor == "due" and window and not window.uses_due:
            self._refuse_due("nearest")
        reader = BaselineReader(self.name, form, self.notes)
        baseline = reader.read(pick, window, decided) if pick and window and decided else None
        missing = self._if_missing()
        died, tied = self._if_died(), self._if_tied(pick, baseline)
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
            baseline=baseline,
        )

    # --- days

    def _window(self) -> tuple[Window | None, Offset | None]:
        """The window and the decided day, where neither can be out of order."""
        form = self.form
        window = read_window(form.window, "the window", self.notes)
        if window is None:
            return None, None
        last = window.last
        decided = form.decided.value if form.decided else last
        if decided.anchor == "due" and not window.uses_due:
            self._refuse_due("decided")
        elif last.anchor == decided.anchor and form.decided:
            self._check_decided(last, form.decided)
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

    def _if_tied(self, pick: Pick | None, baseline: Baseline | None) -> Ties | None:
        by_day = pick is not None and pick.kind in _TIED_PICKS
        if not by_day and not (baseline and baseline.pick in ("first", "last")):
            return None
        form = self._written("if_tied")
        written = form.if_tied if form else None
        if isinstance(written, IfTiedForm):
            return Ties("source", tuple(said.value for said in written.source))
        rule: Any = written.value if written else None
        return Ties(rule) if rule else None
