"""Shapes of what is written: each reads a node of the tree into a typed value and gives its own JSON Schema.

A shape is the one definition of a piece of the language, so that the schema and the reader cannot drift.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from engine.kernel.diagnostics import Place, nearest
from engine.language.notes import Notes, Unfit
from engine.language.scalars import shown
from engine.language.yaml_reader import Mapping, Node, Scalar, Sequence, note_unfit

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
K = TypeVar("K")
V = TypeVar("V")
JSON = dict[str, Any]


class Shape(ABC, Generic[T_co]):
    """What may stand in one place."""

    words: str  # what is expected, for messages: `a date, such as 2018-01-31`

    @abstractmethod
    def read(self, node: Node, notes: Notes) -> T_co | None:
        """The typed value, or None with the reason in `notes`."""

    @abstractmethod
    def schema(self, defs: JSON) -> JSON:
        """The JSON Schema of this shape; named parts go into `defs`."""

    def wrong(self, node: Node, notes: Notes) -> None:
        """Note that a node of another kind stands here."""
        if isinstance(node, Scalar):
            if node.is_null:
                notes.add("empty_value", f"nothing stands here; expected {self.words}", node.place)
            else:
                problem = f"'{shown(node.text)}' stands here; expected {self.words}"
                notes.add("wrong_shape", problem, node.place)
        else:
            kind = "a list" if isinstance(node, Sequence) else "a mapping"
            notes.add("wrong_shape", f"{kind} stands here; expected {self.words}", node.named)


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """A value and the scalar that says it."""

    value: T
    node: Scalar

    @property
    def place(self) -> Place:
        return self.node.place


class Leaf(Shape[Said[T]]):
    """A scalar that `parse` understands; `parse` raises Unfit for what it does not."""

    def __init__(self, words: str, parse: Callable[[str], T], schema: JSON) -> None:
        self.words, self._parse, self._schema = words, parse, schema

    def read(self, node: Node, notes: Notes) -> Said[T] | None:
        if not isinstance(node, Scalar) or node.is_null:
            self.wrong(node, notes)
            return None
        try:
            return Said(self._parse(node.text), node)
        except Unfit as unfit:
            note_unfit(notes, unfit, node)
            return None

    def schema(self, defs: JSON) -> JSON:
        if not any("pattern" in part for part in (self._schema, *self._schema.get("anyOf", ()))):
            return dict(self._schema)
        return {**self._schema, "patternErrorMessage": f"Expected {self.words}"}  # a word of editors' own


class Choice(Leaf[Any]):
    """One of some words; `later` are words of the language that are not read yet."""

    def __init__(self, *options: str, later: tuple[str, ...] = (), also: str = "") -> None:
        self.options, self.later = options, later
        listed = ", ".join(f"'{o}'" for o in options[:-1])
        words = f"{listed} or '{options[-1]}'" if listed else f"'{options[0]}'"
        super().__init__(words + also, self._one_of, {"enum": list(options)})

    def _one_of(self, text: str) -> str:
        if text in self.options:
            return text
        if text in self.later:
            raise Unfit("not_yet", f"'{text}' is not supported yet", f"for now: {self.words}", 0, len(text))
        close = nearest(text, self.options)
        expected = f"expected {self.words}"
        raise Unfit("unknown_word", f"'{shown(text)}' is not known here; {expected}", close, 0, len(text))


class ListOf(Shape[tuple[T, ...]]):
    """A list; elements that cannot be read are left out, with their reasons noted."""

    def __init__(self, item: Shape[T], words: str = "", least: int = 0, most: int = 5_000) -> None:
        self.item, self.least, self.most = item, least, most
        self.words = words or f"a list of {item.words}"

    def read(self, node: Node, notes: Notes) -> tuple[T, ...] | None:
        if not isinstance(node, Sequence):
            self.wrong(node, notes)
            return None
        if not self.least <= len(node.items) <= self.most:
            bound = f"at least {self.least}" if len(node.items) < self.least else f"at most {self.most}"
            notes.add("list_length", f"{len(node.items)} stand here; {bound} may", node.named)
            return None
        values = [self.item.read(item, notes) for item in node.items]
        return tuple(v for v in values if v is not None)

    def schema(self, defs: JSON) -> JSON:
        return {
            "type": "array",
            "items": self.item.schema(defs),
            "minItems": self.least,
            "maxItems": self.most,
        }


@dataclass(frozen=True, slots=True)
class Pair(Generic[K, V]):
    """An entry of a mapping with free keys; the value is None where it could not be read."""

    key: Said[K]
    value: V | None


class MapOf(Shape[tuple[Pair[K, V], ...]]):
    """A mapping with keys of one shape, in the order written."""

    def __init__(self, key: Leaf[K], value: Shape[V], words: str, least: int = 0, pattern: str = ".") -> None:
        self.key, self.value, self.words = key, value, words
        self.least, self.pattern = least, pattern

    def read(self, node: Node, notes: Notes) -> tuple[Pair[K, V], ...] | None:
        if not isinstance(node, Mapping):
            self.wrong(node, notes)
            return None
        if len(node.entries) < self.least:
            notes.add("list_length", f"nothing stands here; expected {self.words}", node.named)
            return None
        pairs = []
        for entry in node.entries:
            key, value = self.key.read(entry.key, notes), self.value.read(entry.value, notes)
            if key is not None:
                pairs.append(Pair(key, value))
        return tuple(pairs)

    def schema(self, defs: JSON) -> JSON:
        return {
            "type": "object",
            "propertyNames": self.key.schema(defs),
            "patternProperties": {f"^{self.pattern}$": self.value.schema(defs)},
            "additionalProperties": False,
            "minProperties": self.least,
        }


class Either(Shape[T_co]):
    """A scalar, a list or a mapping, told apart by how it is written; at most one shape for each."""

    def __init__(
        self,
        words: str,
        *,
        scalar: Shape[T_co] | None = None,
        sequence: Shape[T_co] | None = None,
        mapping: Shape[T_co] | None = None,
    ) -> None:
        self.words = words
        self._shapes = {Scalar: scalar, Sequence: sequence, Mapping: mapping}

    def read(self, node: Node, notes: Notes) -> T_co | None:
        shape = self._shapes[type(node)]
        if shape is None or (isinstance(node, Scalar) and node.is_null):
            self.wrong(node, notes)
            return None
        return shape.read(node, notes)

    def schema(self, defs: JSON) -> JSON:
        return {"anyOf": [shape.schema(defs) for shape in self._shapes.values() if shape is not None]}


class Described(Shape[T]):
    """Another shape under a name for messages."""

    def __init__(self, words: str, shape: Shape[T]) -> None:
        self.words, self._shape = words, shape

    def read(self, node: Node, notes: Notes) -> T | None:
        return self._shape.read(node, notes)

    def schema(self, defs: JSON) -> JSON:
        return self._shape.schema(defs)
