"""The arithmetic of one line in words, with its numbers put in, and proof that it gives the line's amount."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.kernel.dates import months_between
from engine.kernel.money import (
    format_fraction,
    format_thousands,
    minor_digits,
    parse_decimal,
    round_half_up,
    to_minor,
)
from engine.language import meaning as m


@dataclass(frozen=True, slots=True)
class PaidShare:
    """By what a refund is shared, in the minor unit: paid by the payers before this one in order, by it, by all."""

    before_minor: int
    own_minor: int
    all_minor: int


@dataclass(frozen=True, slots=True)
class LineNumbers:
    """What a line's amount read: the treatment's dates and columns, what was paid, the deciding rows."""

    index_date: date
    birth_date: date | None = None
    paid_minor: int | None = None
    columns: Mapping[str, str | None] | None = None  # text of treatments' columns; `amount` is invoiced
    fields: Mapping[tuple[str, str], str | int | date | Fraction | None] | None = None  # (outcome, field)
    share: PaidShare | None = None  # where the line is one payer's part of a refund
    treatments: int = 0  # of a cohort clause: in the period
    rate: Fraction | None = None  # of a cohort clause: what its rows test


@dataclass(frozen=True, slots=True)
class Worked:
    """An amount worked out: `words` with the numbers put in, `value` in major units before rounding."""

    words: str
    value: Fraction | None


class Arithmetic:
    """Words and works out the amounts of a contract's clauses, one line at a time, for people to read."""

    def __init__(self, contract: m.Contract) -> None:
        self.contract = contract

    def line(
        self, clause: m.MoneyClause, n: int, numbers: LineNumbers, payer: str | None = None
    ) -> tuple[str, int | None]:
        """`refund_share 100% × paid 649,000.00 = 649,000.00` and the amount, unsigned, in the minor unit."""
        words, amount = self._whole_line(clause, n, numbers)
        if numbers.share is None or amount is None:
            return words, amount
        return self._payers_part(words, amount, payer or "", numbers.share)

    def _payers_part(self, words: str, whole: int, payer: str, share: PaidShare) -> tuple[str, int]:
        """A payer's part: up to it in order less up to the one before, each rounded."""
        upto, before = (
            round_half_up(Fraction(whole * paid, share.all_minor))
            for paid in (share.before_minor + share.own_minor, share.before_minor)
        )
        own, total = self._money(share.own_minor), self._money(share.all_minor)
        return (
            f"{words}, of which {payer} for {own} paid of {total} = {self._money(upto - before)}",
            upto - before,
        )

    def _whole_line(self, clause: m.MoneyClause, n: int, numbers: LineNumbers) -> tuple[str, int | None]:
        worked = self.worked(clause.amount, numbers)
        if worked.value is None:
            return worked.words, None
        whole = to_minor(worked.value, self.contract.currency)
        words = (
            worked.words if isinstance(clause.amount, m.TermRef) else f"{worked.words} = {self._money(whole)}"
        )
        if clause.shares is None:
            return words, whole
        parts = instalments(whole, clause.shares, self.contract.settlement.residual)
        share = _percent(clause.shares[n - 1])
        return f"{words}, part {n} of {len(parts)}: {share} = {self._money(parts[n - 1])}", parts[n - 1]

    def possible(self, clause: m.MoneyClause, n: int, numbers: LineNumbers) -> list[int]:
        """What line n of a clause with a table may come to, by the rows whose amounts can be worked out so far."""
        if not isinstance(clause.amount, m.Table):
            return []
        values = (self._value(row.amount, numbers).value for row in clause.amount.rows)
        wholes = [to_minor(value, self.contract.currency) for value in values if value is not None]
        if clause.shares is None:
            return wholes
        residual = self.contract.settlement.residual
        return [instalments(whole, clause.shares, residual)[n - 1] for whole in wholes]

    def row(self, table: m.Table, numbers: LineNumbers) -> int | None:
        """The place of the table's row that applies; None where `by` is not known."""
        by = self._value(table.by, numbers).value
        if by is None:
            return None
        bounds = [None if row.bound is None else self._value(row.bound, numbers).value for row in table.rows]
        return row_that_fits(by, [row.kind for row in table.rows], bounds)

    def worked(self, amount: m.Amount, numbers: LineNumbers) -> Worked:
        """An amount with its numbers put in, before it is rounded."""
        if not isinstance(amount, m.Table):
            return self._value(amount, numbers)
        place = self.row(amount, numbers)
        by = self._value(amount.by, numbers)
        plain = isinstance(amount.by, m.Arithmetic | m.Extreme) and by.value is not None
        words = f"{by.words} = {format_fraction(by.value)}" if plain and by.value is not None else by.words
        if place is None or by.value is None:
            return Worked(f"table by {words}", None)
        if amount.tiers == "marginal":
            return self._bands(amount, words, by.value, numbers)
        part = self._value(amount.rows[place].amount, numbers)
        row = f"row {place + 1} ({_bound_words(amount.rows[place])})"
        return Worked(f"by {words}, {row}: {part.words}", part.value)

    def _bands(self, table: m.Table, words: str, by: Fraction, numbers: LineNumbers) -> Worked:
        """The units of each band that `by` reaches, times its rate."""
        parts, total, start = [], Fraction(0), Fraction(0)
        for row in table.rows:
            end = None if row.bound is None else self._value(row.bound, numbers).value
            units = (by if end is None else min(by, end)) - start
            rate = self._value(row.amount, numbers)
            if rate.value is None:
                return Worked(f"by {words}: {rate.words}", None)
            total += rate.value * units
            parts.append(f"{format_fraction(units)} × {_bracketed(rate.words)} ({_bound_words(row)})")
            if end is None or by < end:
                break
            start = end
        return Worked(f"by {words}: {' + '.join(parts)}", total)

    def _money(self, minor: int) -> str:
        return format_thousands(minor, self.contract.currency)

    def _value(self, value: m.Value, numbers: LineNumbers) -> Worked:
        match value:
            case m.Number(x):
                return Worked(format_fraction(x), x)
            case m.TermRef(name):
                version = self.contract.term(name).version(numbers.index_date)
                by = amending_clause(self.contract, version)
                words = f"{name} {self.term(version.value)}" + (f" ({by})" if by else "")
                return Worked(words, version.value)
            case m.Paid():
                paid = numbers.paid_minor or 0
                return Worked(
                    f"paid {self._money(paid)}", Fraction(paid, 10 ** minor_digits(self.contract.currency))
                )
            case m.Treatments():
                return Worked(f"treatments {numbers.treatments}", Fraction(numbers.treatments))
            case m.CohortRate():
                return Worked("rate", numbers.rate)
            case m.Invoiced():
                return self._column("amount", "invoiced", numbers)
            case m.Column(name, _):
                return self._column(name, name, numbers)
            case m.AgeAtIndex():
                return self._elapsed("years", numbers.birth_date, numbers.index_date, "age_at_index")
            case m.OutcomeField(outcome, field) | m.RowField(outcome, field):
                found = (numbers.fields or {}).get((outcome, field))
                number = parse_decimal(found) if isinstance(found, str) else found
                shown = format_fraction(found) if isinstance(found, Fraction) else found
                exact = Fraction(number) if isinstance(number, int | Fraction) else None
                return Worked(f"{outcome}.{field} {shown}", exact)
            case m.Arithmetic(op, left, right):
                return self._operation(op, self._factor(op, left, numbers), self._value(right, numbers))
            case m.Extreme(kind, parts):
                worked = [self._value(p, numbers) for p in parts]
                values = [w.value for w in worked if w.value is not None]
                best = None if len(values) < len(worked) else min(values) if kind == "min" else max(values)
                return Worked(f"{kind} of ({', '.join(w.words for w in worked)})", best)
            case m.Elapsed(unit, start, end):
                days = [self._day(d, numbers) for d in (start, end)]
                return self._elapsed(unit, days[0], days[1], f"{unit} from {days[0]} to {days[1]}")
        raise TypeError(f"{type(value).__name__} is no number")

    def _factor(self, op: str, value: m.Value, numbers: LineNumbers) -> Worked:
        """The left side of an operation: a share of something is a percentage."""
        if op == "*" and isinstance(value, m.Number) and 0 < value.value < 1:
            return Worked(_percent(value.value), value.value)
        return self._value(value, numbers)

    def term(self, value: Fraction) -> str:
        """A term as a person wrote it: shares as percent, money with its cents."""
        if 0 < value <= 1:
            return _percent(value)
        scaled = value * 10 ** minor_digits(self.contract.currency)
        return self._money(int(scaled)) if scaled.denominator == 1 else format_fraction(value)

    @staticmethod
    def _column(column: str, name: str, numbers: LineNumbers) -> Worked:
        text = (numbers.columns or {}).get(column)
        return Worked(f"{name} {text or '(empty)'}", parse_decimal(text) if text else None)

    @staticmethod
    def _operation(op: str, left: Worked, right: Worked) -> Worked:
        sign = {"*": "×", "/": "÷", "-": "−"}.get(op, op)
        words = f"{_bracketed(left.words)} {sign} {_bracketed(right.words)}"
        if left.value is None or right.value is None or (op == "/" and right.value == 0):
            return Worked(words, None)
        a, b = left.value, right.value
        return Worked(words, {"+": a + b, "-": a - b, "*": a * b}[op] if op != "/" else a / b)

    @staticmethod
    def _elapsed(unit: str, start: date | None, end: date | None, words: str) -> Worked:
        if start is None or end is None:
            return Worked(f"{words} (not known)", None)
        if unit == "days":
            length = (end - start).days
        else:
            months = months_between(start, end)
            length = months if unit == "months" else abs(months) // 12 * (1 if months >= 0 else -1)
        return Worked(f"{words}: {length}", Fraction(length))

    @staticmethod
    def _day(value: m.Value, numbers: LineNumbers) -> date | None:
        match value:
            case m.Day(d):
                return d
            case m.IndexDate() | m.Column("index_date", _):
                return numbers.index_date
            case m.Column("birth_date", _):
                return numbers.birth_date
            case m.Column(name, _):
                text = (numbers.columns or {}).get(name)
                return date.fromisoformat(text) if text else None
            case m.OutcomeField(outcome, field) | m.RowField(outcome, field):
                found = (numbers.fields or {}).get((outcome, field))
                return found if isinstance(found, date) else None
        return None


