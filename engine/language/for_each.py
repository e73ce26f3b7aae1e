"""`for_each`: a clause with one line for each row of an outcome."""

from engine.kernel.dates import Shift
from engine.kernel.diagnostics import nearest
from engine.language.meaning import ForEach, Outcome
from engine.language.naming import Names
from engine.language.notes import Notes
from engine.language.windows import could_come_after
from engine.language.written import MoneyForm

_INSTEAD = ("each", "instalments", "on_failure")
_ONLY_WITH = ("from", "to")
_OF_ROWS = frozenset(
    "any all none first last nearest lowest highest mean count consecutive sustained".split()
)


def read_for_each(form: MoneyForm, names: Names, notes: Notes) -> ForEach | None:
    """Whose rows are the clause's lines, and which of them; None where it has no `for_each`, or a wrong one."""
    _check_due(form, notes)
    if form.left_open("for_each"):
        for key in _ONLY_WITH:
            if not form.left_open(key):
                problem = f"'{key}' counts the rows of a 'for_each', and there is none"
                notes.add("for_each", problem, form.at(key), "write 'for_each: NAME', or delete it")
        return None
    for key in _INSTEAD:
        if not form.left_open(key):
            problem = f"'{key}' and 'for_each' cannot both stand in {form.called}"
            hint = "the lines of a 'for_each' are rows that came: they have no schedule and no failures"
            notes.add("two_choices", problem, form.at(key), hint)
    if form.for_each is None or not _is_outcome(form, names, notes):
        return None
    first = form.from_.value if form.from_ else 1
    last = form.to.value if form.to else None
    if form.to and last is not None and last < first:
        notes.add(
            "for_each", f"'to' is before 'from' ({first})", form.to.place, "write the larger number here"
        )
    return ForEach(form.for_each.value, first, last)


def _is_outcome(form: MoneyForm, names: Names, notes: Notes) -> bool:
    """Whether `for_each` names an outcome whose rows can be told without due dates."""
    said = form.for_each
    if said is None:
        return False
    if said.value not in names.outcomes:
        hint = nearest(said.value, names.outcomes) or "for_each names an outcome, whose rows are the lines"
        notes.add("unknown_outcome", f"'{said.value}' is not an outcome of this contract", said.place, hint)
        return False
    outcome = names.outcomes[said.value]
    if outcome and outcome.window.uses_due:
        problem = f"the window of '{said.value}' uses 'due', and a 'for_each' gives its rows due dates"
        notes.add(
            "for_each", problem, said.place, "name an outcome whose window is reckoned from the index date"
        )
        return False
    if outcome and not tests_each_row(outcome):
        problem = f"what meets '{said.value}' is not said of each row, so that no row is a line"
        hint = "name an outcome that tests the values of its rows, such as 'met_if: {any: {at_least: 5}}'"
        notes.add("for_each", problem, said.place, hint)
        return False
    return True


def tests_each_row(outcome: Outcome) -> bool:
    """Whether the outcome's test is about each row, and not about what the window comes to."""
    return outcome.pick.kind in _OF_ROWS


def _check_due(form: MoneyForm, notes: Notes) -> None:
    """`due` is an anchor with `for_each`, and the only one: each row's date, or some time later."""
    due = form.due
    if due is None:
        return
    is_due = due.value.anchor == "due"
    if is_due and form.left_open("for_each"):
        hint = "with 'for_each' it is each row's date; else write 'index' or 'day 30'"
        notes.add("offset", "'due' cannot be the anchor here", due.place, hint)
    elif not is_due and not form.left_open("for_each"):
        hint = "each line falls due on its row's date: leave 'due' out, or write 'due: due + 30 days'"
        notes.add("for_each", "with 'for_each' a due date is reckoned from the row's date", due.place, hint)
    elif is_due and could_come_after([Shift()], [due.value.shift]):
        problem = "a line would fall due before its row came about"
        notes.add("for_each", problem, due.place, "write 'due: due + 30 days', or leave it out")
