"""Commands on contracts alone: check, test, sql, schema."""

import json as json_module
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import options as o
from engine.cli.finding import EXAMPLES_FILE, contract_files, scenario_files
from engine.cli.new import new
from engine.cli.output import Output, Table, diagnostic_document, print_diagnostics
from engine.kernel.diagnostics import Diagnostic, Exit, Refusal, refuse

if TYPE_CHECKING:
    from engine.settlement.examples import ContractResult


def check(
    paths: o.Paths,
    output: Output,
    strict: Annotated[bool, typer.Option("--strict", help="End with 1 where there are warnings.")] = False,
) -> None:
    """Read contracts, examples, scenarios, and think about them. Silent when fine, else every problem at once.

    What looks wrong in a contract that can be read is a warning: terms that nothing uses, rows that never apply,
    refunds above what was paid, clauses that pay twice, statuses that no example reaches. A history that shows it
    goes to standard output, as an example to put into examples.yaml.
    """
    problems: list[Diagnostic] = []
    with output.working("checking"):
        scenarios = scenario_files(paths)
        for path in contract_files([p for p in paths if p not in scenarios]):
            try:
                problems += _warnings(path)
            except Refusal as refusal:
                problems += refusal.diagnostics
        for path in scenarios:
            problems += _of_scenario(path)
    if not output.for_people:
        documents = [diagnostic_document(d) for d in problems]
        columns = ("path", "line", "column", "severity", "code", "problem", "hint", "example")
        output.result(documents, [Table("", columns, [tuple(d.values()) for d in documents])])
    else:
        print_diagnostics(problems)
        print("\n".join(_shown(d) for d in problems if d.example), end="")
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(int(Exit.REFUSED))
    if strict and problems:
        raise typer.Exit(int(Exit.PROBLEMS))


def _warnings(path: Path) -> list[Diagnostic]:
    """Warnings about a contract file and its examples; refused where they cannot be read."""
    from engine.language.examples import read_examples
    from engine.language.places import places_in
    from engine.language.reader import read_with_warnings
    from engine.settlement.thinking import think

    contract, warnings = read_with_warnings(path)
    examples = read_examples(path.parent, contract) if (path.parent / EXAMPLES_FILE).exists() else ()
    return think(contract, examples, places_in(path), warnings)


def _of_scenario(path: Path) -> Sequence[Diagnostic]:
    """All that is wrong or looks wrong in a scenario and its variants."""
    from engine.whatif.reading import read_scenario

    try:
        return read_scenario(path).warnings
    except Refusal as refusal:
        return refusal.diagnostics


def _shown(warning: Diagnostic) -> str:
    """The example of a warning, under a remark that says what it shows."""
    return f"# {warning.problem}\n{warning.example}"


def test(paths: o.Paths, output: Output) -> None:
    """Run worked examples of contracts. They go through the very engine that settles."""
    from engine.settlement.examples import test_contract

    results: list[ContractResult] = []
    refused: list[Diagnostic] = []
    with output.working("running examples"):
        for path in contract_files(paths):
            try:
                results.append(test_contract(path))
            except Refusal as refusal:
                refused += refusal.diagnostics
    output.result([r.as_json() for r in results], list(_tables_of(results)))
    print_diagnostics(refused)
    if refused:
        raise typer.Exit(int(Exit.REFUSED))
    if not all(r.passed for r in results):
        raise typer.Exit(int(Exit.PROBLEMS))


def _tables_of(results: "list[ContractResult]") -> Iterable[Table]:
    rows = [
        (r.contract, len(r.examples), sum(e.passed for e in r.examples), sum(not e.passed for e in r.examples),
         ", ".join(r.unreached) or "–")
        for r in results
    ]  # fmt: skip
    yield Table("", ("contract", "examples #", "passed #", "failed #", "reached by no example"), rows)
    failures = [
        (r.contract, e.name, c.as_of, c.known_by, c.key, c.expected, c.came, c.difference)
        for r in results for e in r.examples for c in e.checks if not c.passed
    ]  # fmt: skip
    if failures:
        columns = (
            "contract", "example", "as of", "known by", "what", "expected #", "came #", "by #",
        )  # fmt: skip
        yield Table("What did not come out as expected", columns, failures)


def sql(
    contract: o.Contract,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar=o.DAY, help="The as-of date put in; today where left out."),
    ] = None,
    known_by: o.KnownBy = None,
    dialect: Annotated[str, typer.Option(help="The SQL dialect; duckdb.")] = "duckdb",
) -> None:
    """Print a contract's plan as SQL. An auditor can read it, and run it over the feed tables."""
    from engine.backends.duckdb import script
    from engine.language.reader import read_contract
    from engine.plan.build import build_plan
    from engine.plan.tables import Run, Traits

    if dialect != "duckdb":
        raise refuse(
            "unknown_dialect", f"'{dialect}' is no dialect that is printed yet", Exit.REFUSED, "duckdb is"
        )
    run = Run(o.parse_day(as_of) if as_of else o.today(), o.known_by(known_by))
    meaning = read_contract(contract)
    print(f"-- {meaning.id}, {meaning.version}")
    print(f"-- As of {run.as_of}, as known by {run.known_by}. Money in the minor unit of {meaning.currency}.")
    print("-- Reads the tables treatments, outcomes, coverage and repeated_rows of the feed.\n")
    print(script(build_plan(meaning, run, Traits())), end="")


def schema(
    examples: Annotated[
        bool, typer.Option("--examples", help="The schema of examples.yaml instead.")
    ] = False,
) -> None:
    """Print the JSON Schema of contracts, for editors."""
    from engine.language.schema import contract_schema, examples_schema

    text = json_module.dumps(examples_schema() if examples else contract_schema(), indent=1)
    sys.stdout.write(text + "\n")


COMMANDS = (check, test, new, sql, schema)
