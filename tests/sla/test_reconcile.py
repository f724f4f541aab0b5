"""Reconcile: parts that add up to the gap, each with its orders, and nothing invented for the rest."""

from __future__ import annotations

import datetime as dt

import pytest

from fulfil_analytics.errors import InputError, UsageError
from fulfil_analytics.policy import load_policies, load_policy
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.sla import build_deadlines, build_rates
from fulfil_analytics.sla.figures import read_percent, read_week
from fulfil_analytics.sla.order_list import read_order_list
from fulfil_analytics.sla.reconcile import reconcilable, reconcile
from tests.sla.conftest import insert, utc

AS_OF = utc("2026-03-20 12:00")
WEEK = read_week("2026-W10")  # Monday 2026-03-02 to Sunday 2026-03-08
MONDAY = utc("2026-03-02 12:00")
DAY = dt.timedelta(days=1)


def scanned(order_id, created, dispatched, **more):
    """An order that the carrier's scan dispatched; days after Monday of the week."""
    at = None if dispatched is None else MONDAY + dispatched * DAY
    return {
        "order_id": order_id, "created_at": MONDAY + created * DAY, "rts_at": at, "dispatch_scan_at": at,
        "dispatched_at": at, **more,
    }  # fmt: skip


ORDERS = (
    *(scanned(f"good{n}", 0, 1) for n in range(6)),
    scanned("late", 0, 3),
    scanned("late-into-next-week", 3, 8),
    scanned("late-from-last-week", -5, 0.5),
    scanned("never", 1, None),
    scanned("cancelled-late", 0, None, cancelled_at=MONDAY + 3 * DAY, order_status="cancelled"),
    scanned("cancelled-in-time", 0, 1, cancelled_at=MONDAY + 0.5 * DAY, order_status="cancelled"),
    scanned("fbt", 0, 1, platform_fulfilled=True),
)


@pytest.fixture
def gap(con, orders, us):
    def run(*rows, metric="late_dispatch_rate", platform="20%", week=WEEK, listed=None, policy=us, as_of=AS_OF):
        orders(*rows)
        build_deadlines(con, policy, as_of)
        return reconcile(con, policy, as_of, metric, read_percent(platform), week, listed)

    return run


def moves(result, part):
    [found] = [p for p in result.parts if p.id == part]
    return {row[0]: row[2:] for row in found.orders.rows()}


def adds_up(result):
    total = (result.ours or 0) + sum(part.points for part in result.parts) + result.remainder
    assert total == pytest.approx(result.platform.share, abs=1e-12)


def test_each_part_of_the_definition_has_its_orders_and_all_add_up(gap):
    result = gap(*ORDERS)
    # created that week: 6 good, late, late-into-next-week, never, cancelled-late
    assert (result.numerator, result.denominator) == (4, 10)
    assert [part.id for part in result.parts] == ["never_done", "by_stopped_time", "platform_fulfilled", "cancelled"]
    assert {part.basis for part in result.parts} == {"definition"}
    assert moves(result, "never_done") == {
        "never": ("hit", "not_counted"), "cancelled-late": ("hit", "not_counted"),
    }  # fmt: skip
    assert moves(result, "by_stopped_time") == {
        "late-from-last-week": ("not_counted", "hit"), "late-into-next-week": ("hit", "not_counted"),
    }  # fmt: skip
    assert moves(result, "platform_fulfilled") == {"fbt": ("not_counted", "counted")}
    assert moves(result, "cancelled") == {"cancelled-in-time": ("not_counted", "counted")}
    assert (result.parts[-1].numerator, result.parts[-1].denominator) == (2, 10)
    adds_up(result)
    assert result.explained


def period(metric, week, zone):
    first = week[0] if metric.window_days in (None, 7) else week[1] - dt.timedelta(days=metric.window_days - 1)
    return utc(f"{first} 00:00", zone), utc(f"{week[1]} 23:59:59", zone)


