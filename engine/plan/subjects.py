"""Subjects: which treatments are the contract's, and with what dates."""

from datetime import timedelta

from engine.language import meaning as m
from engine.plan import rows
from engine.plan.conditions import Conditions
from engine.plan.tables import Run, Traits
from engine.plan.tree import (
    FALSE,
    TRUE,
    Agg,
    Col,
    Expr,
    Filter,
    Fold,
    Join,
    PlanBuilder,
    Ref,
    Relation,
    Type,
    With,
    add_days,
    add_months,
    and_,
    case,
    coalesce,
    compare,
    day,
    in_,
    integer,
    is_not_null,
    is_null,
    le,
    lt,
    not_,
    null,
    or_,
    rename,
    text,
)
from engine.plan.values import INDEX_DATE, attribute, attribute_names

AS_OF = Col("as_of", Type.DATE)
_PRODUCT_PART = "part_1"  # the product is judged first
PAYER_NO = Col(
    "payer_no", Type.INTEGER
)  # the place of the treatment's own payer among the contract's, from 1
SPANS = Col("spans", Type.INTEGER)  # of any payer, known of the patient; NULL for none


def offset_day(offset: m.Offset) -> Expr:
    """The day of an offset from the index date or from the column `due`."""
    anchor = Col("due", Type.DATE) if offset.anchor == "due" else INDEX_DATE
    return add_days(add_months(anchor, offset.shift.months), offset.shift.days)


def candidates(plan: PlanBuilder, contract: m.Contract, run: Run, traits: Traits) -> Ref:
    """One row a treatment whose index date has come: the part of eligibility that it fails, if one."""
    names = attribute_names(
        (contract.eligible, contract.clauses, contract.limits)
    )  # the plan scans no other column
    current = rows.treatments(run, traits, dict.fromkeys(sorted(names), Type.TEXT))
    if run.as_of is not None:
        current = With(current, (("as_of", day(run.as_of)),))
    come: Relation = Filter(current, le(INDEX_DATE, AS_OF))
    come = rows.without(come, "status", "known_on", "known_until")
    own = {"row_no": "subject", **{name: attribute(name).name for name in names}}
    renamed = rename(come, {n: own.get(n, n) for n in come.columns})
    started = plan.add("started", "a treatment whose index date has come", renamed)
    with_coverage = _with_spans(started, contract, run, traits)
    parts = _parts(contract, traits)
    judged = With(With(with_coverage, tuple((c.name, truth) for c, _, truth in parts)), _verdict(parts))
    return plan.add("candidates", "a treatment whose index date has come, judged", judged)


def not_eligible(plan: PlanBuilder, contract: m.Contract, judged: Ref) -> Ref:
    """One row a treatment that is not the contract's; those that it is compared with are not listed."""
    failing = Filter(judged, is_not_null(Col("failed", Type.TEXT)))
    compared = [c.against for c in contract.cohorts if isinstance(c.against, m.Comparator)]
    codes = sorted({code for other in compared for code in other.codes} - set(contract.product_codes))
    if codes:
        of_other = coalesce(in_(Col("product", Type.TEXT), [text(code) for code in codes]), FALSE)
        others = [n for n in judged.columns if n.startswith("part_") and n != _PRODUCT_PART]
        enrolled = and_(of_other, *(coalesce(Col(n, Type.TRUTH), FALSE) for n in others))
        failing = Filter(failing, not_(enrolled))
    kept = rename(failing, {n: n for n in ("treatment_id", "failed", "undetermined")})
    return plan.add("not_eligible", "a treatment that is not the contract's", kept)


def subjects(plan: PlanBuilder, contract: m.Contract, judged: Ref) -> Ref:
    """One row an eligible treatment, with the epoch of the terms that governs it."""
    eligible = Filter(judged, is_null(Col("failed", Type.TEXT)))
    judging = [n for n in judged.columns if n.startswith("part_") or n == "held_spans"]
    asked = any(c.if_payer_changes in ("ends", "successor") for c in contract.clauses)
    judging += [n for n in judged.columns if n == SPANS.name and not asked]
    kept = rows.without(eligible, "failed", "undetermined", *judging)
    items = [("epoch", epoch(contract, INDEX_DATE))]
    if contract.several_payers:
        items.append((PAYER_NO.name, place_of_payer(contract, Col("payer", Type.TEXT))))
    return plan.add("subjects", "an eligible treatment", With(kept, tuple(items)))


