-- kymriah-us-day30 written by hand for this one contract and this one feed, as fast as we could make it. It trusts
-- the feed (every row is read without a check, every treatment stands in one row) and gives what the engine gives.
-- Variables: treatments, outcomes (paths), as_of (also the day known by). Leaves lines, statuses, held, not_eligible.

-- Treatments whose index date has come: the part of eligibility that fails, NULL where none does.
CREATE TEMP TABLE judged AS
SELECT file_row_number AS subject, treatment_id, patient_id, index_date,
    CASE
        WHEN product IS DISTINCT FROM 'Q2042' THEN 'product'
        WHEN payer IS DISTINCT FROM 'Example Health Plan' THEN 'payer'
        WHEN index_date NOT BETWEEN DATE '2017-09-01' AND DATE '2019-12-31' THEN 'in_force'
        WHEN age > 25 THEN 'age_at_index <= 25'
        WHEN diagnosis NOT IN ('C91.00', 'C91.02') THEN 'diagnosis in ("C91.00", "C91.02")'
        WHEN NOT rems_certified THEN 'rems_certified'
        WHEN age IS NULL THEN 'age_at_index <= 25'
        WHEN diagnosis IS NULL THEN 'diagnosis in ("C91.00", "C91.02")'
        WHEN rems_certified IS NULL THEN 'rems_certified'
    END AS failed,
    product IS NOT DISTINCT FROM 'Q2042' AND payer IS NOT DISTINCT FROM 'Example Health Plan'
        AND index_date BETWEEN DATE '2017-09-01' AND DATE '2019-12-31'
        AND coalesce(age <= 25, true) AND coalesce(diagnosis IN ('C91.00', 'C91.02'), true)
        AND coalesce(rems_certified, true) AND failed IS NOT NULL AS undetermined
FROM (SELECT *, year(index_date) - year(birth_date) - CASE
          WHEN month(index_date) < month(birth_date) THEN 1
          WHEN month(index_date) = month(birth_date) AND day(index_date) < day(birth_date)
              AND day(index_date) < day(last_day(index_date)) THEN 1 ELSE 0 END AS age
      FROM read_parquet(getvariable('treatments'), file_row_number = true)
      WHERE known_on <= getvariable('as_of') AND index_date <= getvariable('as_of'));

-- Records that may stand in several rows, by a hash of their key: a few too many do no harm.
CREATE TEMP TABLE repeated AS
SELECT record FROM (SELECT record, record = lag(record) OVER (ORDER BY record) AS twice
    FROM (SELECT hash(record_id) AS record FROM read_parquet(getvariable('outcomes'))))
WHERE twice;

-- Rows of those that a later row of their record replaces.
CREATE TEMP TABLE replaced AS
SELECT row FROM (
    SELECT file_row_number AS row, lead(true) OVER (PARTITION BY source, record_id ORDER BY known_on, row) AS gone
    FROM read_parquet(getvariable('outcomes'), file_row_number = true)
    WHERE hash(record_id) IN (FROM repeated) AND known_on <= getvariable('as_of')
        AND status IS DISTINCT FROM 'preliminary')
WHERE gone;

-- One row an eligible treatment. A key is days since 1900 · 2⁴⁴ + satisfied · 2⁴³ + row.
CREATE TEMP TABLE decided AS
WITH reports AS (
    SELECT file_row_number AS row, patient_id, treatment_id AS of_treatment, effective_date, value,
        measure = 'death' AS death, value IN ('CR', 'CRi') AS passes
    FROM read_parquet(getvariable('outcomes'), file_row_number = true)
    WHERE measure IN ('disease_status', 'death') AND known_on <= getvariable('as_of')
        AND effective_date <= getvariable('as_of') AND (measure = 'death' OR value IS NOT NULL)
        AND status IS DISTINCT FROM 'preliminary' AND status IS DISTINCT FROM 'entered_in_error'
        AND file_row_number NOT IN (FROM replaced)),
keyed AS (
    SELECT subject, death, passes, value, (effective_date - DATE '1900-01-01') * 17592186044416
        + CASE WHEN passes AND NOT death THEN 8796093022208 ELSE 0 END + row AS key
    FROM reports JOIN judged USING (patient_id)
    WHERE failed IS NULL AND (of_treatment IS NULL OR of_treatment = treatment_id)
        AND effective_date <= index_date + 30 AND (death OR effective_date >= index_date)),
folded AS (
    SELECT subject, min(key) FILTER (NOT death AND passes) AS first_pass, max(key) FILTER (NOT death) AS latest,
        min(key) FILTER (death) AS died,
        min(key) FILTER (death AND value = 'unrelated') AS unrelated,
        min(key) FILTER (death AND value IS DISTINCT FROM 'unrelated') AS other_cause
    FROM keyed GROUP BY subject),
raw AS (
    SELECT subject, treatment_id, index_date,
        CASE WHEN died IS NULL OR first_pass // 17592186044416 <= died // 17592186044416 THEN first_pass END AS early,
        died, latest,
        coalesce(unrelated // 17592186044416 < other_cause // 17592186044416, unrelated IS NOT NULL) AS unrelated
    FROM judged LEFT JOIN folded USING (subject) WHERE failed IS NULL),
ending AS (
    SELECT *,
        CASE WHEN early IS NOT NULL THEN 'met' WHEN died IS NOT NULL AND unrelated THEN 'not_evaluable'
            ELSE 'not_met' END AS status,
        coalesce(DATE '1900-01-01' + (coalesce(early, died) // 17592186044416)::INT, index_date + 60) AS decided_on,
        coalesce(early, died, latest) % 8796093022208 AS row
    FROM raw)
SELECT treatment_id, index_date,
    CASE WHEN come THEN status ELSE 'pending' END AS status,
    CASE WHEN come THEN decided_on END AS decided_on,
    CASE WHEN NOT come THEN 'waiting' WHEN early IS NOT NULL THEN 'early' WHEN died IS NOT NULL THEN 'death'
        WHEN latest IS NOT NULL THEN 'rows' ELSE 'missing' END AS basis,
    CASE WHEN come THEN row END AS row
FROM (SELECT *, decided_on <= getvariable('as_of') AS come FROM ending);

CREATE TEMP TABLE named AS
SELECT * EXCLUDE (row, record_id), if(record_id IS NULL, [], [record_id]) AS evidence
FROM decided LEFT JOIN (SELECT file_row_number AS row, record_id
    FROM read_parquet(getvariable('outcomes'), file_row_number = true)) USING (row);

CREATE TEMP VIEW statuses AS
SELECT treatment_id, 'remission' AS outcome, 1 AS n, status, decided_on, basis, evidence FROM named;

-- All that was paid by that day comes back, so that the cap of 4.3 cannot bind.
CREATE TEMP VIEW lines AS
SELECT treatment_id, NULL::VARCHAR AS group_name, 'infusion' AS clause, 1 AS n, index_date AS due, 64900000::BIGINT AS amount,
    'due on the index date' AS because, []::VARCHAR[] AS evidence
FROM named
UNION ALL
SELECT treatment_id, NULL, 'no_remission', 1, decided_on, -64900000, 'remission not_met on ' || decided_on, evidence
FROM named WHERE status = 'not_met' AND decided_on >= index_date;

CREATE TEMP VIEW held AS
SELECT treatment_id, NULL::VARCHAR AS group_name, 'no_remission' AS clause, 1 AS n, -64900000::BIGINT AS amount,
    'remission pending' AS because
FROM named WHERE status = 'pending';

CREATE TEMP VIEW not_eligible AS SELECT treatment_id, failed, undetermined FROM judged WHERE failed IS NOT NULL;
