"""The five questions in polars (README.md): ``python polars_questions.py INPUTS ANSWERS AS_OF``."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import holidays
import polars as pl

PACIFIC = "America/Los_Angeles"
TIMES = {"Created Time": "created", "Paid Time": "paid", "RTS Time": "given", "Shipped Time": "shipped"}
TIMES |= {"Cancelled Time": "cancelled"}
TEXTS = {"Order ID": "order_id", "Warehouse Name": "warehouse", "Tracking ID": "waybill", "Zipcode": "zip"}
TEXTS |= {"Address Line 1": "street"}


def utc(column: str) -> pl.Expr:
    """Return a time of the export in UTC."""
    local = pl.col(column).str.strip_chars().replace("", None).str.to_datetime("%m/%d/%Y %I:%M:%S %p", time_unit="us")
    return local.dt.replace_time_zone(PACIFIC, ambiguous="earliest").dt.convert_time_zone("UTC").alias(TIMES[column])


def read_orders(folder: Path) -> pl.LazyFrame:
    """Return one row an order that the seller ships; times are UTC."""
    texts = [pl.col(column).str.strip_chars().alias(name) for column, name in TEXTS.items()]
    damaged = pl.col("waybill").str.contains(r"^[0-9.]+E\+[0-9]+$")
    return (
        pl.scan_csv(str(folder / "All order*.csv"), infer_schema=False)
        .filter(pl.col("Fulfillment Type") == "Fulfillment by seller")
        .select(*texts, *TIMES)
        .unique("order_id", keep="any")
        .with_columns(*(utc(column) for column in TIMES))
        .with_columns(pl.when(~damaged).then(pl.col("waybill").str.to_uppercase()))
    )


def read_tracks(folder: Path) -> pl.LazyFrame:
    """Return one row a number: its first scan and the ZIP of its delivery."""
    at = pl.col("event_time").str.to_datetime("%+", time_zone="UTC", time_unit="us")
    return (
        pl.scan_csv(str(folder / "tracking*.csv"), infer_schema=False)
        .group_by(pl.col("tracking_number").str.to_uppercase().alias("waybill"))
        .agg(
            at.filter(pl.col("status") != "label_created").min().alias("first_scan"),
            pl.col("postal_code").filter(pl.col("status") == "delivered").max().alias("delivered_zip"),
        )
    )


def judge(orders: pl.LazyFrame, tracks: pl.LazyFrame, as_of: dt.datetime) -> pl.LazyFrame:
    """Return the paid orders whose dispatch is decided, with `on_time`."""
    day = pl.col("created").dt.convert_time_zone(PACIFIC).dt.date()
    free = sorted(holidays.country_holidays("US", years=2026))
    end = day.dt.add_business_days(2, holidays=free, roll="backward").cast(pl.Datetime("us"))
    due = (end + pl.duration(seconds=86_399)).dt.replace_time_zone(PACIFIC).dt.convert_time_zone("UTC")
    return (
        orders.filter(pl.col("paid").is_not_null())
        .join(tracks, on="waybill", how="left")
        .with_columns(due.alias("due"), pl.coalesce("first_scan", "shipped").alias("dispatched"))
        .filter(pl.col("dispatched").is_not_null() | (pl.col("cancelled").fill_null(as_of) > pl.col("due")))
        .with_columns((pl.col("dispatched") <= pl.col("due")).fill_null(False).alias("on_time"))
    )


def main() -> None:
    """Run the command."""
    inputs, answers = Path(sys.argv[1]), Path(sys.argv[2])
    as_of = dt.datetime.fromisoformat(sys.argv[3]).replace(tzinfo=dt.UTC)
    orders, tracks = read_orders(inputs).collect().lazy(), read_tracks(inputs).collect().lazy()
    judged = judge(orders, tracks, as_of).collect()
    rates = judged.group_by("warehouse").agg(pl.col("on_time").sum(), pl.len().alias("decided"))
    rates.sort("warehouse").write_csv(answers / "on_time.csv")

    def leave(name: str, found: pl.LazyFrame) -> None:
        found.select("order_id").sort("order_id").collect().write_csv(answers / f"{name}.csv")

    leave("late", judged.lazy().filter(~pl.col("on_time")))
    known = orders.filter(pl.col("waybill").is_not_null())
    place = pl.col("zip") + "|" + pl.col("street").str.to_lowercase()
    shared = known.group_by("waybill").agg(place.n_unique().alias("places")).filter(pl.col("places") > 1)
    leave("duplicates", known.join(shared, on="waybill", how="semi"))
    waiting = (pl.col("given") + pl.duration(hours=24) < as_of) & pl.col("cancelled").is_null()
    leave("untraceable", known.filter(waiting).join(tracks, on="waybill", how="anti"))
    delivered = orders.join(tracks.filter(pl.col("delivered_zip").is_not_null()), on="waybill")
    leave("elsewhere", delivered.filter(pl.col("delivered_zip").str.head(3) != pl.col("zip").str.head(3)))


if __name__ == "__main__":
    main()
