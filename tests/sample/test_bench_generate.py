"""The benchmark's generator: the real layout, the same bytes, and numbers that the tests' own check digits accept."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from sample_reading import NEWEST, export_rows, number_ok, rows_of

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.generate import generate  # noqa: E402


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    assert generate(folder, 2000, 5, new=5) > 9000
    return folder


def test_orders_stand_in_the_layout_of_the_real_export(made: Path, shipped: Path) -> None:
    raw = (made / "exports" / NEWEST).read_bytes()
    real = (shipped / "planted" / NEWEST).read_bytes()
    assert raw.splitlines()[0] == real.splitlines()[0]
    with (made / "exports" / NEWEST).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert {len(row) for row in rows} == {63}
    assert raw.count(b"\r\n") == len(rows) < raw.count(b"\n")
    assert all(row[0].endswith("\t") for row in rows[1:])


def test_old_and_new_orders_together_are_all_of_them(made: Path) -> None:
    old, new = ({row["Order ID"] for row in export_rows(made / part / NEWEST)} for part in ("exports", "new"))
    assert (len(old), len(new), old & new) == (1900, 100, set())


def test_the_newest_events_are_all_among_the_new_ones(made: Path) -> None:
    old, new = (
        [dt.datetime.fromisoformat(row["event_time"]) for row in rows_of(made / part / "tracking-000.csv")]
        for part in ("exports", "new")
    )
    assert max(old) < min(new)
    assert 0.04 < len(new) / (len(new) + len(old)) < 0.06


def test_numbers_pass_their_check_digit_where_nothing_was_planted(made: Path) -> None:
    truth = duckdb.sql(f"SELECT rule_id, order_id FROM '{made}/truth.parquet'").fetchall()
    planted = {order for _, order in truth}
    orders = {
        order for part in ("exports", "new") for order in (r["Order ID"] for r in export_rows(made / part / NEWEST))
    }
    assert len(planted) > 30 and planted <= orders
    assert len({rule for rule, _ in truth}) > 8
    plain = [
        row for row in export_rows(made / "exports" / NEWEST) if row["Order ID"] not in planted and row["Tracking ID"]
    ]
    assert all(number_ok(row["Tracking ID"].upper()) for row in plain)
    used = Counter((row["Tracking ID"].upper()) for row in {row["Order ID"]: row for row in plain}.values())
    shared = {number for number, count in used.items() if count > 1}
    assert len(shared) < 60
    tracked = [row for part in ("exports", "new") for row in rows_of(made / part / "tracking-000.csv")]
    assert {row["tracking_number"] for row in tracked} >= {
        row["Tracking ID"].upper() for row in plain if row["Shipped Time"] and "TikTok" not in row["Fulfillment Type"]
    }


def test_the_same_seed_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    generate(tmp_path, 2000, 5, new=5)
    for file in sorted(made.rglob("*.csv")):
        assert file.read_bytes() == (tmp_path / file.relative_to(made)).read_bytes(), file.name
