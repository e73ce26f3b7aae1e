"""Facts as the plan reads them: relations of fixed columns in one schema of a DuckDB connection."""

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Facts:
    """Treatments, outcomes, coverage: every version of every record, read and checked.

    Relations in `schema` (tables or views), one row a version of a record:

    - `treatments`: row_no, treatment_id, patient_id, product, payer, index_date, birth_date, status, known_on,
      then one VARCHAR column for each of `attributes`, with the text as in the feed
    - `outcomes`: row_no, record_key, record_id, patient_id, treatment_id, measure, effective_on, effective_to,
      study_day, value, unit, source, status, known_on
    - `coverage`: row_no, patient_id, payer, from_date, to_date, status, known_on
    - `repeated_records` (source, record_key): the keys of outcomes that occur in more than one row (out
      of a store: that ever did)
    - `repeated_rows` (row_no, source, record_key, status, known_on): the rows of outcomes of these keys, and perhaps
      others
    - `places` (table_name, row_no, file, line): where each row stood, for `evidence`

    `row_no` is unique within a relation and increases in reading order. Empty text is NULL.
    """

    connection: duckdb.DuckDBPyConnection
    schema: str
    attributes: frozenset[str]
    repeated: frozenset[str] | None = (
        None  # tables of which some key has several rows; None: nobody has looked
    )
