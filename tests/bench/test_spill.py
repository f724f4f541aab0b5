"""What does not fit into memory: where it goes, that nobody can read it, that it is gone, and a disk that is full."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from said import fulfil

from fulfil_analytics.audit.options import Options, Pii
from fulfil_analytics.audit.run import run_audit, run_deadlines
from fulfil_analytics.engines import locked
from fulfil_analytics.errors import StoreError, disk_trouble
from fulfil_analytics.sample import generate
from fulfil_analytics.store import open_store, spill

MARK = "Ann Example 12 Sample St"
BIG = f"""
SELECT count(*) AS rows, max(before) AS last FROM (
  SELECT
    lag('{MARK} ' || i) OVER (ORDER BY hash(i)) AS before,
    row_number() OVER (ORDER BY hash(i))
  FROM range(1000000) AS r(i)
)
"""
"""Sorts rows that a name stands in: more than the limit holds."""

HELD = f"CREATE TEMP TABLE held AS SELECT '{MARK} ' || hash(i) AS name FROM range(2000000) AS r(i)"
"""A table of such rows, which stays in the temporary files."""


@pytest.fixture
def tiny() -> Iterator[Path]:
    """A disk of 4 MiB."""
    place = Path(f"/dev/shm/fulfil-test-{os.getpid()}") if Path("/dev/shm").is_dir() else None
    if place is None or shutil.which("mount") is None:
        pytest.skip("there is no place to mount a small disk")
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], capture_output=True, text=True, check=False
    )
    try:
        if mounted.returncode != 0:
            pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
        yield place
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", place], check=True)
        place.rmdir()


def test_what_does_not_fit_goes_to_the_named_folder_encrypted_and_is_gone_afterwards(tmp_path: Path) -> None:
    temp = tmp_path / "scratch"
    temp.mkdir()
    with open_store(tmp_path / "shop.duckdb", memory="40MB", temp=temp) as store:
        assert store.temp.parent == temp
        assert store.temp.stat().st_mode & 0o077 == 0
        store.con.execute(HELD)
        files = [file for file in store.temp.rglob("*") if file.is_file()]
        assert sum(file.stat().st_size for file in files) > 1_000_000
        assert not any(MARK.encode() in file.read_bytes() for file in files)
        assert store.one(f"SELECT count(*) FROM held WHERE name LIKE '{MARK}%'") == 2_000_000
    assert list(temp.iterdir()) == []
    assert [file.name for file in tmp_path.iterdir() if file != temp] == ["shop.duckdb"]


@pytest.fixture
def _new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has read no export so far."""
    monkeypatch.setattr(spill, "_exports_read", threading.Event())


@pytest.mark.usefixtures("_new_process")
def test_where_no_export_was_read_it_is_written_as_the_store_is_unless_something_encrypted_is_left(
    tmp_path: Path,
) -> None:
    with open_store(memory="40MB", temp=tmp_path) as store:
        store.con.execute(HELD)
        store.spill_as_kept()
        assert store.encrypted
        assert store.one("SELECT current_setting('temp_file_encryption')") is True
        store.con.execute("DROP TABLE held")
        store.spill_as_kept()
        assert not store.encrypted
        store.con.execute(HELD)
        assert any(MARK.encode() in file.read_bytes() for file in store.temp.rglob("*.tmp"))
        store.con.close()
        store.reopen("40MB")
        assert store.one("SELECT current_setting('temp_file_encryption')") is False


@pytest.mark.usefixtures("_new_process")
@pytest.mark.parametrize(("pii", "encrypted"), [("hash", False), ("drop", False), ("keep", True)])
def test_an_audit_encrypts_where_it_read_exports_or_the_store_keeps_what_is_personal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pii: Pii, encrypted: bool
) -> None:
    generate(tmp_path / "exports", orders=12, seed=1)
    settings: dict[str, Any] = {"db": tmp_path / "shop.duckdb", "only": ("late_dispatch",)}
    with run_deadlines([str(tmp_path / "exports")], Options(pii=pii, **settings)) as run:
        assert run.store.encrypted
    with run_deadlines([], Options(**settings)) as run:  # what was read may still stand in what memory is free
        assert run.store.encrypted
    monkeypatch.setattr(spill, "_exports_read", threading.Event())
    for begin in (run_deadlines, run_audit):
        with begin([], Options(**settings)) as run:  # whatever is asked for now
            assert run.store.encrypted is encrypted
    with open_store(tmp_path / "shop.duckdb") as store:
        assert store.encrypted
        assert store.one("SELECT current_setting('temp_file_encryption')") is True


