"""The five questions in pandas (README.md): ``python pandas_questions.py INPUTS ANSWERS AS_OF``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.tseries.holiday import USFederalHolidayCalendar

PACIFIC = "America/Los_Angeles"
TIMES = {"Created Time": "created", "Paid Time": "paid", "RTS Time": "given", "Shipped Time": "shipped"}
TIMES |= {"Cancelled Time": "cancelled"}
TEXTS = {"Order ID": "order_id", "Warehouse Name": "warehouse", "Tracking ID": "waybill", "Zipcode": "zip"}
TEXTS |= {"Address Line 1": "street", "Fulfillment Type": "by"}


def read_orders(folder: Path) -> pd.DataFrame:
    """Return one row an order that the seller ships; times are UTC."""
    columns = TEXTS | TIMES
    files = [pd.read_csv(file, dtype=str, usecols=list(columns)) for file in sorted(folder.glob("All order*.csv"))]
    lines = pd.concat(files).rename(columns=columns)
    lines["order_id"] = lines["order_id"].str.strip()
    orders = lines[lines["by"] == "Fulfillment by seller"].drop_duplicates("order_id").copy()
    for name in TIMES.values():
        local = pd.to_datetime(orders[name].str.strip(), format="%m/%d/%Y %I:%M:%S %p")
        orders[name] = local.dt.tz_localize(PACIFIC, ambiguous=True).dt.tz_convert("UTC")
    damaged = orders["waybill"].str.fullmatch(r"[0-9.]+E\+[0-9]+", na=False)
    orders["waybill"] = orders["waybill"].str.upper().mask(damaged)
    orders["zip"] = orders["zip"].str.strip()
    return orders


def read_tracks(folder: Path) -> pd.DataFrame:
    """Return one row a number: its first scan and the ZIP of its delivery."""
    columns = ["tracking_number", "event_time", "status", "postal_code"]
    events = pd.concat([pd.read_csv(file, dtype=str, usecols=columns) for file in sorted(folder.glob("tracking*.csv"))])
    events["waybill"] = events["tracking_number"].str.upper()
    events["event_time"] = pd.to_datetime(events["event_time"], format="ISO8601", utc=True)
    tracks = pd.DataFrame(index=pd.Index(events["waybill"].unique(), name="waybill"))
    tracks["first_scan"] = events[events["status"] != "label_created"].groupby("waybill")["event_time"].min()
    tracks["delivered_zip"] = events[events["status"] == "delivered"].groupby("waybill")["postal_code"].max()
    return tracks.reset_index()


def judge(orders: pd.DataFrame, tracks: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the paid orders whose dispatch is decided, with `on_time`."""
    paid = orders[orders["paid"].notna()].merge(tracks, on="waybill", how="left")
    days = paid["created"].dt.tz_convert(PACIFIC).dt.tz_localize(None).to_numpy().astype("datetime64[D]")
    holidays = USFederalHolidayCalendar().holidays("2026-01-01", "2026-12-31").to_numpy().astype("datetime64[D]")
    last = pd.Series(np.busday_offset(days, 2, roll="backward", holidays=holidays), index=paid.index)
    due = (last.astype("datetime64[s]") + pd.Timedelta("23:59:59")).dt.tz_localize(PACIFIC).dt.tz_convert("UTC")
    dispatched = paid["first_scan"].fillna(paid["shipped"])
    paid["on_time"] = dispatched <= due
    return paid[dispatched.notna() | (paid["cancelled"].fillna(as_of) > due)]


def main() -> None:
    """Run the command."""
    inputs, answers, as_of = Path(sys.argv[1]), Path(sys.argv[2]), pd.Timestamp(sys.argv[3], tz="UTC")
    orders, tracks = read_orders(inputs), read_tracks(inputs)
    judged = judge(orders, tracks, as_of)
    rates = judged.groupby("warehouse")["on_time"].agg(on_time="sum", decided="count").reset_index()
    rates.sort_values("warehouse").to_csv(answers / "on_time.csv", index=False)

    def leave(name: str, found: pd.DataFrame) -> None:
        found[["order_id"]].sort_values("order_id").to_csv(answers / f"{name}.csv", index=False)

    leave("late", judged[~judged["on_time"]])
    places = orders["zip"] + "|" + orders["street"].str.lower()
    shared = places.groupby(orders["waybill"]).nunique()
    leave("duplicates", orders[orders["waybill"].isin(shared[shared > 1].index)])
    waiting = orders["given"] + pd.Timedelta(hours=24) < as_of
    untold = orders["waybill"].notna() & ~orders["waybill"].isin(tracks["waybill"])
    leave("untraceable", orders[waiting & untold & orders["cancelled"].isna()])
    delivered = orders.merge(tracks[tracks["delivered_zip"].notna()], on="waybill")
    leave("elsewhere", delivered[delivered["delivered_zip"].str[:3] != delivered["zip"].str[:3]])


if __name__ == "__main__":
    main()
