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


MUCH = 20  # operations of a step, from which on doing them again costs more than writing their results down


def costly(relation: t.Relation) -> bool:
    """Whether a relation joins, groups, compares neighbouring rows, reads the feed or computes much."""
    return _gathers(relation) or sum(_operations(e) for e in _expressions(relation)) > MUCH


def compares_rows(relation: t.Relation) -> bool:
    """Whether a relation looks at neighbouring rows: how many of its rows pass a filter nobody can guess."""
    return any(_looks_around(e) for e in _expressions(relation))


def _gathers(relation: t.Relation) -> bool:
    match relation:
        case t.Ref() | t.Values():
            return False
        case t.Filter(source) | t.Select(source) | t.With(source):
            return compares_rows(relation) or _gathers(source)
        case t.Join(left, t.Values(), (), "cross"):
            return _gathers(left)
        case t.Union(parts):
            return any(_gathers(part) for part in parts)
    return True


def _expressions(relation: t.Relation) -> Iterator[t.Expr]:
    """Of a relation and all that it is made of, up to the steps that it reads; a Fold's own are not looked at."""
    match relation:
        case t.Filter(source, where):
            yield where
            yield from _expressions(source)
        case t.Select(source, items) | t.With(source, items):
            yield from (value for _, value in items)
            yield from _expressions(source)
        case t.Fold(source):
            yield from _expressions(source)
        case t.Join(left, right):
            yield from _expressions(left)
            yield from _expressions(right)
        case t.Union(parts):
            for part in parts:
                yield from _expressions(part)


def _operations(node: t.Expr) -> int:
    return 1 + sum(_operations(arg) for arg in node.args) if isinstance(node, t.Call) else 0


def _looks_around(node: t.Expr) -> bool:
    return isinstance(node, t.Over) or (isinstance(node, t.Call) and any(_looks_around(a) for a in node.args))
