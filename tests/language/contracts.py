"""The contract that cases change a line of, and places marked in text as `«here»`."""

from engine.kernel.diagnostics import Diagnostic, Refusal
from engine.language.meaning import Contract
from engine.language.reader import read_contract_text

GOOD = """\
contract: kymriah-us-day30
title: Tisagenlecleucel, paid for remission by day 30
parties: {manufacturer: Novartis, payer: Example Health Plan}
currency: USD
in_force: {from: 2017-09-01, to: 2019-12-31}
product: {name: tisagenlecleucel, codes: [Q2042]}
sources: [press release of 2017-08-30]

terms:
  price: 649000.00
  refund_share: 100%

eligible: age_at_index <= 25 and diagnosis in ("C91.00", "C91.02") and rems_certified

defaults:
  if_missing: not_met
  if_died: {related: not_met, unrelated: not_evaluable, unknown: not_met}
  if_coverage_ends: ignore
  if_tied: worst
  late_evidence: reopen

outcomes:
  remission:
    clause: "3.1"
    measure: disease_status
    window: [day 0, day 30]
    met_if: {any: [CR, CRi]}
    decided: day 60
  relapse:
    event: relapse
    window: [day 1, year 2]

payments:
  - {id: infusion, clause: "4.1", due: index, amount: price}

refunds:
  - {id: no_remission, clause: "4.2", if: remission is not_met, amount: refund_share of paid}

limits:
  - {id: refund_cap, clause: "4.3", of: refunds, per: treatment, at_most: price}

settlement: {every: month, pay_within: 38 days, residual: last}
"""

Mark = tuple[int, int, int]  # line, column, length


def unmarked(text: str) -> tuple[str, Mark | None]:
    """The text without its mark, and the place that the mark names."""
    if "«" not in text:
        return text, None
    before, _, rest = text.partition("«")
    inside, _, after = rest.partition("»")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return before + inside + after, (line, column, len(inside))


def changed(old: str, new: str, base: str = GOOD) -> str:
    """The base with one piece changed, which must stand there exactly once."""
    assert base.count(old) == 1, f"{old!r} stands {base.count(old)} times"
    return base.replace(old, new)


def with_lines(*lines: str, base: str = GOOD) -> str:
    """The base with a payment clause (or more) added."""
    return changed("payments:\n", "payments:\n" + "".join(f"  - {line}\n" for line in lines), base)


def problems(text: str) -> tuple[Diagnostic, ...]:
    """The problems for which a contract is refused; none where it is read."""
    try:
        read_contract_text(text, "k.yaml")
    except Refusal as refusal:
        return refusal.diagnostics
    return ()


def read(text: str) -> Contract:
    return read_contract_text(text, "k.yaml")


def place(diagnostic: Diagnostic) -> Mark:
    assert diagnostic.place is not None
    return diagnostic.place.line, diagnostic.place.column, diagnostic.place.length
