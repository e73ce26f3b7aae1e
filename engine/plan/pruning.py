"""A plan without what nothing reads: columns, aggregates and layers that no later step and no reader asks for."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from engine.plan import tree as t

Names = set[str]


def pruned(
    steps: Sequence[t.Step], read: Mapping[str, frozenset[str]], constants: Mapping[str, t.Lit]
) -> tuple[t.Step, ...]:
    """The steps that others or `read` ask for, with the columns that they ask of them.

    `constants` are columns that hold one value in all rows: wherever an expression reads one, the value stands.
    """
    wanted: dict[str, Names] = {name: set(columns) for name, columns in read.items()}
    result = []
    for step in reversed(steps):
        if step.name not in wanted:
            continue
        columns = wanted[step.name]
        relation = _Pruner(wanted, constants).relation(step.relation, columns)
        result.append(t.Step(step.name, step.grain, _just(relation, columns)))
    return tuple(reversed(result))


def _just(relation: t.Relation, names: Names) -> t.Relation:
    """The relation with no other columns than these, in its own order; one column stays where none is asked for."""
    columns = relation.columns
    kept = [n for n in columns if n in names] or [next(iter(columns))]
    exact = isinstance(relation, t.Select | t.Fold | t.Union) and len(kept) == len(columns)
    return relation if exact else t.rename(relation, {n: n for n in kept})


class _Pruner:
    """Rewrites relations for the columns asked of them, and notes what they ask of earlier steps."""

    def __init__(self, wanted: dict[str, Names], constants: Mapping[str, t.Lit]) -> None:
        self.wanted = wanted
        self.constants = constants

    def relation(self, relation: t.Relation, names: Names) -> t.Relation:
        """At least the columns `names` of a relation; a Union's, Select's and Fold's are just these."""
        match relation:
            case t.Scan() | t.Values():
                return relation
            case t.Ref(step, columns):
                self.wanted.setdefault(step, set()).update(names or {next(iter(columns))})
                return t.Ref(step, {n: c for n, c in columns.items() if n in self.wanted[step]})
            case t.Filter(source, where):
                where = self.expression(where)
                return t.Filter(self.relation(source, names | reads(where)), where)
            case t.Select(source, items):
                kept = self._items(items, names) or self._items(items[:1], {items[0][0]})
                return t.Select(self.relation(source, _read_by(kept)), kept)
            case t.With(source, items):
                kept = self._items(items, names)
                own = {name for name, _ in items}
                source = self.relation(source, (names - own) | _read_by(kept))
                return t.With(source, kept) if kept else source
            case t.Join():
                return self._join(relation, names)
            case t.Fold(source, by, aggs):
                used = tuple((name, self._agg(agg)) for name, agg in aggs if name in names)
                asked = {c for _, agg in used for c in _agg_reads(agg)} | set(by)
                return t.Fold(self.relation(source, asked), by, used)
            case t.Union(parts):
                order = [n for n in relation.columns if n in names] or list(relation.columns)[:1]
                return t.Union(tuple(self._part(p, order) for p in parts))
        assert_never(relation)

    def _part(self, part: t.Relation, order: list[str]) -> t.Relation:
        part = self.relation(part, set(order))
        exact = isinstance(part, t.Select | t.Fold) and list(part.columns) == order
        return part if exact else t.rename(part, {n: n for n in order})

    def _join(self, join: t.Join, names: Names) -> t.Relation:
        where = None if join.where is None else self.expression(join.where)
        asked = names | set(join.on) | (set() if where is None else reads(where))
        left = self.relation(join.left, asked & set(join.left.columns))
        right = self.relation(join.right, asked & set(join.right.columns))
        return t.Join(left, right, join.on, join.how, where)

    def _items(self, items: tuple[tuple[str, t.Expr], ...], names: Names) -> tuple[tuple[str, t.Expr], ...]:
        return tuple((name, self.expression(value)) for name, value in items if name in names)

    def _agg(self, agg: t.Agg) -> t.Agg:
        value = None if agg.value is None else self.expression(agg.value)
        where = None if agg.where is None else self.expression(agg.where)
        return t.Agg(agg.op, value, agg.type, where, tuple(self.expression(o) for o in agg.order), agg.k)

    def expression(self, node: t.Expr) -> t.Expr:
        """The expression with constants in place of the columns that hold them."""
        match node:
            case t.Col(name, _):
                return self.constants.get(name, node)
            case t.Call(op, args, type_):
                return t.Call(op, tuple(self.expression(a) for a in args), type_)
            case t.Over(op, value, by, order, type_):
                return t.Over(op, self.expression(value), by, order, type_)
        return node


def reads(node: t.Expr) -> Names:
    """The columns that an expression reads."""
    match node:
        case t.Col(name, _):
            return {name}
        case t.Call(_, args, _):
            return {name for arg in args for name in reads(arg)}
        case t.Over(_, value, by, order, _):
            return reads(value) | set(by) | set(order)
    return set()


def _read_by(items: tuple[tuple[str, t.Expr], ...]) -> Names:
    return {name for _, value in items for name in reads(value)}


def _agg_reads(agg: t.Agg) -> Names:
    parts = [p for p in (agg.value, agg.where, *agg.order) if p is not None]
    return {name for part in parts for name in reads(part)}
