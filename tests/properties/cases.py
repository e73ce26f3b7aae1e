"""Cases that follow from a seed, put to the oracle and to the engine.

A case is one history (one to eight patients) of a contract. Several histories of one contract are asked about
in one run, since the engine's time hardly depends on how many patients there are.
"""

from dataclasses import dataclass

from engine.kernel.diagnostics import Refusal
from engine.language.reader import read_contract_text
from engine.plan.tables import Run
from tests.properties.answers import EVERYTHING, Engine, assert_same, by_oracle
from tests.strategies import Seeded, asked_days, contract_text, history
from tests.strategies.reduce import Case, reduced

HISTORIES_A_RUN = 10  # compiling a plan costs more than running it, so a run asks about several
BACKENDS = ("duckdb", "polars")


@dataclass(frozen=True)
class Disagreement:
    """The case, made small, and what differs in it."""

    seed: str
    case: Case
    what: str

    def __str__(self) -> str:
        return f"seed {self.seed}\n{self.case}\n{self.what}"


def case_of(seed: str, histories: int = HISTORIES_A_RUN) -> Case:
    """The contract, facts and days that follow from a seed."""
    choose = Seeded(seed)
    text = contract_text(choose)
    facts = history(choose, text, (histories, 8 * histories))
    return Case(text, facts, *asked_days(choose, text, facts))


def check(engine: Engine, seed: str, backend: str, histories: int = HISTORIES_A_RUN) -> Disagreement | None:
    """None where the backend says what the oracle says; else the case made small."""
    case = case_of(seed, histories)
    said = differs(engine, case, backend)
    if said is None:
        return None
    # the other backend most often fails in the same way, and one of them takes a third of the time
    quick = "polars" if (differs(engine, case, "polars") or ("",))[0] == said[0] else backend

    def fails(smaller: Case) -> bool:
        try:
            again = differs(engine, smaller, quick)
        except Exception:  # not a contract, or not facts, any more
            return False
        return again is not None and again[0] == said[0]

    small = reduced(case, fails)
    again = differs(engine, small, backend) or differs(engine, small, quick)
    return Disagreement(seed, small, "\n".join(again or said))


def differs(engine: Engine, case: Case, backend: str) -> tuple[str, str] | None:
    """The kind of fault and what it says; None where all agree. Raises Refusal for no valid contract."""
    wanted = by_oracle(case.contract, case.facts, case.as_of, case.known_by)
    contract = read_contract_text(case.contract)
    facts, run = engine.read(case.facts), Run(case.as_of, case.known_by)
    # the two backends take turns at a plan for just what the facts hold and one for all that a feed can
    everything = (len(case.facts["treatments"]) % 2 == 0) == (backend == "duckdb")
    ask = engine.on_duckdb if backend == "duckdb" else engine.on_polars
    try:
        answer = ask(contract, facts, run, EVERYTHING if everything else None)
    except (Refusal, KeyboardInterrupt):
        raise
    except BaseException as fault:  # a panic of Polars is no Exception
        return type(fault).__name__, str(fault)[:2000]
    try:
        assert_same(answer, wanted, case.facts)
    except AssertionError:
        return "differs", f"engine: {answer}\noracle: {wanted}"
    return None
