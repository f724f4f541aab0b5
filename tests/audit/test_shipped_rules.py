"""Rules of the catalogue on a store's own tables, and the scans that count for many of them at once."""

from __future__ import annotations

import datetime as dt

from fulfil_analytics.audit.sizes import sizes_alone, sizes_together
from fulfil_analytics.engines import DuckDBEngine
from fulfil_analytics.policy import load_policies
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook import load_rules
from fulfil_analytics.rulebook.tables import REFERENCE
from fulfil_analytics.rulebook.worlds import world
from fulfil_analytics.sla import build_deadlines
from tests.audit.made_up_rules import AS_OF, add, rows, rule_text, run


def test_shipped_rules_run_on_a_store(store):
    """The eight rules against the store's own tables, with one parcel that several of them speak about."""
    from fulfil_analytics.reference import CarrierBook, install_places

    CarrierBook.load([rules_folder() / "carriers"]).install(store.con)
    install_places(store.con, set())
    for table in (
        "tracked_waybills",
        "tracks",
        "carrier_periods",
        "shared_addresses",
        "rest_days",
        "destination_names",
        "masked_places",
    ):
        columns = ", ".join(f"{column} {kind}" for column, kind in REFERENCE[table].items())
        store.con.execute(f"CREATE TABLE {table} ({columns})")
    add(store, "source_files", {"source_file": "a.csv", "kind": "orders"})
    add(
        store,
        "orders",
        {
            "order_id": "O1",
            "market": "US",
            "paid_at": dt.datetime(2026, 1, 1),
            "source_file": "a.csv",
            "source_line": 2,
        },
    )
    add(
        store,
        "parcels",
        {
            "parcel_id": "O1/1Z",
            "order_id": "O1",
            "waybill": "1Z",
            "carrier": "ups",
            "waybill_check": "bad",
            "waybill_reason": "no_format_fits",
            "given_at": dt.datetime(2026, 1, 2),
            "market": "US",
        },
    )
    add(
        store,
        "journeys",
        {"parcel_id": "O1/1Z", "order_id": "O1", "waybill": "1Z", "covered": True, "events": 0, "scans": 0},
    )
    build_deadlines(store.con, load_policies([rules_folder() / "policies"])["tiktok-us"], AS_OF)
    runs = run(
        store,
        load_rules([rules_folder()]).only(
            [
                "duplicate_waybill",
                "invalid_waybill",
                "untraceable_waybill",
                "stale_tracking",
                "destination_mismatch",
                "late_dispatch",
                "truncated_export",
                "damaged_identifier",
            ]
        ),
    )
    assert {done.rule.id: done.why for done in runs if done.status == "failed"} == {}
    found = {row["rule_id"]: row for row in rows(store, "SELECT * FROM findings")}
    assert set(found) == {"invalid_waybill", "untraceable_waybill", "late_dispatch"}
    top = found["invalid_waybill"]["finding_id"]
    assert found["untraceable_waybill"]["root_finding_id"] == found["late_dispatch"]["root_finding_id"] == top
    assert (
        found["invalid_waybill"]["message"]
        == "Waybill 1Z cannot be a number of ups: it fits none of the carrier's formats."
    )
    for done in runs:
        assert done.in_scope == done.tested + done.excused + done.not_testable
        assert done.flagged <= done.tested


def test_counted_together_or_alone_the_sizes_are_the_same():
    """In a world of an example, of all rules of the catalogue: one scan counts what each rule counts alone."""
    book = [rule for rule in load_rules([rules_folder()]) if rule.after is None]
    needed = {table for rule in book for table in (*rule.frame.tables, *rule.header.join)}
    seen = set()
    with DuckDBEngine.in_memory() as engine:
        for rule in book[::4]:
            engine.put(world(rule, 0, needed))
            as_of = rule.examples[0].as_of
            together = sizes_together(engine, book, as_of)
            assert together == {other.id: sizes_alone(engine, other, as_of) for other in book if other.id in together}
            seen |= {(rule_id, reason) for rule_id, sizes in together.items() for reason in sizes}
    assert len({rule_id for rule_id, _ in seen}) > 20
    assert len({reason for _, reason in seen}) > 5


def test_a_rule_that_cannot_be_counted_leaves_its_company_to_count_alone(store, book):
    add(store, "orders", {"order_id": "O1", "units": 2}, {"order_id": "O2", "units": 2})
    add(store, "parcels", *({"parcel_id": f"O1/{n}", "order_id": "O1"} for n in "12"))
    join = '[join]\nparcels = "parcels.order_id = orders.order_id"'
    rules = book(first=rule_text("first", more=join), second=rule_text("second", more=join), plain=rule_text("plain"))
    runs = {done.rule.id: done.status for done in run(store, rules)}
    assert runs == {"first": "failed", "second": "failed", "plain": "done"}
