"""Exports read in a process of their own: the same audit, the same words, and an end with the process that waits."""

from __future__ import annotations

import hashlib
import pickle
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from fulfil_analytics.audit import apart
from fulfil_analytics.audit.files import write_folder
from fulfil_analytics.audit.options import Options
from fulfil_analytics.audit.run import run_audit, run_deadlines
from fulfil_analytics.errors import Broken, FulfilError, InputError, StoreError, in_hand, trace
from fulfil_analytics.report.outputs import write_outputs
from fulfil_analytics.sample import generate
from fulfil_analytics.sources import FrameSource
from fulfil_analytics.store import open_store, spill


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("apart") / "exports"
    generate(folder, orders=12, seed=1)
    (folder / "notes.txt").write_text("of no use\n", encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has read no export so far, on a machine of little memory."""
    monkeypatch.setattr(spill, "_exports_read", threading.Event())
    monkeypatch.setattr(apart, "MEMORY_OF_EXPORTS", 1_000_000)


def written(inputs: list[str], options: Options, out: Path) -> dict[str, str]:
    """Audit into a folder; return the hash of each file that follows from the inputs alone."""
    with run_audit(inputs, options) as run:
        assert run.store.encrypted is spill.exports_were_read()
        write_folder(run, out, write_outputs, lambda run, folder: None)
    files = [file for file in out.iterdir() if file.name != "run.json"]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_an_audit_is_the_same_to_the_byte(exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the rest puts aside is written as the store is: this process has read no export."""
    said: list[str] = []
    options = Options(policy="tiktok-us", only=("late_dispatch",), db=tmp_path / "a.duckdb", progress=said.append)
    there = written([str(exports)], options, tmp_path / "a")
    assert not spill.exports_were_read()
    told, said[:] = list(said), []
    monkeypatch.setattr(apart, "MEMORY_OF_EXPORTS", 0)
    here = written([str(exports)], replace(options, db=tmp_path / "b.duckdb"), tmp_path / "b")
    assert spill.exports_were_read()
    assert there == here
    assert told == said
    assert "loading" in told
    assert any(word.startswith("loading ") for word in told)
    assert "notes.txt" in (tmp_path / "a" / "manifest.json").read_text(encoding="utf-8")


def test_a_store_without_a_name_is_lent_too(exports: Path) -> None:
    with run_deadlines([str(exports)], Options(policy="tiktok-us")) as run:
        assert not run.store.encrypted
        assert run.store.one("SELECT count(*) FROM deadlines") > 0


@pytest.mark.parametrize(
    ("file", "content"),
    [("gone.csv", None), ("empty.csv", ""), ("strange.csv", "a,b\n1,2\n"), ("old.xls", "\xd0\xcf\x11\xe0")],
)
def test_an_error_has_the_same_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, content: str | None
) -> None:
    if content is not None:
        (tmp_path / file).write_text(content, encoding="latin-1")
    errors = []
    for factor in (1_000_000, 0):
        monkeypatch.setattr(apart, "MEMORY_OF_EXPORTS", factor)
        with pytest.raises(FulfilError) as found:
            run_audit([str(tmp_path / file)], Options(policy="tiktok-us", db=tmp_path / "shop.duckdb"))
        errors.append((type(found.value), found.value.text(), found.value.__dict__))
    assert errors[0] == errors[1]


def test_only_files_that_may_not_fit_are_read_apart(
    exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "MEMORY_OF_EXPORTS", 1_000)
    monkeypatch.setattr(apart, "MEMORY_OF_STORE", 100)
    size = sum(file.stat().st_size for file in exports.iterdir())
    with open_store(tmp_path / "shop.duckdb") as store:
        memory = 1_000 * size + 100 * store.path.stat().st_size
        frame = FrameSource.__new__(FrameSource)  # its content is not asked for
        for limit, inputs, wanted in (
            (f"{0.99 * memory:.0f} B", [str(exports)], True),
            (f"{1.01 * memory:.0f} B", [str(exports)], False),
            ("-1", [str(exports)], False),
            ("20 MB", [str(exports), frame], False),
            ("20 MB", [], False),
        ):
            store.con.execute(f"SET memory_limit = '{limit}'")
            assert apart.may_not_fit(store, inputs) is wanted
        spill.exports_are_read()
        store.con.execute("SET memory_limit = '20 MB'")
        assert not apart.may_not_fit(store, [str(exports)])


