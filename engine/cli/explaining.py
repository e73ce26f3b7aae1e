"""An explanation as tables for people and as a document."""

from dataclasses import asdict
from datetime import date
from typing import Any

from engine.cli.output import Table
from engine.kernel.money import format_minor, format_thousands
from engine.settlement.explain import Explanation, TermRead


def document(explanation: Explanation) -> dict[str, Any]:
    """The explanation as JSON: dates as ISO, amounts as exact decimals."""
    plain = _plain(asdict(explanation))
    for line in plain["lines"]:
        minor = line.pop("amount_minor")
        line["amount"] = None if minor is None else format_minor(minor, explanation.currency)
        if line["payer"] is None:
            del line["payer"]
    return {**plain, "net": format_minor(explanation.net_minor, explanation.currency)}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value


def tables(x: Explanation) -> list[Table]:
    head = f"{x.treatment_id} under {x.contract}, index date {x.index_date}, as of {x.as_of}, known by {x.known_by}"
    if not x.eligible:
        word = "cannot be told eligible: empty in" if x.undetermined else "is not eligible: it fails"
        return [Table(head, ("",), [(f"The treatment {word} {x.failed}",)])]
    statuses = [
        (
            s.outcome,
            s.n,
            s.status,
            s.decided_on or "",
            f"{s.window_first} to {s.window_last}",
            s.decided_day,
            s.why,
        )
        for s in x.statuses
    ]
    evidence = [
        (
            e.record_id,
            e.measure,
            e.on_text or e.on,
            e.value,
            e.source,
            e.known_on,
            f"{e.file}:{e.line}",
            e.note or "decided",
        )
        for e in x.evidence
    ]
    payers = ("payer",) if any(line.payer for line in x.lines) else ()
    lines = []
    for line in x.lines:
        amount = "" if line.amount_minor is None else format_thousands(line.amount_minor, x.currency)
        payer = [line.payer or ""] if payers else []
        lines.append(
            (line.paragraph, line.clause, line.n, *payer, line.state, line.due or "", amount, line.because)
        )
    words = []
    for line in x.lines:
        words += [(line.clause, line.n, "condition", line.condition)] if line.condition else []
        words += [(line.clause, line.n, "arithmetic", line.arithmetic)] if line.arithmetic else []
        words += [(line.clause, line.n, "term", _term_words(t)) for t in line.terms]
        words += [(line.clause, line.n, "would change it", text) for text in line.would_change]
    return [
        Table(
            head,
            (
                "clause",
                "name",
                "n #",
                *payers,
                "state",
                "due",
                "amount #",
                "because",
            ),
            lines,
        ),
        Table(
            "Outcomes", ("outcome", "n #", "status", "decided on", "window", "decided day", "why"), statuses
        ),
        Table(
            "Evidence", ("record", "measure", "on", "value", "source", "known on", "file:line", ""), evidence
        ),
        Table("How", ("clause", "n #", "", ""), words),
    ]


def _term_words(term: TermRead) -> str:
    since = f" since {term.since}" if term.since else ""
    return f"{term.name} = {term.value}{since}" + (f" by {term.amendment}" if term.amendment else "")
