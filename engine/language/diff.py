"""What changed from one version of a contract to another, in words, by what they mean.

Comments, order of keys, and two ways to say one thing (`month 12` and `year 1`) are no difference. Every field of
the meaning is compared, so that a new word of the language is without further ado.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.language import meaning as m
from engine.language.wording import (
    amounts_or_shares,
    has_words,
    in_words,
    noun,
    offset,
    plain,
    summary,
    worded_fields,
)

_LABELS = {
    "id": "contract",
    "product_name": "product",
    "product_codes": "product code",
    "sources": "source",
    "payers": "payer",
    "if_payer_changes": "change-of-payer rule",
    "coverage_gap_days": "days of a gap in coverage that are forgiven",
    "eligible": "eligibility",
    "source_name": "what is reported",
    "kind": "measure or event",
    "pick": "what meets it",
    "decided": "decided day",
    "if_missing": "status where no assessment came",
    "if_died": "status after a death",
    "if_coverage_ends": "status where coverage ends",
    "if_tied": "which of two results of one day counts",
    "clause": "paragraph",
    "dues": "due date",
    "shares": "shares of the instalments",
    "on_failure": "what one failure does to the series",
    "at_most": "upper bound",
    "at_least": "lower bound",
    "of": "what is bounded",
    "per": "whose total is bounded",
    "patient_first": "what the patient gets first",
    "for_each": "rows that make a line",
    "sets": "what it sets",
    "repeated": "several lines",
    "settlement": "",
    "pay_within_days": "days to pay",
    "residual": "instalment that takes the cents that do not divide",
}
_OWN_LABELS: dict[tuple[type, str], str] = {
    **{(m.Table, "rows"): "", (m.TableRow, "amount"): "", (m.TableRow, "kind"): "side"},
    **{(m.Cohort, "rows"): "", (m.CohortRow, "amount"): "", (m.CohortRow, "kind"): "side"},
    **{(m.Cohort, "per"): "period", (m.Cohort, "minimum"): "least number decided"},
    **{
        (m.Cohort, "decided"): "time from the period's end to the decision",
        (m.Cohort, "by"): "what the rows test",
    },
    **{(m.Cohort, "against"): "what the rate is set against", (m.CohortRow, "direction"): "direction"},
}
_NOT_COMPARED = frozenset(("version",))
_SETS = frozenset(("eligible", "product_codes", "sources"))  # in no order
_AS_ONE = frozenset(("payers",))  # said together: their order counts
_IN_PARTS = (
    m.Contract,
    m.IfDied,
    m.Table,
    m.TableRow,
    m.CohortRow,
)  # they have words, and are told by their parts
_EMPTY = {
    "in_force_to": "open",
    "condition": "always",
    "dues": "none",
    "unit": "any",
    "on_failure": "no series",
}
_ORDERED = frozenset(("limits",))  # entries that work in the order in which they stand


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs; `old` is None where it was added, `new` where it was taken out."""

    what: str  # `window of remission`
    old: str | None
    new: str | None

    def __str__(self) -> str:
        if self.old is None:
            return f"{self.what}: added, {self.new}"
        return (
            f"{self.what}: taken out, was {self.old}"
            if self.new is None
            else f"{self.what}: {self.old} → {self.new}"
        )


def changes(old: m.Contract, new: m.Contract) -> tuple[Change, ...]:
    """What differs between two contracts, in the order of a contract file."""
    return tuple(_fields(old, new, _Path("")))


@dataclass(frozen=True, slots=True)
class _Path:
    """Where in a contract: within which named entry, under which labels."""

    owner: str
    labels: tuple[str, ...] = ()

    def at(self, label: str) -> "_Path":
        return _Path(self.owner, (*self.labels, label)) if label else self

    def __str__(self) -> str:
        if not self.labels:
            return self.owner
        inner = f" ({', '.join(self.labels[1:])})" if self.labels[1:] else ""
        return f"{self.labels[0]}{inner}" + (f" of {self.owner}" if self.owner else "")