@pytest.mark.usefixtures("_new_process")
def test_a_process_that_a_store_is_lent_to_encrypts_in_the_same_folder(tmp_path: Path) -> None:
    with open_store(tmp_path / "shop.duckdb", memory="40MB", temp=tmp_path) as store:
        store.con.execute("CREATE TABLE kept AS SELECT 1 AS one")
        with store.lent("40MB") as lent, lent.open() as other:
            assert other.encrypted
            other.con.execute(HELD)
            files = list(store.temp.rglob("*.tmp"))
            assert sum(file.stat().st_size for file in files) > 1_000_000
            assert not any(MARK.encode() in file.read_bytes() for file in files)
            other.con.execute("UPDATE kept SET one = 2")
        assert store.one("SELECT one FROM kept") == 2


def test_rules_spill_into_the_same_folder(tmp_path: Path) -> None:
    with open_store(tmp_path / "shop.duckdb"):
        pass
    with locked(tmp_path / "shop.duckdb", threads=2, memory="40MB", temp=tmp_path) as engine:
        assert [batch.num_rows for batch in engine.batches(BIG)] == [1]


def test_what_a_killed_process_left_goes_with_the_next(tmp_path: Path) -> None:
    code = (
        "import os, pathlib; from fulfil_analytics.store import open_store\n"
        f"store = open_store(pathlib.Path({str(tmp_path / 'shop.duckdb')!r}), memory='40MB')\n"
        f"store.con.execute({HELD!r})\n"
        "os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert [path for path in tmp_path.iterdir() if path.is_dir()]
    with open_store(tmp_path / "shop.duckdb") as store:
        assert [path for path in tmp_path.iterdir() if path.is_dir()] == [store.temp]
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_a_full_disk_is_said_and_the_store_stays_whole(tmp_path: Path, tiny: Path) -> None:
    path = tmp_path / "shop.duckdb"
    with open_store(path, memory="40MB", temp=tiny) as store:
        store.con.execute("CREATE TABLE kept AS SELECT 1 AS one")
        with pytest.raises(duckdb.Error) as found:
            store.con.execute(BIG)
        assert "--temp names another folder" in disk_trouble(found.value) or "No space" in disk_trouble(found.value)
        assert store.one("SELECT one FROM kept") == 1
    with (
        locked(path, threads=2, memory="40MB", temp=tiny) as engine,
        pytest.raises(StoreError, match="the rules cannot be run: No space left.*what was loaded stays loaded"),
    ):
        list(engine.batches(BIG))
    assert not [path for path in tiny.iterdir() if path.name.startswith(".fulfil-")]


def test_the_folder_may_stand_in_the_settings_or_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "export.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "fulfil.toml").write_text('[paths]\ntemp = "nowhere"\n', encoding="utf-8")
    wrong = r"fulfil: .*{}, --temp: the folder for temporary files cannot be written: No such file.*with --temp\.\n"
    for words, folder in (((), "nowhere"), (("--temp", "gone"), "gone")):
        result = fulfil("load", "export.csv", "--db", "shop.duckdb", *words)
        assert result.returncode == 2
        assert re.fullmatch(wrong.format(folder), result.stderr), result.stderr


def test_where_even_that_is_too_little_the_file_in_hand_is_named(tmp_path: Path) -> None:
    generate(tmp_path / "exports", orders=12, seed=1)
    said = "(csv|xlsx): the database has used up the memory that it may take. Give it more with --memory; nothing of"
    with pytest.raises(StoreError, match=said):
        run_deadlines([str(tmp_path / "exports")], Options(policy="tiktok-us", memory="8MB"))
