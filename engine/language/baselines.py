"""The baseline of an outcome whose test is of change: the written form to its meaning."""

from dataclasses import dataclass
from typing import Any, cast

from engine.language.meaning import Baseline, Change, Offset, Pick, Window
from engine.language.notes import Notes
from engine.language.shapes import Said
from engine.language.windows import could_come_after, read_window
from engine.language.written_outcomes import BaselineForm, OutcomeForm

_EXAMPLE = "baseline: {window: [day -30, day 0], pick: last}"


@dataclass(frozen=True, slots=True)
class BaselineReader:
    """Reads `baseline` of an outcome; what is wrong goes into `notes`."""

    name: Said[str]
    form: OutcomeForm
    notes: Notes

    def read(self, pick: Pick, window: Window, decided: Offset) -> Baseline | None:
        """The baseline; None where the outcome has none, and where it is refused with the reasons in `notes`."""
        written, of_change = self.form.baseline, isinstance(pick.test, Change)
        if of_change and self.form.left_open("baseline"):
            problem = (
                f"outcome '{self.name.value}' tests a change and leaves open from what: 'baseline' is missing"
            )
            self.notes.add("left_open", problem, self.name.place, f"write '{_EXAMPLE}'")
        if not of_change and not self.form.left_open("baseline"):
            problem = "'baseline' is for a test of change, and this outcome has none"
            hint = "write its test as {change: {at_most: -5}} or {percent_change: {at_most: -50}}, or delete the line"
            self.notes.add("baseline", problem, self.form.at("baseline"), hint)
        if written is None or not of_change:
            return None
        return self._read(written, window, decided)

    def _read(self, written: BaselineForm, window: Window, decided: Offset) -> Baseline | None:
        own = read_window(written.window, "the baseline's window", self.notes)
        if own is None:
            return None
        if own.uses_due and not window.uses_due:
            problem = "the baseline's window names 'due', and the outcome's does not"
            hint = "an outcome goes by due dates where its own window does: [due - 12 months, due]"
            self.notes.add("due", problem, written.at("window"), hint)
            return None
        if own.last.anchor == decided.anchor and (
            clash := could_come_after([own.last.shift], [decided.shift])
        ):
            problem = f"the baseline's window could end after the decided day: from {clash.index} it ends on"
            problem += f" {clash.one}, and the outcome would be decided on {clash.other}"
            hint = f"write a later day, such as 'decided: {own.last.text} + 30 days'"
            self.notes.add("window_after_decided", problem, written.window[1].place, hint)
            return None
        return Baseline(own, cast(Any, written.pick.value))
