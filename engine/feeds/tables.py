"""The three tables of facts: which columns they have, what each may hold, and by what a row is known.

Columns of the feed (`effective_date`) and columns of the facts (`effective_on`, `effective_to`) are both named
here and nowhere else. Everything is text until a strict pattern has matched.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "date", "partial_date", "integer", "decimal", "status"]

STATUSES = ("final", "amended", "preliminary", "entered_in_error")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a feed's table."""

    name: str
    kind: Kind = "text"
    required: bool = False  # the file must have it
    filled: bool = False  # no row may leave it empty


@dataclass(frozen=True, slots=True)
class Table:
    """A table of facts.

    `facts` are the columns of the relation that the plan reads, after `row_no`, with their SQL types; `key`
    are those of them by which two rows are the same record. `one_of` names columns of which a file must have
    at least one. Further columns are attributes (treatments) or a warning.
    """

    name: str
    columns: tuple[Column, ...]
    facts: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    has_attributes: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def content(self) -> tuple[str, ...]:
        """Fact columns that make two rows of one key different; `known_on` says when, not what."""
        return tuple(name for name, _ in self.facts if name not in ("known_on", *self.key))


_STATUS = Column("status", "status")
_KNOWN_ON = Column("known_on", "date")

TREATMENTS = Table(
    name="treatments",
    columns=(
        Column("treatment_id", required=True, filled=True),
        Column("patient_id", required=True, filled=True),
        Column("product", required=True),
        Column("payer", required=True),
        Column("index_date", "date", required=True, filled=True),
        Column("birth_date", "date"),
        _STATUS,
        _KNOWN_ON,
        Column("amount", "decimal"),  # an attribute all the same, whose form is known
    ),
    facts=(
        ("treatment_id", "VARCHAR"),
        ("patient_id", "VARCHAR"),
        ("product", "VARCHAR"),
        ("payer", "VARCHAR"),
        ("index_date", "DATE"),
        ("birth_date", "DATE"),
        ("status", "VARCHAR"),
        ("known_on", "DATE"),
    ),
    key=("treatment_id",),
    has_attributes=True,
)

OUTCOMES = Table(
    name="outcomes",
    columns=(
        Column("record_id"),
        Column("patient_id", required=True, filled=True),
        Column("treatment_id"),
        Column("measure", required=True, filled=True),
        Column("effective_date", "partial_date"),
        Column("study_day", "integer"),
        Column("value"),
        Column("unit"),
        Column("source"),
        _STATUS,
        _KNOWN_ON,
    ),
    facts=(
        ("record_key", "VARCHAR"),
        ("record_id", "VARCHAR"),
        ("patient_id", "VARCHAR"),
        ("treatment_id", "VARCHAR"),
        ("measure", "VARCHAR"),
        ("effective_on", "DATE"),
        ("effective_to", "DATE"),
        ("study_day", "INTEGER"),
        ("value", "VARCHAR"),
        ("unit", "VARCHAR"),
        ("source", "VARCHAR"),
        ("status", "VARCHAR"),
        ("known_on", "DATE"),
    ),
    key=("source", "record_key"),
    one_of=("effective_date", "study_day"),
)

COVERAGE = Table(
    name="coverage",
    columns=(
        Column("patient_id", required=True, filled=True),
        Column("payer", required=True, filled=True),
        Column("from_date", "date", required=True, filled=True),
        Column("to_date", "date", required=True),
        _STATUS,
        _KNOWN_ON,
    ),
    facts=(
        ("patient_id", "VARCHAR"),
        ("payer", "VARCHAR"),
        ("from_date", "DATE"),
        ("to_date", "DATE"),
        ("status", "VARCHAR"),
        ("known_on", "DATE"),
    ),
    key=("patient_id", "payer", "from_date"),
)

TABLES: dict[str, Table] = {table.name: table for table in (TREATMENTS, OUTCOMES, COVERAGE)}

# Names that the relations use themselves: no attribute may be called so.
RESERVED = frozenset({"row_no", "batch_id", "line", "attributes", "fault", "file_row_number"})
