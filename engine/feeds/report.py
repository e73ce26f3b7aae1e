"""What became of every row of a feed: accepted, filtered, a duplicate, or quarantined with its reason."""

from dataclasses import dataclass, field
from enum import StrEnum

from engine.kernel.diagnostics import Diagnostic


class Reason(StrEnum):
    """Why a row is in quarantine; a closed list."""

    UNTERMINATED_QUOTE = "unterminated_quote"
    MALFORMED_QUOTE = "malformed_quote"
    TOO_FEW_COLUMNS = "too_few_columns"
    TOO_MANY_COLUMNS = "too_many_columns"
    NOT_UTF8 = "not_utf8"
    CONTROL_CHARACTER = "control_character"
    FIELD_TOO_LONG = "field_too_long"
    EMPTY = "empty"
    SURROUNDING_BLANKS = "surrounding_blanks"
    NOT_A_DATE = "not_a_date"
    NO_DATE = "no_date"
    NOT_AN_INTEGER = "not_an_integer"
    NOT_A_DECIMAL = "not_a_decimal"
    DECIMAL_COMMA = "decimal_comma"
    NOT_A_NUMBER = "not_a_number"
    UNKNOWN_STATUS = "unknown_status"
    ENDS_BEFORE_START = "ends_before_start"
    CONFLICT = "conflict"


SENTENCES: dict[Reason, str] = {
    Reason.UNTERMINATED_QUOTE: "a quote is opened and not closed",
    Reason.MALFORMED_QUOTE: "text stands beside a quoted field, or a line end inside a bare one",
    Reason.TOO_FEW_COLUMNS: "the row has fewer fields than the header",
    Reason.TOO_MANY_COLUMNS: "the row has more fields than the header",
    Reason.NOT_UTF8: "the line is not valid UTF-8",
    Reason.CONTROL_CHARACTER: "a control character stands in {where}",
    Reason.FIELD_TOO_LONG: "a field is longer than 131,072 characters",
    Reason.EMPTY: "'{column}' is empty",
    Reason.SURROUNDING_BLANKS: "'{column}' begins or ends with a blank",
    Reason.NOT_A_DATE: "'{column}' is not a date written YYYY-MM-DD of the years 1900 to 2999",
    Reason.NO_DATE: "the row has neither 'effective_date' nor 'study_day'",
    Reason.NOT_AN_INTEGER: "'{column}' is not a whole number of at most six digits",
    Reason.NOT_A_DECIMAL: "'{column}' is not a plain decimal such as 1234.50",
    Reason.DECIMAL_COMMA: "'{column}' is a number with a comma; a point is needed",
    Reason.NOT_A_NUMBER: "'{column}' is NaN or infinite",
    Reason.UNKNOWN_STATUS: "'{column}' is not one of final, amended, preliminary, entered_in_error",
    Reason.ENDS_BEFORE_START: "'to_date' is before 'from_date'",
    Reason.CONFLICT: "another row has the same key and the same known_on, and says something else",
}


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One row in quarantine. `line` is the physical line (CSV) or the row's number (Parquet, text)."""

    file: str
    line: int
    column: str  # '' where it is the whole row
    reason: Reason
    raw: str = field(default="", repr=False)  # the row as it stood: a patient's values, for no message

    @property
    def sentence(self) -> str:
        """The reason in words, without any value of the row."""
        where = f"'{self.column}'" if self.column else "the row"
        return SENTENCES[self.reason].format(column=self.column, where=where)


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file's account, in rows: rows = accepted + filtered + duplicates + quarantined."""

    file: str
    table: str
    rows: int
    accepted: int
    duplicates: int  # exact re-sends, counted once
    quarantined: int
    filtered: int = 0  # left out by a mapping
    warnings: tuple[Diagnostic, ...] = ()

    def __post_init__(self) -> None:
        if self.rows != self.accepted + self.filtered + self.duplicates + self.quarantined:
            raise ConservationError(self)


class ConservationError(AssertionError):
    """A row was lost or counted twice: a fault of ours, never of the feed."""

    def __init__(self, report: FileReport) -> None:
        super().__init__(
            f"{report.file}: {report.rows} rows read, but {report.accepted} accepted"
            f" + {report.filtered} filtered + {report.duplicates} duplicates + {report.quarantined} quarantined"
        )


@dataclass(frozen=True, slots=True)
class FeedReport:
    """All files' accounts, in reading order, and the rows in quarantine by file and line.

    `quarantine` holds the first rows of each file, up to a limit; the accounts count all of them.
    """

    files: tuple[FileReport, ...]
    quarantine: tuple[Quarantined, ...] = ()
    stray: tuple[Diagnostic, ...] = ()  # files in the folder that are no table

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return self.stray + tuple(warning for file in self.files for warning in file.warnings)

    def total(self, what: str, table: str | None = None) -> int:
        """The sum over files of `rows`, `accepted`, `filtered`, `duplicates` or `quarantined`."""
        return sum(getattr(file, what) for file in self.files if table in (None, file.table))