def amending_clause(contract: m.Contract, version: m.TermVersion) -> str:
    """The paragraph of the amendment that gave a term its value; empty where none did."""
    return next((a.clause for a in contract.amendments if a.id == version.amendment), "")


def row_that_fits(by: Fraction, kinds: Sequence[str], bounds: Sequence[Fraction | None]) -> int:
    """The place of the first row that `by` fits, of rows that leave no number out."""
    fits = {"below": by.__lt__, "at_most": by.__le__, "above": by.__gt__, "at_least": by.__ge__}
    pairs = zip(kinds, bounds, strict=True)
    return next(k for k, (kind, bound) in enumerate(pairs) if bound is None or fits[kind](bound))


def _bound_words(row: m.TableRow) -> str:
    return row.text.partition(":")[0].replace("_", " ")


def instalments(whole: int, shares: tuple[Fraction, ...], residual: str) -> list[int]:
    """The parts of a whole, each rounded half up, the `first` or `last` taking the difference."""
    parts = [round_half_up(whole * share) for share in shares]
    place = 0 if residual == "first" else len(parts) - 1
    parts[place] += whole - sum(parts)
    return parts


def _percent(value: Fraction) -> str:
    return (
        f"{format_fraction(value * 100)}%"
        if (value * 10**6).denominator == 1
        else f"{value.numerator}/{value.denominator}"
    )


def _bracketed(words: str) -> str:
    return f"({words})" if any(sign in words for sign in (" + ", " − ")) else words
