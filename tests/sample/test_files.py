"""The files themselves: the same bytes every time, and the quirks of the real exports."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import re
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
import zipcodes
from sample_reading import NEWEST, american, export_rows, rows_of

from fulfil_analytics.errors import UsageError
from fulfil_analytics.sample import LAYOUTS, Truth, generate
from fulfil_analytics.sample.__main__ import main, rebuild
from fulfil_analytics.sample.facts_us import PLACES
from fulfil_analytics.sample.maker import PERSONS

OLDER = "All order-2026-11-05-07_16.xlsx"
KINDS = {
    NEWEST,
    OLDER,
    "tracking.csv",
    "labels.csv",
    "products.csv",
    "warehouses.csv",
    "inventory.csv",
    "sla_windows.csv",
    "Return-Refund orders.csv",
    "truth.json",
}


def digests(folder: Path, *, unpacked: bool = False) -> dict[str, str]:
    """Hash each file; `unpacked` hashes what is in a workbook: two builds of zlib pack the same bytes differently."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    read = members if unpacked else Path.read_bytes
    return {str(path.relative_to(folder)): hashlib.sha256(read(path)).hexdigest() for path in files}


def members(path: Path) -> bytes:
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return b"".join(f"{item.filename} {item.date_time}".encode() + book.read(item) for item in book.infolist())


def sheet(path: Path) -> list[list[str]]:
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["OrderSKUList"]
    return [[str(cell or "") for cell in row] for row in book.active.iter_rows(values_only=True)]


def test_the_shipped_sample_is_what_the_generator_makes_byte_for_byte(shipped: Path, tmp_path: Path) -> None:
    rebuild(tmp_path)
    assert digests(tmp_path, unpacked=True) == digests(shipped, unpacked=True)
    assert sum(path.stat().st_size for path in shipped.rglob("*") if path.is_file()) < 3_000_000


def test_hash_seed_and_time_zone_of_the_machine_do_not_matter(planted: Truth, tmp_path: Path) -> None:
    code = f"from pathlib import Path; from fulfil_analytics.sample import generate; generate(Path({str(tmp_path)!r}))"
    environment = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert digests(tmp_path) == digests(planted.folder)


def test_the_folder_holds_every_kind_of_input(planted: Truth, clean: Truth) -> None:
    assert {path.name for path in planted.folder.iterdir()} == KINDS
    assert {path.name for path in clean.folder.iterdir()} == KINDS


def test_the_export_has_the_quirks_of_the_real_one(planted: Truth) -> None:
    raw = (planted.folder / NEWEST).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfOrder ID,Order Status,")
    with (planted.folder / NEWEST).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    header, description, *data = rows
    assert len(header) == 63 == len(set(header)) and " Virtual Bundle Seller SKU" in header
    assert {len(row) for row in rows} == {63}
    assert description[0] == "Platform unique order ID." and description[2] == ""
    assert raw.count(b"\r\n") == len(rows)
    assert raw.count(b"\n") > raw.count(b"\r\n"), "Shipping Information runs over several lines"
    tabbed = [i for i, name in enumerate(header) if name.endswith(" Time") or name in ("Order ID", "SKU ID", "Zipcode")]
    assert all(row[i].endswith("\t") for row in data for i in tabbed)
    assert any(row[header.index("Paid Time")] == "\t" for row in data)
    created = [american(row["Created Time"]) for row in export_rows(planted.folder / NEWEST)]
    assert all(a >= b for a, b in pairwise(created))


def test_orders_repeat_their_facts_on_each_line(planted: Truth) -> None:
    by_order: dict[str, list[dict[str, str]]] = {}
    for row in export_rows(planted.folder / NEWEST):
        by_order.setdefault(row["Order ID"], []).append(row)
    assert len(by_order) == 300 == planted.orders
    assert sum(len(rows) > 1 for rows in by_order.values()) > 30
    for rows in by_order.values():
        for header in ("Order Amount", "Created Time", "Shipped Time", "Recipient", "Order Status"):
            assert len({row[header] for row in rows}) == 1
        assert len({row["SKU ID"] for row in rows}) == len(rows)


