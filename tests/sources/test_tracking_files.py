"""Tracking feeds from the file to canonical rows, through the front door."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulfil_analytics.errors import InputError, UnrecognisedFile
from fulfil_analytics.privacy import Privacy
from fulfil_analytics.schemas import LOADED
from fulfil_analytics.sources import Formats, discover, identify, load_formats, open_rows

FIXTURES = Path(__file__).parent / "fixtures" / "json"
HEADER = (
    "tracking_number",
    "carrier",
    "event_time",
    "status",
    "description",
    "location",
    "city",
    "state",
    "postal_code",
    "country",
    "weight_g",
)


@pytest.fixture(scope="module")
def formats() -> Formats:
    return load_formats()


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def canonical(
    con: duckdb.DuckDBPyConnection, path: Path, formats: Formats, zone: str = "America/Los_Angeles"
) -> tuple[str, list[dict[str, Any]]]:
    """Return format id and canonical rows of a file."""
    (source,) = discover([str(path)]).files
    found = identify(con, source, formats)
    with open_rows(con, found, zone=zone, privacy=Privacy("hash", b"k" * 32)) as rows:
        relation = con.sql(rows.select)
        names = relation.columns
        taken = [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
        assert rows.rows_in() == len(taken)
    good = [row for row in taken if not row["_problems"]]
    frame = pl.DataFrame(good, schema_overrides={"event_at": pl.Datetime("us")}, infer_schema_length=None)
    if found.format.table == "tracking_events" and good:
        for name, spec in LOADED["tracking_events"].to_schema().columns.items():
            assert spec.nullable or frame[name].null_count() == 0, name
    return found.format.id, taken


EVENTS: list[dict[str, object]] = [
    {"tracking_number": "9234690390470910236904", "carrier": "USPS", "event_time": "2026-01-10T10:00:00Z",
     "status": "GX"},
    {"tracking_number": "9234690390470910236904", "carrier": "USPS", "event_time": "2026-01-10T12:00:00-08:00",
     "status": "OA", "location": "LOS ANGELES, CA 90001, US", "weight_g": 250},
    {"tracking_number": "9234690390470910236904", "carrier": "USPS", "event_time": "2026-01-11 12:00:00", "status": "",
     "description": "Out for Delivery", "location": "LOS ANGELES, CA 90001", "city": "Reno", "state": "NV",
     "postal_code": "89502", "country": "US"},
    {"tracking_number": "9234690390470910236904", "carrier": "USPS", "event_time": "yesterday", "status": "delivered",
     "location": "Sorting hub 7, Jane Roe"},
    {"tracking_number": "", "carrier": "USPS", "event_time": "2026-01-10T10:00:00Z", "status": "delivered"},
]  # fmt: skip


def write_template(folder: Path, container: str) -> Path:
    rows = [{name: event.get(name, "") for name in HEADER} for event in EVENTS]
    path = folder / f"template.{container}"
    if container == "csv":
        lines = [HEADER, *(tuple(row.values()) for row in rows)]
        path.write_text("\r\n".join(",".join(f'"{cell}"' for cell in line) for line in lines) + "\r\n", "utf-8-sig")
    elif container == "jsonl":
        path.write_text("\n".join(json.dumps(event) for event in EVENTS))
    elif container == "json":
        path.write_text(json.dumps(EVENTS))
    else:
        frame = pl.DataFrame([{name: str(cell) for name, cell in row.items()} for row in rows])
        frame.write_parquet(path) if container == "parquet" else frame.write_excel(path)
    return path


@pytest.mark.parametrize("container", ["csv", "xlsx", "parquet", "json", "jsonl"])
def test_the_template_reads_the_same_from_every_container(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, container: str
) -> None:
    format_id, rows = canonical(con, write_template(tmp_path, container), formats)
    assert format_id == "tracking-template"
    assert [row["status"] for row in rows[:4]] == ["label_created", "picked_up", "out_for_delivery", "delivered"]
    assert [row["event_at"] for row in rows[:4]] == [
        datetime(2026, 1, 10, 10),
        datetime(2026, 1, 10, 20),
        datetime(2026, 1, 11, 20),
        None,
    ]
    places = [tuple(row[name] for name in ("city", "state", "postal_code", "country")) for row in rows[:4]]
    assert places[0] == (None,) * 4
    assert places[1] == ("LOS ANGELES", "CA", "90001", "US")
    assert places[2] == ("Reno", "NV", "89502", "US")
    assert places[3] == (None,) * 4
    assert rows[1]["weight_g"] == 250
    assert rows[3]["_problems"] == ["event_at|not_a_time|aaaaaaaaa"]
    assert rows[4]["_problems"] == ["waybill|missing|"]
    first = 2 if container in ("csv", "xlsx") else 1  # the header is row 1 of a spreadsheet
    assert [row["source_line"] for row in rows] == list(range(first, first + 5))


@pytest.mark.parametrize("container", ["csv", "jsonl"])
def test_free_text_of_carriers_reaches_no_column(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, container: str
) -> None:
    _, rows = canonical(con, write_template(tmp_path, container), formats)
    everything = repr(rows)
    assert "Jane" not in everything
    assert "Out for" not in everything


@pytest.mark.parametrize(
    ("file", "format_id", "statuses"),
    [
        ("17track.json", "17track-api", "delivered label_created arrived other not_found expired not_found"),
        ("aftership.json", "aftership-api", "label_created in_transit delivered not_found expired"),
        ("kuaidi100.json", "kuaidi100-api", "delivered out_for_delivery departed picked_up label_created other"),
        ("576461413038785752.json", "tiktok-api-tracking", "delivered out_for_delivery picked_up label_created other"),
    ],
)
def test_feeds_become_events(
    con: duckdb.DuckDBPyConnection, formats: Formats, file: str, format_id: str, statuses: str
) -> None:
    found, rows = canonical(con, FIXTURES / file, formats)
    assert found == format_id
    assert [row["status"] for row in rows] == statuses.split()
    assert all(not row["_problems"] for row in rows)
    everything = repr(rows)
    assert "Sample" not in everything
    assert "13800000000" not in everything


def test_a_time_without_zone_is_read_in_the_caller_s_zone(con: duckdb.DuckDBPyConnection, formats: Formats) -> None:
    _, rows = canonical(con, FIXTURES / "kuaidi100.json", formats, zone="Asia/Shanghai")
    assert rows[0]["event_at"] == datetime(2026, 1, 12, 1, 30)


def test_an_order_is_read_whole(con: duckdb.DuckDBPyConnection, formats: Formats) -> None:
    found, rows = canonical(con, FIXTURES / "tiktok-orders.json", formats)
    assert found == "tiktok-api-orders"
    assert all(not row["_problems"] for row in rows)
    first, second, third, fourth = rows
    assert (first["order_amount_cents"], first["unit_price_cents"], first["currency"]) == (5025, 3000, "USD")
    assert (first["order_status"], first["label_by"], first["fulfilled_by"]) == (
        "awaiting_collection",
        "platform",
        "seller",
    )
    assert (first["created_at"], first["rts_due_at"]) == (
        datetime(2021, 4, 28, 12, 6, 1),
        datetime(2021, 4, 28, 12, 8, 8),
    )
    assert (first["masked"], first["recipient_key"], first["phone_key"]) == ("recipient_key,phone_key", None, None)
    assert first["address_key"] is not None
    assert (first["delivery_option"], first["product_name"]) == ("Express shipping", "Phone case")
    assert (first["handling_days"], first["handling_unit"], first["parcel_tag"]) == (3, "business_day", "combined")
    assert (second["cancelled_by"], second["cancel_reason"]) == ("operator", "untraceable")
    assert (third["market"], third["pickup_point"], third["is_cod"]) == ("ID", True, True)
    assert third["fulfilled_by"] == "platform"
    assert (fourth["order_status"], fourth["cancel_reason"], fourth["quantity"]) == ("shipped", "other", None)
    assert fourth["created_at"] == datetime(2021, 4, 28, 12, 6, 1)


def test_order_statuses_of_the_api(con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path) -> None:
    statuses = {"UNPAID": "unpaid", "CANCEL": "cancelled", "IN_TRANSIT": "shipped", "A_WORD_OF_TOMORROW": "other"}
    path = tmp_path / "o.json"
    path.write_text(json.dumps([{"id": "1", "status": status, "create_time": 1619611561} for status in statuses]))
    _, rows = canonical(con, path, formats)
    assert [row["order_status"] for row in rows] == list(statuses.values())


def test_broken_lines_close_the_sum(con: duckdb.DuckDBPyConnection, formats: Formats) -> None:
    _, rows = canonical(con, FIXTURES / "tracking-template.jsonl", formats)
    assert [row["_problems"] for row in rows if row["_problems"]] == [
        ["|bad_json|"],
        ["waybill|missing|"],
        ["waybill|missing|"],
    ]
    assert len(rows) == 10


@pytest.mark.parametrize(
    ("content", "error", "text"),
    [
        ('{"data": {"orders": [', InputError, "file.json:1, character 22: is not valid JSON from here on"),
        ('{"code": 105002, "message": "x"}', UnrecognisedFile, "is JSON, but of no known layout"),
        ("[]", UnrecognisedFile, "is JSON, but of no known layout"),
    ],
)
def test_unusable_json_is_one_clear_line(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, content: str, error: type[Exception], text: str
) -> None:
    path = tmp_path / "file.json"
    path.write_text(content)
    with pytest.raises(error) as caught:
        canonical(con, path, formats)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


_TIMES = st.datetimes(datetime(2001, 1, 1), datetime(2099, 12, 31)).map(lambda moment: moment.replace(microsecond=0))
_OFFSETS = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


_FORMS = st.sampled_from(["offset", "Z", "milliseconds"])


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=st.lists(st.tuples(_TIMES, _OFFSETS, _FORMS), min_size=30, max_size=60))
def test_event_times_with_a_zone_mean_one_moment(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, moments: list[tuple[datetime, timezone, str]]
) -> None:
    path = tmp_path / "events.jsonl"
    lines = []
    for moment, offset, form in moments:
        aware = moment.replace(tzinfo=UTC)
        written = {
            "offset": aware.astimezone(offset).isoformat(),
            "Z": aware.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "milliseconds": str(int(aware.timestamp() * 1000)),
        }[form]
        lines.append(json.dumps({"tracking_number": "AB1", "event_time": written, "status": "delivered"}))
    path.write_text("\n".join(lines) + "\n" + lines[0])
    _, rows = canonical(con, path, formats)
    expected = [
        None if form == "milliseconds" and not _has_13_digits(moment) else moment for moment, _, form in moments
    ]
    assert [row["event_at"] for row in rows[: len(moments)]] == expected


def _has_13_digits(moment: datetime) -> bool:
    return len(str(int(moment.replace(tzinfo=UTC).timestamp() * 1000))) == 13
