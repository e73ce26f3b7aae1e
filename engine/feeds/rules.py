"""The checks of a row and its typed columns, as one SQL query over a source of raw columns.

A strict pattern comes before each cast, because DuckDB's casts take too much (`1e3`, timestamps, `infinity`).
The query has two layers: the inner one gives each column its own name (`effective_date` as it came) and each
date column its day (`effective_date_day`); the outer one checks and types.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.feeds import quoting
from engine.feeds.report import Reason
from engine.feeds.tables import STATUSES, Column, Table
from engine.kernel.dates import FIRST_DAY, LAST_DAY
from engine.kernel.money import DECIMAL_PATTERN

KEY_SEPARATOR = "chr(31)"
_BLANKS = "(32, 9, 10, 13, 160)"  # code points; trim() of these costs six times as much
_PLAUSIBLE = f"BETWEEN DATE '{FIRST_DAY}' AND DATE '{LAST_DAY}'"
_STATUS_LIST = ", ".join(quoting.text(status) for status in STATUSES)


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a feed's column comes from: an SQL expression, and whether it is text, a DATE or an integer."""

    sql: str
    type: str = "text"  # or `date`, `integer`, `float` (as text already)
    filled: bool = False  # known to be so in every row


Cells = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a row must not be: SQL that is true of a bad one (NULL and false are fine)."""

    reason: Reason
    column: str
    broken: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A query that gives row_no, the fact columns, attributes, and `fault`: the rule broken, or NULL."""

    sql: str
    rules: tuple[Rule, ...]


# --- the inner layer: names and days ----------------------------------------------------------------


def _full_day(text: str) -> str:
    """The text of the first day that `2018`, `2018-02` or `2018-02-09` can mean."""
    return f"CASE length({text}) WHEN 4 THEN {text} || '-01-01' WHEN 7 THEN {text} || '-01' ELSE {text} END"


def inner(table: Table, cells: Cells, source: str, row_no: str) -> str:
    columns = [f"{row_no} AS row_no"]
    for column in table.columns:
        cell = cells.get(column.name)
        if cell is None:
            continue
        columns.append(f"{cell.sql} AS {column.name}")
        if cell.type == "date":
            columns.append(f"{cell.sql} AS {column.name}_day")
        elif column.kind in ("date", "partial_date"):
            text = _full_day(cell.sql) if column.kind == "partial_date" else cell.sql
            columns.append(f"TRY_CAST({text} AS DATE) AS {column.name}_day")
    if table.has_attributes:
        ours = set(table.names)
        columns += [f"{cell.sql} AS {quoting.name(name)}" for name, cell in cells.items() if name not in ours]
    return f"(SELECT {', '.join(columns)} FROM {source})"


# --- the rules --------------------------------------------------------------------------------------


def _not_a_day(name: str, full_day: str) -> str:
    """True where text is no date: one that survives the way to DATE and back, and is plausible, is one."""
    day = f"{name}_day"
    good = f"CAST({day} AS VARCHAR) = {full_day} AND {day} {_PLAUSIBLE}"
    return f"{name} IS NOT NULL AND NOT coalesce({good}, false)"


def _text_rules(name: str) -> Iterator[Rule]:
    blank = f"unicode({name}) IN {_BLANKS} OR unicode(right({name}, 1)) IN {_BLANKS}"
    yield Rule(Reason.CONTROL_CHARACTER, name, f"contains({name}, {KEY_SEPARATOR})")
    yield Rule(Reason.SURROUNDING_BLANKS, name, blank)
    if name == "value":
        comma = f"contains({name}, ',') AND regexp_full_match({name}, '-?[0-9]+,[0-9]+')"
        yield Rule(Reason.DECIMAL_COMMA, name, comma)


def _kind_rules(column: Column, cell: Cell) -> Iterator[Rule]:
    name = column.name
    if cell.type == "date":
        yield Rule(Reason.NOT_A_DATE, name, f"{name} NOT {_PLAUSIBLE}")
    elif cell.type == "integer":
        yield Rule(Reason.NOT_AN_INTEGER, name, f"{name} NOT BETWEEN -999999 AND 999999")
    elif cell.type == "float" and column.kind == "text":
        yield Rule(Reason.NOT_A_NUMBER, name, f"{name} IN ('nan', 'inf', '-inf')")
    elif column.kind == "text":
        yield from _text_rules(name)
    elif column.kind == "date":
        yield Rule(Reason.NOT_A_DATE, name, _not_a_day(name, name))
    elif column.kind == "partial_date":
        yield Rule(Reason.NOT_A_DATE, name, _not_a_day(name, _full_day(name)))
    elif column.kind == "integer":
        whole = f"regexp_full_match({name}, '-?(0|[1-9][0-9]{{0,5}})')"
        yield Rule(Reason.NOT_AN_INTEGER, name, f"NOT {whole}")
    elif column.kind == "decimal":
        yield Rule(Reason.NOT_A_DECIMAL, name, f"NOT regexp_full_match({name}, '{DECIMAL_PATTERN}')")
    else:
        yield Rule(Reason.UNKNOWN_STATUS, name, f"{name} NOT IN ({_STATUS_LIST})")


