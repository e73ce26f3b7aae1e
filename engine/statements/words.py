"""Words and figures for readers: amounts with their direction, days, states."""

from collections.abc import Iterator
from datetime import date

from engine.kernel.money import format_thousands
from engine.settlement.statement import Header, Line, Statement

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_STATES = {
    "met": "met",
    "not_met": "not met",
    "not_evaluable": "not evaluable",
    "disputed": "disputed",
    "pending": "pending",
}


def long_date(day: date) -> str:
    """`8 May 2018`: nobody can take the day for the month."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def status_words(status: str) -> str:
    """`not met` for `not_met`."""
    return _STATES[status]


def direction_words(line: Line) -> str:
    """Which way the line moves money: `payment`, `refund`, or one of them taken back."""
    forward = (line.amount_minor > 0) == (line.direction == "payment")
    return line.direction if forward else f"{line.direction} taken back"


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 line`, `2 lines`, `10,000 lines`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def range_words(least: int, most: int, currency: str) -> str:
    """`(649,000.00) to 0.00`, or the one amount where both are the same."""
    if least == most:
        return format_thousands(least, currency)
    return f"{format_thousands(least, currency)} to {format_thousands(most, currency)}"


def headline(statement: Statement) -> str:
    """What the reader must know first, above the amount."""
    verb = "due" if statement.header.posted else "would be due"
    if statement.net_minor > 0:
        return f"Payment {verb}"
    if statement.net_minor < 0:
        return f"Refund {verb}"
    return "Nothing to pay" if statement.lines else "No news in this period"


def who_pays(statement: Statement) -> str:
    """Who pays whom, or why nobody does; a sentence without its full stop."""
    debtor, creditor = statement.debtor, statement.creditor
    if debtor and creditor:
        return f"{debtor.name} pays {creditor.name}"
    if parts := list(_payers_parts(statement)):
        return "; ".join(parts)
    if statement.lines:
        return "Payments and refunds of this period cancel each other out"
    return "Nothing fell due in this period and no earlier line has changed"


def _payers_parts(statement: Statement) -> Iterator[str]:
    """Who pays whom how much, for each of several payers."""
    manufacturer = statement.header.manufacturer.name
    for part in statement.payers:
        amount = format_thousands(abs(part.period_minor), statement.currency)
        payer = part.payer or "The payers together"
        if part.period_minor > 0:
            yield f"{payer} {'pays' if part.payer else 'pay'} {manufacturer} {amount}"
        elif part.period_minor < 0:
            yield f"{manufacturer} pays {part.payer or 'the payers together'} {amount}"


def payers(header: Header) -> str:
    """`Plan A`, `Plan A, Plan B and Plan C`."""
    *first, last = (payer.name for payer in header.payers)
    return f"{', '.join(first)} and {last}" if first else last


def tie_out(statement: Statement) -> str:
    """The roll-forward as a sum in one sentence."""
    net = statement.roll_forward.net
    amounts = [
        format_thousands(amount, statement.currency)
        for amount in (net.opening_minor, net.current_minor, net.prior_period_minor, net.closing_minor)
    ]
    count = plural(len(statement.lines), "line adds up", "lines add up")
    tail = f" {count} to the period's net." if statement.lines else ""
    return "{} + {} + {} = {}.".format(*amounts) + tail
