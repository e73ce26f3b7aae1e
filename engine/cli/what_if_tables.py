"""A what-if on a terminal: what it costs, when, how sure we are, and which term moves it most."""

from fractions import Fraction

from engine.cli.output import Table
from engine.kernel.money import minor_digits, round_half_up
from engine.statements.whatif_json import a_member_a_month, constrained, decimal, shown
from engine.statements.whatif_words import path_words, value_words
from engine.whatif.result import PERCENTILES, Period, Result, VariantResult

MOST_VARIANTS = 30
_BAR = 14  # characters, so that paths and money stand beside it within 80
_WORDS = {
    "net_price": "net per patient",
    "net_present": "present value",
    "cost_per_responder": "per responder",
    "net": "budget in all",
    "payments": "payments",
    "refunds": "refunds",
    "discount": "off list price",
    "response_rate": "response rate",
    "responders": "responders",
    "patients": "patients",
}


def tables(result: Result) -> list[Table]:
    """All tables, the most asked for first."""
    found = [_costs(result), _refunds(result)]
    if result.compared:
        found.append(_agreements(result))
    if result.swings:
        found.append(_tornado(result))
    found.append(_years(result))
    if result.grid:
        found.append(_grid(result))
    if result.solved:
        found.append(_solved(result))
    return found


def variants_table(result: Result) -> Table:
    """One row a variant and metric, for CSV."""
    columns = ("variant", "metric", "mean #", "sd #", *(f"p{p} #" for p in PERCENTILES))
    rows = []
    for variant in result.variants:
        for name, found in variant.metrics.items():
            cells = [found.mean, found.sd, *(found.percentiles.get(p) for p in PERCENTILES)]
            rows.append((variant.name, name, *(shown(name, c, variant.currency) for c in cells)))
    return Table("", columns, rows)


def money(minor: Fraction | float | None, currency: str) -> str:
    """Whole units with thousands; in brackets where below zero."""
    if minor is None:
        return "–"
    units = round_half_up(Fraction(minor) / 10 ** minor_digits(currency))
    return f"({abs(units):,})" if units < 0 else f"{units:,}"


def _shown(metric: str, value: Fraction | float | None, currency: str) -> str:
    if value is None:
        return "–"
    if metric in ("discount", "response_rate"):
        return f"{decimal(Fraction(value) * 100, 1)} %"
    if metric in ("responders", "patients"):
        return _count(Fraction(value))
    return money(value, currency)


def _count(value: Fraction) -> str:
    """A tenth where there are few: of six patients half of one is much."""
    few = abs(value) < 100 and value.denominator != 1
    return decimal(value, 1) if few else f"{round_half_up(value):,}"


def _costs(result: Result) -> Table:
    base, rows = result.base, []
    for name, words in _WORDS.items():
        found = base.metrics[name]
        if found.mean is not None:
            values = (found.mean, *(found.percentiles.get(p) for p in (5, 50, 95)), found.se)
            rows.append((words, *(_shown(name, value, base.currency) for value in values)))
    title = f"{result.title} ({result.currency}, {result.draws:,} draws)"
    return Table(title, ("", "average #", "5 % below #", "half below #", "95 % below #", "± error #"), rows)


def _refunds(result: Result) -> Table:
    refunds, currency = result.base.metrics["refunds"], result.currency
    row = (
        money(refunds.mean, currency), money(refunds.most_likely, currency), money(constrained(refunds), currency),
        money(refunds.lowest, currency),
    )  # fmt: skip
    columns = ("expected #", "most likely #", "95 % at most #", "worst drawn #")
    return Table("Refunds: a payer's receivable, a manufacturer's accrual", columns, [row])


def _agreements(result: Result) -> Table:
    own = [v for v in result.variants if v.name in ("base", *result.compared)]
    rows = []
    for v in own:
        name = v.contract if v.name == "base" else v.name
        a_responder, budget = (money(v.metrics[m].mean, v.currency) for m in ("cost_per_responder", "net"))
        rows.append((name, *_three(v, "net_price"), a_responder, budget))
    columns = ("agreement", "net per patient #", "5 % below #", "95 % below #", "per responder #", "budget #")
    return Table("Agreements on the same patients", columns, rows)


