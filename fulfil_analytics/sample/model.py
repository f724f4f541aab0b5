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
    """Whether the tracking input holds the events."""
    readable: bool = True
    """Whether the export shows a number at all, and not what a spreadsheet left of it."""
    covered: bool = True
    """Whether the tracking input speaks about the parcel's carrier."""
    first: Parcel | None = None
    """The parcel whose number and events this one shares."""

    def __post_init__(self) -> None:
        self.shown = self.shown or self.waybill
        self.fed = self.fed or self.waybill
        self.feed = self.feed or self.carrier

    def shared(self, package_id: str) -> Parcel:
        """Return the same number on another order; the carrier's events stay with the first."""
        return Parcel(package_id, self.waybill, self.carrier, tracked=False, first=self)

    @property
    def seen(self) -> list[Event]:
        """What the tracking input shows of the parcel's number, in order of time."""
        parcel = self.first or self
        return sorted(parcel.events, key=lambda event: event.at) if parcel.tracked else []


@dataclass
class Line:
    """One SKU of an order; `sku_shown` is what the export writes when a spreadsheet damaged the number."""

    product: Product
    quantity: int
    parcel: Parcel | None = None
    returned: int = 0
    sku_shown: str = ""


@dataclass(frozen=True)
class Stocked:
    """A row of the stock count: units that may be sold, units there, and when new ones come."""

    warehouse: str
    seller_sku: str
    sellable: int
    on_hand: int
    restock_at: dt.datetime | None = None


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
    cancel_asked: dt.datetime | None = None
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
    label_cells: dict[str, str] = field(default_factory=dict)
    """Cells of the label that are spelled in another way than the order's."""
    shop: str = ""
    slipped: str = ""
    """What went wrong with an ordinary order; empty: nothing."""
    export: str = ""
    """Which export holds the order: the seller's usual ones, or another named one (`sample.exports`)."""
    platform_due: dict[str, dt.datetime] = field(default_factory=dict)
    """The platform's own deadlines by stage, where an export carries them."""
    marks: frozenset[str] = frozenset()
    """``gift``, ``exchange``, ``replacement``: what only the other export says of an order."""
    pieces: tuple[Stocked, ...] = ()
    """What the stock count says of the order's goods, where it is not enough of everything."""
    way_back: Parcel | None = None
    """The parcel of the return."""
    told_before: dict[str, str] = field(default_factory=dict)
    """Cells that the older export shows otherwise."""

    @property
    def parcels(self) -> list[Parcel]:
        """Parcels of the order in line order, each once."""
        return list({id(line.parcel): line.parcel for line in self.lines if line.parcel}.values())

    @property
    def to_pickup_point(self) -> bool:
        """Whether the buyer fetches the parcel at a collection point."""
        return self.delivery_option == "Collection point"

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
