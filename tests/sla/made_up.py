"""Random orders and windows around the days that break calendars, for any policy."""

from __future__ import annotations

import datetime as dt

# around these days clocks change, years end, a leap day falls, or a holiday meets a weekend
NEAR = [
    dt.datetime(2024, 2, 28), dt.datetime(2025, 12, 24), dt.datetime(2026, 3, 7), dt.datetime(2026, 3, 28),
    dt.datetime(2026, 4, 4), dt.datetime(2026, 4, 30), dt.datetime(2026, 9, 5), dt.datetime(2026, 10, 3),
    dt.datetime(2026, 10, 24), dt.datetime(2026, 10, 31), dt.datetime(2026, 12, 23), dt.datetime(2026, 7, 2),
]  # fmt: skip
MINUTE = dt.timedelta(minutes=1)
WAREHOUSES = {"A": ("US", "TX"), "B": ("CN", "GD"), "C": (None, None), "D": ("US", "CA")}
STATES = ["CA", "NY", "TX", "Kedah", None]
TIMES = ("paid_at", "rts_at", "shipped_at", "dispatched_at", "delivered_at", "received_at", "cancel_requested_at")
DUES = ("rts_due_at", "collection_due_at", "delivery_due_at", "auto_cancel_rts_at", "auto_cancel_collection_at")


def moments(policy):
    """Days near which something of the policy changes."""
    days = [v.from_day for v in policy.versions] + [v.until_day for v in policy.versions if v.until_day]
    days += [w.from_at for w in policy.windows] + [w.to_at for w in policy.windows]
    found = [dt.datetime.combine(d if not isinstance(d, dt.datetime) else d.date(), dt.time()) for d in days]
    return NEAR + [moment - dt.timedelta(days=2) for moment in found if moment.year > 2014]


def values_of(policy, selector):
    """Values that the lines of a policy name, and two that they do not."""
    named = {value for line in policy.lines for value in line.select.get(selector, [])}
    return [*sorted(named, key=str), None, "something else"]


def some_orders(random_, count, policy, as_of):
    near = moments(policy)
    texts = {s: values_of(policy, s) for s in ("shop", "label_by", "delivery_option", "service_level")}
    types = [*values_of(policy, "order_type")[:-1], "normal", "made_to_order", "pre_order"]
    markets = [*values_of(policy, "market")[:-1], *policy.markets, "US"]
    categories = [*values_of(policy, "category"), "Shoes"]
    carriers = values_of(policy, "carrier")
    for number in range(count):
        created = random_.choice(near) + dt.timedelta(seconds=random_.randrange(6 * 86400))
        if random_.random() < 0.1:  # on the very edges of local days and cut-offs
            created = created.replace(minute=0, second=0) - dt.timedelta(seconds=random_.choice([0, 1]))

        def later(hours, share=0.75, created=created):
            at = created + random_.randrange(hours * 60) * MINUTE
            return at if at <= as_of and random_.random() < share else None

        order = {key: later(60 + 60 * place) for place, key in enumerate(TIMES)}
        order |= {key: later(400, 0.2) for key in DUES}
        order |= {key: random_.choice(values) for key, values in texts.items()}
        order |= {
            "order_id": str(number),
            "created_at": created,
            "release_at": created + random_.randrange(30 * 1440) * MINUTE if random_.random() < 0.9 else None,
            "cancelled_at": later(200, 0.1),
            "order_type": random_.choice(types) or "normal",
            "order_status": "unpaid" if random_.random() < 0.05 else "to_ship",
            "market": random_.choice(markets),
            "handling_days": random_.choice([None, *range(12), 30]),
            "handling_unit": random_.choice(["business_day", "calendar_day", None]),
            "warehouse": random_.choice([*WAREHOUSES, None]),
            "handover": random_.choice(["pickup", "dropoff", None]),
            "state": random_.choice(STATES),
            "currency": random_.choice(["USD", "USD", "EUR"]),
            "order_amount_cents": random_.choice([4999, 5000, 12000, 19999, 20000, 90000]),
            **{key: random_.random() < 0.15 for key in ("is_cod", "is_sample", "pickup_point")},
            "platform_fulfilled": random_.random() < 0.05,
            "_category": random_.sample(categories, random_.randrange(1, 3)),
            "_carrier": random_.sample(carriers, min(len(carriers), random_.randrange(3))),
            "_events": (later(90, 0.5), later(90, 0.5), later(300, 0.5)),
            "_refund": (later(500, 0.1), later(700, 0.5)),
        }
        yield order


def some_windows(random_, count, policy):
    """Windows as a seller's file has them. No stage is named whose hours follow another's, see the README."""
    followed = {line.stage for line in policy.lines if line.after is not None}
    stages = [
        stage for stage in ("rts", "dispatch", "delivery", "collection", "auto_cancel_rts") if stage not in followed
    ]
    for number in range(count):
        begins = random_.choice(moments(policy)) + dt.timedelta(hours=random_.randrange(96))
        action = random_.choice(["add", "add", "replace", "fixed"])
        units = ["calendar_day", "business_day"] if action == "replace" else ["hour", "calendar_day", "business_day"]
        yield {
            "name": f"W{number}",
            "mode": random_.choice(["holiday", "extension", "extension", "force_majeure"]),
            "reason": random_.choice(["holiday", "campaign", "ticket", None]),
            "from_at": begins,
            "to_at": begins + dt.timedelta(hours=random_.randrange(120)),
            "stage": random_.choice([None, None, *stages]),
            "market": random_.choice([None, None, None, "US"]),
            "warehouse": random_.choice([None, None, "A", "B"]),
            "handover": random_.choice([None, None, "pickup"]),
            "action": action,
            "amount": None if action == "fixed" else random_.randrange(9),
            "unit": None if action == "fixed" else random_.choice(units),
            "fixed_at": begins + dt.timedelta(hours=random_.randrange(400)) if action == "fixed" else None,
            "opted_in": random_.choice([True, True, False, None]),
            "automatic": random_.choice([True, False, None]),
        }
