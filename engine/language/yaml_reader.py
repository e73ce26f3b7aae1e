"""Strict YAML 1.2 as a small tree with places. Text stays text: what a scalar means is not decided here.

Anchors, aliases, tags, doubled keys and several documents are refused. The parser's events are walked
here: the composer of PyYAML's C loader crashes the process on deep nesting.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import yaml

from engine.kernel.diagnostics import Place
from engine.language.notes import Notes, Unfit

MAX_BYTES = 1_000_000
MAX_DEPTH = 60
MAX_NODES = 50_000
_MOST_STRUCTURAL = 20  # problems of the file's form, after which reading stops
_INVISIBLE = re.compile("[\u0085\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))


@dataclass(frozen=True, slots=True)
class Scalar:
    """A piece of text; `inner` is the column (from 0) of its first character where columns map one to one."""

    text: str
    quoted: bool
    place: Place
    inner: int | None = None

    @property
    def is_null(self) -> bool:
        """Nothing stands here: an empty value, `~` or `null`."""
        return not self.quoted and self.text in _NULLS

    def part(self, start: int, length: int | None) -> Place:
        """The place of some characters of the text; the whole scalar's where they cannot be told apart."""
        if self.inner is None or length is None:
            return self.place
        return replace(self.place, column=self.inner + start + 1, length=max(1, length))


@dataclass(frozen=True, slots=True)
class Entry:
    key: Scalar
    value: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values as written, each key once; `named` is the place of the key that it stands under."""

    entries: tuple[Entry, ...]
    place: Place
    named: Place

    def entry(self, key: str) -> Entry | None:
        return next((e for e in self.entries if e.key.text == key), None)


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple["Node", ...]
    place: Place
    named: Place


Node = Scalar | Mapping | Sequence


class _StopReading(Exception):  # noqa: N818 - what was found is in the notes
    """The file's form is too broken to go on."""


def read_tree(data: bytes, notes: Notes) -> Mapping | None:
    """The file's top-level mapping, or None with the reasons in `notes`. Fills in the notes' lines."""
    top = _read_node(data, notes)
    if top is None or isinstance(top, Mapping):
        return top
    notes.add(
        "not_a_mapping", "the file must be a mapping of keys to values", top.place, "write 'key: value'"
    )
    return None


def read_list(data: bytes, notes: Notes) -> Sequence | None:
    """The file's top-level list, or None with the reasons in `notes`. Fills in the notes' lines."""
    top = _read_node(data, notes)
    if top is None or isinstance(top, Sequence):
        return top
    notes.add("not_a_list", "the file must be a list", top.place, "begin each element with '- '")
    return None


def _read_node(data: bytes, notes: Notes) -> Node | None:
    try:
        composer = _Composer(_decode(data, notes), notes)
        top = composer.document()
    except _StopReading:
        return None
    return None if composer.problems else top


def note_unfit(notes: Notes, unfit: Unfit, node: Scalar) -> None:
    """Note a problem with a scalar's text at its exact place."""
    notes.add(unfit.code, unfit.problem, node.part(unfit.start, unfit.length), unfit.hint)


