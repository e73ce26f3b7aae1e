"""Which steps a relation rests on, and what it takes to work it out."""

from collections.abc import Iterator

from engine.plan import tree as t


def references(relation: t.Relation) -> Iterator[str]:
    """The steps that a relation reads, once for each time."""
    match relation:
        case t.Ref(step, _):
            yield step
        case t.Filter() | t.Select() | t.With() | t.Fold():
            yield from references(relation.source)
        case t.Join(left, right):
            yield from references(left)
            yield from references(right)
        case t.Union(parts):
            for part in parts:
                yield from references(part)


def costly(relation: t.Relation) -> bool:
    """Whether a relation joins, groups, looks at neighbouring rows or reads the feed."""
    match relation:
        case t.Ref() | t.Values():
            return False
        case t.Filter(source, where):
            return costly(source) or _looks_around(where)
        case t.Select(source, items) | t.With(source, items):
            return costly(source) or any(_looks_around(value) for _, value in items)
        case t.Join(left, t.Values(), (), "cross"):
            return costly(left)
        case t.Union(parts):
            return any(costly(part) for part in parts)
    return True


def _looks_around(node: t.Expr) -> bool:
    match node:
        case t.Call(_, args, _):
            return any(_looks_around(arg) for arg in args)
    return isinstance(node, t.Over)
