"""Makes orders step by step: ordered, number given, carried; every step may be told what would else be drawn."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from fulfil_analytics.sample.clock import DAY, FIRST_DAY, HOUR, LAST_DAY, MINUTE, Calendar, local, truck
from fulfil_analytics.sample.journey import Way, kilometres, label
from fulfil_analytics.sample.model import Buyer, Line, Market, Order, Parcel, Place, Product, Warehouse
from fulfil_analytics.sample.waybills import Numbers

_FIRST = ("Alder", "Birch", "Cedar", "Fern", "Hazel", "Ivy", "Juniper", "Linden", "Maple", "Oakley", "Rowan", "Sorrel")
_LAST = ("Demofield", "Examplar", "Fictiver", "Mockford", "Pretendly", "Sampleton", "Specimer", "Testwell")
_STREETS = ("Sample", "Example", "Mockingbird Test", "Fiction", "Placeholder", "Specimen", "Demo", "Pretend")
_TYPES = ("St", "Ave", "Rd", "Ln", "Blvd", "Ct")
_CALLING_CODES = {"US": "1", "TH": "66", "VN": "84", "JP": "81"}
_AREA_CODES = ("213", "214", "303", "312", "404", "512", "617", "702", "718", "919")
PERSONS = frozenset(f"{first} {last}" for first in _FIRST for last in _LAST)
"""Every name that can stand in a sample: none of them is anybody's."""


