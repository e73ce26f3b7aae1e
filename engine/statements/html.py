"""A statement as one self-contained page: no script, no network, the same bytes each time."""

import re
from functools import cache

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from engine.kernel.money import format_thousands
from engine.settlement.statement import Statement
from engine.statements import view, words
from engine.statements.resources import report_file
from engine.statements.timeline import outcome_name, timeline
from engine.statements.waterfall import waterfall

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 .-]")


def statement_html(statement: Statement) -> str:
    """The page of `statement`; see `reports/statement/README.md` for what it shows."""
    with_line, others = view.cards(statement)
    template = _environment().get_template("statement.html.j2")
    return template.render(
        s=statement,
        h=statement.header,
        currency=statement.currency,
        money=_MoneyIn(statement.currency),
        groups=view.line_groups(statement),
        to_date=view.to_date_rows(statement),
        roll=view.roll_rows(statement),
        balances=view.balances(statement),
        cards=with_line,
        other_cards=others,
        anchors=view.anchors([*with_line.shown, *others]),
        cohorts=view.cut(statement.cohorts, view.ROWS_SHOWN),
        pending=view.cut(statement.pending, view.ROWS_SHOWN),
        not_eligible=view.cut(statement.not_eligible, view.ROWS_SHOWN),
        quarantine=view.cut(statement.data_quality.quarantine, view.ROWS_SHOWN),
        quarantined=sum(file.quarantined for file in statement.data_quality.files),
        timeline=timeline(statement),
        waterfall=waterfall(statement),
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: report_file(f"statement/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "css_text": css_text,
        "long_date": words.long_date,
        "status": words.status_words,
        "direction": words.direction_words,
        "outcome": outcome_name,
    }
    environment.globals |= {
        "headline": words.headline,
        "who_pays": words.who_pays,
        "payers": words.payers,
        "tie_out": words.tie_out,
        "plural": words.plural,
        "range_words": words.range_words,
    }
    return environment


class _MoneyIn:
    """Amounts of one currency as cells show them: negative ones in parentheses, said as minus aloud."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    def __call__(self, minor: int) -> Markup:
        text = format_thousands(minor, self._currency)
        if minor >= 0:
            return Markup('<span class="m">{}</span>').format(text)
        return Markup('<span class="m neg"><span class="vh">minus </span>{}</span>').format(text)


def css_text(text: str) -> Markup:
    """`text` as a quoted CSS string, everything that is not plain written as an escape."""
    return Markup('"' + _NOT_PLAIN.sub(lambda found: f"\\{ord(found[0]):X} ", text) + '"')
