"""The program `oba`: arguments in, text and an exit code out."""

import gc
import os
import sys
from collections.abc import Sequence
from types import ModuleType

import typer

from engine.cli import contracts, demonstration, differences, facts, library, settling, what_if
from engine.cli.everywhere import Command, with_common_options
from engine.cli.options import Version
from engine.cli.output import print_diagnostics
from engine.kernel.diagnostics import Exit, Refusal

# Each has COMMANDS, and may have GROUPS: for a group's name its help and its commands.
MODULES: tuple[ModuleType, ...] = (demonstration, library, contracts, differences, facts, settling, what_if)


def _app(help_text: str, **more: str) -> typer.Typer:
    return typer.Typer(
        help=help_text,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        **more,  # type: ignore[arg-type]
    )


def _add(to: typer.Typer, commands: Sequence[Command]) -> None:
    for command in commands:
        name = command.__name__.rstrip("_").replace("_", "-")
        to.command(name)(with_common_options(command))


app = _app(
    "Settles outcomes-based agreements for medicines.",
    name="oba",
    epilog="Exit codes: 0 done, 1 problems found, 2 refused, 3 feed refused, 4 against the ledger's rules, "
    "5 integrity, 6 store busy, 70 a fault of ours.",
)


@app.callback()
def _program(version: Version = False) -> None:
    """Settles outcomes-based agreements for medicines."""


for module in MODULES:
    _add(app, module.COMMANDS)
    for group_name, (group_help, group_commands) in getattr(module, "GROUPS", {}).items():
        group = _app(group_help)
        _add(group, group_commands)
        app.add_typer(group, name=group_name)


def main() -> None:
    """Run the program. A refusal is printed with its places and hints; nothing ends in a stack trace."""
    # A short process: what it imports stays, and going over it again and again costs a tenth of the start.
    gc.set_threshold(100_000)
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - closed by whoever started the program
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a character that a terminal lacks must not stop a settlement
            stream.reconfigure(errors="backslashreplace")
    try:
        app(standalone_mode=True)
    except Refusal as refusal:
        print_diagnostics(refusal.diagnostics)
        sys.exit(int(refusal.exit_code))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as fault:
        if _is_interrupt(fault):
            sys.exit(130)
        if os.environ.get("OBA_DEBUG"):
            raise
        print(f"error: {_in_one_line(fault)}", file=sys.stderr)
        sys.exit(int(_exit_of(fault)))


def _is_interrupt(fault: Exception) -> bool:
    """DuckDB's own words for an interrupt, of which it has two."""
    return type(fault).__name__ == "InterruptException" or str(fault) == "Query interrupted"


def _exit_of(fault: Exception) -> Exit:
    return Exit.REFUSED if isinstance(fault, OSError) else Exit.FAULT


def _in_one_line(fault: Exception) -> str:
    """What went wrong, without the message of the exception: it may hold a patient's value."""
    if isinstance(fault, OSError) and fault.strerror:
        where = f"'{fault.filename}': " if fault.filename else ""
        return f"{where}{fault.strerror[0].lower()}{fault.strerror[1:]}"
    return f"a fault of ours ({type(fault).__name__}); OBA_DEBUG=1 shows where"