class Maker:
    """Draws orders of a market; the same seed draws the same orders."""

    def __init__(self, market: Market, seed: int, weeks: int | None = None) -> None:
        self.market = market
        self.first_day = FIRST_DAY if weeks is None else LAST_DAY - (7 * weeks - 1) * DAY
        self.tracked_from = local(self.first_day + 2 * DAY, 0)
        """Parcels whose number was given earlier are not in the tracking input."""
        self._back = 0
        self._once: set[str] = set()
        self._jitter = 0.0
        self.calendar = Calendar(market.zone, market.holidays)
        self.draw = random.Random(f"{market.id}/{seed}")  # noqa: S311 - made-up data
        self.numbers = Numbers(seed)
        self._people = 100

    def vary(self) -> None:
        """Let the cases that follow happen in any of the sample's weeks, and not always to the same minute."""
        self._back = self.draw.randint(0, max(0, (FIRST_DAY - self.first_day).days // 7))
        self._jitter = 0.3

    def on(self, day: str, hour: float = 9) -> dt.datetime:
        """Return a Pacific moment of the sample's autumn, or that of an earlier week; `day` is MM-DD."""
        return local(self.date(day), hour + self._late())

    def late_on(self, day: str, hour: float = 9) -> dt.datetime:
        """Return a moment that stays where it is, because it has to do with the sample's end or with a window."""
        return local(dt.date.fromisoformat(f"2026-{day}"), hour + self._late())

    def _late(self) -> float:
        return self.draw.uniform(0, self._jitter) if self._jitter else 0.0

    def date(self, day: str) -> dt.date:
        """Return a day of the sample's autumn, or that of an earlier week; `day` is MM-DD."""
        return dt.date.fromisoformat(f"2026-{day}") - 7 * self._back * DAY

    def once(self, what: str) -> bool:
        """Whether this is the first time that `what` is asked for: some cases stand in a sample only once."""
        first = what not in self._once
        self._once.add(what)
        return first

    def rare_sku(self) -> str:
        """Return a SKU that nobody else orders."""
        self._people += 1
        return f"RARE-{self._people}"

    def american(self, moment: dt.datetime) -> str:
        """Return a moment as the American export writes it."""
        wall = moment.astimezone(self.market.zone)
        return f"{wall:%m/%d/%Y} {wall.hour % 12 or 12}:{wall:%M:%S} {'AM' if wall.hour < 12 else 'PM'}"

    def stray(self, kind: str, picked_up: dt.datetime, house: Warehouse, to: Place) -> Parcel:
        """Return a delivered parcel that belongs to no order."""
        carrier, _ = self.carrier(kind)
        parcel = Parcel(self.numbers.package_id(), self.numbers.waybill(kind), carrier)
        way = Way(self.draw, self.market, self.calendar)
        way.collect(picked_up, house.place, 500)
        way.carry(house.place, to)
        way.deliver(to, to.postal_code)
        parcel.events = way.events
        return parcel

    def buyer(self, place: Place | None = None, *, city: str = "", postal_code: str = "") -> Buyer:
        """Return somebody new at an address that nobody else has."""
        place = place or self.draw.choice(self.market.places)
        self._people += 1
        number = self._people
        name = f"{self.draw.choice(_FIRST)} {self.draw.choice(_LAST)}"
        return Buyer(
            username=f"buyer.{number}",
            name=name,
            phone=f"(+{_CALLING_CODES[self.market.country]}){self.draw.choice(_AREA_CODES)}-555-01{self.draw.randrange(100):02}",
            street=f"{number} {self.draw.choice(_STREETS)} {self.draw.choice(_TYPES)}",
            unit=f"Apt {self.draw.randint(1, 40)}" if self.draw.random() < 0.3 else "",
            place=place,
            city=city or place.city,
            postal_code=postal_code or place.postal_code,
        )

    def order(self, created: dt.datetime, **told: Any) -> Order:
        """Return a paid order created then; `told` gives buyer, place, warehouse or lines instead of a draw."""
        buyer = told.get("buyer") or self.buyer(told.get("place"))
        near = sorted(self.market.warehouses, key=lambda house: kilometres(house.place, buyer.place))[:2]
        warehouse = told.get("warehouse") or near[len(near) > 1 and self.draw.random() < 0.2]
        return Order(
            order_id=self.numbers.order_id(),
            created=created,
            buyer=buyer,
            warehouse=warehouse,
            lines=[Line(product, self.draw.choice((1, 1, 1, 2))) for product in self._products(told.get("lines"))],
            paid=created + dt.timedelta(seconds=self.draw.randint(4, 240)),
        )

    def _products(self, lines: int | None) -> list[Product]:
        count = lines or self.draw.choices((1, 2, 3), (78, 17, 5))[0]
        return self.draw.sample(self.market.products, count)

    def carrier(self, only: str | None = None) -> tuple[str, str]:
        """Return a carrier's name and the maker of its numbers; `only` names the maker."""
        known = self.market.carriers
        found = next((row for row in known if row[1] == only), None) if only else None
        row = found or self.draw.choices(known, [weight for _, _, weight in known])[0]
        return row[0], row[1]

    def plan(self, order: Order, carrier: str, ship_on: dt.date | None = None) -> tuple[dt.datetime, dt.datetime]:
        """Return when the number is given and when the truck comes: at most a day apart, inside two business days."""
        house, zone = order.warehouse, order.warehouse.place.zone
        day = ship_on or self._packing_day(order)
        earliest = max(local(day, 8, zone), order.created + HOUR)
        rts = earliest + self.draw.random() * (local(day, 15.5, zone) - earliest)
        rts = rts.replace(microsecond=0)
        tomorrow = day + DAY
        late_enough = rts > local(day, 11, zone)
        if ship_on is None and late_enough and self.calendar.business(tomorrow) and self.draw.random() < 0.15:
            return rts, truck(house.name, carrier, tomorrow, zone, morning=True)
        return rts, truck(house.name, carrier, day, zone, morning=False)

    def _packing_day(self, order: Order) -> dt.date:
        today = self.calendar.day_of(order.created)
        hurry = order.created < local(today, 13, order.warehouse.place.zone) and self.draw.random() < 0.6
        return today if hurry and self.calendar.business(today) else self.calendar.after(today)

    def give(self, order: Order, rts: dt.datetime, maker: str | None = None, *, label_event: bool = True) -> Parcel:
        """Put all lines into one parcel whose number is given to the platform at `rts`."""
        carrier, kind = self.carrier(maker)
        parcel = Parcel(self.numbers.package_id(), self.numbers.waybill(kind), carrier)
        parcel.tracked = rts >= self.tracked_from and not order.by_platform
        if label_event:
            parcel.events.append(label(rts, self.draw, order.warehouse.place.zone))
        order.rts = rts
        for line in order.lines:
            line.parcel = parcel
        return parcel

    def carry(
        self,
        order: Order,
        picked_up: dt.datetime,
        *,
        parcel: Parcel | None = None,
        to: Place | None = None,
        deliver_on: dt.date | None = None,
        weight_g: int | None = None,
    ) -> Order:
        """Let the carrier take the parcel and deliver it at `to`, else at the buyer's."""
        parcel = parcel or order.parcels[0]
        mine = sum(line.product.weight_g * line.quantity for line in order.lines if line.parcel is parcel)
        weight = weight_g or round((mine or order.weight_g) * self.draw.uniform(1.03, 1.1)) + 35
        origin, to = order.warehouse.place, to or order.buyer.place
        way = Way(self.draw, self.market, self.calendar)
        way.collect(picked_up, origin, weight)
        way.carry(origin, to)
        way.deliver(to, to.postal_code, deliver_on)
        parcel.events += way.events
        self.settle(order, picked_up, way.delivered)
        return order

    def settle(self, order: Order, picked_up: dt.datetime, delivered: dt.datetime) -> None:
        """Set what the platform shows minutes after the carrier's scans; of several parcels the last counts."""
        order.shipped = max(order.shipped or picked_up, picked_up + self.draw.randint(1, 5) * MINUTE)
        order.delivered = max(order.delivered or delivered, delivered + self.draw.randint(1, 5) * MINUTE)
        order.completed = order.delivered + 7 * DAY

    def ship(self, order: Order, *, maker: str | None = None, ship_on: dt.date | None = None, **carried: Any) -> Order:
        """Give a number and let the carrier deliver: an order without anything to say about it."""
        carrier, _ = choice = self.carrier(maker)
        rts, picked_up = self.plan(order, carrier, ship_on)
        self.give(order, rts, choice[1])
        return self.carry(order, picked_up, **carried)

    def pack_with(self, order: Order, other: Order) -> Order:
        """Give `order` the number and the life of `other`'s parcel, under a package number of its own."""
        parcel = other.parcels[0].shared(self.numbers.package_id())
        order.rts, order.shipped, order.delivered = other.rts, other.shipped, other.delivered
        order.completed = other.completed
        for line in order.lines:
            line.parcel = parcel
        return order
