"""What a contract means in words that people of its field read: for differences and lists.

`in_words` says any part of the meaning. A new word of the language is said by the names of its fields until it is
given words of its own here.
"""

import dataclasses
import re
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, cast, get_args

from engine.kernel.dates import Shift
from engine.kernel.money import format_fraction
from engine.language import meaning as m
from engine.language.grammar.text import expression_text, percent

_MOST_LISTED = 6
_EXPRESSIONS = (*get_args(m.Value), *get_args(m.Condition))
_TWO_WORDS = frozenset("not_met not_evaluable at_least at_most contract_year calendar_year".split())
_UNWORDED = ("text", "version")  # fields that say again what another one says


def in_words(part: object) -> str:
    """A part of the meaning in words: `day 0 to day 30`, `any that is CR or CRi`, `80%`."""
    say = next((_WAYS[kind] for kind in type(part).__mro__ if kind in _WAYS), None)
    if say is not None:
        return say(part)
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        said = [
            f"{plain(name)} {in_words(value)}" for name, value in worded_fields(part) if value is not None
        ]
        return ", ".join(said) or plain(_snake(type(part).__name__))
    return str(part)


def has_words(part: object) -> bool:
    """Whether a part of the meaning has words of its own, beside the names of its fields."""
    return any(kind in _WAYS for kind in type(part).__mro__)


def worded_fields(part: object) -> list[tuple[str, Any]]:
    """The fields of a part that say something of their own, by name."""
    fields = dataclasses.fields(cast(Any, part))
    named = [(f.name, getattr(part, f.name)) for f in fields]
    return [(n, v) for n, v in named if n not in _UNWORDED and not n.endswith("_text")]


def plain(name: str) -> str:
    """The name of a field or a status as words: `not met`."""
    return name.removesuffix("_").replace("_", " ")


def amount_or_share(value: Fraction) -> str:
    """A term's value as a person wrote it: `80%` up to 1, else `649,000.00`."""
    if 0 < value <= 1:
        return percent(value)
    exact = format_fraction(value)
    if "/" in exact:
        return exact
    whole, point, rest = exact.partition(".")
    return f"{int(whole):,}{point}{rest.ljust(2, '0') if rest else ''}"


def amounts_or_shares(values: Sequence[Fraction | None]) -> list[str | None]:
    """Values of one term, all as shares where one of them is a share and none is far from it."""
    known = [v for v in values if v is not None]
    shares = any(0 < v <= 1 for v in known) and all(0 <= v < 10 for v in known)
    return [None if v is None else percent(v) if shares else amount_or_share(v) for v in values]


def offset(day: m.Offset) -> str:
    """`day 30`, `remission.decided + 30 days`; as written where that is known."""
    if day.text:
        return day.text
    anchor = f"{day.outcome}.decided" if day.anchor == "decided" else day.anchor
    return f"{anchor} + {length(day.shift)}" if day.shift != m.NO_SHIFT else anchor


