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
import duckdb
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


def audited(planted: Path, kept: Path, mode: str) -> None:
    """Load and audit; whatever else a run leaves lies in `kept` too."""
    asked = ("--pii", mode, "--policy", "tiktok-us")
    assert fulfil(kept, "load", planted / "windows", "--db", kept / "windows.duckdb", *asked) == 0
    db, out = kept / "shop.duckdb", kept / "audit"
    pack = ("--pack",) if mode == "hash" else ()
    named = next((planted / "exports").glob("tracking*.csv"))  # a file named directly, its name holds a person
    words = ("audit", planted / "exports", named, "--db", db, "--out", out, "--as-of", AS_OF, *pack, *asked)
    assert fulfil(kept, "--log", "json", *words) == 0


def test_no_byte_that_is_written_holds_a_person(planted: Path, kept: Path) -> None:
    audited(planted, kept, "hash")
    db = kept / "shop.duckdb"
    with duckdb.connect(str(db), read_only=True) as con:
        ((order,),) = con.execute("SELECT min(order_id) FROM orders").fetchall()
        ((loaded,),) = con.execute("SELECT count(*) FROM loaded_order_lines").fetchall()
        ((phones,),) = con.execute("SELECT count(*) FROM order_lines WHERE waybill LIKE 'PHONE#%'").fetchall()
    assert loaded > 300
    assert phones
    asked = ("--db", db, "--policy", "tiktok-us", "--as-of", AS_OF)
    assert fulfil(kept, "explain", order, *asked, "--html", kept / "order.html") == 0
    assert fulfil(kept, "report", *asked, "--out", kept / "week.html") == 0
    assert fulfil(kept, "rates", *asked) == 0
    assert not canaries.traces(kept)
    # the search finds what is there
    (kept / "seen.txt").write_text(f"x {canaries.PHONES[1]} y", encoding="utf-8")
    assert list(canaries.traces(kept)) == ["seen.txt"]


def test_neither_does_any_where_personal_data_is_dropped(planted: Path, kept: Path) -> None:
    audited(planted, kept, "drop")
    assert not canaries.traces(kept)


def test_neither_does_the_refusal_of_a_broken_file(planted: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [path for path in (planted / "exports").iterdir() if path.name in canaries.BROKEN]
    assert len(broken) == len(canaries.BROKEN)
    for path in broken:
        for words in ((), ("--debug",), ("--log", "json")):
            assert fulfil(kept, *words, "load", path, "--db", kept / "shop.duckdb") == 2
    assert not canaries.traces(kept)


def test_neither_does_a_defect_of_our_own(planted: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        try:
            int(canaries.EVERYTHING)
        except ValueError as problem:
            raise RuntimeError(f"row {canaries.EVERYTHING}") from problem

    monkeypatch.setattr(sys.modules["fulfil_analytics.audit.run"], "look", break_down)
    for words in ((), ("--debug",), ("--log", "json")):
        assert fulfil(kept, *words, "load", planted / "exports", "--db", kept / "shop.duckdb") == 3
    said = "".join(path.read_text(encoding="utf-8") for path in kept.glob("said-*"))
    assert "RuntimeError" in said
    assert "in break_down" in said
    assert not canaries.traces(kept)