def _three(variant: VariantResult, metric: str) -> tuple[str, str, str]:
    found = variant.metrics[metric]
    values = (found.mean, found.percentiles.get(5), found.percentiles.get(95))
    return tuple(_shown(metric, v, variant.currency) for v in values)  # type: ignore[return-value]


def _tornado(result: Result) -> Table:
    """Each path's lowest and highest mean net price, as figures and as a bar on one scale."""
    prices = [price for s in result.swings for _, price in s.values]
    low, span = min(prices), (max(prices) - min(prices)) or Fraction(1)
    rows = []
    for swing in result.swings:
        ordered = sorted(swing.values, key=lambda pair: pair[1])
        first, last = ordered[0], ordered[-1]
        begin, end = (int((p - low) / span * _BAR) for p in (first[1], last[1]))
        begin = min(begin, _BAR - 1)
        bar = " " * begin + "█" * max(1, end - begin)
        ends = (f"{money(price, result.currency)} at {value_words(value)}" for value, price in (first, last))
        rows.append((path_words(swing.path, result), *ends, bar))
    return Table("What moves the net price per patient", ("", "lowest", "highest", ""), rows)


def _years(result: Result) -> Table:
    rows = []
    for year in result.base.by_year:
        cells = [money(p.mean, result.currency) for p in (year.payments, year.refunds, year.net)]
        worst = money(year.net.percentiles.get(95), result.currency)
        rows.append((year.name, *cells, worst, *_a_member(year, result)))
    columns = ("year", "payments #", "refunds #", "net #", "net, 95 % below #")
    return Table(
        "Budget, undiscounted", (*columns, *(("a member a month #",) if result.members else ())), rows
    )


def _a_member(year: Period, result: Result) -> tuple[str, ...]:
    """To the hundredth of a cent: rare treatments among millions of members cost each less than a cent."""
    if not result.members or year.net.mean is None:
        return ()
    minor = a_member_a_month(year.net.mean, 12, result.members)
    text = decimal(abs(minor) / 10 ** minor_digits(result.currency), 4)
    return (f"({text})" if minor < 0 else text,)


def _grid(result: Result) -> Table:
    paths = [path for path, _ in result.grid]
    own = [v for v in result.variants if set(v.set) == set(paths) and v.name not in result.compared]
    rows = [(*(value_words(v.set[p]) for p in paths), *_three(v, "net_price")) for v in own[:MOST_VARIANTS]]
    more = (
        f" (the first {MOST_VARIANTS} of {len(own)}: --json and --out have all)"
        if len(own) > MOST_VARIANTS
        else ""
    )
    columns = (*(path_words(p, result) for p in paths), "net per patient #", "5 % below #", "95 % below #")
    return Table(f"All combinations{more}", columns, rows)


def _solved(result: Result) -> Table:
    """What meets the target; where nothing does, what comes nearest."""
    solved = result.solved
    assert solved is not None
    rows = [
        (_value(s.value), _value(s.reached), "" if s.exact else "jumps over the target")
        for s in solved.solutions
    ]
    if not rows and solved.tried:
        value, statistic = min(solved.tried, key=lambda pair: abs(pair[1] - solved.target))
        rows = [(_value(value), _value(statistic), "comes nearest")]
    path, wanted = path_words(solved.path, result), solved.wanted
    title = f"{path} so that {wanted}" + (f": {solved.note}" if solved.note else "")
    return Table(title, (f"{path} #", f"{wanted.partition(' = ')[0]} #", ""), rows)


def _value(value: Fraction) -> str:
    """Two decimals where there is a thousand, six below, without zeros at the end."""
    text = f"{decimal(value, 2 if abs(value) >= 1000 else 6)}".rstrip("0").rstrip(".")
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if abs(value) >= 1000 else text
