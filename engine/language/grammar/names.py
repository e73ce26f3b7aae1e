"""What a name in an expression stands for: an outcome, a term, a word of the language, else a column."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from engine.kernel.diagnostics import nearest
from engine.language.meaning import (
    AgeAtIndex,
    CohortRate,
    Column,
    Condition,
    IndexDate,
    Invoiced,
    OutcomeField,
    Paid,
    RowField,
    TermRef,
    Treatments,
    Value,
)
from engine.language.notes import Unfit

Kind = Literal["number", "text", "date", "condition", "column", "outcome"]
Use = Literal["eligible", "if", "payment", "refund", "limit", "cohort"]
_USES = {
    "eligible": "in 'eligible'", "if": "in a condition", "payment": "in a payment", "refund": "in a refund",
    "limit": "in a limit", "cohort": "in a cohort clause",
}  # fmt: skip
Field = Literal["date", "value", "count", "baseline", "change", "covered"]
_FIELDS: Mapping[str, Field] = {
    "date": "date",
    "value": "value",
    "count": "count",
    "baseline": "baseline",
    "change": "change",
    "covered": "covered",
}
_OWN_FIELDS = {  # what an outcome must do to have them
    "baseline": ("tests no change", "give it a baseline, and a test such as {change: {at_most: -5}}"),
    "change": ("tests no change", "give it a baseline, and a test such as {change: {at_most: -5}}"),
    "covered": ("counts no days covered", "its pick is another than 'days_covered'"),
}
_BUILT_IN = ("invoiced", "paid", "index", "age_at_index", "index_date")
_NO_COLUMNS = frozenset(
    (
        *("due", "decided", "net", "as_of", "known_by", "true", "false", "null"),
        *("met", "not_met", "not_evaluable", "pending", "disputed"),
    )
)
_COLUMN_TYPES: Mapping[str, Literal["number", "text", "date"]] = {
    "treatment_id": "text",
    "patient_id": "text",
    "product": "text",
    "payer": "text",
    "site": "text",
    "diagnosis": "text",
    "birth_date": "date",
    "amount": "number",
    "units": "number",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that an expression may use, and where it stands."""

    use: Use
    outcomes: frozenset[str]
    terms: frozenset[str]
    row_of: str | None = None  # the outcome whose rows are the lines of the clause, if they are
    own_fields: frozenset[tuple[str, Field]] = frozenset()  # outcomes with fields that not all have


class Built(NamedTuple):
    """A part of an expression: its type and meaning, and where it stands in the text.

    `column` is a treatments column whose type its use decides, `outcome` a bare outcome name; the value of
    both is a Column of that name.
    """

    kind: Kind
    value: Value | Condition
    start: int
    length: int

    def unfit(self, code: str, problem: str, hint: str = "") -> Unfit:
        return Unfit(code, problem, hint, self.start, self.length)


def resolve(name: str, scope: Scope, start: int) -> Built:
    """What a bare name stands for. Raises Unfit for a near miss, and for a name that cannot stand here."""
    length = len(name)
    if scope.use == "cohort":
        return _of_cohort(name, scope, start)
    if name in scope.outcomes:
        return Built("outcome", Column(name, "truth"), start, length)
    if name in scope.terms:
        return Built("number", TermRef(name), start, length)
    if name == "invoiced":
        return Built("number", Invoiced(), start, length)
    if name == "paid":
        _refuse_paid(scope, start)
        return Built("number", Paid(), start, length)
    if name in ("index", "index_date"):
        return Built("date", IndexDate(), start, length)
    if name == "age_at_index":
        return Built("number", AgeAtIndex(), start, length)
    if name in _NO_COLUMNS:
        raise Unfit("reserved", f"'{name}' has a meaning of its own and cannot stand here", "", start, length)
    _refuse_near_miss(name, scope, start)
    kind = _COLUMN_TYPES.get(name)
    return Built(kind or "column", Column(name, kind or "text"), start, length)


