"""Whose clock failed: each stretch against its allowance, and no blame where the exports do not tell."""

from __future__ import annotations

import datetime as dt

import pytest

from fulfil_analytics.schemas import TABLES, create_table, duckdb_types
from fulfil_analytics.sla import build_deadlines
from fulfil_analytics.sla.blame import build_late_causes
from tests.sla.conftest import insert, utc

LINES = """
[[line]]
id = "rts"
stage = "rts"
stop = ["rts_at"]
amount = 24
unit = "hour"
[[line]]
id = "dispatch"
stage = "dispatch"
stop = ["dispatched_at"]
amount = 48
unit = "hour"
[[line]]
id = "delivery"
stage = "delivery"
stop = ["received_at"]
amount = 120
unit = "hour"
"""
CREATED = utc("2026-03-02 08:00")
HOURS = dt.timedelta(hours=1)
AS_OF = CREATED + 200 * HOURS


def order(label=None, shipped=None, scan=None, delivered=None, **more):
    """An order with its milestones in hours after creation; the label is the seller's unless said otherwise."""
    at = {
        name: None if hours is None else CREATED + hours * HOURS
        for name, hours in (("rts_at", label), ("shipped_at", shipped), ("dispatch_scan_at", scan))
    }
    return {
        "order_id": "A", "created_at": CREATED, "label_by": "seller", **at,
        "dispatched_at": at["dispatch_scan_at"],
        "received_at": None if delivered is None else CREATED + delivered * HOURS,
        **more,
    }  # fmt: skip


@pytest.fixture
def causes(con, orders, policy):
    for name in ("parcels", "journeys"):
        con.execute(create_table(name, TABLES[name], replace=True))
    con.execute("CREATE OR REPLACE TABLE parcel_events (parcel_id VARCHAR, event_at TIMESTAMP, status VARCHAR)")

    def run(row, first_scan="arrived", lines=LINES):
        orders(row)
        insert(con, "parcels", [{"parcel_id": "A/1", "order_id": "A"}],
               waybill="1Z", carrier="ups", source_file="o.csv", source_line=2)  # fmt: skip
        if row["dispatch_scan_at"] is not None:
            con.execute("INSERT INTO parcel_events VALUES ('A/1', ?, ?)", [row["dispatch_scan_at"], first_scan])
        build_deadlines(con, policy(lines), AS_OF)
        build_late_causes(con, AS_OF)
        found = con.execute("SELECT * FROM late_causes")
        names = [column[0] for column in found.description]
        return {row[names.index("stage")]: dict(zip(names, row, strict=True)) for row in found.fetchall()}

    return run


def stretches(row):
    """Stretch to (hours taken, hours over), None where the exports do not tell."""
    return {
        name: None if row[f"{name}_seconds"] is None else (row[f"{name}_seconds"] / 3600, row[f"{name}_over"] / 3600)
        for name in ("label", "hand_over", "scan", "transit")
    }


def test_orders_in_time_have_no_row(causes):
    assert causes(order(label=10, shipped=30, scan=40, delivered=100)) == {}


def test_a_late_label_is_the_labels_fault_at_both_stages(causes):
    found = causes(order(label=60, scan=70, delivered=100), first_scan="picked_up")
    assert {stage: row["cause"] for stage, row in found.items()} == {"rts": "label", "dispatch": "label"}
    assert stretches(found["rts"]) == {"label": (60, 36), "hand_over": None, "scan": None, "transit": None}
    # the hand-over kept its own 24 h after the late label, and used 10
    assert stretches(found["dispatch"]) == {"label": (60, 36), "hand_over": (10, 0), "scan": (0, 0), "transit": None}
    assert found["dispatch"]["late_seconds"] == 22 * 3600


def test_a_label_in_time_and_a_late_hand_over(causes):
    found = causes(order(label=10, scan=60), first_scan="picked_up")
    assert set(found) == {"dispatch", "delivery"}
    assert stretches(found["dispatch"])["hand_over"] == (50, 12)
    assert (found["dispatch"]["cause"], found["dispatch"]["answers"]) == ("hand_over", "seller")


