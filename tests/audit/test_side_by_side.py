"""Large files are loaded two at a time: the same store, written in their order; a failure stops the later ones."""

from __future__ import annotations

import importlib
import shutil
import threading
from pathlib import Path

import pytest

from fulfil_analytics.errors import InputError
from fulfil_analytics.schemas import LOADED, check
from fulfil_analytics.store import Turns, open_store

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "planted"
intake = importlib.import_module("fulfil_analytics.audit.intake")
load = importlib.import_module("fulfil_analytics.store.load")
run = importlib.import_module("fulfil_analytics.audit.run")
options = importlib.import_module("fulfil_analytics.audit.options")


NAMED = sorted(path for path in SAMPLE.iterdir() if path.suffix != ".json")
Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file counts as small, and each is read in several pieces."""
    monkeypatch.setattr(intake, "FEW_ROWS", 0)
    monkeypatch.setattr(check, "BATCH", 50)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What a store holds after the sample's files were loaded beside each other, and nothing failed."""
    db = tmp_path_factory.mktemp("undisturbed") / "store.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "FEW_ROWS", 0)
        patch.setattr(check, "BATCH", 50)
        load_into(db, *NAMED)
    return rows_of(db)


def load_into(db: Path, *inputs: Path) -> dict[str, object]:
    return run.run_load([str(path) for path in inputs], options.Options(policy="tiktok-us", db=db))


def rows_of(db: Path) -> Rows:
    with open_store(db) as store:
        tables = [*(f"loaded_{table}" for table in LOADED), "quarantine", "source_files"]
        return {table: store.rows(f"SELECT * FROM {table} ORDER BY rowid") for table in tables}


def test_the_store_is_the_same_row_for_row(planted_store: Path, undisturbed: Rows, tmp_path: Path) -> None:
    one = rows_of(Path(shutil.copy(planted_store, tmp_path / "one.duckdb")))  # loaded one file after the other
    assert len(one["loaded_tracking_events"]) > 50
    assert one == undisturbed


@pytest.mark.usefixtures("beside")
def test_the_same_bytes_are_loaded_once(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    shutil.copytree(SAMPLE, folder)
    shutil.copy(folder / "tracking.csv", folder / "tracking again.csv")
    said = load_into(tmp_path / "store.duckdb", folder)
    assert said["already"] == ["tracking.csv"]  # "tracking again.csv" comes first by name
    assert "tracking again.csv" in said["loaded"]
    again = load_into(tmp_path / "store.duckdb", folder)
    assert again["loaded"] == []
    assert again["rows"] == said["rows"]


@pytest.mark.usefixtures("beside")
@pytest.mark.parametrize("failing", [0, 2, 5])
def test_after_a_failure_no_later_file_is_there(
    undisturbed: Rows, tmp_path: Path, failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = [row[0] for row in undisturbed["source_files"]]
    assert len(order) == len(NAMED)
    bad = order[failing]
    monkeypatch.setattr(load, "_ledger", _failing(bad))
    with pytest.raises(InputError, match="made to fail") as told:
        load_into(tmp_path / "store.duckdb", *NAMED)
    assert told.value.file == bad
    assert [row[0] for row in rows_of(tmp_path / "store.duckdb")["source_files"]] == order[:failing]
    monkeypatch.undo()
    load_into(tmp_path / "store.duckdb", *NAMED)
    found = rows_of(tmp_path / "store.duckdb")
    assert {table: sorted(map(repr, rows)) for table, rows in found.items()} == {
        table: sorted(map(repr, rows)) for table, rows in undisturbed.items()
    }


def test_a_file_that_waits_for_its_turn_keeps_no_other_from_being_read() -> None:
    turns = Turns(1)
    turns.begin(1)
    waiting = threading.Thread(target=turns.wait, args=(1,))
    waiting.start()
    turns.begin(0)  # would never come back if the one that waits kept its seat
    turns.wait(0)
    turns.done(0)
    waiting.join(10)
    assert not waiting.is_alive()


def _failing(bad: str):
    """Return a ledger that refuses one file, when all of it has been read and written."""
    write = load._ledger

    def ledger(con, recognised, *rest):
        if recognised.source.shown == bad:
            raise InputError("made to fail", file=bad)
        write(con, recognised, *rest)

    return ledger
