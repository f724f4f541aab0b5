"""What a policy file can say of metrics and of what follows from them: each key turns a figure."""

from __future__ import annotations

import datetime as dt

from fulfil_analytics.sla import build_deadlines, build_rates, outlook
from tests.sla.conftest import insert, made

MONDAY = dt.datetime(2026, 3, 2, 18)  # 10:00 in Los Angeles
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LATER = dt.datetime(2026, 6, 1)
SOURCE = {"source_file": "x.csv", "source_line": 2}

METRIC = """
    [[metric]]
    id = "{id}"
    title = "{id}"
    stage = "dispatch"
    numerator = "late"
    denominator = "all"
    counts = "late"
    better = "lower"
    target = 0.1
    {more}
"""


def test_8_9_entity_open_orders_calendar_charges_and_expiring_points(con, tmp_path, orders):
    tier = "[[metric.tier]]\nabove = 0.1\n"
    charge = 'charge_share = 0.05\ncharge_min_cents = 100\ncharge_max_cents = 400\ncurrency = "USD"\n'
    metrics = {
        "of_orders": tier + "points = 2\npoints_days = 90\n" + tier.replace("0.1", "0.2") + charge,
        "of_packages": 'entity = "package"',
        "of_units": 'entity = "unit"',
        "open_counted": 'open_orders = "counted"',
        "open_late": 'open_orders = "late"',
        "of_six_days": 'calendar = "six-days"',
    }
    text = """
        [calendar.six-days]
        rest_weekdays = ["sun"]
        sources = ["X"]
        confidence = "sure"
        [[line]]
        id = "dispatch"
        stage = "dispatch"
        stop = ["dispatched_at"]
        amount = 2
        unit = "business_day"
        calendar = "week"
    """ + "".join(METRIC.format(id=name, more=more) for name, more in metrics.items())
    thursday = MONDAY + 3 * DAY
    as_of = thursday + 8 * DAY
    done = {"created_at": thursday, "currency": "USD", "order_status": "shipped"}
    orders(
        {**done, "order_id": "monday", "dispatched_at": thursday + 4 * DAY, "units": 1, "order_amount_cents": 99_00},
        {**done, "order_id": "late", "dispatched_at": thursday + 7 * DAY, "units": 6, "order_amount_cents": 50_00},
        {**done, "order_id": "later", "dispatched_at": thursday + 7 * DAY, "units": 2, "order_amount_cents": 500_00},
        {**done, "order_id": "latest", "dispatched_at": thursday + 7 * DAY, "units": 1, "order_amount_cents": 1_00},
        {**done, "order_id": "open", "created_at": as_of - HOUR, "units": 1},
    )
    sent = ["monday", "late", "late", "late", "later", "latest"]
    insert(con, "parcels", [{"parcel_id": f"{o}{n}", "order_id": o} for n, o in enumerate(sent)], waybill="1", **SOURCE)
    policy = made(tmp_path, text)
    build_deadlines(con, policy, as_of)
    build_rates(con, policy, as_of, dimensions=())
    found = {
        metric: (hits, of)
        for metric, hits, of in con.execute(
            "SELECT metric, numerator, denominator FROM rates WHERE mode = 'standard' AND slice = '{}'"
        ).fetchall()
    }
    assert found["of_orders"] == (3, 4)
    assert found["of_packages"] == (5, 6)
    assert found["of_units"] == (9, 10)
    assert found["open_counted"] == (3, 5)
    assert found["open_late"] == (4, 5)
    # Saturday counts: what was sent on Monday is late as well
    assert found["of_six_days"] == (4, 4)
    row = con.execute(
        "SELECT points, points_until, charge_cents, currency FROM rate_details "
        "WHERE metric = 'of_orders' AND mode = 'standard' AND slice = '{}'"
    ).fetchone()
    # 5 % of 50 dollars; no more than 4 dollars; no less than 1
    assert row == (2, dt.date(2026, 3, 13) + 90 * DAY, 250 + 400 + 100, "USD")
    now = outlook(con, policy, as_of, "of_orders", mode="standard").now
    assert (now.points, now.points_until, now.charge_cents, now.currency) == row[:1] + (dt.date(2026, 6, 11),) + row[2:]
    packages = outlook(con, policy, as_of, "of_packages", mode="standard", upheld=["latest"])
    assert (packages.now.numerator, packages.after.numerator, packages.now.denominator) == (5, 4, 6)
    # the order of three packages first: with it and one more no package is late beyond one in ten
    assert packages.appeals[0] == "late"
    assert packages.needed == 2


def test_9_a_charge_of_a_good_rate_is_for_the_orders_that_are_not(con, tmp_path, orders):
    text = """
        [[line]]
        id = "dispatch"
        stage = "dispatch"
        stop = ["dispatched_at"]
        amount = 1
        unit = "calendar_day"
        [[metric]]
        id = "on_time_dispatch"
        title = "On time"
        stage = "dispatch"
        numerator = "on time"
        denominator = "judged"
        counts = "on_time"
        better = "higher"
        target = 0.9
        [[metric.tier]]
        below = 0.9
        count_at_least = 1
        charge_cents = 500
        currency = "USD"
    """
    done = {"created_at": MONDAY, "order_status": "shipped"}
    orders(*({**done, "order_id": str(n), "dispatched_at": MONDAY + DAY} for n in range(3)))
    orders({**done, "order_id": "late", "dispatched_at": MONDAY + 9 * DAY})
    policy = made(tmp_path, text)
    build_deadlines(con, policy, LATER)
    build_rates(con, policy, LATER, dimensions=())
    query = "SELECT charge_cents FROM rate_details WHERE metric = 'on_time_dispatch' AND mode = 'standard'"
    assert con.execute(query).fetchone() == (500,)
    assert outlook(con, policy, LATER, "on_time_dispatch", mode="standard").now.charge_cents == 500
