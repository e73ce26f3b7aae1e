"""Walking through what a contract means."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass


def walk(node: object) -> Iterator[object]:
    """Every part of a condition, value or clause, the whole first."""
    yield node
    if isinstance(node, tuple):
        for item in node:
            yield from walk(item)
    elif is_dataclass(node):
        for field in fields(node):
            child = getattr(node, field.name)
            if isinstance(child, tuple) or is_dataclass(child):
                yield from walk(child)
