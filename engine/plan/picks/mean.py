"""`mean`: the average of all values, compared exactly as sum against bound times count."""

from engine.language import meaning as m
from engine.plan.judging import baseline, number_passes
from engine.plan.picks.base import Folded, Rows, column
from engine.plan.ratios import Ratio
from engine.plan.tree import Agg, Type, call, case, is_not_null, text


def mean(outcome: m.Outcome, rows: Rows) -> Folded:
    name = outcome.name
    total, number = column(name, "sum", Type.WIDE), column(name, "rows", Type.INTEGER)
    test = outcome.pick.test
    if test is None or isinstance(test, m.OneOf):
        raise TypeError("a mean is tested against numbers")
    average = Ratio(total, call("widen", Type.WIDE, number))
    passes = number_passes(test, average, baseline(outcome))
    return Folded(
        aggs=(
            (f"{name}__sum", Agg("sum", rows.value, Type.WIDE, rows.counted)),
            (f"{name}__rows", Agg("count", None, Type.INTEGER, rows.counted)),
            (f"{name}__latest", Agg("max", rows.key, Type.KEY, rows.counted)),
        ),
        seen=is_not_null(column(name, "latest")),
        final=case((passes, text("met")), otherwise=text("not_met")),
        final_key=column(name, "latest"),
        single=False,
    )
