"""Masked text: only what is visible is compared, and nobody guesses through the mask."""

from __future__ import annotations

import datetime as dt

from fulfil_analytics.policy import load_policies
from fulfil_analytics.reference import install_places
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.store import build_tracks

T0 = dt.datetime(2026, 11, 2, 16)
CITIES = [
    ("L** Angeles", "los angeles", "match"),
    ("L** Angeles", "Houston", "clash"),
    ("San J***", "San Diego", "match"),  # what is visible agrees; the rest nobody knows
    ("New Y*** City", "New York", None),  # one visible word is there, one is not
    ("L*** A******", "Houston", None),
    ("***", "Houston", None),
    ("H＊＊＊＊", "Dallas", None),
    ("D••••", "Houston", None),
    ("St. L***", "Saint Louis", "match"),
    ("E* Paso", "El Paso", "match"),
    ("S*** Fe", "Santa Fe", None),  # two letters tell nobody anything
    ("N** York", "N*w York", "match"),
    ("L** Angeles", "N** Orleans", None),  # masks on both sides: the hidden words may agree
    ("L** Angeles", None, None),
]
CODES = [
    ("900**", "90012", "match"),
    ("900**", "90089-1234", "match"),
    ("900**", "10001", "clash"),
    ("９００**", "10001", "clash"),
    ("90***", "10001", None),  # fewer visible than name an area
    ("**012", "10001", None),
    ("900**", "100**", "clash"),
    ("*****", "10001", None),
    ("703*", "07030", None),  # it has lost a zero: the first digits are not the first
    ("900**", None, None),
]


def judged(store, model) -> None:
    as_of = T0 + dt.timedelta(days=1)
    model(as_of)
    install_places(store.con, {"US"})
    build_tracks(store, load_policies([rules_folder() / "policies"])["tiktok-us"], as_of)


def test_parcels(store, add, model) -> None:
    asked = {}
    for column, cases in (("city", CITIES), ("postal_code", CODES)):
        for a, b, verdict in cases:
            for ordered, tracked in ((a, b), (b, a)):  # whichever side the mask is on
                number = str(len(asked))
                asked[number] = (column, ordered, tracked, verdict)
                facts = {"waybill": f"W{number}", "carrier_as_given": "USPS"}
                add("order_lines", order_id=number, market="US", rts_at=T0, **facts, **{column: ordered})
                add("tracking_events", event_at=T0, status="delivered", **facts, **{column: tracked})
    add("order_lines", order_id="plain", market="US", rts_at=T0, waybill="P", city="Dallas", postal_code="75201")
    judged(store, model)
    rows = {
        parcel.split("/")[0]: told for parcel, *told in store.rows("SELECT parcel_id, code, city FROM masked_places")
    }
    assert "plain" not in rows
    told = {number: rows[number][0 if column == "postal_code" else 1] for number, (column, *_) in asked.items()}
    assert {number: told[number] for number in asked} == {number: case[3] for number, case in asked.items()}


def test_labels(store, add, model) -> None:
    cases = (
        ("900**", "10001", "clash"),
        ("900**", "90012", "match"),
        ("90***", "10001", None),
        ("90012", "10001", None),
    )
    for number, (ordered, label, _) in enumerate(cases):
        add("order_lines", order_id=str(number), market="US", postal_code=ordered)
        add("labels", order_id=str(number), postal_code=label, city="L** Angeles")
    judged(store, model)
    rows = store.rows("SELECT code, city FROM masked_labels ORDER BY source_line")
    assert rows == [(verdict, None) for *_, verdict in cases]
