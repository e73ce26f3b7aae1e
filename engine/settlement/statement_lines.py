"""The lines of a statement: each with its reason, its arithmetic, and why it falls in this period."""

from collections.abc import Iterator, Sequence
from datetime import date

from engine.kernel.dates import Period
from engine.kernel.money import format_thousands
from engine.plan.shares import shares_by_paid
from engine.plan.values import attribute, attribute_names
from engine.settlement import statement_parts as s
from engine.settlement.arithmetic import Arithmetic, LineNumbers, PaidShare
from engine.settlement.fields_read import fields_read
from engine.settlement.line_keys import DIFFERENCE_ORDER, KEY, LineKey, key_of, same_line, whole_key
from engine.settlement.owed import Owed
from engine.settlement.settle import Settlement


def statement_lines(settlement: Settlement) -> tuple[s.Line, ...]:
    """The period's lines with their reasons and arithmetic, by treatment, clause and n."""
    owed, contract = settlement.owed, settlement.owed.contract
    currency = contract.currency
    paragraphs = {part.id: part.clause for part in contract.money_parts}
    seqs: dict[tuple[object, ...], int] = {}
    if settlement.posted:
        rows = owed.rows(
            f"SELECT {KEY}, direction, kind, seq FROM ledger.postings WHERE run_no = $1",
            [settlement.posted.run_no],
        )
        seqs = {tuple(key): seq for *key, seq in rows}
    arithmetic = line_arithmetic(owed, f"SELECT {KEY} FROM differences")
    bounded = _limit_totals(owed)
    rows = owed.rows(
        f"""SELECT {KEY}, direction, due, entitled, posted_before, amount, kind, line_period, because,
        evidence, corrects FROM differences ORDER BY {DIFFERENCE_ORDER}"""
    )
    lines = []
    for (
        treatment,
        group,
        clause,
        n,
        payer,
        direction,
        due,
        entitled,
        before,
        amount,
        kind,
        belongs,
        because,
        evidence,
        corrects,
    ) in rows:
        key = (treatment, group, clause, n, payer)
        period = Period.parse(belongs) or settlement.period
        owed_less_posted = (
            f"owed {format_thousands(entitled, currency)} − posted {format_thousands(before, currency)}"
        )
        lines.append(
            s.Line(
                treatment, group, clause, paragraphs.get(clause, ""), direction, n, due, entitled, before, amount, kind,
                period, because, arithmetic.get(key, bounded.get(key, "") + owed_less_posted),
                _why_now(settlement, due, period, corrects), tuple(evidence), corrects,
                seqs.get((*key, direction, kind)), payer,
            )
        )  # fmt: skip
    return tuple(lines)


def _limit_totals(owed: Owed) -> dict[LineKey, str]:
    """Of the limits' lines that change: `total 61,180.00, at most 50,000.00; `."""
    totals = whole_key(owed.contract, "limit_totals")
    rows = owed.rows(
        f"""SELECT {key_of("t")}, t.total, t.at_most, t.at_least, t.patient_first FROM {totals} t
        WHERE EXISTS (SELECT 1 FROM differences d WHERE {same_line("t", "d")})"""
        if owed.contract.limits
        else "SELECT 1 WHERE FALSE"
    )
    currency = owed.contract.currency
    return {
        (treatment, group, clause, n, payer): f"{total_within_bounds(total, bounds, currency)}; "
        for treatment, group, clause, n, payer, total, *bounds in rows
    }


def total_within_bounds(total_minor: int, bounds_minor: Sequence[int | None], currency: str) -> str:
    """`total 61,180.00, at most 50,000.00`; the bounds are at most, at least, to the patient first."""
    words = zip(("at most", "at least", "to the patient first"), bounds_minor, strict=True)
    said = [f"{word} {format_thousands(minor, currency)}" for word, minor in words if minor is not None]
    return f"total {format_thousands(total_minor, currency)}, {', '.join(said)}"


def _why_now(settlement: Settlement, due: date, period: Period, corrects: int | None) -> str:
    if corrects is not None:
        known = settlement.owed.run.known_by
        by = f"by what is known by {known} under this contract"
        return f"Corrects posting {corrects}, which belongs to {period}, {by}."
    if period == settlement.period:
        return f"Fell due on {due}, within {settlement.period}."
    return f"Fell due on {due}, in {period}; it became known after that period was settled."


def line_arithmetic(owed: Owed, keys: str) -> dict[LineKey, str]:
    """The arithmetic of the owed lines that the query `keys` names, each checked against its line's amount."""
    clauses = {c.id: c for c in owed.contract.clauses}
    worker, result = Arithmetic(owed.contract), {}
    for line, amount, numbers in numbers_read(owed, keys):
        _, _, clause, n, payer = line
        words, worked = worker.line(clauses[clause], n, numbers, payer)
        if worked is not None and worked != amount:
            raise AssertionError(f"the arithmetic of clause {clause} says otherwise than its line")
        result[line] = words
    return result


def numbers_read(owed: Owed, keys: str, held: bool = False) -> Iterator[tuple[LineKey, int, LineNumbers]]:
    """Of each owed clause line that the query `keys` names: its key, its amount, and what it was worked out from.

    With `held`, of each held line instead, whose amount may be NULL.
    """
    clauses = {c.id for c in owed.contract.clauses}
    names = sorted(attribute_names((owed.contract.clauses,)))
    columns = ", ".join(["NULL", *(f's."{attribute(n).name}"' for n in names)])
    shares = (
        "l.share_before, l.share_own, l.share_all" if shares_by_paid(owed.contract) else "NULL, NULL, NULL"
    )
    lines = whole_key(owed.contract, "all_lines")
    rows = owed.rows(
        f"""SELECT {key_of("l")}, l.amount, l.paid, s.index_date, s.birth_date, {shares}, {columns}
        FROM {lines} l JOIN ({keys}) k ON {same_line("l", "k")} JOIN subjects s ON s.treatment_id = l.treatment_id
        WHERE {"l.held" if held else "l.owed AND l.amount IS NOT NULL"}"""
    )
    fields = fields_read(owed, keys)
    for row in rows:
        treatment, group, clause, n, payer, amount, paid, index_date, birth_date = row[:9]
        if clause not in clauses:
            continue
        share = None if row[11] is None else PaidShare(*row[9:12])
        columns_read = dict(zip(names, row[13:], strict=True))
        own = fields.get((treatment, clause, n))
        line = (treatment, group, clause, n, payer)
        yield line, amount, LineNumbers(index_date, birth_date, paid, columns_read, own, share)
