"""A scenario file to its frozen meaning, every variant read, or a refusal with every problem and its place."""

import hashlib
import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from engine.kernel.diagnostics import Diagnostic, Exit, Place, Refusal, nearest
from engine.kernel.money import format_fraction
from engine.language import meaning as m
from engine.language.notes import Notes
from engine.language.reader import read_bytes
from engine.language.shapes import Said
from engine.language.yaml_reader import Node, Scalar, read_tree
from engine.language.yaml_reader import Sequence as Listed
from engine.whatif import changing, memory
from engine.whatif.agreements import Agreements, Set
from engine.whatif.cohorts import cohort
from engine.whatif.scenario import Scenario, Solve, Sweep, Variant
from engine.whatif.targets import refusal, solve_of
from engine.whatif.words import with_commas, with_semicolons
from engine.whatif.written import SCENARIO, CompareForm, ScenarioForm

MOST_VARIANTS = 10_000
_OF_ALL = frozenset(
    "scenario title horizon discount draws seed list_price members vary compare solve set".split()
)
LARGEST_GRID = 1_000  # variants up to which all combinations are worked out unasked


def read_scenario(path: Path, draws: int | None = None, seed: int | None = None) -> Scenario:
    """The scenario in a file, with other draws or another seed where they are given. Raises Refusal."""
    data = read_bytes(path)
    try:
        return _read(path, data, draws, seed)
    except Refusal as refusal:
        raise Refusal([_as_written(d, path) for d in refusal.diagnostics], refusal.exit_code) from None


def _read(path: Path, data: bytes, draws: int | None, seed: int | None) -> Scenario:
    notes = Notes(str(path))
    text = with_semicolons(data.decode("utf-8", "surrogateescape"))
    tree = read_tree(text.encode("utf-8", "surrogateescape"), notes)
    form = SCENARIO.read(tree, notes) if tree else None
    if form and form.has("cohort"):
        cohort(
            form.cohort, path.parent, notes
        )  # so that its problems are told together with those of the form
    if tree is None or form is None or notes.found:
        raise Refusal(notes.all(), Exit.REFUSED)
    scenario = _Reader(form, Agreements(path, tree, form, notes.lines), data).scenario(draws, seed)
    _check_memory(scenario, form)
    return scenario


def _check_memory(scenario: Scenario, form: ScenarioForm) -> None:
    """Refused where what is drawn at once, or what is kept of all draws, is more than most of the machine's memory."""
    available = memory.available_bytes()
    for needed, what, place in (
        (memory.batch_bytes(scenario), "the patients of one draw", form.cohort.at("patients")),
        (memory.result_bytes(scenario), "the results of all draws and variants", form.at("draws")),
    ):
        if needed > available * 7 // 10:
            problem = f"{what} would take {needed / 1e9:,.0f} GB; this machine has {available / 1e9:,.0f} GB"
            raise refusal("memory", problem, place, "ask for fewer patients, draws or variants")


def _as_written(diagnostic: Diagnostic, path: Path) -> Diagnostic:
    """The same with the line of this file as it was written."""
    place = diagnostic.place
    if place is None or place.path != str(path) or not place.text:
        return diagnostic
    line = with_commas(place.text)
    return replace(diagnostic, problem=with_commas(diagnostic.problem), place=replace(place, text=line))


