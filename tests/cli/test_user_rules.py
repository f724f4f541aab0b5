"""A rule of one's own from the first command to the finding: begun, run, tuned by policy and settings, locked in."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.said import Said, fulfil

ORDERS = """Order ID,Order Status,Created Time,Paid Time,Order Amount,Country,State,City,Zipcode
576424982806152141,To ship,11/09/2026 9:00:00 AM,11/09/2026 9:01:00 AM,5.00,United States,California,Reno,90012
576424982806152142,To ship,11/09/2026 9:00:00 AM,11/09/2026 9:01:00 AM,500.00,United States,California,Reno,90012
576424982806152143,To ship,11/09/2026 9:00:00 AM,11/09/2026 9:01:00 AM,1500.00,United States,California,Reno,90012
576424982806152144,To ship,11/09/2026 9:00:00 AM,11/09/2026 9:01:00 AM,3000.00,United States,California,Reno,90012
"""
OWN_POLICY = """id = "mine"
title = "Mine"
base = "tiktok-us"
[rule_parameters.my_rule]
least_cents = 40000
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an export and a rule just begun, and the commands run inside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    assert fulfil("rules", "new", "my_rule").returncode == 0
    return tmp_path


def audit(*words: object, policy: object = "tiktok-us") -> Said:
    return fulfil("audit", "orders.csv", "--policy", policy, "--rules", "my_rules", "--out", "out", "--quiet", *words)


def found(shop: Path) -> list[dict[str, str]]:
    with (shop / "out" / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["rule_id"] == "my_rule"]


def test_begun_tested_listed_and_run(shop: Path) -> None:
    assert "1 rules" in fulfil("rules", "test", "my_rules").stdout
    assert "my_rule" in fulfil("rules", "list", "--rules", "my_rules").stdout
    assert "least_cents" in fulfil("rules", "show", "my_rule", "--rules", "my_rules").stdout
    said = audit()
    assert (said.returncode, said.stderr) == (0, "")
    rows = found(shop)
    assert [row["order_id"][-1] for row in rows] == ["3", "4"]
    assert {row["family"] for row in rows} == {"my_rules"}
    assert all("150000" in row["message"] or "300000" in row["message"] for row in rows)
    rules = json.loads((shop / "out" / "manifest.json").read_text(encoding="utf-8"))["rules"]
    assert [rule["rule_id"] for rule in rules if rule["family"] == "my_rules"] == ["my_rule"]
    assert len(rules) == 40


def test_the_policy_tunes_it_and_the_settings_have_the_last_word(shop: Path) -> None:
    (shop / "mine.toml").write_text(OWN_POLICY, encoding="utf-8")
    assert audit("--only", "my_rule", policy="mine.toml").returncode == 0
    assert [row["order_id"][-1] for row in found(shop)] == ["2", "3", "4"]
    (shop / "fulfil.toml").write_text("[parameters.my_rule]\nleast_cents = 200000\n", encoding="utf-8")
    assert audit("--only", "my_rule", policy="mine.toml").returncode == 0
    assert [row["order_id"][-1] for row in found(shop)] == ["4"]
    (shop / "fulfil.toml").write_text("[parameters.my_rule]\nleast_cent = 1\n", encoding="utf-8")
    wrong = audit("--only", "my_rule")
    assert wrong.returncode == 2
    assert "fulfil.toml" in wrong.stderr and "Did you mean least_cents?" in wrong.stderr


def test_a_rule_that_fails_is_said_and_stops_no_other(shop: Path) -> None:
    text = (shop / "my_rules" / "my_rule.sql").read_text(encoding="utf-8")
    failing = text.replace("my_rule", "failing_rule").replace(
        "orders.order_amount_cents >= {least_cents}",
        "orders.order_amount_cents >= {least_cents} and cast(orders.order_id || 'x' as bigint) > 0",
    )
    assert failing.count("'x' as bigint") == 1
    (shop / "my_rules" / "failing_rule.sql").write_text(failing, encoding="utf-8")
    said = fulfil("audit", "orders.csv", "--policy", "tiktok-us", "--rules", "my_rules", "--out", "out")
    assert "failing_rule" in said.stdout + said.stderr
    assert "5764249828061521" not in said.stderr
    assert len(found(shop)) == 2


LOCKED = [
    ("select order_id from read_csv('orders.csv')", "read_csv"),
    ("select order_id from 'orders.csv'", "table orders.csv"),
    ("select content as order_id from read_text('https://example.com/x')", "read_text"),
    ("select getenv('HOME') as order_id from orders", "getenv"),
    ("select current_setting('temp_directory') as order_id from orders", "current_setting"),
    ("select value as order_id from duckdb_settings()", "duckdb_settings"),
    ("select table_name as order_id from information_schema.tables", "another schema"),
    ("copy orders to 'out.csv'", "not a SELECT"),
    ("attach 'other.duckdb' as other", "not a SELECT"),
    ("insert into orders select order_id from orders", "not a SELECT"),
    ("delete from orders", "not a SELECT"),
    ("set threads = 1", "not a SELECT"),
    ("install httpfs", "not a SELECT"),
    ("select orders.order_id from orders; drop table orders", "not a SELECT"),
]


def rewrite(shop: Path, sql: str) -> None:
    """Put `sql` in the place of the rule's SELECT; its parameter stays in use."""
    file = shop / "my_rules" / "my_rule.sql"
    header, _, _ = file.read_text(encoding="utf-8").partition("*/")
    file.write_text(f"{header}*/\n{sql}\n-- {{least_cents}}\n", encoding="utf-8")


@pytest.mark.parametrize(("sql", "says"), LOCKED, ids=[sql for sql, _ in LOCKED])
def test_a_rule_that_looks_beyond_the_store_is_refused(shop: Path, sql: str, says: str) -> None:
    rewrite(shop, sql)
    said = fulfil("rules", "test", "my_rules")
    assert (said.returncode, said.stdout) == (2, "")
    assert "my_rules/my_rule.sql:" in said.stderr and says in said.stderr
    assert said.stderr.count("\n") == 1
    assert sorted(path.name for path in shop.iterdir()) == ["my_rules", "orders.csv"]


def test_an_audit_refuses_it_before_anything_is_read(shop: Path) -> None:
    rewrite(shop, "select order_id from read_csv('orders.csv')")
    said = audit()
    assert said.returncode == 2
    assert "my_rules/my_rule.sql:" in said.stderr and "read_csv" in said.stderr
    assert not (shop / "out").exists()
