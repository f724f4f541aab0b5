"""Nothing raw is written: people planted into every column of every kind of input are looked for in every byte."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path

import canaries
import pytest

from fulfil_analytics.cli.main import run

AS_OF = "2026-11-16"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from fulfil_analytics.sample import generate

    folder = tmp_path_factory.mktemp("canaries")
    generate(folder / "sample", orders=8, seed=3)
    canaries.plant(folder / "sample", folder / "exports")
    (folder / "windows").mkdir()
    for file in (folder / "exports").glob("sla_windows*"):
        file.rename(folder / "windows" / file.name)
    return folder


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Temporary files are kept, so that they can be searched as well."""
    folder = tmp_path / "written"
    (folder / "temp").mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(folder / "temp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile.TemporaryDirectory, "cleanup", lambda self: self._finalizer.detach())
    monkeypatch.setattr(tempfile, "TemporaryFile", partial(tempfile.NamedTemporaryFile, delete=False))
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    monkeypatch.setenv("NO_COLOR", "1")
    return folder


def fulfil(folder: Path, *words: object) -> int:
    """Run a command; what it prints is a file of `folder` like the others."""
    said, status = io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
        patch.setattr(sys, "argv", ["fulfil", *map(str, words)])
        patch.delenv("FULFIL_DEBUG", raising=False)
        try:
            run()
        except SystemExit as end:
            status = int(end.code or 0)
    name = f"said-{len(list(folder.glob('said-*')))}.txt"
    (folder / name).write_text(f"{said.getvalue()}\n", encoding="utf-8")
    return status


@pytest.mark.parametrize("mode", ["hash", "drop"])
def test_no_byte_that_is_written_holds_a_person(planted: Path, kept: Path, mode: str) -> None:
    db, exports = kept / "shop.duckdb", planted / "exports"
    asked = ("--pii", mode)
    assert fulfil(kept, "load", planted / "windows", "--db", kept / "windows.duckdb", *asked) == 0
    assert (
        fulfil(kept, "--log", "json", "audit", exports, "--db", db, "--out", kept / "audit", "--as-of", AS_OF, *asked)
        == 0
    )
    assert not canaries.traces(kept)
    # the search finds what is there
    (kept / "seen.txt").write_text(f"x {canaries.PHONES[1]} y", encoding="utf-8")
    assert list(canaries.traces(kept)) == ["seen.txt"]
