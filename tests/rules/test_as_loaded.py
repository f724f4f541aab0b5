"""Look-alikes that the loading decides: files as sellers have them, from the cell to the finding that must not follow.

One shop of one month, each order a case of its own. Innocents are written as badly as real files are; beside them stand
orders with one true fault each, so that silence is not for want of looking. What the audit says is exactly what the
guilty did.
"""

from __future__ import annotations

import csv
import datetime as dt
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from fulfil_analytics.audit.options import Options
from fulfil_analytics.audit.run import Run, run_audit
from fulfil_analytics.config import Config

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample" / "planted" / "All order-2026-11-16-07_16.csv"
MONDAY = dt.datetime(2026, 11, 2, 9, 0)
PACIFIC = -8
Place = tuple[str, str, str]
HOME: Place = ("Los Angeles", "California", "90012")


class Case(NamedTuple):
    """An order and its parcel, and how the tracking feed writes them; what is not said is plain.

    Attributes
    ----------
    cells : dict
        Cells of the order export by header.
    tracked, feed : str or None
        Number and carrier in the tracking feed; blank: as the order has them; None: not in the feed.
    ended : tuple, optional
        City, state and postal code of the delivery; by default those of the order.
    label : dict, optional
        Cells of the shipping label in which it differs from the order.
    guilty : tuple of str
        The rules that must speak, roots only.
    """

    name: str
    waybill: str
    carrier: str = "USPS"
    place: Place = HOME
    cells: dict[str, str] = {}
    tracked: str | None = ""
    feed: str = ""
    ended: Place | None = None
    label: dict[str, str] | None = None
    guilty: tuple[str, ...] = ()
    days_earlier: int = 0
    first_scan_after: float = 24.5
    zone: int = PACIFIC
    lines: int = 1


def person(name: str, number: int) -> dict[str, str]:
    return {
        "Recipient": f"{name} Testwell",
        "Phone #": f"(+1)213-555-{number:04d}",
        "Address Line 1": f"{number} Specimen Ave",
        "Address Line 2": "Apt 8",
        "Buyer Username": f"buyer.{name.lower()}",
    }


def usps(serial: int) -> str:
    body = f"94001118992231{serial:07d}"
    return body + str(-sum(int(digit) * (1, 3)[at % 2 == 0] for at, digit in enumerate(body[::-1])) % 10)


def wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


N = [usps(1_234_501 + 7_919 * step) for step in range(40)]
WRONG = N[39][:-1] + str((int(N[39][-1]) + 1) % 10)
SEVERAL = "670300032350"
"""Twelve digits that J&T uses and that pass the check digit of FedEx."""
JO, KIM = person("Jo", 100), person("Kim", 101)
MASKED = {"Recipient": "J* T*******", "Phone #": "(+1)213-***-**00", "Address Line 1": "1** S******* Ave"}
TIMES = ("RTS Time", "Shipped Time", "Delivered Time")
CANCELLED = dict.fromkeys(TIMES[1:], "") | {
    "Order Status": "Canceled",
    "Cancelled Time": "11/02/2026 6:00:00 PM",
    "Cancel By": "Buyer",
    "Cancel Reason": "No longer needed",
}
PLATFORM = dict.fromkeys(TIMES, "") | {"Order Status": "To ship", "Fulfillment Type": "Fulfillment by TikTok Shop"}

