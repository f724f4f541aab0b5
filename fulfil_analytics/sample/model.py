"""What the generator thinks in: orders with their whole life; an export shows what had happened by its moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo


# places and markets are made once: they are compared and hashed as themselves, which the cache of ways lives from
@dataclass(frozen=True, eq=False)
class Place:
    """A real postcode with its city; `district` is the level below the city where a market has one."""

    postal_code: str
    city: str
    state: str
    state_name: str
    latitude: float
    longitude: float
    zone: ZoneInfo
    district: str = ""


@dataclass(frozen=True)
class Warehouse:
    """Where parcels leave from."""

    name: str
    place: Place


@dataclass(frozen=True)
class Product:
    """What is sold: price in hundredths of the currency, weight of one packed unit in grams."""

    seller_sku: str
    name: str
    category: str
    variation: str
    price_cents: int
    weight_g: int
    sku_id: str
    product_id: str


@dataclass(frozen=True)
class Buyer:
    """A made-up person at a made-up street of a real city; city and postcode as the export spells them."""

    username: str
    name: str
    phone: str
    street: str
    unit: str
    place: Place
    city: str
    postal_code: str


@dataclass(frozen=True)
class Event:
    """A carrier event; the spelling of the place is the carrier's own."""

    at: dt.datetime
    status: str
    city: str = ""
    state: str = ""
    postal_code: str = ""
    weight_g: int | None = None
    zone: ZoneInfo | None = None


@dataclass
class Parcel:
    """A parcel: `waybill` normalised, `shown` as the export writes it, `fed` and `feed` as the tracking input does."""

    package_id: str
    waybill: str
    carrier: str
    shown: str = ""
    fed: str = ""
    feed: str = ""
    events: list[Event] = field(default_factory=list)
    tracked: bool = True

    def __post_init__(self) -> None:
        self.shown = self.shown or self.waybill
        self.fed = self.fed or self.waybill
        self.feed = self.feed or self.carrier

    def shared(self, package_id: str) -> Parcel:
        """Return the same number on another order; the carrier's events stay with the first."""
        return Parcel(package_id, self.waybill, self.carrier, tracked=False)


@dataclass
class Line:
    """One SKU of an order; `sku_shown` is what the export writes when a spreadsheet damaged the number."""

    product: Product
    quantity: int
    parcel: Parcel | None = None
    returned: int = 0
    sku_shown: str = ""


@dataclass
class Order:
    """An order with its whole life, later than any export too; times are UTC, null when it never comes to it."""

    order_id: str
    created: dt.datetime
    buyer: Buyer
    warehouse: Warehouse
    lines: list[Line]
    paid: dt.datetime | None = None
    rts: dt.datetime | None = None
    shipped: dt.datetime | None = None
    delivered: dt.datetime | None = None
    completed: dt.datetime | None = None
    cancelled: dt.datetime | None = None
    cancelled_by: str = ""
    cancel_reason: str = ""
    refund_asked: dt.datetime | None = None
    pre_order: bool = False
    by_platform: bool = False
    free: bool = False
    masked: bool = False
    masked_postal_code: bool = False
    note: str = ""
    message: str = ""
    delivery_option: str = "Standard shipping"
    label_name: str = ""
    label_text: str = ""

    @property
    def parcels(self) -> list[Parcel]:
        """Parcels of the order in line order, each once."""
        return list({id(line.parcel): line.parcel for line in self.lines if line.parcel}.values())

    @property
    def waybill(self) -> str:
        """Number of the first parcel."""
        return self.parcels[0].waybill

    @property
    def weight_g(self) -> int:
        """Catalogue weight of everything ordered."""
        return sum(line.product.weight_g * line.quantity for line in self.lines)

    def state(self, at: dt.datetime) -> str:
        """Return where the order stood at that moment."""
        steps = (
            ("cancelled", self.cancelled),
            ("completed", self.completed),
            ("delivered", self.delivered),
            ("in_transit", self.shipped),
            ("awaiting_collection", self.rts),
            ("awaiting_shipment", self.paid),
        )
        return next((name for name, moment in steps if moment and moment <= at), "unpaid")


@dataclass(frozen=True, eq=False)
class Market:
    """What differs between the markets the generator knows."""

    id: str
    country: str
    country_name: str
    currency: str
    zone: ZoneInfo
    holidays: frozenset[dt.date]
    places: tuple[Place, ...]
    warehouses: tuple[Warehouse, ...]
    products: tuple[Product, ...]
    carriers: tuple[tuple[str, str, int], ...]
    """Carrier as exported, number maker, weight of the draw."""
    remote: frozenset[str] = frozenset()
