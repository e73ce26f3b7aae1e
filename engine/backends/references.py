"""Which steps a relation rests on."""

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