@pytest.mark.parametrize(("label_by", "answers"), [("seller", "seller"), ("platform", "carrier"), (None, None)])
def test_a_parcel_shipped_in_time_and_scanned_late_is_the_carriers_under_the_platforms_label(causes, label_by, answers):
    found = causes(order(label=10, shipped=40, scan=60, delivered=100, label_by=label_by))
    assert stretches(found["dispatch"]) == {"label": (10, 0), "hand_over": (30, 0), "scan": (20, 12), "transit": None}
    assert (found["dispatch"]["cause"], found["dispatch"]["answers"]) == ("scan", answers)


@pytest.mark.parametrize(("label_by", "answers"), [("seller", "seller"), ("platform", "carrier"), (None, None)])
def test_a_parcel_that_left_in_time_and_came_late_is_the_transits(causes, label_by, answers):
    found = causes(order(label=10, shipped=40, scan=47, delivered=130, label_by=label_by))
    assert list(found) == ["delivery"]
    assert stretches(found["delivery"])["transit"] == (83, 10)
    assert (found["delivery"]["cause"], found["delivery"]["answers"]) == ("transit", answers)


def test_a_parcel_that_left_late_and_travelled_in_its_allowance_is_not_the_transits(causes):
    found = causes(order(label=10, scan=70, delivered=130, label_by="platform", handover="dropoff"), "picked_up")
    assert stretches(found["delivery"])["transit"] == (60, 0)
    assert (found["delivery"]["cause"], found["delivery"]["answers"]) == ("hand_over", "seller")


@pytest.mark.parametrize("handover", ["pickup", None])
def test_a_late_first_scan_at_the_door_is_nobodys_fault_that_we_could_prove(causes, handover):
    """The driver may have come late or scanned late: under the platform's label the seller is not blamed."""
    found = causes(order(label=10, scan=60, delivered=100, label_by="platform", handover=handover), "picked_up")
    assert (found["dispatch"]["cause"], found["dispatch"]["answers"]) == ("not_told_apart", None)
    assert stretches(found["dispatch"])["hand_over"] == (50, 12)


def test_without_any_scan_nobody_knows_where_the_parcel_stayed(causes):
    found = causes(order(label=10, shipped=30, label_by="platform"))
    assert (found["dispatch"]["outcome"], found["dispatch"]["cause"]) == ("overdue", "not_told_apart")
    assert found["dispatch"]["answers"] is None
    assert found["dispatch"]["ended_at"] == AS_OF
    assert stretches(found["delivery"])["transit"] is None


def test_a_label_that_never_came_counts_to_as_of(causes, orders):
    orders(order(label=1, shipped=2, scan=3, delivered=4, order_id="B"))  # the export has label times
    found = causes(order())
    assert stretches(found["dispatch"]) == {"label": (200, 176), "hand_over": None, "scan": None, "transit": None}
    assert {row["cause"] for row in found.values()} == {"label"}


def test_an_export_without_label_times_blames_no_label(causes):
    found = causes(order(scan=60, delivered=100), first_scan="picked_up")
    assert found["dispatch"]["cause"] == "not_told_apart"
    assert stretches(found["dispatch"])["label"] is None


def test_cancelled_late_ends_at_the_cancellation(causes):
    found = causes(order(label=10, cancelled_at=CREATED + 60 * HOURS, order_status="cancelled"))
    assert found["dispatch"]["late_seconds"] == 12 * 3600
    assert "delivery" not in found


def test_where_the_label_alone_stops_the_clock_the_carrier_has_no_part_in_it(causes):
    lines = LINES.replace('stop = ["dispatched_at"]', 'stop = ["rts_at"]')
    found = causes(order(label=60, shipped=61, scan=150, delivered=160), lines=lines)
    assert stretches(found["dispatch"]) == {"label": (60, 36), "hand_over": None, "scan": None, "transit": None}
    assert found["dispatch"]["cause"] == "label"


def test_the_table_has_the_columns_that_are_described(con, causes):
    causes(order(label=10, scan=60))
    columns = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'late_causes'"
    ).fetchall()
    assert dict(columns) == duckdb_types(TABLES["late_causes"])
