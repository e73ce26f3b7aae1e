"""Mappings with fixed keys, declared as dataclasses: `key(shape, "what it says")` for each key.

An unknown key is refused with the nearest word, a missing one by name, and a word of the language that is
not read yet as such.
"""

import dataclasses
import itertools
from collections.abc import Sequence as Items
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from engine.kernel.diagnostics import Place, nearest
from engine.language.notes import Notes
from engine.language.scalars import shown
from engine.language.shapes import JSON, Shape
from engine.language.yaml_reader import Entry, Mapping, Node, Scalar, Sequence

T = TypeVar("T")
F = TypeVar("F", bound="Form")


@dataclass(frozen=True, kw_only=True)
class Form:
    """What stood in a mapping with fixed keys; a key that could not be read is in `broken`."""

    called: ClassVar[str] = "the file"
    exactly_one: ClassVar[tuple[str, ...]] = ()  # keys of which one must stand and no other
    rules: ClassVar[tuple[JSON, ...]] = ()  # for editors: keys that exclude or need each other
    node: Mapping
    broken: frozenset[str] = frozenset()

    def left_open(self, name: str) -> bool:
        """Nothing was written under this key, rather than something unreadable."""
        return self.node.entry(name) is None

    def has(self, name: str) -> bool:
        """Something readable was written under this key."""
        return not self.left_open(name) and name not in self.broken

    def ids_in(self, name: str) -> tuple[str, ...]:
        """The `id` of each element of a list, of those too that could not be read otherwise."""
        entry = self.node.entry(name)
        items = entry.value.items if entry and isinstance(entry.value, Sequence) else ()
        ids = (item.entry("id") for item in items if isinstance(item, Mapping))
        return tuple(e.value.text for e in ids if e and isinstance(e.value, Scalar))

    def at(self, name: str) -> Place:
        """The place of a key, or of the mapping where the key is left out."""
        entry = self.node.entry(name)
        return entry.key.place if entry else self.node.named


@dataclass(frozen=True, slots=True)
class _Key:
    name: str
    shape: Shape[Any] | None  # None: not read yet
    says: str
    required: bool
    example: str


def key(shape: Shape[T], says: str, example: str = "", name: str = "") -> T:
    """A key that must stand. `example` shows how to say it; `name` where it is a Python word."""
    declared: T = _declare(_Key(name, shape, says, True, example))
    return declared


def optional(shape: Shape[T], says: str, name: str = "") -> T | None:
    """A key that may be left out: None then, and where it could not be read."""
    declared: T | None = _declare(_Key(name, shape, says, False, ""))
    return declared


def later(says: str) -> Any:
    """A key of the language that is not read yet, and refused as such. Give it a shape to read it."""
    return _declare(_Key("", None, says, False, ""))


def _declare(declared: _Key) -> Any:
    return dataclasses.field(default=None, metadata={"key": declared})


