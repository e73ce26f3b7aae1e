"""When the payers of a treatment stopped covering the patient, and which gaps are forgiven."""

from dataclasses import dataclass
from datetime import date, timedelta

from tests.oracle.evidence import Span

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Gap:
    """Uncovered days: from `opens` to the day before `ends`; `ends` is None while it is open."""

    opens: date
    ends: date | None


@dataclass(frozen=True)
class Coverage:
    """The payers' run over the index date as of a day.

    `lost` is the first day without coverage, `lost_decided` the day from which the loss holds (later by
    the allowance), both None while it is not lost. `gaps` are the forgiven ones and one still open.
    """

    gaps: tuple[Gap, ...] = ()
    lost: date | None = None
    lost_decided: date | None = None


def coverage_of(
    spans: list[Span], payer_names: frozenset[str], index: date, gap_days: int, as_of: date
) -> Coverage:
    """How the run that holds the index date went on, up to `as_of`.

    `spans` began on or before `as_of`, by first day. Without a span over the index date nothing can end.
    """
    own = [span for span in spans if span.payer in payer_names]
    if not any(span.holds(index) for span in own):
        return Coverage()
    end = max(_end(span) for span in own if span.holds(index))
    gaps: list[Gap] = []
    for span in own:
        if end == date.max:
            break
        if span.first > end + DAY:
            if (span.first - end).days - 1 > gap_days:
                break
            gaps.append(Gap(end + DAY, span.first))
        end = max(end, _end(span))
    if end == date.max or end + DAY > as_of:
        return Coverage(tuple(gaps))
    lost, decided = end + DAY, end + DAY + gap_days * DAY
    if as_of < decided:
        return Coverage((*gaps, Gap(lost, None)))
    return Coverage(tuple(gaps), lost, decided)


def _end(span: Span) -> date:
    return span.last or date.max
