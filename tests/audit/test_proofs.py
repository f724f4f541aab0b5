"""What the files can prove: the answer follows from what the rules could judge, and names what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from fulfil_analytics.audit.proofs import write_proofs
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook import load_rules
from fulfil_analytics.rulebook.proofs import load_proofs
from fulfil_analytics.schemas import DERIVED, LOADED, create_table


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        for name in ("coverage", "proofs"):
            con.execute(create_table(name, DERIVED[name]))
        for name, table in LOADED.items():
            con.execute(create_table(name, table))
        yield con


def covered(con: duckdb.DuckDBPyConnection, rule_id: str, in_scope: int, tested: int, flagged: int = 0) -> None:
    status = "done" if tested else "not_testable"
    con.execute(
        "INSERT INTO coverage VALUES (?, 'fake_shipment', 'parcel', ?, ?, ?, ?, 0, ?, '{}')",
        [rule_id, status, in_scope, tested, flagged, in_scope - tested],
    )


def told(con: duckdb.DuckDBPyConnection, lang: str = "en") -> dict[str, dict[str, Any]]:
    write_proofs(con, load_proofs([rules_folder()]), lang)
    rows = con.execute("SELECT * FROM proofs ORDER BY place").fetchall()
    names = [column[0] for column in con.description or []]
    return {row["kind"]: row for row in (dict(zip(names, values, strict=True)) for values in rows)}


def needs(row: dict[str, Any]) -> dict[str, str]:
    return {item["need"]: item["then"] for item in json.loads(row["further"])}


def test_without_any_rule_nothing_can_be_touched_and_everything_is_needed(con: duckdb.DuckDBPyConnection) -> None:
    rows = told(con)
    assert len(rows) == 7
    assert {row["answer"] for row in rows.values()} == {"cannot"}
    assert needs(rows["destination_differs"]) == {"tracking_places": "prove", "places": "prove"}
    assert needs(rows["not_as_described"]) == {"tracking_weights": "suggest", "item_weights": "suggest"}
    assert all(row["outside"] for row in rows.values())


def test_the_strongest_rule_that_judged_anything_gives_the_answer(con: duckdb.DuckDBPyConnection) -> None:
    covered(con, "recipient_mismatch", in_scope=50, tested=0)
    covered(con, "origin_mismatch", in_scope=50, tested=20, flagged=2)
    row = told(con)["forged_label"]
    assert (row["answer"], row["tested"], row["in_scope"], row["flagged"]) == ("suggest", 20, 50, 2)
    assert needs(row)["labels"] == "prove"
    con.execute("DELETE FROM coverage")
    covered(con, "recipient_mismatch", in_scope=50, tested=1)
    covered(con, "origin_mismatch", in_scope=50, tested=50)
    row = told(con)["forged_label"]
    assert (row["answer"], row["tested"]) == ("prove", 1)


def test_a_need_is_named_until_its_column_holds_a_value_or_its_rule_judges_all(con: duckdb.DuckDBPyConnection) -> None:
    covered(con, "weight_mismatch", in_scope=10, tested=0)
    con.execute("INSERT INTO tracking_events BY NAME SELECT 'x' AS waybill, NULL AS weight_g")
    assert set(needs(told(con)["not_as_described"])) == {"tracking_weights", "item_weights"}
    con.execute("INSERT INTO tracking_events BY NAME SELECT 'x' AS waybill, 500 AS weight_g")
    assert set(needs(told(con)["not_as_described"])) == {"item_weights"}
    con.execute("DELETE FROM coverage")
    covered(con, "weight_mismatch", in_scope=10, tested=10)  # weights were learned: nothing is missing
    assert not needs(told(con)["not_as_described"])


def test_titles_are_in_the_language_of_the_run(con: duckdb.DuckDBPyConnection) -> None:
    assert told(con, "zh")["empty_or_short"]["title"] == "空包或少件"


def test_every_way_is_a_rule_and_only_hard_evidence_proves() -> None:
    book = load_rules([rules_folder()])
    for proofs in load_proofs([rules_folder()]):
        for kind in proofs.kind:
            for way in kind.way:
                assert way.shows == "suggest" or book[way.rule].evidence_class == "hard", (kind.id, way.rule)
