"""Values that change: terms by day, and the amendments that set them anew."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tests.oracle.money import number_or_percent


@dataclass(frozen=True)
class Amendment:
    """Values of terms that hold from `effective` on; it counts once it is known that it was signed."""

    signed: date
    effective: date
    values: dict[str, Fraction]


@dataclass(frozen=True)
class Terms:
    """Each term's (first day, value), in order of day, and the amendments known."""

    dated: dict[str, tuple[tuple[date, Fraction], ...]]
    amendments: tuple[Amendment, ...]

    def value(self, name: str, on: date) -> Fraction | None:
        """The value in force on a day; None where there is no such term, or none yet.

        The amendment that became effective last holds, over all dated values, also those dated later.
        """
        amended = [one for one in self.amendments if name in one.values and one.effective <= on]
        if amended:
            return max(amended, key=lambda one: one.effective).values[name]
        value = None
        for day, dated in self.dated.get(name, ()):
            if day <= on:
                value = dated
        return value

    def known_by(self, day: date) -> "Terms":
        """The terms without the amendments signed after the day."""
        return Terms(self.dated, tuple(one for one in self.amendments if one.signed <= day))


def read_terms(said: dict[str, Any]) -> Terms:
    """The terms and amendments of a contract."""
    amendments = []
    for one in said.get("amendments") or []:
        values = {path.removeprefix("terms."): number_or_percent(text) for path, text in one["set"].items()}
        amendments.append(
            Amendment(date.fromisoformat(one["signed"]), date.fromisoformat(one["effective"]), values)
        )
    dated = {name: _term(value) for name, value in (said.get("terms") or {}).items()}
    return Terms(dated, tuple(amendments))


def _term(value: Any) -> tuple[tuple[date, Fraction], ...]:
    """A term as dated values; a plain one holds from the beginning of time."""
    if isinstance(value, str):
        return ((date.min, number_or_percent(value)),)
    return tuple(sorted((date.fromisoformat(day), number_or_percent(text)) for day, text in value.items()))