@dataclass(frozen=True, slots=True)
class _Reader:
    form: ScenarioForm
    agreements: Agreements
    data: bytes

    def scenario(self, draws: int | None, seed: int | None) -> Scenario:
        form, said = self.form, self.form.contract.place
        folder = self.agreements.folder(form.contract.value, said)
        responder = _responder(form.responder)
        for pair in form.set or ():
            _check_path(pair.key.value, pair.key.place)
        base = self._made("base", (), folder, said, responder)
        _check_responder(base, form.responder)
        price = next((t.versions[0].value for t in base.contract.terms if t.name == "price"), None)
        sweep = self._sweep(folder)
        one_at_a_time, grid = self._varied(folder, responder, sweep)
        solve = self._solve(base.contract, folder)
        return Scenario(
            name=form.scenario.value,
            title=form.title.value if form.title else base.contract.title,
            version=f"sha256:{hashlib.sha256(self.data).hexdigest()}",
            horizon=form.horizon.value,
            discount=form.discount.value if form.discount else Fraction(0),
            draws=draws or form.draws.value,
            seed=form.seed.value if seed is None else seed,
            base=base,
            sweep=sweep,
            one_at_a_time=one_at_a_time,
            grid=grid,
            compared=self._compared(base),
            solve=solve,
            list_price=form.list_price.value if form.list_price else price,
            members=form.members.value if form.members else None,
            sources=tuple(s.value for s in form.sources or ()),
            inputs=tuple(changing.leaves(self.agreements.tree)),
            warnings=tuple(self.agreements.warnings),
            at=self._at(solve, folder, responder) if solve else None,
        )

    # --- vary ---------------------------------------------------------------------------------------

    def _sweep(self, folder: Path) -> Sweep | None:
        pairs = self.form.vary or ()
        if not pairs:
            return None
        for pair in pairs:
            _check_path(pair.key.value, pair.key.place)
            if not isinstance(pair.value, Listed) or not pair.value.items:
                raise refusal(
                    "vary", "a list of values stands here", pair.key.place, "write [475000, 649000]"
                )
        paths = tuple((p.key.value, tuple(changing.text_of(v) for v in _items(p.value))) for p in pairs)
        now = [self._now(path, folder) for path, _ in paths]
        product = 1
        for _, values in paths:
            product *= len(values)
        how = self.form.combine.value[0] if self.form.combine else None
        how = how or ("grid" if product <= LARGEST_GRID else "one at a time")
        if how == "grid" and product > MOST_VARIANTS:
            place = self.form.at("vary")
            raise refusal(
                "too_many",
                f"{product:,} variants; {MOST_VARIANTS:,} are worked out at most",
                place,
                "write 'combine: random 500'",
            )
        return Sweep(paths, tuple("" if n is None else changing.text_of(n) for n in now), how)

    def _varied(
        self, folder: Path, responder: tuple[str, str], sweep: Sweep | None
    ) -> tuple[tuple[Variant, ...], tuple[Variant, ...]]:
        if sweep is None:
            return (), ()
        axes = [[Set(p.key.value, v, v.place) for v in _items(p.value)] for p in self.form.vary or ()]
        single = [(one,) for axis in axes for one in axis]
        combined = self._combined(axes, sweep)
        made = [self._one(sets, folder, responder) for sets in (*single, *combined)]
        return tuple(made[: len(single)]), tuple(made[len(single) :])

    def _combined(self, axes: list[list[Set]], sweep: Sweep) -> list[tuple[Set, ...]]:
        if sweep.how == "one at a time":
            return []
        if sweep.how == "grid":
            return list(itertools.product(*axes))
        from engine.whatif.streams import Streams

        many = self.form.combine.value[1] if self.form.combine else 0
        streams = Streams(self.form.seed.value, [0], [many])
        chosen = [(streams.uniform(f"vary/{a[0].path}") * len(a)).astype(int).tolist() for a in axes]
        return list(
            dict.fromkeys(
                tuple(a[k] for a, k in zip(axes, row, strict=True)) for row in zip(*chosen, strict=True)
            )
        )

    def _one(self, sets: Sequence[Set], folder: Path, responder: tuple[str, str]) -> Variant:
        name = ", ".join(f"{s.path} = {s.text}" for s in sets)
        return self._made(name, sets, folder, sets[0].said, responder)

    def _made(
        self, name: str, sets: Sequence[Set], folder: Path, said: Place, responder: tuple[str, str]
    ) -> Variant:
        """A variant of the scenario's own agreement; `set` names only what makes it differ from the base."""
        made = self.agreements.variant(name, (*self._always(), *sets), folder, said, responder)
        return replace(made, set={s.path: s.text for s in sets})

    def _always(self) -> list[Set]:
        return [Set(p.key.value, p.value, p.key.place) for p in self.form.set or () if p.value]

    def _now(self, path: str, folder: Path) -> Node | None:
        """What stands at a path of the scenario's agreement."""
        always = {one.path: one.value for one in self._always()}
        return always.get(path) or self.agreements.now(path, folder)

    # --- compare ------------------------------------------------------------------------------------

    def _compared(self, base: Variant) -> tuple[Variant, ...]:
        found: dict[str, Variant] = {}
        for written in self.form.compare or ():
            one = self._agreement(written)
            said = written.contract.place if isinstance(written, CompareForm) else written.place
            if one.contract.currency != base.contract.currency:
                own, others = one.contract.currency, base.contract.currency
                problem = f"{one.contract.id} is in {own}, the scenario's agreement in {others}"
                hint = f"set: {{currency: {others}, terms.price: …}}"
                raise refusal("currency", problem, said, hint)
            if one.name in found or one.name == "base":
                raise refusal(
                    "twice", f"the name '{one.name}' is taken", said, "give it a name of its own: 'name: …'"
                )
            found[one.name] = one
        return tuple(found.values())

    def _agreement(self, written: Said[str] | CompareForm) -> Variant:
        """One agreement to compare, as if it were in force whenever the patients are treated."""
        form = written if isinstance(written, CompareForm) else None
        said = written.contract if isinstance(written, CompareForm) else written
        responder = form.responder if form else None
        for pair in (form.set if form else None) or ():
            _check_path(pair.key.value, pair.key.place)
        folder = self.agreements.folder(said.value, said.place)
        sets = [Set(p.key.value, p.value, p.key.place) for p in (form.set if form else None) or () if p.value]
        sets += self.agreements.into_force(sets, folder, said.place)
        made = self.agreements.variant("", sets, folder, said.place, _responder(responder))
        _check_responder(made, responder)
        return replace(made, name=form.name.value if form and form.name else made.contract.id)

    # --- solve --------------------------------------------------------------------------------------

    def _solve(self, contract: m.Contract, folder: Path) -> Solve | None:
        form = self.form.solve
        if form is None:
            return None
        path = form.for_
        _check_path(path.value, path.place)
        now = self._now(path.value, folder)
        if now is None:  # in the words of a path that is set
            self.agreements.variant(
                "", [Set(path.value, Scalar("0", False, path.place), path.place)], folder, path.place
            )
            raise refusal(
                "no_path",
                f"nothing stands at '{path.value}'",
                path.place,
                "name a number of the contract or cohort",
            )
        return solve_of(form, now, contract.currency)

    def _at(self, solve: Solve, folder: Path, responder: tuple[str, str]) -> Callable[[Fraction], Variant]:
        assert self.form.solve is not None
        said = self.form.solve.for_.place
        now = self._now(solve.path, folder)
        percent = isinstance(now, Scalar) and now.text.endswith("%")

        def at(value: Fraction) -> Variant:
            text = f"{format_fraction(value * 100)}%" if percent else format_fraction(value)
            return self._one([Set(solve.path, Scalar(text, False, said), said)], folder, responder)

        return at


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Listed) else ()


def _check_path(path: str, said: Place) -> None:
    first = path.split(".", maxsplit=1)[0]
    if first in _OF_ALL:
        hint = "vary the contract's terms, outcomes, …, or the cohort"
        raise refusal("no_path", f"'{first}' is the same for all variants of a scenario", said, hint)


def _responder(said: Said[str] | None) -> tuple[str, str]:
    if said is None:
        return "", "met"
    found = re.fullmatch(r"(\S+) is (met|not_met|not_evaluable)", said.value)
    if found is None:
        raise refusal(
            "responder", "this says of nobody that they respond", said.place, "write 'remission is met'"
        )
    return found[1], found[2]


def _check_responder(variant: Variant, said: Said[str] | None) -> None:
    names = [o.name for o in variant.contract.outcomes]
    if said is not None and variant.agreement.responder[0] not in names:
        hint = nearest(variant.agreement.responder[0], names) or f"outcomes: {', '.join(names)}"
        raise refusal(
            "responder",
            f"{variant.contract.id} has no outcome '{variant.agreement.responder[0]}'",
            said.place,
            hint,
        )
