"""What a scenario means: small frozen values, every default written out, with nothing of how it was written.

Two kinds of uncertainty are kept apart by type. An `Uncertain` is a parameter: one number for a whole draw. A
`Shares`, a `Curve`, a `Number` is asked once a patient.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from engine.kernel.dates import Shift
from engine.kernel.diagnostics import Diagnostic
from engine.language import meaning as m

# --- numbers ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution by name, with its parameters in the order of its call (see `distributions.py`).

    `link` is `logit` or `log` where the number drawn is on that scale: `logit(normal(1.5, 0.3))`.
    """

    name: str  # beta, gamma, lognormal, triangular, normal, uniform, exponential, weibull
    parameters: tuple[Fraction, ...]
    link: str = ""


Uncertain = Fraction | Distribution


@dataclass(frozen=True, slots=True)
class Shares:
    """Words and the share of each, adding up to one: fixed, or `dirichlet` weights drawn once a draw."""

    words: tuple[str, ...]
    shares: tuple[Uncertain, ...]  # each a fraction of one; the last may be the rest
    dirichlet: bool = False  # `shares` are then weights


@dataclass(frozen=True, slots=True)
class Curve:
    """When something happens, counted from an anchor day.

    Either a survival table: at each length of time the share to which it has not happened yet, falling, exact at its
    points and exponential between; nothing happens after the last point. Or a distribution of the time in `unit`s, of
    those who are not `cured`.
    """

    table: tuple[tuple[Shift, Uncertain], ...] = ()
    time: Distribution | None = None
    unit: str = "months"  # days, months, years
    cured: Uncertain = Fraction(0)
    hazard_ratio: Uncertain = Fraction(1)  # multiplies the hazard, of table and distribution


# --- the cohort -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Patients:
    """How many are treated in a draw: `population` of them all, or each of it with chance `share`."""

    population: int
    share: Uncertain = Fraction(1)


@dataclass(frozen=True, slots=True)
class RealPatients:
    """A folder of feed files: the patients as they are, or as many drawn from them with replacement."""

    folder: Path
    resample: int | None = None


@dataclass(frozen=True, slots=True)
class Age:
    """A birth date by the age at index in years; drawn in completed months."""

    years: Distribution | Fraction


@dataclass(frozen=True, slots=True)
class Number:
    """A number a patient, rounded half up to so many decimals."""

    drawn: Distribution
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column of the treatments, such as `diagnosis` or `birth_date`; a text alone is every patient's."""

    name: str
    value: str | Shares | Age | Number


@dataclass(frozen=True, slots=True)
class State:
    """That a patient's drawn measure has a value: what a later item waits for (`after: disease_status CR`)."""

    measure: str
    value: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Assessments of a measure on fixed days from the index date, while the patient lives.

    `value` comes with `chance` to those in the state `after` (all, where none), as long as the event `until` has not
    happened; `otherwise` to all others, nothing where it is None.
    """

    measure: str
    value: str | Shares | Number
    on: tuple[m.Offset, ...]
    chance: Uncertain = Fraction(1)
    otherwise: str | None = None
    after: State | None = None
    until: str | None = None
    unit: str | None = None
    missing: Uncertain = Fraction(0)


@dataclass(frozen=True, slots=True)
class Happening:
    """An event, at most once a patient. Nothing happens after a death.

    Counted from the index date, or from the day of the state `after`, of those in it only. Where some event waits for
    a state, `death` is drawn jointly with it: it befalls those without the state or with the event, at the rate that
    keeps the death curve of all patients exact.
    """

    event: str
    curve: Curve
    values: Shares | None = None
    after: State | None = None
    missing: Uncertain = Fraction(0)


Drawn = Measured | Happening


@dataclass(frozen=True, slots=True)
class Late:
    """Reports that come late: with chance `share`, by a drawn number of days."""

    share: Uncertain
    days: Distribution | Fraction


@dataclass(frozen=True, slots=True)
class Cohort:
    patients: Patients | RealPatients
    first_index: date
    last_index: date
    attributes: tuple[Attribute, ...] = ()
    outcomes: tuple[Drawn, ...] = ()
    leave: Curve | None = None  # when coverage ends
    late: Late | None = None


# --- the questions ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract, and who counts as a responder to it: outcome (none: the first declared) and status."""

    contract: m.Contract
    responder: tuple[str, str] = ("", "met")


@dataclass(frozen=True, slots=True)
class Variant:
    """One agreement on one cohort. `set` names what differs from the scenario as written, by path."""

    name: str
    agreement: Agreement
    cohort: Cohort
    set: Mapping[str, str]

    @property
    def contract(self) -> m.Contract:
        return self.agreement.contract


@dataclass(frozen=True, slots=True)
class Solve:
    """A number of the contract or scenario to be found, so that a statistic of a metric meets a target."""

    path: str
    statistic: str  # mean, p5 … p99
    metric: str  # net_price, …
    target: Fraction
    between: tuple[Fraction, Fraction]
    tolerance: Fraction
    step: Fraction  # the finest difference of two values: values are multiples of it


@dataclass(frozen=True, slots=True)
class Sweep:
    """What is varied: each path with the values it takes, as written; how they are put together."""

    paths: tuple[tuple[str, tuple[str, ...]], ...]
    now: tuple[str, ...]  # of each path, its value as it stands
    how: str = "grid"  # one at a time, grid, random


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario whose every variant has been read.

    `base` is the agreement as written; `one_at_a_time`, `grid` and `compared` hold its variants, `base` not among them.
    """

    name: str
    title: str
    version: str  # hash of the file
    horizon: Shift  # follow-up after the last index date: the money counts that falls due by then
    discount: Fraction  # a year
    draws: int
    seed: int
    base: Variant
    sweep: Sweep | None = None
    one_at_a_time: tuple[Variant, ...] = ()
    grid: tuple[Variant, ...] = ()
    compared: tuple[Variant, ...] = ()
    solve: Solve | None = None
    list_price: Fraction | None = None  # a patient's, before anything comes back
    members: int | None = None  # covered lives, for a budget a member a month
    sources: tuple[str, ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()  # every leaf of the file, as path and text
    warnings: tuple[Diagnostic, ...] = ()
    at: Callable[[Fraction], Variant] | None = None  # the variant in which what is solved for has a value

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Each once, `base` first."""
        every = (self.base, *self.one_at_a_time, *self.grid, *self.compared)
        return tuple({v.name: v for v in every}.values())
