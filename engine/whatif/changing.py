"""Written trees with other values at some paths: `outcomes.remission.window`, `refunds.no_remission.amount`."""

from dataclasses import replace

from engine.kernel.diagnostics import Diagnostic, Exit, Place, Refusal, nearest
from engine.language.yaml_reader import Entry, Mapping, Node, Scalar, Sequence
from engine.whatif.words import with_commas

# Mappings whose keys are names: none is added by a path, as nothing would use it.
_NAMES = ("terms", "outcomes", "attributes")


def text_of(node: Node) -> str:
    """What a node says, on one line."""
    match node:
        case Scalar(text):
            return with_commas(text)
        case Sequence(items):
            return f"[{', '.join(text_of(i) for i in items)}]"
        case Mapping(entries):
            return f"{{{', '.join(f'{e.key.text}: {text_of(e.value)}' for e in entries)}}}"


def found(tree: Node, path: str) -> Node | None:
    """What stands at a path; None where nothing does."""
    node: Node | None = tree
    for part in path.split("."):
        node = _child(node, part) if node is not None else None
    return node


def changed(tree: Mapping, path: str, value: Node, said: Place) -> Mapping:
    """The tree with a value at a path. Refused, at the place `said`: a path that does not exist.

    A key that a mapping of the language may have and does not is added; whoever reads the tree refuses others.
    """
    parts = path.split(".")
    done = _changed(tree, parts, 0, value, said)
    assert isinstance(done, Mapping)
    return done


def leaves(tree: Node, path: str = "") -> list[tuple[str, str]]:
    """Every scalar, and every list of scalars, by its path."""
    match tree:
        case Mapping(entries):
            return [
                leaf
                for e in entries
                for leaf in leaves(e.value, f"{path}.{e.key.text}" if path else e.key.text)
            ]
        case Sequence(items) if not all(isinstance(i, Scalar) for i in items):
            return [leaf for k, item in enumerate(items) for leaf in leaves(item, f"{path}.{k}")]
    return [(path, text_of(tree))]


def _changed(node: Node, parts: list[str], at: int, value: Node, said: Place) -> Node:
    if at == len(parts):
        return value
    part = parts[at]
    match node:
        case Mapping(entries):
            if node.entry(part) is None:
                _refuse_new(node, parts, at, said)
                return replace(node, entries=(*entries, Entry(Scalar(part, False, said), value)))
            return replace(
                node,
                entries=tuple(
                    replace(e, value=_changed(e.value, parts, at + 1, value, said))
                    if e.key.text == part
                    else e
                    for e in entries
                ),
            )
        case Sequence(items):
            place = _place(node, part)
            if place is None:
                raise _no_path(parts, at, said, _ids(node))
            kept = [_changed(i, parts, at + 1, value, said) if k == place else i for k, i in enumerate(items)]
            return replace(node, items=tuple(kept))
    raise _no_path(parts, at, said, [])


def _refuse_new(node: Mapping, parts: list[str], at: int, said: Place) -> None:
    named = at > 0 and parts[at - 1] in _NAMES
    if named or at < len(parts) - 1 or at == 0:
        raise _no_path(parts, at, said, [e.key.text for e in node.entries])


def _no_path(parts: list[str], at: int, said: Place, known: list[str]) -> Refusal:
    where = f"'{'.'.join(parts[:at])}' has no" if at else "there is no"
    hint = nearest(parts[at], known) or (f"there are: {', '.join(known)}" if known else "")
    return Refusal(Diagnostic("no_path", f"{where} '{parts[at]}'", said, hint), Exit.REFUSED)


def _child(node: Node, part: str) -> Node | None:
    if isinstance(node, Mapping):
        entry = node.entry(part)
        return entry.value if entry else None
    place = _place(node, part) if isinstance(node, Sequence) else None
    return node.items[place] if isinstance(node, Sequence) and place is not None else None


def _place(node: Sequence, part: str) -> int | None:
    """The place of an element by its number or its id."""
    if part.isdigit():
        return int(part) if int(part) < len(node.items) else None
    ids = _ids(node)
    return ids.index(part) if part in ids else None


def _ids(node: Sequence) -> list[str]:
    entries = [i.entry("id") if isinstance(i, Mapping) else None for i in node.items]
    return [e.value.text if e and isinstance(e.value, Scalar) else str(k) for k, e in enumerate(entries)]
