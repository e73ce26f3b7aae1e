"""Which steps DuckDB writes down, and which stay views."""

from engine.backends.duckdb import statements
from engine.plan import tree as t
from tests.backends.both import plan_of

A, B = t.Col("a", t.Type.INTEGER), t.Col("b", t.Type.INTEGER)
FEED = t.Scan("feed", {"a": t.Type.INTEGER, "b": t.Type.INTEGER})
MUCH_WORK = t.call("add", t.Type.INTEGER, A, *[t.call("add", t.Type.INTEGER, A, B)] * 30)


def ref(step: str) -> t.Ref:
    return t.Ref(step, {"a": t.Type.INTEGER, "b": t.Type.INTEGER})


def kinds(*steps: tuple[str, t.Relation]) -> dict[str, str]:
    """TABLE or VIEW by step."""
    found = [statement.split(" AS\n")[0].split() for _, statement in statements(plan_of(*steps), "facts")]
    return {words[-1]: words[-2] for words in found}


def twice(step: str) -> t.Relation:
    return t.Join(ref(step), t.rename(ref(step), {"a": "a", "b": "again"}), ("a",))


def test_a_step_that_reads_the_feed_is_written_down_where_it_is_read_twice() -> None:
    assert kinds(("rows", FEED), ("lines_of", twice("rows")))["rows"] == "TABLE"
    assert (
        kinds(("rows", FEED), ("lines_of", t.Filter(ref("rows"), t.eq(A, B))))["rows"] == "TABLE"
    )  # lines twice


def test_a_filter_stays_a_view_and_what_is_under_it_counts_as_read_twice() -> None:
    few = t.Filter(ref("rows"), t.eq(A, B))
    found = kinds(("rows", FEED), ("few", few), ("pairs", twice("few")))
    assert (found["few"], found["rows"]) == ("VIEW", "TABLE")


def test_much_computing_is_written_down() -> None:
    little, much = (
        t.Select(ref("rows"), (("a", A), ("b", B))),
        t.Select(ref("rows"), (("a", A), ("b", MUCH_WORK))),
    )
    assert kinds(("rows", FEED), ("x", little), ("pairs", twice("x")))["x"] == "VIEW"
    assert kinds(("rows", FEED), ("x", much), ("pairs", twice("x")))["x"] == "TABLE"


def test_what_compares_neighbouring_rows_is_written_down_even_for_one_reader() -> None:
    lead = t.Over("lead", B, ("a",), ("b",), t.Type.INTEGER)
    versions = t.Filter(t.With(FEED, (("next", lead),)), t.is_not_null(t.Col("next", t.Type.INTEGER)))
    found = kinds(("versions", versions), ("once", t.Select(ref("versions"), (("a", A),))))
    assert found["versions"] == "TABLE"
