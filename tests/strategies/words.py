"""The words beyond payments, refunds and caps per treatment that random contracts may use.

Each is a switch: `contracts(words)` draws a few of `words` for each contract, and uses those often in it.
The environment variable RANDOM_WORDS says others than all of them: `none`, or some with commas between.
"""

import os

ALL = (
    "table",  # an amount by rows
    "tiers",  # … a rate for each band
    "consecutive",
    "sustained",
    "change",  # from a baseline
    "days_covered",
    "for_each",
    "decided_series",  # a series that counts from a decided day
    "amendments",
    "ends",  # if_payer_changes, with one payer
    "payers",  # several of them
    "wide_limits",  # per patient, year, contract
    "patient_first",
    "cohort",
    "cohort_by",  # a volume in place of a rate
    "against",  # a rate against a number, a curve, another product
    "per_time",  # events for each stretch of time
)


def chosen_words() -> frozenset[str]:
    """All words, or those that the environment says."""
    said = os.environ.get("RANDOM_WORDS", "all")
    if said == "all":
        return frozenset(ALL)
    named = frozenset(word for word in said.split(",") if word != "none")
    unknown = named - set(ALL)
    if unknown:
        raise ValueError(f"RANDOM_WORDS names {sorted(unknown)}, which are none of {ALL}")
    return named