def length(shift: Shift) -> str:
    """`12 months and 30 days`."""
    counts = ((shift.months, "month"), (shift.days, "day"))
    said = [f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in counts if n]
    return " and ".join(said) or "0 days"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _either(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _listed(parts: tuple[object, ...]) -> str:
    if not parts:
        return "none"
    said = ", ".join(in_words(part) for part in parts[:_MOST_LISTED])
    return said if len(parts) <= _MOST_LISTED else f"{said}, … ({len(parts)} in all)"


def _pick(pick: m.Pick) -> str:
    bounds = (("at least", pick.at_least), ("at most", pick.at_most))
    counted = " and ".join(f"{word} {n}" for word, n in bounds if n is not None)
    test = in_words(pick.test) if pick.test else ""
    if pick.kind == "count":
        one = counted.endswith(" 1")
        which = f" that {'is' if one else 'are'} {test}" if test else ""
        return f"{counted} row{'' if one else 's'}{which}"
    if pick.kind == "consecutive":
        return f"{pick.times} in a row that {'is' if pick.times == 1 else 'are'} {test}"
    if pick.kind == "sustained" and pick.apart is not None:
        return f"two at least {length(pick.apart)} apart, and all between, that are {test}"
    if pick.kind == "days_covered":
        return f"days covered {_share(pick.test)}"
    kind = f"nearest to {offset(pick.to)}" if pick.to else plain(pick.kind)
    verb = "are" if pick.kind == "all" else "is"
    extra = [
        f"{plain(name)} {in_words(value)}" for name, value in worded_fields(pick)
        if name not in ("kind", "test", "to", "at_least", "at_most") and value is not None
    ]  # fmt: skip
    return ", ".join([f"{kind} {verb} {test}" if test else kind, *extra])


def _share(test: m.Test | None) -> str:
    match test:
        case m.Bound(kind, bound):
            return f"{plain(kind)} {percent(bound)}"
        case m.Between(low, high):
            return f"between {percent(low)} and {percent(high)}"
    return ""


def _change(change: m.Change) -> str:
    return f"changed by {in_words(change.test)}{' percent' if change.percent else ''} from its baseline"


def _if_died(died: m.IfDied) -> str:
    causes = {name: plain(getattr(died, name)) for name in ("related", "unrelated", "unknown")}
    if len(set(causes.values())) == 1:
        return causes["related"]
    return ", ".join(f"{status} if {cause}" for cause, status in causes.items())


def _ties(ties: m.Ties) -> str:
    return f"by source: {', then '.join(ties.sources)}" if ties.sources else ties.rule


def _party(party: m.Party) -> str:
    return f"{party.name} ({', '.join(party.codes)})" if party.codes else party.name


def _for_each(each: m.ForEach) -> str:
    until = "" if each.last is None else f" to no. {each.last}"
    which = f" from no. {each.first}{until}" if each.first > 1 or until else ""
    return f"each {each.outcome}{which}"


_WAYS: dict[type, Callable[[Any], str]] = {
    **dict.fromkeys(_EXPRESSIONS, expression_text),
    type(None): lambda _: "nothing",
    bool: lambda x: "yes" if x else "no",
    str: lambda x: plain(x) if x in _TWO_WORDS else x,
    Fraction: format_fraction,
    date: lambda x: x.isoformat(),
    tuple: _listed,
    Shift: length,
    m.Offset: offset,
    m.Window: lambda w: f"{offset(w.first)} to {offset(w.last)}",
    m.OneOf: lambda t: _either(t.values),
    m.Bound: lambda t: f"{plain(t.kind)} {format_fraction(t.bound)}",
    m.Between: lambda t: f"between {format_fraction(t.low)} and {format_fraction(t.high)}",
    m.Change: _change,
    m.Baseline: lambda b: f"{b.pick} of {in_words(b.window)}",
    m.Pick: _pick,
    m.IfDied: _if_died,
    m.Ties: _ties,
    m.Party: _party,
    m.TermVersion: lambda v: f"{amount_or_share(v.value)} from {v.since}",
    m.Term: lambda t: in_words(t.versions) if len(t.versions) > 1 else amount_or_share(t.versions[0].value),
    m.EligiblePart: lambda p: p.text,
    m.Table: lambda t: t.text,
    m.TableRow: lambda r: r.text,
    m.ForEach: _for_each,
    m.ResponseRate: lambda r: f"rate of {r.outcome}",
    m.PersonTimeRate: lambda r: (
        f"{r.outcome} for {r.years} {'year' if r.years == 1 else 'years'} of observation"
    ),
    m.Curve: lambda c: ", ".join(percent(v.value) if isinstance(v, m.Number) else v.name for v in c.values),
    m.Comparator: lambda c: f"the same of {', '.join(c.codes)}",
    m.CohortRow: lambda r: r.text,
}


# --- entries: what an outcome, a clause or a limit says ---------------------------------------------


def noun(part: object) -> str:
    """What an entry is: `payment`, `refund`, `limit`, `outcome`, `term`."""
    if isinstance(part, m.MoneyClause):
        return part.direction
    return plain(_snake(type(part).__name__))


def summary(part: object) -> str:
    """What an entry says, in a line."""
    say = _SUMMARIES.get(type(part))
    return say(part) if say else _by_fields(part)


def outcome_words(outcome: m.Outcome) -> str:
    """What is reported, when, and what meets it."""
    when, pick = in_words(outcome.window), outcome.pick
    if outcome.kind == "event" and pick == m.Pick("count", None, at_least=1):
        return f"{outcome.source_name} occurs, {when}"
    baseline = f"; baseline the {in_words(outcome.baseline)}" if outcome.baseline else ""
    return f"{outcome.source_name}, {when}: {in_words(pick)}{baseline}"


def silence_words(outcome: m.Outcome) -> str:
    """How each kind of silence is read: `no assessment: not met; death: …; coverage ends: ignore; …`."""
    said = (
        ("no assessment", outcome.if_missing),
        ("death", outcome.if_died),
        ("coverage ends", outcome.if_coverage_ends),
        ("two results of one day", outcome.if_tied),
        ("late evidence", outcome.late_evidence),
    )
    return "; ".join(f"{what}: {in_words(how)}" for what, how in said if how is not None)


def clause_words(part: Any) -> tuple[str, str, str, str]:
    """Paragraph, name, what it is, and what it says of anything that moves money."""
    return part.clause, part.id, noun(part), summary(part)


_PAYERS = {  # whose a line is where it is not the original payer's whatever happens
    "ends": "; not owed once the payer no longer covers",
    "successor": "; of the payer that covers the day",
    "by_paid": "; to each payer by what it paid",
}


def _of_row(due: m.Offset) -> bool:
    """The day of the row that a line stands for."""
    return due.anchor == "due" and due.shift == m.NO_SHIFT


def _money_clause(clause: m.MoneyClause) -> str:
    dues = f", due {in_words(clause.dues)}" if any(d and not _of_row(d) for d in clause.dues) else ""
    condition = f", if {clause.condition_text}" if clause.condition else ""
    payer = _PAYERS.get(clause.if_payer_changes, "")
    each = f" for {in_words(clause.for_each)}" if clause.for_each else ""
    return f"{clause.amount_text}{each}{dues}{condition}{payer}"


def _limit(limit: m.Limit) -> str:
    per = "" if limit.per == "treatment" else f", per {plain(limit.per)}"
    return f"{limit.bound_text} of {limit.of_text}{per}"


def _cohort(cohort: m.Cohort) -> str:
    """`rate of remission, per contract year, decided 180 days after it, at least 20 of them: below 70%: refund …`."""
    rate = in_words(cohort.rate) if cohort.rate is not None else cohort.by_text
    against = f" less {in_words(cohort.against)}" if cohort.against is not None else ""
    least = f", of at least {cohort.minimum}" if cohort.minimum > 1 else ""
    bands = ", each unit by its band" if cohort.tiers == "marginal" else ""
    rows = "; ".join(row.text for row in cohort.rows)
    when = f"per {plain(cohort.per)}, decided {length(cohort.decided)} after it"
    return f"{rate}{against}, {when}{least}{bands}: {rows}"


def _amendment(amendment: m.Amendment) -> str:
    values = ", ".join(f"{name} {amount_or_share(value)}" for name, value in amendment.sets)
    return f"{values} from {amendment.effective}, signed {amendment.signed}"


def _by_fields(part: object) -> str:
    """An entry without a line of its own: its fields, but for name and paragraph."""
    named = [
        (n, v) for n, v in worded_fields(part) if n not in ("id", "name", "clause") and v not in (None, ())
    ]
    return ", ".join(f"{plain(n)} {in_words(v)}" for n, v in named)


_SUMMARIES: dict[type, Callable[[Any], str]] = {
    m.Term: in_words,
    m.Outcome: outcome_words,
    m.MoneyClause: _money_clause,
    m.Limit: _limit,
    m.Cohort: _cohort,
    m.Amendment: _amendment,
}
