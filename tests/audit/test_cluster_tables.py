"""A table that a rule may read is there on Spark too; a new one must be given its place."""

from __future__ import annotations

import datetime as dt

from fulfil_analytics.audit.cluster.head import REFERENCES
from fulfil_analytics.audit.cluster.judge import tables_read
from fulfil_analytics.audit.cluster.steps import ELSEWHERE, FROM_PARTS, FROM_WHOLE, MISSING, wholes
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook import lint, load_rules
from fulfil_analytics.rulebook.tables import tables
from fulfil_analytics.schemas import LOADED

ANY = dt.datetime(2026, 1, 1)


def test_every_table_has_its_place():
    given = {*FROM_PARTS, *FROM_WHOLE, *REFERENCES, *ELSEWHERE, *LOADED, *(f"loaded_{table}" for table in LOADED)}
    assert set(tables()) == given | set(MISSING)


def test_no_shipped_rule_needs_what_is_missing():
    read = {table for rule in load_rules([rules_folder()]) for table in lint.tables_of(rule.render(rule.sql, ANY))}
    assert read.isdisjoint(MISSING)


def test_what_spark_runs_as_it_stands_is_a_select():
    selects = wholes()
    assert {*selects} == {*FROM_WHOLE, "track_runs"}
    for table in FROM_WHOLE:
        assert selects[table].startswith("SELECT ")


def test_what_rules_do_not_read_is_not_written_out():
    book = load_rules([rules_folder()])
    assert {*FROM_PARTS, "scans", *wholes()} <= tables_read(book, ANY)
    one = tables_read([book["late_dispatch"]], ANY)
    assert {"orders", "parcels", "deadlines"} <= one
    assert one.isdisjoint({"tracks", "scans", "track_runs"})