CASES = [
    Case("plain", N[0]),
    # how the number is written
    Case("full_width", wide(N[1]), tracked=N[1]),
    Case("blanks", " ".join(N[2]), tracked=N[2]),
    Case("hyphens_and_lower_case", "1z-5r8939-0357567127", "UPS", tracked="1Z5R89390357567127"),
    Case("guarded_formula", f'="{N[3]}"', tracked=N[3]),
    Case("guarded_quote", f"'{N[4]}", tracked=f"\t{N[4]} "),
    Case("zero_in_front", "041441760228964", "FedEx"),
    Case("barcode_with_postal_code", f"42090012{N[35]}", tracked=N[35]),
    Case("barcode_in_the_feed", N[36], tracked=f"420 90012-1234 {N[36]}"),
    # how the carrier is called, and who delivers
    Case("aliases_of_one_carrier", N[5], "usps ground ADVANTAGE", feed="21051"),
    Case("carrier_in_two_languages", "986578788855", "FedEx® Ground", feed="联邦快递"),
    Case("handed_over_by_surepost", N[6], "UPS SurePost", feed="USPS"),
    Case("handed_over_by_smartpost", N[7], "FedEx SmartPost®", feed="fedex smartpost"),
    Case("digits_of_two_carriers_a", SEVERAL, "J&T Express", cells=JO),
    Case("digits_of_two_carriers_b", SEVERAL, "FedEx", cells=KIM),
    # one number, more than one row
    Case("combined_a", N[8], cells=JO),
    Case("combined_b", N[8], cells=JO),
    Case("combined_in_a_box_a", N[37], cells=JO | {"Address Line 1": "P.O. Box 12", "Address Line 2": ""}),
    Case("combined_in_a_box_b", N[37], cells=JO | {"Address Line 1": "Post Office Box 12", "Address Line 2": ""}),
    Case("two_lines_of_one_order", N[9], lines=2),
    Case("same_row_in_two_exports", N[10]),
    Case("grown_since_the_older_export", N[11]),
    Case("number_corrected_since_the_older_export", N[12]),
    Case("recycled_a", N[13], cells=JO, days_earlier=45),
    Case("recycled_b", N[13], cells=KIM),
    # places
    Case("saint", N[14], place=("St. Louis", "Missouri", "63101"), ended=("SAINT LOUIS", "MO", "")),
    Case("nickname", N[15], place=("NYC", "New York", "10001"), ended=("New York", "NY", "")),
    Case(
        "accent_in_two_forms",
        N[16],
        place=(unicodedata.normalize("NFD", "San José"), "California", "95112"),
        ended=("SAN JOSE", "CA", ""),
    ),
    Case("zip_plus_4", N[17], place=("Los Angeles", "CA", "90012-1234"), ended=("LOS ANGELES", "California", "90012")),
    Case("zip_without_its_zero", N[18], place=("Hoboken", "New Jersey", "7030"), ended=("JERSEY CITY", "NJ", "07030")),
    Case("wide_city", N[19], place=(wide("Dallas"), "Texas", wide("75201")), ended=("DALLAS", "TX", "75201")),
    Case("neighbouring_code", N[20], ended=("LOS ANGELES", "CA", "91311")),
    Case("level_missing", N[21], ended=("", "CA", "")),
    Case("masked", N[22], cells=MASKED, place=("L** A******", "CA", "900**"), label={"recipient": "Al Other"}),
    # what stands on the label
    Case(
        "label_in_other_spelling",
        N[23],
        cells=JO,
        label={
            "recipient": "TESTWELL, JO",
            "phone": "213.555.0100",
            "address": "100 SPECIMEN AVENUE APARTMENT 8",
            "city": "LOS ANGELES",
            "state": "CA",
            "postal_code": "90012-1234",
        },
    ),
    Case("carriers_own_link", N[24], label={"label_text": f"Track: https://tools.usps.com/go/Track?tLabels={N[24]}"}),
    Case("buyers_own_phone", N[25], cells=JO, label={"label_text": "Deliver to Jo Testwell (213) 555-0100"}),
    # when
    Case("time_with_offset", N[26], first_scan_after=0.5, zone=-10),
    Case("cancelled_before_collection", N[27], cells=CANCELLED, tracked=None),
    Case("platform_fulfilled", "TEST", cells=PLATFORM, tracked=None),
    # a spreadsheet's damage: told as such and as nothing else
    Case("scientific_a", "9.40011E+21", cells=JO, guilty=("damaged_identifier",), tracked=None),
    Case("scientific_b", "9.40011E+21", cells=KIM, guilty=("damaged_identifier",), tracked=None),
    Case("point_zero", "612999988208.0", "FedEx", guilty=("damaged_identifier",), tracked=None),
    Case("lost_to_zeros", "9234690390470910000000", guilty=("damaged_identifier",), tracked=None),
    Case("zero_lost_in_front", "41441760228964", "FedEx", guilty=("damaged_identifier",), tracked=None),
    Case("zeros_lost_in_front", "2927168687", "SiCepat", guilty=("damaged_identifier",), tracked=None),
    # the guilty
    Case("duplicate_a", N[28], cells=JO, guilty=("duplicate_waybill",)),
    Case("duplicate_b", N[28], cells=KIM, guilty=("duplicate_waybill",)),
    Case("wrong_check_digit", WRONG, guilty=("invalid_waybill",)),
    Case("another_carriers_number", N[29], "UPS", guilty=("carrier_mismatch",)),
    Case("dummy_word", "N/A", guilty=("placeholder_waybill",), tracked=None),
    Case("dummy_digits", "000000000000", "FedEx", guilty=("placeholder_waybill",), tracked=None),
    Case("no_event", N[30], guilty=("untraceable_waybill",), tracked=None),
    Case("ended_elsewhere", N[31], ended=("NEW YORK", "NY", "10001"), guilty=("destination_mismatch",)),
    Case("label_of_somebody_else", N[32], cells=JO, label={"recipient": "Al Other"}, guilty=("recipient_mismatch",)),
    Case("label_invites", N[33], label={"label_text": "WhatsApp us +1 626 555 0199"}, guilty=("label_content",)),
    Case("scanned_before_it_was_ordered", N[34], first_scan_after=-30, guilty=("scan_before_order",)),
]
ORDER = {case.name: f"5764{at:014d}" for at, case in enumerate(CASES, start=81_234_567)}


