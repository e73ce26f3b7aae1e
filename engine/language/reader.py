"""A contract file to its frozen meaning, or a refusal with every problem found, each with its place."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.kernel.diagnostics import Diagnostic, Exit, Place, Refusal
from engine.language.amendments import read_amendments
from engine.language.clauses import read_clause, used_outcomes
from engine.language.cohorts import read_cohorts
from engine.language.grammar.build import eligible_parts
from engine.language.limits import Bounded, Direction, read_limits
from engine.language.meaning import Cohort, Contract, EligiblePart, MoneyClause, Outcome, Settlement
from engine.language.naming import Names, expression
from engine.language.notes import Notes
from engine.language.outcomes import read_outcome
from engine.language.payers import PayerRules, check_payers, party, payers
from engine.language.signs import check_amounts
from engine.language.terms import read_terms, term_values
from engine.language.written import CONTRACT, ContractForm, MoneyForm
from engine.language.yaml_reader import MAX_BYTES, Mapping, read_tree

CONTRACT_FILE = "contract.yaml"


def read_contract(path: Path) -> Contract:
    """The contract in a file, or in a folder's `contract.yaml`. Raises Refusal."""
    return read_with_warnings(path)[0]


def read_with_warnings(path: Path) -> tuple[Contract, tuple[Diagnostic, ...]]:
    """The same, with what may stand in it and is hardly meant. Raises Refusal."""
    file = path / CONTRACT_FILE if path.is_dir() else path
    return _read(read_bytes(file), str(file))


def read_contract_text(text: str, path: str = CONTRACT_FILE) -> Contract:
    """The contract that `text` says; `path` is named in messages. Raises Refusal."""
    return read_text_with_warnings(text, path)[0]


def read_text_with_warnings(text: str, path: str = CONTRACT_FILE) -> tuple[Contract, tuple[Diagnostic, ...]]:
    """The same, with what may stand in it and is hardly meant. Raises Refusal."""
    return _read(text.encode("utf-8", "surrogatepass"), path)


def read_changed(path: Path, change: Callable[[Mapping], Mapping], said: str) -> Contract:
    """The contract in a file as it is after a `change` of what was written, which `said` names in its version.

    Raises Refusal, with the places that the changed nodes bring along.
    """
    file = path / CONTRACT_FILE if path.is_dir() else path
    data, notes = read_bytes(file), Notes(str(file))
    tree = read_tree(data, notes)
    return _of_tree(change(tree) if tree else None, data + said.encode(), notes)


def read_bytes(file: Path) -> bytes:
    """A file's bytes, one more than may be read at most. Raises Refusal where there is none."""
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        problem = "there is no such file" if isinstance(error, FileNotFoundError) else "it cannot be read"
        raise Refusal(Diagnostic("no_file", problem, Place(str(file))), Exit.REFUSED) from None


def _read(data: bytes, path: str) -> tuple[Contract, tuple[Diagnostic, ...]]:
    notes = Notes(path)
    return _of_tree(read_tree(data, notes), data, notes), tuple(notes.warnings)


def _of_tree(tree: Mapping | None, data: bytes, notes: Notes) -> Contract:
    form = CONTRACT.read(tree, notes) if tree else None
    contract = _contract(form, data, notes) if form else None
    if notes.found or contract is None:
        raise Refusal(notes.all(), Exit.REFUSED)
    return contract


def _contract(form: ContractForm, data: bytes, notes: Notes) -> Contract | None:
    """Every part is read, so that every problem is found; put together only where there is none."""
    _check_in_force(form, notes)
    check_payers(form, notes)
    terms = read_terms(form, notes)
    amendments = read_amendments(form, notes)
    outcomes = _outcomes(form, notes)
    named = frozenset(pair.key.value for pair in form.terms or ())
    names = Names(outcomes, named, term_values(form, terms, amendments))
    eligible = _eligible(form, names, notes)
    _check_names(form, notes)
    clauses = _clauses(form, names, notes)
    _check_due_windows_used(form, outcomes, clauses, notes)
    cohorts = read_cohorts(form, names, notes)
    limits = read_limits(form, _bounded(form, cohorts), names, notes)
    if notes.found:
        return None
    gap = form.defaults.coverage_gap if form.defaults else None
    residual = form.settlement.residual
    contract = Contract(
        id=form.contract.value,
        title=form.title.value,
        version=f"sha256:{hashlib.sha256(data).hexdigest()}",
        manufacturer=party(form.parties.manufacturer),
        payers=payers(form.parties),
        currency=form.currency.value,
        in_force_from=form.in_force.from_.value,
        in_force_to=form.in_force.to.value if form.in_force.to else None,
        product_name=form.product.name.value,
        product_codes=tuple(said.value for said in form.product.codes),
        sources=tuple(said.value for said in form.sources or ()),
        terms=terms,
        eligible=eligible,
        coverage_gap_days=gap.value if gap else 0,
        outcomes=tuple(o for o in outcomes.values() if o),
        clauses=clauses,
        limits=limits,
        settlement=Settlement(
            form.settlement.pay_within.value, "first" if residual and residual.value == "first" else "last"
        ),
        amendments=amendments,
        cohorts=cohorts,
    )
    check_amounts(contract, form, notes)
    return contract


