"""The problems of one file, each with its place; reading goes on so that all are told at once."""

from dataclasses import dataclass, field

from engine.kernel.diagnostics import Diagnostic, Place

MOST_PROBLEMS = 100
_LONGEST_LINE_SHOWN = 400


class Unfit(Exception):  # noqa: N818 - a reading of text that failed, not a fault
    """A piece of text is not what its place asks for; `start` and `length` count characters within it."""

    def __init__(
        self, code: str, problem: str, hint: str = "", start: int = 0, length: int | None = None
    ) -> None:
        self.code, self.problem, self.hint = code, problem, hint
        self.start, self.length = start, length
        super().__init__(problem)

    def moved(self, start: int) -> "Unfit":
        """The same problem of a text that begins at `start` of a longer one."""
        return Unfit(self.code, self.problem, self.hint, self.start + start, self.length)


@dataclass(slots=True)
class Notes:
    """The problems of one file so far, and its lines to show beside them."""

    path: str
    lines: list[str] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    more: int = 0  # problems beyond the most that are told

    def place(self, line: int, column: int, length: int = 1) -> Place:
        """The place at a line and column that count from 0, with the line's text where it is short enough."""
        text = self.lines[line] if 0 <= line < len(self.lines) else ""
        shown = text if len(text) <= _LONGEST_LINE_SHOWN else ""
        return Place(self.path, line + 1, column + 1, max(1, length), shown)

    def add(self, code: str, problem: str, place: Place | None, hint: str = "") -> None:
        """Note a problem; the same one at the same place is noted once."""
        diagnostic = Diagnostic(code, problem, place or Place(self.path), hint)
        if diagnostic in self.found:
            return
        if len(self.found) < MOST_PROBLEMS:
            self.found.append(diagnostic)
        else:
            self.more += 1

    def warn(self, code: str, problem: str, place: Place | None, hint: str = "") -> None:
        """Note what may stand, and is hardly meant."""
        warning = Diagnostic(code, problem, place or Place(self.path), hint, "warning")
        if warning not in self.warnings:
            self.warnings.append(warning)

    def all(self) -> tuple[Diagnostic, ...]:
        """The problems in the order of the file; the last says how many more there are."""
        ordered = sorted(self.found, key=lambda d: (d.place.line, d.place.column) if d.place else (0, 0))
        if self.more:
            ordered.append(Diagnostic("more", f"and {self.more} more problems", Place(self.path)))
        return tuple(ordered)
