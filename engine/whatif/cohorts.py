"""The cohort of a scenario from its form to its meaning, with what cannot be drawn refused at its place."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine.kernel.diagnostics import Place
from engine.language.notes import Notes
from engine.language.shapes import Pair, Said
from engine.whatif.curve_forms import curve_of, leaving
from engine.whatif.scenario import (
    Age,
    Attribute,
    Cohort,
    Distribution,
    Drawn,
    Happening,
    Late,
    Measured,
    Number,
    Patients,
    RealPatients,
    Shares,
    State,
    Uncertain,
)
from engine.whatif.written import (
    AgeForm,
    CohortForm,
    DirichletForm,
    EventForm,
    MeasureForm,
    NumberForm,
    PatientsForm,
)

_ONE = Fraction(1)


def cohort(form: CohortForm, folder: Path, notes: Notes) -> Cohort | None:
    """The cohort; files of real patients are looked for from `folder`. None with the reasons in `notes`."""
    patients = _patients(form, folder, notes)
    dates = _dates(form, isinstance(patients, RealPatients), notes)
    attributes = tuple(_attribute(pair, notes) for pair in form.attributes or ())
    outcomes = _outcomes(form, notes)
    if (
        form.late
        and form.late.days
        and isinstance(form.late.days.value, Fraction)
        and form.late.days.value < 0
    ):
        notes.add("out_of_range", "reports cannot come before their day", form.late.days.place)
    late = Late(form.late.share.value, form.late.days.value) if form.late else None
    leave = leaving(form.coverage, notes) if form.coverage else None
    if patients is None or dates is None or notes.found:
        return None
    kept = tuple(a for a in attributes if a is not None)
    return Cohort(patients, *dates, kept, outcomes, leave, late)


def _patients(form: CohortForm, folder: Path, notes: Notes) -> Patients | RealPatients | None:
    written = form.patients
    if isinstance(written, PatientsForm) and written.file is not None:
        path = folder / written.file.value
        path = path if path.is_dir() else Path(written.file.value)
        if not path.is_dir():
            notes.add(
                "no_folder", "there is no such folder", written.file.place, "name a folder of feed files"
            )
        for name in ("attributes", "outcomes", "coverage", "late", "missing"):
            if not form.left_open(name):
                notes.add(
                    "real_patients",
                    f"'{name}' is drawn, and real patients bring their own",
                    form.at(name),
                    "leave it out",
                )
        return RealPatients(path, written.resample.value if written.resample else None)
    if isinstance(written, PatientsForm):
        if written.population is None:
            return None
        return Patients(written.population.value, written.share.value if written.share else _ONE)
    return Patients(written.value) if written is not None else None


def _dates(form: CohortForm, real: bool, notes: Notes) -> tuple[date, date] | None:
    written = form.index_dates
    if written is None:
        if form.left_open("index_dates"):
            hint = "write 'index_dates: {from: 2018-01-01, to: 2018-12-31}'"
            notes.add("missing", "the cohort lacks 'index_dates'", form.node.named, hint)
        return None
    if written.to.value < written.from_.value:
        notes.add(
            "dates",
            f"'to' is before 'from' ({written.from_.value})",
            written.to.place,
            "write the later day here",
        )
    if (written.to.value - written.from_.value).days > 36_525:
        notes.add("dates", "index dates over more than a hundred years", written.to.place)
    return written.from_.value, written.to.value


# --- values -----------------------------------------------------------------------------------------


def _attribute(pair: Pair[str, Any], notes: Notes) -> Attribute | None:
    value = _value(pair.value, pair.key.place, notes)
    if isinstance(value, Age) and pair.key.value != "birth_date":
        notes.add(
            "age", f"'{pair.key.value}' is no birth date: only 'birth_date' is drawn by age", pair.key.place
        )
    if pair.key.value == "birth_date" and not isinstance(value, Age):
        notes.add(
            "age",
            "a birth date is drawn by age",
            pair.key.place,
            "write 'birth_date: {age: triangular(3, 11, 25)}'",
        )
    return None if value is None else Attribute(pair.key.value, value)


def _value(written: Any, place: Place, notes: Notes) -> str | Shares | Number | Age | None:
    match written:
        case Said():
            return str(written.value)
        case NumberForm():
            return Number(written.number.value, written.decimals.value if written.decimals else 0)
        case AgeForm():
            years = written.age.value
            low = years if isinstance(years, Fraction) else _lowest(years)
            if not 0 <= low <= 150:
                notes.add("out_of_range", "an age from 0 to 150 years is needed", written.age.place)
            return Age(years)
        case DirichletForm():
            return Shares(
                tuple(p.key.value for p in written.dirichlet),
                tuple(p.value.value for p in written.dirichlet if p.value),
                True,
            )
        case tuple():
            return _shares(written, place, notes)
    return None


def _lowest(drawn: Distribution) -> Fraction:
    return drawn.parameters[0] if drawn.name in ("triangular", "uniform") else Fraction(0)


def _shares(pairs: tuple[Pair[str, Said[Uncertain]], ...], place: Place, notes: Notes) -> Shares | None:
    """Shares of one; what is uncertain among them is scaled to it in each draw."""
    if any(p.value is None for p in pairs):
        return None
    shares = tuple(p.value.value for p in pairs if p.value)
    if all(isinstance(s, Fraction) for s in shares):
        total = sum((s for s in shares if isinstance(s, Fraction)), Fraction(0))
        if total != 1:
            notes.add(
                "shares",
                f"the shares make {float(total):.6%}, not 100%".replace(".000000%", "%"),
                place,
                "make them 100%",
            )
    return Shares(tuple(p.key.value for p in pairs), shares)


# --- outcomes ---------------------------------------------------------------------------------------


def _outcomes(form: CohortForm, notes: Notes) -> tuple[Drawn, ...]:
    missing = form.missing.value if form.missing else Fraction(0)
    known: list[State] = []
    events = [i.event.value for i in form.outcomes or () if isinstance(i, EventForm)]
    drawn: list[Drawn] = []
    for item in form.outcomes or ():
        _check_after(item.after, known, notes)
        own = item.missing.value if item.missing else missing
        if isinstance(item, EventForm):
            curve, value = (
                curve_of(item, notes),
                _shares(item.value, item.at("value"), notes) if item.value else None,
            )
            if curve:
                drawn.append(
                    Happening(item.event.value, curve, value, item.after.value if item.after else None, own)
                )
            continue
        measured = _measured(item, own, notes)
        if item.until and item.until.value not in events:
            hint = f"one of {', '.join(events)}" if events else "draw an event of this name"
            notes.add("unknown_event", f"no event '{item.until.value}' is drawn", item.until.place, hint)
        if measured:
            drawn.append(measured)
            values = measured.value.words if isinstance(measured.value, Shares) else (measured.value,)
            known += [State(measured.measure, v) for v in values if isinstance(v, str) and not item.until]
    _check_twice(form, notes)
    return tuple(drawn)


def _measured(item: MeasureForm, missing: Uncertain, notes: Notes) -> Measured | None:
    value = _value(item.value, item.at("value"), notes)
    if value is None or isinstance(value, Age):
        return None
    return Measured(
        measure=item.measure.value,
        value=value,
        on=tuple(said.value for said in item.on),
        chance=item.chance.value if item.chance else _ONE,
        otherwise=item.otherwise.value if item.otherwise else None,
        after=item.after.value if item.after else None,
        until=item.until.value if item.until else None,
        unit=item.unit.value if item.unit else None,
        missing=missing,
    )


def _check_after(after: Said[State] | None, known: list[State], notes: Notes) -> None:
    if after is not None and after.value not in known:
        names = [f"{s.measure} {s.value}" for s in known]
        hint = (
            f"earlier items draw: {', '.join(names)}"
            if names
            else "draw the measure in an item above this one"
        )
        notes.add("unknown_state", f"no item above draws '{after.node.text}'", after.place, hint)


def _check_twice(form: CohortForm, notes: Notes) -> None:
    seen: set[str] = set()
    for item in form.outcomes or ():
        if isinstance(item, EventForm):
            if item.event.value in seen:
                notes.add(
                    "twice",
                    f"the event '{item.event.value}' is drawn twice",
                    item.event.place,
                    "draw each event once",
                )
            seen.add(item.event.value)
            if item.event.value == "death" and item.after:
                notes.add(
                    "death",
                    "a death is drawn of all patients",
                    item.after.place,
                    "leave 'after' out: see the manual on deaths",
                )
