"""The agreements of a scenario: contracts as written or with values set at paths, each checked against the cohort."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from engine.kernel.diagnostics import Diagnostic, Exit, Place, Refusal, nearest
from engine.language import meaning as m
from engine.language.notes import Notes
from engine.language.reader import CONTRACT_FILE, read_bytes, read_changed
from engine.language.yaml_reader import Mapping, Node, Scalar, read_tree
from engine.settlement.shipped import shipped
from engine.whatif import changing
from engine.whatif.cohorts import cohort as cohort_of
from engine.whatif.reading_of import reading_of
from engine.whatif.scenario import Agreement, Cohort, Happening, Measured, RealPatients, Variant
from engine.whatif.windows import decided_with_window
from engine.whatif.written import SCENARIO, ScenarioForm


@dataclass(frozen=True, slots=True)
class Set:
    """A value to be set: where, which, and where in the scenario that is said."""

    path: str
    value: Node
    said: Place

    @property
    def text(self) -> str:
        return changing.text_of(self.value)

    @property
    def of_cohort(self) -> bool:
        return self.path.split(".")[0] == "cohort"

    @property
    def contract_path(self) -> str:
        return self.path.removeprefix("contract.")


@dataclass(slots=True)
class Agreements:
    """Makes the variants of one scenario file; what is asked for twice is read once."""

    file: Path
    tree: Mapping
    form: ScenarioForm
    lines: list[str]
    warnings: list[Diagnostic] = field(default_factory=list)
    _cohorts: dict[tuple[tuple[str, str], ...], Cohort] = field(default_factory=dict)
    _contracts: dict[tuple[Path, tuple[tuple[str, str], ...]], m.Contract] = field(default_factory=dict)

    def variant(
        self,
        name: str,
        sets: Sequence[Set],
        folder: Path,
        said: Place,
        responder: tuple[str, str] = ("", "met"),
    ) -> Variant:
        """One agreement on the cohort. Raises Refusal, at the place in the scenario that asks for what is wrong."""
        cohort = self._cohort([s for s in sets if s.of_cohort])
        contract = self._contract(folder, [s for s in sets if not s.of_cohort], said)
        self._check(contract, cohort, said)
        return Variant(name, Agreement(contract, responder), cohort, {s.path: s.text for s in sets})

    def into_force(self, sets: Sequence[Set], folder: Path, said: Place) -> list[Set]:
        """What must be set besides, for an agreement to be in force on all index dates."""
        contract, cohort = self._contract(folder, sets, said), self._cohort([])
        days = []
        if cohort.first_index < contract.in_force_from:
            days.append(("in_force.from", cohort.first_index))
        if contract.in_force_to is not None and contract.in_force_to < cohort.last_index:
            days.append(("in_force.to", cohort.last_index))
        return [Set(path, Scalar(day.isoformat(), False, said), said) for path, day in days]

    def folder(self, text: str, said: Place) -> Path:
        """The folder (or file) of a contract: beside the scenario, in the working folder, or among those shipped."""
        written = Path(text)
        candidates = [self.file.parent / written, written, shipped("contracts") / written.name]
        for path in candidates:
            if path.is_file() or (path / CONTRACT_FILE).is_file():
                return path
        names = sorted(p.parent.name for p in shipped("contracts").glob("*/contract.yaml"))
        hint = (
            nearest(written.name, names)
            or "name a folder with a contract.yaml; oba library lists those that come along"
        )
        raise Refusal(Diagnostic("no_contract", f"there is no contract '{text}'", said, hint), Exit.REFUSED)

    def now(self, path: str, folder: Path) -> Node | None:
        """What stands at a path as written; of an outcome, what its defaults say."""
        if path.startswith("cohort."):
            return changing.found(self.tree, path)
        tree, own = _tree(folder), path.removeprefix("contract.")
        parts = own.split(".")
        node = changing.found(tree, own)
        if node is None and parts[0] == "outcomes" and len(parts) == 3:
            node = changing.found(tree, f"defaults.{parts[2]}")
        return node

    def _cohort(self, sets: Sequence[Set]) -> Cohort:
        key = tuple((s.path, s.text) for s in sets)
        if key not in self._cohorts:
            tree, notes = self.tree, Notes(str(self.file), self.lines)
            for one in sets:
                tree = changing.changed(tree, one.path, one.value, one.said)
            form = SCENARIO.read(tree, notes)
            found = cohort_of(form.cohort, self.file.parent, notes) if form else None
            if notes.found or found is None:
                raise Refusal(notes.all(), Exit.REFUSED)
            self._cohorts[key] = found
        return self._cohorts[key]

    def _contract(self, folder: Path, sets: Sequence[Set], said: Place) -> m.Contract:
        key = (folder, tuple((s.path, s.text) for s in sets))
        if key not in self._contracts:

            def change(tree: Mapping) -> Mapping:
                named = {one.contract_path for one in sets}
                for one in sets:
                    along = decided_with_window(tree, one.contract_path, one.value)
                    tree = changing.changed(tree, one.contract_path, one.value, one.said)
                    if along is not None and along[0] not in named:
                        tree = changing.changed(tree, *along, one.said)
                return tree

            words = "".join(f"\n{s.path} = {s.text}" for s in sets)
            self._contracts[key] = read_changed(folder, change, words)
        return self._contracts[key]

    # --- checks -------------------------------------------------------------------------------------

    def _check(self, contract: m.Contract, cohort: Cohort, said: Place) -> None:
        problems = [*_out_of_force(contract, cohort, said), *_missing_columns(contract, cohort, said)]
        if problems:
            raise Refusal(problems, Exit.REFUSED)
        for warning in (
            *_undrawn(contract, cohort, said),
            *_too_many_deaths(cohort, self.form.cohort.at("outcomes")),
        ):
            if all(warning.problem != told.problem for told in self.warnings):
                self.warnings.append(warning)


def _tree(folder: Path) -> Mapping:
    file = folder / CONTRACT_FILE if folder.is_dir() else folder
    notes = Notes(str(file))
    tree = read_tree(read_bytes(file), notes)
    if tree is None:
        raise Refusal(notes.all(), Exit.REFUSED)
    return tree


def _out_of_force(contract: m.Contract, cohort: Cohort, said: Place) -> list[Diagnostic]:
    first, last = contract.in_force_from, contract.in_force_to or date.max
    if first <= cohort.first_index and cohort.last_index <= last:
        return []
    problem = f"{contract.id} is in force from {first}" + (f" to {last}" if contract.in_force_to else "")
    problem += f", and index dates go from {cohort.first_index} to {cohort.last_index}"
    hint = "move the index dates, or set in_force.from and in_force.to of the agreement"
    return [Diagnostic("in_force", problem, said, hint)]


def _missing_columns(contract: m.Contract, cohort: Cohort, said: Place) -> list[Diagnostic]:
    if isinstance(cohort.patients, RealPatients):
        return []
    reading = reading_of(contract)
    own = {a.name for a in cohort.attributes}
    wanted = sorted((reading.judged | reading.priced) - own - {"product", "payer"})
    return [
        Diagnostic(
            "unknown_column", f"{contract.id} reads '{name}', and the cohort has no such attribute", said,
            nearest(name, own) or f"add it under cohort.attributes: '{name}: …'",
        )
        for name in wanted
    ]  # fmt: skip


def _too_many_deaths(cohort: Cohort, said: Place) -> list[Diagnostic]:
    """Where more are to die than can, without the state that deaths wait for or after its end, by expected values."""
    from engine.whatif.drawn_reports import deaths_short_of

    short = deaths_short_of(cohort)
    if short <= 0:
        return []
    problem = (
        f"by the death curve {short:.1%} of the patients would die in a state in which no death is drawn"
    )
    hint = "look at the chance of the state, at the curve of its end and at that of death: fewer will die than it says"
    return [Diagnostic("deaths", problem, said, hint, "warning")]


def _undrawn(contract: m.Contract, cohort: Cohort, said: Place) -> list[Diagnostic]:
    if isinstance(cohort.patients, RealPatients):
        return []
    drawn = {i.measure if isinstance(i, Measured) else i.event for i in cohort.outcomes}
    assert all(isinstance(i, Measured | Happening) for i in cohort.outcomes)
    return [
        Diagnostic(
            "not_drawn", f"{contract.id} reads '{o.source_name}' for {o.name}, and the cohort draws none", said,
            nearest(o.source_name, drawn) or "nothing will be reported of it", "warning",
        )
        for o in contract.outcomes
        if o.source_name not in drawn and o.source_name != "death"
    ]  # fmt: skip
