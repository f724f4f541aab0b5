"""``fulfil verify`` and ``--since``: what was changed by hand is told, by row, column and figure; nothing else is."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from fulfil_analytics.audit import verify as verifying
from fulfil_analytics.audit.files import SUMS, write_folder
from fulfil_analytics.audit.options import Options
from fulfil_analytics.audit.run import run_audit
from fulfil_analytics.audit.since import compare
from fulfil_analytics.audit.verify import KEYS, Difference, verify
from fulfil_analytics.errors import UsageError
from fulfil_analytics.report.outputs import write_outputs
from fulfil_analytics.report.pack import README, ZIP, write_pack, write_zip

LAYOUT = Path(__file__).resolve().parents[2] / "data" / "sample" / "layouts" / "us-xlsx"
WRITERS = (write_outputs, write_pack)


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("exports")
    for file in LAYOUT.iterdir():
        if file.name != "truth.json":
            shutil.copy(file, place / file.name)
    return place


@pytest.fixture(scope="module")
def audited(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("audit") / "out"
    with run_audit([str(exports)], Options(policy="tiktok-us")) as run:
        write_folder(run, place, *WRITERS, finish=write_zip)
    return place


@pytest.fixture
def folder(audited: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(audited, tmp_path / "out"))


def alter(file: Path, statement: str) -> None:
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"CREATE TABLE t AS FROM read_parquet('{file}')")
        con.execute(statement)
        con.execute(f"COPY t TO '{file}' (FORMAT parquet)")


def test_a_pack_follows_from_its_exports_and_its_zip_holds_the_same_bytes(audited: Path, exports: Path) -> None:
    found = verify(audited, [], Options(), *WRITERS)
    assert found.differences == []
    assert found.rerun
    assert found.files >= 13
    with zipfile.ZipFile(audited / ZIP) as pack:
        inside = {entry.filename: entry for entry in pack.infolist()}
        assert {"manifest.json", README, SUMS, "report.html", "findings.csv"} <= inside.keys()
        assert "run.json" not in inside
        assert {entry.date_time for entry in inside.values()} == {(1980, 1, 1, 0, 0, 0)}
        for name in inside:
            assert pack.read(name) == (audited / name).read_bytes()
    before = (audited / ZIP).read_bytes()
    write_zip(audited)
    assert (audited / ZIP).read_bytes() == before


def test_what_was_changed_by_hand_is_told_by_row_column_and_figure(folder: Path, exports: Path) -> None:
    alter(
        folder / "deadlines.parquet",
        "UPDATE t SET outcome = 'late' WHERE rowid = (SELECT min(rowid) FROM t WHERE stage = 'dispatch' "
        "AND mode = 'effective' AND outcome = 'on_time')",
    )
    alter(folder / "rates.parquet", "DELETE FROM t WHERE metric = 'on_time_rts' AND mode = 'standard' AND slice = '{}'")
    text = (folder / "findings.csv").read_text(encoding="utf-8-sig")
    (folder / "findings.csv").write_text(text + "\n", encoding="utf-8")
    (folder / "coverage.parquet").unlink()
    lines = [difference.line() for difference in verify(folder, [str(exports)], Options(), *WRITERS).differences]
    assert any(
        line.startswith("deadlines.parquet:") and "outcome: late -> on_time" in line and "rate on time dispatch" in line
        for line in lines
    )
    assert (
        "rates.parquet: on_time_rts standard {}: (no row) -> (row) (changes the rate on_time_rts standard {})" in lines
    )
    assert any(line.startswith("findings.csv: SHA-256") for line in lines)
    assert any(line.startswith("coverage.parquet: missing") for line in lines)
    told = {line.split(":")[0] for line in lines}
    assert told == {"deadlines.parquet", "rates.parquet", "findings.csv", "coverage.parquet"}


def test_a_changed_export_is_named_with_what_it_changes(folder: Path, exports: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(exports, tmp_path / "exports"))
    tracking = other / "tracking.csv"
    tracking.write_text("\n".join(tracking.read_text(encoding="utf-8").splitlines()[:-4]) + "\n", encoding="utf-8")
    lines = [difference.line() for difference in verify(folder, [str(other)], Options()).differences]
    assert any("inputs tracking.csv sha256" in line and "changes all that this file holds" in line for line in lines)
    assert not any(line.startswith("deadlines.parquet: missing") for line in lines)


def test_a_folder_without_an_audit_or_without_inputs_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"manifest\.json"):
        verify(tmp_path / "nothing", [], Options())
    stamp = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps({**stamp, "inputs": []}), encoding="utf-8")
    with pytest.raises(UsageError, match="where the inputs"):
        verify(folder, [], Options())


def test_inputs_that_are_gone_are_a_difference_and_no_crash(folder: Path, tmp_path: Path) -> None:
    found = verify(folder, [str(tmp_path / "gone")], Options())
    assert [difference.file for difference in found.differences] == ["manifest.json"]
    assert not found.rerun


def test_every_table_has_a_key_that_names_its_rows(audited: Path) -> None:
    with duckdb.connect() as con:
        for table, keys in KEYS.items():
            if table == "quarantine":  # a cell can be refused twice: its rows are numbered
                continue
            rows = f"FROM read_parquet('{audited / table}.parquet')"
            all_rows = con.execute(f"SELECT count(*) {rows}").fetchall()
            assert (
                all_rows == con.execute(f"SELECT count(*) FROM (SELECT DISTINCT {', '.join(keys)} {rows})").fetchall()
            ), table


def test_more_differences_than_anyone_reads_are_counted(
    folder: Path, audited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "CAP", 3)
    alter(folder / "orders.parquet", "UPDATE t SET warehouse = 'elsewhere'")
    with duckdb.connect() as con:
        found = list(verifying._rows(con, "orders", folder / "orders.parquet", audited / "orders.parquet"))
    assert len(found) == 4
    assert "more differences" in found[-1].line()


def test_a_difference_is_one_line() -> None:
    assert Difference("a.csv", "O1", "city", "x", "y", "the rate").line() == "a.csv: O1 city: x -> y (changes the rate)"
    assert Difference("a.csv", "", "", "missing", "a file").line() == "a.csv: missing -> a file"


@pytest.fixture
def now(audited: Path) -> Callable[[str], duckdb.DuckDBPyConnection]:
    def made(statement: str) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect()
        for table in ("findings", "coverage", "orders"):
            con.execute(f"CREATE TABLE {table} AS FROM read_parquet('{audited / table}.parquet')")
        con.execute(
            "INSERT INTO findings BY NAME SELECT 'F1' AS finding_id, rule_id, family, 'high' AS severity, "
            "(SELECT min(order_id) FROM orders) AS order_id, 'said' AS message FROM coverage "
            "WHERE status = 'done' LIMIT 1"
        )
        con.execute("COPY findings TO '" + str(audited.parent / "findings.parquet") + "' (FORMAT parquet)")
        con.execute(statement)
        return con

    return made


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ("SELECT 1", "remaining"),
        ("DELETE FROM findings WHERE finding_id = 'F1'", "solved"),
        # gone, but nobody judged it again: no reason to be glad
        ("DELETE FROM findings WHERE finding_id = 'F1'; DELETE FROM orders", "not_judged"),
        ("DELETE FROM findings WHERE finding_id = 'F1'; UPDATE coverage SET status = 'failed'", "not_judged"),
    ],
)
def test_a_finding_is_solved_only_where_it_was_judged_again(
    now: Callable[[str], duckdb.DuckDBPyConnection], audited: Path, statement: str, status: str
) -> None:
    con = now(statement)
    compare(con, audited.parent)
    assert con.execute("SELECT status FROM since WHERE finding_id = 'F1'").fetchall() == [(status,)]


def test_what_is_new_is_told_gravest_first(now: Callable[[str], duckdb.DuckDBPyConnection], audited: Path) -> None:
    con = now(
        "INSERT INTO findings BY NAME "
        "SELECT 'F2' AS finding_id, 'r' AS rule_id, 'f' AS family, 'critical' AS severity, 'm' AS message "
        "UNION ALL SELECT 'F3', 'r', 'f', 'low', 'm'"
    )
    found = compare(con, audited.parent)
    assert found.counts["new"] == 2
    assert [row["finding_id"] for row in found.worst] == ["F2", "F3"]
    with pytest.raises(UsageError, match="no audit"):
        compare(con, audited.parent / "nowhere")
