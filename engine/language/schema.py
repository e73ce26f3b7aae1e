"""JSON Schemas of the files that people write, from the very shapes that read them; for editors."""

from engine.language.shapes import JSON, Shape
from engine.language.written import CONTRACT
from engine.language.written_examples import EXAMPLES

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def contract_schema() -> JSON:
    """The schema of `contract.yaml`. It checks keys, words and forms; what hangs together is the reader's."""
    return _schema("An outcomes-based agreement", CONTRACT)


def examples_schema() -> JSON:
    """The schema of `examples.yaml`."""
    return _schema("Worked examples of an outcomes-based agreement", EXAMPLES)


def _schema(title: str, shape: Shape[object]) -> JSON:
    defs: JSON = {}
    top = shape.schema(defs)
    return {"$schema": _DRAFT, "title": title, **top, "$defs": defs}
