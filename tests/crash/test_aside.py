"""Outputs are written aside and moved: what stood there stands until the new is whole."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fulfil_analytics.aside import aside, folder_aside, sweep, write_text
from fulfil_analytics.errors import UsageError


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    write_text(path, "one\n", parents=True)
    with aside(path) as fresh:
        fresh.write_text("two", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "one\n"
    assert path.read_text(encoding="utf-8") == "two"
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


def test_where_the_disk_is_full_the_old_file_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.html"
    write_text(path, "old")
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(
        UsageError, match=r"report.html: the file cannot be written: No space left on device. Make room"
    ):
        write_text(path, "new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_of_a_folder_all_files_stay_until_all_are_written(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_text(tmp_path / name, "old")
    with pytest.raises(UsageError, match="writing stopped: No space left on device"), folder_aside(tmp_path) as fresh:
        (fresh / "a").write_text("new", encoding="utf-8")
        full()
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"a": b"old", "b": b"old"}


def test_what_a_killed_process_left_is_swept_and_what_a_running_one_writes_is_not(tmp_path: Path) -> None:
    code = [sys.executable, "-c", "import os; print(os.getpid())"]
    dead = int(subprocess.run(code, check=True, capture_output=True).stdout)
    for name in (f".fulfil-{dead}-abc", f"fulfil-{dead}-store"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half").write_bytes(b"half")
    (tmp_path / f".fulfil-{dead}-report.html").write_bytes(b"half")
    kept = [f".fulfil-{os.getppid()}-x", ".fulfil-notes", "fulfil-config-1", "mine.txt"]
    for name in kept:
        (tmp_path / name).write_bytes(b"mine")
    sweep(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(kept)


@pytest.mark.parametrize("path", ["no/such/folder.html", "file.txt/below.html"])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, path: str) -> None:
    (tmp_path / "file.txt").write_bytes(b"")
    with pytest.raises(UsageError, match=r"the file cannot be written: .*\. Make room, or name a file in a folder"):
        write_text(tmp_path / path, "x")
