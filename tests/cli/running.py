"""Runs the program in this process, and the worked settlement's files for it."""

import contextlib
import io
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from engine.cli.main import main

KYMRIAH = Path(__file__).parents[2] / "contracts" / "kymriah-us-day30"

TREATMENTS = """treatment_id,patient_id,product,payer,index_date,birth_date,diagnosis,rems_certified,known_on
P1,p1,Q2042,Example Health Plan,2018-01-01,2006-05-01,C91.02,true,2018-01-01
P2,p2,Q2042,Example Health Plan,2018-01-10,2006-05-01,C91.02,true,2018-01-10
P3,p3,Q2042,Example Health Plan,2018-01-20,2006-05-01,C91.02,true,2018-01-20
"""
OUTCOMES = """record_id,patient_id,measure,effective_date,value,status,known_on
r1,p1,disease_status,2018-01-29,CR,final,2018-02-03
r2,p2,disease_status,2018-02-09,NR,final,2018-02-09
r3,p3,disease_status,2018-02-18,CR,final,2018-04-12
r1,p1,disease_status,2018-01-29,CR,entered_in_error,2018-05-04
"""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


def oba(*arguments: object, today: str = "2026-11-25") -> Ran:
    """Run `oba` with arguments on a given day: exit code, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        mock.patch.object(sys, "argv", ["oba", *map(str, arguments)]),
        mock.patch.dict(os.environ, {"OBA_TODAY": today}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
    return Ran(code, out.getvalue(), err.getvalue())


def worked_feeds(folder: Path) -> Path:
    """The worked settlement's feeds, as files in a new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "treatments.csv").write_text(TREATMENTS)
    (folder / "outcomes.csv").write_text(OUTCOMES)
    return folder


def worked_store(folder: Path) -> Path:
    """A store that holds the worked settlement's feeds."""
    store = folder / "store.duckdb"
    loaded = oba("load", worked_feeds(folder / "feeds"), "--store", store)
    assert loaded.code == 0, loaded.err
    return store