@pytest.mark.parametrize(
    ("policy_id", "metric_id"),
    [
        ("tiktok-us", "late_dispatch_rate"), ("tiktok-us", "on_time_delivery_rate"), ("tiktok-us", "on_time_dispatch"),
        ("tiktok-th", "late_dispatch_rate"), ("tiktok-uk", "late_dispatch_rate"),
    ],
)  # fmt: skip
def test_the_definition_parts_end_at_the_figure_of_the_rates_table(con, gap, policy_id, metric_id):
    """However a market defines its metric: what the parts lead to is what `rates` says for that period."""
    policy = load_policy(rules_folder() / "policies" / f"{policy_id}.toml")
    rows = [
        {**row, "received_at": None if n % 3 else MONDAY + 9 * DAY, "is_sample": n == 2} for n, row in enumerate(ORDERS)
    ]
    result = gap(*rows, metric=metric_id, platform="0%", policy=policy)
    defined = [(result.numerator, result.denominator)]
    defined += [(part.numerator, part.denominator) for part in result.parts if part.basis == "definition"]
    build_rates(con, policy, AS_OF, period=period(result.metric, WEEK, policy.zone), dimensions=())
    [figure] = con.execute(
        "SELECT numerator, denominator FROM rates WHERE metric = ? AND mode = 'effective' AND slice = '{}'", [metric_id]
    ).fetchall()
    assert defined[-1] == figure
    adds_up(result)


def test_what_nothing_explains_stays_a_remainder(gap):
    result = gap(scanned("A", 0, 1), scanned("B", 0, 1), platform="9%")
    assert (result.ours, result.parts, result.explained) == (0.0, [], False)
    assert result.remainder == pytest.approx(0.09)


@pytest.mark.parametrize(("platform", "explained"), [("33.3%", True), ("33%", True), ("33.4%", False), ("34%", False)])
def test_the_last_digit_of_the_platform_decides_what_is_a_gap(gap, platform, explained):
    result = gap(scanned("A", 0, 1), scanned("B", 0, 1), scanned("C", 0, 4), platform=platform)
    assert result.explained is explained


def test_a_week_cut_in_utc_is_an_assumption_and_named_so(gap):
    """Sunday 20:00 Pacific is Monday in UTC."""
    sunday_evening = (utc("2026-03-08 20:00") - MONDAY) / DAY
    good = [scanned(f"good{n}", 0, 1) for n in range(3)]
    result = gap(*good, scanned("edge", 2, sunday_evening), platform="0%")
    assert [(part.id, part.basis) for part in result.parts] == [("days_in_utc", "assumption")]
    assert moves(result, "days_in_utc") == {"edge": ("hit", "not_counted")}
    assert result.explained
    adds_up(result)


def test_an_extension_that_the_platform_did_not_grant(gap, windows):
    windows({"from_at": MONDAY - DAY, "to_at": MONDAY + DAY, "action": "add", "amount": 2, "unit": "business_day",
             "opted_in": True, "reason": "campaign"})  # fmt: skip
    result = gap(scanned("A", 0, 1), scanned("B", 0, 3), platform="50%")
    assert [(part.id, part.basis) for part in result.parts] == [("without_windows", "assumption")]
    assert moves(result, "without_windows") == {"B": ("counted", "hit")}


def test_no_assumption_is_taken_that_does_not_help(gap, windows):
    windows({"from_at": MONDAY - DAY, "to_at": MONDAY + DAY, "action": "add", "amount": 2, "unit": "business_day",
             "opted_in": True, "reason": "campaign"})  # fmt: skip
    result = gap(scanned("A", 0, 1), scanned("B", 0, 3), platform="0%")
    assert (result.parts, result.explained) == ([], True)


def test_the_earlier_period_that_the_lag_shows(gap):
    """The delivery rate that is shown in week 10 speaks of the week whose Sunday is at least 8 days before."""
    done = {"received_at": MONDAY + 3 * DAY}
    this = [{"order_id": f"T{n}", "created_at": MONDAY - 4 * DAY, **done} for n in range(2)]  # due in week 10, in time
    before = [{"order_id": f"B{n}", "created_at": MONDAY - 19 * DAY, **done} for n in range(2)]  # due in week 8, late
    result = gap(*this, *before, metric="on_time_delivery_rate", platform="0%")
    assert ("lag_earlier_period", "assumption") in [(part.id, part.basis) for part in result.parts]
    assert result.explained
    adds_up(result)


