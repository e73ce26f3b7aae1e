"""The books of one contract: its store and ledger opened together, for previews, postings and statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from engine.feeds.facts import Facts
from engine.kernel.dates import Period
from engine.kernel.diagnostics import Exit, nearest, refuse
from engine.language import meaning as m
from engine.language.reader import read_contract_text
from engine.ledger.postings import Ledger, RunRecord
from engine.ledger.store import Store
from engine.plan.tables import Run
from engine.plan.values import attribute_names
from engine.settlement.building import build_statement
from engine.settlement.owed import Owed, work_out
from engine.settlement.quality import data_quality
from engine.settlement.settle import (
    Settlement,
    check_first,
    check_open,
    check_order,
    fingerprint,
    post,
    preview,
    recall,
)
from engine.settlement.statement import Statement

if TYPE_CHECKING:
    from engine.settlement.saved import SavedPreview


@dataclass(frozen=True, slots=True)
class ContractFile:
    """A contract as read, with the text that was read."""

    contract: m.Contract
    source: str

    @staticmethod
    def read(path: Path) -> "ContractFile":
        """Read a contract file, or the contract.yaml of a folder; refused with every problem found."""
        file = path / "contract.yaml" if path.is_dir() else path
        try:
            source = file.read_bytes().decode()
        except OSError:
            raise refuse("no_contract", f"there is no contract at '{path}'", Exit.REFUSED) from None
        except UnicodeDecodeError:
            raise refuse("not_text", f"'{file}' is not UTF-8 text", Exit.REFUSED) from None
        return ContractFile(read_contract_text(source, str(file)), source)


def facts_for(store: Store, contract: m.Contract, through_batch: int | None = None) -> Facts:
    """A store's facts, with the attributes of treatments that a contract reads."""
    names = attribute_names((contract.eligible, contract.clauses, contract.limits))
    facts = store.facts(through_batch, sorted(names))
    # Only what is read stands in the views; what the store has beside it helps to mend a wrong name.
    return facts if names <= facts.attributes else replace(facts, attributes=store.attribute_names())


class Books:
    """A contract's books in one store. Opened by `open_books`."""

    def __init__(self, store: Store, file: ContractFile) -> None:
        self.store, self.file, self.contract = store, file, file.contract
        self.ledger = Ledger(store.connection)

    def changed_since(self) -> RunRecord | None:
        """The last run of the contract, where it was posted under another version than this one."""
        runs = self.ledger.runs(self.contract.id)
        return runs[-1] if runs and runs[-1].version != self.contract.version else None

    def facts(self, contract: m.Contract, through_batch: int | None = None) -> Facts:
        return facts_for(self.store, contract, through_batch)

    def owed(self, as_of: date, known_by: date) -> Owed:
        """All that is owed by then; posts nothing."""
        return work_out(self.contract, self.facts(self.contract), Run(as_of, known_by))

    def preview(self, period: Period, known_by: date, today: date, skip_earlier: bool = False) -> Settlement:
        """What posting the period would post. Refuses what the ledger's rules do not allow."""
        check_order(self.contract, self.ledger, period, today, skip_earlier)
        batch = self.store.last_batch()
        settlement = preview(
            self.contract, self.facts(self.contract, batch), self.ledger, period, known_by, batch
        )
        check_first(settlement, self.ledger, skip_earlier)
        check_open(settlement)
        return settlement

    def saved(self, settlement: Settlement) -> "SavedPreview":
        """What identifies the preview, to be kept and posted later."""
        from engine.settlement.saved import SavedPreview

        return SavedPreview(
            contract=self.contract.id,
            version=self.contract.version,
            period=str(settlement.period),
            known_by=settlement.owed.run.known_by,
            fingerprint=fingerprint(settlement, self.ledger),
        )

    def post(self, settlement: Settlement, today: date) -> Settlement:
        """Post a previewed period: all of it or nothing. A period that is posted already stays as it is."""
        if settlement.posted is not None:
            return settlement
        with self.store.transaction():
            self.ledger.prepare()
            run = post(settlement, self.ledger, self.file.source, today)
        return replace(settlement, posted=run)

    def posted(self, period: Period) -> RunRecord:
        """The run that posted a period; refused where none did."""
        runs = {str(r.period): r for r in self.ledger.runs(self.contract.id)}
        if str(period) not in runs:
            hint = nearest(str(period), runs) or f"posted are: {', '.join(runs) or 'none yet'}"
            problem = f"{period} of {self.contract.id} has not been posted"
            raise refuse("not_posted", problem, Exit.LEDGER_RULE, hint)
        return runs[str(period)]

    def statement(self, settlement: Settlement) -> Statement:
        """The statement of a preview (a draft) or of a recalled period."""
        quality = data_quality(self.store, settlement)
        return build_statement(settlement, self.ledger, quality)

    def recalled(self, period: Period) -> Settlement:
        """A posted period as it was settled: the contract version, facts and dates of its run."""
        run = self.posted(period)
        contract = self.contract
        if run.version != contract.version:
            contract = read_contract_text(
                self.ledger.contract_source(run.version), f"{contract.id} as posted"
            )
        return recall(contract, self.facts(contract, run.through_batch), self.ledger, run)


@contextmanager
def open_books(contract: Path, store: Path, read_only: bool) -> Iterator[Books]:
    """The books of a contract file in a store; closed at the end."""
    file = ContractFile.read(contract)
    with Store.open(store, create=False, read_only=read_only) as opened:
        yield Books(opened, file)
