"""Commands on contracts alone: check, test, new, sql, schema."""

import json
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.cli import options as o
from engine.cli.output import Output, Table, print_diagnostics
from engine.kernel.diagnostics import Diagnostic, Exit, Refusal, nearest, refuse


def check(paths: o.Paths, quiet: o.Quiet = False) -> None:
    """Read contracts and their examples; silent when fine, else every problem at once."""
    from engine.language.examples import read_examples
    from engine.language.reader import read_contract

    problems: list[Diagnostic] = []
    for path in contract_files(paths):
        try:
            contract = read_contract(path)
            if (path.parent / "examples.yaml").exists():
                read_examples(path.parent, contract)
        except Refusal as refusal:
            problems += refusal.diagnostics
    if problems:
        if not quiet:
            print_diagnostics(problems)
        raise typer.Exit(int(Exit.REFUSED))


def test(
    paths: o.Paths,
    format: o.FormatOption = o.Format.TABLE,
    json: o.JsonOption = False,
    quiet: o.Quiet = False,
) -> None:
    """Run the worked examples of contracts through the engine that settles."""
    from engine.settlement.examples import ContractResult, test_contract

    output = Output.of(format, json, quiet)
    results: list[ContractResult] = []
    with output.working("running examples"):
        results = [test_contract(path) for path in contract_files(paths)]
    rows = [
        (r.contract, len(r.examples), sum(e.passed for e in r.examples), sum(not e.passed for e in r.examples),
         ", ".join(r.unreached))
        for r in results
    ]  # fmt: skip
    failures = [
        (r.contract, e.name, f.as_of, f.key, f.expected, f.came, f.difference)
        for r in results for e in r.examples for f in e.checks if not f.passed
    ]  # fmt: skip
    tables = [
        Table("", ("contract", "examples #", "passed #", "failed #", "not reached by any example"), rows)
    ]
    if failures:
        columns = ("contract", "example", "as of", "what", "expected #", "came #", "by #")
        tables.append(Table("What did not come out as expected", columns, failures))
    output.result([r.as_json() for r in results], tables)
    if failures:
        raise typer.Exit(int(Exit.PROBLEMS))


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.", show_default=False)],
    like: Annotated[
        str, typer.Option(help="A shipped agreement to start from, or a contract's folder.")
    ] = "kymriah-us-day30",
    quiet: o.Quiet = False,
) -> None:
    """Start a contract: contract, examples, README and the schema for your editor."""
    from engine.language.schema import contract_schema, examples_schema
    from engine.settlement.shipped import shipped_contracts

    source = Path(like)
    if not (source / "contract.yaml").is_file():
        names = {p.name: p for p in shipped_contracts()}
        if like not in names:
            hint = nearest(like, names) or f"there are: {', '.join(names)}"
            raise refuse("unknown_contract", f"there is no agreement '{like}'", Exit.REFUSED, hint)
        source = names[like]
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise refuse(
            "not_empty", f"'{folder}' is there already and not empty", Exit.REFUSED, "name a new folder"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in (("contract", contract_schema()), ("examples", examples_schema())):
        (folder / f"{name}.schema.json").write_text(json.dumps(schema, indent=1) + "\n")
        modeline = f"# yaml-language-server: $schema={name}.schema.json\n"
        (folder / f"{name}.yaml").write_text(modeline + (source / f"{name}.yaml").read_text())
    shutil.copyfile(source / "README.md", folder / "README.md")
    Output(quiet=quiet).remark(f"made {folder} like {source.name}; try: oba test {folder}")


def sql(
    contract: o.Contract,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The as-of date put in; today where left out.")
    ] = None,
    known_by: o.KnownBy = None,
    dialect: Annotated[str, typer.Option(help="The SQL dialect; duckdb.")] = "duckdb",
) -> None:
    """Print the contract's plan as SQL that an auditor can read and run over the feed tables."""
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
    print("-- Reads the tables treatments, outcomes, coverage and repeated_records of the feed.\n")
    print(script(build_plan(meaning, run, Traits())), end="")


def schema(
    examples: Annotated[
        bool, typer.Option("--examples", help="The schema of examples.yaml instead.")
    ] = False,
) -> None:
    """Print the JSON Schema of contracts, for editors."""
    from engine.language.schema import contract_schema, examples_schema

    sys.stdout.write(json.dumps(examples_schema() if examples else contract_schema(), indent=1) + "\n")


def contract_files(paths: list[Path]) -> list[Path]:
    """The contract files at the paths; folders are searched for contract.yaml."""
    files: list[Path] = []
    for path in paths:
        found = sorted(path.rglob("contract.yaml")) if path.is_dir() else [path]
        if not found or not path.exists():
            hint = "name a contract.yaml or a folder that holds one"
            raise refuse("no_contract", f"there is no contract at '{path}'", Exit.REFUSED, hint)
        files += found
    return files


COMMANDS = (check, test, new, sql, schema)
