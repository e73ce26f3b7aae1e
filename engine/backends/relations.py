"""Relations of a plan as SELECT statements."""

from sqlglot import exp

from engine.backends.sql import TYPES, aggregate, expression, sql_type
from engine.plan import tree as t


class SqlWriter:
    """Writes relations as SELECTs; feed tables stand in the schema `facts`, steps are named as they are."""

    def __init__(self, facts_schema: str | None) -> None:
        self.facts_schema = facts_schema

    def select(self, relation: t.Relation) -> exp.Query:
        """The whole relation as one query."""
        match relation:
            case t.Scan() | t.Ref():
                return _select(exp.Star()).from_(self._source(relation), copy=False)
            case t.Values():
                return self._values(relation)
            case t.Union(parts):
                queries = [self.select(p) for p in parts]
                result = queries[0]
                for query in queries[1:]:
                    result = exp.union(result, query, distinct=False, copy=False)
                return result
            case t.Filter(source, where):
                return self._from(_select(exp.Star()), source, where)
            case t.Select(source, items):
                return self._from(_select(*self._items(items)), *_unfiltered(source))
            case t.With(source, items):
                return self._from(_select(exp.Star(), *self._items(items)), *_unfiltered(source))
            case t.Fold(source, by, aggs):
                return self._fold(source, by, aggs)
            case t.Join():
                return self._from(_select(exp.Star()), relation, None)

    def _fold(
        self, source: t.Relation, by: tuple[str, ...], aggs: tuple[tuple[str, t.Agg], ...]
    ) -> exp.Query:
        keys = [exp.Column(this=exp.to_identifier(k)) for k in by]
        values = [exp.alias_(aggregate(a), name, copy=False) for name, a in aggs]
        query = self._from(_select(*keys, *values), *_unfiltered(source))
        return query.group_by(*keys, copy=False)

    @staticmethod
    def _items(items: tuple[tuple[str, t.Expr], ...]) -> list[exp.Expr]:
        result: list[exp.Expr] = []
        for name, value in items:
            written = expression(value)
            if isinstance(value, t.Lit) and value.type is t.Type.TEXT:
                written = exp.Cast(this=written, to=sql_type("VARCHAR"))
            same = isinstance(value, t.Col) and value.name == name
            result.append(written if same else exp.alias_(written, name, quoted=False, copy=False))
        return result

    def _from(self, query: exp.Select, relation: t.Relation, where: t.Expr | None) -> exp.Select:
        if isinstance(relation, t.Join):
            query = self._join(query, relation)
        else:
            query = query.from_(self._source(relation), copy=False)
        return query if where is None else query.where(expression(where), copy=False)

    def _join(self, query: exp.Select, join: t.Join) -> exp.Select:
        if isinstance(join.left, t.Join) and join.left.where is None:
            query = self._join(query, join.left)
        else:
            query = query.from_(self._source(join.left), copy=False)
        right = self._source(join.right)
        if join.how == "cross":
            query = query.join(right, join_type="cross", copy=False)
        else:
            using: list[exp.Expr] = [exp.to_identifier(name) for name in join.on]
            kind = {"side": "LEFT"} if join.how == "left" else {"kind": "INNER"}
            query.append("joins", exp.Join(this=right, using=using, **kind))
        return query if join.where is None else query.where(expression(join.where), copy=False)

    def _source(self, relation: t.Relation) -> exp.Expr:
        match relation:
            case t.Scan(table, _):
                return exp.table_(table, db=self.facts_schema)
            case t.Ref(step, _):
                return exp.table_(step)
        return exp.Subquery(
            this=self.select(relation), alias=exp.TableAlias(this=exp.to_identifier(self._alias()))
        )

    def _alias(self) -> str:
        self._count = getattr(self, "_count", 0) + 1
        return f"q{self._count}"

    @staticmethod
    def _values(relation: t.Values) -> exp.Query:
        queries: list[exp.Query] = []
        for row in relation.rows or ((None,) * len(relation.columns),):
            cells = zip(relation.columns.items(), row, strict=True)
            queries.append(_select(*(_cell(name, type_, value) for (name, type_), value in cells)))
        if not relation.rows:
            return _select(*queries[0].expressions).where(exp.false(), copy=False)
        result = queries[0]
        for query in queries[1:]:
            result = exp.union(result, query, distinct=False, copy=False)
        return result


def _unfiltered(relation: t.Relation) -> tuple[t.Relation, t.Expr | None]:
    """A filter as its source and its WHERE, so that one SELECT does both."""
    return (relation.source, relation.where) if isinstance(relation, t.Filter) else (relation, None)


def _cell(name: str, type_: t.Type, value: t.Constant) -> exp.Expr:
    typed = exp.Cast(this=expression(t.Lit(value, type_)), to=sql_type(TYPES[type_]))
    return exp.alias_(typed, name, copy=False)


def _select(*items: exp.Expr) -> exp.Select:
    """A SELECT of the very items: nothing in this file is used twice, and copying trees takes most of the time."""
    return exp.Select().select(*items, copy=False)
