"""What a what-if's page says and its tables show: texts as people read them, made from a result."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.kernel.money import format_thousands, round_half_up
from engine.statements.whatif_json import a_member_a_month, constrained, decimal
from engine.statements.whatif_pictures import MOST_SWINGS, swing_words
from engine.statements.whatif_words import (
    agreement_name,
    count,
    money,
    path_words,
    percent,
    sentence,
    setting_words,
    short_money,
)
from engine.whatif.result import COUNT_METRICS, PERCENTILES, SHARE_METRICS, Result, Statistics, VariantResult

_METRICS = {
    "net_price": "Net price a patient",
    "net_present": "Net price a patient, present value",
    "discount": "Off the list price",
    "cost_per_responder": "Cost a responder",
    "payments": "Payments",
    "refunds": "Refunds",
    "net": "Net",
    "patients": "Patients that are eligible",
    "responders": "Responders",
    "response_rate": "Patients that respond",
}
Number = Fraction | float | None


@dataclass(frozen=True, slots=True)
class Facts:
    """A group of figures under a title: words and figure of each."""

    title: str
    rows: Sequence[tuple[str, str]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Texts in rows; the first column heads each row, the rest are numbers where `numbers`."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: bool = True


def answer(result: Result) -> str:
    """What the agreement costs and what moves it most, in two sentences."""
    metrics, currency = result.base.metrics, result.currency
    mean, off = metrics["net_price"].mean, metrics["discount"].mean
    said = f"On average the payer pays {money(mean, currency)} a patient"
    if off is not None and result.list_price is not None:
        below = "below" if off >= 0 else "above"
        said += f", {percent(abs(off))} {below} the list price of {money(result.list_price, currency)}"
    swing = next((s for s in result.swings if s.width), None)
    if swing is None:
        return f"{said}."
    return (
        f"{said}. What moves it most is the {path_words(swing.path, result)}: {swing_words(swing, result)}."
    )


def facts(result: Result) -> list[Facts]:
    """The figures of the first screen."""
    groups = (_a_patient(result), _in_all(result), _back(result))
    return [group for group in groups if group.rows or group.note]


def _a_patient(result: Result) -> Facts:
    metrics, currency, rows = result.base.metrics, result.currency, []
    if result.list_price is not None:
        rows += [("List price", money(result.list_price, currency))]
        rows += [("Off the list price, on average", percent(metrics["discount"].mean))]
    if result.discount:
        rate = f"{decimal(result.discount * 100, 2).rstrip('0').rstrip('.')} %"
        rows.append((f"Present value at {rate} a year", money(metrics["net_present"].mean, currency)))
    if metrics["responders"].highest:
        rows += [("Patients that respond", percent(metrics["response_rate"].mean))]
        rows += [("Cost a responder", money(metrics["cost_per_responder"].mean, currency))]
    return Facts("A patient", rows)


def _in_all(result: Result) -> Facts:
    net, patients = result.base.metrics["net"], result.base.metrics["patients"]
    rows = [
        ("Patients, on average", count(patients.mean)),
        ("Budget, on average", short_money(net.mean, result.currency)),
        ("1 draw in 20 below", short_money(net.percentiles.get(5), result.currency)),
        ("1 draw in 20 above", short_money(net.percentiles.get(95), result.currency)),
    ]
    return Facts("All patients", rows)


def _back(result: Result) -> Facts:
    refunds = result.base.metrics["refunds"]
    title = "What comes back"
    if not refunds.lowest:
        return Facts(title, (), "Nothing in any draw.")
    amounts = (
        ("Expected value", refunds.mean),
        ("Most likely amount", refunds.most_likely),
        ("95 % of draws at most", constrained(refunds)),
        ("Most in any draw", refunds.lowest),
    )
    rows = [
        (words, short_money(None if minor is None else -minor, result.currency)) for words, minor in amounts
    ]
    return Facts(
        title, rows, "A payer books it as a receivable, a manufacturer as an accrual (IFRS 15, ASC 606)."
    )


def years(result: Result) -> Table:
    """The budget by year."""
    currency = result.currency
    head = ["year", "payments", "refunds", "net", "1 draw in 20 above"]
    rows = [
        [p.name, *(money(x, currency) for x in (p.payments.mean, p.refunds.mean, p.net.mean)),
         money(p.net.percentiles.get(95), currency)]
        for p in result.base.by_year
    ]  # fmt: skip
    if result.members:
        head.append("net a member a month")
        for row, period in zip(rows, result.base.by_year, strict=True):
            row.append(_a_member(period.net.mean, result))
    return Table(f"Undiscounted, in {currency}: means of the draws", head, rows)


def _a_member(net: Fraction | None, result: Result) -> str:
    """With four decimals, as the JSON has it."""
    if net is None or not result.members:
        return "–"
    units = a_member_a_month(net, 12, result.members) / _minor_units(result.currency)
    text = decimal(abs(units), 4)
    return f"({text})" if units < 0 else text


def _minor_units(currency: str) -> int:
    from engine.kernel.money import minor_digits

    return int(10 ** minor_digits(currency))


def swings(result: Result) -> Table:
    """Each value that was tried by itself."""
    rows = [
        (name, setting_words(s.path, s.base_value, result), setting_words(s.path, v, result), money(p, result.currency))
        for s in result.swings[:MOST_SWINGS]
        for name in [path_words(s.path, result)]
        for v, p in s.values
    ]  # fmt: skip
    return Table("One term changed at a time", ("term", "as written", "tried", "mean net price"), rows)


def all_figures(result: Result) -> Table:
    """Every metric with its statistics, to the cent."""
    rows = [
        (words, *(_shown(name, value, result.currency) for value in _statistics(found)))
        for name, words in _METRICS.items()
        if (found := result.base.metrics[name]).mean is not None
    ]
    caption = (
        f"Money in {result.currency}. se: standard error of the mean; sd: standard deviation of the draws"
    )
    return Table(caption, ("", "mean", "se", "sd", *(f"{p} %" for p in PERCENTILES)), rows)


def _statistics(found: Statistics) -> list[Number]:
    return [found.mean, found.se, found.sd, *(found.percentiles.get(p) for p in PERCENTILES)]


def _shown(metric: str, value: Number, currency: str) -> str:
    if value is None:
        return "–"
    if metric in SHARE_METRICS:
        return percent(value)
    if metric in COUNT_METRICS:
        return decimal(value, 1)
    return format_thousands(round_half_up(Fraction(value)), currency)


def agreements(result: Result) -> Table | None:
    """The agreement as written beside others; None where there is none."""
    own = [v for v in result.variants if v.name == "base" or v.name in result.compared]
    head = (
        "agreement",
        "mean",
        "1 in 20 below",
        "1 in 20 above",
        "present value",
        "a responder",
        "budget",
        "refunds",
    )
    caption = "Net price a patient and budget; –: no such figure, such as the cost a responder where nobody is asked"
    return Table(caption, head, [_agreement(v) for v in own]) if len(own) > 1 else None


def _agreement(variant: VariantResult) -> list[str]:
    metrics, currency = variant.metrics, variant.currency
    price = metrics["net_price"]
    amounts = (price.mean, price.percentiles.get(5), price.percentiles.get(95), metrics["net_present"].mean)
    return [
        agreement_name(variant),
        *(money(a, currency) for a in (*amounts, metrics["cost_per_responder"].mean)),
        *(short_money(metrics[name].mean, currency) for name in ("net", "refunds")),
    ]


def clauses(result: Result) -> Table | None:
    """What each clause comes to in a draw, on average."""
    rows = [
        (sentence(name.replace("_", " ")), money(minor, result.currency))
        for name, minor in result.base.by_clause.items()
    ]
    caption = "Mean of a draw; what comes back is in parentheses"
    return Table(caption, ("clause", "all patients"), rows) if rows else None


def pending(result: Result) -> Table:
    """Patients whose first outcome is open, by months since treatment."""
    rows = [(str(a.months), decimal(a.patients, 1)) for a in result.base.pending_by_age]
    return Table("Patients of a draw, on average", ("months after treatment", "still open"), rows)


def solved(result: Result) -> list[str]:
    """What was found, a sentence each."""
    if result.solved is None:
        return []
    found = [
        f"{_number(s.value)} gives {_number(s.reached)}" + ("" if s.exact else ", and no value comes nearer") + "."
        for s in result.solved.solutions
    ]  # fmt: skip
    return [*found, f"{sentence(result.solved.note)}."] if result.solved.note else found


def _number(value: Fraction) -> str:
    """Two decimals where there is a thousand, six below, without zeros at the end."""
    whole, point, rest = decimal(value, 2 if abs(value) >= 1000 else 6).rstrip("0").rstrip(".").partition(".")
    return f"{int(whole):,}{point}{rest}" if abs(value) >= 1000 else whole + point + rest
