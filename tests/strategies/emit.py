"""Plain Python values as YAML text: mappings in block style, what is inside a list in flow style."""

import re
from typing import TypeAlias

Value: TypeAlias = str | list["Value"] | dict[str, "Value"]
PLAIN_IN_FLOW = re.compile(r"[A-Za-z0-9][\w .%+/*-]*%?")
PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?%?")


class Quoted(str):
    """A text that is written in quotes whatever it looks like."""

    __slots__ = ()


def yaml_text(mapping: dict[str, Value], indent: int = 0) -> str:
    """The mapping as YAML; clauses and outcomes one key a line, leaves on one line."""
    pad = " " * indent
    text = ""
    for key, value in mapping.items():
        if isinstance(value, dict) and indent < 4 and any(isinstance(one, dict) for one in value.values()):
            text += f"{pad}{key}:\n{yaml_text(value, indent + 2)}"
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            items = "".join(f"{pad}  - {flow(item)}\n" for item in value)
            text += f"{pad}{key}:\n{items}"
        else:
            text += f"{pad}{key}: {flow(value)}\n"
    return text


def flow(value: Value) -> str:
    """The value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    plain = PLAIN_NUMBER.fullmatch(value) or PLAIN_IN_FLOW.fullmatch(value)
    if plain and not isinstance(value, Quoted):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
