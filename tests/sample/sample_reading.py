"""Reads a sample folder back with nothing but the standard library, and judges it by plain, slow, obvious rules.

This is the tests' own reading of the policy; it shares nothing with the generator and nothing with the rule files.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
HOLIDAYS = {dt.date(2026, 10, 12), dt.date(2026, 11, 11), dt.date(2026, 11, 26)}
HOUR = dt.timedelta(hours=1)
LABELS = ("label_created",)
NEWEST = "All order-2026-11-16-07_16.csv"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def export_rows(path: Path) -> list[dict[str, str]]:
    """Rows of an order export without the description row, cells stripped of the TAB."""
    rows = [{name: cell.strip("\t ") for name, cell in row.items()} for row in rows_of(path)]
    return [row for row in rows if row["Order ID"].isdigit()]


def american(cell: str) -> dt.datetime | None:
    """Parse ``11/15/2026 8:28:05 PM``, Pacific."""
    if not cell:
        return None
    local = dt.datetime.strptime(cell, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=PACIFIC)
    return local.astimezone(dt.UTC)


def normal(number: str) -> str:
    return re.sub(r"[\s-]", "", number).upper()


def place_words(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()
    words = re.sub(r"[^a-z]+", " ", plain).split()
    return " ".join({"st": "saint", "ft": "fort", "nyc": "new york"}.get(word, word) for word in words)


@dataclass
class Event:
    at: dt.datetime
    status: str
    city: str
    state: str
    postal_code: str
    weight_g: int | None
    carrier: str


@dataclass
class Order:
    order_id: str
    rows: list[dict[str, str]] = field(default_factory=list)

    def __getitem__(self, header: str) -> str:
        return self.rows[0][header]

    def at(self, header: str) -> dt.datetime | None:
        return american(self[header])

    @cached_property
    def created(self) -> dt.datetime:
        moment = self.at("Created Time")
        assert moment is not None
        return moment

    @property
    def day(self) -> dt.date:
        return self.created.astimezone(PACIFIC).date()

    @property
    def waybills(self) -> list[str]:
        return sorted({normal(row["Tracking ID"]) for row in self.rows if row["Tracking ID"]})

    @property
    def by_platform(self) -> bool:
        return "TikTok" in self["Fulfillment Type"]

    @property
    def damaged(self) -> bool:
        cells = [row[name] for row in self.rows for name in ("Tracking ID", "SKU ID", "Order ID")]
        return any(re.search(r"E\+|\.0$|0{5}$", cell) for cell in cells)


class World:
    """A sample folder as somebody who distrusts it reads it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.orders: dict[str, Order] = {}
        for row in export_rows(folder / NEWEST):
            self.orders.setdefault(row["Order ID"], Order(row["Order ID"])).rows.append(row)
        self.events: dict[str, list[Event]] = {}
        for row in rows_of(folder / "tracking.csv"):
            weight = int(row["weight_g"]) if row["weight_g"] else None
            at = dt.datetime.fromisoformat(row["event_time"])
            assert at.tzinfo is not None
            event = Event(
                at.astimezone(dt.UTC),
                row["status"],
                row["city"],
                row["state"],
                row["postal_code"],
                weight,
                row["carrier"],
            )
            self.events.setdefault(normal(row["tracking_number"]), []).append(event)
        self.windows = rows_of(folder / "sla_windows.csv")
        self.tracked_from = min(event.at for events in self.events.values() for event in events)

    def track(self, order: Order, waybill: str) -> list[Event]:
        """Events of the number; where two carriers use the same digits, those of the order's own."""
        events = self.events.get(waybill, [])
        carriers = {event.carrier for event in events}
        mine = [event for event in events if len(carriers) == 1 or event.carrier == order["Shipping Provider Name"]]
        return sorted(mine, key=lambda event: event.at)

    def scans(self, order: Order, waybill: str) -> list[Event]:
        return [event for event in self.track(order, waybill) if event.status not in LABELS]

    def covered(self, order: Order) -> bool:
        given = order.at("RTS Time")
        return not order.by_platform and not order.damaged and given is not None and given >= self.tracked_from