def _decode(data: bytes, notes: Notes) -> str:
    if len(data) > MAX_BYTES:
        notes.add("too_large", f"the file has {len(data):,} bytes; {MAX_BYTES:,} are read at most", None)
        raise _StopReading
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        notes.add("not_utf8", "the file is UTF-16, not UTF-8", None, "save it as UTF-8")
        raise _StopReading
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        binary = b"\0" in data[:4096]
        problem = "the file is not text" if binary else "the file is not UTF-8 text"
        at = Place(notes.path, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        notes.add("binary" if binary else "not_utf8", problem, at, "save it as UTF-8")
        raise _StopReading from None
    notes.lines = re.split("\r\n|\r|\n", text)
    _refuse_odd_characters(text, notes)
    return text


def _refuse_odd_characters(text: str, notes: Notes) -> None:
    if not (_CONTROL.search(text) or _INVISIBLE.search(text)):
        return
    for number, line in enumerate(notes.lines):
        if found := _CONTROL.search(line):
            notes.add(
                "binary", f"the file is not text: it holds the control character U+{ord(found[0]):04X}",
                replace(notes.place(number, found.start()), text=""),
            )  # fmt: skip
            raise _StopReading
        if found := _INVISIBLE.search(line):
            notes.add(
                "invisible", f"an invisible character (U+{ord(found[0]):04X}) stands here",
                notes.place(number, found.start()), "delete it: it can hide what a line says",
            )  # fmt: skip
            raise _StopReading


class _Composer:
    """Builds the tree from the parser's events, with a limit on depth and number."""

    def __init__(self, text: str, notes: Notes) -> None:
        self.notes = notes
        self.problems = 0
        self.nodes = 0
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=loader))

    def document(self) -> Node | None:
        self._next()  # the stream's start
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            self._problem("empty", "the file is empty", None)
            return None
        node = self._node(self._next(), 0, None)
        self._next()  # the document's end
        after = self._next()
        if isinstance(after, yaml.DocumentStartEvent):
            self._problem("documents", "a second document begins here; a file holds one", self._at(after))
        if isinstance(node, Scalar) and node.is_null:
            self._problem("empty", "the file is empty", None)
            return None
        return node

    def _next(self) -> Any:
        try:
            return next(self.events)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = self.notes.place(mark.line, mark.column) if mark else None
            problem = error.problem or "it cannot be read"
            if "nesting" in problem:  # the C parser has a limit of its own, met while it looks ahead
                self._problem("nesting", f"nested more than {MAX_DEPTH} deep", place)
                raise _StopReading from None
            hint = "indent with spaces, not tabs" if "'\\t'" in problem or "\t" in problem else ""
            self._problem("yaml", f"this is not well-formed YAML: {problem}", place, hint)
        except yaml.YAMLError:
            self._problem("yaml", "this is not well-formed YAML", None)
        raise _StopReading

    def _node(self, event: Any, depth: int, named: Place | None) -> Node:
        self.nodes += 1
        if depth > MAX_DEPTH:
            self._problem("nesting", f"nested more than {MAX_DEPTH} deep", self._at(event))
            raise _StopReading
        if self.nodes > MAX_NODES:
            self._problem("too_large", f"more than {MAX_NODES:,} values", self._at(event))
            raise _StopReading
        self._refuse_specials(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth, named)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth, named)
        return self._scalar(event)

    def _refuse_specials(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._problem("alias", "aliases (*name) are refused", self._at(event), "write the value out here")
        elif event.anchor is not None:
            hint = "delete it, and write the value out where it is needed"
            self._problem("anchor", f"anchors (&{event.anchor[:40]}) are refused", self._at(event), hint)
        if getattr(event, "tag", None) is not None:
            self._problem("tag", f"tags ({event.tag[:40]}) are refused", self._at(event), "delete the tag")

    def _mapping(self, start: Any, depth: int, named: Place | None) -> Mapping:
        entries: list[Entry] = []
        seen: dict[str, Place] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event, depth + 1, None)
            value = self._node(self._next(), depth + 1, key.place)
            if not isinstance(key, Scalar):
                self._problem("key", "a key must be a word, not a list or a mapping", key.place)
            elif key.text in seen:
                hint = f"it stands on line {seen[key.text].line} already"
                self.notes.add("duplicate_key", f"the key '{key.text}' stands twice", key.place, hint)
            else:
                seen[key.text] = key.place
                entries.append(Entry(key, value))
        place = self._at(start)
        return Mapping(tuple(entries), place, named or place)

    def _sequence(self, start: Any, depth: int, named: Place | None) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1, None))
        place = self._at(start)
        return Sequence(tuple(items), place, named or place)

    def _scalar(self, event: Any) -> Scalar:
        place = self._at(event)
        text: str = getattr(event, "value", "")
        style = getattr(event, "style", None)
        start, end = event.start_mark, event.end_mark
        inner = start.column + (1 if style else 0) if start.line == end.line else None
        if inner is not None and self._line(start.line)[inner : inner + len(text)] != text:
            inner = None  # an escape or a doubled quote stands before
        return Scalar(text, bool(style), place, inner)

    def _line(self, number: int) -> str:
        """A line; an empty value at the end of a file without a last newline stands on one beyond it."""
        return self.notes.lines[number] if number < len(self.notes.lines) else ""

    def _at(self, event: Any) -> Place:
        start, end = event.start_mark, event.end_mark
        length = end.column - start.column if start.line == end.line else 1
        return self.notes.place(start.line, start.column, length)

    def _problem(self, code: str, problem: str, place: Place | None, hint: str = "") -> None:
        self.notes.add(code, problem, place, hint)
        self.problems += 1
        if self.problems >= _MOST_STRUCTURAL:
            raise _StopReading
