"""The program `oba`: arguments in, text and an exit code out."""

import os
import sys

import typer

from engine.cli import contracts, demonstration, facts, settling
from engine.cli.output import print_diagnostics
from engine.kernel.diagnostics import Exit, Refusal

app = typer.Typer(
    name="oba",
    help="Settles outcomes-based agreements for medicines.",
    epilog="Exit codes: 0 done, 1 problems found, 2 refused, 3 feed refused, 4 against the ledger's rules, "
    "5 integrity, 6 store busy, 70 a fault of ours.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (demonstration, contracts, facts, settling):
    for command in group.COMMANDS:
        app.command(command.__name__.rstrip("_").replace("_", "-"))(command)


def main() -> None:
    """Run the program. A refusal is printed with its places and hints; nothing ends in a stack trace."""
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
        if os.environ.get("OBA_DEBUG"):
            raise
        name = type(fault).__name__
        print(
            f"error: a fault of ours ({name}); OBA_DEBUG=1 shows where. Nothing was posted.", file=sys.stderr
        )
        sys.exit(int(Exit.FAULT))