def epoch(contract: m.Contract, on: Expr) -> Expr:
    """The number of the terms' epoch that a day lies in; the first one's before the contract's beginning."""
    numbers = [(compare("ge", on, day(d)), integer(k)) for k, d in enumerate(contract.epochs)]
    return case(*reversed(numbers[1:]), otherwise=integer(0))


def place_of_payer(contract: m.Contract, name: Expr) -> Expr:
    """The place among the contract's payers, from 1, of the one that feeds call so; NULL for anyone else."""
    places = (
        (in_(name, [text(n) for n in p.known_as]), integer(k)) for k, p in enumerate(contract.payers, 1)
    )
    return case(*places, otherwise=null(Type.INTEGER))


def _with_spans(started: Relation, contract: m.Contract, run: Run, traits: Traits) -> Relation:
    """Adds how many coverage spans the patient has, and how many of the contract's payers' hold the index date."""
    if not traits.coverage:
        return started
    spans = rename(
        rows.spans(run, traits, keep_versions=False),
        {"patient_id": "patient_id", "payer": "span_payer", "from_date": "from_date", "to_date": "to_date"},
    )
    starts, ends = Col("from_date", Type.DATE), Col("to_date", Type.DATE)
    pairs = Join(
        rename(started, {n: n for n in ("subject", "patient_id", "index_date", "as_of")}),
        spans,
        ("patient_id",),
        where=le(starts, AS_OF),
    )
    holds = and_(
        in_(Col("span_payer", Type.TEXT), [text(n) for n in contract.payers_known_as]),
        le(starts, INDEX_DATE),
        or_(is_null(ends), le(INDEX_DATE, ends)),
    )
    counted = Fold(
        pairs,
        ("subject",),
        (
            ("spans", Agg("count", None, Type.INTEGER)),
            ("held_spans", Agg("count", None, Type.INTEGER, where=holds)),
        ),
    )
    return Join(started, counted, ("subject",), how="left")


Part = tuple[Col, str, Expr]  # the column that holds it, its words, its truth


def _parts(contract: m.Contract, traits: Traits) -> list[Part]:
    """The parts of eligibility in the order in which they are judged."""
    conditions = Conditions(contract)
    judged = [(p.text, conditions.truth(p.condition)) for p in contract.eligible]
    named = [*_identity_parts(contract, traits), *judged]
    return [(Col(f"part_{k}", Type.TRUTH), name, truth) for k, (name, truth) in enumerate(named, 1)]


def _verdict(parts: list[Part]) -> tuple[tuple[str, Expr], ...]:
    """The words of the first part that is FALSE, else of the first that is NULL, and whether it is the latter."""
    false = [(not_(column), text(name)) for column, name, _ in parts]
    unknown = [(is_null(column), text(name)) for column, name, _ in parts]
    none_false = [coalesce(column, TRUE) for column, _, _ in parts]
    undetermined = and_(*none_false, or_(*(truth for truth, _ in unknown)))
    return (("failed", case(*false, *unknown, otherwise=null(Type.TEXT))), ("undetermined", undetermined))


def _identity_parts(contract: m.Contract, traits: Traits) -> list[tuple[str, Expr]]:
    product = in_(Col("product", Type.TEXT), [text(c) for c in contract.product_codes])
    payer = in_(Col("payer", Type.TEXT), [text(n) for n in contract.payers_known_as])
    in_force = compare("ge", INDEX_DATE, day(contract.in_force_from))
    if contract.in_force_to is not None:
        in_force = and_(in_force, lt(INDEX_DATE, day(contract.in_force_to + timedelta(days=1))))
    parts = [("product", coalesce(product, FALSE)), ("payer", coalesce(payer, FALSE)), ("in_force", in_force)]
    if traits.coverage:
        lost = coalesce(compare("eq", Col("held_spans", Type.INTEGER), integer(0)), FALSE)
        parts.append(("coverage", not_(lost)))
    return parts