def _fields(old: Any, new: Any, path: _Path) -> Iterator[Change]:
    """Differences of two parts of one kind, field by field."""
    texts = {f.name for f in dataclasses.fields(old) if f.name.endswith("_text")}
    for name, before in worded_fields(old):
        after = getattr(new, name)
        if name in _NOT_COMPARED or _bare(before) == _bare(after):
            continue
        label = _OWN_LABELS.get((type(old), name), _LABELS.get(name, plain(name)))
        if f"{name}_text" in texts and not (isinstance(before, m.Table) and isinstance(after, m.Table)):
            said = [getattr(side, f"{name}_text") or _EMPTY.get(name, "nothing") for side in (old, new)]
            yield Change(str(path.at(label)), *_told_apart(said[0], said[1], before, after))
        else:
            yield from _differing(name, before, after, path.at(label))


def _differing(name: str, before: Any, after: Any, path: _Path) -> Iterator[Change]:
    if isinstance(before, tuple) and isinstance(after, tuple):
        yield from _lists(name, before, after, path)
    elif isinstance(before, m.Window) and isinstance(after, m.Window):
        yield _window(before, after, path)
    elif type(before) is type(after) and _goes_deeper(before):
        yield from _fields(before, after, path)
    else:
        empty = _EMPTY.get(name, "nothing")
        said = [empty if side is None else in_words(side) for side in (before, after)]
        yield Change(str(path), *_told_apart(said[0], said[1], before, after))


def _goes_deeper(part: Any) -> bool:
    return dataclasses.is_dataclass(part) and (isinstance(part, _IN_PARTS) or not has_words(part))


def _window(before: m.Window, after: m.Window, path: _Path) -> Change:
    """A window of which the last day alone moved is said by it: `day 30 → day 60`."""
    if _bare(before.first) == _bare(after.first):
        return Change(str(path), offset(before.last), offset(after.last))
    if _bare(before.last) == _bare(after.last):
        return Change(f"first day of the {path}", offset(before.first), offset(after.first))
    return Change(str(path), in_words(before), in_words(after))


def _lists(name: str, before: tuple[Any, ...], after: tuple[Any, ...], path: _Path) -> Iterator[Change]:
    if name not in _AS_ONE and _named(before) and _named(after):
        yield from _entries(name, before, after, path)
    elif name in _SETS:
        yield from _sets(before, after, path)
    elif name not in _AS_ONE and len(before) == len(after) and all(map(_goes_deeper, before + after)):
        for k, (one, other) in enumerate(zip(before, after, strict=True), 1):
            if _bare(one) != _bare(other):
                yield from (
                    _fields(one, other, path.at(f"{plain(name).removesuffix('s')} {k}"))
                    if type(one) is type(other)
                    else [
                        Change(
                            str(path.at(f"{plain(name).removesuffix('s')} {k}")),
                            in_words(one),
                            in_words(other),
                        )
                    ]
                )
    else:
        said = [in_words(side) if side else _EMPTY.get(name, "none") for side in (before, after)]
        yield Change(str(path), *_told_apart(said[0], said[1], before, after))


def _unworded(part: Any) -> bool:
    """A part that is said by its fields, so that each can be compared."""
    return (
        dataclasses.is_dataclass(part)
        and type(part).__module__.startswith(m.__name__)
        and not hasattr(part, "anchor")
    )


def _sets(before: tuple[Any, ...], after: tuple[Any, ...], path: _Path) -> Iterator[Change]:
    gone = [in_words(x) for x in before if _bare(x) not in map(_bare, after)]
    come = [in_words(x) for x in after if _bare(x) not in map(_bare, before)]
    pairs = min(len(gone), len(come)) if len(gone) == len(come) == 1 else 0
    yield from (Change(str(path), old, new) for old, new in zip(gone[:pairs], come[:pairs], strict=True))
    yield from (Change(str(path), old, None) for old in gone[pairs:])
    yield from (Change(str(path), None, new) for new in come[pairs:])


