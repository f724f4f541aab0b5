"""Replay: rule sets frozen in time, verdicts side by side, and the one difference that turned each."""

from __future__ import annotations

import datetime as dt

import pytest

from fulfil_analytics.errors import PolicyError, UsageError
from fulfil_analytics.policy import load_policies
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.sla import build_deadlines
from fulfil_analytics.sla.replay import replay
from fulfil_analytics.sla.rule_sets import RuleSet, frozen, last_day, rule_sets
from tests.sla.conftest import utc

AS_OF = utc("2026-03-20 12:00")
MONDAY = utc("2026-03-02 12:00")


@pytest.fixture(scope="module")
def policies():
    return load_policies([rules_folder() / "policies"])


def changes(con, sets, mode="standard"):
    found = replay(con, sets, AS_OF, mode, ["dispatch"]).changes
    columns = ["order_id", "outcome_before", "outcome_after", "difference", "was", "becomes", "also"]
    return {row[0]: row[1:] for row in found.select(columns).rows()}


def test_a_month_means_its_last_day_and_a_version_is_found_by_id(policies):
    us = policies["tiktok-us"]
    assert [frozen(us, when).versions[0].id for when in ("2025-10", "2026-01", "2026-01-11", "2025", "2026-01-12")] == [
        "2025", "2026-01-26", "2025", "2025", "2026-01-12",
    ]  # fmt: skip
    limits = [
        frozen(us, when).metric("late_dispatch_rate", dt.date(2030, 1, 1)).enforce for when in ("2026-01", "2026-03")
    ]
    assert limits == [0.04, 0.10]


def test_a_frozen_version_governs_orders_of_all_times(con, orders, policies):
    orders({"order_id": "old", "created_at": utc("2019-05-06 12:00")}, {"order_id": "new", "created_at": MONDAY})
    build_deadlines(con, frozen(policies["tiktok-us"], "2025-10"), AS_OF)
    rows = con.execute("SELECT why FROM deadlines WHERE stage = 'dispatch' AND mode = 'standard'").fetchall()
    assert len(rows) == 2
    assert all('"version":"2025"' in row[0] for row in rows)


@pytest.mark.parametrize("text", ["2025-13", "2025-02-30", "spring", "", "20251001"])
def test_what_is_no_day_is_none(text):
    assert last_day(text) is None


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("tiktok-us", UsageError, "at least two"),
        ("tiktok-us@2025,tiktok-us@2025", UsageError, "twice"),
        ("tiktok-us,tiktok-uss", UsageError, "Did you mean tiktok-us"),
        ("tiktok-us,tiktok-us@spring", PolicyError, "2026-01-26 (2026-01-26 to now)"),
        ("tiktok-us,tiktok-us@2019", PolicyError, "no version '2019'"),
    ],
)
def test_rule_sets_that_do_not_exist_are_refused(policies, text, error, words):
    with pytest.raises(error, match="--policy") as caught:
        rule_sets(text, policies)
    assert words in caught.value.text()


def test_the_stop_event_turned_the_verdict_between_2025_and_2026(con, orders, policies):
    tuesday, thursday = utc("2026-03-03 12:00"), utc("2026-03-05 12:00")
    base = {"created_at": MONDAY, "rts_at": tuesday, "shipped_at": thursday}
    orders(
        {"order_id": "scanned-late", **base, "dispatch_scan_at": thursday, "dispatched_at": thursday},
        {"order_id": "never-scanned", **base},
        {"order_id": "in-time", **base, "dispatch_scan_at": tuesday, "dispatched_at": tuesday},
        {"order_id": "late-both-ways", **base, "rts_at": thursday, "dispatched_at": thursday},
    )
    found = changes(con, rule_sets("tiktok-us@2025-10,tiktok-us@2026-01,tiktok-us@2026-03", policies))
    because = ("stop_event", "rts_at", "dispatched_at", "")
    assert found == {"scanned-late": ("on_time", "late", *because), "never-scanned": ("on_time", "overdue", *because)}


PAIR = """
[[line]]
id = "dispatch"
stage = "dispatch"
stop = ["shipped_at"]
amount = 2
unit = "business_day"
calendar = "week"
"""


DAYS = 'amount = 2\nunit = "business_day"\ncalendar = "week"'
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + dt.timedelta(days=n) for n in (1, 2, 3))
CASES = [
    # facts of the order, line before, line after, what comes out
    ({"shipped_at": WEDNESDAY}, [], [("amount = 2", "amount = 1")],
     ("on_time", "late", "length", "2 business_day", "1 business_day", "")),
    ({"shipped_at": THURSDAY}, [], [("amount = 2", "amount = 3")],
     ("late", "on_time", "length", "2 business_day", "3 business_day", "")),
    ({"shipped_at": TUESDAY}, [], [('"shipped_at"', '"rts_at"')],
     ("on_time", "overdue", "stop_event", "shipped_at", "rts_at", "")),
    # the calendar differs too, but hours do not look at it
    ({"shipped_at": TUESDAY}, [], [(DAYS, 'amount = 2\nunit = "hour"')],
     ("on_time", "late", "length", "2 business_day", "2 hour", "")),
    ({"shipped_at": TUESDAY}, [], [("amount = 2", 'amount = 2\nstart = "paid_at"')],
     ("on_time", "not_applicable", "clock_start", "created_at", "paid_at", "")),
    # a day less from payment on is still in time, and so are two days from creation on: only both make it late
    ({"shipped_at": WEDNESDAY, "paid_at": TUESDAY}, [("amount = 2", 'amount = 2\nstart = "paid_at"')],
     [("amount = 2", "amount = 1")], ("on_time", "late", "together", "l5", "l5", "clock_start, length")),
    # either alone would do
    ({"shipped_at": WEDNESDAY}, [], [("amount = 2", "amount = 1"), ('"shipped_at"', '"rts_at"')],
     ("on_time", "overdue", "stop_event", "shipped_at", "rts_at", "length")),
    # late and overdue are one verdict
    ({"shipped_at": utc("2026-03-12 12:00")}, [], [('"shipped_at"', '"rts_at"')], None),
    ({"shipped_at": TUESDAY}, [], [], None),
]  # fmt: skip


