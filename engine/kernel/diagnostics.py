"""Problems as values: where, what, how to mend. Every room reports them; only the command line prints."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the program; see `oba --help`."""

    DONE = 0
    PROBLEMS = 1  # it ran and found some: failed examples, differences, amounts that cannot be worked out
    REFUSED = 2  # wrong usage, or a contract that is refused
    FEED_REFUSED = 3
    LEDGER_RULE = 4  # closed, stale, out of order
    INTEGRITY = 5
    BUSY = 6
    FAULT = 70  # a fault of ours


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file; line and column count from 1, 0 where there is none."""

    path: str
    line: int = 0
    column: int = 0
    length: int = 1
    text: str = ""  # the line itself, where it may be shown

    def __str__(self) -> str:
        parts = [self.path, *(str(n) for n in (self.line, self.column) if n)]
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem. Never holds a patient's value."""

    code: str  # a short constant name, such as `unknown_key`
    problem: str
    place: Place | None = None
    hint: str = ""
    severity: str = "error"  # or `warning`
    example: str = ""  # made up and worked out: what bears a warning out, as `examples.yaml` says it

    def one_line(self) -> str:
        where = f"{self.place}: " if self.place else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.severity}: {self.problem}{hint}"

    def for_people(self) -> str:
        """Several lines: the problem, the line with a caret under the place, the hint."""
        where = f"{self.place}: " if self.place else ""
        lines = [f"{where}{self.severity}: {self.problem}"]
        if self.place and self.place.text:
            number = f"{self.place.line:>4} | "
            caret = " " * (self.place.column - 1) + "^" * max(1, self.place.length)
            lines += [number + self.place.text, " " * (len(number) - 2) + "| " + caret]
        if self.hint:
            lines.append(f"  help: {self.hint}")
        return "\n".join(lines)


class Refusal(Exception):  # noqa: N818 - it is a refusal, not a fault
    """What was asked cannot be done; carries every problem found and the exit code that says so."""

    def __init__(self, diagnostics: Sequence[Diagnostic] | Diagnostic, exit_code: Exit) -> None:
        self.diagnostics = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        self.exit_code = exit_code
        super().__init__("\n".join(d.one_line() for d in self.diagnostics))


def refuse(code: str, problem: str, exit_code: Exit, hint: str = "") -> Refusal:
    """A refusal with one problem and no place in a file."""
    return Refusal(Diagnostic(code, problem, hint=hint), exit_code)


def nearest(word: str, words: Iterable[str]) -> str:
    """The hint `did you mean '…'?` with the nearest of `words`, or nothing."""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f"did you mean '{found[0]}'?" if found else ""
