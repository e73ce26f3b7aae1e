"""Where in a contract file its named parts stand, for warnings about what it means."""

from dataclasses import dataclass, field
from pathlib import Path

from engine.kernel.diagnostics import Place
from engine.language.notes import Notes
from engine.language.reader import CONTRACT_FILE, read_bytes
from engine.language.yaml_reader import Mapping, Node, Scalar, Sequence, read_tree


@dataclass(slots=True)
class Places:
    """The place of each term, outcome, clause and limit by name, and of the rows of each clause's table."""

    file: str
    named: dict[str, Place] = field(default_factory=dict)
    rows: dict[tuple[str, int], Place] = field(default_factory=dict)

    def of(self, name: str) -> Place:
        return self.named.get(name, Place(self.file))

    def row(self, clause: str, place: int) -> Place:
        """A row's place (counted from 0), else its clause's."""
        return self.rows.get((clause, place), self.of(clause))

    def row_at(self, place: Place) -> tuple[str, int] | None:
        """The clause and row that stand at a place."""
        spots = ((key, (spot.line, spot.column)) for key, spot in self.rows.items())
        return next((key for key, spot in spots if spot == (place.line, place.column)), None)


def places_in(path: Path) -> Places:
    """The places in a contract file that can be read."""
    file = path / CONTRACT_FILE if path.is_dir() else path
    found = Places(str(file))
    tree = read_tree(read_bytes(file), Notes(str(file)))
    for entry in tree.entries if tree else ():
        if isinstance(entry.value, Mapping) and entry.key.text in ("terms", "outcomes"):
            found.named |= {inner.key.text: inner.key.place for inner in entry.value.entries}
        elif isinstance(entry.value, Sequence):
            for item in entry.value.items:
                _add(found, item)
    return found


def _add(found: Places, item: Node) -> None:
    id_ = item.entry("id") if isinstance(item, Mapping) else None
    if not (isinstance(item, Mapping) and id_ and isinstance(id_.value, Scalar)):
        return
    name = id_.value.text
    found.named[name] = id_.value.place
    rows = _rows(item)
    for place, row in enumerate(rows):
        found.rows[name, place] = (
            row.entries[0].key.place if isinstance(row, Mapping) and row.entries else row.place
        )


def _rows(clause: Mapping) -> tuple[Node, ...]:
    """The rows of a clause's table, which may stand under `amount` too."""
    table = clause.entry("table")
    amount = clause.entry("amount")
    if table is None and amount and isinstance(amount.value, Mapping):
        table = amount.value.entry("table")
    rows = table.value.entry("rows") if table and isinstance(table.value, Mapping) else clause.entry("rows")
    return rows.value.items if rows and isinstance(rows.value, Sequence) else ()