class Record(Shape[F]):
    """A mapping with the keys that a form declares.

    One that lacks a required key is None, unless it is `partial`: then what is there is read, and whoever
    uses a required key asks `has` first.
    """

    def __init__(self, form: type[F], partial: bool = False) -> None:
        self.form, self.words, self.partial = form, form.called, partial
        self.keys: dict[str, tuple[str, _Key]] = {}
        for field in dataclasses.fields(form):
            if declared := field.metadata.get("key"):
                self.keys[declared.name or field.name] = (field.name, declared)
        self.needed = {name for name, (_, k) in self.keys.items() if k.required} | set(form.exactly_one)
        self.known = [name for name, (_, k) in self.keys.items() if k.shape is not None]

    def read(self, node: Node, notes: Notes) -> F | None:
        if not isinstance(node, Mapping):
            self.wrong(node, notes)
            return None
        values: dict[str, Any] = {}
        broken = set()
        for entry in node.entries:
            attribute, declared = self.keys.get(entry.key.text, ("", None))
            if declared is None or declared.shape is None:
                self._refuse_key(entry, declared is not None, node, notes)
                broken.add(entry.key.text)
                continue
            values[attribute] = declared.shape.read(entry.value, notes)
            if values[attribute] is None:
                broken.add(entry.key.text)
        whole = self._has_all(node, notes)
        chosen = self._has_one(node, notes)
        if not self.partial and (broken & self.needed or not (whole and chosen)):
            return None
        return self.form(node=node, broken=frozenset(broken), **values)

    def _refuse_key(self, entry: Entry, not_yet: bool, node: Mapping, notes: Notes) -> None:
        name = entry.key.text
        if not_yet:
            hint = f"it is a word of the language that this version does not read in {self.form.called}"
            notes.add("not_yet", f"'{shown(name)}' is not supported yet", entry.key.place, hint)
            return
        hint = nearest(name, self.keys)
        if not hint and self._unchosen(node):
            hint = f"did you mean '{self.form.exactly_one[0]}'?"
        hint = hint or f"keys of {self.form.called}: {', '.join(self.known)}"
        notes.add("unknown_key", f"'{shown(name)}' is not a key of {self.form.called}", entry.key.place, hint)

    def _has_all(self, node: Mapping, notes: Notes) -> bool:
        missing = [(name, k) for name, (_, k) in self.keys.items() if k.required and node.entry(name) is None]
        for name, declared in missing:
            hint = f"write '{declared.example}'" if declared.example else f"{name}: {declared.says}"
            notes.add("missing", f"{self.form.called} lacks '{name}'", node.named, hint)
        return not missing

    def _unchosen(self, node: Mapping) -> bool:
        chosen = self.form.exactly_one
        return bool(chosen) and not any(node.entry(name) for name in chosen)

    def _has_one(self, node: Mapping, notes: Notes) -> bool:
        if not self.form.exactly_one:
            return True
        present = [e for e in node.entries if e.key.text in self.form.exactly_one]
        for extra in present[1:]:
            problem = (
                f"'{extra.key.text}' and '{present[0].key.text}' cannot both stand in {self.form.called}"
            )
            notes.add("two_choices", problem, extra.key.place, "keep one of them")
        if not present and all(e.key.text in self.keys for e in node.entries):
            usable = [name for name in self.form.exactly_one if name in self.known]
            notes.add(
                "missing", f"{self.form.called} lacks {listed(usable)}", node.named, "write one of them"
            )
        return len(present) == 1

    def schema(self, defs: JSON) -> JSON:
        title = self.form.__name__
        if title not in defs:
            defs[title] = {}
            defs[title] = self._definition(defs)
        return {"$ref": f"#/$defs/{title}"}

    def _definition(self, defs: JSON) -> JSON:
        properties = {
            name: {**declared.shape.schema(defs), "description": _described(declared)}
            for name, (_, declared) in self.keys.items()
            if declared.shape is not None
        }
        definition: JSON = {
            "type": "object",
            "description": self.form.called,
            "properties": properties,
            "required": [name for name, (_, declared) in self.keys.items() if declared.required],
            "additionalProperties": False,
        }
        if chosen := [name for name in self.form.exactly_one if name in self.known]:
            definition["oneOf"] = [{"required": [name]} for name in chosen]
        if self.form.rules:
            definition["allOf"] = list(self.form.rules)
        return definition


def _described(declared: _Key) -> str:
    """What a key says, with a way to write it."""
    says = declared.says[0].upper() + declared.says[1:]
    end = "" if says.endswith("?") else "."
    return f"{says}{end} Such as `{declared.example}`." if declared.example else f"{says}{end}"


# Rules of a form's keys, as JSON Schema.


def apart(*names: str) -> JSON:
    """At most one of these keys may stand."""
    pairs = itertools.combinations(names, 2)
    return {"not": {"anyOf": [{"required": list(pair)} for pair in pairs]}}


def needs(name: str, *others: str) -> JSON:
    """Where a key stands, these must stand too."""
    return {"dependentRequired": {name: list(others)}}


def some_of(*names: str) -> JSON:
    """At least one of these keys must stand."""
    return {"anyOf": [{"required": [name]} for name in names]}


def where(standing: JSON, then: JSON) -> JSON:
    """Where the one holds, the other must."""
    return {"if": standing, "then": then}


def listed(words: Items[str], last: str = "or") -> str:
    """The words in quotes with commas: `'a', 'b' or 'c'`."""
    quoted = [f"'{w}'" for w in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