def test_days_that_the_exports_lack_widen_the_figure_but_are_no_part(gap):
    busy = [scanned(f"{day}-{n}", day, day + 0.1) for day in (-3, -2, -1, 0, 1, 2, 4, 5, 6, 7) for n in range(6)]
    result = gap(*busy, platform="5%")
    assert result.missing.days == [WEEK[0] + 3 * DAY]
    assert result.missing.orders == 6
    assert (result.missing.low, result.missing.high) == (0, pytest.approx(6 / 42))
    assert result.parts == []
    assert result.remainder == pytest.approx(0.05)


def test_days_to_come_are_not_missing(gap):
    busy = [scanned(f"{day}-{n}", day, day + 0.1) for day in (-3, -2, -1, 0, 2, 3) for n in range(6)]
    assert gap(*busy, as_of=utc("2026-03-06 08:00")).missing.days == [WEEK[0] + DAY]


def test_a_quiet_shop_has_quiet_days(gap):
    assert gap(scanned("A", 0, 1), scanned("B", 4, 5)).missing.days == []


def test_a_week_without_orders_has_no_figure(gap):
    result = gap(scanned("A", 20, None), platform="4%")
    assert (result.ours, result.denominator, result.remainder, result.explained) == (None, 0, None, False)


def test_the_platforms_own_list_is_compared_order_by_order(gap, con, tmp_path):
    file = tmp_path / "list.csv"
    names = ["late", "never", "fbt", "good1", "ghost-77", "late-into-next-week"]
    numbers = {row["order_id"]: f"5764{n:04}" for n, row in enumerate(ORDERS)} | {"ghost-77": "99990000"}
    file.write_text("Status,Order ID\n" + "".join(f"x,{numbers[name]}\t\n" for name in names), encoding="utf-8")
    renamed = [{**row, "order_id": numbers[row["order_id"]]} for row in ORDERS]
    gap(*renamed)
    listed = read_order_list(con, file)
    assert sorted(listed["order_id"]) == sorted(numbers[name] for name in names)
    con.execute("DELETE FROM orders")
    result = gap(*renamed, listed=listed)
    back = {number: name for name, number in numbers.items()}
    assert {back[row[0]]: row[1:3] for row in result.listed.rows()} == {
        "late": ("both", None),
        "late-from-last-week": ("ours", None),
        "ghost-77": ("platform", "not_in_the_exports"),
        "fbt": ("platform", "platform_fulfilled"),
        "good1": ("platform", "judged_otherwise"),
        "never": ("platform", "never_done"),
        "late-into-next-week": ("platform", "other_period"),
    }


@pytest.mark.parametrize("content", ["", "nothing,here\n1,2\n"])
def test_a_list_without_a_known_order_is_refused(con, orders, tmp_path, content):
    orders(scanned("57640001", 0, 1))
    file = tmp_path / "list.txt"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="list.txt"):
        read_order_list(con, file)
    with pytest.raises(InputError, match="none.csv"):
        read_order_list(con, tmp_path / "none.csv")


def test_a_bare_list_of_numbers_without_header(con, orders, tmp_path):
    orders(scanned("57640001", 0, 1), scanned("57640002", 0, 1))
    file = tmp_path / "list.txt"
    file.write_text("57640001\n57640002\n", encoding="utf-8")
    assert read_order_list(con, file)["order_id"].to_list() == ["57640001", "57640002"]


def test_an_unknown_metric_is_refused_with_the_known_ones(gap):
    with pytest.raises(UsageError, match="late_dispatch_rate"):
        gap(scanned("A", 0, 1), metric="late_dispach_rate")


def gone(order_id, created, cancelled=None, by=None, reason=None, **more):
    """An order of the week that was paid for and, perhaps, cancelled; days after Monday."""
    at = None if cancelled is None else MONDAY + cancelled * DAY
    facts = {"created_at": MONDAY + created * DAY, "paid_at": MONDAY + created * DAY, "cancelled_at": at}
    status = "to_ship" if cancelled is None else "cancelled"
    said = {"order_status": status, "cancelled_by": by, "cancel_reason": reason}
    return {"order_id": order_id, **facts, **said, **more}


CANCELLED = (
    *(gone(f"kept{n}", 0) for n in range(6)),
    gone("sold-out", 0, 1, "seller", "out_of_stock"),
    gone("timeout", 1, 5, "system", "shipping_timeout"),
    gone("buyer", 1, 2, "buyer", "buyer_request"),
    gone("unnamed", 2, 3, "system"),
    gone("late-news", 3, 14, "seller", "out_of_stock"),
    gone("week-before", -5, 1, "seller", "out_of_stock"),
    gone("fbt", 0, 1, "seller", "out_of_stock", platform_fulfilled=True),
    gone("sample", 0, 1, "seller", "out_of_stock", is_sample=True),
    gone("unpaid", 0, 2, "system", "unpaid_timeout") | {"paid_at": None},
)


