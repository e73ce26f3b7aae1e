"""Data quality of a settlement: what became of every row of the files that it could see."""

from engine.ledger.store import Store
from engine.settlement.settle import Settlement
from engine.settlement.statement_parts import DataQuality, FileAccount, QuarantinedRow
from engine.settlement.unusable import unusable_rows

SHOWN_ROWS = 200


def data_quality(store: Store, settlement: Settlement) -> DataQuality:
    """The accounts of all files up to the settlement's last batch, and the first rows in quarantine."""
    parameters = {"batch": settlement.through_batch}
    files = store.connection.execute(
        """SELECT file, table_name, sha256, loaded_on, rows_read, accepted, filtered, duplicates, quarantined
        FROM store.main.batches WHERE batch_id <= $batch ORDER BY batch_id, file, table_name""",
        parameters,
    ).fetchall()
    rows = store.connection.execute(
        f"""SELECT file, line, column_name, sentence FROM store.main.quarantine WHERE batch_id <= $batch
        ORDER BY batch_id, line LIMIT {SHOWN_ROWS}""",
        parameters,
    ).fetchall()
    return DataQuality(
        tuple(FileAccount(*row) for row in files),
        tuple(QuarantinedRow(file, line, column or "", sentence) for file, line, column, sentence in rows),
        tuple(row.words() for row in unusable_rows(settlement.owed)),
    )
