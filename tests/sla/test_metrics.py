"""The platform's own metrics: numerator, denominator, exclusions, open orders, and how final each figure is."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from fulfil_analytics.policy import load_policy
from fulfil_analytics.policy.model import Metric
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.schemas import TABLES, duckdb_types
from fulfil_analytics.sla import build_deadlines, build_rates
from tests.sla.conftest import insert, utc

CREATED = utc("2026-04-06 12:00")  # Monday; dispatch due Wednesday 04-08
DAY = dt.timedelta(days=1)
AS_OF = utc("2026-04-30 12:00")
CANCELLED = {"order_status": "cancelled", "cancelled_at": CREATED + DAY, "paid_at": CREATED}


def market(name):
    return load_policy(rules_folder() / "policies" / f"{name}.toml")


def judge(con, policy, as_of=AS_OF, **how):
    build_deadlines(con, policy, as_of)
    build_rates(con, policy, as_of, **how)


def found(con, metric, mode="standard", slice_="{}"):
    query = """
      SELECT r.*, d.* EXCLUDE (metric, mode, slice) FROM rates AS r JOIN rate_details AS d USING (metric, mode, slice)
      WHERE metric = ? AND mode = ? AND slice = ?
    """
    cursor = con.execute(query, [metric, mode, slice_])
    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    assert len(rows) == 1, (metric, mode, slice_, len(rows))
    return dict(zip(names, rows[0], strict=True))


def gone(order_id, **facts):
    return {"order_id": order_id, "created_at": CREATED, "paid_at": CREATED, "dispatched_at": CREATED + DAY, **facts}


def cancelled(order_id, by, reason, **facts):
    fact = {"order_id": order_id, "created_at": CREATED, "cancelled_by": by, "cancel_reason": reason}
    return {**fact, **CANCELLED, **facts}


SELLER_FAULT = [
    ("seller", "out_of_stock", True),
    ("seller", None, True),
    ("seller", "other", True),
    ("system", "shipping_timeout", True),
    ("system", "collection_timeout", True),
    ("system", "pricing_error", True),
    ("seller", "buyer_request", False),
    ("buyer", "buyer_request", False),
    ("buyer", None, False),
    ("system", "unpaid_timeout", False),
    ("system", "package_lost", False),
    ("operator", "risk", False),
    ("system", "untraceable", True),
    ("buyer", "out_of_stock", False),
]


@pytest.mark.parametrize(("by", "reason", "counts"), SELLER_FAULT)
def test_whose_fault_a_cancellation_is(con, orders, us, by, reason, counts):
    orders(cancelled("C", by, reason), gone("G"))
    judge(con, us)
    row = found(con, "seller_fault_cancellation_rate")
    assert (row["numerator"], row["denominator"]) == (int(counts), 2)
    assert row["unknown"] == 0


@pytest.mark.parametrize(("hours", "counts"), [(-1, False), (0, False), (1, True)])
def test_a_cancellation_that_the_buyer_had_asked_for_is_not_the_sellers(con, orders, us, hours, counts):
    asked = CANCELLED["cancelled_at"] + dt.timedelta(hours=hours)
    orders(cancelled("C", "seller", "other", cancel_requested_at=asked), gone("G"))
    judge(con, us)
    assert found(con, "seller_fault_cancellation_rate")["numerator"] == int(counts)


def test_a_day_that_is_not_over_is_not_missing(con, orders, us):
    orders(*(gone(f"{day} {n}", created_at=CREATED + day * DAY) for day in range(4) if day != 1 for n in range(12)))
    week = (utc("2026-04-06 00:00"), utc("2026-04-12 23:59:59"))
    missing = {"2026-04-08 23:59:59": 1, "2026-04-10 00:30:00": 1, "2026-04-10 23:59:59": 2, "2026-04-30 12:00": 4}
    for as_of, days in missing.items():
        judge(con, us, utc(as_of), period=week)
        assert found(con, "on_time_dispatch")["missing_days"] == days, as_of


def test_a_cancellation_that_nobody_explains_is_unknown_and_not_the_sellers(con, orders, us):
    orders(cancelled("nobody", None, None), cancelled("system", "system", None), gone("G"), gone("H"))
    judge(con, us)
    row = found(con, "seller_fault_cancellation_rate")
    assert (row["numerator"], row["denominator"], row["unknown"]) == (0, 4, 2)
    assert (row["lowest"], row["highest"]) == (0, 0.5)


def test_who_is_left_out_of_the_us_cancellation_rate(con, orders, us):
    orders(
        gone("G"),
        cancelled("sample", "seller", "out_of_stock", is_sample=True),
        cancelled("fbt", "seller", "out_of_stock", platform_fulfilled=True),
        {"order_id": "unpaid", "created_at": CREATED, "order_status": "unpaid"},
    )
    judge(con, us)
    assert found(con, "seller_fault_cancellation_rate")["denominator"] == 1


def test_an_open_order_can_still_be_cancelled(con, orders, us):
    orders(*(gone(f"G{n}") for n in range(9)), {"order_id": "open", "created_at": CREATED, "paid_at": CREATED})
    judge(con, us)
    row = found(con, "seller_fault_cancellation_rate")
    assert (row["denominator"], row["pending"], row["provisional"]) == (10, 1, True)
    assert (row["rate"], row["lowest"], row["highest"]) == (0, 0, 0.1)
    assert "open_orders" in json.loads(row["reasons"])


def test_automatic_cancellations_have_a_rate_and_no_limit_in_every_policy(con, orders):
    orders(cancelled("A", "system", "shipping_timeout"), cancelled("B", "seller", "out_of_stock"), gone("G"), gone("H"))
    for name in ("generic", "tiktok-us", "tiktok-sg"):
        judge(con, market(name))
        row = found(con, "auto_cancel_rate")
        assert (row["numerator"], row["denominator"], row["target"], row["status"]) == (1, 4, None, None), name


def parcels(con, *rows):
    """Parcels of one order each: scans, check of the number, and whether the tracking input covers it."""
    given = CREATED + DAY
    base = {"order_id": "G", "source_file": "o.csv", "source_line": 2, "order_created_at": CREATED}
    insert(
        con,
        "parcels",
        [
            {
                "parcel_id": f"P{n}",
                "waybill": f"W{n}",
                "given_at": given,
                "waybill_check": "ok",
                **base,
                **row.get("parcel", {}),
            }
            for n, row in enumerate(rows)
        ],
    )
    insert(
        con,
        "journeys",
        [
            {"parcel_id": f"P{n}", "waybill": f"W{n}", "order_id": "G", "events": 3, "covered": True, "scans": 2}
            | row.get("journey", {})
            for n, row in enumerate(rows)
        ],
    )


def test_valid_tracking_needs_two_scans_of_the_carrier_and_a_right_number(con, orders, us):
    orders(gone("G"))
    parcels(
        con,
        {},
        {"journey": {"scans": 5}},
        {"journey": {"scans": 1}},  # a label and one scan
        {"journey": {"scans": 0}},
        {"journey": {"scans": 9}, "parcel": {"waybill_check": "bad"}},
        {"parcel": {"waybill_check": "unknown"}},  # no published format is no fault
        {"journey": {"covered": False, "scans": 0}},  # nobody looked
        {"parcel": {"waybill_damaged": True}},
        {"parcel": {"cancelled_before_collection": True}, "journey": {"scans": 0}},
    )
    judge(con, us, utc("2026-04-24 12:00"))
    row = found(con, "valid_tracking_rate")
    assert (row["numerator"], row["denominator"], row["unknown"]) == (3, 6, 2)
    assert row["status"] == "breach"


def test_valid_tracking_looks_at_parcels_given_two_to_three_weeks_ago(con, orders, us):
    orders(gone("G"))
    first, last = utc("2026-04-10 00:00:00"), utc("2026-04-16 23:59:59")  # as of 04-30
    second = dt.timedelta(seconds=1)
    parcels(con, *({"parcel": {"given_at": moment}} for moment in (first - second, first, last, last + second)))
    judge(con, us)
    row = found(con, "valid_tracking_rate")
    assert (row["denominator"], row["period_start"], row["period_end"]) == (2, first, last)


def test_a_parcel_still_on_its_way_may_yet_get_its_scans(con, orders):
    orders(gone("G", market="GB"))
    parcels(con, {"journey": {"scans": 0}, "parcel": {"given_at": AS_OF - DAY}}, {"journey": {"scans": 1}})
    judge(con, market("tiktok-uk"))
    row = found(con, "valid_tracking_rate")
    assert (row["numerator"], row["denominator"], row["pending"]) == (1, 1, 1)
    assert (row["lowest"], row["highest"]) == (0.5, 1.0)


def test_sea_late_dispatch_is_over_all_orders_and_open_ones_make_it_provisional(con, orders):
    bangkok = "Asia/Bangkok"
    created = utc("2026-04-20 10:00", bangkok)  # Monday, due Wednesday
    rows = [{"order_id": f"good{n}", "dispatched_at": created + DAY} for n in range(17)]
    rows += [{"order_id": f"late{n}", "dispatched_at": created + 4 * DAY} for n in range(2)]
    rows += [{"order_id": "open", "created_at": utc("2026-04-24 10:00", bangkok)}]
    orders(*({"market": "TH", "created_at": created, "paid_at": created, **row} for row in rows))
    judge(con, market("tiktok-th"), utc("2026-04-25 12:00", bangkok))
    row = found(con, "late_dispatch_rate")
    assert (row["numerator"], row["denominator"], row["pending"]) == (2, 20, 1)
    # the page enforces from 10 % on: exactly 10 % is a breach, costs a tenth of the usual orders
    assert (row["status"], row["cap_share"], row["order_cap"]) == ("breach", 0.9, 0)
    assert row["highest"] == 0.15


def test_fast_dispatch_counts_from_noon_over_six_days_a_week_and_is_no_deadline(con, orders):
    bangkok = "Asia/Bangkok"
    cases = {  # 2026-04-17 is a Friday
        "before noon, same day": ("2026-04-17 11:59:59", "2026-04-17 23:59:59", True),
        "before noon, next day": ("2026-04-17 11:59:59", "2026-04-18 00:00:00", False),
        "noon, Saturday works": ("2026-04-17 12:00:00", "2026-04-18 23:59:59", True),
        "Saturday noon, Monday": ("2026-04-18 12:00:00", "2026-04-20 23:59:59", True),
        "Sunday, Tuesday": ("2026-04-19 08:00:00", "2026-04-21 00:00:00", False),
    }
    orders(
        *(
            {"order_id": name, "market": "TH", "shop": name, "paid_at": utc(created, bangkok)}
            | {"created_at": utc(created, bangkok), "dispatched_at": utc(scanned, bangkok)}
            for name, (created, scanned, _) in cases.items()
        ),
        {"order_id": "pre", "market": "TH", "created_at": utc("2026-04-17 10:00", bangkok), "order_type": "pre_order"},
        cancelled("gone", "buyer", None, market="TH", created_at=utc("2026-04-17 10:00", bangkok)),
    )
    judge(con, market("tiktok-th"), utc("2026-04-25 12:00", bangkok), dimensions=("shop",))
    assert found(con, "fast_dispatch_rate")["denominator"] == len(cases)
    for name, (_, _, fast) in cases.items():
        row = found(con, "fast_dispatch_rate", slice_=json.dumps({"shop": name}, separators=(",", ":")))
        assert row["numerator"] == int(fast), name
    assert con.execute("SELECT count(*) FROM deadlines WHERE stage = 'fast_dispatch'").fetchone() == (0,)


def test_vietnams_fast_dispatch_leaves_out_what_is_paid_at_the_door(con, orders):
    zone = "Asia/Ho_Chi_Minh"
    common = {"market": "VN", "created_at": utc("2026-04-15 10:00", zone)}
    orders(
        *(
            {"order_id": paid, "paid_at": utc(paid, zone), "dispatched_at": utc(scanned, zone), **common}
            for paid, scanned in (
                ("2026-04-15 15:59:58", "2026-04-15 23:00"),
                ("2026-04-15 15:59:59", "2026-04-16 09:00"),  # paid before 16:00: too late
                ("2026-04-15 16:00:00", "2026-04-16 09:00"),
                ("2026-04-20 18:00:00", "2026-04-18 09:00"),  # at the door
            )
        )
    )
    judge(con, market("tiktok-vn"), utc("2026-04-25 12:00", zone))
    row = found(con, "fast_dispatch_rate")
    assert (row["numerator"], row["denominator"]) == (2, 3)


@pytest.mark.parametrize(("days", "lines"), [(10, (0.424, 0.46)), (40, (0.04, 0.10))])
def test_a_relaxed_pass_mark_holds_for_its_weeks_only(con, orders, days, lines):
    policy = market("tiktok-cross-border")
    as_of = utc("2026-06-22 12:00", policy.zone) + days * DAY
    orders(gone("G", created_at=as_of - 3 * DAY))
    judge(con, policy, as_of)
    row = found(con, "late_dispatch_rate")
    assert (row["target"], row["enforce"]) == pytest.approx(lines)


def test_a_week_of_the_past_is_held_against_the_limits_of_its_own_time(con, orders):
    policy = market("tiktok-cross-border")
    week = (utc("2026-06-29 00:00", policy.zone), utc("2026-07-05 23:59:59", policy.zone))
    orders(gone("G", created_at=week[0] + DAY))
    judge(con, policy, utc("2026-08-20 12:00", policy.zone), period=week)
    row = found(con, "late_dispatch_rate")
    assert (row["target"], row["enforce"]) == pytest.approx((0.424, 0.46))


def test_a_relaxed_limit_of_a_rate_that_should_be_high_shrinks():
    metric = Metric(
        id="m", title="m", numerator="", denominator="", better="higher", target=0.9, relaxed_factor=0.6,
        sources=[], confidence="sure",
    )  # fmt: skip
    assert metric.limits() == (pytest.approx(0.54), None)


def test_a_window_that_is_not_over_is_provisional_and_one_that_is_not(con, orders, us):
    orders(gone("G", received_at=CREATED + 2 * DAY))
    judge(con, us)
    assert json.loads(found(con, "late_dispatch_rate")["reasons"]) == ["period_not_over"]
    row = found(con, "on_time_delivery_rate")  # of a week that ended long ago
    assert (row["provisional"], json.loads(row["reasons"])) == (False, [])


def test_a_gap_in_busy_exports_and_a_tracking_file_that_ends_early_are_named(con, orders, us):
    days = [0, 1, 2, 4, 5]  # the fourth day is missing
    orders(*(gone(f"{d}-{n}", created_at=CREATED + d * DAY, received_at=AS_OF) for d in days for n in range(10)))
    as_of = CREATED + 5 * DAY
    parcels(con, {"journey": {"last_scan_at": as_of - 2 * DAY}})
    judge(con, us, as_of)
    row = found(con, "on_time_dispatch")
    assert (row["missing_days"], "missing_days" in json.loads(row["reasons"])) == (1, True)
    assert "tracking_ends_early" in json.loads(row["reasons"])
    assert "tracking_ends_early" not in json.loads(found(con, "on_time_rts")["reasons"])


def test_a_quiet_shop_has_no_missing_days(con, orders, us):
    orders(*(gone(f"{d}", created_at=CREATED + d * DAY) for d in (0, 3, 9)))
    judge(con, us)
    assert found(con, "on_time_dispatch")["missing_days"] == 0


def test_as_of_the_past_uses_limits_and_orders_of_then(con, orders, us):
    orders(
        gone("late", dispatched_at=CREATED + 5 * DAY), {"order_id": "open", "created_at": CREATED, "paid_at": CREATED}
    )
    judge(con, us, CREATED + DAY)
    row = found(con, "on_time_dispatch")
    # the store's model leaves a later stop out; what it left in, is judged
    assert (row["denominator"], row["pending"]) == (1, 1)


def test_slices_by_time_carrier_and_product(con, orders, us):
    orders(
        gone("A", warehouse="LA"),
        gone("B", created_at=CREATED + 7 * DAY, dispatched_at=CREATED + 20 * DAY),
    )
    insert(
        con,
        "order_lines",
        [
            {"order_id": o, "seller_sku": s, "created_at": CREATED}
            for o, s in (("A", "X"), ("A", "X"), ("A", "Y"), ("B", "Y"))
        ],
        source_file="o.csv",
        source_line=2,
    )
    common = {"order_id": "A", "source_file": "o.csv", "source_line": 2}
    insert(
        con,
        "parcels",
        [{"parcel_id": p, "waybill": p, "carrier": c, **common} for p, c in (("1", "ups"), ("2", "usps"))],
    )
    judge(
        con,
        us,
        per="week",
        dimensions=("carrier", "sku", "hour", "weekday", "warehouse"),
        metrics=("on_time_dispatch",),
    )
    rows = con.execute(
        "SELECT slice, numerator, denominator FROM rates WHERE mode = 'standard' AND metric = 'on_time_dispatch'"
    ).fetchall()
    seen = {tuple(sorted(json.loads(slice_).items(), key=str)): (n, d) for slice_, n, d in rows}
    first, second = ("week", "2026-W15"), ("week", "2026-W16")
    assert len(seen) == len(rows)
    assert seen[(first,)] == (1, 1)
    assert seen[(second,)] == (0, 1)
    assert seen[(("carrier", "several"), first)] == (1, 1)
    assert seen[(("carrier", None), second)] == (0, 1)
    assert seen[(("sku", "X"), first)] == (1, 1)  # two lines of one SKU are one order
    assert seen[(("sku", "Y"), first)] == (1, 1)
    assert seen[(("sku", "Y"), second)] == (0, 1)
    assert seen[(("hour", "12"), first)] == (1, 1)
    assert seen[(first, ("weekday", "mon"))] == (1, 1)


def test_weeks_of_the_delivery_rate_are_those_of_the_due_day_under_each_mode(con, orders, windows, us):
    windows({"reason": "holiday", "from_at": CREATED - DAY, "to_at": CREATED + DAY, "stage": "delivery",
             "automatic": True,             "action": "add", "amount": 7, "unit": "calendar_day"})  # fmt: skip
    orders(gone("A", received_at=CREATED + 2 * DAY))
    judge(con, us, per="week", dimensions=(), metrics=("on_time_delivery_rate",))
    rows = dict(con.execute("SELECT mode, slice FROM rates").fetchall())
    assert rows["standard"] == '{"week":"2026-W16"}'  # due Tuesday 04-14
    assert rows["effective"] == '{"week":"2026-W17"}'


def test_the_details_are_the_schemas(con, orders, us):
    orders(gone("G"))
    judge(con, us)
    described = {row[0]: row[1] for row in con.execute("DESCRIBE rate_details").fetchall()}
    assert described == duckdb_types(TABLES["rate_details"])
    TABLES["rate_details"].validate(con.sql("FROM rate_details").pl())
    lonely = "SELECT count(*) FROM rates ANTI JOIN rate_details USING (metric, mode, slice)"
    assert con.execute(lonely).fetchone() == (0,)
