"""A store whose tables were being made anew when the process was stopped: its next audit finds its way, and until then
nothing speaks for tables that are no longer there."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from said import fulfil

import fulfil_analytics as fa
from fulfil_analytics.errors import StoreError
from fulfil_analytics.sample import generate

POLICY = ("--policy", "tiktok-us")
ASKED = ("--only", "late_rts", *POLICY)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("half")
    generate(folder / "exports", orders=10, seed=1)
    words = ("audit", folder / "exports", "--db", folder / "shop.duckdb", "--out", folder / "out", *ASKED)
    assert fulfil(*words).returncode == 0
    return folder


@pytest.fixture
def db(audited: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(audited / "shop.duckdb", tmp_path / "shop.duckdb"))


@pytest.mark.parametrize(
    "left",
    [
        ("DROP TABLE deadlines",),
        ("DROP TABLE deadlines", "ALTER TABLE deadline_modes RENAME TO settled"),
        ("DROP TABLE findings", "DROP TABLE rates", "DELETE FROM orders", "DELETE FROM parcels"),
    ],
)
def test_an_audit_makes_what_a_stop_had_dropped(audited: Path, db: Path, tmp_path: Path, left: tuple[str, ...]) -> None:
    with duckdb.connect(str(db)) as con:
        for statement in left:
            con.execute(statement)
    said = fulfil("audit", "--db", db, "--out", tmp_path / "out", *ASKED)
    assert said.returncode == 0, said
    for name in ("findings.parquet", "deadlines.parquet", "rates.parquet", "orders.parquet"):
        assert (tmp_path / "out" / name).read_bytes() == (audited / "out" / name).read_bytes()


@pytest.mark.parametrize(
    ("step", "more"),
    [("store.build_tracks", ("--full",)), ("sla.build_deadlines", ("--full",)), ("sla.build_deadlines", ())],
)
def test_an_audit_that_stops_halfway_leaves_no_audit_that_speaks_of_other_tables(
    db: Path, monkeypatch: pytest.MonkeyPatch, step: str, more: tuple[str, ...]
) -> None:
    fa.open(db).close()

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"fulfil_analytics.{step}", stop)
    assert fulfil("audit", "--db", db, "--as-of", "2026-11-12", *ASKED, *more).returncode == 130
    with pytest.raises(StoreError, match="the store holds no finished audit"):
        fa.open(db)


def test_rates_of_another_moment_do_not_pass_for_the_audit_that_is_kept(db: Path) -> None:
    with duckdb.connect(str(db), read_only=True) as con:
        ((order,),) = con.execute("SELECT order_id FROM deadlines WHERE outcome = 'late' LIMIT 1").fetchall()
    first = fulfil("explain", order, "--db", db, "--json").stdout
    assert fulfil("rates", "--db", db, "--quiet", *POLICY).returncode == 0
    fa.open(db).close()  # the same moment: the audit stands
    assert fulfil("rates", "--db", db, "--as-of", "2026-11-06", "--quiet", *POLICY).returncode == 0
    with pytest.raises(StoreError, match="the store holds no finished audit"):
        fa.open(db)
    assert fulfil("explain", order, "--db", db, "--json", *POLICY).stdout == first
