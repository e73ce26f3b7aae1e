"""Positions in pictures: parts of a whole as percentages with two decimals, worked out in integers."""

from dataclasses import dataclass
from datetime import date, timedelta

from engine.kernel.dates import Period


def percent(part: int, whole: int) -> str:
    """`part` of `whole` as `12.34%`, cut (not rounded) at two decimals; `0%` of nothing."""
    if whole <= 0:
        return "0%"
    hundredths = max(0, part) * 10_000 // whole
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


@dataclass(frozen=True, slots=True)
class Place:
    """A position from left to right, with the side on which a label there has room."""

    x: str
    anchor: str  # SVG text-anchor


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the axis."""

    place: Place
    label: str


@dataclass(frozen=True, slots=True)
class DayScale:
    """Days from left to right; `first` and `last` are inside."""

    first: date
    last: date

    @staticmethod
    def around(first: date, last: date) -> "DayScale":
        """A scale with some room on both sides, so that no mark touches the edge."""
        room = timedelta(days=max(2, (last - first).days // 25))
        return DayScale(first - room, last + room)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def x(self, day: date) -> str:
        return percent((min(day, self.last) - self.first).days, self.days)

    def width(self, first: date, last: date) -> str:
        """The width of the days from `first` to `last`, both included."""
        return percent((min(last, self.last) - max(first, self.first)).days + 1, self.days)

    def share(self, day: date) -> int:
        """The position in whole per cent."""
        return (day - self.first).days * 100 // self.days

    def place(self, day: date) -> Place:
        share = self.share(day)
        return Place(self.x(day), "start" if share < 9 else "end" if share > 91 else "middle")

    def ticks(self, at_most: int = 6) -> tuple[Tick, ...]:
        """Firsts of months (`2018-03`), every 1, 2, 3, 6, 12, 24… months."""
        start = Period.of(self.first)
        months = (self.last.year - start.year) * 12 + self.last.month - start.month
        step = next(n for n in (1, 2, 3, 6, 12, 24, 60, 120, 600, 12_000) if months <= n * at_most)
        aligned = start.plus(-((start.month - 1) % min(step, 12)))
        found = (aligned.plus(k * step) for k in range(at_most + 2))
        inside = [p for p in found if self.first <= p.first <= self.last]
        return tuple(Tick(self.place(p.first), str(p)) for p in inside)
