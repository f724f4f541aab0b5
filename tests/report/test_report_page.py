"""The HTML report: complete, self-contained, the same bytes for the same inputs, deaf to the data."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from report_reading import Page
from report_store import AS_OF, EVIL, ZONE, filled_store, poison

from fulfil_analytics.policy import load_policies
from fulfil_analytics.report import write_report
from fulfil_analytics.report.outputs import accuracy
from fulfil_analytics.report.page import WORST
from fulfil_analytics.resources import rules_folder

CHARTS = [
    "chart-change-dispatch", "chart-change-delivery", "chart-dispatch", "chart-delivery", "chart-durations",
    "chart-lateness", "chart-outcomes", "chart-carriers",
]  # fmt: skip
Store = Callable[[int], duckdb.DuckDBPyConnection]


@pytest.fixture
def write(tmp_path: Path, manifest: dict[str, Any], policy: dict[str, Any]) -> Callable[..., str]:
    def written(con: duckdb.DuckDBPyConnection, **changes: Any) -> str:
        asked: dict[str, Any] = {"lang": "en", "manifest": manifest, "policy": policy, "as_of": AS_OF, "zone": ZONE}
        path = tmp_path / "report.html"
        write_report(con, path, **{**asked, **changes})
        return path.read_text(encoding="utf-8")

    return written


def data(page: Page) -> dict[str, Any]:
    (text,) = [text for attributes, text in page.scripts if attributes.get("id") == "report-data"]
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_is_complete_and_needs_nothing_else(
    con: duckdb.DuckDBPyConnection, write: Callable[..., str], lang: str
) -> None:
    text = write(con, lang=lang)
    assert len(text.encode()) < 2_500_000
    page = Page(text)
    assert [figure["id"] for figure in data(page)["figures"]] == CHARTS
    assert page.tags["table"] >= 20
    assert page.tags["details"] >= len(CHARTS)
    for name in CHARTS:  # what a chart shows can be read as a sentence and as a table
        assert f'id="{name}-says"' in text
        assert f'<div id="{name}-data">' in text
    assert len(page.ids) == len(set(page.ids))
    links = [value for tag, name, value in page.attributes if name in ("href", "src", "action", "data", "srcset")]
    assert links
    assert all(link.startswith("#") and link[1:] in page.ids for link in links)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert "@import" not in text
    assert "url(" not in text
    assert text.count('<html lang="zh-CN"' if lang == "zh" else '<html lang="en"') == 1


def test_only_the_scripts_of_the_page_may_run(con: duckdb.DuckDBPyConnection, write: Callable[..., str]) -> None:
    page = Page(write(con))
    (policy,) = [
        value for tag, name, value in page.attributes if tag == "meta" and name == "content" and "default-src" in value
    ]
    (rule,) = [part for part in policy.split("; ") if part.startswith("script-src")]
    assert "unsafe" not in rule
    assert "default-src 'none'" in policy
    own = [text for attributes, text in page.scripts if "type" not in attributes]
    assert len(own) == 1
    digest = base64.b64encode(hashlib.sha256(own[0].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in rule
    assert rule.count("sha256-") == 2  # the page's own script, and plotly once it is unpacked


def test_what_the_page_says_follows_from_the_tables(con: duckdb.DuckDBPyConnection, write: Callable[..., str]) -> None:
    seen = Page(write(con)).visible
    late = con.execute("SELECT count(*) FROM findings WHERE rule_id = 'late_dispatch'").fetchone()
    rate = con.execute(
        "SELECT rate, numerator, denominator FROM rates "
        "WHERE metric = 'on_time_dispatch' AND mode = 'holiday' AND slice = '{}'"
    ).fetchone()
    assert late is not None
    assert rate is not None
    assert f"late_dispatch {late[0]}" in seen
    assert f"{rate[0]:.1%} {rate[1]} / {rate[2]}" in seen
    assert "603 rows in = 600 loaded + 1 merged + 2 quarantined" in seen
    assert "no value in journeys.weight_g: 200" in seen
    assert "my_rule own failed" in seen
    assert "Binder Error: column not found" in seen
    assert "explains 1 more: late_dispatch" in seen
    assert "of these are explained by another finding" in seen
    assert "can still become" in seen
    assert "What follows at this rate: 2 violation points." in seen
    assert "31 / 40" in seen
    assert "seller answers" in seen
    assert "with a tracking export: could prove" in seen
    assert "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" in seen
    assert "readme.txt no format fits" in seen
    assert "Dispatched late" in seen  # the rule's title
    assert "2026-11-06 00:00 2026-11-10 23:59:59 +2 business days" in seen
    assert "Platform notice" in seen
    assert "due 2026-11-05 23:59:59" in seen
    assert "unverified" in seen


def test_nothing_personal_reaches_the_page(con: duckdb.DuckDBPyConnection, write: Callable[..., str]) -> None:
    text = write(con)
    assert re.search(r"<code>5769\d{14}</code>", text)
    for word in ("buyer-key", "recipient-key", "phone-key", "address-key"):
        assert word not in text


def shaded(figure: dict[str, Any]) -> dict[str, tuple[str, str]]:
    rectangles = [(shape["x0"], shape["x1"]) for shape in figure["layout"].get("shapes", []) if shape["type"] == "rect"]
    names = [annotation["text"] for annotation in figure["layout"].get("annotations", [])]
    return dict(zip(names, rectangles, strict=True))


def test_windows_in_force_are_shaded_in_local_time_where_they_apply(store: Store, write: Callable[..., str]) -> None:
    con = store(200)
    con.execute(
        "INSERT INTO sla_windows "
        "SELECT * REPLACE ('Refused' AS name, false AS automatic, false AS opted_in) FROM sla_windows"
    )
    con.execute("INSERT INTO sla_windows SELECT * REPLACE ('Parcels' AS name) FROM sla_windows LIMIT 1")
    con.execute("UPDATE sla_windows SET stage = 'delivery' WHERE name = 'Parcels'")
    con.execute(
        "INSERT INTO sla_windows SELECT * REPLACE ('Long gone' AS name, from_at - INTERVAL 400 DAY AS from_at, "
        "to_at - INTERVAL 400 DAY AS to_at) FROM sla_windows LIMIT 1"
    )
    page = Page(write(con))
    drawn = {figure["id"]: figure for figure in data(page)["figures"]}
    dispatch, delivery = drawn["chart-dispatch"], drawn["chart-delivery"]
    days = ("2026-11-05T12:00:00", "2026-11-10T11:59:59")
    assert shaded(dispatch) == {"Platform notice": ("2026-10-31T12:00:00", "2026-11-02T11:59:59"), "Veterans Day": days}
    assert shaded(delivery) == {"Parcels": days}
    assert "not opted in: no effect" in page.visible
    assert "Long gone" not in page.visible


def test_equal_inputs_give_equal_bytes(write: Callable[..., str]) -> None:
    with filled_store(60) as one, filled_store(60) as two:
        two.execute("CREATE OR REPLACE TABLE findings AS SELECT * FROM findings ORDER BY md5(finding_id)")
        two.execute("CREATE OR REPLACE TABLE orders AS SELECT * FROM orders ORDER BY md5(order_id)")
        two.execute("CREATE OR REPLACE TABLE rates AS SELECT * FROM rates ORDER BY rate")
        assert write(one) == write(two)


def test_the_worst_are_capped_and_the_whole_is_counted(store: Store, write: Callable[..., str]) -> None:
    con = store(400)
    con.execute("UPDATE findings SET rule_id = 'late_dispatch', root_finding_id = NULL")
    total = con.execute("SELECT count(*) FROM findings").fetchone()
    assert total is not None
    assert total[0] > WORST
    text = write(con)
    assert f"The {WORST} worst of {total[0]}" in Page(text).visible
    assert len(re.findall(r"id=\"worst-\d+\"", text)) == 1


def test_an_excused_finding_is_set_aside(store: Store, write: Callable[..., str]) -> None:
    con = store(60)
    con.execute("UPDATE findings SET verdict = 'excused', root_finding_id = NULL")
    seen = Page(write(con)).visible
    assert "None with hard evidence in what could be tested." in seen
    assert "reviewed: excused" in seen


@pytest.mark.parametrize("orders", [0, 1])
def test_few_orders_make_a_sensible_page(store: Store, write: Callable[..., str], orders: int) -> None:
    con = store(orders)
    page = Page(write(con))
    assert f"Orders {orders}, of these" in page.visible
    if not orders:
        assert data(page)["figures"] == []
        assert "There is nothing to draw yet" in page.visible
        assert page.visible.count("Nothing here.") == 15


def test_only_open_orders_make_a_sensible_page(store: Store, write: Callable[..., str]) -> None:
    con = store(30)
    con.execute("UPDATE deadlines SET outcome = 'open', stopped_at = NULL WHERE outcome <> 'not_applicable'")
    con.execute("DELETE FROM findings")
    con.execute(
        "UPDATE rates SET numerator = 0, denominator = 0, rate = NULL, ci_low = NULL, "
        "ci_high = NULL, status = 'too_few', headroom = NULL"
    )
    page = Page(write(con))
    assert "chart-dispatch" not in [figure["id"] for figure in data(page)["figures"]]
    assert "too few" in page.visible


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_text_of_the_data_becomes_markup(
    store: Store, write: Callable[..., str], policy: dict[str, Any], lang: str
) -> None:
    con = store(60)
    poison(con)
    line = {**policy["lines"][0], "id": EVIL, "note": EVIL, "sources": [EVIL], "select": {"shop": [EVIL]}}
    evil_policy = {
        **policy,
        "id": EVIL,
        "title": EVIL,
        "notes": [EVIL],
        "lines": [line],
        "sources": {EVIL: {"title": EVIL, "address": "javascript:alert(3)"}},
    }
    manifest = {
        "fulfil_analytics": EVIL,
        "policy": {"sha256": EVIL},
        "rules": [{"rule_id": EVIL, "family": EVIL, "title": EVIL, "sha256": EVIL, "parameters": {EVIL: EVIL}}],
        "skipped": [{"file": EVIL, "why": EVIL}],
    }
    page = Page(write(con, lang=lang, policy=evil_policy, manifest=manifest, title=EVIL))
    assert page.tags["script"] == 3
    assert page.tags["img"] == 0
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert "{{7*7}}" in page.visible
    assert page.visible.count("<script>alert(1)</script>") > 50
    assert len(data(page)["figures"]) == len(CHARTS)
    drawn = json.dumps(data(page))
    assert "<script" not in drawn  # plotly reads some markup: it gets none


def test_the_shipped_policies_can_be_shown(con: duckdb.DuckDBPyConnection, write: Callable[..., str]) -> None:
    shipped = load_policies([rules_folder() / "policies"])
    policy = shipped["tiktok-us"].model_dump()
    seen = Page(write(con, policy=policy)).visible
    for line in policy["lines"]:
        assert line["id"] in seen
    for source in policy["sources"].values():
        assert " ".join(source["title"].split()) in seen


def test_the_page_keeps_its_size_however_much_there_is(store: Store, write: Callable[..., str]) -> None:
    con = store(3000)
    con.execute(
        "UPDATE findings SET rule_id = 'rule_with_a_long_name_' || (hash(finding_id) % 45), root_finding_id = NULL"
    )
    con.execute("UPDATE findings SET message = repeat('A message of some length. ', 12)")
    many = (("coverage", "rule_id", 1), ("source_files", "source_file", 300), ("quarantine", "reason", 300))
    for table, column, times in (*many, ("sla_windows", "name", 300)):
        more = f"SELECT t.* REPLACE (t.{column} || n AS {column}) FROM {table} AS t, range({times}) AS r(n)"
        con.execute(f"INSERT INTO {table} {more}")
    con.execute("UPDATE orders SET warehouse = 'Warehouse ' || (hash(order_id) % 400)")
    con.execute("UPDATE orders SET created_at = created_at - INTERVAL 1 DAY * CAST(hash(order_id) % 700 AS INTEGER)")
    con.execute("UPDATE parcels SET carrier = 'carrier ' || (hash(parcel_id) % 300)")
    policies = load_policies([rules_folder() / "policies"])
    largest = max(policies.values(), key=lambda policy: len(policy.lines)).model_dump()
    rules = [
        {
            "rule_id": f"rule_with_a_long_name_{n}",
            "family": "f",
            "title": "T" * 60,
            "sha256": "a" * 64,
            "parameters": {"x": 1},
        }
        for n in range(60)
    ]
    text = write(
        con,
        policy=largest,
        accuracy=accuracy(),
        manifest={"fulfil_analytics": "0", "rules": rules, "skipped": [{"file": "f" * 60, "why": "w"}] * 400},
    )
    assert len(text.encode()) < 2_500_000
