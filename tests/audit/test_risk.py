"""The risk of an order and of a shop follows from docs/risk.md and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from fulfil_analytics.audit.risk import write_risk
from fulfil_analytics.schemas import DERIVED, create_table


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        for name in ("findings", "orders", "risk_of_order", "risk_of_shop"):
            con.execute(create_table(name, DERIVED[name]))
        yield con


def find(con: duckdb.DuckDBPyConnection, order_id: str | None, *what: str, **more: str) -> None:
    """Add findings, written like ``hard high late_rts``; the id is order and rule."""
    for text in what:
        evidence_class, severity, rule_id = text.split()
        row = {
            "finding_id": f"{order_id}-{rule_id}",
            "rule_id": rule_id,
            "severity": severity,
            "evidence_class": evidence_class,
            "order_id": order_id,
            "message": f"{rule_id}!",
            **more,
        }
        con.execute("INSERT INTO findings BY NAME SELECT unnest([?], recursive := true)", [row])


def orders(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    write_risk(con)
    cursor = con.execute("SELECT * FROM risk_of_order ORDER BY place")
    names = [column[0] for column in cursor.description or []]
    return {row["order_id"]: row for row in (dict(zip(names, row, strict=True)) for row in cursor.fetchall())}


@pytest.mark.parametrize(
    ("found", "risk", "why"),
    [
        (["hard critical a"], "critical", "hard_critical"),
        (["hard high a", "hard high b"], "critical", "two_hard_high"),
        (["hard high a", "soft critical b"], "high", "hard_high"),
        (["hard high a", "soft high b"], "high", "hard_high"),
        (["soft critical a", "hard medium b"], "high", "soft_critical"),
        (["hard medium a"], "medium", "hard_medium"),
        (["soft high a", "hard low b"], "medium", "soft_high"),
        (["soft medium a", "hard low b"], "low", "other"),
        (["soft low a"], "low", "other"),
    ],
)
def test_each_line_of_the_table(con: duckdb.DuckDBPyConnection, found: list[str], risk: str, why: str) -> None:
    find(con, "O", *found)
    row = orders(con)["O"]
    assert (row["risk"], row["why"]) == (risk, why)


def test_two_findings_of_one_rule_are_not_two_rules(con: duckdb.DuckDBPyConnection) -> None:
    find(con, "O", "hard high a")
    find(con, "O", "hard high a", finding_id="O-a2")
    assert orders(con)["O"]["why"] == "hard_high"


def test_info_excused_and_explained_findings_do_not_count(con: duckdb.DuckDBPyConnection) -> None:
    find(con, "I", "hard info a")
    find(con, "X", "hard critical a", verdict="excused")
    find(con, "R", "hard high root")
    find(con, "R", "hard critical later", root_finding_id="R-root")
    find(con, None, "hard critical of_a_file")
    rows = orders(con)
    assert set(rows) == {"R"}
    row = rows["R"]
    assert (row["risk"], row["roots"], row["folded"], row["reason"]) == ("high", 1, 1, "root!")


def test_an_upheld_finding_counts(con: duckdb.DuckDBPyConnection) -> None:
    find(con, "O", "hard critical a", verdict="upheld")
    assert orders(con)["O"]["risk"] == "critical"


def test_what_an_excused_root_explained_counts_again(con: duckdb.DuckDBPyConnection) -> None:
    find(con, "O", "hard critical root", verdict="excused")
    find(con, "O", "hard medium later", root_finding_id="O-root")
    row = orders(con)["O"]
    assert (row["risk"], row["leading_rule_id"], row["excused"]) == ("medium", "later", 1)


def test_the_reader_begins_with_hard_evidence_and_hears_of_the_rest(con: duckdb.DuckDBPyConnection) -> None:
    find(con, "A", "soft high a", "hard high b", "hard low c")
    find(con, "B", "hard critical z")
    find(con, "C", "hard high b", "hard low c", "hard low d")
    rows = orders(con)
    assert list(rows) == ["B", "C", "A"]
    assert (rows["A"]["leading_rule_id"], rows["A"]["reason"]) == ("b", "b!")
    assert json.loads(rows["A"]["further_rules"]) == ["a", "c"]


@pytest.mark.parametrize(
    ("grave", "total", "risk"),
    [
        (11, 219, "critical"),
        (11, 220, "high"),
        (10, 100, "high"),
        (3, 59, "high"),
        (3, 60, "medium"),
        (2, 10, "medium"),
    ],
)
def test_a_shop_at_its_limits(con: duckdb.DuckDBPyConnection, grave: int, total: int, risk: str) -> None:
    con.execute(
        "INSERT INTO orders BY NAME SELECT 'O' || i AS order_id, 'S' AS shop, i > $1 AS platform_fulfilled "
        "FROM range(1, $1 + 4) AS t (i)",
        [total],
    )
    con.execute(
        "INSERT INTO findings BY NAME SELECT 'F' || i AS finding_id, 'O' || i AS order_id, 'r' AS rule_id, "
        "'high' AS severity, 'hard' AS evidence_class, 'm' AS message FROM range(1, $1 + 1) AS t (i)",
        [grave],
    )
    write_risk(con)
    assert con.execute("SELECT shop, orders, high, risk, leading_rule_id FROM risk_of_shop").fetchall() == [
        ("S", total, grave, risk, "r")
    ]


def test_a_shop_without_findings_is_there_too(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("INSERT INTO orders BY NAME SELECT 'O1' AS order_id, false AS platform_fulfilled")
    find(con, "O1", "soft low a")
    con.execute("INSERT INTO orders BY NAME SELECT 'O2' AS order_id, 'quiet' AS shop, false AS platform_fulfilled")
    write_risk(con)
    assert con.execute("SELECT shop, risk FROM risk_of_shop").fetchall() == [(None, "low"), ("quiet", "none")]