def rules_of(table: Table, cells: Cells) -> Iterator[Rule]:
    """Every check of a row, in the order in which the first broken one is named."""
    for column in table.columns:
        cell = cells.get(column.name)
        if cell is None:
            continue
        if column.filled:
            yield Rule(Reason.EMPTY, column.name, f"{column.name} IS NULL")
        yield from _kind_rules(column, cell)
    if table.one_of:
        empty = " AND ".join(f"{name} IS NULL" for name in table.one_of if name in cells)
        yield Rule(Reason.NO_DATE, table.one_of[0], empty)
    if table.name == "coverage":
        yield Rule(Reason.ENDS_BEFORE_START, "to_date", "to_date_day < from_date_day")


# --- typed columns ----------------------------------------------------------------------------------


def _text(cells: Cells, name: str) -> str:
    if name not in cells:
        return "CAST(NULL AS VARCHAR)"
    return name if cells[name].type == "text" else f"CAST({name} AS VARCHAR)"


def _day(cells: Cells, name: str) -> str:
    return f"{name}_day" if name in cells else "CAST(NULL AS DATE)"


def _effective_to(cells: Cells) -> str:
    """The last possible day of a month or a year; NULL where the day itself is given."""
    if "effective_date" not in cells or cells["effective_date"].type == "date":
        return "CAST(NULL AS DATE)"
    year = "make_date(year(effective_date_day), 12, 31)"
    return f"CASE length(effective_date) WHEN 4 THEN {year} WHEN 7 THEN last_day(effective_date_day) END"


def record_key(cells: Cells) -> str:
    """The record id, else patient, treatment, measure, day; the separator keeps the two kinds apart."""
    if "record_id" in cells and cells["record_id"].filled:
        return "record_id"
    days = [_text(cells, "effective_date")] if "effective_date" in cells else []
    days += [f"'day ' || {_text(cells, 'study_day')}"] if "study_day" in cells else []
    treatment = "coalesce(treatment_id, '')" if "treatment_id" in cells else "''"
    natural = f"concat_ws({KEY_SEPARATOR}, patient_id, {treatment}, measure, coalesce({', '.join(days)}))"
    return f"coalesce(record_id, {natural})" if "record_id" in cells else natural


def fact_columns(table: Table, cells: Cells, known_on: date) -> Iterator[str]:
    """The columns of `table.facts` in order; rows without `known_on` get the one given."""
    default = f"DATE '{known_on.isoformat()}'"
    special = {"known_on": f"coalesce(known_on_day, {default})" if "known_on" in cells else default}
    if table.name == "outcomes":
        special["effective_on"] = _day(cells, "effective_date")
        special["effective_to"] = _effective_to(cells)
        special["record_key"] = record_key(cells)
        special["study_day"] = f"TRY_CAST({_text(cells, 'study_day')} AS INTEGER)"
        special["source"] = "coalesce(source, '')" if "source" in cells else "''"
    for name, sql_type in table.facts:
        yield f"{special.get(name) or (_day if sql_type == 'DATE' else _text)(cells, name)} AS {name}"


def checked(
    table: Table, cells: Cells, source: str, row_no: str, known_on: date, attributes: Sequence[str] = ()
) -> Checked:
    """The query over `source` (SQL after FROM). `attributes` that the source lacks come out NULL."""
    rules = tuple(rules_of(table, cells))
    whens = " ".join(f"WHEN {rule.broken} THEN {number}" for number, rule in enumerate(rules))
    columns = ["row_no", *fact_columns(table, cells, known_on)]
    if table.has_attributes:
        held = {quoting.name(name) for name in cells}
        for name in map(quoting.name, attributes):
            columns.append(
                f"CAST({name} AS VARCHAR) AS {name}" if name in held else f"CAST(NULL AS VARCHAR) AS {name}"
            )
    columns.append(f"CAST(CASE {whens} END AS UTINYINT) AS fault")
    return Checked(f"SELECT {', '.join(columns)} FROM {inner(table, cells, source, row_no)}", rules)
