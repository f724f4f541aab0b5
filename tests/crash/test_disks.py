"""A disk that is full, a folder that is read-only, a store that somebody holds: a clear line, and nothing lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from nursing import Nursery
from said import fulfil

from fulfil_analytics.sample import generate

POLICY = ("--policy", "tiktok-us")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    generate(folder / "first", orders=10, seed=1)
    generate(folder / "second", orders=60, seed=2)
    return folder


@pytest.fixture(scope="module")
def first(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    db = tmp_path_factory.mktemp("store") / "first.duckdb"
    assert fulfil("load", exports / "first", "--db", db, *POLICY).returncode == 0
    return db


def orders(db: Path) -> int:
    with duckdb.connect(str(db)) as con:
        (count,) = con.execute("SELECT count(*) FROM order_lines").fetchall()[0]
        return int(count)


def test_a_load_that_finds_no_room_takes_nothing(nursery: Nursery, exports: Path, first: Path, tmp_path: Path) -> None:
    db = Path(shutil.copy(first, tmp_path / "shop.duckdb"))
    before = orders(db)
    said = nursery.run("load", exports / "second", "--db", db, *POLICY, limit=40_000)  # the log does not fit
    assert said["status"] == 2
    assert f"fulfil: {db}: the store cannot be written: File too large. Make room, or give more with" in said["said"]
    assert said["said"].count("\n") == 1
    assert orders(db) >= before
    assert nursery.run("load", exports / "second", "--db", db, *POLICY)["status"] == 0
    assert orders(db) > before + 60


def test_an_audit_that_finds_no_room_leaves_the_old_folder(nursery: Nursery, exports: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "findings.csv").write_bytes(b"old")
    words = ("audit", exports / "first", "--out", out, "--only", "stale_tracking", *POLICY)
    said = nursery.run(*words, limit=4_500_000)  # the temporary store fits, the report does not
    if said["status"] == 0:
        pytest.skip("the report of this version is smaller than the store")
    assert said["status"] == 2, said
    assert [path.name for path in out.iterdir()] == ["findings.csv"]


def test_a_removal_that_finds_no_room_removes_nothing(nursery: Nursery, first: Path, tmp_path: Path) -> None:
    db = Path(shutil.copy(first, tmp_path / "shop.duckdb"))
    before = orders(db)
    said = nursery.run("purge", "--before", "2026-11-10", "--db", db, limit=400_000)
    assert said["status"] == 2
    assert "the store cannot be written anew: File too large. Make room for a second store" in said["said"]
    assert orders(db) == before
    assert [path.name for path in tmp_path.iterdir()] == [db.name]


def test_a_store_that_another_process_holds(exports: Path, first: Path) -> None:
    code = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(first)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        for words in (("load", exports / "second"), ("purge", "--before", "2026-01-01"), ("forget", "--order", "1")):
            said = fulfil(*words, "--db", first)
            assert said.returncode == 2
            assert f"{first}: the store is held by process {other.pid}. Wait until it has finished" in said.stderr
        assert other.stdin is not None
        other.stdin.close()
    assert fulfil("purge", "--before", "2020-01-01", "--db", first).returncode == 0


def mount(folder: Path, options: str) -> None:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip("nothing may be mounted here")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount(folder, "size=6m")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full(small: Path, exports: Path, first: Path) -> None:
    db = Path(shutil.copy(first, small / "shop.duckdb"))
    with pytest.raises(OSError, match="No space left"), (small / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(1 << 16))
    for words in (("load", exports / "second", *POLICY), ("purge", "--before", "2026-11-10")):
        said = fulfil(*words, "--db", db)
        assert said.returncode == 2, said
        assert "No space left on device" in said.stderr
        assert said.stderr.count("\n") == 1
    said = fulfil("load", exports / "first", "--db", small / "new.duckdb", *POLICY)
    assert (said.returncode, "No space left on device. Make room" in said.stderr) == (2, True)
    assert {path.name for path in small.iterdir()} <= {"filler", db.name, f"{db.name}.wal"}
    (small / "filler").unlink()
    assert fulfil("load", exports / "first", "--db", db, *POLICY).returncode == 0


def test_a_folder_that_is_read_only(small: Path, exports: Path, first: Path) -> None:
    db = Path(shutil.copy(first, small / "shop.duckdb"))
    before = db.read_bytes()
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    for words in (
        ("load", exports / "second", "--db", db, *POLICY),
        ("load", exports / "second", "--db", small / "new.duckdb", *POLICY),
        ("purge", "--before", "2026-11-10", "--db", db),
        ("rules", "new", "mine", "--into", small / "rules"),
        ("sample", small / "sample"),
    ):
        said = fulfil(*words)
        assert said.returncode == 2, said
        assert "Read-only file system" in said.stderr
        assert said.stderr.count("\n") == 1
    assert db.read_bytes() == before
