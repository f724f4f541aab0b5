"""The audit as an object: cutting, asking, changing the policy, comparing, closing."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import fulfil_analytics as fa
from fulfil_analytics.errors import PolicyError, StoreError, UsageError

DAYS = {"from": "2026-11-03", "to": "2026-11-05"}


def counted(frame: pl.DataFrame, metric: str, mode: str = "effective") -> tuple[int, int]:
    row = frame.filter(metric=metric, mode=mode, slice="{}")
    return row["numerator"].item(), row["denominator"].item()


def test_tables_equal_the_files_that_save_leaves(audit: fa.Audit, tmp_path: Path) -> None:
    audit.save(tmp_path)
    for name in ("findings", "orders", "deadlines", "rates", "quarantine", "coverage"):
        assert getattr(audit, name).equals(pl.read_parquet(tmp_path / f"{name}.parquet"), null_equal=True), name
    stamp = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert stamp["inputs"]  # so that fulfil verify finds them again


def test_no_table_holds_a_personal_key(audit: fa.Audit) -> None:
    for frame in (audit.orders, audit.findings, audit.deadlines):
        assert not [column for column in frame.columns if column.endswith("_key")]


def test_parts_add_up_to_the_whole(audit: fa.Audit) -> None:
    whole = audit.orders
    places = whole["warehouse"].unique().to_list()
    parts = [audit.where(warehouse=place) for place in places]
    assert sum(part.orders.height for part in parts) == whole.height
    assert sum(part.deadlines.height for part in parts) == audit.deadlines.height
    on_order = audit.findings.filter(pl.col("order_id").is_not_null()).height
    assert sum(part.findings.height for part in parts) == on_order
    sums = [counted(part.rates, "on_time_dispatch") for part in parts]
    assert tuple(map(sum, zip(*sums, strict=True))) == counted(audit.rates, "on_time_dispatch")


def test_rates_of_a_part_equal_its_slice(audit: fa.Audit) -> None:
    part = counted(audit.where(warehouse="Dallas TX").rates, "on_time_delivery")
    row = audit.rates.filter(metric="on_time_delivery", mode="effective", slice='{"warehouse":"Dallas TX"}')
    assert part == (row["numerator"].item(), row["denominator"].item())


def test_weeks_follow_local_time(audit: fa.Audit) -> None:
    part = audit.where(week="2026-W45").orders["created_at"]
    assert part.min() >= dt.datetime(2026, 11, 2, 8)  # Monday 00:00 in Los Angeles, standard time
    assert part.max() < dt.datetime(2026, 11, 9, 8)
    days = sum(audit.where(day=f"2026-11-0{day}").orders.height for day in range(2, 9))
    assert days == part.len() > 0
    assert audit.where(since="2026-11-02", until=dt.date(2026, 11, 8)).orders.height == part.len()


def test_filters_chain_without_touching_the_original(audit: fa.Audit) -> None:
    whole = audit.orders.height
    one = audit.where(week="2026-W45")
    two = one.where(warehouse=["Dallas TX", "Edison NJ"])
    assert whole == audit.orders.height > one.orders.height > two.orders.height > 0
    hard = audit.where(severity="critical")
    assert set(hard.findings["severity"]) == {"critical"}
    assert hard.orders.height == whole


def test_nothing_left_is_no_crash(audit: fa.Audit) -> None:
    none = audit.where(warehouse="nowhere")
    assert none.orders.height == none.findings.height == 0
    assert none.rates.filter(pl.col("denominator") > 0).height == 0
    assert "0 orders" in repr(none)
    assert none._repr_html_()
    for figure in (none.plot.on_time(), none.plot.trend(), none.plot.findings(), none.plot.lateness()):
        assert figure.layout.title.text
    for table in (none.table.findings(), none.table.rates(), none.table.orders(), none.table.coverage()):
        assert table.as_raw_html()


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({"warehose": "x"}, "Did you mean warehouse"),
        ({"week": "2026-46"}, "2026-W46"),
        ({"week": "2026-W60"}, "no week"),
        ({"month": "2026-13"}, "no month"),
        ({"order_id": 576400000000000001}, "text"),
        ({"is_cod": "yes"}, "True or False"),
        ({"recipient_key": "x"}, "cannot be chosen by recipient_key"),
        ({"day": None}, "day"),
    ],
)
def test_wrong_conditions_say_what_is_right(audit: fa.Audit, conditions: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        audit.where(**conditions)


def test_values_are_never_sql(audit: fa.Audit) -> None:
    assert audit.where(warehouse="x' OR '1'='1").orders.height == 0


@pytest.mark.parametrize(
    "query",
    [
        "DROP TABLE shop.main.orders",
        "CREATE TABLE x AS SELECT 1",
        "SELECT 1; SELECT 2",
        "COPY orders TO 'x.csv'",
        "INSERT INTO orders SELECT * FROM orders",
        "SET threads = 1",
        "ATTACH 'x.duckdb'",
    ],
)
def test_sql_only_reads(audit: fa.Audit, query: str) -> None:
    with pytest.raises(UsageError, match="only read"):
        audit.sql(query)


def test_sql_sees_the_chosen_orders(audit: fa.Audit) -> None:
    part = audit.where(warehouse="Dallas TX")
    query = "SELECT count(*) AS n, count(DISTINCT warehouse) AS w FROM orders JOIN parcels USING (order_id, warehouse)"
    assert part.sql(query).row(0)[1] == 1
    journeys = "SELECT count(*) AS n FROM journeys"
    assert part.sql(journeys)["n"].item() < audit.sql(journeys)["n"].item()
    with pytest.raises(UsageError, match="Did you mean findings"):
        audit.sql("SELECT * FROM findingz")
    with pytest.raises(UsageError, match="syntax error"):
        audit.sql("SELEC 1")


def test_sql_gives_lengths_of_time_as_durations(audit: fa.Audit) -> None:
    took = audit.sql("SELECT order_id, median(dispatched_at - created_at) AS took FROM orders GROUP BY ALL ORDER BY 1")
    assert took["took"].dtype == pl.Duration("us")
    assert took["took"].drop_nulls().min() > dt.timedelta()


def test_a_stricter_limit_only_makes_late(audit: fa.Audit) -> None:
    strict = audit.what_if({"dispatch": "1 business_day"})
    changed = audit.compare(strict).outcomes.filter(stage="dispatch", mode="standard")
    assert changed.height > 0
    assert set(changed["before"]) <= {"on_time", "open"}
    assert set(changed["after"]) <= {"late", "overdue"}
    assert (changed["due_after"] < changed["due_before"]).all()
    assert counted(strict.rates, "on_time_dispatch", "standard") < counted(audit.rates, "on_time_dispatch", "standard")
    assert audit.compare(strict).outcomes.filter(stage="delivery").height == 0


def test_the_same_limit_changes_nothing(audit: fa.Audit) -> None:
    same = audit.what_if({"dispatch": "2 business_days"})
    assert audit.compare(same).outcomes.filter(stage="dispatch", mode="standard").height == 0


def test_a_granted_window_only_helps_the_orders_in_it(audit: fa.Audit) -> None:
    window = {**DAYS, "amount": 3, "unit": "business_day", "stages": ["dispatch"]}
    granted = audit.what_if(windows=[window])
    moved = granted.deadlines.join(audit.deadlines, on=["order_id", "stage", "mode"], suffix="_was")
    moved = moved.filter(pl.col("due_at") != pl.col("due_at_was"))
    assert moved.height > 0
    assert set(moved["mode"]) <= {"extension", "effective"}
    assert (moved["due_at"] > moved["due_at_was"]).all()
    inside = set(audit.where(since="2026-11-03", until="2026-11-05").orders["order_id"])
    assert set(moved["order_id"]) <= inside


def test_what_if_and_where_commute(audit: fa.Audit) -> None:
    one = audit.where(warehouse="Dallas TX").what_if({"dispatch": (1, "business_day")})
    two = audit.what_if({"dispatch": (1, "business_day")}).where(warehouse="Dallas TX")
    assert one.deadlines.equals(two.deadlines, null_equal=True)
    assert counted(one.rates, "on_time_dispatch") == counted(two.rates, "on_time_dispatch")


def test_what_if_has_no_findings_and_says_so(audit: fa.Audit, tmp_path: Path) -> None:
    strict = audit.what_if({"dispatch": "1 business_day"})
    for ask in (lambda: strict.findings, lambda: strict.save(tmp_path), lambda: strict.report(tmp_path / "x.html")):
        with pytest.raises(UsageError, match="what-if"):
            ask()
    assert "what if" in repr(strict)
    assert "what if" in strict._repr_html_()
    assert "late" in audit.compare(strict)._repr_html_()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda audit: audit.what_if({"dispach": "1 business_day"}), "Did you mean dispatch"),
        (lambda audit: audit.what_if({"dispatch": "one day"}), "1 business_day"),
        (lambda audit: audit.what_if({"dispatch": "1 fortnight"}), "1 business_day"),
        (lambda audit: audit.what_if(windows=[{"from": "2026-11-03"}]), "no 'to'"),
        (
            lambda audit: audit.what_if(windows=[{**DAYS, "amout": 1}]),
            "Did you mean amount",
        ),
        (lambda audit: audit.what_if(holiday_readin="buffer"), "Did you mean holiday_reading"),
    ],
)
def test_wrong_changes_say_what_is_right(audit: fa.Audit, change: Callable[[fa.Audit], object], words: str) -> None:
    with pytest.raises((UsageError, PolicyError), match=words):
        change(audit)


def test_report_of_a_week_in_chinese(audit: fa.Audit, tmp_path: Path) -> None:
    page = audit.report(tmp_path / "week.html", week="2026-W46", lang="zh").read_text(encoding="utf-8")
    assert "扫描" in page or "订单" in page
    with pytest.raises(UsageError, match="not a week"):
        audit.report(tmp_path / "x.html", week="46")
    with pytest.raises(UsageError, match="cannot be written"):
        audit.report(tmp_path / "no" / "such" / "x.html")
    with pytest.raises(UsageError, match="cut to"):
        audit.where(week="2026-W46").save(tmp_path)


def test_explain_wants_text_and_names_the_nearest(audit: fa.Audit) -> None:
    order = audit.orders["order_id"][0]
    assert order in audit.explain(order)._repr_html_()
    with pytest.raises(UsageError, match="quotes"):
        audit.explain(int(order))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=order):
        audit.explain(order[:-1])


def test_a_card_and_completion(audit: fa.Audit) -> None:
    card = audit._repr_html_()
    assert "duplicate_waybill" in card
    assert "%" in card
    assert {"findings", "where", "plot", "what_if"} <= set(dir(audit))
    assert not [name for name in dir(audit) if name.startswith("_")]


def test_open_sees_what_the_audit_left(audit: fa.Audit) -> None:
    again = fa.open(audit._store.path)
    assert repr(again) == repr(audit)
    assert again.findings.equals(audit.findings, null_equal=True)
    assert again.policy == audit.policy
    assert again.manifest == audit.manifest


def test_a_later_audit_of_the_store_closes_the_earlier(audit: fa.Audit, tmp_path: Path) -> None:
    store = tmp_path / "shop.duckdb"
    shutil.copyfile(audit._store.path, store)
    first = fa.open(store)
    assert first.orders.height == 300
    second = fa.audit(db=store, policy="tiktok-us", only=["late_dispatch"])
    assert second.orders.height == 300
    assert set(second.findings["rule_id"]) == {"late_dispatch"}
    with pytest.raises(StoreError, match="later one"):
        _ = first.orders
    assert "closed" in repr(first)
    second.close()


def test_a_store_without_an_audit_says_so(tmp_path: Path) -> None:
    from fulfil_analytics.store import open_store

    open_store(tmp_path / "shop.duckdb").close()
    with pytest.raises(StoreError, match="no finished audit"):
        fa.open(tmp_path / "shop.duckdb")
    (tmp_path / "x.duckdb").write_bytes(b"no database")
    with pytest.raises(StoreError, match="cannot be opened"):
        fa.open(tmp_path / "x.duckdb")
