"""SQL names and literals for what comes from files: a hostile column name stays a name."""


def name(*parts: str) -> str:
    """An identifier, quoted, its own quotes doubled: `"main"."treatments"`."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def text(value: str) -> str:
    """A string literal, for places where DuckDB takes no parameter (views, paths in views)."""
    return "'" + value.replace("'", "''") + "'"


def path(value: str) -> str:
    """The literal of exactly this path: DuckDB would read `a[1].parquet` as a pattern that means `a1.parquet`."""
    return text(exact_path(value))


def exact_path(value: str) -> str:
    """The pattern of exactly this path, for readers of files that take patterns."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in value)