# --- entries with a name: terms, outcomes, clauses, limits ------------------------------------------


def _named(parts: tuple[Any, ...]) -> bool:
    return all(dataclasses.is_dataclass(part) and _name(part) for part in parts)


def _name(part: Any) -> str:
    return str(getattr(part, "name", None) or getattr(part, "id", ""))


def _entries(name: str, before: tuple[Any, ...], after: tuple[Any, ...], path: _Path) -> Iterator[Change]:
    new = {_name(part): part for part in after}
    old = {_name(part): part for part in before}
    renamed = _renamed(old, new)
    for key, part in old.items():
        called = f"{noun(part)} {key}"
        if key in new:
            yield from _entry(part, new[key])
        elif key in renamed:
            yield Change(called, "that name", renamed[key])
        else:
            yield Change(called, summary(part), None)
    for key, part in new.items():
        if key not in old and key not in renamed.values():
            yield Change(f"{noun(part)} {key}", None, summary(part))
    kept = [[key for key in side if key in old and key in new] for side in (old, new)]
    if name in _ORDERED and kept[0] != kept[1]:
        yield Change(f"order of {plain(name)}", ", ".join(kept[0]), ", ".join(kept[1]))


def _renamed(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    """New names of entries that are otherwise as they were."""
    found: dict[str, str] = {}
    for key, part in old.items():
        for other, candidate in new.items():
            if key not in new and other not in old and other not in found.values() and _same(part, candidate):
                found.setdefault(key, other)
    return found


def _same(part: Any, other: Any) -> bool:
    field = "name" if hasattr(part, "name") else "id"
    return type(part) is type(other) and _bare(dataclasses.replace(other, **{field: _name(part)})) == _bare(
        part
    )


def _entry(old: Any, new: Any) -> Iterator[Change]:
    if _bare(old) == _bare(new):
        return
    if isinstance(old, m.Term):
        yield from _term(old, new)
    elif type(old) is not type(new) or getattr(old, "direction", None) != getattr(new, "direction", None):
        yield Change(f"{noun(old)} {_name(old)}", summary(old), f"a {noun(new)}: {summary(new)}")
    else:
        yield from _fields(old, new, _Path(_name(old)))


def _term(old: m.Term, new: m.Term) -> Iterator[Change]:
    """Values of a term by the day from which they hold; the first holds from the beginning, whenever that is."""
    sides = [{(v.since if k else None): v.value for k, v in enumerate(t.versions)} for t in (old, new)]
    dated = max(map(len, sides)) > 1
    for since in sorted(sides[0] | sides[1], key=lambda day: day or date.min):
        values = [side.get(since) for side in sides]
        if values[0] != values[1]:
            when = f" from {since}" if since else " from the beginning" if dated else ""
            yield Change(f"term {old.name}{when}", *amounts_or_shares(values))


# --- what two parts have in common ------------------------------------------------------------------


def _bare(part: Any) -> object:
    """The meaning of a part without the words in which it was written."""
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        return (type(part).__name__, *((name, _bare(value)) for name, value in worded_fields(part)))
    if isinstance(part, tuple):
        return tuple(map(_bare, part))
    return part


def _told_apart(old: str, new: str, before: Any, after: Any) -> Sequence[Any]:
    """The two in words; where long lists read alike, the first of their elements that differ."""
    if old != new:
        return old, new
    if isinstance(before, tuple) and isinstance(after, tuple):
        pairs = [(a, b) for a, b in zip(before, after, strict=False) if _bare(a) != _bare(b)]
        if pairs:
            return in_words(pairs[0][0]), in_words(pairs[0][1])
    return f"{old} (as it was)", f"{new} (otherwise)"
