"""A store's file that is cut off or overwritten: a reason and an exit code, in every command, and never a fault."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import KYMRIAH, oba, worked_store

PERIOD = ("--period", "2018-02", "--known-by", "2018-02-28")
COMMANDS: dict[str, Callable[[Path, Path], tuple[object, ...]]] = {
    "load": lambda store, folder: ("load", folder / "outcomes-late.csv", "--store", store),
    "settle": lambda store, _: ("settle", KYMRIAH, "--store", store, *PERIOD),
    "post": lambda store, _: ("post", KYMRIAH, "--store", store, *PERIOD, "--yes"),
    "report": lambda store, out: (
        "report",
        KYMRIAH,
        "--store",
        store,
        "--period",
        "2018-01",
        "--out",
        out / "out",
    ),
    "explain": lambda store, _: ("explain", KYMRIAH, "P1", "--store", store, "--as-of", "2018-03-01"),
}
LATE = """record_id,patient_id,measure,effective_date,value,status,known_on
r9,p2,disease_status,2018-02-10,NR,final,2018-03-09
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a store with one posted month."""
    store = worked_store(tmp_path_factory.mktemp("sound"))
    posted = oba(
        "post", KYMRIAH, "--store", store, "--period", "2018-01", "--known-by", "2018-01-31", "--yes"
    )
    assert posted.code == 0, posted.err
    return store.read_bytes()


def overwritten(data: bytes) -> bytes:
    """Every 499th byte from the first block on turned round."""
    changed = bytearray(data)
    for k in range(4096, len(changed), 499):
        changed[k] ^= 0xFF
    return bytes(changed)


DAMAGE: list[tuple[str, Callable[[bytes], bytes], tuple[int, ...], str]] = [
    ("empty", lambda data: b"", (2,), "the file is empty"),
    ("no DuckDB file", lambda data: b"no store at all\n" * 500, (2,), "is not a store"),
    ("cut within the header", lambda data: data[:100], (2, 5), "the store"),
    ("cut after the header", lambda data: data[:12288], (5,), "is damaged"),
    ("cut in half", lambda data: data[: len(data) // 2], (5,), "is damaged"),
    ("overwritten", overwritten, (5,), "is damaged"),
]


@pytest.mark.parametrize(("damage", "codes", "words"), [d[1:] for d in DAMAGE], ids=[d[0] for d in DAMAGE])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_damaged_store_is_refused_with_the_reason(
    sound: bytes,
    tmp_path: Path,
    command: str,
    damage: Callable[[bytes], bytes],
    codes: tuple[int, ...],
    words: str,
) -> None:
    store = tmp_path / "store.duckdb"
    store.write_bytes(damage(sound))
    (tmp_path / "outcomes-late.csv").write_text(LATE)
    before = store.read_bytes()
    ran = oba(*COMMANDS[command](store, tmp_path))
    assert ran.code in codes, ran.err
    assert words in ran.err
    assert len(ran.err.splitlines()) == 1
    assert store.read_bytes() == before
    assert not (tmp_path / "out").exists()


def test_a_sound_store_is_none_of_that(sound: bytes, tmp_path: Path) -> None:
    store = tmp_path / "store.duckdb"
    store.write_bytes(sound)
    (tmp_path / "outcomes-late.csv").write_text(LATE)
    assert [oba(*command(store, tmp_path)).code for command in COMMANDS.values()] == [0, 0, 0, 0, 0]
