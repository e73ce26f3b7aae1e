"""What a report of a budget impact or of costs should say, as far as a run can know it.

Items of the ISPOR good practice for budget impact analysis (Sullivan and others, 2014) and of CHEERS 2022 that concern
inputs and results; what the run cannot know is said to be so.
"""

from engine.kernel.money import format_fraction
from engine.statements.whatif_words import count, money
from engine.whatif.result import Result

NOT_STATED = "not stated: the scenario does not say"


def items(result: Result) -> list[tuple[str, str]]:
    """Each item and what the run says of it."""
    inputs = dict(result.inputs)
    base, discount = result.base, result.discount
    patients = base.metrics["patients"]
    rate = f"{format_fraction(discount * 100)} % a year" if discount else "none"
    given = [path for path in inputs if "(" in inputs[path] and path.startswith("cohort.")]
    uncertain = ", ".join(f"{path.removeprefix('cohort.')} {inputs[path]}" for path in given) or "nothing"
    treated = f"treated from {result.first_index} to {result.last_index}"
    price = (
        f"list price {money(result.list_price, result.currency)} a patient"
        if result.list_price
        else NOT_STATED
    )
    many = len(result.variants)
    return [
        ("Perspective", "the payer's: what it pays for the medicine, less what comes back; no other costs of care"),
        ("Population", f"{count(patients.mean)} patients a draw on average, {treated}"),
        ("Intervention", f"{base.contract_title} ({base.contract})"),
        ("Comparators", ", ".join(result.compared) or "none: add `compare` to the scenario"),
        ("Time horizon", f"all that falls due up to {result.horizon_end}"),
        ("Discounting", f"budget figures undiscounted; present values discounted by {rate}, to each index date"),
        ("Price", price),
        ("Currency and price date", f"{result.currency}; {NOT_STATED.removeprefix('not stated: ')}"),
        ("Outcomes", "as the agreement defines them; drawn as the inputs below say"),
        ("Uncertainty of parameters", f"drawn once a draw: {uncertain}"),
        ("Uncertainty of small numbers", "each patient drawn by chance in each draw"),
        ("Scenarios", f"{many:,} variants worked out" if many > 1 else "the agreement alone"),
        ("Heterogeneity", "by the attributes of the patients that the agreement reads"),
        ("Sources", "; ".join(result.sources) or NOT_STATED),
        ("Validation", "the plan that settles; same cents as posting the drawn patients month by month"),
        ("Funding and conflicts of interest", NOT_STATED),
        ("Engagement of patients and others", NOT_STATED),
    ]  # fmt: skip
