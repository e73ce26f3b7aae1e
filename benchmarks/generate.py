"""A made-up feed of any size for kymriah-us-day30, as a folder of two Parquet files in random order.

    python -m benchmarks.generate --out DIR [--treatments 1000000] [--seed 7]

About five rows of outcomes a treatment: disease status in and after the window, laboratory values that the contract
does not ask for, deaths. Of a hundred rows about three are corrected (another value, another measure, another
patient, or entered in error), two are preliminary and three are late. One patient in fifty has two treatments.
Everything is drawn by hashing a row's number, so that one seed gives one feed (with one version of DuckDB).
"""

import argparse
from pathlib import Path

import duckdb

MEMORY = "3GB"

# A draw is a number below 1,000,000, by the row's number, a name and the seed.
DRAW = "CREATE MACRO draw(n, name) AS (hash(n, name, getvariable('seed')) % 1000000)::BIGINT"

PEOPLE = """
CREATE MACRO patient(i) AS 'P' || lpad((i - (i % 50 = 1)::INT)::VARCHAR, 9, '0');
CREATE MACRO treatment(i) AS 'T' || lpad(i::VARCHAR, 9, '0');
CREATE MACRO infused(i) AS DATE '2017-08-15' + (draw(i, 'index') % 870)::INT;
CREATE MACRO late(n) AS CASE WHEN draw(n, 'late') < 30000 THEN 60 + draw(n, 'how late') % 120 ELSE 0 END
"""

TREATMENTS = """
SELECT treatment(i) AS treatment_id, patient(i) AS patient_id,
    CASE WHEN draw(i, 'product') < 15000 THEN 'Q2041' ELSE 'Q2042' END AS product,
    CASE WHEN draw(i, 'payer') < 20000 THEN 'Other Health Plan' ELSE 'Example Health Plan' END AS payer,
    'S-' || lpad((draw(i, 'site') % 400)::VARCHAR, 3, '0') AS site,
    infused(i) AS index_date,
    CASE WHEN draw(i, 'no birth') >= 8000
        THEN infused(i) - (365 * 2 + draw(i, 'age') % (365 * 25))::INT END AS birth_date,
    CASE WHEN draw(i, 'diagnosis') < 30000 THEN 'C83.30' WHEN draw(i, 'diagnosis') < 600000 THEN 'C91.02'
        ELSE 'C91.00' END AS diagnosis,
    draw(i, 'rems') >= 10000 AS rems_certified,
    infused(i) + (draw(i, 'known') % 4)::INT AS known_on
FROM range({treatments}) AS numbers(i)
ORDER BY hash(i, 'order', getvariable('seed'))
"""

# What may be reported of a treatment: a number of its own, the chance in a million, the first day and how many days
# it may come later.
REPORTS = """
SELECT * FROM (VALUES
    (1, 'crs_grade', 850000, 1, 10),
    (2, 'death', 80000, 3, 90),
    (3, 'disease_status', 600000, 10, 12),
    (4, 'disease_status', 920000, 24, 10),
    (5, 'disease_status', 400000, 55, 40),
    (6, 'ferritin', 1000000, 1, 20),
    (7, 'il6', 1000000, 0, 14)
) AS kinds(kind, measure, chance, first_day, days)
"""

FIRST_ROWS = """
SELECT i, n, measure, infused(i) + (first_day + draw(n, 'day') % days)::INT AS effective_date,
    said(n, measure, 'value') AS value,
    CASE measure WHEN 'ferritin' THEN 'ug/L' WHEN 'il6' THEN 'pg/mL' END AS unit,
    CASE WHEN measure IN ('ferritin', 'il6') THEN 'central_lab' WHEN draw(n, 'source') < 700000 THEN 'registry'
        ELSE 'site' END AS source,
    CASE WHEN draw(n, 'status') < 20000 THEN 'preliminary' ELSE 'final' END AS status,
    infused(i) + (first_day + draw(n, 'day') % days + draw(n, 'known') % 15 + late(n))::INT AS known_on
FROM (SELECT i, i * 10 + kind AS n, kinds.* FROM range({treatments}) AS numbers(i), ({reports}) AS kinds)
WHERE draw(n, 'chance') < chance
"""

SAID = """
CREATE MACRO said(n, measure, name) AS CASE measure
    WHEN 'disease_status' THEN ['CR', 'CR', 'CR', 'CR', 'CRi', 'CRi', 'PR', 'NR', 'NR', 'NE'][1 + draw(n, name) % 10]
    WHEN 'death' THEN ['related', 'related', 'unrelated', 'unknown'][1 + draw(n, name) % 4]
    WHEN 'crs_grade' THEN (draw(n, name) % 5)::VARCHAR
    ELSE (draw(n, name) // 100)::VARCHAR || '.' || (draw(n, name) % 10)::VARCHAR END
"""

# A later version of three rows in a hundred; of those that are preliminary, half become final.
CORRECTIONS = """
SELECT i, n,
    CASE WHEN draw(n, 'other') < 20000 THEN 'crs_grade' ELSE measure END AS measure,
    effective_date + CASE WHEN draw(n, 'other') BETWEEN 20000 AND 100000 THEN 1 ELSE 0 END AS effective_date,
    CASE WHEN status = 'preliminary' THEN value ELSE said(n, measure, 'corrected') END AS value,
    unit, source,
    CASE WHEN draw(n, 'error') < 250000 THEN 'entered_in_error' WHEN status = 'preliminary' THEN 'final'
        ELSE 'amended' END AS status,
    known_on + (5 + draw(n, 'corrected on') % 90)::INT AS known_on
FROM first_rows
WHERE draw(n, 'correction') < CASE WHEN status = 'preliminary' THEN 500000 ELSE 30000 END
"""

OUTCOMES = """
SELECT 'R' || lpad(n::VARCHAR, 10, '0') AS record_id,
    patient(CASE WHEN corrected AND draw(n, 'whose') < 5000 THEN (i + 7) % {treatments} ELSE i END) AS patient_id,
    CASE WHEN draw(n, 'of') >= 500000 AND NOT (corrected AND draw(n, 'whose') < 5000) THEN treatment(i) END
        AS treatment_id,
    measure, effective_date, value, unit, source, status, known_on
FROM (SELECT false AS corrected, * FROM first_rows UNION ALL SELECT true, * FROM ({corrections}))
ORDER BY hash(n, corrected, getvariable('seed'))
"""


def generate(out: Path, treatments: int = 1_000_000, seed: int = 7) -> None:
    """Write `treatments.parquet` and `outcomes.parquet` into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    spill = out / "spill"
    connection = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(spill)})
    connection.execute(f"SET VARIABLE seed = {seed}; {DRAW}; {PEOPLE}; {SAID}")
    connection.execute(
        f"CREATE TEMP VIEW first_rows AS {FIRST_ROWS.format(treatments=treatments, reports=REPORTS)}"
    )
    outcomes = OUTCOMES.format(treatments=treatments, corrections=CORRECTIONS)
    for name, query in (("treatments", TREATMENTS.format(treatments=treatments)), ("outcomes", outcomes)):
        connection.execute(f"COPY ({query}) TO '{out / name}.parquet' (FORMAT parquet)")
    connection.close()
    if spill.is_dir():
        spill.rmdir()


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a made-up feed of Parquet files.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--treatments", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    generate(arguments.out, arguments.treatments, arguments.seed)


if __name__ == "__main__":
    main()