def _check_in_force(form: ContractForm, notes: Notes) -> None:
    if form.has("in_force") and form.in_force.to:
        first, last = form.in_force.from_, form.in_force.to
        if last.value < first.value:
            notes.add(
                "in_force", f"'to' is before 'from' ({first.value})", last.place, "write the later day here"
            )


def _outcomes(form: ContractForm, notes: Notes) -> dict[str, Outcome | None]:
    """Outcomes by name; None for those that could not be read, so that naming them is no second error."""
    broken = "defaults" in form.broken
    return {pair.key.value: read_outcome(pair, form.defaults, broken, notes) for pair in form.outcomes or ()}


def _eligible(form: ContractForm, names: Names, notes: Notes) -> tuple[EligiblePart, ...]:
    if form.eligible is None:
        return ()
    return expression(form.eligible, eligible_parts, names.scope("eligible"), notes) or ()


def _money_forms(form: ContractForm) -> list[tuple[Direction, MoneyForm]]:
    both: list[tuple[Direction, MoneyForm]] = [("payment", f) for f in form.payments or ()]
    return both + [("refund", f) for f in form.refunds or ()]


def _clauses(form: ContractForm, names: Names, notes: Notes) -> tuple[MoneyClause, ...]:
    rules, clauses = PayerRules(form, notes), []
    rules.check_default()
    for direction, money in _money_forms(form):
        rule = rules.rule(money, direction)
        clause = read_clause(money, direction, names, notes)
        if clause is not None:
            clauses.append(replace(clause, if_payer_changes=rule))
    return tuple(clauses)


def _bounded(form: ContractForm, cohorts: tuple[Cohort, ...]) -> dict[str, Bounded]:
    """What limits may bound by id, of clauses too that could not be read."""
    ways: dict[str, frozenset[Direction]] = {cohort.id: frozenset(cohort.directions) for cohort in cohorts}
    both: frozenset[Direction] = frozenset({"payment", "refund"})
    found = {id_: Bounded(frozenset({"payment"}), frozenset({id_})) for id_ in form.ids_in("payments")}
    found |= {id_: Bounded(frozenset({"refund"}), frozenset({id_})) for id_ in form.ids_in("refunds")}
    for id_ in form.ids_in("cohort"):
        found.setdefault(id_, Bounded(ways.get(id_, both), frozenset({id_}), "cohort"))
    return found


def _check_names(form: ContractForm, notes: Notes) -> None:
    """A name stands for one thing: an outcome, a payment, a refund, a limit; a term is no outcome."""
    taken = {pair.key.value: ("an outcome", pair.key) for pair in form.outcomes or ()}
    for pair in form.terms or ():
        if pair.key.value in taken:
            hint = f"it is an outcome on line {taken[pair.key.value][1].place.line}; rename one"
            notes.add("twice", f"'{pair.key.value}' is an outcome too", pair.key.place, hint)
    ids = [("a payment", money.id) for money in form.payments or ()]
    ids += [("a refund", money.id) for money in form.refunds or ()]
    ids += [("a cohort clause", cohort.id) for cohort in form.cohort or ()]
    ids += [("a limit", limit.id) for limit in form.limits or ()]
    for what, said in ids:
        if said.value in taken:
            other, first = taken[said.value]
            hint = f"it is the name of {other} on line {first.place.line}; rename one"
            notes.add("twice", f"the name '{said.value}' is taken", said.place, hint)
        else:
            taken[said.value] = (what, said)


def _check_due_windows_used(
    form: ContractForm, outcomes: dict[str, Outcome | None], clauses: tuple[MoneyClause, ...], notes: Notes
) -> None:
    """An outcome by due date needs a clause that gives due dates."""
    if len(clauses) < len(_money_forms(form)) or form.broken & {"payments", "refunds"}:
        return
    used = {name for c in clauses for part in (c.condition, c.amount) for name in used_outcomes(part)}
    for pair in form.outcomes or ():
        outcome = outcomes[pair.key.value]
        if outcome and outcome.window.uses_due and outcome.name not in used:
            problem = f"'{outcome.name}' goes by due dates, and no payment or refund uses it"
            hint = "use it in an 'if', or reckon its window from the index date"
            notes.add("due_window", problem, pair.key.place, hint)