def test_the_older_export_overlaps_with_earlier_states(planted: Truth) -> None:
    header, _, *data = sheet(planted.folder / OLDER)
    newest = {(row["Order ID"], row["SKU ID"]): row for row in export_rows(planted.folder / NEWEST)}
    older = [dict(zip(header, row, strict=True)) for row in data]
    keys = {(row["Order ID"], row["SKU ID"]) for row in older}
    assert keys <= set(newest)
    assert 0.15 < len({order for order, _ in keys}) / 300 < 0.3
    advanced = 0
    for row in older:
        later = newest[row["Order ID"], row["SKU ID"]]
        for column in ("Created Time", "Product ID", "Quantity", "Zipcode"):
            assert row[column] == later[column]
        for column in ("Paid Time", "RTS Time", "Shipped Time", "Delivered Time"):
            assert row[column] in ("", later[column])
        advanced += row["Order Substatus"] != later["Order Substatus"]
    assert advanced > 30


def test_workbooks_hold_inline_text(planted: Truth) -> None:
    with zipfile.ZipFile(planted.folder / OLDER) as book:
        xml = book.read("xl/worksheets/sheet1.xml").decode()
        assert b"2026-11-16T00:00:00Z" in book.read("docProps/core.xml")
    assert xml.count('t="inlineStr"') == len(re.findall(r"<c ", xml)) > 1000


@pytest.mark.parametrize(
    ("layout", "columns", "order_id", "status", "time"),
    [
        ("th", 63, "Order ID", "จัดส่งแล้ว", r"\d\d/1[01]/2026 \d\d:\d\d:\d\d"),
        ("vn", 54, "Order ID", "Đã vận chuyển", r"\d\d/1[01]/2026 \d\d:\d\d:\d\d"),
        ("jp", 56, "注文ID", "未発送", r"1[01]/\d\d/2026 \d{1,2}:\d\d:\d\d [AP]M"),
    ],
)
def test_layouts_of_other_markets(
    layout: str, columns: int, order_id: str, status: str, time: str, shipped: Path
) -> None:
    folder = shipped / "layouts" / layout
    with (folder / NEWEST).open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    assert (len(header), header[0]) == (columns, order_id)
    data = [row for row in rows if row[0].strip().isdigit()]
    assert len({row[0] for row in data}) == 20
    assert all(
        re.fullmatch(time, row[header.index("注文作成時刻" if layout == "jp" else "Created Time")].strip())
        for row in data
    )
    assert status in {row[1] for row in data}
    numbers = {row[header.index("追跡ID" if layout == "jp" else "Tracking ID")] for row in data} - {""}
    tracked = {row["tracking_number"] for row in rows_of(folder / "tracking.csv")}
    assert tracked and tracked <= numbers


def test_japanese_money_has_its_unit_behind(shipped: Path) -> None:
    rows = rows_of(shipped / "layouts" / "jp" / NEWEST)
    assert all(re.fullmatch(r"\d{1,3}(,\d{3})* JPY", row["注文金額"]) for row in rows)


def test_the_american_layout_as_a_workbook(shipped: Path) -> None:
    header, description, *data = sheet(shipped / "layouts" / "us-xlsx" / "All order-2026-11-16-07_16.xlsx")
    assert (len(header), description[0]) == (63, "Platform unique order ID.")
    assert len({row[0] for row in data}) == 20
    assert all(re.fullmatch(r"\d{18}", row[0]) for row in data)


def test_nobody_in_the_sample_exists(planted: Truth) -> None:
    rows = export_rows(planted.folder / NEWEST)
    assert {row["Recipient"] for row in rows if "*" not in row["Recipient"]} <= PERSONS
    assert {row["recipient"] for row in rows_of(planted.folder / "labels.csv")} <= PERSONS
    assert all(re.search(r"-(555|\*{3})-01\d\d$", row["Phone #"]) for row in rows)
    hidden = [row for row in rows if row["Order Status"] in ("Unpaid", "Canceled")]
    assert hidden and all("*" in row["Recipient"] and "*" in row["Address Line 1"] for row in hidden)


def test_places_are_real() -> None:
    for code, place in PLACES.items():
        known = zipcodes.matching(code)[0]
        assert (known["city"], known["state"]) == (place.city, place.state)
        assert abs(float(known["lat"]) - place.latitude) < 0.02
        assert abs(float(known["long"]) - place.longitude) < 0.02


def test_windows_are_written_as_the_contract_says(planted: Truth) -> None:
    windows = rows_of(planted.folder / "sla_windows.csv")
    assert [(row["mode"], row["reason"], row["stage"], row["from"], row["to"]) for row in windows] == [
        ("extension", "holiday", "", "2026-11-06T00:00:00-08:00", "2026-11-10T23:59:59-08:00"),
        ("extension", "holiday", "delivery", "2026-10-30T00:00:00-07:00", "2026-11-10T23:59:59-08:00"),
        ("extension", "campaign", "", "2026-10-26T00:00:00-07:00", "2026-10-27T23:59:59-07:00"),
    ]