@pytest.mark.parametrize(
    ("policy_id", "metric_id"),
    [
        ("tiktok-us", "seller_fault_cancellation_rate"), ("tiktok-th", "seller_fault_cancellation_rate"),
        ("tiktok-us", "auto_cancel_rate"), ("generic", "auto_cancel_rate"),
    ],
)  # fmt: skip
def test_cancellations_are_taken_apart_down_to_the_figure_of_the_rates_table(con, gap, policy_id, metric_id):
    policy = load_policy(rules_folder() / "policies" / f"{policy_id}.toml")
    result = gap(*CANCELLED, metric=metric_id, platform="0%", policy=policy)
    defined = [(result.numerator, result.denominator)]
    defined += [(part.numerator, part.denominator) for part in result.parts if part.basis == "definition"]
    build_rates(con, policy, AS_OF, period=period(result.metric, WEEK, policy.zone), dimensions=())
    [figure] = con.execute(
        "SELECT numerator, denominator FROM rates WHERE metric = ? AND mode = 'effective' AND slice = '{}'", [metric_id]
    ).fetchall()
    assert defined[-1] == figure
    adds_up(result)


def test_what_makes_up_the_gap_of_cancellations(gap):
    result = gap(*CANCELLED, metric="seller_fault_cancellation_rate", platform="25%")
    # created that week, paid, the seller's: 6 kept, sold-out, timeout, buyer, unnamed, late-news, sample
    assert (result.numerator, result.denominator) == (4, 12)
    taken = {part.id: part.basis for part in result.parts}
    assert taken["left_out"] == taken["longer_period"] == "definition"
    assert moves(result, "longer_period") == {"week-before": ("not_counted", "hit")}
    assert moves(result, "left_out") == {"sample": ("hit", "not_counted")}
    adds_up(result)


@pytest.mark.parametrize(
    ("platform", "part", "moved"),
    [
        ("40%", "unnamed_reasons", {"unnamed": ("counted", "hit")}),
        ("20%", "lag_known_then", {"late-news": ("hit", "counted")}),
    ],
)
def test_what_may_be_assumed_of_cancellations(gap, us, platform, part, moved):
    rows = [row for row in CANCELLED if row["order_id"] not in ("week-before", "fbt", "sample", "unpaid", "buyer")]
    result = gap(*rows, metric="seller_fault_cancellation_rate", platform=platform, policy=us)
    assert (result.numerator, result.denominator) == (3, 10)
    assert {p.id: p.basis for p in result.parts} == {part: "assumption"}
    assert moves(result, part) == moved
    assert result.explained


def sent(con, *parcels):
    """Parcels given on Monday of the week: number of scans, form of the number, coverage."""
    made = [
        {"parcel_id": f"{o}/W", "order_id": o, "waybill": "W", "waybill_check": check} for o, _, check, _ in parcels
    ]
    source = {"source_file": "o.csv", "source_line": 2, "order_created_at": MONDAY, "given_at": MONDAY}
    insert(con, "parcels", made, **source)
    scans = [
        {
            "parcel_id": f"{o}/W", "order_id": o, "waybill": "W", "scans": n, "covered": covered, "events": n,
            "first_scan_at": MONDAY + DAY if n else None, "second_scan_at": MONDAY + 2 * DAY if n > 1 else None,
        }
        for o, n, _, covered in parcels
    ]  # fmt: skip
    insert(con, "journeys", scans)


PARCELS = (
    *((f"fine{n}", 3, "ok", True) for n in range(4)),
    ("one-scan", 1, "ok", True), ("never", 0, "ok", True), ("wrong", 3, "bad", True), ("unseen", 0, "ok", False),
)  # fmt: skip


