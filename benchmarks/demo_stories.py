"""The treatments of the demo that are out of the ordinary, by month of infusion, and what happens to each."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Report:
    """A row of outcomes, `day` days after the infusion; known that many days later, or on `known_on`.

    Reports of one `record` are versions of it. `bad_date` is what stands in the file in place of the day.
    """

    day: int
    value: str
    measure: str = "disease_status"
    unit: str = ""
    source: str = "registry"
    status: str = "final"
    record: str = ""
    known_after: int = 3
    known_on: date | None = None
    bad_date: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """A treatment infused on a day of its month. `birth_date` None: a child's or young adult's, drawn."""

    day: int
    reports: tuple[Report, ...] = ()
    known_after: int = 0
    birth_date: str | None = None


INFUSIONS = (8, 9, 10, 12, 12, 12)  # January to June 2018: 63

JANUARY = (
    # no response: refund due on day 60, 8 March
    Story(7, (Report(14, "NR"), Report(28, "NR"))),
    # refunded in March for want of a report; the remission of day 29 arrives on 12 April and undoes it
    Story(20, (Report(29, "CR", known_on=date(2018, 4, 12)),)),
    # the remission turns out to be entered in error on 4 May: refund, due in March, posted in May
    Story(16, (Report(28, "CR", record="error"),
               Report(28, "CR", record="error", status="entered_in_error", known_on=date(2018, 5, 4)))),
    # the infusion itself is reported in February: a line of a prior period
    Story(30, (Report(29, "CRi"),), known_after=3),
)  # fmt: skip
FEBRUARY = (
    # never reported: refund on day 60, 4 April
    Story(3),
    # dies of the disease on day 12: refund from that day on, 18 February
    Story(6, (Report(12, "related", measure="death"),)),
    # a preliminary remission moves nothing: refunded on 14 April, undone when the final one comes on 8 May
    Story(13, (Report(27, "CR", record="preliminary", status="preliminary", known_on=date(2018, 3, 14)),
               Report(27, "CR", record="preliminary", known_on=date(2018, 5, 8)))),
    # the row of the remission has a date that does not exist; it is sent again, right, in April
    Story(21, (Report(28, "CR", record="bad date", bad_date="2018-02-30", known_on=date(2018, 3, 23)),
               Report(28, "CR", record="bad date", known_on=date(2018, 4, 5)))),
)  # fmt: skip
MARCH = (
    # no response, and a laboratory value with a decimal comma
    Story(5, (Report(28, "NR"),
              Report(14, "512,4", measure="ferritin", unit="ug/L", source="central_lab"))),
    # remission on day 33, three days too late: refund
    Story(19, (Report(15, "NR"), Report(33, "CR"))),
    # two results of one day that disagree: any remission is enough
    Story(22, (Report(28, "NR"), Report(28, "CR", source="central_lab"))),
)  # fmt: skip
APRIL = (
    # partial response is no remission: refund
    Story(9, (Report(28, "PR"),)),
    # dies on day 41 of another cause, after the window: judged on day 60 as ever, refund
    Story(12, (Report(15, "NR"), Report(41, "unrelated", measure="death"))),
    # dies after a remission: the remission has been earned
    Story(24, (Report(28, "CR"), Report(45, "unrelated", measure="death"))),
)
MAY = (
    # never reported: refund on day 60, 9 July
    Story(10),
    # no response: refund
    Story(21, (Report(29, "NR"),)),
    # a row with a status that nobody knows, sent again the month after
    Story(25, (Report(28, "CR", record="bad status", status="confirmed", known_on=date(2018, 6, 26)),
               Report(28, "CR", record="bad status", known_on=date(2018, 7, 9)))),
)  # fmt: skip
JUNE = (
    # remission corrected to no response in August: refund on day 60, 13 August
    Story(14, (Report(28, "CR", record="amended"),
               Report(28, "NR", record="amended", status="amended", known_on=date(2018, 8, 6)))),
    # no response corrected to remission before the case is decided
    Story(27, (Report(29, "NR", record="better"),
               Report(29, "CRi", record="better", status="amended", known_on=date(2018, 8, 2)))),
)  # fmt: skip
STORIES = (JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE)

TOO_OLD = Story(14, (Report(28, "CR"),), birth_date="1990-11-02")  # 27 years old
NOBODY_KNOWS = Story(17, (Report(28, "CR"),), birth_date="")  # undetermined until the birth date comes
