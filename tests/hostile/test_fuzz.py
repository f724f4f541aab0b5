"""Mutants of every sample file: each is loaded or refused in our own words, in time, and no row is lost in silence.

Two thousand mutations here; ``make fuzz`` (FULFIL_FUZZ rounds, FULFIL_SEED) goes on as long as one likes.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb
import mutants
import pytest

from fulfil_analytics.errors import FulfilError
from fulfil_analytics.privacy import Privacy
from fulfil_analytics.schemas import LOADED
from fulfil_analytics.sources import discover, identify, load_formats, open_rows

ROUNDS = int(os.environ.get("FULFIL_FUZZ", "0"))
SEED = int(os.environ.get("FULFIL_SEED", "20261116"))
FILES, CELLS = 3, 170
MORE_FILES = 20
"""Mutants of each file as a whole, here and in a round of ``make fuzz``; mutated cells of one that is a table."""
LIMIT = 10.0
SOURCES = mutants.sources()
FORMATS = load_formats()
MADE = {"mutations": 0, "loaded": 0, "refused": 0}


@cache
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


@contextmanager
def in_time(name: str) -> Iterator[None]:
    """Fail what takes more than ten seconds of work; break off what hangs."""

    def hung(*_: object) -> None:
        raise TimeoutError(f"{name}: hangs")

    old = signal.signal(signal.SIGALRM, hung)
    signal.alarm(120)
    began = time.process_time()
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, old)
    assert time.process_time() - began < LIMIT, name


def take(path: Path) -> tuple[int, int, int]:
    """Read a file the whole way to the door of the store; return rows in, taken and set aside."""
    from fulfil_analytics.schemas.check import check_batches

    con = connection()
    (source,) = discover([str(path)]).files
    item = identify(con, source, FORMATS)
    taken = aside = 0
    with open_rows(con, item, zone="UTC", privacy=Privacy("hash", b"k" * 32), date_order="month-first") as rows:
        reader = con.sql(rows.select).to_arrow_reader(100_000)
        for checked in check_batches(LOADED[rows.table], reader):
            taken += checked.good.height
            aside += checked.rows_rejected
        return rows.rows_in(), taken, aside


def check(mutant: mutants.Mutant, folder: Path) -> None:
    path = folder / f"mutant{mutant.ending}"
    path.write_bytes(mutant.content)
    MADE["mutations"] += mutant.mutations
    with in_time(mutant.name):
        try:
            rows_in, taken, aside = take(path)
        except FulfilError as problem:
            MADE["refused"] += 1
            assert problem.file
            assert problem.remedy
            assert "\n" not in str(problem), mutant.name
            assert mutant.rows is None, f"{mutant.name}: {problem}"
            return
        except Exception as problem:
            kept = Path(os.environ.get("FULFIL_KEEP", folder)) / f"broke-{SEED}-{abs(hash(mutant.name))}{mutant.ending}"
            kept.write_bytes(mutant.content)
            raise AssertionError(f"{mutant.name}: {type(problem).__name__}: {problem} (kept: {kept})") from problem
    MADE["loaded"] += 1
    assert rows_in == taken + aside, mutant.name
    if mutant.rows is not None:
        assert rows_in == mutant.rows, mutant.name


@pytest.mark.parametrize("name", SOURCES)
def test_mutants(name: str, tmp_path: Path) -> None:
    for seed in range(SEED, SEED + max(ROUNDS, 1)):
        for mutant in mutants.mutants(name, SOURCES[name], seed, MORE_FILES if ROUNDS else FILES, CELLS):
            check(mutant, tmp_path)


def test_there_are_enough_of_them_and_of_both_kinds() -> None:
    made = [mutant for name in SOURCES for mutant in mutants.mutants(name, SOURCES[name], SEED, FILES, CELLS)]
    assert sum(mutant.mutations for mutant in made) >= 2_000
    if not ROUNDS and MADE["mutations"] == sum(mutant.mutations for mutant in made):  # all of them ran in this process
        assert MADE["loaded"] > 30, MADE
        assert MADE["refused"] > 15, MADE