@pytest.mark.parametrize("orders", [1, 2, 17, 999])
def test_any_number_of_orders(orders: int, tmp_path: Path) -> None:
    generate(tmp_path, orders=orders)
    assert len({row["Order ID"] for row in export_rows(tmp_path / NEWEST)}) == orders


def test_a_long_export_goes_on_in_a_numbered_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fulfil_analytics.sample.files.ORDERS_A_FILE", 40)
    generate(tmp_path, orders=100)
    parts = [export_rows(tmp_path / f"All order-2026-11-16-07_16{copy}.csv") for copy in ("", " (1)", " (2)")]
    assert [len({row["Order ID"] for row in part}) for part in parts] == [40, 40, 20]


def test_xlsx_and_csv_say_the_same(planted: Truth, tmp_path: Path) -> None:
    generate(tmp_path, container="xlsx")
    header, _, *data = sheet(tmp_path / "All order-2026-11-16-07_16.xlsx")
    assert [dict(zip(header, row, strict=True)) for row in data] == export_rows(planted.folder / NEWEST)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"layout": "uk"}, "layout: unknown word 'uk'. Known: jp, th, us, us-xlsx, vn."),
        ({"container": "xls"}, "container: unknown word 'xls'. Did you mean xlsx? Known: csv, xlsx."),
        ({"kinds": {"stale_trackin"}}, "kinds: unknown word 'stale_trackin'. Did you mean stale_tracking? There are "),
        ({"orders": 0}, "orders: 0 orders cannot be made. Give 1 or more."),
        ({"profile": "al"}, "profile: unknown word 'al'. Did you mean all? Known: all, usual."),
        ({"weeks": 3}, "weeks: 3 weeks cannot be made. Give 4 to 12."),
        ({"shops": 0}, "shops: 0 shops cannot be made. Give 1 to 9."),
        ({"seed": -1}, "seed: seed -1 is negative. Give 0 or more."),
    ],
)
def test_wrong_words_are_refused_before_anything_is_written(told: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        generate(tmp_path / "new", **told)  # type: ignore[arg-type]
    assert str(error.value).startswith(said)
    assert not (tmp_path / "new").exists()


def test_the_command_wants_one_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert capsys.readouterr().err.startswith("one folder is expected. Call: python -m fulfil_analytics.sample")
    assert set(LAYOUTS) == {"us", "us-xlsx", "th", "vn", "jp"}


def test_weeks_and_shops(tmp_path: Path) -> None:
    truth = generate(tmp_path, orders=1500, weeks=8, shops=2, seed=4)
    orders: dict[str, dict[str, str]] = {}
    for shop in ("shop-1", "shop-2"):
        rows = export_rows(tmp_path / shop / NEWEST)
        mine = {row["Order ID"]: row for row in rows}
        assert len(mine) > 500 and not orders.keys() & mine.keys()
        orders |= mine
    assert len(orders) == 1500
    assert 'shop-2 = "shop-2/*"' in (tmp_path / "fulfil.toml").read_text()
    days = [american(row["Created Time"]) for row in orders.values()]
    assert min(day for day in days if day).date() == dt.date(2026, 9, 21)
    late = {found.order_id for found in truth.planted if found.why == "slipping_warehouse"}

    def share(first: dt.date, last: dt.date, house: str) -> float:
        created = {
            number: american(row["Created Time"]) for number, row in orders.items() if row["Warehouse Name"] == house
        }
        within = [number for number, at in created.items() if at and first <= at.date() <= last]
        return sum(number in late for number in within) / len(within)

    early, recent = (dt.date(2026, 9, 21), dt.date(2026, 10, 10)), (dt.date(2026, 10, 20), dt.date(2026, 11, 6))
    assert share(*recent, "Dallas TX") > 2 * share(*early, "Dallas TX")
    assert share(*recent, "Dallas TX") > 4 * share(*recent, "Ontario CA")


def test_a_file_at_the_platforms_cap_is_true_to_be_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fulfil_analytics.sample.files._CAPS", (50,))
    truth = generate(tmp_path, orders=50, planted=False)
    assert [(found.rule_id, found.file) for found in truth.planted] == [("truncated_export", NEWEST)]
