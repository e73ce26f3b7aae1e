"""Rows that a contract asks for and cannot use: another unit, no number where one is tested, a strange treatment."""

from dataclasses import dataclass

from engine.settlement.owed import Owed


@dataclass(frozen=True, slots=True)
class Unusable:
    """One row of outcomes that counts as absent, and why. Never holds its value."""

    file: str
    line: int
    column: str
    sentence: str

    def words(self) -> str:
        return f"{self.file}:{self.line} {self.column}: {self.sentence}"


def mark_unusable(owed: Owed) -> None:
    """Leave the table `unusable` (row_no, column_name, sentence): the rows known by then that count as absent."""
    run, schema, known_by = owed.connection.execute, owed.facts.schema, owed.run.known_by
    run("CREATE OR REPLACE TEMP TABLE unusable (row_no BIGINT, column_name VARCHAR, sentence VARCHAR)")
    rows = f'FROM "{schema}".outcomes WHERE known_on <= $known_by AND measure = $measure'
    for o in owed.contract.outcomes:
        given = {"known_by": known_by, "measure": o.source_name}
        if o.unit is not None:
            sentence = f"the unit is another than the contract's for '{o.name}'"
            query = f"INSERT INTO unusable SELECT row_no, 'unit', $sentence {rows} AND unit <> $unit"
            run(query, {**given, "sentence": sentence, "unit": o.unit})
        if o.pick.of_numbers:
            sentence = f"'{o.name}' tests a number, and this is none of at most 18 digits and 9 decimals"
            query = f"INSERT INTO unusable SELECT row_no, 'value', $sentence {rows} AND value IS NOT NULL"
            run(f"{query} AND billionths(value) IS NULL", {**given, "sentence": sentence})
        if o.pick.kind == "days_covered":
            sentence = f"'{o.name}' adds up days of supply, and this is no whole number above 0"
            query = f"INSERT INTO unusable SELECT row_no, 'value', $sentence {rows}"
            days = "coalesce(billionths(value), 0)"
            run(f"{query} AND ({days} <= 0 OR {days} % 1000000000 <> 0)", {**given, "sentence": sentence})
    measures = sorted({o.source_name for o in owed.contract.outcomes} | {"death"})
    run(
        f"""INSERT INTO unusable SELECT DISTINCT o.row_no, 'treatment_id', 'this treatment is another patient''s'
        FROM "{schema}".outcomes o JOIN subjects s ON s.treatment_id = o.treatment_id
        WHERE o.known_on <= $known_by AND o.patient_id <> s.patient_id AND list_contains($measures, o.measure)""",
        {"known_by": known_by, "measures": measures},
    )


def unusable_rows(owed: Owed) -> list[Unusable]:
    """The rows that count as absent, by file and line."""
    mark_unusable(owed)
    rows = owed.rows(
        f"""SELECT p.file, p.line, u.column_name, u.sentence FROM unusable u
        JOIN "{owed.facts.schema}".places p ON p.table_name = 'outcomes' AND p.row_no = u.row_no ORDER BY ALL"""
    )
    return [Unusable(*row) for row in rows]
