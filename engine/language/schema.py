"""JSON Schemas of the files that people write, from the very shapes that read them; for editors."""

from engine.language.shapes import JSON, Shape
from engine.language.written import CONTRACT
from engine.language.written_examples import EXAMPLES

LEFT_OPEN = ("if_missing", "if_died", "if_coverage_ends", "late_evidence")  # if_tied depends on the pick
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def contract_schema() -> JSON:
    """The schema of `contract.yaml`. It checks keys, words and forms; what names stand for is the reader's."""
    schema = _schema("An outcomes-based agreement", CONTRACT)
    return schema | {"allOf": [*schema.get("allOf", ()), *map(_left_open, LEFT_OPEN)]}


def _left_open(key: str) -> JSON:
    """Every outcome must make this choice where `defaults` does not."""
    made = {"properties": {"defaults": {"required": [key]}}, "required": ["defaults"]}
    said: JSON = {"required": [key]}
    if key == "if_missing":
        said = {"if": {"required": ["measure"]}, "then": said}
    return {"if": {"not": made}, "then": {"properties": {"outcomes": {"additionalProperties": said}}}}


def examples_schema() -> JSON:
    """The schema of `examples.yaml`."""
    return _schema("Worked examples of an outcomes-based agreement", EXAMPLES)


def _schema(title: str, shape: Shape[object]) -> JSON:
    defs: JSON = {}
    top = shape.schema(defs)
    return {"$schema": _DRAFT, "title": title, **top, "$defs": defs}
