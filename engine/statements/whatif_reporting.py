"""What a report of a budget impact or of costs should say, as far as a run can know it.

Items of CHEERS 2022 by their numbers, and of the ISPOR good practice for budget impact analysis (Sullivan and others,
2014; marked BIA). What the run cannot know is said to be not stated.
"""

from collections.abc import Mapping

from engine.kernel.money import format_fraction
from engine.statements.whatif_words import count, money, path_words, short_money
from engine.statements.words import long_date
from engine.whatif.result import Result

NOT_STATED = "not stated"
_EACH_PATIENT = ("cohort.attributes.", "cohort.late.days")  # asked once a patient, not once a draw
Items = list[tuple[str, str, str]]


def items(result: Result) -> Items:
    """Each item: its name, where it is asked for, and what the run says of it."""
    return [*_design(result), *_inputs(result), *_results(result), *_unknown()]


def _design(result: Result) -> Items:
    base, discount = result.base, result.discount
    rate = f"{format_fraction(discount * 100)} % a year" if discount else "no rate"
    treated = f"{long_date(result.first_index)} to {long_date(result.last_index)}"
    patients = (
        f"{count(base.metrics['patients'].mean)} eligible patients a draw on average, treated {treated}"
    )
    horizon = f"what falls due up to {long_date(result.horizon_end)}"
    return [
        ("Title", "1", result.title),
        ("Population", "5, BIA", patients),
        ("Setting and location", "6, BIA", NOT_STATED),
        ("Intervention", "BIA", f"{base.contract_title} ({base.contract})"),
        ("Comparators", "7, BIA", ", ".join(result.compared) or "none: the scenario compares no other agreement"),
        ("Perspective", "8, BIA", "the payer's: what it pays for the medicine, less what comes back; no other cost"),
        ("Time horizon", "9, BIA", horizon),
        ("Discounting", "10, BIA", f"budgets undiscounted; present values at {rate}, back to each index date"),
    ]  # fmt: skip


def _inputs(result: Result) -> Items:
    price = money(result.list_price, result.currency) if result.list_price else NOT_STATED
    return [
        ("Outcomes", "11, 12", "those the agreement asks for, judged by its own rules"),
        ("Valuation of outcomes", "13", "none: money alone is counted, no quality of life"),
        ("Resources and costs", "14, BIA", f"payments and refunds of the agreement; list price {price} a patient"),
        ("Currency, price date", "15", f"{result.currency}; price date {NOT_STATED}; nothing converted"),
        ("Model", "16, 17", "patients and outcomes drawn from the inputs; each draw settled by the agreement's plan"),
        ("Heterogeneity", "18", "patients differ in the attributes that the agreement reads; no results by subgroup"),
        ("Distributional effects", "19", NOT_STATED),
        ("Uncertainty of parameters", "20", f"drawn once a draw: {_uncertain(result)}"),
        ("Uncertainty of small numbers", "20", "what becomes of each patient is drawn in each draw"),
        ("Uncertainty of structure", "20, BIA", _structure(result)),
        ("Parameters", "22", "under Inputs, all of them"),
        ("Sources of data", "22, BIA", "; ".join(result.sources) or NOT_STATED),
    ]  # fmt: skip


def _results(result: Result) -> Items:
    price, net = result.base.metrics["net_price"], result.base.metrics["net"]
    low, high = (money(price.percentiles.get(p), result.currency) for p in (5, 95))
    swing = next((s for s in result.swings if s.width), None)
    most = (
        f"most by the {path_words(swing.path, result)}: {money(swing.width, result.currency)}"
        if swing
        else "no term varied"
    )
    mean = f"{money(price.mean, result.currency)} a patient, {short_money(net.mean, result.currency)} in all"
    return [
        ("Main results", "23, BIA", mean),
        (
            "Effect of uncertainty",
            "24",
            f"nine of ten draws between {low} and {high} a patient; moved {most}",
        ),
        ("Validation", "BIA", "the same cents as loading and posting the drawn patients month by month"),
    ]


def _unknown() -> Items:
    return [
        ("Analysis plan", "4", NOT_STATED),
        ("Engagement of patients and others", "21, 25", NOT_STATED),
        ("Limitations, generalisability", "26", NOT_STATED),
        ("Funding, conflicts of interest", "27, 28", NOT_STATED),
    ]


def _structure(result: Result) -> str:
    own = len(result.variants) - 1 - len(result.compared)
    said = [f"{own:,} variants of terms and inputs"] if own > 0 else []
    others = len(result.compared)
    said += [f"{others} other agreement{'s' if others > 1 else ''}"] if others else []
    return " and ".join(said) or "the agreement as written alone"


def _uncertain(result: Result) -> str:
    inputs: Mapping[str, str] = dict(result.inputs)
    return (
        "; ".join(
            f"{path_words(path, result)} {said}"
            for path, said in inputs.items()
            if "(" in said
            and path.startswith("cohort.")
            and not path.startswith(_EACH_PATIENT)
            and ".time." not in path
            and not path.endswith(".number")
        )
        or "nothing, all parameters are fixed"
    )