def test_a_process_that_the_system_ended_is_said(
    exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code, status in (("import os; os.kill(os.getpid(), 9)", "-9"), ("", "0"), ("print('no pickle')", "0")):
        monkeypatch.setattr(apart, "_CODE", code)
        with pytest.raises(StoreError, match=rf"was ended by the system \(status {status}\)\. .*--memory"):
            run_audit([str(exports)], Options(policy="tiktok-us", db=tmp_path / "shop.duckdb"))


def test_what_nobody_foresaw_is_told_without_words_of_the_data(
    exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil = "from fulfil_analytics.audit import apart; apart.take_in = lambda *given: int('Ann Example'); "
    monkeypatch.setattr(apart, "_CODE", apart._CODE.replace("from", spoil + "from", 1))
    with pytest.raises(Broken) as found:
        run_audit([str(exports)], Options(policy="tiktok-us", db=tmp_path / "shop.duckdb"))
    assert found.value.kind == "ValueError"
    assert in_hand(found.value) == ""
    text = "".join(trace(found.value))
    assert "in _taken" in text
    assert "in take_in_apart" in text
    assert "ValueError (its words may quote data: not shown)" in text
    assert text.count("Ann") == 0


def test_what_breaks_in_the_telling_quotes_nothing_either(
    exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """An error that cannot be handed over, raised while one was handled that quotes a row."""
    spoil = (
        "from fulfil_analytics.audit import apart; apart._in_our_words = lambda *given: open; "
        "apart.pickle.dump = lambda *given: int('Wombat'); apart.take_in = lambda *given: int('Ann Example'); "
    )
    monkeypatch.setattr(apart, "_CODE", apart._CODE.replace("from", spoil + "from", 1))
    with pytest.raises(StoreError, match=r"was ended by the system \(status 1\)"):
        run_audit([str(exports)], Options(policy="tiktok-us", db=tmp_path / "shop.duckdb"))
    said = capfd.readouterr().err
    assert said.count("its words may quote data: not shown") == 2
    assert "Ann" not in said
    assert "Wombat" not in said


def test_a_memory_that_is_full_is_said(exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil = "from fulfil_analytics.audit import apart; apart.take_in = lambda *given: bytearray(1 << 62); "
    monkeypatch.setattr(apart, "_CODE", apart._CODE.replace("from", spoil + "from", 1))
    with pytest.raises(
        StoreError, match="the exports cannot be loaded: the memory of this machine is used up. .*--memory"
    ):
        run_audit([str(exports)], Options(policy="tiktok-us", db=tmp_path / "shop.duckdb"))


def test_no_module_is_taken_from_the_working_folder(
    exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pickle.py").write_text("raise SystemExit(7)\n", encoding="utf-8")
    with run_audit([str(exports)], Options(policy="tiktok-us", only=("late_dispatch",), db=Path("shop.duckdb"))) as run:
        assert not run.store.encrypted


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_it_ends_with_the_process_that_waits_for_it(tmp_path: Path, how: signal.Signals) -> None:
    folder = tmp_path / "exports"
    generate(folder, orders=800, seed=1)
    db = tmp_path / "shop.duckdb"
    code = (
        "import sys, pathlib; from fulfil_analytics.audit import apart; apart.MEMORY_OF_EXPORTS = 1_000_000\n"
        "from fulfil_analytics.audit.options import Options; from fulfil_analytics.audit.run import run_audit\n"
        "def tell(step): print(step, flush=True)\n"
        f"options = Options(policy='tiktok-us', db=pathlib.Path({str(db)!r}), progress=tell)\n"
        f"run_audit([{str(folder)!r}], options)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as waiting:
        assert waiting.stdout is not None
        for line in waiting.stdout:
            if line.startswith("loading"):
                break
        waiting.send_signal(how)
    until = time.monotonic() + 20
    while True:
        try:
            with open_store(db) as store:  # nobody holds it any longer
                assert store.one("SELECT count(*) FROM orders") == 0
                break
        except StoreError:
            assert time.monotonic() < until, "the process goes on"
            time.sleep(0.1)


def test_an_error_keeps_its_parts_on_its_way() -> None:
    error = InputError("what", file="a.csv", line=3, column="b", remedy="do")
    there: InputError = pickle.loads(pickle.dumps(error))
    assert (type(there), there.text(), there.__dict__) == (InputError, error.text(), error.__dict__)
    broken: Broken = pickle.loads(pickle.dumps(Broken("KeyError", "line 3", "orders.csv")))
    assert (broken.kind, broken.trace, in_hand(broken)) == ("KeyError", "line 3", "orders.csv")