def row(case: Case, at: int) -> dict[str, str]:
    """Return the cells of the order export; every case has its own minute, lest tracks look copied."""
    start = MONDAY - dt.timedelta(days=case.days_earlier) + dt.timedelta(seconds=67 * at)

    def written(hours: float) -> str:
        return f"{start + dt.timedelta(hours=hours):%m/%d/%Y %I:%M:%S %p}\t"

    city, state, code = case.place
    plain = {
        "Order ID": ORDER[case.name] + "\t",
        "Order Status": "Completed",
        "SKU ID": "1729412345678901242",
        "Seller SKU": "LAMP-SHADE",
        "Product Name": "Linen lamp shade",
        "Quantity": "1",
        "Order Amount": "48.58",
        "Created Time": written(0),
        "Paid Time": written(0.1),
        "RTS Time": written(5),
        "Shipped Time": written(24.5),
        "Delivered Time": written(78),
        "Fulfillment Type": "Fulfillment by seller",
        "Warehouse Name": "Ontario CA",
        "Tracking ID": case.waybill,
        "Shipping Provider Name": case.carrier,
        "Delivery Option Type": "Shipped by seller",
        "Country": "United States",
        "State": state,
        "City": city,
        "Zipcode": code,
    }
    return plain | person(f"Own{at}", 300 + at) | case.cells


def events(case: Case, at: int) -> list[list[str]]:
    if case.tracked is None:
        return []
    start = MONDAY - dt.timedelta(days=case.days_earlier) + dt.timedelta(seconds=67 * at)
    ended = case.ended or (case.place if "*" not in case.place[0] else HOME)
    way = [
        (5.1, "label_created", ("", "", "")),
        (case.first_scan_after, "picked_up", ("ONTARIO", "CA", "91761")),
        (36, "departed", ("ONTARIO", "CA", "91761")),
        (50, "arrived", ("ONTARIO", "CA", "91761")),
        (71, "out_for_delivery", ended),
        (78, "delivered", ended),
    ]
    while way[2][0] - way[1][0] > 20:  # no silence of a day
        way.insert(2, (way[2][0] - 20, "departed", ("ONTARIO", "CA", "91761")))
    rows = []
    for hours, status, (city, state, code) in way:
        moment = start + dt.timedelta(hours=hours + case.zone - PACIFIC)
        time = f"{moment.isoformat()}{case.zone:+03d}:00"
        rows.append([case.tracked or case.waybill, case.feed or case.carrier, time, status, city, state, code])
    return rows


def label(case: Case, order: dict[str, str]) -> dict[str, str]:
    plain = {
        "order_id": ORDER[case.name],
        "recipient": order["Recipient"],
        "phone": order["Phone #"],
        "address": f"{order['Address Line 1']} {order['Address Line 2']}",
        "city": order["City"],
        "state": order["State"],
        "postal_code": order["Zipcode"],
        "label_text": "",
    }
    return plain | (case.label or {})


