"""Cohort clauses: one line a period, by a rate or a volume of all treatments with an index date in it.

A line is held up to the cohort's day, which is the period's last day and so long after, and owed from then on. Rates
are fractions of whole numbers up to the comparison; only the amount is rounded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.kernel.money import minor_digits
from engine.language import meaning as m
from engine.plan import ratios
from engine.plan.cohort_counts import Counts, counted, paid_by_period
from engine.plan.line_key import line_key
from engine.plan.line_parts import States, context_columns
from engine.plan.lines import SIGN, evidence_columns, share_items
from engine.plan.periods import Periods
from engine.plan.ratios import Ratio
from engine.plan.rows_of_table import Fitting, of_first_fitting, rows_amount
from engine.plan.subjects import AS_OF, epoch
from engine.plan.tables import Run, Traits
from engine.plan.tree import (
    TRUE,
    Col,
    Expr,
    Lit,
    PlanBuilder,
    Ref,
    Relation,
    Select,
    Type,
    Union,
    Values,
    With,
    case,
    concat,
    in_,
    integer,
    le,
    not_,
    null,
    text,
)
from engine.plan.values import ValueCompiler, by_epoch, epoch_compilers

PERIOD = Col("period", Type.INTEGER)
FITS = Col("fits", Type.INTEGER)
TESTED = Ratio(Col("tested_over", Type.WIDE), Col("tested_under", Type.WIDE))
NUMBERS = {
    "first_day": Type.DATE, "last_day": Type.DATE, "due": Type.DATE, "treatments": Type.INTEGER,
    "met": Type.INTEGER, "decided": Type.INTEGER, "days": Type.INTEGER, "other_met": Type.INTEGER,
    "other_decided": Type.INTEGER, "other_days": Type.INTEGER, "paid": Type.MONEY, "ordinal": Type.INTEGER,
    "epoch": Type.INTEGER, "tested_over": Type.WIDE, "tested_under": Type.WIDE, "enough": Type.TRUTH,
    "fits": Type.INTEGER, "amount": Type.MONEY, "sign": Type.INTEGER, "owed": Type.TRUTH,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """What cohort clauses are worked out from."""

    states: States
    run: Run
    traits: Traits
    payments: Mapping[str, Ref]  # lines of payment clauses by id

    @property
    def contract(self) -> m.Contract:
        return self.states.contract

    @property
    def cases(self) -> bool:
        return "case_id" in self.states.main.columns


def cohort_lines(plan: PlanBuilder, source: Source) -> dict[str, Ref]:
    """The lines of each cohort clause by its id, and the step `cohorts`: what each period came to."""
    done: dict[str, Ref] = {}
    key = (
        dict.fromkeys(("case_id",) * source.cases, Type.TEXT)
        | dict.fromkeys(line_key(source.contract), Type.TEXT)
        | {"n": Type.INTEGER}
    )
    found: list[Relation] = [Values({**key, **NUMBERS}, ())]
    for cohort in source.contract.cohorts:
        grain = f"a period of clause {cohort.clause}"
        periods = plan.add(f"{cohort.id}_periods", grain, _judged(plan, source, cohort))
        done[cohort.id] = plan.add(f"{cohort.id}_lines", grain, Select(periods, _items(source, cohort)))
        own: dict[str, Expr] = {
            "treatment_id": null(Type.TEXT),
            "payer": null(Type.TEXT),
            "clause": text(cohort.id),
            "n": integer(1),
        }
        named = [(n, own.get(n, Col(n, t))) for n, t in key.items()]
        found.append(Select(periods, (*named, *((n, Col(n, t)) for n, t in NUMBERS.items()))))
    plan.add("cohorts", "a cohort clause and period", Union(tuple(found)))
    return done


def _judged(plan: PlanBuilder, source: Source, cohort: m.Cohort) -> Relation:
    """One row a period with an enrolled treatment: what was counted, which row fits, and what it owes."""
    contract = source.contract
    periods = Periods(cohort.per, contract)
    counts = counted(plan, source.states, cohort, source.run, source.traits)
    rows: Relation = counts.relation
    rows = paid_by_period(rows, cohort, periods, list(source.payments.values()), counts.keys)
    first = periods.first_day(PERIOD)
    rows = With(
        rows,
        (
            ("group_name", periods.name(PERIOD)),
            ("ordinal", periods.ordinal(PERIOD)),
            ("first_day", first),
            ("last_day", periods.last_day(PERIOD)),
            ("epoch", epoch(contract, first)),
        ),
    )
    compilers = epoch_compilers(contract, cohort)
    tested = [_tested(c, cohort, counts) for c in compilers]
    rows = With(
        rows,
        (
            ("tested_over", by_epoch([t.over for t in tested])),
            ("tested_under", by_epoch([t.under for t in tested])),
            ("enough", counts.enough),
        ),
    )
    fits, amount = (
        by_epoch([part(c, cohort, contract) for c in compilers]) for part in (_fitting_row, _amount)
    )
    enough = Col("enough", Type.TRUTH)
    rows = With(rows, (("fits", case((enough, fits), otherwise=null(Type.INTEGER))),))
    owed = case((enough, amount), otherwise=Lit(0, Type.MONEY))
    return With(rows, (("amount", owed), ("sign", _sign(cohort)), ("owed", le(Col("due", Type.DATE), AS_OF))))


def _tested(compiler: ValueCompiler, cohort: m.Cohort, counts: Counts) -> Ratio:
    """What the rows test: the rate less what it is set against, or the volume."""
    if cohort.by is not None:
        return compiler.ratio(cohort.by)
    match cohort.against:
        case None:
            return counts.rate("")
        case m.Comparator():
            return ratios.add(counts.rate(""), counts.rate("other_"), "sub")
        case m.Curve(values):
            return ratios.add(counts.rate(""), _of_period([compiler.ratio(v) for v in values]), "sub")


def _of_period(values: Sequence[Ratio]) -> Ratio:
    """The k-th value in the contract's k-th period, the last from then on."""
    ordinal = Col("ordinal", Type.INTEGER)

    def pick(part: Callable[[Ratio], Expr]) -> Expr:
        earlier = [(le(ordinal, integer(k)), part(v)) for k, v in enumerate(values[:-1], 1)]
        return case(*earlier, otherwise=part(values[-1]))

    return Ratio(pick(lambda r: r.over), pick(lambda r: r.under))