@pytest.mark.parametrize(
    ("platform", "part", "moved"),
    [
        ("83.33%", "fewer_scans_enough", {"one-scan": ("counted", "hit")}),
        ("71.43%", "form_ignored", {"wrong": ("counted", "hit")}),
        ("62.5%", "uncovered_valid", {"unseen": ("not_counted", "hit")}),
        ("50%", "uncovered_not_valid", {"unseen": ("not_counted", "counted")}),
    ],
)
def test_valid_tracking_is_taken_apart_parcel_by_parcel(con, gap, us, platform, part, moved):
    late = utc("2026-04-20 12:00")
    rows = [gone(order, 0) for order, *_ in PARCELS]
    given = [row for row in PARCELS if part != "fewer_scans_enough" or row[0] != "wrong"]
    sent(con, *given)
    result = gap(*rows, metric="valid_tracking_rate", platform=platform, policy=us, as_of=late)
    span = period(result.metric, WEEK, us.zone)
    build_rates(con, us, late, period=span, dimensions=(), metrics=["valid_tracking_rate"])
    query = "SELECT numerator, denominator FROM rates WHERE mode = 'effective' AND slice = '{}'"
    assert (result.numerator, result.denominator) == con.execute(query).fetchone() == (4, len(given) - 1)
    assert {p.id: p.basis for p in result.parts} == {part: "assumption"}
    assert moves(result, part) == moved
    assert result.explained
    adds_up(result)


def test_parcels_still_on_their_way_to_a_scan(con, gap, us):
    sent(con, ("fine", 3, "ok", True), ("waiting", 0, "ok", True))
    rows = [gone("fine", 0), gone("waiting", 0)]
    soon = MONDAY + 6 * DAY
    result = gap(*rows, metric="valid_tracking_rate", platform="50%", policy=us, as_of=soon)
    assert (result.numerator, result.denominator) == (1, 1)
    assert [p.id for p in result.parts] == ["waiting_not_valid"]
    assert moves(result, "waiting_not_valid") == {"waiting": ("not_counted", "counted")}


def test_every_metric_can_be_taken_apart(con, gap):
    """Each ends its definition at the figure of the rates table; none is refused."""
    sent(con, *((row["order_id"], 2, "ok", True) for row in ORDERS[:4]))
    rows = [{**row, "received_at": MONDAY + 6 * DAY if n % 2 else None} for n, row in enumerate(ORDERS)]
    policies = load_policies([rules_folder() / "policies"])
    gap(*rows, policy=policies["generic"], metric="auto_cancel_rate")
    seen = set()
    for name in ("tiktok-us", "tiktok-uk", "tiktok-th", "tiktok-vn", "tiktok-cross-border"):
        policy = policies[name]
        build_deadlines(con, policy, AS_OF)
        for metric_id in reconcilable(policy, WEEK[1]):
            result = reconcile(con, policy, AS_OF, metric_id, read_percent("7.77%"), WEEK)
            span = period(result.metric, WEEK, policy.zone)
            build_rates(con, policy, AS_OF, period=span, dimensions=(), metrics=[metric_id])
            query = "SELECT numerator, denominator FROM rates WHERE mode = 'effective' AND slice = '{}'"
            [figure] = con.execute(query).fetchall()
            defined = [(result.numerator, result.denominator)]
            defined += [(part.numerator, part.denominator) for part in result.parts if part.basis == "definition"]
            assert defined[-1] == figure, (name, metric_id)
            if result.remainder is not None:
                adds_up(result)
            seen.add(metric_id)
    assert seen >= {"late_dispatch_rate", "valid_tracking_rate", "on_time_delivery_rate", "auto_cancel_rate"}
    assert seen >= {"seller_fault_cancellation_rate", "fast_dispatch_rate", "on_time_rts", "on_time_dispatch"}


@pytest.mark.parametrize(
    ("text", "share", "half_digit"), [("4.3%", 0.043, 0.0005), ("4 %", 0.04, 0.005), ("4,25%", 0.0425, 0.00005)]
)
def test_percentages_as_platforms_print_them(text, share, half_digit):
    assert read_percent(text) == pytest.approx((share, half_digit))


@pytest.mark.parametrize("text", ["4.3", "101%", "-1%", "four", "%", "1e2%"])
def test_what_is_no_percentage(text):
    with pytest.raises(UsageError, match="--platform"):
        read_percent(text)


@pytest.mark.parametrize("text", ["2026-W54", "2026-46", "W46", "2026-W00", "2026-W46-1"])
def test_what_is_no_week(text):
    with pytest.raises(UsageError, match="--week"):
        read_week(text)
