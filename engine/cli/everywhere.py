"""What every command takes: how it prints, how much it says, whether it may ask. Declared here and nowhere else."""

import functools
import inspect
from collections.abc import Callable
from inspect import Parameter
from typing import Any

from engine.cli import options as o
from engine.cli.output import Output

Command = Callable[..., None]


def _option(name: str, annotation: object, default: object) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


_PRINTING = (
    _option("format", o.FormatOption, o.Format.TABLE),
    _option("json", o.JsonOption, False),
)
_ALWAYS = (
    _option("quiet", o.Quiet, False),
    _option("no_input", o.NoInput, False),
)


def with_common_options(command: Command) -> Command:
    """The command with `--format`, `--json`, `--quiet` and `--no-input`.

    One that takes an `output` is given it. Of one that declares such options itself, those that it lacks are
    accepted and change nothing.
    """
    signature = inspect.signature(command)
    own = signature.parameters
    takes_output = "output" in own
    added = [p for p in ((*_PRINTING, *_ALWAYS) if takes_output else _ALWAYS) if p.name not in own]

    @functools.wraps(command)
    def run(**arguments: Any) -> None:
        common = {p.name: arguments.pop(p.name) for p in added}
        if takes_output:
            arguments["output"] = Output.of(**common)
        command(**arguments)

    kept = [p for p in own.values() if p.name != "output"]
    kept = [p.replace(kind=Parameter.KEYWORD_ONLY) for p in kept]
    run.__signature__ = signature.replace(parameters=[*kept, *added])  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in (*kept, *added)}
    return run
