"""A statement as JSON: exact decimals as strings, ISO dates, one record a line, the same bytes each time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import cache
from typing import Any

from engine.kernel.dates import Period
from engine.kernel.money import format_minor
from engine.settlement.statement import Line, Movement, Party, Statement, Treatment

# Within strings only; so that the file may be put into a page as it is.
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def statement_json(statement: Statement) -> str:
    """The whole statement; nothing is cut. See `reports/statement/README.md` for the fields."""
    parts = [f"{_compact(key)}: {_value(value)}" for key, value in _document(statement).items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)


def _value(value: object) -> str:
    """A list with each element on a line of its own; anything else on one line."""
    if not isinstance(value, list) or not value:
        return _compact(value)
    return "[\n" + ",\n".join(_compact(element) for element in value) + "\n]"


def _document(statement: Statement) -> dict[str, object]:
    currency, header, roll = statement.currency, statement.header, statement.roll_forward
    net = roll.net

    def money(minor: int) -> str:
        return format_minor(minor, currency)

    return {
        "contract": header.contract,
        "version": header.version,
        "as_of": str(header.as_of),
        "known_by": str(header.known_by),
        "currency": currency,
        "period": str(header.period),
        "posted": header.posted,
        "net": money(net.period_minor),
        "payments": money(roll.payments.period_minor),
        "refunds": money(roll.refunds.period_minor),
        "opening": money(net.opening_minor),
        "closing": money(net.closing_minor),
        "statement": _statement(statement),
        "roll_forward": {
            name: _movement(column, currency)
            for name, column in (("payments", roll.payments), ("refunds", roll.refunds), ("net", net))
        },
        "contract_to_date": _plain(statement.to_date, currency),
        **_balances(statement),
        "clauses": _each(statement.clauses, currency),
        "lines": [_line(line, currency) for line in statement.lines],
        "statuses": [status for t in statement.treatments for status in _statuses(t, currency)],
        "treatments": [_treatment(t, currency) for t in statement.treatments],
        "cohorts": [_plain(p, currency) | {"words": p.words} for p in statement.cohorts],
        "pending": _each(statement.pending, currency),
        "disputes": _each(statement.disputes, currency),
        "not_eligible": _each(statement.not_eligible, currency),
        "files": _each(statement.data_quality.files, currency),
        "quarantine": _each(statement.data_quality.quarantine, currency),
        "warnings": list(statement.data_quality.warnings),
        "history": _each(statement.history, currency),
        "receivables": [_plain(r, currency) | {"open": money(r.open_minor)} for r in statement.receivables],
    }


def _statement(statement: Statement) -> dict[str, object]:
    """What identifies the statement and says who pays whom by when."""
    header, debtor, creditor = statement.header, statement.debtor, statement.creditor
    return {
        "number": header.number,
        "previous": header.previous_number,
        "title": header.title,
        "manufacturer": _party(header.manufacturer),
        **_payers(header.payers),
        "debtor": debtor.name if debtor else None,
        "creditor": creditor.name if creditor else None,
        "pay_by": str(header.pay_by),
        "data_cut_off": _scalar(header.data_cut_off),
        "run": header.run_id,
        "audience": header.audience,
        "prepared_by": header.prepared_by,
        "prepared_on": _scalar(header.prepared_on),
        "approved_by": header.approved_by,
        "approved_on": _scalar(header.approved_on),
    }


def _payers(payers: Sequence[Party]) -> dict[str, object]:
    return {"payers": [_party(p) for p in payers]} if len(payers) > 1 else {"payer": _party(payers[0])}


def _party(party: Party) -> dict[str, object]:
    return {"name": party.name, "address": list(party.address), "remit_to": list(party.remit_to)}


def _movement(column: Movement, currency: str) -> dict[str, object]:
    return {
        "opening": format_minor(column.opening_minor, currency),
        "current": format_minor(column.current_minor, currency),
        "prior_period": format_minor(column.prior_period_minor, currency),
        "closing": format_minor(column.closing_minor, currency),
    }


def _balances(statement: Statement) -> dict[str, object]:
    """Each payer's part, in a contract of several."""
    money = statement.currency
    parts = [
        _plain(p, money)
        | {"net": format_minor(p.period_minor, money), "closing": format_minor(p.closing_minor, money)}
        for p in statement.payers
    ]
    return {"payers": parts} if parts else {}


def _line(line: Line, currency: str) -> dict[str, object]:
    """A line; the keys of `owed` first. `group` stands only where there is no treatment."""
    first: dict[str, object] = {"treatment_id": line.treatment_id}
    if line.group is not None:
        first["group"] = line.group
    return first | {
        "clause": line.clause,
        "n": line.n,
        **({} if line.payer is None else {"payer": line.payer}),
        "due": str(line.due),
        "amount": format_minor(line.amount_minor, currency),
        "because": line.because,
        "evidence": list(line.evidence),
        "kind": line.kind,
        "period": str(line.period),
        "corrects": line.corrects,
        "direction": line.direction,
        "paragraph": line.clause_paragraph,
        "entitled": format_minor(line.entitled_minor, currency),
        "posted_before": format_minor(line.posted_before_minor, currency),
        "arithmetic": line.arithmetic,
        "why_now": line.why_now,
        "seq": line.seq,
    }


def _statuses(treatment: Treatment, currency: str) -> list[dict[str, object]]:
    """The treatment's statuses; the keys of `owed` first."""
    found = []
    for status in treatment.statuses:
        rest = _plain(status, currency)
        first = {key: rest.pop(key) for key in ("outcome", "n", "status", "decided_on", "evidence", "why")}
        found.append({"treatment_id": treatment.treatment_id} | first | rest)
    return found


def _treatment(treatment: Treatment, currency: str) -> dict[str, object]:
    """A treatment with its evidence; its statuses stand in `statuses`."""
    shown = _plain(treatment, currency, leave_out=("statuses", "evidence", "events"))
    shown["net"] = format_minor(treatment.net_minor, currency)
    return shown | {
        "events": _each(treatment.events, currency),
        "evidence": _each(treatment.evidence, currency),
    }


def _each(records: Sequence[Any], currency: str) -> list[dict[str, object]]:
    return [_plain(record, currency) for record in records]


def _plain(record: Any, currency: str, leave_out: Sequence[str] = ()) -> dict[str, object]:
    """A dataclass under its fields' names; `amount_minor` becomes `amount`, an exact decimal."""
    shown: dict[str, object] = {}
    for name in _names(record.__class__):
        if name in leave_out:
            continue
        value = getattr(record, name)
        if name.endswith("_minor"):
            shown[name.removesuffix("_minor")] = None if value is None else format_minor(value, currency)
        else:
            shown[_RENAMED.get(name, name)] = list(value) if isinstance(value, tuple) else _scalar(value)
    return shown


@cache
def _names(record_type: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record_type))


_RENAMED: Mapping[str, str] = {"clause_paragraph": "paragraph"}


def _scalar(value: Any) -> Any:
    return str(value) if isinstance(value, (date, Period)) else value
