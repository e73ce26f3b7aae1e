"""Which treatments are the contract's, and the part that failed of those that are not."""

from dataclasses import dataclass

from tests.oracle.conditions import truth
from tests.oracle.contract import Contract
from tests.oracle.evidence import Span, Treatment
from tests.oracle.scope import Scope
from tests.oracle.syntax import AllOf


@dataclass(frozen=True)
class Failed:
    """The part that failed: product, payer, in_force, coverage, or words of `eligible`."""

    part: str
    undetermined: bool


def failed_part(
    contract: Contract, treatment: Treatment, spans: list[Span], codes: frozenset[str]
) -> Failed | None:
    """None for a treatment of the contract with one of these product codes; `spans` are its patient's, of any payer."""
    if treatment.columns.get("product", "") not in codes:
        return Failed("product", False)
    if treatment.columns.get("payer", "") not in contract.payer_names:
        return Failed("payer", False)
    too_soon = contract.from_date is not None and treatment.index < contract.from_date
    too_late = contract.to_date is not None and treatment.index > contract.to_date
    if too_soon or too_late:
        return Failed("in_force", False)
    if spans and not any(
        span.payer in contract.payer_names and span.holds(treatment.index) for span in spans
    ):
        return Failed("coverage", False)
    return _failed_words(contract, treatment)


def _failed_words(contract: Contract, treatment: Treatment) -> Failed | None:
    """The first top-level `and` part of `eligible` that is FALSE, else the first that is NULL."""
    node = contract.eligible
    if node is None:
        return None
    parts, texts = [node], [contract.eligible_text]
    if isinstance(node, AllOf) and len(node.texts) > 1 and not _wrapped(contract.eligible_text, node):
        parts, texts = list(node.parts), list(node.texts)
    scope = Scope(contract, treatment.index, treatment, {}, terms_too=False)
    values = [truth(part, scope).value for part in parts]
    for wanted in (False, None):
        if wanted in values:
            return Failed(texts[values.index(wanted)], wanted is None)
    return None


def _wrapped(text: str, node: AllOf) -> bool:
    """Whether the whole text is one pair of parentheses around the `and`: then it is a single part."""
    return text.startswith("(") and not text.startswith(node.texts[0])
