"""One order explained: facts, timeline, clocks, findings, excuses; in the terminal, as HTML, as plain values."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from report_reading import Page
from report_store import EVIL, ZONE, poison
from rich.console import Console

from fulfil_analytics.errors import UsageError
from fulfil_analytics.report import Explanation, explain
from fulfil_analytics.report.explain_view import grouped_clocks, why
from fulfil_analytics.report.words import Words

Store = Callable[[int], duckdb.DuckDBPyConnection]


def first(con: duckdb.DuckDBPyConnection, where: str) -> str:
    row = con.execute(f"SELECT order_id FROM {where} ORDER BY order_id LIMIT 1").fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture
def ask(policy: dict[str, Any]) -> Callable[..., Explanation]:
    def asked(con: duckdb.DuckDBPyConnection, order_id: str, **changes: Any) -> Explanation:
        return explain(con, order_id, **{"lang": "en", "zone": ZONE, "policy": policy, **changes})

    return asked


def printed(found: Explanation) -> str:
    console = Console(width=100, file=io.StringIO(), color_system=None)
    console.print(found)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_timeline_merges_export_and_carrier_in_order(
    con: duckdb.DuckDBPyConnection, ask: Callable[..., Explanation]
) -> None:
    found = ask(
        con, first(con, "orders WHERE received_at IS NOT NULL AND cancelled_at IS NULL AND NOT platform_fulfilled")
    )
    times = [row["happened_at"] for row in found.timeline]
    assert times == sorted(times)
    words = [(row["origin"], row["word"]) for row in found.timeline]
    assert {("export", "created"), ("carrier", "picked_up"), ("carrier", "delivered"), ("deadline", "dispatch")} <= set(
        words
    )
    scan = next(row for row in found.timeline if row["word"] == "picked_up")
    assert (scan["city"], scan["source_file"]) == ("Dallas", "tracking.csv")


def test_clocks_stand_by_stage_and_mode_with_their_reasons(
    con: duckdb.DuckDBPyConnection, ask: Callable[..., Explanation]
) -> None:
    found = ask(
        con, first(con, "orders WHERE created_at BETWEEN '2026-11-07' AND '2026-11-08' AND NOT platform_fulfilled")
    )
    assert [(clock["stage"], clock["mode"]) for clock in found.clocks[:5]] == [
        ("rts", "standard"), ("rts", "holiday"), ("rts", "extension"), ("rts", "effective"), ("dispatch", "standard"),
    ]  # fmt: skip
    text = printed(found)
    assert "days skipped: 2026-11-07, 2026-11-08" in text
    assert "Veterans Day (+2 business days)" in text
    assert "Holiday, Extension, Effective" in text  # equal clocks share a line
    stages = dict(grouped_clocks(found.clocks))
    assert [row["modes"] for row in stages["dispatch"]] == [["standard"], ["holiday", "extension", "effective"]]


def test_findings_name_their_evidence_their_place_and_their_root(
    con: duckdb.DuckDBPyConnection, ask: Callable[..., Explanation]
) -> None:
    found = ask(con, first(con, "findings WHERE root_finding_id IS NOT NULL"))
    assert [finding["rule_id"] for finding in found.findings] == ["untraceable_waybill", "late_dispatch"]
    assert found.findings[0]["evidence"] == {"grace_hours": 24, "hours_waited": 61}
    for text in (printed(found), Page(found.to_html()).visible):
        assert "grace_hours 24 · hours_waited 61" in text
        assert f"All order.csv, row {found.facts['source_line']}" in text
        assert "explained by untraceable_waybill" in text


def test_true_excuses_are_named_and_false_ones_are_not(
    con: duckdb.DuckDBPyConnection, ask: Callable[..., Explanation]
) -> None:
    found = ask(
        con,
        first(con, "orders WHERE is_combined AND cancelled_at IS NULL AND NOT platform_fulfilled AND NOT is_sample"),
    )
    assert found.excuses == ["is_combined"]
    assert "combined with other orders" in printed(found)
    none = ask(
        con,
        first(
            con,
            "orders WHERE NOT (is_combined OR cancelled_before_collection OR platform_fulfilled OR is_sample "
            "OR pickup_point)",
        ),
    )
    assert none.excuses == []
    assert "No excuse applies." in printed(none)


def test_nothing_personal_is_in_any_form(con: duckdb.DuckDBPyConnection, ask: Callable[..., Explanation]) -> None:
    found = ask(con, first(con, "orders"))
    for text in (json.dumps(found.to_dict()), found.to_html(), printed(found)):
        assert "-key" not in text
        assert "_key" not in text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_terminal_page_fits(con: duckdb.DuckDBPyConnection, ask: Callable[..., Explanation], lang: str) -> None:
    from rich.cells import cell_len

    for where in (
        "orders WHERE received_at IS NOT NULL",
        "orders WHERE platform_fulfilled",
        "orders WHERE cancelled_at IS NOT NULL",
    ):
        text = printed(ask(con, first(con, where), lang=lang))
        assert max(cell_len(line) for line in text.splitlines()) <= 100
        assert "\x1b" not in text


def test_plain_values_are_json_with_utc_times(con: duckdb.DuckDBPyConnection, ask: Callable[..., Explanation]) -> None:
    found = ask(con, first(con, "orders"))
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["order_id"] == found.order_id
    assert plain["timeline"][0]["happened_at"].endswith("Z")
    assert plain["policy"] == {"id": "tiktok-us", "title": "TikTok Shop, United States"}
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.order_id = "x"  # type: ignore[misc]


def test_an_unknown_order_names_the_nearest(con: duckdb.DuckDBPyConnection, ask: Callable[..., Explanation]) -> None:
    known = first(con, "orders WHERE order_id LIKE '%68'")
    with pytest.raises(UsageError, match=known):
        ask(con, known[:-1] + "9")
    with pytest.raises(UsageError, match="Seller Center"):
        ask(con, "no such thing")
    assert ask(con, f"  {known} ").order_id == known


def test_an_order_number_is_never_sql(con: duckdb.DuckDBPyConnection, ask: Callable[..., Explanation]) -> None:
    with pytest.raises(UsageError):
        ask(con, "x' OR '1'='1")


def test_an_order_without_anything_is_explained(store: Store, ask: Callable[..., Explanation]) -> None:
    con = store(3)
    for table in ("deadlines", "findings", "parcels", "parcel_events"):
        con.execute(f"DELETE FROM {table}")
    found = ask(con, first(con, "orders"))
    text = printed(found)
    assert "No rule raised anything on this order." in text
    assert "No clock runs for this order." in text
    assert "No clock runs for this order." in Page(found.to_html()).visible


def test_no_text_of_the_data_becomes_markup(store: Store, ask: Callable[..., Explanation]) -> None:
    con = store(40)
    poison(con)
    con.execute("UPDATE orders SET warehouse = '[bold]x[/bold]' || warehouse")
    found = ask(con, first(con, "findings WHERE root_finding_id IS NOT NULL"))
    page = Page(found.to_html())
    assert page.tags["script"] == page.tags["img"] == 0
    assert page.visible.count("<script>alert(1)</script>") > 10
    assert "[bold]x[/bold]" in printed(found)  # nor is it rich's markup
    assert EVIL.split("<img")[0] in printed(found).replace("\n", "").replace("  ", "")


def test_a_page_of_its_own_has_one_first_heading_and_named_columns(
    con: duckdb.DuckDBPyConnection, ask: Callable[..., Explanation]
) -> None:
    found = ask(con, first(con, "orders"))
    assert "<h1" not in found.to_html()  # a notebook has its own
    page = found.to_page()
    assert page.count("<h1>") == 1
    assert "<h3>" not in page
    assert page.count("<table") == page.count("<thead")


def test_codes_are_words_in_the_readers_language(store: Store, ask: Callable[..., Explanation]) -> None:
    con = store(10)
    con.execute("UPDATE orders SET cancelled_by = 'system', cancel_reason = 'out_of_stock', handover = 'dropoff'")
    text = printed(ask(con, first(con, "orders"), lang="zh"))
    for code, word in {"system": "系统", "out_of_stock": "缺货", "dropoff": "自送网点"}.items():
        assert code not in text
        assert word in text


def test_a_clock_says_why_it_does_not_count() -> None:
    words = Words("en")
    assert why(words, {"policy": "p", "not_applicable": "cancelled_in_time"}) == [
        "not applicable: cancelled before the deadline"
    ]
    many = [f"2026-01-{day:02}" for day in range(1, 10)]
    (line,) = why(words, {"skipped": many})
    assert line.endswith("2026-01-06 and 3 more")
    assert why(words, {"deadline": "platform"}) == ["the platform's own deadline"]
