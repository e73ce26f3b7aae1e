"""Posting is one transaction: killed at any moment the store holds all of it or none; one writer at a time."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from tests.cli.running import KYMRIAH, oba, worked_store

KILLS = 20


def _post(store: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", "from engine.cli.main import main; main()", "post", str(KYMRIAH)]
    command += ["--store", str(store), "--period", "2018-01", "--known-by", "2018-01-31", "--yes"]
    root = KYMRIAH.parents[1]
    return subprocess.Popen(command, cwd=root, env={**os.environ, "OBA_TODAY": "2026-11-25"}, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)  # fmt: skip


def _posted_lines(store: Path) -> int | None:
    """How many lines the store holds; None where it has no ledger yet."""
    with duckdb.connect(str(store), read_only=True) as connection:
        tables = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'postings'").fetchall()
        if not tables:
            return None
        runs = connection.execute("SELECT count(*) FROM ledger.runs").fetchall()[0][0]
        lines = int(connection.execute("SELECT count(*) FROM ledger.postings").fetchall()[0][0])
        assert (runs, lines) in {(0, 0), (1, 3)}
        return lines


def test_twenty_kills_leave_all_or_nothing_and_the_next_post_completes(tmp_path: Path) -> None:
    fresh = worked_store(tmp_path)
    started = time.monotonic()
    assert _post(fresh).wait() == 0
    duration = time.monotonic() - started
    assert _posted_lines(fresh) == 3
    chance = random.Random(7)
    for k in range(KILLS):
        store = worked_store(tmp_path / str(k))
        process = _post(store)
        # The writing itself is at the end: most kills fall there.
        time.sleep(duration * chance.uniform(0.5, 1.05))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert _posted_lines(store) in {None, 0, 3}
        again = oba(
            "post", KYMRIAH, "--store", store, "--period", "2018-01", "--known-by", "2018-01-31", "--yes"
        )
        assert again.code == 0, again.err
        assert _posted_lines(store) == 3


def test_a_second_writer_is_told_that_the_store_is_busy(tmp_path: Path) -> None:
    store = worked_store(tmp_path)
    script = (
        f"import duckdb, sys; c = duckdb.connect({str(store)!r}); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == b"open\n"
        ran = oba(
            "post", KYMRIAH, "--store", store, "--period", "2018-01", "--known-by", "2018-01-31", "--yes"
        )
        holder.stdin.close()
    assert (ran.code, "busy" in ran.err, "Traceback" in ran.err) == (6, True, False)
