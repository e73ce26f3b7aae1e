"""Relations of a plan as SELECT statements."""

from sqlglot import exp

from engine.backends.sql import TYPES, aggregate, expression
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
                inner, where = (
                    (source.source, source.where) if isinstance(source, t.Filter) else (source, None)
                )
                return self._from(_select(*self._items(items)), inner, where)
            case t.With(source, items):
                inner, where = (
                    (source.source, source.where) if isinstance(source, t.Filter) else (source, None)
                )
                return self._from(_select(exp.Star(), *self._items(items)), inner, where)
            case t.Fold(source, by, aggs):
                return self._fold(source, by, aggs)
            case t.Join():
                return self._from(_select(exp.Star()), relation, None)

    def _fold(
        self, source: t.Relation, by: tuple[str, ...], aggs: tuple[tuple[str, t.Agg], ...]
    ) -> exp.Query:
        keys = [exp.column(exp.to_identifier(k)) for k in by]
        values = [exp.alias_(aggregate(a), name, copy=False) for name, a in aggs]
        inner, where = (source.source, source.where) if isinstance(source, t.Filter) else (source, None)
        return self._from(_select(*keys, *values), inner, where).group_by(*keys, copy=False)

    @staticmethod
    def _items(items: tuple[tuple[str, t.Expr], ...]) -> list[exp.Expression]:
        result: list[exp.Expression] = []
        for name, value in items:
            written = expression(value)
            if isinstance(value, t.Lit | t.Call) and value.type is t.Type.TEXT and isinstance(value, t.Lit):
                written = exp.Cast(this=written, to=exp.DataType.build("VARCHAR"))
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
            kind = "left" if join.how == "left" else "inner"
            query = query.join(right, using=list(join.on), join_type=kind, copy=False)
        return query if join.where is None else query.where(expression(join.where), copy=False)

    def _source(self, relation: t.Relation) -> exp.Expression:
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
        queries = []
        for row in relation.rows:
            cells = []
            for (name, type_), value in zip(relation.columns.items(), row, strict=True):
                cell = exp.Cast(
                    this=expression(t.Lit(value, type_)),
                    to=exp.DataType.build(TYPES[type_], dialect="duckdb"),
                )
                cells.append(exp.alias_(cell, name, copy=False))
            queries.append(_select(*cells))
        result: exp.Query = queries[0]
        for query in queries[1:]:
            result = exp.union(result, query, distinct=False, copy=False)
        return result


def _select(*items: exp.Expression) -> exp.Select:
    """A SELECT of the very items: nothing in this file is used twice, and copying trees takes most of the time."""
    return exp.Select().select(*items, copy=False)