def write(path: Path, header: list[str], rows: list[dict[str, str]] | list[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        out.writerows([one.get(name, "") for name in header] if isinstance(one, dict) else one for one in rows)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("shop")
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    rows = {case.name: row(case, at) for at, case in enumerate(CASES)}
    second = {"SKU ID": "1729412345678901299", "Seller SKU": "LAMP-FOOT", "Product Name": "Lamp foot"}
    newer = [one for case in CASES for one in (rows[case.name], rows[case.name] | second)[: case.lines]]
    older = [
        rows["same_row_in_two_exports"],
        rows["grown_since_the_older_export"] | {"Order Status": "Shipped", "Delivered Time": ""},
        rows["number_corrected_since_the_older_export"]
        | {"Order Status": "To ship", "Tracking ID": N[38], "Shipped Time": "", "Delivered Time": ""},
    ]
    write(folder / "All order-2026-11-03-23_16.csv", header, older)
    write(folder / "All order-2026-11-16-07_16.csv", header, newer)
    feed = ["tracking_number", "carrier", "event_time", "status", "city", "state", "postal_code"]
    write(folder / "tracking.csv", feed, [one for at, case in enumerate(CASES) for one in events(case, at)])
    labels = [label(case, rows[case.name]) for case in CASES if case.label is not None]
    write(folder / "labels.csv", list(labels[0]), labels)
    places = {"warehouse": "Ontario CA", "city": "Ontario", "state": "CA", "postal_code": "91761", "country": "US"}
    write(folder / "warehouses.csv", list(places), [places])
    strict = Config(parameters={"scan_before_order": {"tolerance_hours": 0}})
    with run_audit([str(folder)], Options(policy="tiktok-us", as_of="2026-11-15", config=strict)) as finished:
        yield finished


@pytest.fixture(scope="module")
def said(run: Run) -> dict[str, set[str]]:
    """Order id to the rules that speak of it, roots only; all that speaks of no order stands under a blank."""
    told: dict[str, set[str]] = {}
    for order, rule in run.store.rows("SELECT order_id, rule_id FROM findings WHERE root_finding_id IS NULL"):
        told.setdefault(order or "", set()).add(rule)
    return told


@pytest.mark.parametrize("case", [case for case in CASES if not case.guilty], ids=lambda case: case.name)
def test_nothing_follows(case: Case, run: Run, said: dict[str, set[str]]) -> None:
    assert run.store.one(f"SELECT count(*) FROM parcels WHERE order_id = '{ORDER[case.name]}'") == 1
    assert said.get(ORDER[case.name], set()) == set()


@pytest.mark.parametrize("case", [case for case in CASES if case.guilty], ids=lambda case: case.name)
def test_the_guilty_are_told(case: Case, said: dict[str, set[str]]) -> None:
    assert said.get(ORDER[case.name], set()) == set(case.guilty)


def test_nothing_else_is_said(run: Run, said: dict[str, set[str]]) -> None:
    assert said.get("", set()) == set()
    assert run.store.rows("SELECT rule_id, why FROM coverage WHERE status = 'failed'") == []


def test_a_damaged_number_is_matched_to_nothing(run: Run) -> None:
    told = run.store.rows(
        "SELECT DISTINCT f.severity, f.rule_id, j.covered, o.dispatched_at = o.shipped_at "
        "FROM findings AS f JOIN orders AS o USING (order_id) JOIN journeys AS j USING (order_id) "
        "JOIN parcels AS p USING (parcel_id) WHERE p.waybill_damaged"
    )
    assert told == [("medium", "damaged_identifier", False, True)]


def test_one_verdict_on_a_bad_number(run: Run) -> None:
    about = "('placeholder_waybill', 'damaged_identifier', 'carrier_mismatch', 'invalid_waybill')"
    told = run.store.rows(
        f"SELECT order_id, count(*) FROM findings WHERE rule_id IN {about} GROUP BY order_id HAVING count(*) > 1"
    )
    assert told == []