def test_the_difference_is_the_facet_that_turns_the_verdict_alone(con, orders, policy):
    """Each case has a warehouse and a line of its own, so that all are one replay."""
    orders(
        *({"order_id": str(n), "created_at": MONDAY, "warehouse": f"W{n}", **case[0]} for n, case in enumerate(CASES))
    )

    def lines(place):
        texts = []
        for number, case in enumerate(CASES):
            text = PAIR.replace('id = "dispatch"', f'id = "l{number}"\nselect = {{ warehouse = ["W{number}"] }}')
            for old, new in case[place]:
                text = text.replace(old, new)
            texts.append(text)
        return policy("".join(texts))

    found = changes(con, [RuleSet("before", lines(1)), RuleSet("after", lines(2))])
    expected = {str(n): case[3] for n, case in enumerate(CASES) if case[3] is not None}
    assert found == expected


def test_the_zone_alone_can_turn_a_verdict(con, orders, policy):
    """22:30 Pacific is the next day in New York: one business day later."""
    orders({"order_id": "A", "created_at": utc("2026-03-02 22:30"), "shipped_at": utc("2026-03-05 12:00")})
    sets = [RuleSet("west", policy(PAIR)), RuleSet("east", policy(PAIR, zone="America/New_York"))]
    assert changes(con, sets) == {"A": ("late", "on_time", "time_zone", "America/Los_Angeles", "America/New_York", "")}


def test_orders_without_a_line_on_one_side(con, orders, policy):
    only_pickup = PAIR.replace("stop =", 'select = { handover = ["pickup"] }\nstop =')
    orders({"order_id": "A", "created_at": MONDAY, "handover": "dropoff"})
    found = changes(con, [RuleSet("all", policy(PAIR)), RuleSet("pickup", policy(only_pickup))])
    assert found["A"][:3] == ("overdue", "not_applicable", "no_line")


def test_one_line_against_two_that_split_its_orders(con, orders, policy):
    split = PAIR.replace("amount = 2", "amount = 1") + PAIR.replace('id = "dispatch"', 'id = "drop"').replace(
        "stop =", 'select = { handover = ["dropoff"] }\nstop ='
    ).replace('"shipped_at"', '"rts_at"')
    shipped = utc("2026-03-04 12:00")
    orders(
        {"order_id": "P", "created_at": MONDAY, "shipped_at": shipped, "handover": "pickup"},
        {"order_id": "D", "created_at": MONDAY, "shipped_at": shipped, "handover": "dropoff"},
    )
    found = changes(con, [RuleSet("one", policy(PAIR)), RuleSet("two", policy(split))])
    assert {order: row[2] for order, row in found.items()} == {"P": "length", "D": "stop_event"}


def test_the_store_is_left_as_it_was_even_after_an_error(con, orders, policies):
    orders({"order_id": "A", "created_at": MONDAY}, {"order_id": "B", "created_at": MONDAY})
    build_deadlines(con, policies["tiktok-uk"], AS_OF)
    query = "SELECT count(*), (SELECT count(*) FROM orders), bool_and(why LIKE '%tiktok-uk%') FROM deadlines"
    before = con.execute(query).fetchall()
    sets = rule_sets("tiktok-us@2025,tiktok-us@2026-01-26", policies)
    result = replay(con, sets, AS_OF)
    assert set(result.verdicts["rule_set"]) == {"tiktok-us@2025", "tiktok-us@2026-01-26"}
    assert result.rates.filter(metric="on_time_dispatch")["denominator"].to_list() == [2, 2]
    with pytest.raises(AttributeError):
        replay(con, [*sets, None], AS_OF)
    assert con.execute(query).fetchall() == before


def test_a_policy_file_of_ones_own_is_a_rule_set_too(policies, tmp_path):
    file = tmp_path / "mine@home.toml"
    text = (rules_folder() / "policies" / "tiktok-us.toml").read_text(encoding="utf-8")
    file.write_text(text.replace('id = "tiktok-us"', 'id = "mine"', 1), encoding="utf-8")
    ours, theirs = rule_sets(f"{file},tiktok-us@2025", policies)
    assert (ours.policy.id, ours.named, len(ours.policy.versions)) == ("mine", str(file), 5)
    assert (theirs.policy.id, theirs.named, len(theirs.policy.versions)) == ("tiktok-us", "tiktok-us", 1)
