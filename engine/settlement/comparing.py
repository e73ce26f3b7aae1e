"""Two versions of a contract on the same facts: whose lines differ, by how much, and who comes in or falls out."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.settlement.line_keys import KEY, ORDER, key_of_either, same_line, whole_key
from engine.settlement.owed import Owed
from engine.settlement.payers import names_as_now, payers_as_now

Standing = Literal["eligible", "undetermined", "not eligible"]

# A run replaces the tables of the one before; the first version's are kept under names that no step has.
_KEPT = {
    '"old: lines"': f"SELECT {KEY}, due, amount FROM {{lines}}",
    '"old: patients"': "SELECT treatment_id, patient_id FROM subjects",
    '"old: candidates"': "SELECT treatment_id, failed IS NULL AS eligible, undetermined FROM candidates",
    '"old: statuses"': "SELECT treatment_id, outcome, n, status FROM statuses",
}


@dataclass(frozen=True, slots=True)
class LineMoved:
    """A line that one version owes and the other not, or with another amount or due date. Signed, minor units."""

    treatment_id: str | None
    group: str | None
    clause: str
    n: int
    payer: str | None
    old_due: date | None
    new_due: date | None
    old_minor: int
    new_minor: int

    @property
    def difference_minor(self) -> int:
        return self.new_minor - self.old_minor


@dataclass(frozen=True, slots=True)
class ClauseMoved:
    """A clause of which some line moved: on how many patients, and its totals over all treatments."""

    clause: str
    patients: int  # whose lines moved; a line over a group is no patient's
    lines: int
    old_minor: int
    new_minor: int

    @property
    def difference_minor(self) -> int:
        return self.new_minor - self.old_minor


@dataclass(frozen=True, slots=True)
class StandingMoved:
    """A treatment that is the contract's under one version and not under the other."""

    treatment_id: str
    old: Standing
    new: Standing


@dataclass(frozen=True, slots=True)
class StatusMoved:
    """An outcome's status that differs; None where the version has no such outcome or treatment."""

    treatment_id: str
    outcome: str
    n: int
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Moved:
    """What the newer version moves on given facts."""

    currency: str
    old_net_minor: int
    new_net_minor: int
    patients: int
    clauses: tuple[ClauseMoved, ...]
    lines: tuple[LineMoved, ...]
    standings: tuple[StandingMoved, ...]
    statuses: tuple[StatusMoved, ...]

    @property
    def any(self) -> bool:
        return bool(self.lines or self.standings or self.statuses)


def keep_old(owed: Owed) -> None:
    """Keep a run's results beside those of the next one on the same connection."""
    lines = whole_key(owed.contract, "lines")
    for name, query in _KEPT.items():
        owed.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query.format(lines=lines)}")


def compare(owed: Owed) -> Moved:
    """What differs between the run that was kept and this one."""
    old, new = payers_as_now(owed.contract, '"old: lines"'), whole_key(owed.contract, "lines")
    owed.connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE "moved: lines" AS
        SELECT {key_of_either("o", "w")}, o.due AS old_due, w.due AS new_due,
               coalesce(o.amount, 0) AS old_amount, coalesce(w.amount, 0) AS new_amount,
               coalesce(p.patient_id, q.patient_id) AS patient_id
        FROM ({old}) o FULL JOIN {new} w ON {same_line("o", "w")}
        LEFT JOIN "old: patients" p ON p.treatment_id = o.treatment_id
        LEFT JOIN subjects q ON q.treatment_id = w.treatment_id
        WHERE o.amount IS DISTINCT FROM w.amount OR o.due IS DISTINCT FROM w.due""",
        names_as_now(owed.contract),
    )
    ((patients,),) = owed.rows('SELECT count(DISTINCT patient_id) FROM "moved: lines"')
    ((old_net, new_net),) = owed.rows(
        """SELECT (SELECT coalesce(sum(amount), 0)::BIGINT FROM "old: lines"),
        (SELECT coalesce(sum(amount), 0)::BIGINT FROM lines)"""
    )
    lines = owed.rows(
        f'SELECT {KEY}, old_due, new_due, old_amount, new_amount FROM "moved: lines" ORDER BY {ORDER}'
    )
    return Moved(
        currency=owed.contract.currency,
        old_net_minor=old_net,
        new_net_minor=new_net,
        patients=patients,
        clauses=_clauses(owed),
        lines=tuple(LineMoved(*row) for row in lines),
        standings=_standings(owed),
        statuses=_statuses(owed),
    )


def _clauses(owed: Owed) -> tuple[ClauseMoved, ...]:
    """In the order in which the newer contract has them, then those that only the older one has."""
    rows = owed.rows(
        """WITH moved AS (
            SELECT clause, count(DISTINCT patient_id) AS patients, count(*) AS lines FROM "moved: lines" GROUP BY ALL
        ), totals AS (
            SELECT clause, sum(o)::BIGINT AS old_total, sum(w)::BIGINT AS new_total FROM (
                SELECT clause, amount AS o, 0 AS w FROM "old: lines" UNION ALL SELECT clause, 0, amount FROM lines
            ) GROUP BY ALL
        )
        SELECT clause, patients, lines, old_total, new_total FROM moved JOIN totals USING (clause) ORDER BY clause"""
    )
    contract = owed.contract
    order = [part.id for part in contract.money_parts]
    rows.sort(key=lambda row: order.index(row[0]) if row[0] in order else len(order))
    return tuple(ClauseMoved(*row) for row in rows)


def _standings(owed: Owed) -> tuple[StandingMoved, ...]:
    rows = owed.rows(
        """SELECT treatment_id, o.eligible, o.undetermined, w.failed IS NULL, w.undetermined
        FROM "old: candidates" o JOIN candidates w USING (treatment_id)
        WHERE o.eligible <> (w.failed IS NULL) OR o.undetermined <> w.undetermined ORDER BY 1"""
    )
    return tuple(StandingMoved(id_, _standing(*row[:2]), _standing(*row[2:])) for id_, *row in rows)


def _standing(eligible: bool, undetermined: bool) -> Standing:
    return "eligible" if eligible else "undetermined" if undetermined else "not eligible"


def _statuses(owed: Owed) -> tuple[StatusMoved, ...]:
    """Of treatments that are eligible under both."""
    rows = owed.rows(
        """SELECT treatment_id, outcome, n, o.status, w.status
        FROM "old: statuses" o FULL JOIN statuses w USING (treatment_id, outcome, n)
        SEMI JOIN "old: patients" p USING (treatment_id) SEMI JOIN subjects q USING (treatment_id)
        WHERE o.status IS DISTINCT FROM w.status ORDER BY ALL"""
    )
    return tuple(StatusMoved(*row) for row in rows)