def is_business(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def nth_business_day(day: dt.date, count: int) -> dt.date:
    while count > 0:
        day += dt.timedelta(days=1)
        if is_business(day):
            count -= 1
    return day


def due(world: World, order: Order, stage: str, *, reasons: tuple[str, ...] = ("holiday", "campaign")) -> dt.datetime:
    """End of the stage's last business day; windows of `reasons` that cover the order's creation count."""
    last = nth_business_day(order.day, 6 if stage == "delivery" else 2)
    latest = last
    for window in world.windows:
        applies = (window["stage"] or "dispatch") == stage and window["reason"] in reasons
        start, end = dt.datetime.fromisoformat(window["from"]), dt.datetime.fromisoformat(window["to"])
        if applies and start <= order.created <= end:
            latest = max(latest, nth_business_day(last, int(window["amount"])))
    return dt.datetime.combine(latest, dt.time(23, 59, 59), PACIFIC).astimezone(dt.UTC)


def dispatched(world: World, order: Order) -> dt.datetime | None:
    """First scan of the order's last parcel; the export's shipped time where tracking does not cover it."""
    if not order.waybills or not world.covered(order):
        return order.at("Shipped Time")
    firsts = [world.scans(order, waybill)[:1] for waybill in order.waybills]
    return max(scans[0].at for scans in firsts) if all(firsts) else None


def gs1_ok(digits: str) -> bool:
    odd, even = sum(map(int, digits[-2::-2])), sum(map(int, digits[-3::-2]))
    return (3 * odd + even + int(digits[-1])) % 10 == 0


def ups_ok(number: str) -> bool:
    values = [int(c) if c.isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(c) + 2 for c in number[2:-1]]
    return (sum(values[0::2]) + 2 * sum(values[1::2]) + int(number[-1])) % 10 == 0


def fedex_ok(digits: str) -> bool:
    weights = [3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]
    return sum(w * int(d) for w, d in zip(weights, digits[:11], strict=True)) % 11 % 10 == int(digits[-1])


def number_ok(number: str) -> bool:
    """Whether the number has a form and check digit of USPS, UPS or FedEx."""
    if re.fullmatch(r"9[2345]\d{20}", number):
        return gs1_ok(number)
    if re.fullmatch(r"1Z[0-9A-Z]{15}\d", number):
        return ups_ok(number)
    if re.fullmatch(r"\d{12}", number):
        return fedex_ok(number)
    return bool(re.fullmatch(r"\d{15}", number)) and gs1_ok(number)


def verdicts(world: World, as_of: dt.datetime) -> set[tuple[str, str]]:
    """Return (rule, order) for everything that the rules of the sample should raise."""
    found = set()
    users: dict[tuple[str, str], dict[tuple[str, str], list[str]]] = {}
    for order in world.orders.values():
        found |= {(rule, order.order_id) for rule in _alone(world, order, as_of)}
        for waybill in [] if order.damaged or order.by_platform else order.waybills:
            address = (order["Buyer Username"], order["Address Line 1"])
            same = users.setdefault((order["Shipping Provider Name"], waybill), {})
            same.setdefault(address, []).append(order.order_id)
    for same in users.values():
        if len(same) > 1:
            found |= {("duplicate_waybill", order_id) for orders in same.values() for order_id in orders}
    return found


def _alone(world: World, order: Order, as_of: dt.datetime) -> set[str]:
    rules = set()
    if order.damaged:
        rules.add("damaged_identifier")
    if not order.by_platform and not order.damaged and not all(map(number_ok, order.waybills)):
        rules.add("invalid_waybill")
    if _late(world, order, as_of):
        rules.add("late_dispatch")
    given = order.at("RTS Time")
    gone = order.at("Cancelled Time") is not None
    for waybill in order.waybills if world.covered(order) and not gone else ():
        assert given is not None
        track, scans = world.track(order, waybill), world.scans(order, waybill)
        waited = (scans[0].at if scans else as_of) - given
        if waited > 24 * HOUR:
            rules.add("stale_tracking" if track else "untraceable_waybill")
        if scans and scans[-1].status == "delivered" and elsewhere(order, scans[-1]):
            rules.add("destination_mismatch")
    return rules


def elsewhere(order: Order, event: Event) -> bool:
    mine, theirs = order["Zipcode"], event.postal_code
    if mine and theirs and "*" not in mine and mine[:3] == theirs[:3]:
        return False
    return place_words(order["City"]) != place_words(event.city)


def _late(world: World, order: Order, as_of: dt.datetime) -> bool:
    excused = order.by_platform or not order["Paid Time"] or order["Normal or Pre-order"] == "Pre-order"
    deadline = due(world, order, "dispatch")
    if excused or deadline >= as_of:
        return False
    cancelled, stop = order.at("Cancelled Time"), dispatched(world, order)
    if cancelled and cancelled <= deadline:
        return False
    return stop is None or stop > deadline