def _fittings(compiler: ValueCompiler, cohort: m.Cohort) -> list[Fitting]:
    return [Fitting(r.kind, None if r.bound is None else compiler.ratio(r.bound)) for r in cohort.rows]


def _fitting_row(compiler: ValueCompiler, cohort: m.Cohort, contract: m.Contract) -> Expr:
    """The number of the first row that fits, from 1."""
    numbers = [integer(k) for k in range(1, len(cohort.rows) + 1)]
    return of_first_fitting(TESTED, _fittings(compiler, cohort), numbers)


def _amount(compiler: ValueCompiler, cohort: m.Cohort, contract: m.Contract) -> Expr:
    """What the rows come to, rounded once; see `rows_amount`."""
    scale = 10 ** minor_digits(contract.currency)
    parts = [compiler.ratio(row.amount) for row in cohort.rows]
    return rows_amount(TESTED, _fittings(compiler, cohort), parts, cohort.tiers, scale)


def _sign(cohort: m.Cohort) -> Expr:
    """Which way the fitting row's amount goes."""
    if cohort.direction is not None:
        return integer(SIGN[cohort.direction])
    refunds = [integer(k) for k, row in enumerate(cohort.rows, 1) if row.direction == "refund"]
    return case((in_(FITS, refunds), integer(SIGN["refund"])), otherwise=integer(SIGN["payment"]))


def _items(source: Source, cohort: m.Cohort) -> tuple[tuple[str, Expr], ...]:
    context = context_columns(source.cases, source.contract.several_payers)
    known = {"case_id", "as_of", "group_name"}
    owed = Col("owed", Type.TRUTH)
    return (
        *((n, Col(n, t) if n in known else null(t)) for n, t in context.items()),
        ("clause", text(cohort.id)),
        ("n", integer(1)),
        ("sign", Col("sign", Type.INTEGER)),
        ("from_clause", TRUE),
        ("owed", owed),
        ("held", not_(owed)),
        ("due", Col("due", Type.DATE)),
        ("amount", Col("amount", Type.MONEY)),
        ("paid", Col("paid", Type.MONEY)),
        ("because", _because(cohort)),
        *share_items(source.contract),
        *((name, null(Type.KEY)) for name in evidence_columns(source.contract)),
    )


def _because(cohort: m.Cohort) -> Expr:
    """What was counted: `174 of 250 met`. Settlement words the whole reason."""
    met, decided = Col("met", Type.INTEGER), Col("decided", Type.INTEGER)
    match cohort.rate:
        case m.ResponseRate(outcome):
            return concat(text(f"{outcome} met in "), met, text(" of "), decided)
        case m.PersonTimeRate(outcome):
            return concat(
                text(f"{outcome} "), met, text(" times in "), Col("days", Type.INTEGER), text(" days")
            )
    return text(f"by {cohort.by_text}")
