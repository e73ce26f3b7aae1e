"""A run's results as Parquet files, straight from the engine's tables."""

from pathlib import Path

from engine.plan.line_key import line_key
from engine.settlement.evidence import name_evidence
from engine.settlement.owed import Owed

_QUERIES = {
    "lines": "SELECT {key}, due, amount, because, evidence FROM named_lines",
    "statuses": "SELECT treatment_id, outcome, n, status, decided_on, basis, evidence FROM named_statuses",
    "held": "SELECT {key}, sign * amount AS amount, because FROM held",
    "not_eligible": "SELECT treatment_id, failed, undetermined FROM not_eligible",
}


def write_parquet(owed: Owed, folder: Path) -> None:
    """Write lines, statuses, held and not_eligible; amounts are integers of the currency's minor unit."""
    folder.mkdir(parents=True, exist_ok=True)
    name_evidence(owed)
    key = ", ".join(line_key(owed.contract))
    for name, query in _QUERIES.items():
        owed.connection.sql(query.format(key=key)).write_parquet(str(folder / f"{name}.parquet"))
