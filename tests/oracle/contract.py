"""What a contract file says, as frozen values. The file is taken to be valid; refusals are not ours."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import yaml

from tests.oracle.dates import Offset, parse_length, parse_offset
from tests.oracle.errors import NotInOracle
from tests.oracle.money import number_or_percent
from tests.oracle.rules import OutcomeRule, read_outcome
from tests.oracle.syntax import Node, parse


@dataclass(frozen=True)
class Clause:
    """A payment or refund clause.

    `dues` has one offset for each number in the series; None where the clause has no `due`, so that the
    day its condition became TRUE is the due day. `shares` is None where each line is the whole amount.
    """

    id: str
    direction: str
    dues: tuple[Offset | None, ...]
    repeated: bool
    condition: Node | None
    on_failure: str
    amount: Node
    shares: tuple[Fraction, ...] | None


@dataclass(frozen=True)
class Limit:
    """A cap or floor on a treatment's total over some clauses of one direction."""

    id: str
    direction: str
    of: frozenset[str]
    at_most: Node | None
    at_least: Node | None


@dataclass(frozen=True)
class Contract:
    """A contract in the scope of the oracle. Dated terms are (first day, value), in order of day."""

    currency: str
    payer_names: frozenset[str]
    product_codes: frozenset[str]
    from_date: date | None
    to_date: date | None
    eligible: Node | None
    eligible_text: str
    coverage_gap_days: int
    terms: dict[str, tuple[tuple[date, Fraction], ...]]
    outcomes: dict[str, OutcomeRule]
    clauses: tuple[Clause, ...]
    limits: tuple[Limit, ...]
    residual: str


def read_contract(text: str) -> Contract:
    """The contract that a YAML text says. Raises NotInOracle for words outside the scope."""
    said: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)
    for word in ("cohort", "amendments"):
        if said.get(word):
            raise NotInOracle(word)
    defaults = said.get("defaults") or {}
    in_force = said.get("in_force") or {}
    clauses = [_clause(one, "payments") for one in said.get("payments") or []]
    clauses += [_clause(one, "refunds") for one in said.get("refunds") or []]
    eligible = said.get("eligible") or ""
    return Contract(
        currency=said["currency"],
        payer_names=_payer_names(said["parties"]["payer"]),
        product_codes=frozenset(said["product"]["codes"]),
        from_date=_day_or_none(in_force.get("from")),
        to_date=_day_or_none(in_force.get("to")),
        eligible=parse(eligible) if eligible else None,
        eligible_text=eligible.strip(),
        coverage_gap_days=parse_length(defaults.get("coverage_gap", "0 days")).days,
        terms={name: _term(value) for name, value in (said.get("terms") or {}).items()},
        outcomes={
            name: read_outcome(name, {**defaults, **one})
            for name, one in (said.get("outcomes") or {}).items()
        },
        clauses=tuple(clauses),
        limits=tuple(_limit(one, clauses) for one in said.get("limits") or []),
        residual=(said.get("settlement") or {}).get("residual", "last"),
    )


def _payer_names(payer: Any) -> frozenset[str]:
    """All texts by which a feed may name the payer: its name and its codes."""
    if isinstance(payer, str):
        return frozenset([payer])
    return frozenset([payer["name"], *payer.get("codes", [])])


def _day_or_none(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _term(value: Any) -> tuple[tuple[date, Fraction], ...]:
    """A term as dated values; a plain one holds from the beginning of time."""
    if isinstance(value, str):
        return ((date.min, number_or_percent(value)),)
    return tuple(sorted((date.fromisoformat(day), number_or_percent(text)) for day, text in value.items()))


def _clause(said: dict[str, Any], direction: str) -> Clause:
    if "table" in said:
        raise NotInOracle("table")
    shares: tuple[Fraction, ...] | None = None
    dues: tuple[Offset | None, ...] = (parse_offset(said["due"]) if said.get("due") else None,)
    if "each" in said:
        dues = tuple(parse_offset(one) for one in said["each"])
    if "instalments" in said:
        dues, shares = _instalments(said["instalments"])
    return Clause(
        id=said["id"],
        direction=direction,
        dues=dues,
        repeated="each" in said or "instalments" in said,
        condition=parse(said["if"]) if said.get("if") else None,
        on_failure=said.get("on_failure", "skip"),
        amount=parse(said["amount"]),
        shares=shares,
    )


def _instalments(said: dict[str, Any]) -> tuple[tuple[Offset | None, ...], tuple[Fraction, ...]]:
    """The due offsets (first + k x every) and the shares of the whole, equal where left out."""
    first, every, count = parse_offset(said["first"]), parse_length(said["every"]), int(said["count"])
    shares = [Fraction(1, count)] * count
    if "shares" in said:
        shares = [number_or_percent(one) for one in said["shares"]]
    return tuple(first.plus(k, every) for k in range(count)), tuple(shares)


def _limit(said: dict[str, Any], clauses: list[Clause]) -> Limit:
    if said["per"] != "treatment":
        raise NotInOracle(f"limit per {said['per']}")
    of = said["of"]
    named = [of] if isinstance(of, str) else of
    limited = [one for one in clauses if one.direction in named or one.id in named]
    direction = named[0] if named[0] in ("payments", "refunds") else limited[0].direction
    return Limit(
        id=said["id"],
        direction=direction,
        of=frozenset(one.id for one in limited),
        at_most=parse(said["at_most"]) if "at_most" in said else None,
        at_least=parse(said["at_least"]) if "at_least" in said else None,
    )
