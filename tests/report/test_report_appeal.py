"""The appeal file: clause, facts, whose clock failed, documents present or missing, days left; no false claim."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from report_reading import Page
from report_store import AS_OF, EVIL, ZONE, poison
from rich.console import Console

from fulfil_analytics.errors import PolicyError, UsageError
from fulfil_analytics.policy import load_policies
from fulfil_analytics.policy.appeals import load_appeals
from fulfil_analytics.report.appeal import Appeal, appeal
from fulfil_analytics.resources import rules_folder

US = load_appeals([rules_folder()], "tiktok-us")
LATE = "deadlines WHERE mode = 'effective' AND stage = 'dispatch' AND outcome = 'late'"
Store = Callable[[int], duckdb.DuckDBPyConnection]


def first(con: duckdb.DuckDBPyConnection, where: str) -> str:
    return str(con.execute(f"SELECT order_id FROM {where} ORDER BY order_id LIMIT 1").fetchall()[0][0])


@pytest.fixture
def ask(policy: dict[str, Any]) -> Callable[..., Appeal]:
    def asked(con: duckdb.DuckDBPyConnection, order_id: str, **changes: Any) -> Appeal:
        given = {"lang": "en", "zone": ZONE, "policy": policy, "as_of": AS_OF, "appeals": US, **changes}
        return appeal(con, order_id, **given)

    return asked


def test_every_shipped_list_can_be_read_and_a_policy_without_one_gets_the_general(policy: dict[str, Any]) -> None:
    for name in load_policies([rules_folder() / "policies"]):
        found = load_appeals([rules_folder()], name)
        assert found.policy in (name, "general")
        for ground in found.grounds:
            assert found.policy != "general" or ground.confidence == "unverified"
    assert {path.stem for path in (rules_folder() / "appeals").glob("*.toml")} <= {
        "general",
        *load_policies([rules_folder() / "policies"]),
    }


def test_a_list_that_cites_an_unknown_page_is_refused(tmp_path: Path) -> None:
    (tmp_path / "appeals").mkdir()
    text = (rules_folder() / "appeals/general.toml").read_text(encoding="utf-8").replace('["S12"]', '["S99"]', 1)
    (tmp_path / "appeals/general.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match="S99"):
        load_appeals([rules_folder(), tmp_path], "none")


def test_a_late_order_has_its_clause_its_cause_and_its_days(
    con: duckdb.DuckDBPyConnection, ask: Callable[..., Appeal]
) -> None:
    found = ask(con, first(con, LATE))
    case = next(case for case in found.cases if case.clock["stage"] == "dispatch")
    assert case.clause["line"] == "dispatch-scan"
    assert [source["key"] for source in case.clause["sources"]] == ["U3", "U4"]
    assert case.cause is not None
    due = case.clock["due_at"].replace(tzinfo=dt.UTC)
    assert case.until is not None
    # thirty calendar days from the local day of the deadline
    local = due.astimezone(
        dt.timezone(dt.timedelta(hours=-7 if due < dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC) else -8))
    )
    assert case.until["day"] == local.date() + dt.timedelta(days=30)
    assert case.until["days_left"] == (case.until["day"] - dt.date(2026, 11, 16)).days
    assert found.to_dict()["appeal"]["cases"][0]["clause"]["version"] == "2026-01-26"


def test_nothing_late_means_nothing_to_appeal(con: duckdb.DuckDBPyConnection, ask: Callable[..., Appeal]) -> None:
    late = "SELECT order_id FROM deadlines WHERE mode = 'effective' AND outcome IN ('late', 'overdue')"
    fine = f"orders WHERE order_id NOT IN ({late})"
    found = ask(con, first(con, fine))
    assert found.cases == []
    assert "there is nothing to appeal" in Page(found.to_page()).visible


def documents(found: Appeal) -> dict[str, bool]:
    return {d["id"]: d["present"] for case in found.cases for ground in case.grounds for d in ground["documents"]}


def test_a_document_is_present_only_where_an_export_or_the_seller_shows_it(
    store: Store, ask: Callable[..., Appeal], tmp_path: Path
) -> None:
    con = store(200)
    con.execute("UPDATE late_causes SET cause = 'scan', answers = 'carrier'")
    order = first(con, LATE)
    shown = documents(ask(con, order))
    assert shown["first_scan"]
    assert not shown["pickup_manifest"]
    assert not shown["carrier_alert"]
    assert not shown["maintenance_notice"]  # a holiday window is no notice of maintenance
    (tmp_path / "pickup_manifest.pdf").write_bytes(b"signed")
    (tmp_path / ".carrier_alert.pdf").write_bytes(b"hidden")
    with_own = ask(con, order, documents=tmp_path)
    assert documents(with_own)["pickup_manifest"]
    assert not documents(with_own)["carrier_alert"]
    con.execute("DELETE FROM parcel_events WHERE parcel_id LIKE ?", [f"{order}/%"])
    assert not documents(ask(con, order))["first_scan"]


def test_a_reason_is_offered_only_for_the_stretch_that_failed(store: Store, ask: Callable[..., Appeal]) -> None:
    con = store(200)
    order = first(con, LATE)
    grounds = {}
    for cause in ("label", "scan"):
        con.execute("UPDATE late_causes SET cause = ?", [cause])
        case = next(case for case in ask(con, order).cases if case.clock["stage"] == "dispatch")
        grounds[cause] = {ground["id"] for ground in case.grounds}
    assert "scanned_late" in grounds["scan"]
    assert "scanned_late" not in grounds["label"]


def test_documents_must_stand_in_a_folder(con: duckdb.DuckDBPyConnection, ask: Callable[..., Appeal]) -> None:
    with pytest.raises(UsageError, match="no folder"):
        ask(con, first(con, LATE), documents=Path("/nowhere/at/all"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_page_and_terminal_say_the_same_with_local_and_utc_times(
    con: duckdb.DuckDBPyConnection, ask: Callable[..., Appeal], lang: str
) -> None:
    found = ask(con, first(con, LATE), lang=lang)
    console = Console(width=400, file=io.StringIO(), color_system=None)
    console.print(found)
    assert isinstance(console.file, io.StringIO)
    page, text = Page(found.to_page()).visible, console.file.getvalue()
    case = found.cases[0]
    for said in (
        f"{case.clock['due_at']:%Y-%m-%d %H:%M:%S} UTC",
        "U3",
        "dispatch-scan",
        str(case.until and case.until["day"]),
    ):
        assert said in page
        assert said in text
    assert text.count("UTC") >= 2
    assert ("缺少" if lang == "zh" else "missing") in page


def test_no_text_of_the_data_becomes_markup(store: Store, ask: Callable[..., Appeal], policy: dict[str, Any]) -> None:
    con = store(60)
    poison(con)
    order = first(con, LATE)
    page = Page(ask(con, order, policy={**policy, "title": EVIL}).to_page())
    assert page.tags["script"] == 0
    assert page.tags["img"] == 0
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert "<script>alert(1)</script>" in page.visible