def resolve_field(outcome: str, field: str, scope: Scope, start: int, field_start: int) -> Built:
    """What `NAME.field` stands for. Raises Unfit for an unknown outcome or field, or where none may stand."""
    length = field_start + len(field) - start
    if scope.use in ("eligible", "if"):
        hint = "a condition names statuses (remission is met) and attributes; put the test in an outcome"
        problem = f"'{outcome}.{field}' cannot stand {_USES[scope.use]}"
        raise Unfit("outcome_field", problem, hint, start, length)
    known_outcome(outcome, scope, start)
    if scope.use == "cohort":
        hint = "a cohort clause reads 'treatments', 'paid', 'rate' and terms"
        raise Unfit("outcome_field", f"'{outcome}.{field}' is one treatment's", hint, start, length)
    if field not in _FIELDS:
        close = nearest(field, _FIELDS) or "an outcome has .date, .value and .count"
        raise Unfit("unknown_field", f"an outcome has no '.{field}'", close, field_start, len(field))
    if field in _OWN_FIELDS and (outcome, field) not in scope.own_fields:
        why, hint = _OWN_FIELDS[field]
        problem = f"'{outcome}' has no '.{field}': it {why}"
        raise Unfit("no_field", problem, hint, start, length)
    if scope.use == "limit":
        problem = f"'{outcome}.{field}' cannot stand in a limit"
        hint = "a limit reads terms and columns of treatments; put the outcome in a clause's amount"
        raise Unfit("outcome_field", problem, hint, start, length)
    kind: Kind = "date" if field == "date" else "number"
    if outcome == scope.row_of and field in ("date", "value"):
        return Built(kind, RowField(outcome, "date" if field == "date" else "value"), start, length)
    return Built(kind, OutcomeField(outcome, _FIELDS[field]), start, length)


_COHORT_NAMES: Mapping[str, Value] = {"treatments": Treatments(), "rate": CohortRate(), "paid": Paid()}


def _of_cohort(name: str, scope: Scope, start: int) -> Built:
    """What a name stands for in a clause about many treatments: it reads nothing of any one of them."""
    length = len(name)
    if name in _COHORT_NAMES and name in scope.terms:
        problem = f"'{name}' is a term, and has a meaning of its own in a cohort clause"
        raise Unfit("twice", problem, "rename the term", start, length)
    if name in _COHORT_NAMES:
        return Built("number", _COHORT_NAMES[name], start, length)
    if name in scope.terms:
        return Built("number", TermRef(name), start, length)
    known = (*_COHORT_NAMES, *sorted(scope.terms))
    hint = nearest(name, known) or f"names here: {', '.join(known)}"
    raise Unfit("unknown_name", f"'{name}' cannot stand in a cohort clause", hint, start, length)


def known_outcome(name: str, scope: Scope, start: int) -> None:
    """Raises Unfit where no outcome has this name."""
    if name not in scope.outcomes:
        hint = (
            nearest(name, scope.outcomes) or f"outcomes here: {', '.join(sorted(scope.outcomes)) or 'none'}"
        )
        raise Unfit("unknown_outcome", f"'{name}' is not an outcome of this contract", hint, start, len(name))


def _refuse_paid(scope: Scope, start: int) -> None:
    if scope.use == "limit":
        hint = "put it in the refund's amount, such as 'min(price, 80% of paid)'"
        raise Unfit("paid", "'paid' cannot stand in a limit: it grows while the total does", hint, start, 4)
    if scope.use == "payment":
        hint = "'paid' adds up payments: it stands in the amount of a refund"
        raise Unfit("paid", "'paid' cannot stand in a payment", hint, start, 4)
    if scope.use in ("eligible", "if"):
        hint = "a condition names statuses and attributes of the treatment"
        raise Unfit("paid", f"'paid' cannot stand {_USES[scope.use]}", hint, start, 4)


def _refuse_near_miss(name: str, scope: Scope, start: int) -> None:
    """A name one slip away from a term or a word of the language is taken for a slip, not for a column."""
    if name in _COLUMN_TYPES:
        return
    slips = [known for known in (*_BUILT_IN, *scope.terms) if _one_slip(name, known)]
    if slips:
        problem = f"'{name}' is not a term of this contract"
        hint = f"did you mean '{slips[0]}'? (a column of treatments must have a name less like a term's)"
        raise Unfit("unknown_name", problem, hint, start, len(name))


def _one_slip(name: str, known: str) -> bool:
    """One letter too many, too few, wrong, or two neighbours exchanged; a digit is no slip."""
    if min(len(name), len(known)) < 4 or abs(len(name) - len(known)) > 1:
        return False
    head = next((i for i, (a, b) in enumerate(zip(name, known, strict=False)) if a != b), None)
    if head is None:
        odd = (name + known)[-1] if len(name) == len(known) else max(name, known, key=len)[-1]
        return len(name) != len(known) and not odd.isdigit()
    one, other = name[head:], known[head:]
    if one[0].isdigit() or other[0].isdigit():
        return False
    exchanged = len(one) > 1 and one[:2] == other[1::-1] and one[2:] == other[2:]
    return one[1:] == other or one == other[1:] or one[1:] == other[1:] or exchanged
