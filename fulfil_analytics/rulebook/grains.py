"""What a rule judges: an order, a parcel, a number, a file; and which facts of it every finding carries."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Grain:
    """One kind of thing that a rule judges.

    Attributes
    ----------
    name : str
        As rule files write it.
    frame : str
        The FROM clause that yields one row a thing.
    joins : dict
        Further tables that predicates may name, each with the condition by which it has at most one row a thing.
    key : str
        Expression over the frame that names the thing.
    columns : tuple of str
        Key columns that the rule's SELECT returns.
    returned_key : str
        The same key as an expression over what the SELECT returns (``bad``).
    tables : tuple of str
        Tables that predicates may name; the first is the one examples are about.
    identity : dict
        Finding column to expression over the frame; columns not named are null.
    present : dict
        Table to the column that shows it has a row here, where a frame joins tables of different things.
    joins : dict
        Further tables that predicates may name, to the condition by which each has at most one row a thing; joined
        (left) only where a predicate names them.
    """

    name: str
    frame: str
    key: str
    columns: tuple[str, ...]
    returned_key: str
    tables: tuple[str, ...]
    identity: dict[str, str] = field(hash=False)
    present: dict[str, str] = field(default_factory=dict, hash=False)
    joins: dict[str, str] = field(default_factory=dict, hash=False)


def _own(table: str, *columns: str) -> dict[str, str]:
    return {column: f"{table}.{column}" for column in columns}


GRAINS = {
    grain.name: grain
    for grain in (
        Grain(
            "parcel",
            "parcels",
            "parcels.parcel_id",
            ("parcel_id",),
            "bad.parcel_id",
            ("parcels", "orders", "journeys", "tracks", "carrier_periods", "shared_addresses"),
            _own(
                "parcels",
                *("order_id", "package_id", "waybill", "carrier", "shop", "warehouse", "source_file", "source_line"),
            ),
            joins={
                "orders": "orders.order_id = parcels.order_id",
                "journeys": "journeys.parcel_id = parcels.parcel_id",
                "tracks": "tracks.parcel_id = parcels.parcel_id",
                "carrier_periods": "carrier_periods.carrier = parcels.carrier",
                "shared_addresses": "shared_addresses.address_key = parcels.address_key",
            },
        ),
        Grain(
            "order",
            "orders",
            "orders.order_id",
            ("order_id",),
            "bad.order_id",
            ("orders", "shared_addresses"),
            _own("orders", "order_id", "shop", "warehouse", "source_file", "source_line"),
            joins={"shared_addresses": "shared_addresses.address_key = orders.address_key"},
        ),
        Grain(
            "waybill",
            "tracked_waybills",
            "tracked_waybills.waybill",
            ("waybill",),
            "bad.waybill",
            ("tracked_waybills",),
            _own("tracked_waybills", "waybill", "carrier", "source_file", "source_line"),
        ),
        Grain(
            "file",
            "source_files",
            "source_files.source_file",
            ("source_file",),
            "bad.source_file",
            ("source_files",),
            _own("source_files", "source_file"),
        ),
        # Some damage shows on an order, some (a lost order number) only on the file: one rule speaks of both.
        Grain(
            "order_or_file",
            "orders FULL JOIN source_files ON FALSE",
            "coalesce(orders.order_id, 'file ' || source_files.source_file)",
            ("order_id", "source_file"),
            "coalesce(bad.order_id, 'file ' || bad.source_file)",
            ("orders", "source_files"),
            {
                **_own("orders", "order_id", "shop", "warehouse", "source_line"),
                "source_file": "coalesce(orders.source_file, source_files.source_file)",
            },
            {"orders": "order_id", "source_files": "source_file"},
        ),
    )
}
