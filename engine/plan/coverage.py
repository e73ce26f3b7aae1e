"""Coverage: the unbroken run of the payer's spans that holds the index date, and the day on which it is lost."""

from dataclasses import dataclass

from engine.kernel.dates import LAST_DAY
from engine.language import meaning as m
from engine.plan import rows
from engine.plan.subjects import AS_OF, PAYER_NO, place_of_payer
from engine.plan.tables import Run, Traits
from engine.plan.tree import (
    Agg,
    Col,
    Expr,
    Filter,
    Fold,
    Join,
    Over,
    Relation,
    Select,
    Type,
    With,
    add_days,
    and_,
    case,
    coalesce,
    day,
    eq,
    in_,
    integer,
    is_null,
    le,
    lt,
    or_,
    rename,
    text,
)
from engine.plan.values import INDEX_DATE

_FROM, _TO = Col("from_date", Type.DATE), Col("to_date", Type.DATE)
_END_BEFORE = Col("end_before", Type.DATE)


@dataclass(frozen=True, slots=True)
class Runs:
    """`losses`: keys, `lost_on`, `lost_for_good_on` (one row a subject or due date, none where never lost).

    `held`: keys, `run_end` (one row where a run holds the index date).
    `gaps`: keys, `gap_from`, `gap_until` (one row a forgiven gap that has closed).
    """

    losses: Relation
    held: Relation
    gaps: Relation


def runs(
    contract: m.Contract,
    run: Run,
    traits: Traits,
    instances: Relation,
    keys: tuple[str, ...],
    cutoff: Expr | None,
    own: bool = False,
) -> Runs:
    """The payers' run of each instance, by the spans visible on its `cutoff` day (None: the latest).

    Spans of all the contract's payers count; with `own`, just those of the treatment's own payer.
    """
    spans = rename(
        rows.spans(run, traits, keep_versions=cutoff is not None),
        {
            "row_no": "span_no",
            "patient_id": "patient_id",
            "payer": "span_payer",
            "from_date": "from_date",
            "to_date": "to_date",
            "known_on": "known_on",
            "known_until": "known_until",
        },
    )
    payer = Col("span_payer", Type.TEXT)
    counts = eq(place_of_payer(contract, payer), PAYER_NO) if own else in_(payer, _names(contract))
    mine = and_(counts, le(_FROM, AS_OF), rows.visible(cutoff))
    joined = Filter(Join(instances, spans, ("patient_id",)), mine)
    closed = With(joined, (("until", coalesce(_TO, day(LAST_DAY))),))
    until = Col("until", Type.DATE)
    before = With(
        closed, (("end_before", Over("max_before", until, keys, ("from_date", "span_no"), Type.DATE)),)
    )
    breaks = or_(is_null(_END_BEFORE), lt(add_days(_END_BEFORE, 1 + contract.coverage_gap_days), _FROM))
    starts = With(before, (("starts", case((breaks, integer(1)), otherwise=integer(0))),))
    order = ("from_date", "span_no")
    islands = With(
        starts, (("island", Over("sum_to", Col("starts", Type.INTEGER), keys, order, Type.INTEGER)),)
    )
    holds = and_(le(_FROM, INDEX_DATE), le(INDEX_DATE, until))
    ends = Fold(
        islands,
        (*keys, "island"),
        (("run_end", Agg("max", until, Type.DATE)), ("holds", Agg("any_true", holds, Type.TRUTH))),
    )
    held = Filter(ends, Col("holds", Type.TRUTH))
    return Runs(_losses(held, keys, contract.coverage_gap_days), held, _gaps(islands, held, keys))


def _names(contract: m.Contract) -> list[Expr]:
    return [text(n) for n in contract.payers_known_as]


def _losses(held: Relation, keys: tuple[str, ...], gap_days: int) -> Relation:
    end = Col("run_end", Type.DATE)
    ended = Filter(held, lt(end, day(LAST_DAY)))
    items = [(k, Col(k, held.columns[k])) for k in keys]
    return Select(
        ended,
        (*items, ("lost_on", add_days(end, 1)), ("lost_for_good_on", add_days(end, 1 + gap_days))),
    )


def _gaps(islands: Relation, held: Relation, keys: tuple[str, ...]) -> Relation:
    """The forgiven gaps after the index date: whoever is covered on it has not been lost before."""
    bridged = and_(lt(add_days(_END_BEFORE, 1), _FROM), le(Col("starts", Type.INTEGER), integer(0)))
    gap_rows = Filter(islands, and_(bridged, lt(INDEX_DATE, _FROM)))
    items = [(k, Col(k, islands.columns[k])) for k in keys]
    gaps = Select(
        gap_rows,
        (
            *items,
            ("island", Col("island", Type.INTEGER)),
            ("gap_from", add_days(_END_BEFORE, 1)),
            ("gap_until", _FROM),
        ),
    )
    return Join(gaps, rename(held, {n: n for n in (*keys, "island")}), (*keys, "island"))
