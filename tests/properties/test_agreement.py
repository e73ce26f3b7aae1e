"""The engine and the oracle agree to the cent on random contracts and histories, on every backend.

Each case is asked of DuckDB and of Polars, one by a plan for just what the facts hold, the other by a plan for
all that a feed can hold, and the other way round. The oracle is asked of one patient at a time,
the engine of all together.
"""

from datetime import date

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from engine.language.reader import read_contract_text
from engine.plan.tables import Run
from tests.oracle.evidence import Facts as RawFacts
from tests.properties.answers import EVERYTHING, Answer, Engine, assert_same, by_oracle
from tests.properties.profile import examples
from tests.strategies import as_ofs, contracts, histories

ENGINE = Engine()


@pytest.mark.parametrize("duckdb_assumes_everything", [False, True])
@given(data=st.data())
@examples(150)
def test_engine_and_oracle_agree(duckdb_assumes_everything: bool, data: st.DataObject) -> None:
    text = data.draw(contracts())
    rows = data.draw(histories(text))
    as_of, known_by = data.draw(as_ofs(text, rows))
    note(text)
    wanted = by_oracle(text, rows, as_of, known_by)
    for answer in answers(text, rows, as_of, known_by, duckdb_assumes_everything):
        assert_same(answer, wanted, rows)


def answers(text: str, rows: RawFacts, as_of: date, known_by: date, swapped: bool) -> tuple[Answer, Answer]:
    """What DuckDB and Polars say."""
    contract, run, facts = read_contract_text(text), Run(as_of, known_by), ENGINE.read(rows)
    first, second = (EVERYTHING, None) if swapped else (None, EVERYTHING)
    return ENGINE.on_duckdb(contract, facts, run, first), ENGINE.on_polars(contract, facts, run, second)
