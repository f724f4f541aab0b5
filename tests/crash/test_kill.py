"""SIGKILL at random moments: the store opens, each file is the old or the new one, and a re-run ends where a run that
nobody disturbed ends.

Two or three moments of each command here; ``make crash`` (FULFIL_KILLS) tries fifty, and re-runs after every one.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from nursing import Nursery

KILLS = int(os.environ.get("FULFIL_KILLS", "0"))
SEED = int(os.environ.get("FULFIL_SEED", "20261116"))
POLICY = ("--policy", "tiktok-us")
ONLY = ("--only", "stale_tracking", "--only", "late_rts", "--only", "duplicate_waybill")
"""Rules of the audits here: rules write nothing, so that three of them are as good as all."""


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two folders of exports, one after the other."""
    from fulfil_analytics.sample import generate

    folder = tmp_path_factory.mktemp("exports")
    generate(folder / "first", orders=12, seed=1)
    generate(folder / "second", orders=12, seed=2)
    return folder


@pytest.fixture(scope="module")
def loaded(nursery: Nursery, exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds the first exports, nothing derived; to be copied."""
    db = tmp_path_factory.mktemp("loaded") / "start.duckdb"
    nursery.run("load", exports / "first", "--db", db, *POLICY)
    return db


@pytest.fixture(scope="module")
def audited(nursery: Nursery, exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``start.duckdb``, which keeps an audit of the first exports, and with what it wrote, ``out``."""
    folder = tmp_path_factory.mktemp("audited")
    words = ("audit", exports / "first", "--db", folder / "start.duckdb", "--out", folder / "out", "--pack")
    nursery.run(*words, *POLICY, *ONLY)
    return folder


def tables(db: Path) -> dict[str, list[Any]]:
    """Return what the store's lasting tables hold."""
    with duckdb.connect(str(db), read_only=True) as con:
        names = [
            name
            for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
            if name.startswith("loaded_") or name in {"source_files", "quarantine"}
        ]
        return {name: con.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in names}


def whole(db: Path) -> None:
    """Refuse a store that holds a part of a file."""
    with duckdb.connect(str(db)) as con:  # writable: what a killed process had said for good is still in its log
        names = [row[0] for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        loaded = " UNION ALL ".join(f"SELECT source_file FROM {name}" for name in names if name.startswith("loaded_"))
        if loaded:
            counts = dict(con.execute(f"SELECT source_file, count(*) FROM ({loaded}) GROUP BY ALL").fetchall())
            aside = dict(
                con.execute(
                    "SELECT source_file, count(DISTINCT source_line) FROM quarantine WHERE scope = 'row' GROUP BY ALL"
                ).fetchall()
            )
            files = dict(con.execute("SELECT source_file, rows_in FROM source_files").fetchall())
            assert {name: counts.get(name, 0) + aside.get(name, 0) for name in files} == files
            assert set(counts) <= set(files)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder that are the same from run to run."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "run.json"}


def moments(count: int, seconds: float, name: str) -> list[float]:
    """Return random moments of a run, some of them near its end, where it writes.

    Of a few kills one at least must hit, however busy the machine was when the run was timed: they come early.
    """
    chance = random.Random(f"{SEED} {name}")
    return [
        seconds * (1 if KILLS else 0.4) * (chance.uniform(0.75, 1.0) if number % 3 == 0 else chance.uniform(0.02, 1.0))
        for number in range(count)
    ]


def test_a_load_that_is_killed(nursery: Nursery, exports: Path, loaded: Path, tmp_path: Path) -> None:
    start, db = loaded, tmp_path / "shop.duckdb"
    old = tables(start)
    shutil.copy(start, db)
    seconds = nursery.run("load", exports / "second", "--db", db, *POLICY)["seconds"]
    new = tables(db)
    killed = 0
    for moment in moments(KILLS or 3, seconds, "load"):
        db.unlink()
        Path(f"{db}.wal").unlink(missing_ok=True)
        shutil.copy(start, db)
        killed += nursery.run("load", exports / "second", "--db", db, *POLICY, kill=moment)["status"] == -9
        whole(db)
        held = {row for row in tables(db)["source_files"]}
        assert {row[:2] for row in old["source_files"]} <= {row[:2] for row in held}
        nursery.run("load", exports / "second", "--db", db, *POLICY)
        assert tables(db) == new
    assert killed >= (KILLS or 3) // 3


def test_an_audit_that_is_killed(nursery: Nursery, exports: Path, audited: Path, tmp_path: Path) -> None:
    start, db, out = audited / "start.duckdb", tmp_path / "shop.duckdb", tmp_path / "out"

    def audit(kill: float | None = None) -> dict[str, Any]:
        words = ("audit", exports / "second", "--db", db, "--out", out, "--pack", *POLICY, *ONLY)
        return nursery.run(*words, kill=kill)

    shutil.copytree(audited / "out", out)
    old = contents(out)
    shutil.copy(start, db)
    seconds = audit()["seconds"]
    new, held = contents(out), tables(db)
    assert new["findings.csv"] != old["findings.csv"]
    killed = 0
    for number, moment in enumerate(moments(KILLS or 2, seconds, "audit")):
        shutil.rmtree(out)
        out.mkdir()
        for name, content in old.items():
            (out / name).write_bytes(content)
        db.unlink()
        Path(f"{db}.wal").unlink(missing_ok=True)
        shutil.copy(start, db)
        killed += audit(kill=moment)["status"] == -9
        whole(db)
        for file in out.iterdir():
            if file.is_file() and file.name != "run.json":
                assert file.read_bytes() in (old.get(file.name), new.get(file.name))
        assert {file.name for file in out.iterdir() if file.is_file()} >= set(old) & set(new)
        if KILLS or number < 1:
            audit()
            assert contents(out) == new
            assert tables(db) == held
    assert killed >= (KILLS or 2) // 2


def test_a_pack_that_is_killed(nursery: Nursery, exports: Path, tmp_path: Path) -> None:
    """The moments lie in the writing of the folder, its pages and its zip, and in their move into place."""
    db, out = tmp_path / "shop.duckdb", tmp_path / "out"

    def pack(*as_of: str, kill: float | None = None) -> dict[str, Any]:
        words = ("audit", "--db", db, "--out", out, "--pack", *POLICY, *ONLY, *as_of)
        return nursery.run(*words, kill=kill, writes=out)

    nursery.run("load", exports / "first", exports / "second", "--db", db, *POLICY)
    pack("--as-of", "2026-11-12")
    old, loaded = contents(out), tables(db)
    seconds = pack()["seconds"]
    new = contents(out)
    assert new["pack.zip"] != old["pack.zip"]
    pages = {name for name in new if name.startswith("order-")}
    assert pages
    killed = 0
    for moment in moments(KILLS or 3, seconds, "pack"):
        shutil.rmtree(out)
        out.mkdir()
        for name, content in old.items():
            (out / name).write_bytes(content)
        killed += pack(kill=moment)["status"] == -9
        whole(db)
        assert tables(db) == loaded
        left = {file.name: file.read_bytes() for file in out.iterdir() if file.is_file() and file.name != "run.json"}
        assert all(content in (old.get(name), new.get(name)) for name, content in left.items())
        assert set(left) >= set(old) & set(new)
        if KILLS:
            pack()
            assert contents(out) == new
    pack()
    assert contents(out) == new
    assert killed >= (KILLS or 3) // 3


def test_a_report_that_is_killed(nursery: Nursery, audited: Path, tmp_path: Path) -> None:
    db, page = Path(shutil.copy(audited / "start.duckdb", tmp_path / "shop.duckdb")), tmp_path / "week.html"

    def report(*days: str, kill: float | None = None) -> dict[str, Any]:
        return nursery.run("report", "--db", db, "--out", page, *POLICY, *days, kill=kill)

    report()
    old = page.read_bytes()
    days = ("--from", "2026-11-08", "--to", "2026-11-14")
    seconds = min(report(*days)["seconds"] for _ in range(3))  # the first brings up what the others find at hand
    new = page.read_bytes()
    assert new != old
    killed = 0
    for moment in moments(KILLS or 2, 1.0, "report"):
        page.write_bytes(old)
        killed += report(*days, kill=moment * seconds)["status"] == -9
        assert page.read_bytes() in (old, new)
        whole(db)
        if KILLS:
            seconds = report(*days)["seconds"]  # the machine may have become faster since
            assert page.read_bytes() == new
    report(*days)
    assert page.read_bytes() == new
    assert {file.name for file in tmp_path.iterdir()} == {db.name, page.name}
    assert killed >= (KILLS or 2) // 2


def test_a_removal_that_is_killed(nursery: Nursery, loaded: Path, tmp_path: Path) -> None:
    start, db = loaded, tmp_path / "shop.duckdb"
    words = ("purge", "--before", "2026-11-10", "--db", db)
    old = tables(start)
    shutil.copy(start, db)
    seconds = nursery.run(*words)["seconds"]
    new = tables(db)
    assert new["loaded_order_lines"] != old["loaded_order_lines"]
    for moment in moments(KILLS or 3, seconds, "purge"):
        db.unlink()
        Path(f"{db}.wal").unlink(missing_ok=True)
        shutil.copy(start, db)
        nursery.run(*words, kill=moment)
        whole(db)
        assert tables(db)["loaded_order_lines"] in (old["loaded_order_lines"], new["loaded_order_lines"])
        nursery.run(*words)
        assert tables(db) == new
        assert {file.name for file in tmp_path.iterdir()} == {db.name}
